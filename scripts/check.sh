#!/bin/sh
# The checks that need no tools beside Go: format, vet, staticcheck, generated code as its templates say.
set -eu

ugly=$(git ls-files '*.go' | grep -v '_templ\.go$' | xargs go tool gofumpt -l)
[ -z "$ugly" ] || { echo "gofumpt would change:"; echo "$ugly"; exit 1; }
go vet ./...
go vet -tags nodynamic ./internal/media
go tool staticcheck ./...
go tool staticcheck -tags nodynamic ./internal/media
if git ls-files '*.templ' | grep -q .; then
	go tool templ generate -path internal/site >/dev/null
	go tool templ generate -path internal/desk >/dev/null
	git diff --exit-code -- '*_templ.go' || { echo "run: make generate"; exit 1; }
fi
