package site_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store/storetest"
)

// paper is a served paper over a store of its own.
type paper struct {
	*httptest.Server
	ledger   *market.Ledger
	newsroom *news.Newsroom
}

// The moments of the tests: the paper is read on 5 February 2026.
var (
	friday  = time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	monday  = time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	learnt  = time.Date(2026, 2, 2, 16, 5, 0, 0, time.UTC)
	reading = time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)
)

func empty(t testing.TB) *paper {
	t.Helper()
	db := storetest.Open(t)
	now := func() time.Time { return reading }
	b := bus.New()
	p := &paper{ledger: market.NewLedger(db, b, market.LedgerOptions{Now: now})}
	p.newsroom = news.NewNewsroom(db, p.ledger, b, now)
	s, err := site.New(news.NewPaper(db), p.ledger, b, site.Options{Name: "The Test", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	p.Server = httptest.NewServer(s)
	t.Cleanup(p.Close)
	return p
}

var (
	bank = market.Source{
		ID: "bank", Name: "Central Bank", Kind: market.Official, Home: "https://bank.example/rates", Licence: "free to show",
		Note: "One table a day.", Fresh: 96 * time.Hour,
	}
	page = market.Source{ID: "page", Name: "Evening Page", Kind: market.Page, Fresh: 96 * time.Hour}
)

func said(source market.Source, symbol market.Symbol, field market.Field, value string, at time.Time) market.Observation {
	return market.NewObservation(symbol, field, currency.MustDecimal(value), market.Moment{At: at, Seen: learnt}, source.ID, "line 7")
}

// heard is what the tests' paper knows.
func heard() []market.Observation {
	return []market.Observation{
		said(bank, "EUR/USD", market.Rate, "1.1800", friday),
		said(bank, "EUR/USD", market.Rate, "1.1859", monday),
		said(bank, "EUR/JPY", market.Rate, "184.20", monday),
		said(bank, "EUR/NOK", market.Rate, "11.4300", monday),
		said(bank, "EUR/BGN", market.Rate, "1.95583", friday),
		said(page, "EUR/USD", market.Rate, "1.186127", monday),
		said(page, "XNYS:RIO", market.Last, "91.12", monday),
		said(page, "XNYS:RIO", market.Change, "-1.36", monday),
		said(page, "XNYS:RIO", market.Percent, "-1.493", monday),
	}
}

const body = `The lev stood at {{EUR/BGN @2026-02-01}} and the dollar at {{EUR/USD @2026-02-02}}.

## The share

It moved by {{XNYS:RIO percent @2026-02-02 to 2}} per cent. <script>alert(1)</script>
`

// full is a paper with rates, a quote and one story.
func full(t *testing.T) *paper {
	t.Helper()
	p := empty(t)
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank, page}, heard(), nil); err != nil {
		t.Fatal(err)
	}
	p.print(t, "The lev is gone", "economy", body, time.Date(2026, 2, 2, 17, 0, 0, 0, time.UTC))
	return p
}

func (p *paper) print(t *testing.T, headline, section, text string, at time.Time) {
	t.Helper()
	r, err := p.newsroom.Save(t.Context(), news.Submission{
		Content: news.Content{Headline: headline, Section: news.Slug(section), Standfirst: "What remains.", Bylines: []string{"A. Author"}, Body: text},
		Author:  "tests", Reason: "first",
	})
	if err == nil {
		_, err = p.newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: r.N, By: "editor", At: at})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// get asks for a page, checks its status and what every page must have, and returns it.
func (p *paper) get(t *testing.T, path string, status int) *goquery.Document {
	t.Helper()
	resp, err := p.Client().Get(p.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != status {
		t.Fatalf("%s: status %d, want %d: %s", path, resp.StatusCode, status, doc.Find("main").Text())
	}
	for selector, want := range map[string]int{
		"html[lang]": 1, "head > title": 1, "h1": 1, "main#main": 1, "a.skip[href='#main']": 1, "nav.sections[aria-label]": 1, "script:not([src^='/assets/']):not([type='application/ld+json'])": 0, "script[src]": 1, "[style]": 0,
		"meta[name=description]": 1, "link[rel=preload]": 3, "header.masthead": 1, "footer": 1,
	} {
		if got := doc.Find(selector).Length(); got != want {
			t.Errorf("%s: %d of %s, want %d", path, got, selector, want)
		}
	}
	if n := doc.Find("th:not([scope])").Length(); n > 0 {
		t.Errorf("%s: %d headers of a table without their scope", path, n)
	}
	if resp.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("%s: no policy", path)
	}
	return doc
}

