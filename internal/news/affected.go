package news

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Place is where a value stands that readers see.
type Place struct {
	Story    StoryID
	Revision int // the live one; 0 where the value is of an entry
	Entry    int // of a live story; 0 where the value is of the story itself
	Pin      int // which of the text's pins, from 0
}

// Shaken is a published value that rests on an observation of which the same source has said something else since, or
// on a fact of the tables, which a newer program may know better.
type Shaken struct {
	Place
	Was, Is market.Observation // both empty where it rests on a fact
}

// Affected is a published figure that would be printed otherwise today, with the correction that could be made of it.
type Affected struct {
	Story           StoryID
	Slug            Slug
	Headline        string
	Revision, Entry int // where it stands, see [Place]
	Figure          Figure
	Pin             Pin              // that is affected: of a table or a chart the first, else the last
	Was, Now        currency.Decimal // as printed, and as it would be; the second is zero where there is a Problem
	Deviation       currency.Decimal // by how much of itself, in per cent, it changes; zero where there is a Problem
	Problem         string           // why the figure has no value any more
	Because         []Shaken         // what changed below it
	Proposal        Notice           // ready to sign
}

// Dismissal is a decision not to correct a value for what was said since. It is on record, and the value is listed
// again only when something else is said.
type Dismissal struct {
	Place
	Observation market.ID // the newer one; empty where it was a fact
	By, Person  string
	Reason      string
	At          time.Time
}

// Affected lists the published figures that would be printed otherwise today: their source has revised what it said, a
// held value was released, or a fact of the tables is known better. A figure that prints the same after rounding is none,
// nor is one that was dismissed. Each is asked of the source that it was printed from.
func (n *Newsroom) Affected(ctx context.Context) ([]Affected, error) {
	shaken, err := n.store.Shaken(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the figures that were revised: %w", err)
	}
	sources, err := n.ledger.Known(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	again := NewResolver(n.ledger, n.now())
	var all []Affected
	for text := range inTexts(shaken) {
		m, err := n.store.Manuscript(ctx, text[0].Story)
		if err != nil {
			return nil, err
		}
		for _, a := range m.shaken(text) {
			changed, err := a.resolve(ctx, again)
			if err != nil {
				return nil, err
			}
			if changed {
				a.Proposal = a.proposal(sources)
				all = append(all, a.Affected)
			}
		}
	}
	return all, nil
}

// inTexts yields what is shaken in one text after the other. They come sorted by text, but for those of facts, which
// follow.
func inTexts(shaken []Shaken) iter.Seq[[]Shaken] {
	slices.SortStableFunc(shaken, func(a, b Shaken) int {
		return cmp.Or(cmp.Compare(a.Story, b.Story), a.Entry-b.Entry, a.Pin-b.Pin)
	})
	return func(yield func([]Shaken) bool) {
		for first := 0; first < len(shaken); {
			last := first + 1
			for last < len(shaken) && shaken[last].Story == shaken[first].Story && shaken[last].Entry == shaken[first].Entry {
				last++
			}
			if !yield(shaken[first:last]) {
				return
			}
			first = last
		}
	}
}

// candidate is a figure below which something changed.
type candidate struct {
	Affected
	pins      []Pin     // of the figure
	first     int       // the number of the first of them in the text
	published time.Time // the text
}

// shaken are the figures of one of a manuscript's texts in which values are shaken.
func (m Manuscript) shaken(text []Shaken) (all []candidate) {
	place := text[0].Place
	if m.Live == 0 || place.Entry == 0 && place.Revision != m.Live || place.Entry > len(m.Entries) {
		return nil // changed meanwhile
	}
	shown := m.Revisions[m.Live-1].Content
	body, pins, published := shown.Body, m.Pins[m.Live], m.Updated
	if place.Entry > 0 {
		e := m.Entries[place.Entry-1]
		body, pins, published = e.Body, e.Pins, e.At
	}
	figures, err := Figures(body)
	if err != nil {
		return nil // of an edition that knew other figures: nobody can say what they would be
	}
	parted, _ := PinsOf(figures, pins) // what does not fit is left out
	first := 0
	for i, own := range parted {
		c := candidate{pins: own, first: first, published: published}
		for _, s := range text {
			if s.Pin >= first && s.Pin < first+len(own) {
				c.Because = append(c.Because, s)
			}
		}
		if first += len(own); len(c.Because) > 0 {
			c.Story, c.Slug, c.Headline, c.Revision, c.Entry, c.Figure = m.ID, m.Slug, shown.Headline, place.Revision, place.Entry, figures[i]
			all = append(all, c)
		}
	}
	return all
}

// resolve holds a figure against what it would be today, and says whether that differs.
func (c *candidate) resolve(ctx context.Context, again *Resolver) (changed bool, err error) {
	f := c.Figure
	if f.On == "" {
		f.On = c.published.Format(time.RFC3339Nano)
	}
	if !f.Block() {
		c.Pin = c.pins[len(c.pins)-1]
		if len(c.Pin.From) > 0 && (f.Field == market.Rate || f.Field == market.Last || f.Field == Amount || f.Since != "") {
			f.From = c.Pin.Source
		}
		return c.differs(ctx, again, f, c.Figure.Printed(c.pins))
	}
	for _, s := range c.Because { // the rows of a table and the points of a chart each for themselves
		c.Pin = c.pins[s.Pin-c.first]
		value := f
		if f.Form == Chart {
			value.On, value.Since, value.Marks = c.Pin.At.Format(time.RFC3339Nano), "", nil
		}
		value.Form, value.Rows, value.Symbol, value.Field = Number, nil, c.Pin.Symbol, c.Pin.Field
		if len(c.Pin.From) > 0 {
			value.From = c.Pin.Source
		}
		if changed, err := c.differs(ctx, again, value, c.Figure.Shown(c.Pin)); changed || err != nil {
			return changed, err
		}
	}
	return false, nil
}

// differs resolves a figure anew and holds it against its printed value.
func (c *candidate) differs(ctx context.Context, again *Resolver, f Figure, was currency.Decimal) (bool, error) {
	c.Was = was
	pins, err := again.Resolve(ctx, f)
	if err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return false, err
		}
		c.Problem = fault.Sentence(err)
		return true, nil
	}
	if c.Now = f.Printed(pins); c.Now.Equal(was) {
		return false, nil
	}
	if !was.IsZero() {
		const digits = 4
		if c.Deviation, err = c.Now.Sub(was).Mul(hundred).Quo(was.Abs(), digits); err != nil {
			return false, err
		}
	}
	return true, nil
}

