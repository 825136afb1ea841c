package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
)

// Minutes is what a listing did in a session, minute by minute.
type Minutes struct {
	Heading, Title, Picture string
	Every                   string // how many minutes there are
	Source, Made            string // who says so, and how
	Seen                    Time
	FromZero, Broken        bool
	Open, High, Low, Close  Point
	Volume                  string // empty where it is not known of each minute
	Caption                 string
	Quarters                []Quarter // the newest first
}

// Quarter is what a listing did in a quarter of an hour.
type Quarter struct {
	At                             Time
	Open, High, Low, Close, Volume string
	Of                             string // how many minutes of it there are
}

// minutes draws the newest session of a listing whose minutes are known, that of the moment or the last before it. It is nil
// where there are not two of them.
func (s *Site) minutes(ctx context.Context, q market.Quote, asOf market.AsOf, t today) (*Minutes, error) {
	mic, _, _ := q.Symbol.Listing()
	m, err := calendar.Of(mic)
	if err != nil {
		return nil, nil
	}
	opened, err := m.LastOpened(asOf.At)
	if err != nil {
		return nil, nil
	}
	end := opened.Close
	if asOf.At.Before(end) {
		end = asOf.At
	}
	bars, source, err := s.ledger.Bars(ctx, market.Stretch{
		Symbol: q.Symbol, Interval: market.Minutely, From: opened.Open, To: end.Add(-time.Microsecond), Known: asOf.Known,
	})
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, err
	}
	if len(bars) < 2 {
		return nil, nil
	}
	h := t.hand
	v := &Minutes{
		Heading: "The session of " + h.day(opened.Date).Text, Source: nameOf(source.ID, t.sources),
		Made: "as it gives them", Seen: h.time(bars[len(bars)-1].Seen), Every: strconv.Itoa(len(bars)) + " minutes, each with its last price",
	}
	if strings.HasPrefix(bars[0].Ref, "made here") {
		v.Made = "made here of the trades that it told"
	}
	chart := render.Chart{Number: h.number, Day: clock, Month: clock, Hour: clock}
	for _, b := range bars {
		chart.Points = append(chart.Points, render.Point{At: b.At, Value: b.Close})
	}
	whole, volume := sumOf(bars)
	highest := slices.IndexFunc(bars, func(b market.Bar) bool { return b.High.Equal(whole.High) })
	lowest := slices.IndexFunc(bars, func(b market.Bar) bool { return b.Low.Equal(whole.Low) })
	point := func(b market.Bar, value currency.Decimal) Point {
		at := Time{Machine: h.time(b.At).Machine, Text: clock(b.At) + " UTC"}
		return Point{At: at, Value: h.number(value), Exact: value.String()}
	}
	first, last := bars[0], bars[len(bars)-1]
	v.Open, v.Close, v.High, v.Low = point(first, whole.Open), point(last, whole.Close), point(bars[highest], whole.High), point(bars[lowest], whole.Low)
	if volume {
		v.Volume = h.number(whole.Volume)
	}
	unit := ""
	if u := q.Instrument.Unit; u.Code != "" {
		unit = " in " + unitOf(u)
	}
	v.Title = fmt.Sprintf("%s%s, %s to %s UTC", q.Symbol, unit, clock(first.At), clock(last.At))
	v.Caption = fmt.Sprintf("%s%s on %s by quarters of an hour, the newest first. A minute in which nothing was traded, or of which not every trade was heard, is in none.",
		q.Symbol, unit, h.day(opened.Date).Text)
	for begin := 0; begin < len(bars); {
		quarter := bars[begin].At.Truncate(15 * time.Minute)
		end := begin
		for end < len(bars) && bars[end].At.Before(quarter.Add(15*time.Minute)) {
			end++
		}
		v.Quarters = append(v.Quarters, h.quarter(quarter, bars[begin:end]))
		begin = end
	}
	slices.Reverse(v.Quarters)
	chart.Title = v.Heading + ": " + v.Title
	chart.Description = fmt.Sprintf("From %s to %s. Lowest %s, highest %s.", v.Open.Value, v.Close.Value, v.Low.Value, v.High.Value)
	v.Picture, v.FromZero, v.Broken = chart.SVG(), chart.FromZero(), chart.Broken()
	return v, nil
}

func clock(t time.Time) string { return t.UTC().Format("15:04") }

// sumOf are bars as one, and whether the volume of each of them is known.
func sumOf(bars []market.Bar) (sum market.Bar, volume bool) {
	sum, volume = bars[0], !bars[0].NoVolume
	for _, b := range bars[1:] {
		if b.High.Cmp(sum.High) > 0 {
			sum.High = b.High
		}
		if b.Low.Cmp(sum.Low) < 0 {
			sum.Low = b.Low
		}
		sum.Close, sum.Volume, volume = b.Close, sum.Volume.Add(b.Volume), volume && !b.NoVolume
	}
	return sum, volume
}

func (h hand) quarter(at time.Time, bars []market.Bar) Quarter {
	sum, volume := sumOf(bars)
	q := Quarter{
		At: Time{Machine: at.UTC().Format(time.RFC3339), Short: clock(at)}, Open: h.number(sum.Open), High: h.number(sum.High), Low: h.number(sum.Low),
		Close: h.number(sum.Close), Volume: "not said", Of: strconv.Itoa(len(bars)),
	}
	if volume {
		q.Volume = h.number(sum.Volume)
	}
	return q
}
