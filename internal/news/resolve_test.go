package news_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
)

// resolved parses and resolves an expression.
func (h *house) resolved(t *testing.T, expression string) (news.Figure, []news.Pin, error) {
	t.Helper()
	f, err := news.ParseFigure(expression)
	if err != nil {
		t.Fatal(err)
	}
	pins, err := h.Resolve(t.Context(), f, h.now)
	return f, pins, err
}

// evidence finds the observations of a house's ledger.
func (h *house) evidence(t *testing.T) func(market.ID) (market.Observation, bool) {
	return func(id market.ID) (market.Observation, bool) {
		o, err := h.ledger.Number(t.Context(), id)
		return o.Observation, err == nil
	}
}

func TestAFigureIsPrintedWithItsArithmetic(t *testing.T) {
	h := newHouse(t)
	h.record(t, said("page", "XNYS:RIO", market.Last, "90.00", friday, friday.Add(16*time.Hour)))
	for _, c := range []struct{ expression, language, text, formula string }{
		{"EUR/USD", "en", "1.1840", ""},
		{"EUR/USD to 2", "de", "1,18", ""},
		{"USD/EUR", "en", "0.84459", "1 ÷ 1.1840"},
		{"USD/JPY @2026-01-30 to 1", "fr", "154,0", "1 ÷ 1,1919 × 183,59"},
		{"EUR/USD change since 2026-01-30", "en", "−0.0079", "1.1840 − 1.1919"},
		{"EUR/USD percent since 2026-01-30", "en", "−0.66", "(1.1840 − 1.1919) ÷ 1.1919 × 100"},
		{"EUR/USD % since 2026-01-30 @2026-02-02", "de", "−0,66\u00a0%", "(1,1840 − 1,1919) ÷ 1,1919 × 100"},
		{"EUR/USD % since 2026-01-30 to 4", "tr", "−%0,6628", "(1,1840 − 1,1919) ÷ 1,1919 × 100"},
		{"EUR/USD % since 2026-01-30", "ar", "\u2068\u061c−٠٫٦٦٪\u061c\u2069", "(١٫١٨٤٠ − ١٫١٩١٩) ÷ ١٫١٩١٩ × 100"},
		{"USD/EUR change since 2026-01-30", "en", "0.00560", "0.844594594595 − 0.838996560114"},
		{"100 USD in EUR", "en", "84.46", "100 ÷ 1.1840"},
		{"100 EUR in USD @2026-01-30", "en", "119.19", "100 × 1.1919"},
		{"1000000 USD in JPY @2026-01-30", "en", "154,031,378", "1,000,000 ÷ 1.1919 × 183.59"},
		{"1000000 USD in JPY @2026-01-30 to 4", "de", "154.031.378,4713", "1.000.000 ÷ 1,1919 × 183,59"},
		{"0 USD in EUR", "en", "0.00", "0 ÷ 1.1840"},
		{"XNYS:RIO %", "en", "0.93%", "0.8500 ÷ (91.93 − 0.8500) × 100"},
		{"XNYS:RIO percent", "en", "0.93325", "0.8500 ÷ (91.93 − 0.8500) × 100"},
		{"XNYS:RIO previous to 2", "en", "91.08", "91.93 − 0.8500"},
		{"XNYS:RIO change", "en", "0.8500", ""},
		{"XNYS:RIO % since 2026-01-30", "en", "2.14%", "(91.93 − 90.00) ÷ 90.00 × 100"},
		{"table EUR/USD USD/EUR XNYS:RIO", "de", "EUR/USD 1,1840; USD/EUR 0,84459; XNYS:RIO 91,93", ""},
		{"table EUR/USD USD/EUR to 2", "en", "EUR/USD 1.18; USD/EUR 0.84", ""},
		{"chart EUR/USD since 2026-01-30", "en", "EUR/USD: 2026-01-30 1.1919 … 2026-02-02 1.1840", ""},
		{"chart USD/EUR since 2026-01-30", "en", "USD/EUR: 2026-01-30 0.83900 … 2026-02-02 0.84459", ""},
	} {
		f, pins, err := h.resolved(t, c.expression)
		if err != nil {
			t.Errorf("{{%s}}: %v", c.expression, err)
			continue
		}
		style := numeral.Of(c.language)
		if got := f.Text(pins, style); got != c.text {
			t.Errorf("{{%s}} in %s is %+q, want %+q", c.expression, c.language, got, c.text)
		}
		if got := f.Formula(pins, h.evidence(t), style); got != strings.ReplaceAll(c.formula, "× 100", "× "+style.Number(currency.DecimalFromInt(100))) {
			t.Errorf("{{%s}} is said to be %q, want %q", c.expression, got, c.formula)
		}
		for _, p := range pins {
			if len(p.From) == 0 || p.At.IsZero() || p.Seen.IsZero() || p.Source == "" || p.Expression != c.expression {
				t.Errorf("{{%s}} rests on %+v", c.expression, p)
			}
		}
	}
}

