package audit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// tickerLine reads "XNYS:GSK 0.9000 52.51 1.74% 51.61": change, last price, percentage and previous close; a dash is not printed.
func tickerLine(t testing.TB, line string) Item {
	t.Helper()
	words := strings.Fields(line)
	i := Item{Ticker: words[0], Line: 1}
	if mic, ticker, named := strings.Cut(words[0], ":"); named {
		i.Market, i.Ticker = market.MIC(mic), ticker
	}
	for n, into := range []**currency.Decimal{&i.Change, &i.Last, &i.Percent, &i.Previous} {
		if n+1 < len(words) && words[n+1] != "-" {
			d := currency.MustDecimal(strings.TrimSuffix(words[n+1], "%"))
			*into = &d
		}
	}
	return i
}

// foundIn lists what a family finds in a document, as "error quote.percent GSK".
func foundIn(t testing.TB, family string, d Document, known *Known) (found []string, all []Finding) {
	t.Helper()
	facts := Embedded()
	facts.Known = known
	for _, f := range Check(d, facts).Findings {
		if !strings.HasPrefix(f.Rule, family) {
			continue
		}
		if f.Message == "" || len(f.Evidence) == 0 || f.Evidence[0].Fact == "" || f.Evidence[0].Source == "" {
			t.Errorf("%s lacks a message or its evidence: %+v", f.Key(), f)
		}
		found, all = append(found, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Subject)), append(all, f)
	}
	return found, all
}

