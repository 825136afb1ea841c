// Package provider is the list of sources that the wire can fetch, one file each: what to ask, when, under which terms,
// and how to read what comes back. To add one, see "Add a source" in CONTRIBUTING.md.
//
// Everything here is a pure function of bytes; nothing fetches, keeps or judges. Start at [All], or at ecb.go for an
// example.
package provider

import "github.com/courant-news/courant/internal/wire"

// All returns every provider there is: central banks and other official bodies, then collections.
func All() []wire.Provider {
	return []wire.Provider{
		bdi(), bnr(), boc(), boe(), boi(), cba(), cbar(), cbr(), cbu(), cnb(), ecb(), hkma(), hnb(), imf(), mnb(), nbg(), nbk(),
		nbkr(), nbkrWeekly(), nbm(), nbp(), nbpB(), nbrb(), nbt(), nbu(), norges(), rba(), riksbank(), tcmb(),
		banxico(), fred(),
		currencyAPI(), currencyNPM(), erapi(), floatrates(), frankfurter(),
		fixer(), oxr(),
	}
}
