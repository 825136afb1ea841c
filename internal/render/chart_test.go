package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/numeral"
)

// chartOf is a chart of values on days counted from the first of June 2025.
func chartOf(days []int, values ...string) Chart {
	c := Chart{
		Title: "A & B", Description: "Two <values>.", Number: numeral.Of("de").Number,
		Day:   func(t time.Time) string { return t.Format("2 Jan") },
		Month: func(t time.Time) string { return t.Format("Jan 2006") },
	}
	for i, v := range values {
		c.Points = append(c.Points, Point{At: june(days[i]), Value: currency.MustDecimal(v)})
	}
	return c
}

func june(day int) time.Time { return time.Date(2025, 6, 1+day, 0, 0, 0, 0, time.UTC) }

func TestAChartIsDrawnAsItAlwaysWas(t *testing.T) {
	c := chartOf([]int{0, 1, 2, 5, 6, 40, 60, 61, 62}, "1.18", "1.1859", "1.19", "1.17", "1.16", "1.20", "1.21", "1.22", "1.20")
	c.Marks = []time.Time{june(1), june(2), june(3), june(61)}
	golden(t, "testdata/chart.golden.svg", strings.ReplaceAll(c.SVG(), "><", ">\n<")+"\n")
}

func TestAGapInASeriesIsAGapInItsLine(t *testing.T) {
	days, values := []int{}, []string{}
	for day := range 30 {
		if day < 10 || day == 21 {
			days, values = append(days, day), append(values, fmt.Sprintf("1.%02d", day))
		}
	}
	c := chartOf(days, values...)
	if !c.Broken() || strings.Count(c.SVG(), "M") != 2 || !strings.Contains(c.SVG(), "l0 0") {
		t.Errorf("nothing is known for eleven days, and the line is %s", c.SVG())
	}
	if c.FromZero() || !chartOf([]int{0, 1}, "0.01", "5").FromZero() {
		t.Error("whether an axis begins at zero is not told")
	}
	c = chartOf([]int{0, 30, 61, 92, 122}, "1", "2", "3", "2", "1")
	if c.Broken() {
		t.Error("a line of months is broken between them")
	}
}

// What a chart's axes say lies on it, whatever its values and its days.
func TestTheAxesOfAChartFitItsValuesAndDays(t *testing.T) {
	for _, values := range [][]string{{"1", "1"}, {"0", "0"}, {"0.00000123", "0.00000124"}, {"106915.75", "99000"}, {"15040", "15041"}, {"1.95583", "1.95583"}, {"9.99", "10.01"}, {"-1", "2"}} {
		for _, last := range []int{1, 3, 9, 31, 62, 100, 366, 800, 3000, 9000} {
			c := chartOf([]int{0, last}, values...)
			var labels []string
			c.Number = func(d currency.Decimal) string { labels = append(labels, d.String()); return d.String() }
			days := 0
			c.Day = func(t time.Time) string {
				if t.Before(june(0)) || t.After(june(last)) {
					days = 100
				}
				days++
				return "d"
			}
			c.Month = c.Day
			svg := c.SVG()
			if n := len(labels); n < 2 || n > 7 {
				t.Errorf("%v has the values %v at its side", values, labels)
			}
			if days < 1 || days > 6 {
				t.Errorf("%d days have %d days below", last, days)
			}
			if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
				t.Errorf("%v is drawn as %s", values, svg)
			}
			for _, y := range regexp.MustCompile(`y1="(-?\d+)" y2`).FindAllStringSubmatch(svg, -1) {
				if len(y[1]) > 3 || y[1][0] == '-' {
					t.Errorf("%v has a line at %s", values, y[1])
				}
			}
		}
	}
}

func TestAChartIsNoLinkAndNoScript(t *testing.T) {
	c := chartOf([]int{0, 1}, "1", "2")
	c.Title, c.Description = `</title><script>alert(1)</script>`, `"><a href="x">`
	z := html.NewTokenizer(strings.NewReader(c.SVG()))
	for z.Next() != html.ErrorToken {
		switch tok := z.Token(); tok.Data {
		case "svg", "title", "desc", "line", "path", "text", "circle":
		default:
			if tok.Type != html.TextToken {
				t.Errorf("it holds %s", tok)
			}
		}
	}
}

func TestATableOrAChartTakesThePlaceOfItsParagraph(t *testing.T) {
	got, err := Body("Before {{EUR/USD}} USD, {{EUR/USD}} % and {{EUR/USD}} units.\n\n{{table EUR/USD}}\n\n{{EUR/GBP}}\n", func(n int) string {
		if n == 3 {
			return "<figure>table</figure>"
		}
		return fmt.Sprintf("<b>%d</b>", n)
	})
	want := "<p>Before <b>0</b>\u00a0USD, <b>1</b>\u00a0% and <b>2</b> units.</p>\n<figure>table</figure>\n<p><b>4</b></p>\n"
	if err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