// dayOf reads a day for tests.
func dayOf(t testing.TB, text string) currency.Date {
	t.Helper()
	d, err := currency.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPercentageFollowsOrItIsSaidWhyNot(t *testing.T) {
	for _, c := range []struct{ line, found, expected string }{
		{"XNYS:GSK 0.9000 52.51 1.74%", "", ""},
		{"XNYS:GSK 0.9000 52.51 1.71%", "error quote.percent-base XNYS:GSK", "1.74%"},
		{"XNYS:GSK 0.9000 52.51 1.7%", "", ""},
		{"XNYS:GSK 0.9000 52.51 2%", "", ""},
		{"XNYS:GSK - 52.51 1.71% 51.61", "error quote.percent-base XNYS:GSK", "1.74%"},
		{"XNYS:GSK - 52.51 1.74% 51.61", "", ""},
		{"XNYS:GSK - 52.51 -1.74% 51.61", "error quote.sign XNYS:GSK", "1.74%"},
		{"XNYS:GSK 0.9000 - 1.71%", "", ""},
		{"XNYS:GSK 0.9000 - -1.71%", "error quote.sign XNYS:GSK", ""},
		{"XNYS:GSK 1 53 1.71%", "", ""}, // from 0.5 to 1.5 on some 52
		{"XNYS:GSK 0.9000 52.51 0.0174%", "error quote.percent XNYS:GSK", "1.7438%"},
		{"XNYS:GSK 0.9000 52.51 17.4%", "error quote.percent XNYS:GSK", "1.7%"},
		{"XNYS:BP -0.5100 37.37 -1.35%", "", ""},
		{"XNYS:BP -0.5100 37.37 -1.36%", "error quote.percent-base XNYS:BP", "-1.35%"},
		{"XNYS:BP -0.5100 37.37 1.36%", "error quote.sign XNYS:BP", "-1.35%"},
		{"XNYS:BP -0.5100 37.37 0.00%", "error quote.sign XNYS:BP", "-1.35%"},
		{"XNYS:BP 0.0000 37.37 0.00%", "", ""},
		{"XNYS:BP 0.00 37.37 0.01%", "", ""}, // the change may be 0.005
		{"XNYS:BP 0.00 37.37 0.10%", "error quote.sign XNYS:BP", "0.00%"},
		{"XNYS:BP 0.0010 37.37 0.00%", "", ""},
		{"XNYS:NGG 85.43 0.1700 0.20%", "error quote.change XNYS:NGG", ""},
		{"XNYS:NGG 0.5 0.5 3%", "", ""}, // may have risen from 0.1, or from nothing: nothing can be said
		{"XNYS:NGG 0.6 0.5 3%", "error quote.change XNYS:NGG", ""},
		{"XNYS:NGG 0.1700 0 0.20%", "error quote.change XNYS:NGG", ""},
		{"XNYS:BCE -0.0100 25.835 -0.04% 25.845", "", ""},
		{"XNYS:BCE 0.1000 25.835 -0.04% 25.845", "error quote.change XNYS:BCE", "-0.01000"},
		{"XNYS:BCE -0.01 25.84 - 25.85", "", ""},
		{"XNYS:BCE - - -0.04%", "", ""},
		{"XNYS:BCE", "", ""},
	} {
		found, all := foundIn(t, "quote.", Document{Date: dayOf(t, "2026-02-02"), Items: []Item{tickerLine(t, c.line)}}, nil)
		if got := strings.Join(found, "; "); got != c.found {
			t.Errorf("%s: found %q, want %q", c.line, got, c.found)
		} else if c.found != "" && all[0].Expected != c.expected {
			t.Errorf("%s: expected is %q, not %q", c.line, all[0].Expected, c.expected)
		}
	}
}

func TestAShareThatWasTakenForAPercentageIsSaidTo(t *testing.T) {
	_, all := foundIn(t, "quote.", Document{Date: dayOf(t, "2026-02-02"), Items: []Item{tickerLine(t, "XNYS:GSK 0.9000 52.51 0.0174%")}}, nil)
	if len(all) != 1 || !strings.Contains(all[0].Message, "share and not a percentage") {
		t.Errorf("found %+v", all)
	}
}

func TestWhatFollowsFromAnyPricesIsNeverFound(t *testing.T) {
	random := rand.New(rand.NewPCG(2026, 2))
	slips := 0
	for range 5_000 {
		places := random.IntN(5)
		previous, last := 1+random.Int64N(100_000_000), 1+random.Int64N(100_000_000)
		if random.IntN(2) == 0 { // as prices move
			last = max(1, previous+previous/1000*(random.Int64N(100)-50)/10)
		}
		unit := currency.MustDecimal("0.000001")
		p, l := currency.DecimalFromInt(previous).Mul(unit), currency.DecimalFromInt(last).Mul(unit)
		change := l.Sub(p)
		percent, err := change.Mul(hundred).Quo(p, 30)
		if err != nil {
			t.Fatal(err)
		}
		round := func(d currency.Decimal) *currency.Decimal { r := d.RoundPlaces(places); return &r }
		i := Item{Market: "XNYS", Ticker: "BCE", Change: round(change), Last: round(l), Percent: round(percent)}
		if random.IntN(2) == 0 {
			i.Previous = round(p)
		}
		if i.Last.Sign() == 0 {
			continue // printed as nothing
		}
		if found, all := foundIn(t, "quote.", Document{Date: dayOf(t, "2026-02-02"), Items: []Item{i}}, nil); len(found) > 0 {
			t.Fatalf("%v last %s, change %s, percent %s: %v", found, i.Last, i.Change, i.Percent, all)
		}
		slip, err := change.Mul(hundred).Quo(l, 30)
		if err != nil {
			t.Fatal(err)
		}
		i.Percent = round(slip)
		if found, _ := foundIn(t, "quote.", Document{Date: dayOf(t, "2026-02-02"), Items: []Item{i}}, nil); len(found) > 0 {
			if slips++; found[0] != "error quote.percent-base XNYS:BCE" {
				t.Fatalf("last %s, change %s, percent of the last %s: %v", i.Last, i.Change, i.Percent, found)
			}
		}
	}
	if slips < 1_000 {
		t.Errorf("only %d slips were found", slips)
	}
}

func TestAListingIsHeldAgainstTheDayOfItsPrice(t *testing.T) {
	for _, c := range []struct{ day, line, found string }{
		{"2026-02-02", "SCS 0.0200 16.14 0.12%", "error quote.delisted SCS"},
		{"2026-02-02", "XNYS:SCS 0.0200 16.14 0.12%", "error quote.delisted XNYS:SCS"},
		{"2025-12-10", "SCS 0.0200 16.14 0.12%", ""},
		{"2025-12-11", "SCS 0.0200 16.14 0.12%", "error quote.delisted SCS"},
		{"2026-01-31", "XNAS:AZN - 95.10 -", ""}, // a Saturday prints Friday's
		{"2026-02-02", "XNAS:AZN - 95.10 -", "error quote.delisted XNAS:AZN"},
		{"2026-01-30", "XNYS:AZN - 190.51 -", "error quote.delisted XNYS:AZN"}, // not yet
		{"2026-02-02", "XNYS:AZN - 190.51 -", "note quote.event XNYS:AZN"},
		{"2026-02-03", "XNYS:AZN - 190.51 -", ""},
		{"2026-02-02", "AZN - 190.51 -", "note quote.event AZN; note quote.market AZN"},
		{"2026-02-02", "RBGPF - 82.5 -", "note quote.event RBGPF"},
		{"2026-02-03", "RBGPF - 82.5 -", ""},
		{"2026-02-02", "ACME - 82.5 -", "note quote.market ACME"},
		{"2026-02-02", "XXXX:ACME - 82.5 -", "note quote.market ACME"},
		{"2026-02-02", "XNYS:ACME - 82.5 -", ""},
		{"2026-02-02", "ALL - 200.5 -", "note quote.market ALL"},
		{"2026-02-02", "RIO - 91.93 -", ""},
	} {
		found, _ := foundIn(t, "quote.", Document{Date: dayOf(t, c.day), Items: []Item{tickerLine(t, c.line)}}, nil)
		if got := strings.Join(found, "; "); got != c.found {
			t.Errorf("%s on %s: found %q, want %q", c.line, c.day, got, c.found)
		}
	}
	gone := tickerLine(t, "XNYS:SCS - 16.14 -")
	for day, session := range map[string]string{
		"2025-12-20": "19 December 2025", // a Saturday
		"2025-12-25": "24 December 2025",
		"2025-12-26": "26 December 2025", // of no holiday in New York
		"2026-01-19": "16 January 2026",  // Martin Luther King's, a Monday
		"2026-01-01": "31 December 2025",
	} {
		_, all := foundIn(t, "quote.delisted", Document{Date: dayOf(t, day), Items: []Item{gone}}, nil)
		if want := "XNYS:SCS did not trade on " + session + ": "; len(all) != 1 || !strings.HasPrefix(all[0].Message, want) {
			t.Errorf("a page of %s: %v, not %q", day, all, want)
		}
	}
	old := tickerLine(t, "SCS 0.0200 16.14 0.12%")
	old.At = dayOf(t, "2025-12-09").First()
	if found, _ := foundIn(t, "quote.", Document{Date: dayOf(t, "2026-02-02"), Items: []Item{old}}, nil); len(found) > 0 {
		t.Errorf("an item with its own day: %v", found)
	}
}

// A page of a day on which a market did not trade prints the prices of the session before, by the market's own calendar.
func TestThePricesOfAHolidayAreThoseOfTheSessionBefore(t *testing.T) {
	for _, c := range []struct{ day, item, session string }{
		{"2025-12-26", "XLON:RKT", "2025-12-24"}, // Boxing Day, after Christmas
		{"2025-12-26", "XNYS:RIO", "2025-12-26"},
		{"2026-04-06", "XLON:RKT", "2026-04-02"}, // Easter Monday, after Good Friday
		{"2026-04-06", "XNYS:RIO", "2026-04-06"},
		{"2026-07-03", "RIO", "2026-07-02"}, // for Independence Day, in New York alone; a bare ticker is of the market that it trades at
		{"2026-07-03", "XLON:RR.", "2026-07-03"},
		{"2026-07-05", "ACME", "2026-07-03"}, // of no known market: any day of the week
	} {
		on := &check{document: Document{Date: dayOf(t, c.day)}, facts: Embedded(), at: dayOf(t, c.day).First()}
		if _, session, _ := on.listing(tickerLine(t, c.item)); session.Format(time.DateOnly) != c.session {
			t.Errorf("a page of %s prints prices of %s of %s, not of %s", c.day, c.item, session.Format(time.DateOnly), c.session)
		}
	}
}
