package site

import (
	"context"
	"slices"
	"strconv"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Reaction is what a series did when something happened, set against what it ordinarily does.
type Reaction struct {
	Series  Link
	Name    string // of the series: Euro in Russian Ruble
	Source  string // whose values they are
	Unfit   string // why nothing can be said, as a sentence; then there is nothing else but perhaps a course
	Before  Worth
	Windows []Window
	Course  *Course // around the event; nil in a timeline, and where there are no two values
}

// Window is the move over a number of sessions.
type Window struct {
	Sessions int
	Over     string // one session, 5 sessions
	Unfit    string // why nothing can be said of it, as a sentence
	After    Worth
	Move     Move
	Usual    string // the size of the middle one of the ordinary moves
	Ordinary int    // how many there are
	Words    string // how large it is among them, as a sentence
	Told     bool   // it is told from noise
	Shared   []Link // the other events that fall into it
}

// Worth is a value with the observations that it rests on, where it is not one itself.
type Worth struct {
	Point
	Parts []Link
}

// sessions are the windows that are measured.
var sessions = [...]int{1, 5, 20}

// measured is a series of a revision of a dossier.
type measured struct {
	dossier  news.Slug
	revision int
	series   market.Symbol
}

// answers are what a series did at each of the events that have come, in their order.
func (d *dossier) answers(ctx context.Context, series market.Symbol) ([]market.Answer, error) {
	return d.site.answers.get(d.today.state, measured{d.Slug, d.Revision, series}, func() ([]market.Answer, error) {
		var days []market.Days
		for _, e := range d.happened() {
			on, _ := e.When.Days()
			days = append(days, on)
		}
		return d.site.ledger.Answers(ctx, series, days, sessions[:]...)
	})
}

// react puts to each event what the dossier's first series did over one session.
func (d *dossier) react(ctx context.Context, events []Happening) error {
	if len(d.Subject.Series) == 0 {
		return nil
	}
	answers, err := d.answers(ctx, d.Subject.Series[0])
	if err != nil {
		return err
	}
	said, err := d.evidence(ctx, answers)
	if err != nil {
		return err
	}
	for i, e := range d.happened() {
		n := slices.IndexFunc(events, func(h Happening) bool { return h.Href == d.eventPath(e.ID) })
		if n >= 0 {
			r := d.reaction(answers[i], said)
			r.Windows = r.Windows[:min(1, len(r.Windows))]
			events[n].Reaction = &r
		}
	}
	return nil
}

// reactions are what all series of the dossier did when an event happened, each with its course around it.
func (d *dossier) reactions(ctx context.Context, e news.Event) (all []Reaction, err error) {
	at := slices.IndexFunc(d.happened(), func(o news.Event) bool { return o.ID == e.ID })
	for _, series := range d.Subject.Series {
		answers, err := d.answers(ctx, series)
		if err != nil {
			return nil, err
		}
		said, err := d.evidence(ctx, answers[at:at+1])
		if err != nil {
			return nil, err
		}
		r := d.reaction(answers[at], said)
		if r.Course, err = d.around(ctx, series, e); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// evidence are the observations that some answers rest on.
func (d *dossier) evidence(ctx context.Context, answers []market.Answer) (map[market.ID]market.Observation, error) {
	var ids []market.ID
	for _, a := range answers {
		ids = append(ids, a.Before.From...)
		for _, w := range a.Windows {
			ids = append(ids, w.After.From...)
		}
	}
	return d.site.ledger.Evidence(ctx, ids)
}

func (d *dossier) reaction(a market.Answer, said map[market.ID]market.Observation) Reaction {
	r := Reaction{
		Series: Link{Text: string(a.Series), Href: seriesPath(a.Series)}, Name: d.site.nameOfSeries(a.Series), Source: nameOf(a.Source, d.today.sources),
	}
	switch {
	case a.Held != "":
		r.Unfit = a.Held
		return r
	case a.Unfit != "":
		r.Unfit = a.Unfit
		return r
	}
	r.Before = d.worth(a.Before, said)
	events := d.happened()
	for _, w := range a.Windows {
		v := Window{Sessions: w.Sessions, Over: overOf(w.Sessions), Unfit: w.Unfit}
		if w.Unfit == "" {
			percent := w.Percent.RoundPlaces(2)
			v.After, v.Words, v.Told, v.Ordinary = d.worth(w.After, said), w.Words(), w.Beyond >= market.Unlikely, w.Ordinary
			v.Move = Move{Percent: d.today.hand.percent(percent), Class: classOf(percent), Since: r.Before.At.Text}
			v.Usual = d.today.hand.style.Percent(w.Usual.RoundPlaces(2))
			for _, n := range w.Shared {
				v.Shared = append(v.Shared, d.event(events[n].ID))
			}
		}
		r.Windows = append(r.Windows, v)
	}
	return r
}

func overOf(sessions int) string {
	if sessions == 1 {
		return "one session"
	}
	return strconv.Itoa(sessions) + " sessions"
}

// worth is a close as a page shows it: digit for digit where a source said it, else to as many digits as what it was computed of.
func (d *dossier) worth(c market.Close, said map[market.ID]market.Observation) Worth {
	o := market.Offer{Value: c.Value, How: market.Computed}
	for _, id := range c.From {
		if one, ok := said[id]; ok {
			o.From = append(o.From, one)
		}
	}
	if len(o.From) == 1 && o.From[0].Value.Equal(c.Value) {
		o.How = market.Said
	}
	shown := o.Shown()
	if len(o.From) == 0 && shown.Digits() > mostDigits { // a close of a share, reckoned across a split
		shown = shown.RoundDigits(mostDigits)
	}
	h := d.today.hand
	w := Worth{Point: Point{At: h.day(c.At), Value: h.number(shown), Exact: c.Value.String()}}
	if len(o.From) == 1 {
		w.Number = numberPath(o.From[0].ID)
		return w
	}
	for _, from := range o.From {
		w.Parts = append(w.Parts, Link{Text: string(from.Symbol) + " " + h.number(from.Value), Href: numberPath(from.ID)})
	}
	return w
}

// mostDigits of a close that was reckoned across a split are shown: prices have fewer.
const mostDigits = 8

// Method says of what some results are, so that nobody takes them for more.
type Method struct {
	Results int // how many moves were compared
	Chance  int // how many of so many lie beyond 95 of 100 where nothing happened
}

func methodOf(all []Reaction) (m Method) {
	for _, r := range all {
		for _, w := range r.Windows {
			if w.Unfit == "" {
				m.Results++
			}
		}
	}
	m.Chance = (m.Results*(100-market.Unlikely) + 50) / 100
	return m
}

// Words say how many of the results are large by chance alone.
func (m Method) Words() string {
	switch {
	case m.Results == 0:
		return ""
	case m.Results == 1:
		return "Of twenty such results where nothing happened at all, one is larger than 95 of 100 by chance."
	case m.Chance == 0:
		return "There are " + strconv.Itoa(m.Results) + " results here; of twenty such where nothing happened at all, one is larger than 95 of 100 by chance."
	}
	return "There are " + strconv.Itoa(m.Results) + " results here; even where nothing happened at all, about " + strconv.Itoa(m.Chance) + " of so many are larger than 95 of 100 by chance."
}

// seriesPath is the address of a pair or a listing.
func seriesPath(series market.Symbol) string {
	if path := ratePath(series, nil); path != "" {
		return path
	}
	return symbolPath(series)
}

// nameOfSeries names a pair or a listing.
func (s *Site) nameOfSeries(series market.Symbol) string {
	if base, quote, ok := series.Pair(); ok {
		return s.ledger.Currencies().Name(base, english) + " in " + s.ledger.Currencies().Name(quote, english)
	}
	if known, err := s.ledger.Listings().Instrument(series); err == nil && known.Name != "" {
		return known.Name
	}
	return string(series)
}

// howMeasured says how a move over one session is measured, or over those of all windows.
func howMeasured(all bool) string {
	of, within := "one session", ""
	if all {
		of, within = "one, five or twenty sessions", " (of a move over twenty sessions: in the three years before it)"
	}
	return "A session is a day of which the source has a value. A move goes from the last value before the event to the last of " + of +
		", the first of which is the day itself or the next that the source knows. It is set against all moves over as many sessions that ended before the event, in the year before it" +
		within + ": “larger than 41 of 100” says that 41 of 100 of those were smaller, whatever their direction. Only what is larger than 95 of 100 is told from noise."
}

// between is what stands between the parts of a list, after one of them: nothing after the last.
func between(i, n int, mark string) string {
	if i == n-1 {
		return ""
	}
	return mark
}
