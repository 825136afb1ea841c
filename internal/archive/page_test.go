package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// sample reads one of our own pages.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "pages", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readPage(t testing.TB, text string) *archive.Page {
	t.Helper()
	p, err := archive.ReadPage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

var sameDecimals = cmp.Comparer(func(a, b currency.Decimal) bool { return a.String() == b.String() })

// withoutPlaces leaves of a page what does not depend on the form in which it was saved.
func withoutPlaces(p archive.Page) archive.Page {
	p.SHA256, p.Notes, p.Home, p.Language, p.Date, p.DateFrom, p.Bylines = "", nil, "", "", currency.Date{}, "", nil
	p.Rates, p.Quotes = append([]archive.PageRate(nil), p.Rates...), append([]archive.PageQuote(nil), p.Quotes...)
	for i := range p.Rates {
		p.Rates[i].Line = 0
	}
	for i := range p.Quotes {
		p.Quotes[i].Line = 0
	}
	return p
}

func TestAPageSaysTheSameInEveryForm(t *testing.T) {
	text := string(sample(t, "harbour.txt"))
	want := readPage(t, text)
	if len(want.Rates) != 7 || len(want.Quotes) != 2 || len(want.Sections) != 2 || want.Publisher != "The Sample" ||
		want.Title != want.Headline || len(want.Sections[0].Paragraphs) != 2 || len(want.NotUnderstood)+len(want.Notes) != 0 {
		t.Fatalf("the text is recovered as %+v", want)
	}
	utf16 := []byte("\xff\xfe")
	for _, r := range text { // all of the sample is in the basic plane
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, form := range map[string]string{
		"table.html":                            string(sample(t, "table.html")),
		"list.html":                             string(sample(t, "list.html")),
		"select.html, in windows-1252":          string(sample(t, "select.html")),
		"wrapped.txt":                           string(sample(t, "wrapped.txt")),
		"lines that end as on Windows":          strings.ReplaceAll(text, "\n", "\r\n"),
		"lines that end as on an old Macintosh": strings.ReplaceAll(text, "\n", "\r"),
		"a mark of byte order":                  "\ufeff" + text,
		"UTF-16":                                string(utf16),
		"spaces that do not break":              strings.ReplaceAll(text, "   ", " \u00a0 "),
		"no blank lines in the ticker":          strings.NewReplacer("\n\n    ", "\n    ").Replace(text),
		"more blank lines":                      strings.ReplaceAll(text, "\n\n", "\n\n \t\n\n"),
		"spaces at the ends of lines":           strings.ReplaceAll(text, "\n", "  \n"),
		"a minus sign of its own":               strings.ReplaceAll(text, "-0.0", "\u22120.0"),
		"no line end at the end":                strings.TrimSpace(text),
		"a base without a dash":                 strings.Replace(text, "EUR -", "EUR", 1),
		"a base in words":                       strings.Replace(text, "EUR -", "Base: EUR", 1),
		"marks of direction and soft hyphens":   strings.NewReplacer("Ships", "\u202eSh\u00adips", "USD", "\u200bUSD").Replace(text),
		"a rate that stands twice":              strings.Replace(text, "XAU", "USD 1.186127\nXAU", 1),
		"the base among the rates":              strings.Replace(text, "XAU", "EUR 1.00\nXAU", 1),
	} {
		t.Run(name, func(t *testing.T) {
			got := readPage(t, form)
			if diff := cmp.Diff(withoutPlaces(*want), withoutPlaces(*got), sameDecimals); diff != "" {
				t.Errorf("another page than the text:\n%s", diff)
			}
		})
	}
}

func TestAPageTellsItsDayWhereItNamesOne(t *testing.T) {
	for name, from := range map[string]string{
		"harbour.txt": "", "wrapped.txt": "line 2", "table.html": "article:published_time", "list.html": "datePublished", "select.html": "pubdate",
	} {
		p := readPage(t, string(sample(t, name)))
		if day := p.Date.String(); p.DateFrom != from || day != "" && day != "2026-02-02" {
			t.Errorf("%s: %q from %q, want 2026-02-02 from %q", name, day, p.DateFrom, from)
		}
	}
	p := readPage(t, string(sample(t, "table.html")))
	if p.Home != "https://sample.example/harbour" || p.Language != "en-GB" || !strings.Contains(strings.Join(p.Notes, " "), "menus") {
		t.Errorf("home %q, language %q, notes %q", p.Home, p.Language, p.Notes)
	}
	if p := readPage(t, string(sample(t, "select.html"))); len(p.Bylines) != 1 || p.Bylines[0] != "Ada Pilot" {
		t.Errorf("bylines %q", p.Bylines)
	}
}

func TestEachFigureBearsItsLine(t *testing.T) {
	for _, name := range []string{"harbour.txt", "table.html", "list.html", "wrapped.txt"} {
		text := sample(t, name)
		lines := strings.Split(string(text), "\n")
		p := readPage(t, string(text))
		for _, r := range p.Rates {
			if !strings.Contains(lines[r.Line-1], string(r.Code)) {
				t.Errorf("%s: %s is not on line %d: %q", name, r.Code, r.Line, lines[r.Line-1])
			}
		}
		for _, q := range p.Quotes {
			if !strings.Contains(lines[q.Line-1], q.Ticker) {
				t.Errorf("%s: %s is not on line %d: %q", name, q.Ticker, q.Line, lines[q.Line-1])
			}
		}
	}
}

func TestWhatIsNotPlainIsListedWithItsLineAndNotGuessed(t *testing.T) {
	text := string(sample(t, "harbour.txt"))
	for _, c := range []struct{ name, from, to, line, why string }{
		{"a thousands separator", "JPY 183.613613", "JPY 1,836.13", "8 JPY 1,836.13", "not a decimal number"},
		{"a decimal comma", "CHF 0.919966", "CHF 0,919966", "6 CHF 0,919966", "not a decimal number"},
		{"an unknown code", "CHF 0.919966", "QQQ 0.919966", "6 QQQ 0.919966", "no currency"},
		{"a rate of zero", "CHF 0.919966", "CHF 0.00", "6 CHF 0.00", "above zero"},
		{"a rate below zero", "CHF 0.919966", "CHF -0.9", "6 CHF -0.9", "above zero"},
		{"a code without a rate", "CHF 0.919966", "CHF", "6 CHF", "no rate"},
		{"a dash for a rate", "CHF 0.919966", "CHF -", "6 CHF -", "no row"},
		{"a rate that ends in its point", "CHF 0.919966", "CHF 0.", "6 CHF 0.", "ends in its point"},
		{"a remark in the board", "CHF 0.919966", "CHF 0.919966\nsource: a bank", "7 source: a bank", "no row"},
		{"another base within", "CHF 0.919966", "CHF 0.919966\nEUR 2", "7 EUR 2", "always 1"},
		{"a quote without a percentage", "+0.92%", "", "11 RIO 0.8500 91.93", "no percentage"},
		{"a quote with a decimal comma", "91.93", "91,93", "11 RIO 0.8500 91,93 +0.92%", "not a decimal number"},
		{"columns in another order", "0.8500\n\n    91.93", "91.93\n\n    0.8500", "11 RIO 91.93 0.8500 +0.92%", "another order"},
		{"a price of zero", "91.93", "0.00", "11 RIO 0.8500 0.00 +0.92%", "above zero"},
		{"a line before the board", "\n\nEUR -", "\n\nMarkets at noon\n\nEUR -", "3 Markets at noon", "neither"},
		{"a line in the ticker", "  • BCE", "  delayed 15 minutes\n  • BCE", "19 delayed 15 minutes", "neither"},
		{"a heading without a text", "Three ships waited", "Ships in the roads\n\nWhere they lay\n\nThree ships waited", "39 Ships in the roads", "no text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := readPage(t, strings.Replace(text, c.from, c.to, 1))
			if len(p.NotUnderstood) != 1 {
				t.Fatalf("not understood: %+v, want one line", p.NotUnderstood)
			}
			l := p.NotUnderstood[0]
			number, rest, _ := strings.Cut(c.line, " ")
			if got := l.Text; got != rest || number != strconv.Itoa(l.Number) || !strings.Contains(l.Why, c.why) {
				t.Errorf("line %d %q because %q, want %q because %q", l.Number, l.Text, l.Why, c.line, c.why)
			}
			if p.Headline != "Harbour reopens after the flood" || len(p.Sections) < 2 {
				t.Errorf("the story was touched: %q, %d sections", p.Headline, len(p.Sections))
			}
		})
	}
}