func TestAnAmountIsRoundedOnceHoweverLargeItIs(t *testing.T) {
	h := newHouse(t)
	f, pins, err := h.resolved(t, "98765432109876543210.99 USD in EUR")
	if err != nil {
		t.Fatal(err)
	}
	// 98765432109876543210.99 ÷ 1.1840, to the cent.
	if got := f.Printed(pins).String(); got != "83416750092801134468.74" || pins[0].Field != news.Amount || pins[0].Symbol != "USD/EUR" {
		t.Errorf("it is %s, pinned as %+v", got, pins[0])
	}
}

func TestAFigureThatWouldMisleadHasNoValue(t *testing.T) {
	h := newHouse(t)
	h.record(t,
		said("bank", "EUR/SYP", market.Rate, "13000", time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC), friday),
		said("bank", "EUR/SYP", market.Rate, "131.2", friday, friday.Add(time.Hour)),
		said("bank", "EUR/XAU", market.Rate, "0.00023", monday, monday.Add(time.Hour)),
		said("page", "EUR/GBP", market.Rate, "0.86", friday.AddDate(0, 0, -1), friday),
		said("bank", "EUR/GBP", market.Rate, "0.87", monday, monday.Add(time.Hour)),
		said("bank", "OTCM:RBGPF", market.Last, "82.40", friday, friday.Add(time.Hour)),
		said("bank", "OTCM:RBGPF", market.Last, "82.50", monday, monday.Add(time.Hour)),
	)
	for expression, want := range map[string]string{
		"EUR/SYP % since 2025-12-30":                         "SYP was redenominated between 30 December 2025 and 30 January 2026",
		"chart EUR/SYP since 2025-12-30":                     "SYP was redenominated",
		"EUR/USD % since 2026-01-31":                         "", // whose newest value was Friday's
		"EUR/USD % since 2026-02-01 @2026-02-01":             "ends on",
		"EUR/USD % since 2026-01-30 @2026-01-31":             "of both days the newest value is that of 30 January 2026",
		"EUR/USD % since 2026-01-29":                         `a change is of one source, and "bank" gives its end: name one that has both with from SOURCE`,
		"EUR/GBP % since 2026-01-29":                         `the source "bank" has said nothing of EUR/GBP by then; a change is of one source`,
		"EUR/USD % since 2026-02-03":                         "its day has not come",
		"EUR/USD % since 2026-01-30 @2026-02-03":             "its day has not come",
		"100 EUR in XAU":                                     "has no smallest coin: say to how many places",
		"100 EUR in XAU to 4":                                "",
		"100 EUR in ZZZ":                                     "there is no currency",
		"100 EUR in CHF":                                     "no source has said what EUR/CHF was",
		"table EUR/USD EUR/CHF":                              "no source has said what EUR/CHF was",
		"table EUR/USD EUR/GBP from page":                    "",
		"chart EUR/GBP since 2026-01-01":                     `"bank" has 1 values of EUR/GBP in that time; a chart needs 2`,
		"chart EUR/CHF since 2026-01-01":                     "no source has said",
		`chart EUR/USD since 2026-01-30 mark 2026-01-29 "a"`: "the marked day 2026-01-29 lies outside of the chart",
		`chart EUR/USD since 2026-01-30 mark 2026-02-03 "a"`: "the marked day 2026-02-03 lies outside of the chart",
		`chart EUR/USD since 2026-01-30 mark 2026-02-02 "a"`: "",
		"chart USD/AED since 2026-01-01":                     "a law or a promise fixes it",
		"OTCM:RBGPF % since 2026-01-30":                      "between 30 January 2026 and 2 February 2026 lies the consolidation of 2 February 2026",
		"XNYS:AZN % since 2026-01-30":                        "no source has quoted XNYS:AZN",
	} {
		f, err := news.ParseFigure(expression)
		if err == nil {
			_, err = h.Resolve(t.Context(), f, h.now)
		}
		if want == "" {
			if err != nil {
				t.Errorf("{{%s}}: %v", expression, err)
			}
		} else if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) || !strings.Contains(fault.Sentence(err), expression) {
			t.Errorf("{{%s}}: %v, want %s", expression, err, want)
		}
	}
}

