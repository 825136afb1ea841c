package news

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Place is where a figure stands that readers see.
type Place struct {
	Story    StoryID
	Revision int // the live one; 0 where the figure is of an entry
	Entry    int // of a live story; 0 where the figure is of the story itself
	Figure   int // which of the text, from 0
}

// Shaken is a published figure that rests on an observation of which the same source has said something else since, or
// on a fact of the tables, which a newer program may know better.
type Shaken struct {
	Place
	Was, Is market.Observation // both empty where it rests on a fact
}

// Affected is a published figure that would be printed otherwise today, with the correction that could be made of it.
type Affected struct {
	Place
	Slug      Slug
	Headline  string
	Pin       Pin                // as printed
	Now       Pin                // as it would be printed; empty where there is a Problem
	Problem   string             // why the figure has no value any more
	Deviation currency.Decimal   // by how much of itself, in per cent, the printed value changes; zero where there is a Problem
	Was, Is   market.Observation // what changed below it; empty where that is a fact of the tables
	Proposal  Notice             // ready to sign
}

// Dismissal is a decision not to correct a figure for what was said since. It is on record, and the figure is listed
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
	stories := map[StoryID]Manuscript{}
	listed := map[Place]bool{}
	var all []Affected
	for _, s := range shaken {
		if listed[s.Place] {
			continue // a cross rate of which both legs were revised
		}
		m, ok := stories[s.Story]
		if !ok {
			if m, err = n.store.Manuscript(ctx, s.Story); err != nil {
				return nil, err
			}
			stories[s.Story] = m
		}
		a, changed, err := n.affected(ctx, m, s)
		if err != nil {
			return nil, err
		}
		if changed {
			a.Proposal = a.proposal(sources)
			listed[s.Place] = true
			all = append(all, a)
		}
	}
	return all, nil
}

// affected holds a shaken figure against what it would be today.
func (n *Newsroom) affected(ctx context.Context, m Manuscript, s Shaken) (a Affected, changed bool, err error) {
	pins, published := m.Pins[s.Revision], m.Updated
	if s.Entry > 0 && s.Entry <= len(m.Entries) {
		pins, published = m.Entries[s.Entry-1].Pins, m.Entries[s.Entry-1].At
	}
	if m.Live == 0 || s.Figure >= len(pins) {
		return Affected{}, false, nil // changed meanwhile
	}
	a = Affected{Place: s.Place, Slug: m.Slug, Headline: m.Revisions[m.Live-1].Content.Headline, Pin: pins[s.Figure], Was: s.Was, Is: s.Is}
	f, err := ParseFigure(a.Pin.Expression)
	if err != nil {
		return Affected{}, false, nil // of an edition that knew other figures: nobody can say what it would be
	}
	if f.On == "" {
		f.On = published.Format(time.RFC3339Nano)
	}
	if len(a.Pin.From) > 0 && (f.Field == market.Last || f.Field == market.Rate) {
		f.From = a.Pin.Source
	}
	a.Now, err = n.Resolve(ctx, f, n.now())
	switch {
	case err != nil && fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound:
		return Affected{}, false, err
	case err != nil:
		a.Now, a.Problem = Pin{}, fault.Sentence(err)
		return a, true, nil
	}
	was, is := a.Pin.Printed(), a.Now.Printed()
	if was.Equal(is) {
		return Affected{}, false, nil
	}
	a.Now.Expression = a.Pin.Expression
	if !was.IsZero() {
		const digits = 4
		if a.Deviation, err = is.Sub(was).Mul(currency.DecimalFromInt(100)).Quo(was.Abs(), digits); err != nil {
			return Affected{}, false, err
		}
	}
	return a, true, nil
}

// proposal is the correction that could be made of a figure.
func (a Affected) proposal(sources market.Sources) Notice {
	source := string(a.Pin.Source)
	if s, ok := sources[a.Pin.Source]; ok && s.Name != "" {
		source = s.Name
	}
	what := strings.TrimSpace(string(a.Pin.Symbol) + " " + map[bool]string{true: string(a.Pin.Field)}[a.Pin.Field != market.Rate && a.Pin.Field != market.Last])
	text := fmt.Sprintf("This story gave %s of %s as %s, from %s. ", what, a.Pin.At.UTC().Format("2 January 2006"), a.Pin.Printed(), source)
	switch {
	case a.Problem != "":
		text += "That figure cannot be upheld any more."
	case a.Is.ID == "":
		text += fmt.Sprintf("It is %s.", a.Now.Printed())
	case a.Is.At.Equal(a.Was.At):
		text += fmt.Sprintf("%s has revised it since, on %s, to %s.", source, a.Is.Seen.UTC().Format("2 January 2006"), a.Now.Printed())
	default:
		text += fmt.Sprintf("%s had given %s for %s, which was confirmed on %s.", source, a.Now.Printed(), a.Now.At.UTC().Format("2 January 2006"),
			a.Is.Seen.UTC().Format("2 January 2006"))
	}
	return Notice{Kind: FigureCorrection, Text: text, Figures: []string{a.Pin.Expression}}
}

// Dismiss decides that a figure is not corrected for what was said since. Its time is set here. The error is
// fault.Invalid where nobody signs or no reason is given, or the place or the observation does not exist.
func (n *Newsroom) Dismiss(ctx context.Context, d Dismissal) error {
	if err := d.check(); err != nil {
		return err
	}
	d.At = n.now().UTC().Truncate(time.Microsecond)
	if err := n.store.Dismiss(ctx, d); err != nil {
		return fmt.Errorf("dismiss figure %d of %s: %w", d.Figure, d.Story, err)
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
