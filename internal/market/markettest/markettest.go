// Package markettest runs market scripts: short, readable accounts of who said what and what must follow from it.
//
// A script is a file of one command a line. A # begins a comment, text with spaces stands in double quotes, and an
// indented line belongs to the command above it. Each test begins with a fresh market; what stands before the first
// test is common to all.
//
//	test "A fresh value comes before a better source's old one"
//
//	source NAME KIND fresh 4d "Name for readers" [issues EUR]
//	    KIND: official, dataset or page; issues: it is the bank of that currency
//
//	observe NAME SYMBOL [FIELD] VALUE … at DAY [seen INSTANT]
//	    several numbers of one sheet: the symbol stands until the next one; a listing's numbers bear their field
//	    (last, previous, change, percent). Without seen they were learnt at 16:00 UTC of the day.
//	refuse NAME SYMBOL [FIELD] VALUE … at DAY [seen INSTANT] "part of the reason"
//	    the same, but the ledger must refuse it for that reason and stay as it is
//
//	asof DAY [known DAY]                             what is expected below is read from there; known: else everything
//
//	expect EUR/USD 1.0850 [from NAME] [said|inverse|cross|fixed] [at DAY]
//	quote XNYS:RIO 91.93 [from NAME] [at DAY] [previous 91.08] [change 0.85] [percent 0.93]
//	    nothing instead of the number: nobody has said it. Below them may stand, indented:
//	    why "part of the reason"                     why this offer was chosen
//	    aside NAME "part of the reason"              the offer of that source was set aside, and why
//	    alone                                        nothing was set aside
//	    agree 1/2                                    of two other current sources one is within one per cent
//	    rests EUR/USD EUR/JPY                        the symbols it rests on, in the order of the arithmetic
//	    basis "part of the words"                    how a quote's previous close was made comparable
//	    move +0.12% [since DAY]                      the change; move withheld "part of the reason"
//	    flag CODE ["part of its text"]               a flag it bears; noflag CODE …: flags it does not bear
//
//	board EUR count 3 [newest DAY]                   how many currencies stand on it
//	history EUR/USD 1.0850 1.0840 …                  the newest first
//
//	adjust XNYS:AZN 95.22 of DAY on DAY 190.44 ["part of the basis"]
//	    the close of a day as one of the share that trades on a later day; refused "part of the reason" instead of
//	    the number; without words nothing lay between
//
// A value is compared as it is written: what a source said must have the same digits, and what was computed must round
// to as many digits as the script gives.
//
// [Run] runs a script on the pure rules: every answer is computed again from the same observations shuffled and doubled
// and must not change. With a store it runs the script again through a [market.Ledger] over that store, where a rate
// must also agree with the board that it stands on. The package is for tests only. It keeps no state and reads no
// clock: that of every script stands at the first instant of 2030.
package markettest

import (
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/market"
)

// RunAll runs every script of a directory, see [Run]. A directory without scripts fails.
func RunAll(t *testing.T, dir string, open func(t *testing.T) market.Store) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.market"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("there are no market scripts in %s", dir)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { Run(t, file, open) })
	}
}

// Run runs a script file, each of its tests as a subtest. Open returns a fresh, empty store for a test; where it is nil
// the script is run on the pure rules in memory.
func Run(t *testing.T, file string, open func(t *testing.T) market.Store) {
	t.Helper()
	common, tests, err := parseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var w world = &memory{}
			if open != nil {
				w = newBook(t.Context(), open(t))
			}
			r := runner{t: t, file: file, world: w}
			for _, c := range common {
				r.run(c)
			}
			for _, c := range test.commands {
				r.run(c)
			}
		})
	}
}
