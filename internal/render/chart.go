package render

import (
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Chart is a line through the values of one series, or two lines to be compared, with numbered days. Who draws it puts the words: the numbers and the
// days as the page's language writes them, and beside the picture a list of the marks and a table of the values, since
// to a screen reader it is its title and its description.
type Chart struct {
	Title, Description string
	Points             []Point   // at least two, the oldest first
	Beside             []Point   // a second line in the same units, which is dashed; or none
	Names              [2]string // stand at the ends of two lines
	Marks              []time.Time
	From               int                           // the number of the first mark; 0: 1
	Number             func(currency.Decimal) string // writes a value beside the axis
	Day, Month         func(time.Time) string        // write a day and a month below it
	Hour               func(time.Time) string        // writes an hour below it, of a chart within one day; nil: it is of days
}

// Point is a value at a moment.
type Point struct {
	At    time.Time
	Value currency.Decimal
}

// The size of a chart in units that are pixels from top to bottom; from left to right it is as wide as its place.
const (
	plotWidth  = 1000
	plotHeight = 220
	plotTop    = 28 // room for the numbers of the marks
	plotBelow  = 24 // room for the days
)

// SVG draws the chart. The outer picture has no viewBox, so that its letters keep their size on every screen; the line
// alone is stretched, in a picture within it. Nothing in it depends on a style sheet but its colours.
func (c Chart) SVG() string {
	s := c.scale()
	var b strings.Builder
	b.WriteString(`<svg class="plot" width="100%" height="` + strconv.Itoa(plotTop+plotHeight+plotBelow) + `" role="img" direction="ltr"><title>` +
		html.EscapeString(c.Title) + `</title><desc>` + html.EscapeString(c.Description) + `</desc>`)
	for _, tick := range ticks(s.low, s.high) {
		y := strconv.Itoa(plotTop + s.y(tick))
		b.WriteString(`<line class="grid" x1="0" x2="100%" y1="` + y + `" y2="` + y + `"/>`)
	}
	b.WriteString(`<svg class="stretch" x="0" y="` + strconv.Itoa(plotTop) + `" width="100%" height="` + strconv.Itoa(plotHeight) + `" viewBox="0 0 ` +
		strconv.Itoa(plotWidth) + " " + strconv.Itoa(plotHeight) + `" preserveAspectRatio="none">`)
	if len(c.Beside) > 0 {
		b.WriteString(`<path class="line beside" vector-effect="non-scaling-stroke" d="` + Chart{Points: c.Beside}.path(s) + `"/>`)
	}
	b.WriteString(`<path class="line" vector-effect="non-scaling-stroke" d="` + c.path(s) + `"/></svg>`)
	for _, tick := range ticks(s.low, s.high) {
		b.WriteString(`<text x="0" y="` + strconv.Itoa(plotTop+s.y(tick)-4) + `">` + html.EscapeString(c.Number(tick)) + `</text>`)
	}
	c.days(&b, s)
	c.marks(&b, s)
	c.names(&b, s)
	b.WriteString("</svg>")
	return b.String()
}

// scale says where on a chart a value and a moment stand.
type scale struct {
	low, high float64
	from, to  time.Time
}

func (c Chart) scale() scale {
	s := scale{low: math.Inf(1), high: math.Inf(-1), from: c.Points[0].At, to: c.Points[len(c.Points)-1].At}
	for _, p := range slices.Concat(c.Points, c.Beside) {
		s.low, s.high = math.Min(s.low, p.Value.Float()), math.Max(s.high, p.Value.Float())
	}
	// As a sparkline's: a pegged rate looks as flat as it is.
	if middle := (s.low + s.high) / 2; s.high-s.low < middle*0.002 {
		s.low, s.high = middle*0.999, middle*1.001
	}
	if s.high <= s.low {
		s.low, s.high = s.low-1, s.high+1
	}
	room := (s.high - s.low) * 0.08
	s.low, s.high = s.low-room, s.high+room
	return s
}

// y is the place of a value below the top of the plot.
func (s scale) y(d currency.Decimal) int {
	return plotHeight - int(math.Round((d.Float()-s.low)/(s.high-s.low)*plotHeight))
}

// x is the place of a moment, from 0 to 1.
func (s scale) x(t time.Time) float64 {
	return float64(t.Sub(s.from)) / float64(max(s.to.Sub(s.from), 1))
}

// across is x as a share of the width.
func (s scale) across(t time.Time) string {
	return strconv.FormatFloat(math.Round(s.x(t)*10000)/100, 'f', -1, 64) + "%"
}

// path is the line, which is broken where it has a gap.
func (c Chart) path(s scale) string {
	var b strings.Builder
	gap := c.Gap()
	x, y := 0, 0
	for i, p := range c.Points {
		nx, ny := int(math.Round(s.x(p.At)*plotWidth)), s.y(p.Value)
		begins := i == 0 || p.At.Sub(c.Points[i-1].At) > gap
		ends := i == len(c.Points)-1 || c.Points[i+1].At.Sub(p.At) > gap
		switch {
		case begins:
			b.WriteString("M" + strconv.Itoa(nx) + " " + strconv.Itoa(ny))
			if ends {
				b.WriteString("l0 0") // a dot
			}
		case i == 1 || c.Points[i-1].At.Sub(c.Points[i-2].At) > gap:
			b.WriteString("l" + step(nx-x, false) + step(ny-y, true))
		default:
			b.WriteString(step(nx-x, true) + step(ny-y, true))
		}
		x, y = nx, ny
	}
	return b.String()
}

// Gap is how long nothing may be known before the line is broken: three times as long as three quarters of the steps of
// this series take, and more than ten days, which holidays can last, or within one day ten minutes.
func (c Chart) Gap() time.Duration {
	least := 10 * 24 * time.Hour
	if c.Hour != nil {
		least = 10 * time.Minute
	}
	var gaps []time.Duration
	for i := 1; i < len(c.Points); i++ {
		gaps = append(gaps, c.Points[i].At.Sub(c.Points[i-1].At))
	}
	slices.Sort(gaps)
	return max(least, 3*gaps[len(gaps)*3/4])
}

// Broken reports whether the line has a gap.
func (c Chart) Broken() bool {
	gap := c.Gap()
	for i := 1; i < len(c.Points); i++ {
		if c.Points[i].At.Sub(c.Points[i-1].At) > gap {
			return true
		}
	}
	return false
}

// FromZero reports whether the vertical axis begins at zero or below.
func (c Chart) FromZero() bool { return c.scale().low <= 0 }

// days writes the hours, days or months below the plot.
func (c Chart) days(b *strings.Builder, s scale) {
	times, write := dates(s.from, s.to), c.Day
	if c.Hour != nil {
		times, write = hours(s.from, s.to), c.Hour
	} else if len(times) > 0 && times[0].Day() == 1 && s.to.Sub(s.from) > 60*24*time.Hour {
		write = c.Month
	}
	for i, t := range times {
		anchor, class := "middle", ""
		if i%2 == 1 && len(times) > 4 { // one in two is enough on a phone
			class = ` class="odd"`
		}
		switch x := s.x(t); {
		case x < 0.06:
			anchor = "start"
		case x > 0.94:
			anchor = "end"
		}
		b.WriteString(`<text` + class + ` x="` + s.across(t) + `" y="` + strconv.Itoa(plotTop+plotHeight+plotBelow-8) + `" text-anchor="` + anchor + `">` +
			html.EscapeString(write(t)) + `</text>`)
	}
}

// names writes whose the lines are at their ends, apart from each other.
func (c Chart) names(b *strings.Builder, s scale) {
	if len(c.Beside) == 0 {
		return
	}
	const apart = 14 // a line of letters
	first, second := s.y(c.Points[len(c.Points)-1].Value), s.y(c.Beside[len(c.Beside)-1].Value)
	if gap := second - first; gap >= 0 && gap < apart {
		first, second = first-(apart-gap)/2, second+(apart-gap+1)/2
	} else if gap < 0 && -gap < apart {
		first, second = first+(apart+gap)/2, second-(apart+gap+1)/2
	}
	for i, y := range []int{first, second} {
		class := [2]string{"name", "name other"}[i]
		b.WriteString(`<text class="` + class + `" x="100%" y="` + strconv.Itoa(plotTop+min(max(y-6, apart), plotHeight)) + `" text-anchor="end">` + html.EscapeString(c.Names[i]) + `</text>`)
	}
}

// marks draws the marked days with their numbers, of which neighbours stand at different heights.
func (c Chart) marks(b *strings.Builder, s scale) {
	height, before := 0, math.Inf(-1)
	for i, t := range c.Marks {
		if s.x(t)-before < 0.07 {
			height = (height + 1) % 3
		} else {
			height = 0
		}
		before = s.x(t)
		x, y := s.across(t), 10+22*height
		b.WriteString(`<line class="mark" x1="` + x + `" x2="` + x + `" y1="` + strconv.Itoa(y) + `" y2="` + strconv.Itoa(plotTop+plotHeight) + `"/>` +
			`<circle class="pin" cx="` + x + `" cy="` + strconv.Itoa(y) + `" r="9"/>` +
			`<text x="` + x + `" y="` + strconv.Itoa(y+4) + `" text-anchor="middle">` + strconv.Itoa(max(c.From, 1)+i) + `</text>`)
	}
}

// ticks are the round values of an axis: ones, twos or fives, three to six of them.
func ticks(low, high float64) (all []currency.Decimal) {
	power := int(math.Floor(math.Log10((high - low) / 4)))
	unit := math.Pow10(power)
	times := 10.0
	for _, n := range []float64{1, 2, 5} {
		if n*unit >= (high-low)/5 {
			times = n
			break
		}
	}
	for i := int64(math.Ceil(low / (times * unit))); float64(i)*times*unit <= high; i++ {
		all = append(all, currency.DecimalOf(i*int64(times), -power))
	}
	return all
}

// hours are the round hours of an axis within one day, by the clock in UTC: at most six of them, or halves or quarters.
func hours(from, to time.Time) (all []time.Time) {
	const most = 6
	for _, every := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour} {
		all = nil
		for t := from.UTC().Add(every - time.Nanosecond).Truncate(every); !t.After(to) && len(all) <= most; t = t.Add(every) {
			all = append(all, t)
		}
		if len(all) <= most {
			break
		}
	}
	return all
}