// text is the text of what a selector finds, with single spaces.
func text(doc *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

func wantText(t *testing.T, doc *goquery.Document, selector string, wants ...string) {
	t.Helper()
	got := text(doc, selector)
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q: %q", selector, want, got)
		}
	}
}

func TestAnEmptyPaperSaysHowToFillIt(t *testing.T) {
	p := empty(t)
	wantText(t, p.get(t, "/", 200), ".lead", "courant import", "courant demo")
	wantText(t, p.get(t, "/markets/", 200), ".head", "Nobody has quoted anything")
	wantText(t, p.get(t, "/markets/shares/", 200), "main", "No quotes are known")
	wantText(t, p.get(t, "/markets/currencies/BGN", 200), "main", "Bulgarian Lev", "EUR")
}

func TestTheFrontLeadsWithTheNewestStoryAndShowsTheMarkets(t *testing.T) {
	p := full(t)
	p.print(t, "Later news", "central-banks", "Nothing happened.", time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC))
	doc := p.get(t, "/", 200)
	wantText(t, doc, "title", "The Test")
	wantText(t, doc, ".lead .item.lead h2", "Later news")
	wantText(t, doc, ".seconds", "The lev is gone", "3 figures")
	wantText(t, doc, ".panel.markets", "One Euro buys", "USD", "1.1859", "+0.50%", "Central Bank, 2 February 2026")
	wantText(t, doc, ".ticker", "USD 1.1859 +0.50%")
	wantText(t, doc, "nav.sections", "Central banks", "Economy", "Currencies", "Shares")
}

func TestTheNewsroomChoosesWhatLeads(t *testing.T) {
	p := full(t)
	p.print(t, "Later news", "central-banks", "Nothing happened.", time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC))
	p.set(t, news.Masthead{Lead: "/2026/02/02/the-lev-is-gone"})
	doc := p.get(t, "/", 200)
	wantText(t, doc, ".lead .item.lead h2", "The lev is gone")
	if n := doc.Find("main a[href='/2026/02/02/the-lev-is-gone']").Length(); n != 1 {
		t.Errorf("the lead stands on the front %d times", n)
	}
	p.set(t, news.Masthead{Lead: "/2026/02/02/never-written"})
	wantText(t, p.get(t, "/", 200), ".lead .item.lead h2", "Later news")
}

func TestWhatDoesNotFitAboveStandsInItsSectionOnce(t *testing.T) {
	p := full(t)
	for n := range 30 {
		p.print(t, fmt.Sprintf("News %d", n), []string{"sea", "land"}[n%2], "Nothing happened.", time.Date(2026, 2, 3, 9, n, 0, 0, time.UTC))
	}
	doc := p.get(t, "/", 200)
	wantText(t, doc, ".panel:has(h2:contains('Most recent'))", "News 20", "News 15")
	wantText(t, doc, ".departments", "Sea", "News 14", "News 12", "Land", "News 13", "Economy", "The lev is gone")
	seen := map[string]bool{}
	doc.Find("main .item a, main .briefs a").Each(func(_ int, a *goquery.Selection) {
		if href, _ := a.Attr("href"); seen[href] {
			t.Errorf("%s stands twice", href)
		} else {
			seen[href] = true
		}
	})
}

func TestBelowAStoryStandsWhatBelongsToIt(t *testing.T) {
	p := full(t)
	for n := range 3 {
		p.print(t, fmt.Sprintf("News %d", n), "economy", "Nothing happened.", time.Date(2026, 2, 3, 9, n, 0, 0, time.UTC))
	}
	doc := p.get(t, "/2026/02/02/the-lev-is-gone", 200)
	wantText(t, doc, ".related", "News 2", "News 0")
	if n := doc.Find("article.story .related").Length(); n != 0 {
		t.Error("what belongs to the story stands inside of it")
	}
}

