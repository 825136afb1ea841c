package news_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func TestAFigureReadsAsProseDoes(t *testing.T) {
	for text, want := range map[string]news.Figure{
		"EUR/USD":                  {Symbol: "EUR/USD", Field: market.Rate, Places: -1},
		" eur/usd  to 4 ":          {Expression: "eur/usd  to 4", Symbol: "EUR/USD", Field: market.Rate, Places: 4},
		"EUR/BGN @2026-01-20":      {Symbol: "EUR/BGN", Field: market.Rate, On: "2026-01-20", Places: -1},
		"EUR/BGN to 0 @2026-01-20": {Symbol: "EUR/BGN", Field: market.Rate, On: "2026-01-20"},
		"EUR/BGN from page-2026":   {Symbol: "EUR/BGN", Field: market.Rate, From: "page-2026", Places: -1},
		"XNYS:RIO":                 {Symbol: "XNYS:RIO", Field: market.Last, Places: -1},
		"XNYS:RIO last":            {Symbol: "XNYS:RIO", Field: market.Last, Places: -1},
		"XNYS:RIO previous":        {Symbol: "XNYS:RIO", Field: market.PreviousClose, Places: -1},
		"XNYS:RIO change to 2":     {Symbol: "XNYS:RIO", Field: market.Change, Places: 2},
		"XNYS:RIO percent @2026-02-02T16:00:00Z to 12": {
			Symbol: "XNYS:RIO", Field: market.Percent, On: "2026-02-02T16:00:00Z", Places: 12,
		},
		"XNYS:LAST last": {Symbol: "XNYS:LAST", Field: market.Last, Places: -1},
		"XNYS:RIO %":     {Symbol: "XNYS:RIO", Field: market.Percent, Sign: true, Places: -1},
		"EUR/USD change since 2026-01-02": {
			Symbol: "EUR/USD", Field: market.Change, Since: "2026-01-02", Places: -1,
		},
		"EUR/USD since 2026-01-02 % @2026-02-02 to 1 from ecb": {
			Symbol: "EUR/USD", Field: market.Percent, Sign: true, Since: "2026-01-02", On: "2026-02-02", Places: 1, From: "ecb",
		},
		"XNYS:RIO percent since 2026-01-02": {Symbol: "XNYS:RIO", Field: market.Percent, Since: "2026-01-02", Places: -1},
		"1250.50 usd in eur @2026-02-02": {
			Symbol: "USD/EUR", Field: news.Amount, Amount: currency.MustDecimal("1250.50"), On: "2026-02-02", Places: -1,
		},
		"0 USD in JPY": {Symbol: "USD/JPY", Field: news.Amount, Amount: currency.MustDecimal("0"), Places: -1},
		"table EUR/USD XNYS:RIO @2026-02-02 to 2": {
			Form: news.Table, Symbol: "EUR/USD", Rows: []market.Symbol{"EUR/USD", "XNYS:RIO"}, Field: market.Rate, On: "2026-02-02", Places: 2,
		},
		`chart EUR/USD since 2025-02-02 @2026-02-02 mark 2025-06-13 "a raid, and what came of it" mark 2025-12-25 “Christmas”`: {
			Form: news.Chart, Symbol: "EUR/USD", Field: market.Rate, Since: "2025-02-02", On: "2026-02-02", Places: -1,
			Marks: []news.Mark{{"2025-06-13", "a raid, and what came of it"}, {"2025-12-25", "Christmas"}},
		},
		`chart EUR/USD since 2025-02-02 mark 2025-06-13 «un  jour»`: {
			Form: news.Chart, Symbol: "EUR/USD", Field: market.Rate, Since: "2025-02-02", Places: -1, Marks: []news.Mark{{"2025-06-13", "un jour"}},
		},
	} {
		if want.Expression == "" {
			want.Expression = text
		}
		if got, err := news.ParseFigure(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("{{%s}} is read as %+v, %v", text, got, err)
		}
	}
}

