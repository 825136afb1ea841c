package site_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

var update = flag.Bool("update", false, "write the golden files anew")

const everyKind = `A rate {{EUR/USD @2026-02-02}} USD, turned round {{USD/EUR @2026-02-02}}, to places {{EUR/JPY @2026-02-02 to 0}}; an amount {{12345678.90 USD in JPY @2026-02-02}};
a change {{EUR/USD change since 2026-01-30 @2026-02-02}}, {{EUR/USD % since 2026-01-30 @2026-02-02}}; a share {{XNYS:RIO % @2026-02-02}}.

{{table EUR/USD USD/JPY XNYS:RIO @2026-02-02}}

{{chart EUR/USD since 2026-01-30 @2026-02-02 mark 2026-01-31 "a day <b>between</b>"}}
`

// told is a paper with one story of every kind of figure, in a language.
func told(t *testing.T, language, body string) *paper {
	t.Helper()
	p := empty(t)
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank, page}, heard(), nil); err != nil {
		t.Fatal(err)
	}
	r, err := p.newsroom.Save(t.Context(), news.Submission{
		Content: news.Content{Headline: "Every kind", Section: "economy", Language: language, Body: body}, Author: "tests",
	})
	if err == nil {
		_, err = p.newsroom.Move(t.Context(), r.Story, news.Move{
			To: news.Published, Revision: r.N, By: "editor", At: time.Date(2026, 2, 2, 17, 0, 0, 0, time.UTC),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const everyKindAt = "/2026/02/02/every-kind"

func TestEveryKindOfFigureIsPrintedAsTheStorysLanguageWritesNumbers(t *testing.T) {
	for _, language := range []string{"en", "de", "fr", "ar"} {
		doc := told(t, language, everyKind).get(t, everyKindAt, 200)
		got, err := goquery.OuterHtml(doc.Find(".story > .text"))
		if err != nil {
			t.Fatal(err)
		}
		// One element to a line, so that a comparison shows what changed.
		got = strings.NewReplacer("><", ">\n<", "\u00a0", "&nbsp;", "\u061c", "&alm;").Replace(got) + "\n"
		golden := filepath.Join("testdata", "figures."+language+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s:\n%s", golden, diff)
		}
	}
}

func TestAFiguresCardTellsItsArithmeticAndHowFarItMoved(t *testing.T) {
	p := told(t, "en", "{{USD/EUR @2026-01-30}} {{EUR/USD % since 2026-01-30 @2026-02-02}} {{100 EUR in USD @2026-01-30}} {{EUR/USD @2026-02-02 from page}} {{EUR/USD @2026-01-30 to 1}}")
	doc := p.get(t, everyKindAt, 200)
	wantText(t, doc, "#figure-1", "0.84746", "Reckoned1 ÷ 1.1800", "computed: 1 divided by", "Today0.84324, Central Bank, 2 February 2026", "−0.50% since 30 January 2026")
	wantText(t, doc, "#figure-2", "0.50%", "Reckoned(1.1859 − 1.1800) ÷ 1.1800 × 100", "From1.1800", "To1.1859", "Today0.50%", "EUR/USD 1.1800 · EUR/USD 1.1859")
	wantText(t, doc, "#figure-3", "118.00", "Reckoned100 × 1.1800", "Today118.59", "+0.50% since 30 January 2026")
	wantText(t, doc, "#figure-4", "1.186127", "Today1.1859, Central Bank", "of another source, so that no change is counted")
	wantText(t, doc, "#figure-5", "1.2", "Today1.1859", "+0.50% since 30 January 2026") // counted from 1.1800, and not from 1.2
	// Every observation behind a figure leads to its page, and that back to the story.
	links := doc.Find(".card p a")
	if links.Length() != 6 {
		t.Errorf("%d observations are named", links.Length())
	}
	links.Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		wantText(t, p.get(t, href, 200), ".list", "Every kind")
	})
}

func TestAChartIsALineWithAListAndATableBeside(t *testing.T) {
	doc := told(t, "de", everyKind).get(t, everyKindAt, 200)
	if n := doc.Find(".text > figure.chart > svg[role=img] > title + desc").Length(); n != 1 {
		t.Errorf("%d charts say what they show", n)
	}
	if n := doc.Find(".chart svg a, .chart [style], .chart b b, .text > p figure").Length(); n != 0 {
		t.Errorf("%d things that may not be in a chart", n)
	}
	wantText(t, doc, ".chart title", "Euro in US-Dollar, 30. Januar 2026 bis 2. Februar 2026")
	wantText(t, doc, ".chart desc", "Von 1,1800 auf 1,1859, +0,50 %", "Bezeichnete Tage, unten aufgeführt: 1.")
	wantText(t, doc, ".chart svg > text", "1,180", "1,186", "30. Jan.", "2. Feb.")
	wantText(t, doc, ".chart figcaption", "2 Werte", "Central Bank", "Die senkrechte Achse beginnt nicht bei null", "heute 1,1859")
	wantText(t, doc, ".chart ol.marks", "31. Januar 2026 a day <b>between</b> (1,1800)")
	wantText(t, doc, ".chart details table", "30. Jan. 2026", "1,1800", "2. Feb. 2026", "1,1859")
	wantText(t, doc, ".panel.figures", "Euro in US-Dollar", "155,33 USD/JPY")
	if n := doc.Find("figure.values button.figure[popovertarget]").Length(); n != 3 {
		t.Errorf("%d values of the table open a card", n)
	}
	buttons := doc.Find("button.figure[popovertarget]")
	buttons.Each(func(_ int, b *goquery.Selection) {
		if id, _ := b.Attr("popovertarget"); doc.Find("#"+id+".card[popover]").Length() != 1 {
			t.Errorf("the figure %q opens no card", id)
		}
	})
	if buttons.Length() != 10 {
		t.Errorf("%d figures can be pressed", buttons.Length())
	}
}

// What was printed stays, whatever the ledger learns afterwards.
func TestAPublishedChartNeverChanges(t *testing.T) {
	p := told(t, "en", everyKind)
	before, _ := p.get(t, everyKindAt, 200).Find(".chart .plot").Html()
	revised := said(bank, "EUR/USD", market.Rate, "2.5", friday)
	revised = market.NewObservation(revised.Symbol, revised.Field, revised.Value, market.Moment{At: friday, Seen: learnt.Add(time.Hour)}, bank.ID, "")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{revised}, nil); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, everyKindAt, 200)
	if after, _ := doc.Find(".chart .plot").Html(); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	wantText(t, doc, "#figure-5", "Reckoned1.1859 − 1.1800")
}