func TestAStoryAccountsForEveryFigure(t *testing.T) {
	p := full(t)
	doc := p.get(t, "/2026/02/02/the-lev-is-gone", 200)
	wantText(t, doc, "h1", "The lev is gone")
	wantText(t, doc, ".text > p", "The lev stood at 1.95583 and the dollar at 1.1859.", "It moved by −1.47 per cent.")
	wantText(t, doc, ".text > h2", "The share")
	buttons, cards := doc.Find("button.figure[popovertarget]"), doc.Find(".text > .card[popover]")
	if buttons.Length() != 3 || cards.Length() != 3 {
		t.Fatalf("%d figures and %d cards, want 3 and 3", buttons.Length(), cards.Length())
	}
	for i := range 3 {
		target, _ := buttons.Eq(i).Attr("popovertarget")
		if id, _ := cards.Eq(i).Attr("id"); id != target {
			t.Errorf("figure %d opens %q, its card is %q", i+1, target, id)
		}
	}
	wantText(t, doc, "#figure-2", "EUR/USD @2026-02-02", "Central Bank", "2 February 2026", "2 February 2026, 16:05 UTC", "as the source wrote it", "Today1.1859, Central Bank, 2 February 2026")
	wantText(t, doc, ".story .panel.figures", "1.95583 EUR/BGN", "Central Bank, 30 Jan 2026 · learnt 2 Feb 2026, 16:05")
	if n := doc.Find("article .panel.board, article .panel.shares, article .ticker").Length(); n != 0 {
		t.Errorf("%d parts of the markets stand inside of the article, where reader modes and feeds take them along", n)
	}
	wantText(t, doc, ".panel.board", "USD", "1.1859", "NOK", "BGN")
	wantText(t, doc, ".panel.shares", "RIO", "91.12", "−1.36", "−1.47%", "Evening Page")
	if got, _ := doc.Find(".panel.board h2 a").Attr("href"); got != "/markets/?as-of=2026-02-02" {
		t.Errorf("the board of the day is at %q", got)
	}
	// Every figure leads to the page of its number, and that page back to the story.
	doc.Find(".panel.figures a").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		wantText(t, p.get(t, href, 200), ".list", "The lev is gone")
	})
}

func TestTheBoardKeepsTheSourcesDigitsAndItsGroups(t *testing.T) {
	doc := full(t).get(t, "/markets/", 200)
	wantText(t, doc, "h1", "Euro against 32 currencies")
	wantText(t, doc, ".head", "2 February 2026", "3 days old")
	wantText(t, doc, ".board", "11.4300", "184.20", "+0.0059", "3 days", "Central Bank")
	var groups []string
	doc.Find("tr.group h2").Each(func(_ int, h *goquery.Selection) { groups = append(groups, h.Text()) })
	want := []string{"Majors", "Europe", "Americas", "Asia and Pacific", "Middle East", "Africa", "Retired"}
	if !slices.Equal(groups, want) {
		t.Errorf("groups %q, want %q in this order", groups, want)
	}
	wantText(t, doc, ".flag.doubt", "retired 1 January 2026")
	wantText(t, doc, ".board", "AED", "4.355", "fixed") // which nobody quotes: a peg to the dollar
	if n := doc.Find("form").Not("[method=get]").Length() + doc.Find("form").Length() - doc.Find("form button[type=submit]").Length(); n != 0 {
		t.Errorf("%d forms are no GET or have no button", n)
	}
}

func TestTheBoardCanBeAskedForAnotherBaseDayAndCurrency(t *testing.T) {
	p := full(t)
	wantText(t, p.get(t, "/markets/?base=usd", 200), ".board", "EUR", "0.84324", "computed")
	wantText(t, p.get(t, "/markets/?as-of=2026-01-31", 200), ".board", "1.1800")
	doc := p.get(t, "/markets/?q=krone&utm=x", 200)
	if got := doc.Find(".board tbody tr:not([hidden]) th").Length(); got != 1 {
		t.Errorf("%d rows for krone, want 1: %s", got, text(doc, ".board"))
	}
	if got, _ := doc.Find("link[rel=canonical]").Attr("href"); got != p.URL+"/markets/?q=krone" {
		t.Errorf("canonical %q", got)
	}
	if got := text(p.get(t, "/markets/?known-at=2026-02-01", 200), ".head"); !strings.Contains(got, "Nobody") {
		t.Errorf("known before it was learnt: %q", got)
	}
}

func TestACurrencysPageSaysWhyAndWhatElseWasSaid(t *testing.T) {
	p := full(t)
	doc := p.get(t, "/markets/currencies/USD", 200)
	wantText(t, doc, ".value", "1.1859", "USD for one EUR", "+0.50%")
	wantText(t, doc, ".body", "Evening Page", "1.186127", "Chosen, or why not", "+0.02%", "3 days")
	wantText(t, doc, ".days", "2 Feb 2026", "30 Jan 2026", "1.1800", "Central Bank")
	wantText(t, doc, ".ends", "First1.1800", "Highest1.1859", "+0.50%")
	if doc.Find(".chart .line").Length() != 1 {
		t.Error("no line is drawn")
	}
	wantText(t, p.get(t, "/markets/currencies/BGN", 200), "main", "975", "1.95583 for one EUR", "Retired", "Successor")
	wantText(t, p.get(t, "/markets/currencies/EUR", 200), ".value", "EUR for one USD")
}

