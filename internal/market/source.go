package market

import (
	"cmp"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// SourceID is the short name of a source, as in addresses and stores: lower-case letters, digits and hyphens.
type SourceID string

// SourceKind says what kind of speaker a source is. Settling trusts the kinds in the order in which they stand here.
type SourceKind string

// The kinds of source, the most trusted first.
const (
	Official SourceKind = "official" // a central bank or an exchange about its own rates or prices
	Fact     SourceKind = "fact"     // the table of pegs and conversion rates; no source that is recorded is of this kind
	Dataset  SourceKind = "dataset"  // a published collection that gathers rates from elsewhere
	Page     SourceKind = "page"     // what a page printed: a claim, recorded to be checked
)

// rank orders the kinds; a kind that is not known ranks last.
func (k SourceKind) rank() int {
	switch k {
	case Official:
		return 1
	case Fact:
		return 2
	case Dataset:
		return 3
	case Page:
		return 4
	}
	return 5
}

// Terms say what a source allows to be done with its numbers. They are obeyed, not only shown.
type Terms string

// The terms there are. What is not known is taken as ShowOnly.
const (
	Free     Terms = "free"    // may be shown, and passed on to programs, with the source named
	ShowOnly Terms = "show"    // may be shown to readers, but not passed on
	Private  Terms = "private" // may be compared with others here, but neither shown nor passed on
)

// Source is somebody who publishes numbers.
type Source struct {
	ID      SourceID
	Name    string
	Kind    SourceKind
	Home    string        // address of a page about it; may be empty
	Licence string        // the terms under which its numbers may be shown
	Note    string        // what a reader should know of it
	Fresh   time.Duration // for how long after its At a value of this source counts as current

	Issuer      currency.Code // the currency that it issues, of which its word comes first; empty: none
	Terms       Terms         // what may be done with its numbers; empty: ShowOnly
	Attribution string        // the words that its terms want to stand beside its numbers; empty: its name
	Ahead       time.Duration // how long before its At a value may be known: many banks fix tomorrow's rate today
}

// Passes says whether its terms allow its numbers to be passed on to programs.
func (s Source) Passes() bool { return s.Terms == Free }

// Credit is the words that want to stand beside its numbers: its name, where its terms ask for no others.
func (s Source) Credit() string { return cmp.Or(s.Attribution, s.Name) }

// check says what is wrong with a source that is to be recorded.
func (s Source) check() error {
	if s.ID == "" || len(s.ID) > 64 || !all(string(s.ID), func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-'
	}) {
		return fault.Because(fault.Invalid, "%q is no source name: use lower-case letters, digits and hyphens", s.ID)
	}
	if s.Name == "" {
		return fault.Because(fault.Invalid, "the source %s has no name that readers could read", s.ID)
	}
	if s.Kind.rank() == 5 || s.Kind == Fact {
		return fault.Because(fault.Invalid, "the source %s is of no known kind: %q is not official, dataset or page", s.ID, s.Kind)
	}
	if s.Fresh <= 0 {
		return fault.Because(fault.Invalid, "the source %s does not say for how long a value stays current", s.ID)
	}
	if s.Terms != "" && s.Terms != Free && s.Terms != ShowOnly && s.Terms != Private {
		return fault.Because(fault.Invalid, "the source %s has terms that are not known: %q is not free, show or private", s.ID, s.Terms)
	}
	return nil
}

// Sources are the known sources by their ID.
type Sources map[SourceID]Source
