package archive_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
)

var imported = archive.PageOptions{
	On: currency.Date{Year: 2026, Month: 2, Day: 2}, Seen: time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC), File: "page.txt",
}

func seedPage(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(must.Samples(t), "seed", "page.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheSeedPageIsRecoveredWhole(t *testing.T) {
	p, err := archive.ReadPage(bytes.NewReader(seedPage(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rates) != 170 || p.Base != "EUR" || len(p.Quotes) != 16 || len(p.Sections) != 6 {
		t.Errorf("%d rates of %s, %d quotes, %d sections; want 170 of EUR, 16, 6", len(p.Rates), p.Base, len(p.Quotes), len(p.Sections))
	}
	if len(p.NotUnderstood) != 0 || p.Headline == "" || p.Standfirst == "" || p.Publisher == "" {
		t.Errorf("left over %v, headline %q, standfirst %q, publisher %q", p.NotUnderstood, p.Headline, p.Standfirst, p.Publisher)
	}
	for _, s := range p.Sections {
		if s.Heading == "" || len(s.Paragraphs) != 1 {
			t.Errorf("the section %q has %d paragraphs, want 1", s.Heading, len(s.Paragraphs))
		}
	}
	e, err := p.Edition(imported)
	if err != nil || len(e.Observations) != 170+3*16 || len(e.Stories) != 1 {
		t.Errorf("an edition of %d observations and %d stories, %v", len(e.Observations), len(e.Stories), err)
	}
}

func TestNoCutOfTheSeedPageIsTakenForTheWhole(t *testing.T) {
	text := seedPage(t)
	taken := 0
	for n := 0; n < len(text); n += 7 {
		p, err := archive.ReadPage(bytes.NewReader(text[:n]))
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("cut at %d: %v is not fault.Invalid", n, err)
			}
			continue
		}
		// A cut behind the full stop of a paragraph cannot be told from an end.
		if taken++; len(p.Rates) != 170 || len(p.Quotes) != 16 || !strings.HasSuffix(strings.TrimSpace(string(text[:n])), ".") {
			t.Errorf("cut at %d was taken: %d rates, %d quotes", n, len(p.Rates), len(p.Quotes))
		}
	}
	t.Logf("%d cuts behind a full stop were taken", taken)
}

// page is a small page of our own in the same form.
const page = "The Sample - Harbour reopens\n\nEUR -\nUSD 1.186127\nGBP 0.865748\nJPY 183.613613\nCHF 0.919966\nAZN 1.999161\nXAU 0.00025\n" +
	"  • RIO\n\n    0.8500\n\n    91.93\n\n    +0.92%\n\n  • BCE\n\n    -0.0100\n\n    25.835\n\n    -0.04%\n\n\n" +
	"Harbour reopens\n\nShips left the harbour again on Monday. {{EUR/USD}} is no figure here.\n\n" +
	"What happened\nThe gates were opened at <b>six</b>.\n Nobody was hurt.\n\nWhat follows\n# The owners will *pay*.\n"

const htmlPage = `<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Harbour reopens - The Sample</title>
<meta property="og:site_name" content="The Sample"><meta property="article:published_time" content="2026-02-02T08:00:00Z">
<script>var x = "USD 9.99";</script></head><body><nav><a href="/">Home</a></nav>
<table><tr><th>EUR -</th></tr><tr><td>USD</td><td>1.186127</td></tr><tr><td>GBP</td><td>0.865748</td></tr><tr><td>JPY</td><td>183.613613</td></tr>
<tr><td>CHF</td><td>0.919966</td></tr><tr><td>AZN</td><td>1.999161</td></tr></table>
<article><h1>Harbour reopens</h1><p>Ships left the harbour again on Monday.</p><h2>What happened</h2><p>The gates were opened at six.</p>
<h2>What follows</h2><p>The owners will pay.</p></article></body></html>`

func TestOurOwnPagesAreRecovered(t *testing.T) {
	for name, c := range map[string]struct {
		text              string
		rates, quotes     int
		date, standfirst  string
		sections, section int
	}{
		"text":         {page, 6, 2, "", "Ships left the harbour again on Monday. {{EUR/USD}} is no figure here.", 2, 1},
		"text of DOS":  {"\ufeff" + strings.ReplaceAll(page, "\n", "\r\n"), 6, 2, "", "Ships left the harbour again on Monday. {{EUR/USD}} is no figure here.", 2, 1},
		"HTML, tables": {htmlPage, 5, 0, "2026-02-02", "Ships left the harbour again on Monday.", 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := archive.ReadPage(strings.NewReader(c.text))
			if err != nil {
				t.Fatal(err)
			}
			date := ""
			if !p.Date.IsZero() {
				date = p.Date.String()
			}
			if p.Publisher != "The Sample" || p.Headline != "Harbour reopens" || p.Base != "EUR" || len(p.Rates) != c.rates ||
				len(p.Quotes) != c.quotes || date != c.date || p.Standfirst != c.standfirst || len(p.Sections) != c.sections ||
				len(p.Sections[0].Paragraphs) != c.section || len(p.NotUnderstood) != 0 {
				t.Errorf("recovered %+v", p)
			}
		})
	}
}