func TestAFigureThatIsNotWellFormedIsRefusedInASentence(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "an empty figure",
		"   ":                                    "an empty figure",
		"AZN":                                    "may be a currency or a share",
		"EUR/EUR":                                "a currency against itself is always 1",
		"EUR/USD @":                              "has no day behind its @",
		"EUR/USD @yesterday":                     "is no day",
		"EUR/USD @2026-02-30":                    "is no day",
		"EUR/USD to":                             `"to" is not understood`,
		"EUR/USD from":                           `"from" is not understood`,
		"EUR/USD to four":                        `to 0 … 12 places, not "four"`,
		"EUR/USD to -1":                          "to 0 … 12 places",
		"EUR/USD to 13":                          "to 0 … 12 places",
		"EUR/USD percent":                        "does not say since when: write since 2026-01-02",
		"EUR/USD last":                           "is a rate, which has no last price",
		"EUR/USD since 2026-01-02":               "says since, but not change, percent or %",
		"EUR/USD change since":                   `"since" is not understood`,
		"EUR/USD change since never":             "is no day",
		"EUR/USD % change":                       "says the field twice",
		"XNYS:RIO last since 2026-01-02":         "says since, but not change",
		"EUR/USD % since 2026-02-02 @2026-02-02": "ends on 2026-02-02, which is not after 2026-02-02",
		"100 USD":                                "may be a currency or a share",
		"100 USD in":                             "says in, but not in which currency: write {{100 USD in EUR}}",
		"1,000 USD in EUR":                       `has no amount in "1,000"`,
		"-1 USD in EUR":                          "has no amount",
		"100 USD in USD":                         "is always 1",
		"100 USD in EUR change":                  `"change" is not understood`,
		"100 USD in EUR since 2026-01-02":        `"since" is not understood`,
		"table":                                  "names nothing",
		"table EUR/USD EUR/USD":                  "has EUR/USD twice",
		"table EUR/USD %":                        `"%" is not understood; it may say @DAY, from SOURCE, to PLACES, and before them more symbols`,
		"table EUR/USD @2026-02-02 EUR/GBP":      `"EUR/GBP" is not understood`,
		"chart":                                  "names nothing",
		"chart EUR/USD":                          "does not say since when: write {{chart EUR/USD since 2026-01-02}}",
		"chart XNYS:RIO since 2026-01-02":        "only pairs have one",
		"chart EUR/USD since 2026-01-02 mark 2026-01-03":                              `does not say what happened on 2026-01-03`,
		"chart EUR/USD since 2026-01-02 mark 2026-01-03 words":                        `write mark 2026-01-03 "words"`,
		`chart EUR/USD since 2026-01-02 mark never "words"`:                           "is no day",
		`chart EUR/USD since 2026-01-02 mark 2026-01-03 " "`:                          "has a mark without words",
		`chart EUR/USD since 2026-01-02` + strings.Repeat(` mark 2026-01-03 "a"`, 10): "has more than 9 marks",
		`EUR/USD "quoted"`:                `"quoted" is not understood`,
		"EUR/USD XNYS:RIO":                `"XNYS:RIO" is not understood`,
		"EUR/USD @2026-02-02 @2026-02-03": "says the day twice",
		"EUR/USD to 2 to 4":               "says to twice",
		"EUR/USD from a from b":           "says from twice",
		"XNYS:RIO last percent":           "says the field twice",
		strings.Repeat("E", 1000):         "of 1000 characters: it has at most 600",
	} {
		_, err := news.ParseFigure(text)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("{{%s}}: %v, want %s", text, err, want)
		}
	}
}

func TestAPinIsPrintedWithNoMoreDigitsThanSomebodySaid(t *testing.T) {
	for _, c := range []struct {
		pin  news.Pin
		want string
	}{
		{news.Pin{Expression: "EUR/USD", Field: market.Rate, How: market.Said, Value: currency.MustDecimal("106915.755430")}, "106915.755430"},
		{news.Pin{Expression: "USD/EUR", Field: market.Rate, How: market.Inverse, Value: currency.MustDecimal("0.844594594595")}, "0.84459"},
		{news.Pin{Expression: "USD/JPY", Field: market.Rate, How: market.Crossed, Value: currency.MustDecimal("155.078378378")}, "155.08"},
		{news.Pin{Expression: "USD/JPY to 1", Field: market.Rate, How: market.Crossed, Value: currency.MustDecimal("155.1")}, "155.1"},
		{news.Pin{Expression: "XNYS:RIO percent", Field: market.Percent, How: market.Computed, Value: currency.MustDecimal("0.933245498")}, "0.93325"},
		{news.Pin{Expression: "XNYS:RIO change", Field: market.Change, How: market.Computed, Value: currency.MustDecimal("0.8500")}, "0.8500"},
	} {
		if got := c.pin.Printed().String(); got != c.want {
			t.Errorf("{{%s}} is printed %s, want %s", c.pin.Expression, got, c.want)
		}
	}
}

func TestFiguresAreFoundInTheirOrder(t *testing.T) {
	body := "One euro bought {{EUR/USD}}, {{{EUR/GBP}}} and \\{\\{EUR/JPY}}.\n\n`{{ EUR/CHF to 2 }}` {EUR/SEK} {{EUR/USD}}"
	figures, err := news.Figures(body)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range figures {
		got = append(got, string(f.Symbol))
	}
	if want := "EUR/USD EUR/GBP EUR/CHF EUR/USD"; strings.Join(got, " ") != want {
		t.Errorf("they are %v, not %s", got, want)
	}
	replaced := news.ReplaceFigures(body, func(n int) string { return fmt.Sprintf("<%d>", n) })
	if want := "One euro bought <0>, {<1>} and \\{\\{EUR/JPY}}.\n\n`<2>` {EUR/SEK} <3>"; replaced != want {
		t.Errorf("replaced: %q", replaced)
	}
	if _, err := news.Figures("{{EUR/USD}} {{EUR/}}"); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "{{EUR/}}") {
		t.Errorf("the second figure is wrong: %v", err)
	}
}

