package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
)

// Plot is a chart in a story: the picture, what stands below it, and the table that says the same.
type Plot struct {
	Picture         string // SVG
	Title           string
	First, Last     Point
	Low, High       Point
	Move            Move
	Source          string
	Seen            Time
	Every           string // how many values there are, and how often
	FromZero        bool   // the vertical axis begins there
	Broken          bool
	Marks           []Marked
	Points          []Point
	TodayAt         Time
	Today, TodaySay string
}

// Point is one value of a chart.
type Point struct {
	At     Time
	Value  string
	Exact  string // for machines, in full
	Number string // address of the first observation
}

// Marked is a day of a chart with what happened on it, and what the value was.
type Marked struct {
	On    Time
	Words string
	Links []Link // to the events of dossiers of that day
	Value Point  // the last one up to the end of that day
}

// chart draws a chart from its pins.
func (d *figures) chart(ctx context.Context, v *Figure, f news.Figure, pins []news.Pin) error {
	base, quote, _ := f.Symbol.Pair()
	names := d.site.ledger.Currencies()
	first, last, low, high := pins[0], pins[len(pins)-1], pins[0], pins[0]
	w := d.words
	c := render.Chart{
		Number: d.style.Number, Day: func(t time.Time) string { return w.format(t, w.DayAndMonth) }, Month: func(t time.Time) string { return w.format(t, w.MonthAndYear) },
	}
	p := &Plot{Source: nameOf(last.Source, d.today.sources), Points: make([]Point, len(pins))}
	seen := last.Seen
	for i, pin := range pins {
		c.Points = append(c.Points, render.Point{At: pin.At, Value: pin.Value})
		p.Points[i] = d.point(f, pin)
		if pin.Value.Cmp(low.Value) < 0 {
			low = pin
		}
		if pin.Value.Cmp(high.Value) > 0 {
			high = pin
		}
		if pin.Seen.After(seen) {
			seen = pin.Seen
		}
	}
	p.First, p.Last, p.Low, p.High, p.Seen = d.point(f, first), d.point(f, last), d.point(f, low), d.point(f, high), d.words.time(seen)
	p.Title = fmt.Sprintf(w.Title, capital(names.Name(base, w.Language)), names.Name(quote, w.Language), p.First.At.Text, p.Last.At.Text)
	p.Every = fmt.Sprintf(w.often(pins), len(pins))
	if percent, err := last.Value.Sub(first.Value).Mul(currency.DecimalFromInt(100)).Quo(first.Value, market.CrossDigits); err == nil {
		percent = percent.RoundPlaces(2)
		p.Move = Move{Percent: d.percent(percent), Class: classOf(percent), Since: p.First.At.Text}
	}
	if err := d.mark(&c, p, f, pins); err != nil {
		return err
	}
	c.Title = p.Title
	c.Description = fmt.Sprintf(w.Course, p.First.Value, p.Last.Value, p.Move.Percent) + " " +
		fmt.Sprintf(w.Range, p.Low.Value, p.Low.At.Text, p.High.Value, p.High.At.Text)
	if n := len(p.Marks); n > 0 {
		c.Description += " " + fmt.Sprintf(w.Marked, n)
	}
	p.Picture, p.FromZero, p.Broken = c.SVG(), c.FromZero(), c.Broken()
	o, value, err := d.site.now(ctx, d.today, last)
	switch {
	case err == nil:
		p.Today, p.TodayAt, p.TodaySay = d.style.Number(value), d.words.time(o.At), nameOf(o.Source, d.today.sources)
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	v.Chart, v.Value, v.Exact = p, f.Text(pins, d.style), last.Value.String()
	return nil
}

// mark puts the marked days on a chart, in their order.
func (d *figures) mark(c *render.Chart, p *Plot, f news.Figure, pins []news.Pin) error {
	for _, m := range f.Marks {
		on, err := market.ParseAsOf(m.On, "")
		if err != nil {
			return err
		}
		marked := Marked{On: d.words.time(on.At.UTC().Truncate(24 * time.Hour)), Words: m.Words}
		for _, pin := range pins {
			if !pin.At.After(on.At) {
				marked.Value = d.point(f, pin)
			}
		}
		at := on.At.Truncate(24 * time.Hour)
		if at.Before(pins[0].At) {
			at = pins[0].At
		}
		if end := pins[len(pins)-1].At; at.After(end) {
			at = end
		}
		i, _ := slices.BinarySearchFunc(c.Marks, at, func(a, b time.Time) int {
			if a.After(b) {
				return 1
			}
			return -1 // of one day the later written stands behind
		})
		c.Marks, p.Marks = slices.Insert(c.Marks, i, at), slices.Insert(p.Marks, i, marked)
	}
	return nil
}

func (d *figures) point(f news.Figure, pin news.Pin) Point {
	p := Point{At: d.words.time(pin.At), Value: d.style.Number(f.Shown(pin)), Exact: pin.Value.String()}
	if len(pin.From) > 0 {
		p.Number = numberPath(pin.From[0])
	}
	return p
}

// often says how many values a chart has, and how often one was taken.
func (w Words) often(pins []news.Pin) string {
	const day = 24 * time.Hour
	gaps := make([]time.Duration, 0, len(pins))
	for i := 1; i < len(pins); i++ {
		gaps = append(gaps, pins[i].At.Sub(pins[i-1].At))
	}
	slices.Sort(gaps)
	switch usual := gaps[len(gaps)/2]; {
	case usual < 36*time.Hour:
		return w.Daily
	case usual > 6*day && usual < 8*day:
		return w.Weekly
	case usual > 27*day && usual < 32*day:
		return w.Monthly
	}
	return w.Irregular
}

// capital begins a title with a large letter: in French, as in many languages, names of money have a small one.
func capital(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// lower is a word of the paper's within a sentence.
func lower(word string) string { return strings.ToLower(word) }
