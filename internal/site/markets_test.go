package site_test

import (
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// traded is a paper that knows a month of three rates.
func traded(t *testing.T) *paper {
	t.Helper()
	p := full(t)
	var heard []market.Observation
	for n := range 30 {
		day := monday.AddDate(0, 0, -40+n)
		for symbol, begin := range map[market.Symbol]int64{"EUR/SEK": 11000, "EUR/NOK": 11400, "EUR/DKK": 7460} {
			value := currency.DecimalOf(begin+int64(n*7%11), 3)
			heard = append(heard, market.NewObservation(symbol, market.Rate, value, market.Moment{At: day, Seen: learnt}, bank.ID, "line 1"))
		}
	}
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank, page}, heard, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheBoardIsSortedWithoutItsGroupsAndSaysHow(t *testing.T) {
	p := traded(t)
	doc := p.get(t, "/markets/?sort=-change&q=kron", 200)
	if n := doc.Find("tr.group").Length(); n != 0 {
		t.Errorf("a sorted board has %d groups", n)
	}
	if got, _ := doc.Find("th[aria-sort]").Attr("aria-sort"); got != "descending" || text(doc, "th[aria-sort]") != "Change" {
		t.Errorf("%q is sorted %q", text(doc, "th[aria-sort]"), got)
	}
	if href, _ := doc.Find("th[aria-sort] a").Attr("href"); href != "/markets/?q=kron&sort=change" {
		t.Errorf("the other way round is at %q", href)
	}
	wantText(t, doc, ".tally", "3 of ", "In their regions", "Convert an amount")
	wantText(t, p.get(t, "/markets/?sort=weight", 400), "main", "take name, rate, change or age")
	lines := p.get(t, "/markets/", 200).Find("tr:contains('Swedish') svg.sparkline path")
	if d, _ := lines.Attr("d"); !strings.HasPrefix(d, "M2 ") {
		t.Errorf("the krona has no line: %q", d)
	}
	if n := p.get(t, "/markets/?known-at=2026-02-01", 200).Find("svg.sparkline").Length(); n != 0 {
		t.Errorf("%d lines are drawn of what was not known then", n)
	}
}

func TestAPaperWritesItsNumbersAndDaysInItsLanguage(t *testing.T) {
	p := traded(t)
	p.set(t, news.Masthead{Name: "Die Probe", Language: "de"})
	doc := p.get(t, "/markets/", 200)
	wantText(t, doc, ".board", "1,1859", "+0,50 %", "+0,0059")
	wantText(t, doc, ".head", "2. Februar 2026")
	wantText(t, p.get(t, "/convert?amount=1.250,50&from=EUR&to=USD", 200), ".body", "1482,97", "1250,50 × 1,1859")
	wantText(t, p.get(t, "/markets/currencies/SEK", 200), ".days", "11,000", "Jan. 2026")
}

func TestACourseIsComparedRangedAndMarked(t *testing.T) {
	p := traded(t)
	doc := p.get(t, "/markets/currencies/SEK?range=1m&with=NOK", 200)
	wantText(t, doc, ".chart", "both 100 on", "NOK", "SEK alone")
	wantText(t, doc, ".days", "both are 100 on", "SEK indexed", "NOK indexed", "Source")
	if n := doc.Find(".chart path.line").Length(); n != 2 {
		t.Errorf("%d lines are compared", n)
	}
	if n := doc.Find(".chart path.beside").Length(); n != 1 {
		t.Errorf("%d lines are dashed", n)
	}
	if got := text(doc, ".ranges [aria-current]"); got != "1M" {
		t.Errorf("the range is %q", got)
	}
	rows := doc.Find(".days tbody tr")
	if first, want := rows.Last().Find("td"), "100.00"; first.Eq(1).Text() != want || first.Eq(3).Text() != want {
		t.Errorf("the lines begin with %s and %s", first.Eq(1).Text(), first.Eq(3).Text())
	}
	for path, words := range map[string]string{
		"/markets/currencies/SEK?range=2w": "there is no range", "/markets/currencies/SEK?with=crowns": "no currency", "/markets/currencies/SEK?with=ZZZ": "no currency",
	} {
		if got := strings.ToLower(text(p.get(t, path, 400), "main")); !strings.Contains(got, words) && !strings.Contains(got, "three letters") {
			t.Errorf("%s says %q", path, got)
		}
	}
	wantText(t, p.get(t, "/rates/SEK-NOK?range=all", 200), ".course", "Swedish Krona in Norwegian Krone", "Lowest")
}

func TestTheConverterShowsItsArithmeticAndKeepsWhatWasTyped(t *testing.T) {
	p := full(t)
	doc := p.get(t, "/convert?amount=100&from=USD&to=yen&as-of=2026-02-03", 200)
	wantText(t, doc, ".outcome", "100 USD", "15,533", "JPY")
	wantText(t, doc, ".back", "100 JPY = 0.64 USD")
	wantText(t, doc, ".steps", "EUR/USD 1.1859, Central Bank, 2 February 2026", "EUR/JPY 184.20", "184.20 ÷ 1.1859", "100 × 184.20 ÷ 1.1859", "0 decimal places")
	if href, _ := doc.Find("a:contains('A link to this')").Attr("href"); href != "/convert?amount=100&as-of=2026-02-03&from=USD&to=JPY" {
		t.Errorf("the conversion is shared as %q", href)
	}
	doc = p.get(t, "/convert?amount=lots&from=dollar&to=USD&as-of=yesterday", 200)
	for name, words := range map[string]string{"amount": "no amount", "from": "could be one of", "as-of": "no day"} {
		wantText(t, doc, "#"+name+"-problem", words)
		if by, _ := doc.Find("[name=" + name + "]").Attr("aria-describedby"); by != name+"-problem" {
			t.Errorf("%s is not described by its problem", name)
		}
	}
	if typed, _ := doc.Find("[name=amount]").Attr("value"); typed != "lots" {
		t.Errorf("what was typed is now %q", typed)
	}
	wantText(t, p.get(t, "/convert?from=usd&to=USD", 200), "#to-problem", "always worth itself")
	wantText(t, p.get(t, "/convert?from=EUR&to=RUB", 200), ".problem", "RUB")
	wantText(t, p.get(t, "/convert", 200), ".outcome", "100 EUR", "118.59", "USD")
	wantText(t, p.get(t, "/convert?amount="+strings.Repeat("1", 81), 400), "main", "80 is the most")
}

func TestANumbersPageSaysWhatItWasRevisedToAndWhatOthersSaid(t *testing.T) {
	p := full(t)
	was := said(bank, "EUR/USD", market.Rate, "1.1859", monday)
	now := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1861"), market.Moment{At: monday, Seen: learnt.Add(time.Hour)}, bank.ID, "line 7")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{now}, nil); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, "/numbers/"+string(was.ID), 200)
	wantText(t, doc, ".head", "Central Bank", "revised", "now says 1.1861")
	wantText(t, doc, ".body", "Evening Page", "1.186127", "+0.02%", "Which was chosen on that day")
	wantText(t, p.get(t, "/numbers/"+string(now.ID), 200), ".head", "had said 1.1859")
	if text := text(p.get(t, "/numbers/"+string(said(page, "XNYS:RIO", market.Last, "91.12", monday).ID), 200), "main"); strings.Contains(text, "the others said") {
		t.Error("a share is compared with others")
	}
}
