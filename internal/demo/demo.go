// Package demo holds what a demonstration newspaper needs: figures that anyone may publish.
//
// [History] gives some eighty days of exchange rates between March 2024 and September 2026, packed from a public-domain
// dataset; data/README.md tells where they come from, how to pack them again and what is odd about them. [PageRates]
// and [PageQuotes] give what one newspaper page claimed on [PageDate], for the proof-reader to disagree with.
//
// The values are observations, kept digit for digit, mistakes included: the dataset's frozen and mis-scaled figures are
// what the audit is shown on. The package does not judge, settle or store them, and it fetches nothing.
//
// Start at [History]. Everything here only reads embedded files, and is safe for concurrent use; nothing reads the
// clock. Times are UTC.
package demo

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Snapshot is one published version of the dataset: all rates of one day.
type Snapshot struct {
	Version string    // the version's name in the registry, such as "2026.2.5"
	At      time.Time // midnight UTC at the beginning of the day that the snapshot is dated

	// Published is when the publisher's own build wrote the file, one to six hours after At and minutes before anyone
	// could have it: the modification time inside the published archive. Registries were asked too, and date old
	// versions years late.
	Published time.Time

	Rates []Rate // by code, none twice; never empty
}

// Rate says how many units of a currency one euro was worth.
type Rate struct {
	Code  currency.Code
	Value currency.Decimal // above zero, with the digits as published
}