func TestAChartHasOneSourceAndOneValueForEachDay(t *testing.T) {
	h := newHouse(t)
	var heard []market.Observation
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := range 700 {
		at := first.AddDate(0, 0, day)
		heard = append(heard,
			said("bank", "EUR/GBP", market.Rate, fmt.Sprintf("0.8%03d", day), at, friday),
			said("bank", "EUR/GBP", market.Rate, fmt.Sprintf("0.9%03d", day), at.Add(12*time.Hour), friday),
			said("page", "EUR/GBP", market.Rate, "0.5", at.Add(6*time.Hour), friday))
	}
	h.record(t, heard...)
	// Another bank, which is newer each day, but has begun late.
	other, late := market.Source{ID: "other", Name: "Another Bank", Kind: market.Official, Fresh: bank.Fresh}, []market.Observation(nil)
	for day := 702; day < 712; day++ {
		late = append(late, said("other", "EUR/GBP", market.Rate, "0.7", first.AddDate(0, 0, day), friday), said("bank", "EUR/GBP", market.Rate, "0.8", first.AddDate(0, 0, day-1), friday))
	}
	if _, err := h.ledger.Record(t.Context(), []market.Source{bank, other}, late, nil); err != nil {
		t.Fatal(err)
	}
	if _, pins, err := h.resolved(t, "chart EUR/GBP since 2025-11-01 @2025-12-12"); err != nil || len(pins) != 10 || pins[0].Source != "other" {
		t.Errorf("the other bank's chart has %d points, %v", len(pins), err)
	}
	for expression, want := range map[string]string{
		"chart EUR/GBP since 2024-01-01 @2024-12-31": "366 0.9000 2024-01-01 0.9365 2024-12-31", // days
		"chart EUR/GBP since 2024-01-02 @2025-11-30": "100 0.9006 2024-01-07 0.9699 2025-11-30", // weeks, which end on a Sunday
	} {
		f, pins, err := h.resolved(t, expression)
		if err != nil {
			t.Fatal(err)
		}
		a, b := pins[0], pins[len(pins)-1]
		if got := fmt.Sprintf("%d %s %s %s %s", len(pins), a.Value, a.At.Format(time.DateOnly), b.Value, b.At.Format(time.DateOnly)); got != want {
			t.Errorf("{{%s}} has %s, want %s", expression, got, want)
		}
		if slices.ContainsFunc(pins, func(p news.Pin) bool { return p.Source != "bank" }) || f.Form != news.Chart {
			t.Errorf("{{%s}} is of several sources", expression)
		}
	}
}

