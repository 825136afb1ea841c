// Package provider is the list of sources that the wire can fetch, one file each: what to ask, when, under which terms,
// and how to read what comes back. To add one, see "Add a source" in CONTRIBUTING.md.
//
// Everything here is a pure function of bytes; nothing fetches, keeps or judges. Start at [All], or at ecb.go for an
// example.
package provider

import (
	"slices"

	"github.com/courant-news/courant/internal/wire"
)

// All returns every provider there is.
func All() []wire.Provider {
	return slices.Concat([]wire.Provider{ecb()}, listA(), listB(), listC(), listD())
}
