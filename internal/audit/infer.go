package audit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Infer says of which month a document's rates are, from the rates themselves, and how sure that is, as a sentence for
// [Document.Dated]. It compares them with the levels of currencies in each month since 1999 and takes the month in which
// most of the rates are nearest: a wrong row does no harm. The error is fault.Invalid where the rates are too few, or fit
// no month clearly better than all that are half a year away: then somebody must say it.
func Infer(d Document, facts Facts) (day currency.Date, how string, err error) {
	return infer(d, facts.Currencies.Level, facts.Currencies.NewestLevel())
}

// levels is the signature of [currency.Table.Level].
type levels func(currency.Code, time.Time) (currency.Level, bool)

// The bounds of what is taken for an inference. With levels of each month they refuse, of the tables of a day that the
// European Central Bank gave since 1999, one in thirty, and of the others place one in a hundred further off than they say.
const (
	fewestRows = 8
	counted    = 0.7  // the share of rows that count: those that fit best, since up to a third may be old or wrong
	apart      = 6    // months: those nearer are expected to fit nearly as well
	nearest    = 0.03 // how far rows may be off on average, as a logarithm: further, and it is another sort of table
	clearly    = 1.5  // how many times better than those apart the best must be
)

// month is how well the rates fit one: the mean distance of the logarithms of those that count.
type month struct {
	first time.Time
	off   float64
}

func infer(d Document, level levels, newest currency.Date) (currency.Date, string, error) {
	rows, _ := rates(d.Rows)
	if len(rows) == 0 {
		return currency.Date{}, "", fault.Because(fault.Invalid, "the document names no day, and has no rates that could tell one")
	}
	months := fits(rows, level, newest)
	if len(months) == 0 {
		return currency.Date{}, "", fault.Because(fault.Invalid,
			"the day of the rates cannot be inferred: that takes %d of them, of currencies whose levels are known", fewestRows)
	}
	best := 0
	for n, m := range months {
		if m.off < months[best].off {
			best = n
		}
	}
	if months[best].off > nearest {
		return currency.Date{}, "", fault.Because(fault.Invalid, "the day of the rates cannot be inferred: they fit no month well")
	}
	first, last := best, best // those that fit about as well
	for n, m := range months {
		switch far := max(n-best, best-n); {
		case m.off > clearly*months[best].off:
		case far >= apart:
			return currency.Date{}, "", fault.Because(fault.Invalid,
				"the day of the rates cannot be inferred: they fit %s hardly better than %s",
				months[best].first.Format("January 2006"), m.first.Format("January 2006"))
		default:
			first, last = min(first, n), max(last, n)
		}
	}
	give := "a month"
	if n := max(best-first, last-best); n > 1 {
		give = fmt.Sprintf("%d months", n)
	}
	at := months[best].first
	return currency.Date{Year: at.Year(), Month: int(at.Month())},
		fmt.Sprintf("inferred from the figures: about %s, give or take %s", at.Format("January 2006"), give), nil
}

// fits compares the rows with the levels of each month from 1999 to that of the newest. Of a pair that stands several
// times the first row counts.
func fits(rows []Row, level levels, newest currency.Date) []month {
	type distance struct {
		base, quote int // indices of codes
		log         float64
	}
	var codes []currency.Code
	index, seen := map[currency.Code]int{}, map[[2]int]bool{}
	number := func(code currency.Code) int {
		n, ok := index[code]
		if !ok {
			n = len(codes)
			index[code], codes = n, append(codes, code)
		}
		return n
	}
	var printed []distance
	for _, r := range rows {
		pair := [2]int{number(r.Base), number(r.Quote)}
		if r.Value.Sign() > 0 && !seen[pair] {
			seen[pair] = true
			printed = append(printed, distance{pair[0], pair[1], logOf(r.Value)})
		}
	}
	logs := make([]float64, len(codes)) // of the levels of a month
	var months []month
	for at := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC); !at.After(newest.First()); at = at.AddDate(0, 1, 0) {
		for n, code := range codes {
			logs[n] = math.NaN()                       // there may be no level of it
			l, ok := level(code, at.AddDate(0, 0, 14)) // in the middle of the month
			if ok && l.Rate.Sign() > 0 {
				logs[n] = logOf(l.Rate)
			}
		}
		var off []float64
		for _, p := range printed {
			if d := math.Abs(p.log - logs[p.quote] + logs[p.base]); !math.IsNaN(d) {
				off = append(off, d)
			}
		}
		if len(off) < fewestRows {
			continue
		}
		slices.Sort(off)
		sum := 0.0
		best := off[:int(counted*float64(len(off)))]
		for _, distance := range best {
			sum += distance
		}
		months = append(months, month{at, sum / float64(len(best))})
	}
	return months
}

// InferFrom says of which day a document's rates are, from what the sources in a ledger said: the day of which a source
// said, digit for digit, what most of the rows print, at least five of them and more than half. Pages are not asked, and
// rates that a law fixes do not count. The error is fault.Invalid where there is no such day, or where there are two.
func InferFrom(ctx context.Context, l *market.Ledger, d Document) (day currency.Date, how string, err error) {
	sources, err := l.Known(ctx)
	if err != nil {
		return currency.Date{}, "", err
	}
	printed, rows := map[market.Symbol][]currency.Decimal{}, 0
	var symbols []market.Symbol
	can, _ := rates(d.Rows)
	for _, r := range can {
		if !fixedOnce(l.Currencies(), r) {
			pair := market.Pair(r.Base, r.Quote)
			printed[pair] = append(printed[pair], r.Value)
			symbols = append(symbols, pair)
			rows++
		}
	}
	said, err := l.Said(ctx, symbols, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return currency.Date{}, "", err
	}
	alike := map[edition]int{}
	for _, o := range said {
		if sources[o.Source].Kind != market.Page && slices.ContainsFunc(printed[o.Symbol], o.Value.Equal) {
			alike[edition{o.Source, currency.DateOf(o.At)}]++
		}
	}
	best, n, err := mostAlike(alike, rows)
	if err != nil {
		return currency.Date{}, "", err
	}
	return best.day, fmt.Sprintf("inferred: %d of %d figures are those of %s of %s",
		n, rows, (&Known{Sources: sources}).name(best.source), written(best.day)), nil
}

// fixedOnce says whether a row is of a currency that a law once fixed for ever: its figure says nothing of a day.
func fixedOnce(table *currency.Table, r Row) bool {
	for _, code := range []currency.Code{r.Base, r.Quote} {
		if slices.ContainsFunc(table.Pegs(code), currency.Peg.Hard) {
			return true
		}
	}
	return false
}

// mostAlike returns the edition with most figures alike; of several the first, which the others repeated, as datasets do
// over a weekend.
func mostAlike(alike map[edition]int, rows int) (best edition, n int, err error) {
	const least = 5
	for _, count := range alike {
		n = max(n, count)
	}
	if n < least || 2*n <= rows {
		return best, 0, fault.Because(fault.Invalid,
			"the day of the rates cannot be inferred: no source in the ledger said most of them, and at least five, of one day")
	}
	var most []edition
	for e, count := range alike {
		if count == n {
			most = append(most, e)
		}
	}
	slices.SortFunc(most, func(a, b edition) int {
		return cmp.Or(a.day.First().Compare(b.day.First()), cmp.Compare(a.source, b.source))
	})
	if last := most[len(most)-1]; last.day.First().Sub(most[0].day.First()) > longestClosing {
		return best, 0, fault.Because(fault.Invalid, "the day of the rates cannot be inferred: %d of them are of %s and of %s alike",
			n, written(most[0].day), written(last.day))
	}
	return most[0], n, nil
}
