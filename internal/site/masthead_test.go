package site_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store"
)

// set appends a masthead after those there are.
func (p *paper) set(t testing.TB, m news.Masthead) {
	t.Helper()
	before, err := p.newsroom.Mastheads(t.Context())
	if err == nil {
		_, err = p.newsroom.PutMasthead(t.Context(), news.MastheadRevision{N: len(before) + 1, Masthead: m, By: "tests"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// each are the texts of what a selector finds, with single spaces.
func each(doc *goquery.Document, selector string) []string {
	return doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}

func TestThePaperBearsWhatItsNewsroomSet(t *testing.T) {
	p := full(t)
	wantText(t, p.get(t, "/", 200), "h1.title", "The Test")
	p.set(t, news.Masthead{Name: "The Harbour", Motto: "Ships & prices"})
	front, board := p.get(t, "/", 200), p.get(t, "/markets/", 200)
	wantText(t, front, "h1.title", "The Harbour")
	wantText(t, front, "title", "The Harbour")
	wantText(t, front, ".masthead .motto", "Ships & prices")
	wantText(t, board, "p.title", "The Harbour")
	wantText(t, board, "title", "Euro against 32 currencies – The Harbour")
	wantText(t, p.get(t, "/nowhere", 404), "title", "The Harbour")
	if board.Find(".motto").Length() > 0 {
		t.Error("the motto stands behind the front too")
	}
	p.set(t, news.Masthead{})
	if doc := p.get(t, "/", 200); text(doc, "h1.title") != "The Test" || doc.Find(".motto").Length() > 0 {
		t.Errorf("without settings it is called %q", text(doc, ".masthead"))
	}
}

func TestSectionsStandInTheirOrderUnderTheirTitles(t *testing.T) {
	p := full(t)
	p.print(t, "Rates rise", "central-banks", "They did.", monday)
	p.print(t, "Rain", "weather", "It fell.", monday)
	p.set(t, news.Masthead{Sections: []news.Section{{Slug: "weather"}, {Slug: "economy", Title: "Money & Trade"}, {Slug: "sea-and-land"}}})
	doc := p.get(t, "/", 200)
	want := []string{"Front page", "Weather", "Money & Trade", "Sea and land", "Central banks", "Currencies", "Shares"}
	if got := each(doc, "nav.sections li a"); !slices.Equal(got, want) {
		t.Errorf("the sections are %q, want %q", got, want)
	}
	section := p.get(t, "/sections/economy", 200)
	wantText(t, section, "h1", "Money & Trade")
	wantText(t, section, "nav.sections [aria-current]", "Money & Trade")
	wantText(t, section, ".item .kicker", "Money & Trade")
	wantText(t, p.get(t, "/2026/02/02/the-lev-is-gone", 200), ".head .kicker", "Money & Trade")
	wantText(t, p.get(t, "/sections/sea-and-land", 200), ".head", "Sea and land", "Nothing is printed in this section yet.")
	p.get(t, "/sections/sport", 404)
}

func TestTheStripShowsWhatTheNewsroomChoseOfWhatSomebodyQuotes(t *testing.T) {
	p := full(t)
	if got := each(p.get(t, "/", 200), ".ticker li b"); !slices.Equal(got, []string{"USD", "JPY", "NOK"}) {
		t.Errorf("without settings the strip shows %q", got)
	}
	p.set(t, news.Masthead{Strip: []market.Symbol{"XNYS:RIO", "EUR/USD", "USD/JPY", "XNYS:BP", "EUR/GBP", "NOK/EUR"}})
	doc := p.get(t, "/sources", 200)
	want := []string{"RIO 91.12 −1.47%", "EUR/USD 1.1859 +0.50%", "USD/JPY 155.33 –", "NOK/EUR 0.0874891 –"}
	if got := each(doc, ".ticker li"); !slices.Equal(got, want) {
		t.Errorf("the strip shows %q, want %q", got, want)
	}
	for i, want := range []string{"/markets/shares/XNYS/RIO", "/markets/currencies/USD", "/markets/currencies/JPY?base=USD", "/markets/currencies/EUR?base=NOK"} {
		if got, _ := doc.Find(".ticker li a").Eq(i).Attr("href"); got != want {
			t.Errorf("number %d of the strip leads to %s, want %s", i+1, got, want)
		}
		p.get(t, want, 200)
	}
	// What one euro buys is no matter of the strip.
	if got := each(p.get(t, "/", 200), ".panel.markets th b"); !slices.Equal(got, []string{"USD", "JPY", "NOK"}) {
		t.Errorf("the front's markets are %q", got)
	}
	p.set(t, news.Masthead{Strip: []market.Symbol{"XNYS:BP"}})
	if n := p.get(t, "/", 200).Find(".ticker").Length(); n != 0 {
		t.Error("there is a strip in which nothing stands")
	}
}

func TestTheBoardAndTheStripAreAgainstTheBaseThatIsSet(t *testing.T) {
	p := full(t)
	p.set(t, news.Masthead{Base: "USD"})
	doc := p.get(t, "/markets/", 200)
	wantText(t, doc, "h1", "US Dollar against")
	if got := each(doc, ".ticker li b"); !slices.Equal(got, []string{"EUR", "JPY", "NOK"}) {
		t.Errorf("the strip shows %q", got)
	}
	if got, _ := doc.Find(".ticker a").First().Attr("href"); got != "/markets/currencies/EUR" {
		t.Errorf("the paper's own base stands in the address %s", got)
	}
	wantText(t, p.get(t, "/markets/currencies/EUR", 200), "main", "for one USD")
	wantText(t, p.get(t, "/", 200), ".panel.markets", "One US Dollar buys")
	wantText(t, p.get(t, "/2026/02/02/the-lev-is-gone", 200), ".panel.board", "One US Dollar bought")
	wantText(t, p.get(t, "/markets/?base=EUR", 200), "h1", "Euro against")
}

func TestColoursAreASheetOfTheirOwnAtAnAddressThatNamesThem(t *testing.T) {
	p := full(t)
	const sheets = "link[rel=stylesheet]"
	if n := p.get(t, "/", 200).Find(sheets).Length(); n != 1 {
		t.Errorf("without settings there are %d sheets", n)
	}
	ask := func(address string) (int, http.Header, string) {
		w := httptest.NewRecorder()
		p.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		return w.Code, w.Header(), w.Body.String()
	}
	var before string
	for want, c := range map[string]news.Colours{
		"@media screen and (prefers-color-scheme:light){:root{--link:#7a1f1f;}}\n":                  {Link: news.Tone{Light: "#7a1f1f"}},
		"@media screen and (prefers-color-scheme:dark){:root{--link:#ffd0d0;--accent:#eeeeee;}}\n":  {Link: news.Tone{Dark: "#ffd0d0"}, Accent: news.Tone{Dark: "#eeeeee"}},
		"@media screen and (prefers-color-scheme:light){:root{--link:#000000;--accent:#003300;}}\n": {Link: news.Tone{Light: "#000000"}, Accent: news.Tone{Light: "#003300"}},
	} {
		p.set(t, news.Masthead{Colours: c})
		doc := p.get(t, "/markets/", 200)
		address, _ := doc.Find(sheets).Eq(1).Attr("href")
		if !strings.HasPrefix(address, "/assets/colours.") || doc.Find(sheets).Length() != 2 || doc.Find("style").Length() > 0 {
			t.Fatalf("the sheet stands at %q", address)
		}
		status, header, css := ask(address)
		if status != 200 || css != want || header.Get("Content-Type") != "text/css; charset=utf-8" ||
			header.Get("Cache-Control") != "public, max-age=31536000, immutable" || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%d %v %q, want %q", status, header, css, want)
		}
		if before != "" {
			if status, _, _ := ask(before); status != 404 {
				t.Errorf("the sheet before is still at its address: %d", status)
			}
		}
		before = address
	}
	for _, address := range []string{"/assets/colours.css", "/assets/colours.000000000000.css", "/assets/colours."} {
		if status, _, _ := ask(address); status != 404 {
			t.Errorf("%s: %d", address, status)
		}
	}
}

func TestColoursAreHeldAgainstTheGroundsOfThePapersSheet(t *testing.T) {
	p := empty(t)
	w := httptest.NewRecorder()
	p.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/assets/courant.css", nil))
	light, dark, _ := strings.Cut(w.Body.String(), "@media (prefers-color-scheme:dark)")
	if !strings.Contains(light, "--paper:"+string(news.LightPaper)) || !strings.Contains(dark, "{:root{--paper:"+string(news.DarkPaper)) {
		t.Error("the sheet has other grounds than those that colours are measured on")
	}
	for _, name := range []string{"--link:", "--accent:"} {
		if !strings.Contains(light, name) {
			t.Errorf("the sheet knows no %s", name)
		}
	}
}

func TestWhatIsOfThePapersLanguageSaysSo(t *testing.T) {
	p := full(t)
	if doc := p.get(t, "/", 200); doc.Find("body [lang]").Length() > 0 {
		t.Error("an English paper names a language")
	}
	p.set(t, news.Masthead{Language: "nn", Motto: "Skip og prisar", Sections: []news.Section{{Slug: "economy", Title: "Økonomi"}}})
	front := p.get(t, "/", 200)
	for _, selector := range []string{"html[lang=en]", ".title a[lang=nn]", ".motto[lang=nn]", "article.item[lang=nn]", "nav a[lang=nn][href='/sections/economy']"} {
		if front.Find(selector).Length() != 1 {
			t.Errorf("the front has no %s", selector)
		}
	}
	if front.Find("nav a[href='/markets/'][lang]").Length() > 0 {
		t.Error("the pages' own words are said to be of the paper's language")
	}
	wantText(t, p.get(t, "/sections/economy", 200), "h1[lang=nn]", "Økonomi")
	wantText(t, p.get(t, "/2026/02/02/the-lev-is-gone", 200), "article.story[lang=nn] h1", "The lev is gone")
}

func TestAPaperThatCannotBeReadFailsUnderTheNameThatWasConfigured(t *testing.T) {
	b := bus.New()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.New(news.NewPaper(db), market.NewLedger(db, b, market.LedgerOptions{}), b, site.Options{Name: "The Test"})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil || w.Code != 500 || text(doc, ".title") != "The Test" {
		t.Errorf("%v, %d %q", err, w.Code, text(doc, ".title"))
	}
}
