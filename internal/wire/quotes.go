package wire

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Quotes is what a provider of share prices has beside its requests. Its schedule follows the sessions of the markets
// of which it is asked, and not a clock of its own.
type Quotes struct {
	EndOfDay bool          // it tells closes alone
	Delay    time.Duration // how old its prices are when it gives them; 0: real time
	Every    time.Duration // how often to ask while a market trades; 0: once after the close only
	After    time.Duration // how long after the close the session's last price can be had
	Pause    time.Duration // between two requests of a round, where its terms count them by the minute
	Folder   bool          // it is a directory into which files are dropped; nothing is requested

	Stream *Stream // how it tells trades as they are made; nil: it does not

	// Name is what it calls a listing; not ok where it has none for the market.
	Name func(market.Symbol) (name string, ok bool)
	// Parse reads a reply to a request about some listings. The error is fault.Upstream with a sentence that says what
	// is wrong with the reply, or fault.Busy where the reply says that it was asked too often; then nothing of it is
	// used. What the reply does not know of a listing is left out of the reading, with the reason.
	Parse func(body []byte, asked []Listed) (Reading, error)
}

// Class says how old the prices are, in words.
func (q Quotes) Class() string {
	switch {
	case q.EndOfDay:
		return "end of day"
	case q.Delay > 0:
		return fmt.Sprintf("delayed by %d minutes", int(q.Delay.Minutes()))
	case q.Folder:
		return "as the files say"
	}
	return "real time"
}

// Listed is a listing of which a provider is asked.
type Listed struct {
	Symbol market.Symbol
	Name   string // what the provider calls it
	Unit   string // what its prices are written in, as USD or GBX; empty: not known
}

// List is the listings under the names of a provider, and a sentence for each that it has no name for.
func (p Provider) List(all []Listed) (named []Listed, left []string) {
	for _, l := range all {
		if p.Quotes.Folder {
			named = append(named, l)
			continue
		}
		name, ok := p.Quotes.Name(l.Symbol)
		if !ok {
			left = append(left, fmt.Sprintf("%s is not asked for: what %s calls the shares of its market is not known", l.Symbol, p.Source.Name))
			continue
		}
		named = append(named, Listed{Symbol: l.Symbol, Name: name, Unit: l.Unit})
	}
	return named, left
}

// reader is the provider with Parse for the replies to one request.
func (p Provider) reader(q Request) Provider {
	if p.Quotes != nil {
		p.Parse = func(body []byte) (Reading, error) { return p.Quotes.Parse(body, q.Listed) }
	}
	return p
}

// next is when to ask again after now, where it was asked just before: while a market trades one step on, else at the
// close, as late as its prices are, else when the first market opens again.
func (q Quotes) next(markets []market.MIC, now time.Time) time.Time {
	var soonest time.Time
	for _, mic := range markets {
		if next := q.nextOf(mic, now); soonest.IsZero() || next.Before(soonest) {
			soonest = next
		}
	}
	if soonest.IsZero() {
		return now.Add(time.Hour) // there is nothing to ask for; it may be listed soon
	}
	return soonest.UTC()
}

func (q Quotes) nextOf(mic market.MIC, now time.Time) time.Time {
	late := q.Delay + q.After
	m, err := calendar.Of(mic)
	if err != nil {
		return q.blind(now)
	}
	opened, err := m.LastOpened(now.Add(-q.Delay))
	if err != nil {
		return q.blind(now)
	}
	if closed := opened.Close.Add(late); now.Before(closed) {
		if step := now.Add(q.Every); q.Every > 0 && step.Before(opened.Close.Add(q.Delay)) {
			return step
		}
		return closed
	}
	following, err := m.Next(opened.Date)
	if err != nil {
		return q.blind(now)
	}
	if q.Every > 0 {
		return following.Open.Add(q.Delay)
	}
	return following.Close.Add(late)
}

// due are the listings of which something can be told at a moment: of a provider of closes not those whose session is not
// over, for what it says of them then is no close.
func (q Quotes) due(all []Listed, now time.Time) []Listed {
	if !q.EndOfDay {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(l Listed) bool {
		mic, _, _ := l.Symbol.Listing()
		m, err := calendar.Of(mic)
		if err != nil {
			return false
		}
		opened, err := m.LastOpened(now)
		return err == nil && now.Before(opened.Close.Add(q.After))
	})
}

// blind is when to ask of a market whose sessions are not known: on weekdays, by the hour or, of closes, by the day.
func (q Quotes) blind(now time.Time) time.Time {
	step := max(q.Every, time.Hour)
	if q.Every == 0 {
		step = 24 * time.Hour
	}
	next := now.Add(step)
	for next.UTC().Weekday() == time.Saturday || next.UTC().Weekday() == time.Sunday {
		next = next.Add(24 * time.Hour)
	}
	return next
}

// marketsOf are the markets of some listings.
func marketsOf(all []Listed) []market.MIC {
	var markets []market.MIC
	for _, l := range all {
		if mic, _, ok := l.Symbol.Listing(); ok && !slices.Contains(markets, mic) {
			markets = append(markets, mic)
		}
	}
	return markets
}

// Busy makes the error of a parser whose reply says that the service was asked too often.
func Busy(format string, args ...any) error { return fault.Because(fault.Busy, format, args...) }