func FuzzParseFigure(f *testing.F) {
	for _, seed := range []string{
		"EUR/USD", "EUR/BGN @2026-01-20 to 4 from page-2026-02-02", "XNYS:RIO percent @2026-02-02 to 2", "", "@ to from", "EUR/USD to 99999999999999999999",
		"EUR/USD % since 2026-01-02 @2026-02-02", "100 USD in EUR to 0", "table EUR/USD XNYS:RIO from a", `chart EUR/USD since 2026-01-02 mark 2026-01-03 "a « b"`,
		"9e40 USD in EUR", "table EUR/USD EUR/USD", `"" "`, "chart in in in",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		figure, err := news.ParseFigure(text)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		again, err := news.ParseFigure(figure.Expression)
		if err != nil || !reflect.DeepEqual(again, figure) {
			t.Errorf("%q is read as %+v, and its expression as %+v, %v", text, figure, again, err)
		}
		_, _, isPair := figure.Symbol.Pair()
		moves := figure.Field == market.Change || figure.Field == market.Percent
		if !moves && isPair != (figure.Field == market.Rate || figure.Field == news.Amount) || figure.Places < -1 || figure.Places > 12 ||
			(figure.Form == news.Table) != (len(figure.Rows) > 0) || figure.Form == news.Chart && figure.Since == "" || isPair && moves && figure.Since == "" {
			t.Errorf("%q is read as %+v", text, figure)
		}
	})
}

// The pins of a story stand in the order of its figures, so finding and replacing must count alike.
func FuzzFiguresAreReplacedInTheOrderInWhichTheyAreFound(f *testing.F) {
	for _, seed := range []string{"{{EUR/USD}} {{{EUR/GBP}}}", "{{EUR/USD}}}}{{{{EUR/JPY}}", "{{\u2028}}{{EUR/USD}}", "{{{}}}", "{{EUR/USD}}\xff{{EUR/CHF}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		figures, err := news.Figures(body)
		if err != nil {
			return
		}
		replaced := 0
		news.ReplaceFigures(body, func(n int) string {
			if n != replaced {
				t.Errorf("figure %d is replaced as %d", replaced, n)
			}
			replaced++
			return ""
		})
		if replaced != len(figures) {
			t.Errorf("%d figures were found and %d replaced in %q", len(figures), replaced, body)
		}
		// A text rebuilt from what was found is found again.
		rebuilt, err := news.Figures(news.ReplaceFigures(body, func(n int) string { return "{{" + figures[n].Expression + "}}" }))
		if err != nil || len(rebuilt) != len(figures) {
			t.Errorf("%q rebuilt has %d figures, not %d: %v", body, len(rebuilt), len(figures), err)
		}
	})
}

func TestAFigureThatCouldNotBePrintedIsRefusedWithItsLine(t *testing.T) {
	for body, want := range map[string]string{
		"Fine.\n\nOne euro bought {{EUR/USD":                   `line 3: the figure "{{EUR/USD" is not closed`,
		"One euro bought {{EUR/\nUSD}}":                        `line 1: the figure "{{EUR/" is not closed`,
		"{{EUR/USD}} and {{" + strings.Repeat("x", 601) + "}}": "line 1: the figure",
		"\n[rates](https://bank.example/?of={{EUR/USD}})":      "line 2: a figure cannot stand in the address of a link",
		"[rates]\n\n[rates]: https://bank.example/{{EUR/USD}}": "line 3: a figure cannot stand in the address of a link",
		"See <https://bank.example/{{EUR/USD}}>.":              "line 1: a figure cannot stand in the address of a link",
		"Before\n{{table EUR/USD}}":                            "line 2: a table stands in a paragraph of its own",
		"{{table EUR/USD}}\nBehind":                            "line 1: a table stands in a paragraph of its own",
		"See {{chart EUR/USD since 2026-01-02}}":               "line 1: a chart stands in a paragraph of its own",
		"- {{table EUR/USD}}":                                  "line 1: a table stands in a paragraph of its own",
		"    {{table EUR/USD}}":                                "line 1: a table stands in a paragraph of its own",
	} {
		if _, err := news.Figures(body); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
	if figures, err := news.Figures("[one euro bought {{EUR/USD}}](https://bank.example/) (see {{EUR/GBP}})"); err != nil || len(figures) != 2 {
		t.Errorf("a figure in the text of a link: %d, %v", len(figures), err)
	}
}

func TestATableAndAChartStandBetweenBlankLines(t *testing.T) {
	for _, body := range []string{
		"{{table EUR/USD}}", "\n{{table EUR/USD}}\n", "Before.\n\n{{table EUR/USD}}  \n\nBehind.", "Before.\r\n\r\n{{table EUR/USD}}\r\n\r\nBehind.",
		"{{table EUR/USD}}\n\n{{chart EUR/USD since 2026-01-02}}",
	} {
		if _, err := news.Figures(body); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	}
}