func TestNoCutOfAPageIsTakenForTheWhole(t *testing.T) {
	for _, name := range []string{"harbour.txt", "wrapped.txt", "table.html", "list.html", "select.html", "modern.html"} {
		t.Run(name, func(t *testing.T) {
			text := sample(t, name)
			whole := withoutPlaces(*readPage(t, string(text)))
			for n := range text {
				p, err := archive.ReadPage(bytes.NewReader(text[:n]))
				if err != nil {
					continue
				}
				// Of HTML the closing tag tells; of text a cut behind a full stop cannot be told from an end.
				if bytes.Contains(text[:n], []byte("</body>")) {
					if diff := cmp.Diff(whole, withoutPlaces(*p), sameDecimals); diff != "" {
						t.Fatalf("cut at %d behind the closing tag it is another page:\n%s", n, diff)
					}
					continue
				}
				end := strings.TrimRightFunc(string(text[:n]), unicode.IsSpace)
				if !strings.HasSuffix(name, ".txt") || !strings.HasSuffix(strings.TrimSuffix(end, "”"), ".") || len(p.Sections) == 0 ||
					len(p.Rates) != 7 || len(p.Quotes) != 2 {
					t.Fatalf("cut at %d it was taken: … %q", n, end[max(0, len(end)-60):])
				}
			}
		})
	}
}