// Price is one quote as it stands in a reply. A text that stands for nothing is empty; numbers have a decimal point and
// nothing beside their digits and sign, see [Plain].
type Price struct {
	At                        time.Time // of the last price; midnight UTC of a day where it is that day's close
	Last                      string
	Previous, Open, High, Low string
	Change, Percent           string // the source's own, to be checked
	Volume                    string
	Unit                      string                  // in which the reply says that the prices are; empty: it does not
	Delay                     string                  // how many minutes old it says that they are; empty: it does not
	Labels                    map[market.Field]string // what the reply calls the fields, for the references
}

// Plain takes the ornaments off a number of a quote: a sign of dollars, a plus, commas between thousands, a sign of per
// cent. What papers write for "nothing is known", such as NA, N/D or a hyphen, becomes empty.
func Plain(text string) string {
	text = strings.TrimSpace(text)
	switch strings.ToUpper(text) {
	case "", "NA", "N/A", "N/D", "-", "--", "NULL", "NONE", "NAN", "UNCH":
		return ""
	}
	text = strings.TrimSuffix(text, "%")
	negative := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(strings.TrimLeft(text, "+-"), "$")
	whole, rest, _ := strings.Cut(text, ".")
	if groups := strings.Split(whole, ","); len(groups) > 1 {
		for i, g := range groups {
			if i > 0 && len(g) != 3 || g == "" || len(g) > 3 {
				return text // no number with commas between its thousands: to be refused as what it is
			}
		}
		whole = strings.Join(groups, "")
	}
	if text = whole; rest != "" {
		text += "." + rest
	}
	if negative {
		text = "-" + text
	}
	return text
}

// Quote takes one quote. A listing without a last price is left out, since its other numbers say nothing without it. A
// price in another unit than the listing's is refused: pence are not pounds, and nothing is rescaled here.
func (t *Table) Quote(l Listed, p Price) error {
	if unit := strings.TrimSpace(p.Unit); unit != "" {
		said, err := market.ParseUnit(unit)
		if err != nil {
			return refuse("%s: the reply gives its price in %.20q, which is no unit of prices", l.Name, unit)
		}
		known, err := market.ParseUnit(l.Unit)
		switch {
		case l.Unit == "" && !said.Whole():
			return refuse("%s: the reply gives its price in %s, and in what %s is quoted is not known here: add it to the listings", l.Name, said, l.Symbol)
		case l.Unit == "":
		case err != nil || said.Code != known.Code:
			return refuse("%s: the reply gives its price in %s, but %s is quoted in %s", l.Name, said, l.Symbol, known)
		}
	}
	if p.Last == "" || isZero(p.Last) {
		t.Leave("%s: the reply has no last price of it, so that it is not known there or has no trade", l.Name)
		return nil
	}
	if p.At.IsZero() {
		return refuse("%s: the reply does not say when it was traded at %.40q", l.Name, p.Last)
	}
	at := p.At.UTC()
	for _, f := range [...]struct {
		field market.Field
		text  string
	}{
		{market.Last, p.Last},
		{market.PreviousClose, p.Previous},
		{market.OpenPrice, p.Open},
		{market.HighPrice, p.High},
		{market.LowPrice, p.Low},
		{market.Volume, p.Volume},
		{market.Change, p.Change},
		{market.Percent, p.Percent},
		{market.Delay, p.Delay},
	} {
		price := f.field == market.PreviousClose || f.field == market.OpenPrice || f.field == market.HighPrice || f.field == market.LowPrice
		if f.text == "" || price && isZero(f.text) { // of prices a zero says that nothing is known
			continue
		}
		value, err := Number(f.text)
		if err != nil {
			return refuse("%s: its %s is %.40q, which is no number", l.Name, f.field, f.text)
		}
		if sign := value.Sign(); sign < 0 && f.field != market.Change && f.field != market.Percent {
			return refuse("%s: a %s of %s cannot be right: it cannot be below zero", l.Name, f.field, value)
		}
		label := string(f.field)
		if named := p.Labels[f.field]; named != "" {
			label = named
		}
		if err := t.quoted(l, f.field, value, at, l.Name+" "+label+" = "+f.text); err != nil {
			return err
		}
	}
	return nil
}

func isZero(text string) bool {
	d, err := currency.ParseDecimal(text)
	return err == nil && d.IsZero()
}

// quoted takes one number of a quote, and refuses a second one for the same.
func (t *Table) quoted(l Listed, field market.Field, value currency.Decimal, at time.Time, ref string) error {
	if !value.Fits() {
		return refuse("%.80s: a number with so many digits could not be kept", ref)
	}
	if t.said == nil {
		t.said = map[saying]currency.Decimal{}
	}
	s := saying{l.Symbol, field, at.UnixMicro()}
	if before, twice := t.said[s]; twice {
		if before.Equal(value) {
			return nil
		}
		return refuse("%.60s: its %s stands there twice with different values, %s and %s", ref, field, before, value)
	}
	t.said[s] = value
	t.reading.Quotations = append(t.reading.Quotations, Quotation{Symbol: l.Symbol, Field: field, Value: value, At: at, Ref: ref})
	return nil
}

// Quoted is what was gathered of quotes. That a reply knows none of the listings is a reading, too, as long as it says so.
func (t *Table) Quoted() (Reading, error) {
	if len(t.reading.Quotations) == 0 && len(t.reading.Left) == 0 {
		return Reading{}, refuse("the reply holds no price")
	}
	return t.reading, nil
}
