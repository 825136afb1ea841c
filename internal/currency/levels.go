package currency

import (
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Level is about what a currency was worth: enough to tell a figure ten times off, a pair the wrong way round, grams
// from ounces or an abolished scale, and never a price.
type Level struct {
	Rate   Decimal // units for one US dollar, about: four digits
	On     Date    // day of the nearer of the rows that it was taken from
	Source string  // of that row
}

// near is how far from a moment the nearest row may be. What is further says nothing of it.
const near = 2 * 366 * 24 * time.Hour

// Level returns about what a currency was worth on the day of at, in the scale of that day: between two rows of
// data/levels.csv by the logarithm of their rates, before the first and after the last as in that one. It reports false
// for what was not money then, and where no row lies within two years.
func (t *Table) Level(c Code, at time.Time) (Level, bool) {
	on := DateOf(at)
	if c == "USD" {
		return Level{Rate: DecimalFromInt(1), On: on, Source: "the measure itself"}, true
	}
	cur, known := t.byCode[c]
	if !known || at.Before(cur.Introduced.First()) || cur.RetiredOn(at) {
		return Level{}, false
	}
	rows, day := t.levels()[c], on.First()
	next, _ := slices.BinarySearchFunc(rows, day, func(l Level, day time.Time) int { return l.On.First().Compare(day) })
	around := rows[max(next-1, 0):min(next+1, len(rows))]
	if len(around) == 0 {
		return Level{}, false
	}
	first, last := around[0], around[len(around)-1]
	nearer := first
	if last.On.First().Sub(day).Abs() < first.On.First().Sub(day).Abs() {
		nearer = last
	}
	if nearer.On.First().Sub(day).Abs() > near {
		return Level{}, false
	}
	ln := math.Log(t.onScale(c, first, day).Float())
	if last.On != first.On {
		passed, whole := day.Sub(first.On.First()), last.On.First().Sub(first.On.First())
		ln += (math.Log(t.onScale(c, last, day).Float()) - ln) * passed.Hours() / whole.Hours()
	}
	rate, err := ParseDecimal(strconv.FormatFloat(math.Exp(ln), 'e', 3, 64))
	if err != nil {
		return Level{}, false // beyond 10^±40, which no row is
	}
	return Level{Rate: rate, On: nearer.On, Source: nearer.Source}, true
}

// NewestLevel is the day of the last row of data/levels.csv: of what was after it a level says no more than of that day.
func (t *Table) NewestLevel() Date {
	var newest Date
	for _, rows := range t.levels() {
		if last := rows[len(rows)-1]; newest.Before(last.On) {
			newest = last.On
		}
	}
	return newest
}

// onScale is a row's rate in the scale of another day.
func (t *Table) onScale(c Code, row Level, day time.Time) Decimal {
	rate := row.Rate
	for _, r := range t.redenominations[c] {
		if r.From != r.To || r.Effective.IsZero() {
			continue
		}
		begins := r.Effective.First()
		was, is := !row.On.First().Before(begins), !day.Before(begins)
		switch {
		case is && !was:
			rate, _ = rate.Quo(r.OldPerNew, 8) // the loader takes no factor of zero
		case was && !is:
			rate = rate.Mul(r.OldPerNew)
		}
	}
	return rate
}

// readLevels reads data/levels.csv: a row holds what one source said of one day, as "AED=3.673 AFN=63.98". Of two that
// say something of a currency on the same day the first counts. An error names file and row.
func (t *Table) readLevels(files fs.FS) (map[Code][]Level, error) {
	levels := map[Code][]Level{}
	var last Date
	return levels, t.read(files, "levels.csv", func(t *Table, r *row) {
		on, source := r.date("date"), r.text("source")
		if on.Day == 0 || on.Before(last) {
			r.fail("date: %q is no day, or before that of the row above", on)
		}
		last = on
		for pair := range strings.FieldsSeq(r.require("rates")) {
			code, text, _ := strings.Cut(pair, "=")
			c := Code(code)
			if t.byCode[c].Code == "" {
				r.fail("rates: %q is not in currencies.csv", code)
			}
			rate, err := ParseDecimal(text)
			if err != nil || rate.Sign() <= 0 {
				r.fail("rates: %q is no rate of %s", text, code)
			}
			if of := levels[c]; len(of) == 0 || of[len(of)-1].On != on {
				levels[c] = append(of, Level{Rate: rate, On: on, Source: source})
			}
		}
	})
}
