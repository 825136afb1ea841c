package archive

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Limits of a file of bars: a century of days, or some years of minutes.
const (
	maxBarsFile = 128 << 20 // bytes
	maxBars     = 1 << 20
)

// BarsOptions say what a file of bars is about; all but Ref must be set.
type BarsOptions struct {
	Symbol   market.Symbol
	Interval market.Interval
	Source   market.SourceID
	Seen     time.Time
	Ref      string // what the file is called
}

// Bars is what a file of bars holds.
type Bars struct {
	Bars  []market.Bar // by their beginning
	Notes []string     // what was not read, or is odd
}

// barColumns are the columns that a file of bars must have, by the names that are known for them.
var barColumns = []struct {
	name string
	also []string
}{
	{"date", []string{"time", "datetime", "timestamp", "at"}},
	{"open", nil},
	{"high", nil},
	{"low", nil},
	{"close", []string{"close/last", "last"}},
	{"volume", []string{"vol"}},
}

// ReadBars reads a table of what a share did, a line each for a day or a minute, the oldest first or the newest first. The
// format is in docs/quotes.md. Read may be nil; it is told how many bytes were read. All is read or nothing: the error is
// fault.Invalid and names the line.
func ReadBars(r io.Reader, o BarsOptions, read func(done int64)) (Bars, error) {
	counted := &counter{r: io.LimitReader(r, maxBarsFile+1), tell: read}
	text := bufio.NewReader(counted)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = text.Discard(3) // it was just seen to be there
	}
	table := csv.NewReader(text)
	table.FieldsPerRecord, table.TrimLeadingSpace, table.ReuseRecord = -1, true, true
	heading, err := table.Read()
	if err != nil {
		return Bars{}, fault.Because(fault.Invalid, "the file is empty, or no table: it begins with a line as Date,Open,High,Low,Close,Volume")
	}
	var all Bars
	place, err := all.columns(heading)
	if err != nil {
		return Bars{}, err
	}
	width, direction := len(heading), 0
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Bars{}, fault.Because(fault.Invalid, "the file is no table with commas throughout: %w", err)
		}
		line, _ := table.FieldPos(0)
		switch {
		case counted.done > maxBarsFile || len(all.Bars) == maxBars:
			return Bars{}, fault.Because(fault.Invalid, "the file has more than %d bars or %d MB: import it in parts", maxBars, maxBarsFile>>20)
		case len(row) != width:
			return Bars{}, fault.Because(fault.Invalid, "line %d has %d fields, and the heading %d", line, len(row), width)
		}
		b, err := readBar(row, place, o)
		if err == nil {
			b.Ref = strings.TrimSpace(fmt.Sprintf("%s line %d", o.Ref, line))
			err = b.Check()
		}
		if err != nil {
			return Bars{}, fault.Because(fault.Invalid, "line %d: %w", line, err)
		}
		if n := len(all.Bars); n > 0 {
			order := b.At.Compare(all.Bars[n-1].At)
			if order == 0 {
				return Bars{}, fault.Because(fault.Invalid, "line %d: %s stands there twice", line, row[place[0]])
			}
			if direction != 0 && order != direction {
				return Bars{}, fault.Because(fault.Invalid, "line %d: %s is out of order: the lines go from the oldest to the newest, or the other way, throughout", line, row[place[0]])
			}
			direction = order
		}
		all.Bars = append(all.Bars, b)
	}
	if len(all.Bars) == 0 {
		return Bars{}, fault.Because(fault.Invalid, "the file has a heading and no bar")
	}
	if direction < 0 {
		slices.Reverse(all.Bars)
	}
	all.odd(o)
	return all, nil
}

