# make test is all that a newcomer needs; the rest is for those who change something.
GO      ?= go
FUZZTIME ?= 10s
# With this tag pictures are written as WebP too, by a library that otherwise would load one of the system's: see docs/decisions/0015.
TAGS    ?= nodynamic

.PHONY: demo build test check bench fuzz guards live generate setup audit-site

demo:  ## read the demonstration paper
	$(GO) run -tags '$(TAGS)' ./cmd/courant demo

build:  ## build the program
	$(GO) build -tags '$(TAGS)' -trimpath -o courant ./cmd/courant

setup:  ## install PostgreSQL and Chromium for the tests where that is possible, say what is missing where it is not
	@sh scripts/setup.sh

test: setup  ## run the tests; those whose tools are missing are skipped by name
	$(GO) test -tags '$(TAGS)' -timeout 40m ./...

generate:  ## make the Go code of the pages from their templates, and docs/rules from the proof-reader's rules
	$(GO) tool templ generate -path internal/site
	$(GO) tool templ generate -path internal/desk
	$(GO) test ./internal/render -run TestTheDocumentsOfTheRulesAreUpToDate -update

check:  ## format, vet, staticcheck, templates up to date
	@sh scripts/check.sh

bench:  ## benchmarks of the packages
	$(GO) test -tags '$(TAGS)' -run '^$$' -bench . -benchmem ./...

fuzz:  ## every fuzz test, FUZZTIME each
	@FUZZTIME=$(FUZZTIME) sh scripts/fuzz.sh

guards:  ## switch off each guard against wrong numbers in turn: a test must fail (five minutes; GUARD=word for some)
	$(GO) run scripts/guards.go $(GUARD)

live:  ## fetch the newest rates from the npm registry that this machine is configured for, and show them with their age
	@sh scripts/live.sh

audit-site:  ## judge the demonstration paper's pages by Lighthouse and the Nu HTML Checker (three minutes; needs node, npm, Java, Chromium)
	@sh scripts/audit/run.sh
