package audit

import (
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// knownLines is what a ledger knew by lines such as "EUR/USD 1.1840 European Central Bank", of the day unless they end in
// another. Of a pair the first is the price, and the others are set aside; a line of an earlier day, of a source that
// also has one of the day, is of what was said before.
func knownLines(t testing.TB, on string, lines ...string) *Known {
	t.Helper()
	k := &Known{Prices: map[market.Symbol]market.Price{}, Sources: market.Sources{}, Before: map[market.Symbol][]market.Offer{}}
	for _, line := range lines {
		words := strings.Fields(line)
		pair, at := market.Symbol(words[0]), dayOf(t, on).First()
		if d, err := currency.ParseDate(words[len(words)-1]); err == nil {
			words, at = words[:len(words)-1], d.First()
		}
		name := strings.Join(words[2:], " ")
		id := market.SourceID(strings.ReplaceAll(strings.ToLower(name), " ", "-"))
		s := market.Source{ID: id, Name: name, Kind: market.Official, Fresh: 5 * 24 * time.Hour}
		if strings.HasSuffix(name, "page") {
			s.Kind = market.Page
		}
		k.Sources[id] = s
		value := currency.MustDecimal(words[1])
		said := market.NewObservation(pair, market.Rate, value, market.Moment{At: at, Seen: at}, id, "")
		o := market.Offer{Source: id, Value: value, At: at, Seen: at, How: market.Said, From: []market.Observation{said}}
		p, heard := k.Prices[pair]
		switch {
		case !heard:
			p = market.Price{Symbol: pair, Offer: o}
		case at.Before(p.At) && p.Source == id:
			k.Before[pair] = append(k.Before[pair], o)
		default:
			p.SetAside = append(p.SetAside, market.SetAside{Offer: o})
		}
		k.Prices[pair] = p
	}
	return k
}

// rateLine reads "EUR/USD 1.1840 2026-01-02": a row, which may have a day of its own.
func rateLine(t testing.TB, line string) Row {
	t.Helper()
	words := strings.Fields(line)
	base, quote, ok := market.Symbol(words[0]).Pair()
	if !ok {
		t.Fatalf("%q is no rate", line)
	}
	r := Row{Base: base, Quote: quote, Value: currency.MustDecimal(words[1]), Line: 1}
	if len(words) > 2 {
		r.At = dayOf(t, words[2]).First()
	}
	return r
}

func rows(t testing.TB, on string, lines ...string) Document {
	t.Helper()
	d := Document{Date: dayOf(t, on)}
	for _, line := range lines {
		d.Rows = append(d.Rows, rateLine(t, line))
	}
	return d
}

func TestARateIsHeldAgainstTheSourcesOfTheDay(t *testing.T) {
	bank, other := "EUR/USD 1.1861 European Central Bank", "EUR/USD 1.1864 Bank of Canada"
	for name, c := range map[string]struct {
		row, found string
		known      []string
	}{
		"the same":                       {"EUR/USD 1.1861", "", []string{bank}},
		"within a day's move":            {"EUR/USD 1.1890", "", []string{bank}},
		"far":                            {"EUR/USD 1.2461", "warning known.apart USD", []string{bank, other}},
		"far below":                      {"EUR/USD 1.1461", "warning known.apart USD", []string{bank, other}},
		"few digits":                     {"EUR/USD 1.2", "", []string{bank}},
		"the sources are apart too":      {"EUR/USD 1.2461", "", []string{bank, "EUR/USD 1.2400 A Bank"}},
		"an old source is no witness":    {"EUR/USD 1.2461", "", []string{"EUR/USD 1.1861 European Central Bank 2026-01-12"}},
		"an old one beside a fresh one":  {"EUR/USD 1.2461", "warning known.apart USD", []string{bank, "EUR/USD 1.2461 A Bank 2026-01-12"}},
		"a page is no witness":           {"EUR/USD 1.2461", "warning known.apart USD", []string{bank, "EUR/USD 1.2461 another page"}},
		"a page alone":                   {"EUR/USD 1.2461", "", []string{"EUR/USD 1.1861 another page"}},
		"another pair":                   {"EUR/GBP 0.9658", "", []string{bank}},
		"a row of another day":           {"EUR/USD 1.2461 2026-01-30", "", []string{bank}},
		"a row of the day":               {"EUR/USD 1.2461 2026-02-02", "warning known.apart USD", []string{bank}},
		"a peg does not move":            {"USD/AED 3.6745", "warning known.apart AED", []string{"USD/AED 3.6725 A Bank"}},
		"a cross of two pegs":            {"SAR/AED 0.97933", "", []string{"SAR/AED 0.97933 A Bank"}},
		"a cross of two pegs, far":       {"SAR/AED 0.98033", "warning known.apart AED", []string{"SAR/AED 0.97933 A Bank"}},
		"zero is for others to complain": {"EUR/USD 0", "", []string{bank}},
	} {
		found, all := foundIn(t, "known.", rows(t, "2026-02-02", c.row), knownLines(t, "2026-02-02", c.known...))
		if got := strings.Join(found, "; "); got != c.found {
			t.Errorf("%s: found %q, want %q: %+v", name, got, c.found, all)
		}
	}
	if found, _ := foundIn(t, "known.", rows(t, "2026-02-02", "EUR/USD 1.2461"), nil); len(found) > 0 {
		t.Errorf("without a ledger: %v", found)
	}
}

func TestAFrozenFeedIsNoWitness(t *testing.T) {
	k := knownLines(t, "2026-02-02", "EUR/USD 1.1861 European Central Bank")
	p := k.Prices["EUR/USD"]
	p.Flags = []market.Flag{{Code: market.Unchanged, Doubt: true}}
	k.Prices["EUR/USD"] = p
	if found, _ := foundIn(t, "known.", rows(t, "2026-02-02", "EUR/USD 1.2461"), k); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestEveryWitnessIsNamed(t *testing.T) {
	k := knownLines(t, "2026-02-02", "EUR/USD 1.1861 European Central Bank", "EUR/USD 1.1864 Bank of Canada 2026-01-30")
	_, all := foundIn(t, "known.", rows(t, "2026-02-02", "EUR/USD 1.2461"), k)
	if len(all) != 1 || len(all[0].Evidence) != 3 {
		t.Fatalf("found %+v", all)
	}
	f := all[0]
	if f.Expected != "1.1861" || f.Evidence[0].Source != "European Central Bank" || f.Evidence[1].At != "2026-01-30" ||
		!strings.Contains(f.Evidence[1].Fact, "1.1864") || f.Deviation != "0.0506" {
		t.Errorf("found %+v", f)
	}
}

func TestACopyOfAnEarlierDayIsToldByItsDigits(t *testing.T) {
	today := []string{
		"EUR/USD 1.1840 European Central Bank", "EUR/GBP 0.86580 European Central Bank", "EUR/JPY 183.61 European Central Bank",
		"EUR/SEK 10.583212 A Dataset",
	}
	earlier := append(today[:len(today):len(today)], "EUR/USD 1.1919 European Central Bank 2026-01-30", "EUR/USD 1.1919 European Central Bank 2026-01-12",
		"EUR/GBP 0.86610 European Central Bank 2026-01-30", "EUR/JPY 183.59 European Central Bank 2026-01-30", "EUR/SEK 10.565432 A Dataset 2026-01-30")
	for name, c := range map[string]struct{ lines, found string }{
		"all of the day":               {"EUR/USD 1.1840,EUR/GBP 0.86580,EUR/JPY 183.61", ""},
		"one of another day":           {"EUR/USD 1.1919,EUR/GBP 0.86580,EUR/JPY 183.61", "warning stale.copy USD"},
		"one, and nothing beside it":   {"EUR/USD 1.1919", ""},
		"one, and strangers beside it": {"EUR/USD 1.1919,EUR/GBP 0.86581,EUR/JPY 183.62", ""},
		"all of another day":           {"EUR/USD 1.1919,EUR/GBP 0.86610,EUR/JPY 183.59", "warning stale.copy USD; warning stale.copy GBP; warning stale.copy JPY"},
		"many digits":                  {"EUR/SEK 10.565432", "warning stale.copy SEK"},
		"its own day":                  {"EUR/SEK 10.565432 2026-01-30", ""},
	} {
		d := rows(t, "2026-02-02", strings.Split(c.lines, ",")...)
		found, all := foundIn(t, "stale.copy", d, knownLines(t, "2026-02-02", earlier...))
		if got := strings.Join(found, "; "); got != c.found {
			t.Errorf("%s: found %q, want %q", name, got, c.found)
		}
		if name == "one of another day" && len(all) == 1 && !strings.Contains(all[0].Message, "30 January 2026") {
			t.Errorf("the day is not the newest: %s", all[0].Message)
		}
	}
}

func TestARowOfItsOwnDayMayBeFiveDaysOld(t *testing.T) {
	for line, want := range map[string]string{
		"EUR/USD 1.1840 2026-01-28": "",
		"EUR/USD 1.1840 2026-01-27": "warning stale.row USD",
		"EUR/USD 1.1840 2026-02-02": "",
		"EUR/USD 1.1840 2026-02-03": "error stale.row USD",
		"EUR/USD 1.1840":            "",
		"EUR/HRK 7.5345 2022-12-31": "", // fixed for ever
		"EUR/USD 1.1840 2020-01-02": "warning stale.row USD",
	} {
		found, _ := foundIn(t, "stale.row", rows(t, "2026-02-02", line), nil)
		if got := strings.Join(found, "; "); got != want {
			t.Errorf("%s: found %q, want %q", line, got, want)
		}
	}
	month := rows(t, "2026-02", "EUR/USD 1.1840 2026-02-27")
	if found, _ := foundIn(t, "stale.row", month, nil); len(found) > 0 {
		t.Errorf("a day of the document's month: %v", found)
	}
	i := tickerLine(t, "XNYS:BCE -0.0100 25.835 -0.04%")
	i.At = dayOf(t, "2026-01-05").First()
	found, _ := foundIn(t, "stale.row", Document{Date: dayOf(t, "2026-02-02"), Items: []Item{i}}, nil)
	if len(found) != 1 || found[0] != "warning stale.row XNYS:BCE" {
		t.Errorf("an item of another month: %v", found)
	}
}