// proposal is the correction that could be made of a figure.
func (a Affected) proposal(sources market.Sources) Notice {
	source := string(a.Pin.Source)
	if s, ok := sources[a.Pin.Source]; ok && s.Name != "" {
		source = s.Name
	}
	text := fmt.Sprintf("This story gave %s as %s, from %s. ", a.subject(), a.Was, source)
	switch b := a.Because[0]; {
	case a.Problem != "":
		text += "That figure cannot be upheld any more."
	case b.Is.ID == "":
		text += fmt.Sprintf("It is %s.", a.Now)
	case b.Is.At.Equal(b.Was.At):
		text += fmt.Sprintf("%s revised its data on %s; the figure is %s.", source, written(b.Is.Seen), a.Now)
	default:
		text += fmt.Sprintf("What %s had given for %s was confirmed on %s; the figure is %s.", source, written(b.Is.At), written(b.Is.Seen), a.Now)
	}
	return Notice{Kind: FigureCorrection, Text: text, Figures: []string{a.Figure.Expression}}
}

// subject is what a figure speaks of, in words.
func (a Affected) subject() string {
	f, what, day := a.Figure, string(a.Pin.Symbol), written(a.Pin.At)
	switch {
	case f.Block():
	case f.Since != "":
		return fmt.Sprintf("the change of %s from %s to %s", what, f.Since, day)
	case f.Field == Amount:
		base, quote, _ := f.Symbol.Pair()
		return fmt.Sprintf("%s %s in %s on %s", f.Amount, base, quote, day)
	case f.Field == market.Change || f.Field == market.Percent:
		return fmt.Sprintf("the change of %s on %s", what, day)
	case f.Field == market.PreviousClose:
		return fmt.Sprintf("the previous close of %s on %s", what, day)
	}
	return fmt.Sprintf("%s of %s", what, day)
}

// Dismiss decides that a figure is not corrected for what was said since, all of it. The error is fault.Invalid where
// nobody signs or no reason is given, fault.Conflict where somebody decided so meanwhile.
func (n *Newsroom) Dismiss(ctx context.Context, a Affected, by, person, reason string) error {
	now := n.now().UTC().Truncate(time.Microsecond)
	var all []Dismissal
	for _, b := range a.Because {
		d := Dismissal{Place: b.Place, Observation: b.Is.ID, By: by, Person: person, Reason: reason, At: now}
		if err := d.check(); err != nil {
			return err
		}
		all = append(all, d)
	}
	if err := n.store.Dismiss(ctx, all); err != nil {
		return fmt.Errorf("dismiss {{%s}} of %q: %w", a.Figure.Expression, a.Slug, err)
	}
	return nil
}

// check says what is wrong with a dismissal on its own.
func (d Dismissal) check() error {
	switch {
	case strings.TrimSpace(d.By) == "":
		return fault.Because(fault.Invalid, "say who decides that the figure is not corrected")
	case strings.TrimSpace(d.Reason) == "":
		return fault.Because(fault.Invalid, "say why the figure is not corrected: it is kept on record")
	}
	for _, l := range []struct{ what, line string }{{"name of who decides", d.By}, {"ID of who decides", d.Person}, {"reason for the decision", d.Reason}} {
		if err := checkLine(l.what, l.line); err != nil {
			return err
		}
	}
	return nil
}
