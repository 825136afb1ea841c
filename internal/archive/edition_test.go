package archive_test

import (
	"bytes"
	"errors"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	rawhtml "github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
)

// board is the least that a page needs beside its story.
const board = "EUR -\nAUD 1.704695\nCHF 0.919966\nGBP 0.865748\nJPY 183.613613\nUSD 1.186127\n"

// said generates what a page may say: signs of Markdown, figures, entities, numbers and hyphens in any order, with
// letters of any script between them.
func said() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"{{EUR/USD}}", "{{EUR/USD", "}}", "{{}}", "{", "\\{{EUR/USD}}", "&amp;", "&#123;&#123;EUR/USD}}", "&#x7b;", "&lt;b&gt;", "&copy",
			"*", "**", "_", "__", "`", "```", "~~", "~~~", "#", "##", "-", "--", "---", "- ", "+", "+ ", "=", "===", "1.", "1)", "12. ", "1234567890.",
			"0", ">", "> ", "|", "| a | b |", "|---|---|", "!", "![a](b)", "[a](b)", "[a]: b", "[^1]", "[ ]", "<b>", "</p>", "<!--", "<http://a.example>",
			"<script>", "\\", "\\\\", ":", ": ", "^", "$", "%", "\"", "'", "(c)", "...", "http://a.example/_b_", "a@b.example", " ", "  ", "the", "word",
		}),
		rapid.StringOfN(rapid.Rune().Filter(seen), 1, 8, -1),
	)
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 1, 12).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
	})
}

// seen says whether a character is one that reading a page leaves alone, and drawing it.
func seen(r rune) bool {
	return !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && r != '\ue000' && r != '\ue001' && !unicode.IsSpace(r)
}

// drawn finds what a reader sees of a body: the text of its paragraphs and headings. Where there is other markup than
// these the text is not what the page said.
var drawn = regexp.MustCompile(`(?s)<(p|h2)(?: id="[^"]*")?>(.*?)</(?:p|h2)>\n?`)

func TestWhateverAPageSaysReadsTheSameInThePaper(t *testing.T) {
	everything := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Footnote, extension.DefinitionList),
		goldmark.WithRendererOptions(rawhtml.WithUnsafe()),
	)
	rapid.Check(t, func(t *rapid.T) {
		want := []string{}
		text := "The Sample - Harbour\n\n" + board + "\nHarbour\n\nThe ships are back.\n\n"
		page := "<title>Harbour - The Sample</title><body><pre>" + board + "</pre><h1>Harbour</h1><p>The ships are back.</p>"
		isHTML := rapid.Bool().Draw(t, "as HTML")
		for i, s := range rapid.SliceOfN(said(), 1, 5).Draw(t, "paragraphs") {
			element := "p"
			if s += " so."; isHTML && i%2 == 0 {
				element, s = "h2", s+" Now"
			}
			text += s + "\n\n"
			page += "<" + element + ">" + html.EscapeString(s) + "</" + element + ">\n"
			want = append(want, strings.Join(strings.Fields(s), " "))
		}
		if isHTML {
			want = append(want, "The end.")
			text = page + "<p>The end.</p></body>"
		}
		p, err := archive.ReadPage(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		e, err := p.Edition(imported)
		if err != nil {
			t.Fatal(err)
		}
		body := e.Stories[0].Revisions[0].Content.Body
		if figures, err := news.Figures(body); err != nil || len(figures) > 0 {
			t.Fatalf("figures %v, %v in %q", figures, err, body)
		}
		shown, err := render.Body(body, func(int) string { t.Fatalf("a figure in %q", body); return "" })
		if err != nil {
			t.Fatal(err)
		}
		var elsewhere bytes.Buffer
		if err := everything.Convert([]byte(body), &elsewhere); err != nil {
			t.Fatal(err)
		}
		for by, shown := range map[string]string{"the paper": shown, "another program": elsewhere.String()} {
			got := []string{}
			for _, m := range drawn.FindAllStringSubmatch(shown, -1) {
				got = append(got, html.UnescapeString(m[2]))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s shows\n%s\nof %q:\n%s", by, shown, body, diff)
			}
			if rest := drawn.ReplaceAllString(shown, ""); strings.TrimSpace(rest) != "" {
				t.Fatalf("%s shows %q beside the paragraphs of %q", by, rest, body)
			}
		}
	})
}