// dates are the round days of an axis: at most six firsts of a month or a year, Mondays or days.
func dates(from, to time.Time) (all []time.Time) {
	const most = 6
	day := from.UTC().Truncate(24 * time.Hour)
	if day.Before(from) {
		day = day.AddDate(0, 0, 1)
	}
	month := time.Date(from.UTC().Year(), from.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, every := range []struct {
		begin               time.Time
		years, months, days int
	}{
		{day, 0, 0, 1},
		{day, 0, 0, 2},
		{day.AddDate(0, 0, (8-int(day.Weekday()))%7), 0, 0, 7},
		{month, 0, 1, 0},
		{month.AddDate(0, -(int(month.Month())-1)%2, 0), 0, 2, 0},
		{month.AddDate(0, -(int(month.Month())-1)%3, 0), 0, 3, 0},
		{month.AddDate(0, -(int(month.Month())-1)%6, 0), 0, 6, 0},
		{month.AddDate(0, 1-int(month.Month()), 0), 1, 0, 0},
		{month.AddDate(-(month.Year() % 5), 1-int(month.Month()), 0), 5, 0, 0},
		{month.AddDate(-(month.Year() % 20), 1-int(month.Month()), 0), 20, 0, 0},
	} {
		all = nil
		for t := every.begin; !t.After(to) && len(all) <= most; t = t.AddDate(every.years, every.months, every.days) {
			if !t.Before(from) {
				all = append(all, t)
			}
		}
		if len(all) <= most {
			return all
		}
	}
	return nil
}
