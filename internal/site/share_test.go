package site_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// listed is a paper that knows shares: some that trade, one that moved, one that was consolidated, one that is gone.
func listed(t *testing.T) *paper {
	t.Helper()
	p := full(t)
	var heard []market.Observation
	for _, q := range []struct {
		symbol       market.Symbol
		last, change string
	}{
		{"XNYS:SCS", "16.14", "0.0200"}, {"OTCM:RBGPF", "82.5", "0.1000"}, {"XNYS:AZN", "190.51", "0.0700"}, {"XLON:RR.", "1204.50", "12.50"}, {"XNYS:BP", "37.37", "-0.51"},
	} {
		heard = append(heard, said(page, q.symbol, market.Last, q.last, monday), said(page, q.symbol, market.Change, q.change, monday))
	}
	if _, err := p.ledger.Record(t.Context(), []market.Source{page}, heard, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheListOfSharesIsGroupedByMarketsWithWhatTheyDo(t *testing.T) {
	p := listed(t)
	doc := p.get(t, "/markets/shares/", 200)
	wantText(t, doc, ".group", "London Stock Exchange", "Open until 16:30 UTC.", "New York Stock Exchange", "Closed since 4 February 2026, 21:00 UTC; it opens at 14:30 UTC.", "OTC Markets")
	wantText(t, doc, ".tally", "6 listings")
	for row, words := range map[string][]string{
		"RR.": {"1204.50", "GBX", "+1.05%", "2 Feb 2026"}, "RIO": {"91.12", "USD", "−1.47%"}, "RBGPF": {"82.5", "consolidation"}, "SCS": {"merged", "did not trade", "16.14"},
	} {
		got := doc.Find(".board tr:has(b:contains('" + row + "'))").Text()
		for _, w := range words {
			if !strings.Contains(got, w) {
				t.Errorf("the row of %s lacks %q: %s", row, w, strings.Join(strings.Fields(got), " "))
			}
		}
	}
	if got := doc.Find(".board tr:has(b:contains('SCS')) .move").Text(); got != "–" {
		t.Errorf("a dead share moved by %s", got)
	}
	why := doc.Find(".board tr:has(b:contains('RBGPF')) a.why")
	if href, _ := why.Attr("href"); href != "/markets/shares/OTCM/RBGPF#why" || len(why.Text()) > 20 {
		t.Errorf("why there is no change is said in %q, at length at %q", why.Text(), href)
	}
	if n := p.get(t, why.AttrOr("href", ""), 200).Find("#why").Length() + p.get(t, "/markets/shares/XNYS/SCS", 200).Find("#why").Length(); n != 2 {
		t.Errorf("%d of two pages say at that place why", n)
	}
}

func TestTheListOfSharesIsSortedSearchedAndAskedOfAnotherDay(t *testing.T) {
	p := listed(t)
	doc := p.get(t, "/markets/shares/?sort=-change&q=PLC", 200)
	if n := doc.Find(".group").Length(); n != 0 {
		t.Errorf("a sorted list has %d groups", n)
	}
	wantText(t, doc, ".tally", "4 of 6 listings", "By market")
	var order []string
	for _, b := range doc.Find(".board tr:not([hidden]) th b").EachIter() {
		order = append(order, b.Text())
	}
	if got := strings.Join(order, " "); got != "RR. AZN RIO RBGPF" {
		t.Errorf("by their change there are %s", got)
	}
	if got := text(doc, "th[aria-sort=descending]"); got != "Change" {
		t.Errorf("sorted by %q", got)
	}
	wantText(t, p.get(t, "/markets/shares/?as-of=2026-02-01", 200), "main", "No quotes are known by then")
	wantText(t, p.get(t, "/markets/shares/?sort=weight", 400), "main", "take name, rate, change or age")
}

func TestADeadShareIsShownAsWhatItIs(t *testing.T) {
	p := listed(t)
	doc := p.get(t, "/markets/shares/XNYS/SCS", 200)
	wantText(t, doc, ".head .standing", "merged", "until 10 December 2025", "became part of XNYS:HNI", "0.2192")
	wantText(t, doc, ".head", "when it did not trade", "nobody’s price")
	if n := doc.Find(".head .move").Length(); n != 0 {
		t.Error("a dead share has a change")
	}
	wantText(t, doc, ".actions", "10 Dec 2025", "Last day of trading", "8-K")
	gone := p.get(t, "/markets/shares/XNAS/AZN", 200)
	wantText(t, gone, ".head", "delisted", "until 30 January 2026", "No source has quoted XNAS:AZN")
	if href, _ := gone.Find(".lines a").Attr("href"); href != "/markets/shares/XNYS/AZN" {
		t.Errorf("the former line leads to %q", href)
	}
}

func TestACorporateActionIsExplainedWhereThePriceIs(t *testing.T) {
	p := listed(t)
	for path, words := range map[string][]string{
		"OTCM/RBGPF": {"Why no change is given", "2 February 2026", "Consolidated 24 for 25", "235 pence sterling (GBX)", "cannot be compared", "at no known rate in USD"},
		"XNYS/AZN":   {"What the change is counted from", "Moved here from XNAS:AZN", "exchanged 1 for 2", "190.44"},
	} {
		wantText(t, p.get(t, "/markets/shares/"+path, 200), ".met", words...)
	}
	doc := p.get(t, "/markets/shares/OTCM/RBGPF", 200)
	wantText(t, doc, ".actions", "OTCM:RBGPF", "XLON:RKT", "take off what was paid, then multiply it by 25 and divide it by 24", "Reckitt announcements", "verified")
	wantText(t, doc, ".facts", "GB00B24CGK77, until 1 February 2026")
	wantText(t, doc, ".lines", "XLON:RKT", "pence sterling (GBX)")
}

func TestASharesPageSaysWhatItsPriceIsOf(t *testing.T) {
	p := listed(t)
	doc := p.get(t, "/markets/shares/XLON/RR.", 200)
	wantText(t, doc, ".head", "1204.50", "pence sterling (GBX), XLON:RR.", "1204.50 GBX are 12.0450 GBP", "The price of the session of 2 February 2026", "2 sessions have closed since",
		"London Stock Exchange Open until 16:30 UTC.")
	if star, _ := doc.Find(".value").Attr("data-star"); star != "/markets/shares/XLON/RR." {
		t.Errorf("on a list it is %q", star)
	}
	then := p.get(t, "/markets/shares/XLON/RR.?as-of=2026-02-02", 200)
	wantText(t, then, ".head", "the newest that has closed")
	if strings.Contains(text(then, ".head"), "Open until") {
		t.Error("of another day it says what the market does now")
	}
}

func TestTheLastPricesOfAShareAreDrawnWithWhatHappenedToIt(t *testing.T) {
	p := full(t)
	feed := market.Source{ID: "feed", Name: "A Feed", Kind: market.Dataset, Fresh: 96 * time.Hour}
	var heard []market.Observation
	for n, day := range []time.Time{friday.AddDate(0, 0, -1), friday, monday, monday.AddDate(0, 0, 1)} {
		price := []string{"6010", "6000", "6100", "6150"}[n]
		heard = append(heard, market.NewObservation("XLON:RKT", market.Last, currency.MustDecimal(price), market.Moment{At: day.Add(17 * time.Hour), Seen: learnt.AddDate(0, 0, 2)}, feed.ID, strconv.Itoa(n)))
	}
	if _, err := p.ledger.Record(t.Context(), []market.Source{feed}, heard, nil); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, "/markets/shares/XLON/RKT?range=all", 200)
	wantText(t, doc, ".course", "The last price of each session of XLON:RKT in pence sterling (GBX)", "A Feed", "Consolidated 24 for 25", "of another share than those behind it")
	wantText(t, doc, ".ends", "First", "6010", "Last", "6150", "less 235 GBX of special dividend")
	if rows := doc.Find(".days tbody tr"); rows.Length() != 4 || doc.Find(".course select").Length() != 0 {
		t.Errorf("the chart's table has %d rows", rows.Length())
	}
	// 6010 − 235 = 5775, × 25 ÷ 24 = 6015.625; to 6150 that is 2.23%.
	if got := text(doc, ".ends .move"); got != "+2.23%" {
		t.Errorf("over a consolidation it moved by %s", got)
	}
	wantText(t, p.get(t, "/markets/shares/XLON/RKT?range=2w", 400), "main", "there is no range")
}

func TestASharesCourseIsOfTheClosesWhereSomebodyGaveBars(t *testing.T) {
	p := full(t)
	feed := market.Source{ID: "feed", Name: "A Feed", Kind: market.Dataset, Fresh: 96 * time.Hour}
	var bars []market.Bar
	for n, day := range []time.Time{friday, monday, monday.AddDate(0, 0, 1)} {
		low, high := currency.DecimalFromInt(int64(90+n)), currency.DecimalFromInt(int64(92+n))
		bars = append(bars, market.Bar{Symbol: "XNYS:RIO", Interval: market.Daily, Source: feed.ID, At: day, Seen: learnt.AddDate(0, 0, 2), Open: low, High: high, Low: low, Close: high, NoVolume: true, Ref: "1"})
	}
	if _, err := p.ledger.AddBars(t.Context(), feed, bars, market.BarsOptions{}); err != nil {
		t.Fatal(err)
	}
	at := monday.AddDate(0, 0, 1).Add(15 * time.Hour)
	var heard []market.Observation
	for field, value := range map[market.Field]string{market.Last: "93.50", market.OpenPrice: "92.10", market.HighPrice: "94", market.LowPrice: "92", market.Volume: "1200300", market.Delay: "15"} {
		heard = append(heard, market.NewObservation("XNYS:RIO", field, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(time.Hour)}, feed.ID, "1"))
	}
	if _, err := p.ledger.Record(t.Context(), []market.Source{feed}, heard, nil); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, "/markets/shares/XNYS/RIO", 200)
	wantText(t, doc, ".course", "The close of each session of XNYS:RIO in USD", "3 values", "A Feed")
	wantText(t, doc, ".head", "at 15:00 UTC; the source gives its prices 15 minutes late. One session has closed since")
	wantText(t, doc, ".body", "Open", "92.10", "High", "94", "Volume", "1,200,300")
	if n := p.get(t, "/markets/shares/XNYS/RIO?as-of=2026-01-31", 200).Find(".course").Length(); n != 0 {
		t.Error("what was not known then is drawn")
	}
}