func TestASharesPageShowsTheClaimBesideTheSum(t *testing.T) {
	p := full(t)
	wantText(t, p.get(t, "/markets/shares/", 200), ".board", "RIO", "91.12", "−1.47%", "Evening Page")
	doc := p.get(t, "/markets/shares/XNYS/RIO", 200)
	wantText(t, doc, ".plain", "92.48", "−1.36", "−1.47%", "−1.493%", "claimed by the source")
	wantText(t, doc, ".body", "percent is off")
	if doc.Find(".plain a[href^='/numbers/']").Length() < 5 {
		t.Error("the numbers do not lead to what they rest on")
	}
}

func TestANumbersPageShowsItsSourceAndItsRevisions(t *testing.T) {
	p := full(t)
	revised := market.NewObservation("EUR/NOK", market.Rate, currency.MustDecimal("11.4301"), market.Moment{At: monday, Seen: learnt.Add(time.Hour)}, bank.ID, "line 8")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{revised}, nil); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, "/numbers/"+string(revised.ID), 200)
	wantText(t, doc, ".value", "11.4301")
	wantText(t, doc, ".revisions", "11.4300", "11.4301", "this one")
	wantText(t, doc, ".said", "Central Bank", "official", "https://bank.example/rates", "free to show", "One table a day.")
	wantText(t, doc, ".body", "line 8", "2 February 2026, 17:05 UTC", "None.")
}

func TestWhatCannotBeShownIsSaidInThePapersDress(t *testing.T) {
	p := full(t)
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/markets/?as-of=yesterday", 400, "write it as 2026-02-02"},
		{"/markets/?base=XX", 400, "not a currency code"},
		{"/markets/?base=QQQ", 400, "no currency"},
		{"/markets/?q=" + strings.Repeat("x", 200), 400, "80 is the most"},
		{"/markets/currencies/QQQ", 404, "no currency"},
		{"/markets/currencies/nonsense", 404, "three letters"},
		{"/markets/shares/XNYS/NIL", 404, "no source has quoted"},
		{"/markets/shares/nonsense/x%20y", 404, "no market code"},
		{"/numbers/nonsense", 404, "no observation"},
		{"/numbers/aaaaaaaaaaaaaaaa", 404, "observation"},
		{"/sections/nothing", 404, "no section"},
		{"/sections/No%20Slug", 404, "no name"},
		{"/2026/02/31/the-lev-is-gone", 404, "no day"},
		{"/2026/02/01/the-lev-is-gone", 404, ""},
		{"/nowhere", 404, "nothing at this address"},
		{"/assets/nothing.css", 404, "nothing at this address"},
	} {
		doc := p.get(t, c.path, c.status)
		wantText(t, doc, "main.error", c.says)
		if doc.Find("section.ticker").Length() != 1 {
			t.Errorf("%s: the strip is missing", c.path)
		}
	}
}

func TestAChangeShowsAtOnce(t *testing.T) {
	p := full(t)
	wantText(t, p.get(t, "/markets/", 200), ".board", "11.4300")
	later := market.NewObservation("EUR/NOK", market.Rate, currency.MustDecimal("11.5000"), market.Moment{At: monday, Seen: learnt.Add(time.Hour)}, bank.ID, "")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{later}, nil); err != nil {
		t.Fatal(err)
	}
	wantText(t, p.get(t, "/markets/", 200), ".board", "11.5000")
	p.print(t, "Stop press", "economy", "Just in.", reading)
	wantText(t, p.get(t, "/", 200), ".item.lead", "Stop press")
	wantText(t, p.get(t, "/sections/economy", 200), ".list", "Stop press", "The lev is gone")
}

func TestEveryLinkOfThePaperLeadsSomewhere(t *testing.T) {
	p := full(t)
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if strings.Contains(path, "/feed.") {
			p.text(t, path, feedKinds[path[strings.LastIndexByte(path, '.'):]])
			continue
		}
		p.get(t, path, http.StatusOK).Find("a[href^='/']:not([rel=nofollow])").Each(func(_ int, a *goquery.Selection) {
			if href, _ := a.Attr("href"); !seen[href] {
				seen[href] = true
				queue = append(queue, href)
			}
		})
	}
	if len(seen) < 20 {
		t.Errorf("only %d pages were found", len(seen))
	}
}