func TestAStoryFromRightToLeftKeepsItsNumbersTogether(t *testing.T) {
	doc := told(t, "ar", everyKind).get(t, everyKindAt, 200)
	if n := doc.Find("article.story[lang=ar][dir=rtl]").Length(); n != 1 {
		t.Errorf("%d stories from right to left", n)
	}
	if all, apart := doc.Find("button.figure").Length(), doc.Find("button.figure data > bdi").Length(); all != 10 || apart != all {
		t.Errorf("%d of %d numbers are kept together", apart, all)
	}
	if n := doc.Find(".text > .card[lang=en][dir=ltr], .rail[lang=en][dir=ltr], .chart[lang=en][dir=ltr]").Length(); n != 12 {
		t.Errorf("%d parts say that they are English", n)
	}
	wantText(t, doc, ".text > p", "١٫١٨٥٩")
}

func TestAStoryOfALongChartStaysLight(t *testing.T) {
	p := empty(t)
	var series []market.Observation
	for day := range 365 {
		series = append(series, said(bank, "EUR/USD", market.Rate, fmt.Sprintf("1.1%03d", (day*37)%1000), monday.AddDate(0, 0, -day)))
	}
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, series, nil); err != nil {
		t.Fatal(err)
	}
	p.print(t, "A year", "economy", "{{chart EUR/USD since 2025-02-03 @2026-02-02}}", learnt)
	page, _ := p.get(t, "/2026/02/02/a-year", 200).Html()
	if n := len(page); n > 60_000 {
		t.Errorf("the page has %d bytes before it is compressed", n)
	}
	if n := strings.Count(page, "<tr>"); n < 365 {
		t.Errorf("the table has %d rows", n)
	}
}

func TestWordsAreThereInEveryLanguageOfTheTable(t *testing.T) {
	for tag, want := range map[string]string{"en": "Source", "de-CH": "Quelle", "fr": "Source", "es-419": "Fuente", "nl": "Bron", "ar": "Source", "": "Source"} {
		doc := told(t, tag, everyKind).get(t, everyKindAt, 200)
		if head := doc.Find("figure.values thead th").Last().Text(); head != want {
			t.Errorf("a story in %q calls a source %q", tag, head)
		}
	}
}