func TestARefusalSaysWhatIsWrongAndWhere(t *testing.T) {
	text, table := string(sample(t, "harbour.txt")), string(sample(t, "table.html"))
	upTo := func(text, mark string) string { return text[:strings.Index(text, mark)] }
	for _, c := range []struct{ name, page, says string }{
		{"nothing but blanks", " \n\t\n", "empty"},
		{"a PDF", "%PDF-1.7\n", "PDF"},
		{"a web archive", "From: <Saved by Blink>\nMIME-Version: 1.0\n", "MHTML"},
		{"text in an unknown character set", strings.ReplaceAll(text, "é", "\xe9"), "unknown character set"},
		{"a zip file", "PK\x03\x04\x14\x00\x00\x00", "binary"},
		{"three rates", upTo(text, "GBP") + "\nThat was all.", "only 3 lines"},
		{"rates without a base", strings.Replace(text, "EUR -\n", "", 1), `lines 3 to 9 does not say what its base is`},
		{"a base that is no currency", strings.Replace(text, "EUR -", "QQQ -", 1), `no currency "QQQ"`},
		{"two boards", strings.Replace(text, "  • RIO", "USD -\nAUD 1.43\nAZN 1.7\nCHF 0.77\nGBP 0.73\nJPY 154.8\n  • RIO", 1), "a second board begins at line 11"},
		{"two values of a currency", strings.Replace(text, "XAU", "USD 1.19\nXAU", 1), "USD stands twice: 1.186127 at line 9 and 1.19 at line 10"},
		{"two prices of a share", strings.Replace(text, "• BCE", "• RIO", 1), "RIO stands twice in the ticker: 91.93 at line 11 and 25.835 at line 19"},
		{"a rate cut off", upTo(text, "1.186127") + "1.", "inside the board, at line 9: the rate of USD ends in its point"},
		{"a code cut off from its rate", upTo(text, " 1.186127"), "inside the board, at line 9: USD has no rate"},
		{"the end of the board", upTo(text, "  • RIO"), "with its board, at line 10 (XAU 0.00025)"},
		{"a quote cut off", upTo(text, "+0.92"), "inside the ticker, at line 15: RIO has no percentage"},
		{"a percentage cut off", upTo(text, "%"), "inside the ticker, at line 17: RIO has no sign of per cent"},
		{"a symbol cut off", upTo(text, "CE\n"), "inside the ticker, at line 19: B has no change"},
		{"the end of the ticker", upTo(text, "\nHarbour"), "with its ticker, at line 25"},
		{"a headline without a story", upTo(text, "Ships"), "it was cut off"},
		{"a sentence cut off", upTo(text, " the second"), `in the middle of a sentence, at line 36`},
		{"an apostrophe at the end", upTo(text, " who pays") + " owners'", "in the middle of a sentence"},
		{"a story of one paragraph", upTo(text, "How the"), "more than its first paragraph"},
		{"a cut character", text[:strings.Index(text, "é")+1], "inside a character"},
		{"a page without its name", strings.TrimPrefix(text, "The Sample - Harbour reopens after the flood\n\n"), "does not say whose it is"},
		{"HTML without a board", strings.Replace(table, "EUR -", "Rates", 1), "does not say what its base is"},
		{"HTML with nothing like a board", table[:strings.Index(table, "<table>")] + table[strings.Index(table, "<main>"):], `has a headline ("Harbour reopens after the flood") but no board`},
		{"HTML cut in its story", upTo(table, "</article>"), "without closing its body"},
		{"HTML cut in a tag", upTo(table, "/article>"), "inside a tag, at line 43"},
		{"HTML cut in a script", upTo(table, "</script>"), "inside <script>"},
		{"a piece of HTML cut in its list", `<ul><li>EUR -<li>AUD 1<li>CHF 1<li>GBP 1<li>JPY 1<li>USD 1`, "inside <ul>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := archive.ReadPage(strings.NewReader(c.page))
			if err == nil {
				t.Fatalf("it was taken: %+v", p)
			}
			if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) {
				t.Errorf("%v, want fault.Invalid that says %q", err, c.says)
			}
		})
	}
}