func TestAssetsAndTheIconAreServed(t *testing.T) {
	p := full(t)
	doc := p.get(t, "/", 200)
	paths := []string{"/favicon.ico"}
	doc.Find("link[rel=stylesheet],link[rel=preload],link[rel=icon]").Each(func(_ int, l *goquery.Selection) {
		href, _ := l.Attr("href")
		paths = append(paths, href)
	})
	if len(paths) != 6 {
		t.Errorf("links %q", paths)
	}
	for _, path := range paths {
		resp, err := p.Client().Get(p.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

func TestAReadersBrowserAsksEachTimeAndANetworkOnceASecond(t *testing.T) {
	p := full(t)
	resp, err := p.Client().Head(p.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := resp.Header.Get("CDN-Cache-Control"); !strings.HasPrefix(got, "public, max-age=1, stale-while-revalidate=60") {
		t.Errorf("CDN-Cache-Control %q", got)
	}
}

func TestAPairsPageComparesWhatEverySourceSays(t *testing.T) {
	p := full(t)
	doc := p.get(t, "/rates/EUR-USD", 200)
	wantText(t, doc, ".value", "1.1859", "USD for one Euro", "+0.50%")
	wantText(t, doc, ".body", "Central Bank", "Evening Page", "1.186127", "+0.02%", "chosen", "No other source has a current value")
	wantText(t, doc, ".rail", "EUR/USD 1.1859, Central Bank, 2 February 2026")
	wantText(t, p.get(t, "/rates/usd-eur", 200), ".body", "computed: 1 divided by")
	wantText(t, p.get(t, "/rates/EUR-AED", 200), "main", "Fixed at 3.6725 AED for one USD", "EUR/USD 1.1859")
	wantText(t, p.get(t, "/rates/EUR-USD?as-of=2026-01-31", 200), ".value", "1.1800")
	for path, says := range map[string]string{
		"/rates/EURUSD": "write it as EUR-USD", "/rates/EUR-QQQ": "no currency", "/rates/EUR-EUR": "always 1", "/rates/EUR-KRW": "no source has said",
	} {
		wantText(t, p.get(t, path, 404), "main.error", says)
	}
	p.get(t, "/rates/EUR-USD?as-of=never", 400)
}

func TestOurOwnBoardCarriesWhatTheProofReaderFinds(t *testing.T) {
	p := empty(t)
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{
		said(bank, "EUR/USD", market.Rate, "1.186127", at), said(bank, "EUR/QAR", market.Rate, "4.352991", at), said(bank, "EUR/ERN", market.Rate, "17.791905", at),
	}, nil); err != nil {
		t.Fatal(err)
	}
	for path, row := range map[string]string{"/markets/?as-of=2026-02-02": "tr:contains('QAR')", "/rates/EUR-QAR?as-of=2026-02-02": "main", "/markets/currencies/QAR?as-of=2026-02-02": "main"} {
		doc := p.get(t, path, 200)
		wantText(t, doc, row, "hard peg missed")
		if doc.Find(row+" a[href='/audit/rules/peg.missed']").Length() == 0 {
			t.Errorf("%s does not lead to the rule", path)
		}
		if n := doc.Find("tr:contains('ERN') a[href^='/audit/rules/peg']").Length(); n > 0 {
			t.Errorf("%s: a peg that is met is said to be missed", path)
		}
	}
	wantText(t, p.get(t, "/audit/rules/peg.missed", 200), "h1", "Hard peg missed")
}

func TestTheSourcesAreListedWithTheirTerms(t *testing.T) {
	p := full(t)
	wantText(t, p.get(t, "/sources", 200), "main", "Brought in by hand", "Central Bank", "free to show", "One table a day.", "Evening Page")
	wantText(t, empty(t).get(t, "/sources", 200), "main", "No source is known yet")
}

func TestEveryValueSaysUntilWhenItIsCurrent(t *testing.T) {
	doc := full(t).get(t, "/markets/", 200)
	if until, _ := doc.Find("data[value='1.1859']").Attr("data-until"); until != "2026-02-06T00:00:00Z" {
		t.Errorf("the dollar is current until %q", until)
	}
}