func TestTheStripSaysWhetherTheMarketsOfItsSharesTrade(t *testing.T) {
	p := listed(t)
	if n := p.get(t, "/", 200).Find(".hours").Length(); n != 0 {
		t.Error("a strip of currencies names the hours of markets")
	}
	p.set(t, news.Masthead{Strip: []market.Symbol{"XNYS:RIO", "EUR/USD", "XLON:RR.", "XNYS:BP"}})
	if got := text(p.get(t, "/", 200), ".ticker .hours"); got != "New York closed, London open" {
		t.Errorf("the strip says %q", got)
	}
	if n := p.get(t, "/", 200).Find(".ticker .step, .star").Length(); n != 0 {
		t.Error("without scripts the strip has buttons")
	}
}

// The clock of these pages stands on 5 February 2026: the newest session of New York is that of the fourth.
func TestASessionIsDrawnMinuteByMinuteWhereThatMayBeShown(t *testing.T) {
	p := full(t)
	minute := func(source market.SourceID, clock string, ohlc ...string) market.Bar {
		at, err := time.Parse(time.RFC3339, "2026-02-04T"+clock+":00Z")
		if err != nil {
			t.Fatal(err)
		}
		price := func(i int) currency.Decimal { return currency.MustDecimal(ohlc[i]) }
		return market.Bar{
			Symbol: "XNYS:RIO", Interval: market.Minutely, Source: source, At: at, Seen: at.Add(65 * time.Second), Open: price(0), High: price(1), Low: price(2),
			Close: price(3), Volume: currency.MustDecimal("1500"), Ref: "made here of 12 trades",
		}
	}
	secret := market.Source{ID: "secret", Name: "A Secret", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.Private}
	if _, err := p.ledger.AddBars(t.Context(), secret, []market.Bar{minute("secret", "14:30", "92", "92", "92", "92"), minute("secret", "14:31", "92", "92", "92", "92")}, market.BarsOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := p.get(t, "/markets/shares/XNYS/RIO", 200).Find(".session").Length(); n != 0 {
		t.Error("what may not be shown is drawn")
	}
	feed := market.Source{ID: "feed", Name: "A Feed", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
	bars := []market.Bar{
		minute("feed", "14:30", "92.10", "92.40", "92.00", "92.30"), minute("feed", "14:31", "92.30", "92.55", "92.20", "92.50"),
		minute("feed", "14:32", "92.50", "92.50", "92.50", "92.50"), minute("feed", "14:33", "92.50", "92.50", "92.50", "92.50"),
		minute("feed", "14:34", "92.50", "92.50", "92.50", "92.50"),
		minute("feed", "14:46", "92.50", "92.60", "91.90", "92.00"),
	}
	if _, err := p.ledger.AddBars(t.Context(), feed, bars, market.BarsOptions{}); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, "/markets/shares/XNYS/RIO", 200)
	wantText(t, doc, ".session", "The session of 4 February 2026", "XNYS:RIO in USD, 14:30 to 14:46 UTC", "6 minutes", "A Feed, made here of the trades that it told",
		"Opening", "92.10", "Lowest", "91.90", "Highest", "92.60", "Last minute", "92.00", "9000", "The line is broken")
	if doc.Find(".session svg").Length() == 0 || doc.Find(".session figcaption").Length() != 1 {
		t.Error("it is not drawn")
	}
	rows := doc.Find(".session tbody tr")
	if got := text(doc, ".session tbody tr:first-child"); rows.Length() != 2 || !strings.Contains(got, "14:45") || !strings.Contains(got, "91.90") {
		t.Errorf("%d quarters, the first %s", rows.Length(), got)
	}
	if got := text(doc, ".session tbody tr:last-child"); !strings.Contains(got, "92.10") || !strings.Contains(got, "92.55") || !strings.Contains(got, "7500") {
		t.Errorf("the last quarter %s", got)
	}
	// As of a moment of the session there are those that were over, and had been learnt.
	then := p.get(t, "/markets/shares/XNYS/RIO?as-of=2026-02-04T14:40:00Z&known-at=2026-02-05", 200)
	wantText(t, then, ".session", "5 minutes")
	if n := p.get(t, "/markets/shares/XNYS/RIO?as-of=2026-02-02", 200).Find(".session").Length(); n != 0 {
		t.Error("on another day the session of a later one is drawn")
	}
}