func TestAWholeHTMLPageMayHoldFiguresOnly(t *testing.T) {
	table := string(sample(t, "table.html"))
	p := readPage(t, table[:strings.Index(table, "<main>")]+"</body></html>")
	if p.Headline != "" || len(p.Rates) != 7 || !strings.Contains(strings.Join(p.Notes, " "), "No story") {
		t.Errorf("headline %q, %d rates, notes %q", p.Headline, len(p.Rates), p.Notes)
	}
	if e, err := p.Edition(imported); err != nil || len(e.Stories) != 0 || len(e.Observations) != 7+2*3 {
		t.Errorf("an edition of %d stories and %d observations, %v", len(e.Stories), len(e.Observations), err)
	}
}

func TestAReadersFaultIsNotThePages(t *testing.T) {
	broken := errors.New("the disk is gone")
	if _, err := archive.ReadPage(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestAPageAsBrowsersSaveItTodayIsRecovered(t *testing.T) {
	p := readPage(t, string(sample(t, "modern.html")))
	if p.Publisher != "Tidewater Post" || p.Base != "EUR" || len(p.Rates) != 6 || p.Rates[5].Code != "NOK" || len(p.Quotes) != 2 ||
		p.Quotes[0].Ticker != "BP" || p.Date.String() != "2026-02-02" || p.Home != "https://www.tidewater.example/2026/02/02/ferry-returns" {
		t.Errorf("recovered %+v", p)
	}
	story := []any{p.Headline, p.Standfirst, p.Bylines, p.Sections}
	if diff := cmp.Diff([]any{
		"Ferry returns to the northern islands",
		"The ferry Northern Star left the dock at nine on Monday, eleven weeks after its rudder broke.",
		[]string{"Mo Lund"},
		[]archive.PageSection{
			{Heading: "What was repaired", Paragraphs: []string{
				"The rudder was cast anew in two halves – the first such repair in the port since 1998. It cost €2.4 million, of which 60% was insured 1.",
				"“She steers like a young ship,” the captain said. He has sailed her for 20 years.",
				"Nobody missed us more than the postman.",
			}},
			{Heading: "What the islands waited for", Paragraphs: []string{
				"Letters, some of them from November.", "Two pianos.", "1. The timetable is the old one; {{departures}} are at 9 and at 17.",
			}},
		},
	}, story); diff != "" {
		t.Errorf("the story is another:\n%s", diff)
	}
	var left []string
	for _, l := range p.NotUnderstood {
		left = append(left, l.Text)
	}
	if diff := cmp.Diff([]string{
		"Skip to content", "We value your privacy.", "Exchange rates", "Rupiah IDR 19,896.09", "Advertisement", "2 comments", "At last!", "And the fares?",
	}, left); diff != "" {
		t.Errorf("left over:\n%s", diff)
	}
}

func TestABylineIsANameAlone(t *testing.T) {
	text := string(sample(t, "harbour.txt"))
	for line, name := range map[string]string{
		"By Ada Pilot":                                 "Ada Pilot",
		"By Ada Pilot, 2 February 2026":                "Ada Pilot",
		"By Ada Pilot | Published: Feb 2, 2026, 09:30": "Ada Pilot",
		"By Ada Pilot and Ben Lock 2026-02-02":         "Ada Pilot and Ben Lock",
		"By Ada Pilot on 2 February 2026":              "Ada Pilot",
	} {
		p := readPage(t, strings.Replace(text, "\n\nShips", "\n\n"+line+"\n\nShips", 1))
		if !cmp.Equal(p.Bylines, []string{name}) || !strings.HasPrefix(p.Standfirst, "Ships") {
			t.Errorf("%q gives the bylines %q and the standfirst %q", line, p.Bylines, p.Standfirst)
		}
	}
	if p := readPage(t, strings.Replace(text, "\n\nShips", "\n\nBy noon all was sold.\n\nShips", 1)); len(p.Bylines) != 0 {
		t.Errorf("a sentence is the byline %q", p.Bylines)
	}
}
