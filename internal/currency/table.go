package currency

import (
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Table holds all currencies, pegs and redenominations. It is immutable and safe for concurrent use.
type Table struct {
	byCode          map[Code]Currency
	sorted          []Currency
	folded          []string // names of sorted, as Search compares them
	pegs            map[Code][]Peg
	pegged          []Code // those of pegs, sorted
	redenominations map[Code][]Redenomination
	scales          map[Code][]time.Time // when those began that kept the code; of currencies that have any
	withdrawals     map[Code][]Withdrawal
	moves           map[Code]Move
	median          Move                    // of the currencies that float
	levels          func() map[Code][]Level // in the order of their days; read on first use, since few programs ask
}

// All returns the embedded table, parsed on first use. It panics, naming file and row, if the table is broken, and so
// does the first [Table.Level]: that is a mistake in the program.
func All() *Table { return embedded() }

var embedded = sync.OnceValue(func() *Table {
	t, err := load(files)
	if err != nil {
		panic("currency: " + err.Error())
	}
	return t
})

// Currency returns what is known of a code, or [fault.NotFound].
func (t *Table) Currency(c Code) (Currency, error) {
	cur, ok := t.byCode[c]
	if !ok {
		return Currency{}, fault.Because(fault.NotFound, "there is no currency %q in ISO 4217 or in Courant's table", string(c))
	}
	return cur, nil
}

// Currencies returns all currencies, sorted by code.
func (t *Table) Currencies() []Currency {
	return slices.Clone(t.sorted)
}

// Pegs returns the pegs of a currency, in the order of their beginning.
func (t *Table) Pegs(c Code) []Peg { return slices.Clone(t.pegs[c]) }

// Pegged yields the codes that have a peg, in force or not, in their order.
func (t *Table) Pegged() iter.Seq[Code] { return slices.Values(t.pegged) }

// PegOn returns the peg of a currency that held at a moment: the latest, if several did.
func (t *Table) PegOn(c Code, at time.Time) (Peg, bool) {
	for _, p := range slices.Backward(t.pegs[c]) {
		if p.InForce(at) {
			return p, true
		}
	}
	return Peg{}, false
}

// Redenominations yields those from or to a currency, in the order of their beginning; what has not begun is last.
func (t *Table) Redenominations(c Code) iter.Seq[Redenomination] {
	return slices.Values(t.redenominations[c])
}

// ScaleOn says on which scale a code stood at a moment: 1 on its first or only one, 2 after the first redenomination
// that kept the code (SYP from 2026-01-01, VES from 2021-10-01), and so on.
func (t *Table) ScaleOn(c Code, at time.Time) int {
	scale := 1
	for _, began := range t.scales[c] {
		if !at.Before(began) {
			scale++
		}
	}
	return scale
}

// Withdrawals returns what ISO 4217 list three says of a code, which is also where its earlier meanings and names
// are. The order is ISO's, by entity.
func (t *Table) Withdrawals(c Code) []Withdrawal { return slices.Clone(t.withdrawals[c]) }

// Groups returns the headings of a board, in order.
func (t *Table) Groups() []string {
	return []string{
		"Majors", "Europe", "Americas", "Asia and Pacific", "Middle East", "Africa", "Metals and units", "Retired",
	}
}

// Name returns the name of a currency in a language given as a BCP 47 tag ("de", "pt-BR"): in that language where the
// table has it, in English otherwise. Of an unknown code it is the code itself.
func (t *Table) Name(c Code, lang string) string {
	if name := translated(c, lang); name != "" {
		return name
	}
	if cur, ok := t.byCode[c]; ok {
		return cur.Name
	}
	return string(c)
}

// Languages returns the languages that [Table.Name] knows besides English, sorted.
func (t *Table) Languages() []string { return slices.Sorted(maps.Keys(names().byLang)) }