func TestWhatIsNoPageIsRefusedWithASentence(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":              {"", "empty"},
		"binary":             {"\x7fELF\x00\x01\x02\xff\xfe\x00", "binary"},
		"no board":           {"<html><head><title>A - B</title></head><body><article><h1>Harbour reopens</h1><p>Ships left.</p></article></body></html>", "board"},
		"cut in the board":   {page[:strings.Index(page, "00025")], "cut off"},
		"cut in the ticker":  {page[:strings.Index(page, "+0.92")], "cut off"},
		"cut in a sentence":  {page[:strings.Index(page, "will *pay")], "cut off"},
		"two values":         {strings.Replace(page, "XAU 0.00025", "USD 1.2", 1), "USD"},
		"too large":          {strings.Repeat("EUR -\n", archive.MaxPage/6+2), "MiB"},
		"cut under heading":  {page[:strings.Index(page, "# The owners")], "cut off"},
		"story not yet come": {page[:strings.Index(page, "Harbour reopens\n\nShips")], "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := archive.ReadPage(strings.NewReader(c.text))
			if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want fault.Invalid that says %q", err, c.says)
			}
		})
	}
}

func TestAPagesTextNeverBecomesMarkupOrAFigure(t *testing.T) {
	p, err := archive.ReadPage(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Edition(imported)
	if err != nil {
		t.Fatal(err)
	}
	body := e.Stories[0].Revisions[0].Content.Body
	if figures, err := news.Figures(body); err != nil || len(figures) != 0 {
		t.Errorf("the text has figures %v, %v", figures, err)
	}
	if want := "## What happened\n\nThe gates were opened at \\<b\\>six\\</b\\>. Nobody was hurt.\n\n## What follows\n\n\\# The owners will \\*pay\\*.\n"; body != want {
		t.Errorf("body %q, want %q", body, want)
	}
}

func TestAPageWithoutADayOrOfADayToComeIsRefused(t *testing.T) {
	p, err := archive.ReadPage(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Edition(archive.PageOptions{Seen: imported.Seen}); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "--date") {
		t.Errorf("without a day: %v", err)
	}
	late := currency.Date{Year: 2026, Month: 2, Day: 9}
	if _, err := p.Edition(archive.PageOptions{On: late, Seen: imported.Seen}); !errors.Is(err, fault.Invalid) {
		t.Errorf("a day to come: %v", err)
	}
}

func TestAnArchiveGivesBackTheEdition(t *testing.T) {
	p, err := archive.ReadPage(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.Edition(imported)
	if err != nil {
		t.Fatal(err)
	}
	want.Stories[0].Pins = map[int][]news.Pin{1: nil}
	var first, second bytes.Buffer
	if err := archive.Write(&first, want); err != nil {
		t.Fatal(err)
	}
	got, err := archive.Read(bytes.NewReader(first.Bytes()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := archive.Write(&second, got); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Errorf("written again it differs, %v", err)
	}
	equal := cmp.Comparer(func(a, b currency.Decimal) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want.Stories, got.Stories, equal); diff != "" {
		t.Errorf("the stories changed:\n%s", diff)
	}
	if len(got.Observations) != len(want.Observations) || len(got.Sources) != 1 || got.Sources[0] != want.Sources[0] {
		t.Errorf("got %d observations, sources %+v", len(got.Observations), got.Sources)
	}
	for _, c := range []struct{ name, text string }{
		{"cut off", first.String()[:first.Len()-30]},
		{"changed", strings.Replace(first.String(), "Harbour reopens", "Harbour closes!", 1)},
		{"another file", "hello\n"},
		{"continued", first.String() + "{}\n"},
		{"empty", ""},
	} {
		if _, err := archive.Read(strings.NewReader(c.text), nil); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want fault.Invalid", c.name, err)
		}
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add(page)
	f.Add(htmlPage)
	f.Add("EUR -\nUSD 1\nGBP 1\nJPY 1\nCHF 1\nAUD 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := archive.ReadPage(strings.NewReader(text))
		if err != nil {
			return
		}
		e, err := p.Edition(imported)
		if err != nil {
			return
		}
		for _, m := range e.Stories {
			if figures, err := news.Figures(m.Revisions[0].Content.Body); err != nil || len(figures) > 0 {
				t.Errorf("a page made figures %v, %v", figures, err)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	p, err := archive.ReadPage(strings.NewReader(page))
	if err != nil {
		f.Fatal(err)
	}
	e, err := p.Edition(imported)
	if err != nil {
		f.Fatal(err)
	}
	e.Dossiers = []news.DossierRecord{strait()}
	var b bytes.Buffer
	if err := archive.Write(&b, e); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes()[:bytes.LastIndex(b.Bytes(), []byte(`{"end"`))])
	f.Fuzz(func(t *testing.T, data []byte) {
		// A last record that fits, as somebody's own tool would write it, lets in what would else end at its digest.
		count := func(kind string) int {
			return bytes.Count(data, []byte(`"`+kind+`":{`)) + bytes.Count(data, []byte(`"`+kind+`": {`))
		}
		file := fmt.Appendf(bytes.Clone(data), `{"end":{"sources":%d,"observations":%d,"stories":%d,"dossiers":%d,"sha256":"%x"}}`+"\n",
			count("source"), count("observation"), count("story"), count("dossier"), sha256.Sum256(data))
		e, err := archive.Read(bytes.NewReader(file), nil)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := archive.Write(&first, e); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		e, err = archive.Read(bytes.NewReader(first.Bytes()), nil)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if err := archive.Write(&second, e); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("written again it differs, %v", err)
		}
	})
}