func TestPinsArePartedByTheirFigures(t *testing.T) {
	h := newHouse(t)
	chart := "{{chart EUR/USD since 2026-01-30}}"
	body := "{{EUR/USD}} {{EUR/USD % since 2026-01-30}} {{100 EUR in USD}}\n\n" + chart + "\n\n" + chart + "\n\n{{table EUR/USD USD/EUR}}\n\n{{EUR/USD}}"
	r := h.save(t, story("All kinds", body))
	if err := h.Publish(t.Context(), r.Story, 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	// What was printed does not change with the ledger.
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.2050", monday, h.now), said("bank", "EUR/USD", market.Rate, "1.9", friday, h.now))
	a, err := h.paper.Article(t.Context(), monday, "all-kinds")
	if err != nil {
		t.Fatal(err)
	}
	figures, pins := a.Figures()
	var got []string
	for i, f := range figures {
		got = append(got, fmt.Sprintf("%d %s", len(pins[i]), f.Text(pins[i], numeral.Of(""))))
	}
	want := []string{
		"1 1.1840", "2 −0.66%", "1 118.40", "2 EUR/USD: 2026-01-30 1.1919 … 2026-02-02 1.1840", "2 EUR/USD: 2026-01-30 1.1919 … 2026-02-02 1.1840",
		"2 EUR/USD 1.1840; USD/EUR 0.84459", "1 1.1840",
	}
	if !slices.Equal(got, want) {
		t.Errorf("it prints %q, want %q", got, want)
	}
	// Pins that were lost, or are another's, are no figure's.
	for n := range a.Pins {
		short := a
		short.Pins = a.Pins[:n]
		if _, err := news.PinsOf(figures, short.Pins); !errors.Is(err, fault.Invalid) {
			t.Errorf("with %d of %d pins: %v", n, len(a.Pins), err)
		}
		if f, p := short.Figures(); len(f) != len(figures) || len(p) != len(figures) || p[len(p)-1] != nil {
			t.Errorf("with %d pins there are %d figures, and pins of %d", n, len(f), len(p))
		}
	}
	if _, err := news.PinsOf(figures, append(slices.Clone(a.Pins), a.Pins[0])); !errors.Is(err, fault.Invalid) {
		t.Errorf("with a pin too many: %v", err)
	}
}

func TestAPreviewShowsWhatCanBeShown(t *testing.T) {
	h := newHouse(t)
	body := "One euro bought {{EUR/USD}}, {{EUR/CHF}} and {{EUR/}}.\n\nSee {{table EUR/USD}}.\n\n{{table EUR/USD}}\n\n[x](https://a.example/{{EUR/USD}}) {{100 EUR in USD}} {{EUR/USD"
	all, err := h.Preview(t.Context(), body, "de", h.now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range all {
		got = append(got, fmt.Sprintf("%d %s|%s|%s", p.Line, body[p.Start:p.End], p.Text, p.Problem))
	}
	for i, want := range []string{
		"1 {{EUR/USD}}|1,1840|", "1 {{EUR/CHF}}||the figure {{EUR/CHF}} has no value: no source has said", "1 {{EUR/}}||the figure {{EUR/}}: ",
		"3 {{table EUR/USD}}||line 3: a table stands in a paragraph of its own", "5 {{table EUR/USD}}|EUR/USD 1,1840|",
		"7 {{EUR/USD}}||line 7: a figure cannot stand in the address", "7 {{100 EUR in USD}}|118,40|", "7 {{||the figure",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("figure %d of %q is not %q", i, got, want)
		}
	}
	if len(all) != 8 {
		t.Errorf("%d figures", len(all))
	}
}

func TestAStoryRestsOnSoManyValuesAtMost(t *testing.T) {
	h := newHouse(t)
	var heard []market.Observation
	for day := range 370 {
		heard = append(heard, said("bank", "EUR/GBP", market.Rate, "0.87", friday.AddDate(0, 0, -day), friday))
	}
	h.record(t, heard...)
	body := strings.Repeat("{{chart EUR/GBP since 2025-02-01}}\n\n", 14)
	r := h.save(t, story("Many", body))
	if err := h.Publish(t.Context(), r.Story, 1, time.Time{}); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "5000 is the most") {
		t.Errorf("%v", err)
	}
}