// columns finds where each column stands, and notes those that are not read.
func (all *Bars) columns(heading []string) ([]int, error) {
	place := make([]int, len(barColumns))
	taken := map[int]bool{}
	for c, column := range barColumns {
		place[c] = -1
		for i, name := range heading {
			name = strings.ToLower(strings.TrimSpace(name))
			if name != column.name && !slices.Contains(column.also, name) {
				continue
			}
			if place[c] >= 0 {
				return nil, fault.Because(fault.Invalid, "line 1: two columns are called %s", column.name)
			}
			place[c], taken[i] = i, true
		}
		if place[c] < 0 {
			return nil, fault.Because(fault.Invalid, "line 1: there is no column %q: the heading is as Date,Open,High,Low,Close,Volume", column.name)
		}
	}
	for i, name := range heading {
		if !taken[i] {
			all.Notes = append(all.Notes, fmt.Sprintf("the column %.40q was not read", name))
		}
	}
	return place, nil
}

// readBar reads one line. Of prices a sign of dollars and commas between thousands are taken off.
func readBar(row []string, place []int, o BarsOptions) (b market.Bar, err error) {
	b = market.Bar{Symbol: o.Symbol, Interval: o.Interval, Source: o.Source, Seen: o.Seen.UTC().Truncate(time.Microsecond)}
	if b.At, err = barTime(row[place[0]], o.Interval); err != nil {
		return b, err
	}
	for i, into := range []*currency.Decimal{&b.Open, &b.High, &b.Low, &b.Close, &b.Volume} {
		text := strings.TrimSpace(row[place[i+1]])
		if into == &b.Volume && slices.Contains([]string{"", "N/A", "NA", "-"}, strings.ToUpper(text)) {
			b.NoVolume = true
			continue
		}
		plain := strings.TrimPrefix(text, "$")
		if whole, rest, pointed := strings.Cut(plain, "."); grouped(whole) {
			plain = strings.ReplaceAll(whole, ",", "")
			if pointed {
				plain += "." + rest
			}
		}
		if *into, err = currency.ParseDecimal(plain); err != nil || !utf8.ValidString(text) {
			return b, fault.Because(fault.Invalid, "its %s is %.40q, which is no number", barColumns[i+1].name, text)
		}
	}
	return b, nil
}

// grouped says whether a number has commas between its thousands, as 3,966,502.
func grouped(whole string) bool {
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if g == "" || len(g) > 3 || i > 0 && len(g) != 3 {
			return false
		}
	}
	return len(groups) > 1
}

// barTime reads a day as 2024-03-01 or 03/01/2024, the month first, or a minute as 2024-03-01T14:30:00Z.
func barTime(text string, interval market.Interval) (time.Time, error) {
	text = strings.TrimSpace(text)
	layouts := []string{time.DateOnly, "01/02/2006"}
	if interval == market.Minutely {
		layouts = []string{time.RFC3339}
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 1700 && at.Year() < 2200 {
			return at.UTC(), nil
		}
	}
	if interval == market.Minutely {
		return time.Time{}, fault.Because(fault.Invalid, "%.40q is no minute: write it with its zone as 2024-03-01T14:30:00Z", text)
	}
	return time.Time{}, fault.Because(fault.Invalid, "%.40q is no day: write it as 2024-03-01, or as 03/01/2024 with the month first", text)
}

// odd notes bars without a volume, and days on which the market did not trade.
func (all *Bars) odd(o BarsOptions) {
	silent := 0
	for _, b := range all.Bars {
		if b.NoVolume {
			silent++
		}
	}
	if silent > 0 {
		all.Notes = append(all.Notes, fmt.Sprintf("%d of the bars have no volume", silent))
	}
	mic, _, _ := o.Symbol.Listing()
	m, err := calendar.Of(mic)
	if err != nil || o.Interval != market.Daily {
		return
	}
	count, first := 0, ""
	for _, b := range all.Bars {
		if day, err := m.Day(b.At); err == nil && !day.Session() {
			if count++; first == "" {
				first = b.At.Format(time.DateOnly)
			}
		}
	}
	if count > 0 {
		all.Notes = append(all.Notes, fmt.Sprintf("%d of the days are no sessions of %s by its calendar, %s the first of them", count, m.Name, first))
	}
}

// counter counts what is read through it.
type counter struct {
	r    io.Reader
	done int64
	tell func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.done += int64(n); c.tell != nil {
		c.tell(c.done)
	}
	return n, err
}