func TestAPageSpeaksOfADayThatHasCome(t *testing.T) {
	seen := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		on    currency.Date
		named string // by the page
		says  string // of the refusal; or, where it begins with a day, of the edition
	}{
		"the day given":                       {currency.Date{Year: 2026, Month: 2, Day: 2}, "", "2026-02-02"},
		"the day that the page names":         {currency.Date{}, "2 February 2026", "2026-02-02 The day, 2026-02-02, is the one that the page names (line 3)."},
		"two days":                            {currency.Date{Year: 2026, Month: 2, Day: 1}, "2026-02-02", "2026-02-01 The page names another day, 2026-02-02 (line 3); the one given"},
		"a day that has begun in the Pacific": {currency.Date{Year: 2026, Month: 2, Day: 3}, "", "2026-02-03"},
		"no day":                              {currency.Date{}, "", "the page names no day: say of which day it speaks with --date YYYY-MM-DD"},
		"a form that is read in two ways":     {currency.Date{}, "2/3/2026", "names no day"},
		"a day that the page cannot mean":     {currency.Date{}, "30 February 2026", "names no day"},
		"a year":                              {currency.Date{Year: 2026}, "", `"2026" is no day`},
		"a month":                             {currency.Date{Year: 2026, Month: 1}, "", `"2026-01" is no day`},
		"30 February":                         {currency.Date{Year: 2026, Month: 2, Day: 30}, "", `"2026-02-30" is no day`},
		"a thirteenth month":                  {currency.Date{Year: 2025, Month: 13, Day: 1}, "", `"2025-13-01" is no day`},
		"a day without its month":             {currency.Date{Year: 2025, Day: 7}, "", "is no day"},
		"a day below zero":                    {currency.Date{Year: 2025, Month: 5, Day: -7}, "", "is no day"},
		"the first day of all":                {currency.Date{Year: 1, Month: 1, Day: 1}, "", "is no day"},
		"tomorrow":                            {currency.Date{Year: 2026, Month: 2, Day: 4}, "", "2026-02-04 is still to come"},
		"a far day that the page names":       {currency.Date{}, "2 February 9999", "9999-02-02 is still to come"},
	} {
		t.Run(name, func(t *testing.T) {
			p := readPage(t, "The Sample - Harbour\n\n"+c.named+"\n\n"+board+"\nHarbour\n\nThe ships are back.\n\nThey came at noon.\n")
			e, err := p.Edition(archive.PageOptions{On: c.on, Seen: seen})
			day, note, taken := strings.Cut(c.says, " ")
			if _, notDay := time.Parse(time.DateOnly, day); notDay != nil || taken && strings.HasPrefix(note, "is still") {
				if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) || len(e.Observations) > 0 {
					t.Errorf("%v, want fault.Invalid that says %q", err, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if m := e.Stories[0]; m.Published.Format(time.DateOnly) != day || e.Observations[0].At != m.Published || !e.Observations[0].Seen.Equal(seen) {
				t.Errorf("the story of %s, its figures of %s, want %s", m.Published, e.Observations[0].At, day)
			}
			if notes := strings.Join(p.Notes, "\n"); !strings.Contains(notes, note) || note == "" && notes != "" {
				t.Errorf("notes %q, want %q", notes, note)
			}
		})
	}
}

func TestAPageInAnyScriptHasANameForAddresses(t *testing.T) {
	page := "日々新聞 - 港が開いた\n\n" + board + "\n港が開いた\n\n船が戻った。\n\n正午に来た。\n"
	edition := func(page string) news.Edition {
		e, err := readPage(t, page).Edition(imported)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := edition(page)
	source, slug := string(e.Sources[0].ID), string(e.Stories[0].Slug)
	if !regexp.MustCompile(`^page-[0-9a-f]{10}$`).MatchString(source) || !regexp.MustCompile(`^story-[0-9a-f]{10}$`).MatchString(slug) {
		t.Errorf("the source %q, the story %q", source, slug)
	}
	if e := edition(page); string(e.Sources[0].ID) != source || string(e.Stories[0].Slug) != slug {
		t.Error("read again it has another name")
	}
	if e := edition(strings.ReplaceAll(page, "日々", "朝日")); string(e.Sources[0].ID) == source {
		t.Error("two publishers have one name")
	}
	long := edition(strings.Replace(page, "日々新聞", strings.Repeat("Daily ", 30), 1))
	if id := long.Sources[0].ID; len(id) > 64 || strings.HasSuffix(string(id), "-") {
		t.Errorf("the source %q", id)
	}
}

func TestAnEditionOfAPageTellsWhereItIsFrom(t *testing.T) {
	p := readPage(t, string(sample(t, "table.html")))
	e, err := p.Edition(archive.PageOptions{Seen: imported.Seen, File: "a\u202efile\n.html"})
	if err != nil {
		t.Fatal(err)
	}
	r := e.Stories[0].Revisions[0]
	if r.Reason != "Imported from afile .html (SHA-256 "+p.SHA256+")." || r.Author != "import" || r.Content.Language != "en-GB" {
		t.Errorf("revision %+v", r)
	}
	if e.Sources[0].Home != "https://sample.example/harbour" || e.Sources[0].Name != "The Sample" {
		t.Errorf("source %+v", e.Sources[0])
	}
	p.Home = "javascript:alert(1)"
	if e, err = p.Edition(imported); err != nil || e.Sources[0].Home != "" {
		t.Errorf("home %q, %v", e.Sources[0].Home, err)
	}
	if i := slices.IndexFunc(e.Observations, func(o market.Observation) bool { return o.Symbol == "XNYS:RIO" }); i < 0 || e.Observations[i].Ref != "line 28" {
		t.Errorf("no quote of XNYS:RIO on line 28 among %+v", e.Observations)
	}
}
