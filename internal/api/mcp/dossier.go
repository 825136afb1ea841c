package mcp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/spelling"
)

// Dossiers are the published dossiers, as a [news.Paper] tells them.
type Dossiers interface {
	Dossier(ctx context.Context, slug news.Slug) (news.Dossier, error)
	Dossiers(ctx context.Context) ([]news.Dossier, error)
}

// maxEvents are as many events as an answer tells of, with their accounts: the last ones.
const maxEvents = 60

type dossierQuestion struct {
	Dossier string `json:"dossier,omitempty" jsonschema:"the dossier's slug, or some words of its headline or of the names in it; left out: which dossiers there are"`
	Event   string `json:"event,omitempty" jsonschema:"the id of one of its events: then only that is told, with what markets did beside it"`
}

type dossierAnswer struct {
	Found     []filed    `json:"found" jsonschema:"the dossiers that fit: where it is not one, choose by slug and ask again"`
	Headline  string     `json:"headline,omitempty"`
	Updated   *time.Time `json:"updated,omitempty" jsonschema:"when what is told here was published"`
	Standing  []stated   `json:"standing" jsonschema:"the state of things"`
	Events    []happened `json:"events" jsonschema:"the earliest first, each with who says what about it; a claim is a claim, and its by says whose"`
	More      int        `json:"more" jsonschema:"earlier events that were left out; ask for one by its id"`
	Documents []document `json:"documents" jsonschema:"on which what is told here rests"`
	Reactions []reaction `json:"reactions" jsonschema:"where an event was asked for: what each series of the dossier did, set against what it ordinarily does"`
	Method    string     `json:"method,omitempty" jsonschema:"how reactions are measured, and what they cannot tell"`
	Sources   sources    `json:"sources" jsonschema:"whose numbers stand in reactions"`
}

// filed is a dossier by its name.
type filed struct {
	Slug       news.Slug `json:"slug"`
	Address    string    `json:"address" jsonschema:"its path on the paper"`
	Headline   string    `json:"headline"`
	Standfirst string    `json:"standfirst,omitempty"`
	Updated    time.Time `json:"updated"`
}

// stated is a sentence with what it rests on.
type stated struct {
	Text      string      `json:"text"`
	Documents []news.Slug `json:"documents" jsonschema:"ids of documents"`
}

// happened is an event with its accounts.
type happened struct {
	ID        news.Slug   `json:"id"`
	What      string      `json:"what"`
	Says      string      `json:"says,omitempty" jsonschema:"more of it, of which nobody disagrees"`
	When      string      `json:"when" jsonschema:"EDTF: a day, a month, a year, or A/B for some day between the two"`
	Coming    bool        `json:"coming,omitempty" jsonschema:"it has not happened yet"`
	Where     string      `json:"where,omitempty"`
	Documents []news.Slug `json:"documents"`
	Accounts  []account   `json:"accounts"`
}

// account is what somebody says of an event.
type account struct {
	ID        news.Slug   `json:"id"`
	By        string      `json:"by" jsonschema:"who says it"`
	On        string      `json:"on,omitempty" jsonschema:"when, in EDTF"`
	Says      string      `json:"says,omitempty" jsonschema:"in the paper's words"`
	Quote     string      `json:"quote,omitempty" jsonschema:"word for word"`
	Stance    news.Stance `json:"stance,omitempty" jsonschema:"agrees, contradicts or leaves-open, to the account that of names"`
	Of        news.Slug   `json:"of,omitempty"`
	Documents []news.Slug `json:"documents"`
}

// document is something that was said or written.
type document struct {
	ID        news.Slug `json:"id"`
	Title     string    `json:"title"`
	Publisher string    `json:"publisher"`
	Link      string    `json:"link,omitempty"`
	On        string    `json:"on,omitempty" jsonschema:"when it was published, in EDTF"`
}

// reaction is what a series did.
type reaction struct {
	Series  market.Symbol   `json:"series"`
	Source  market.SourceID `json:"source,omitempty" jsonschema:"an id in sources"`
	Held    string          `json:"held,omitempty" jsonschema:"why the series could not answer"`
	Unfit   string          `json:"unfit,omitempty" jsonschema:"why nothing can be said"`
	Before  *closing        `json:"before,omitempty" jsonschema:"the last value from before the event"`
	Windows []window        `json:"windows"`
}

// closing is the value of a series on one of its days.
type closing struct {
	Value        currency.Decimal `json:"value"`
	At           time.Time        `json:"at"`
	Seen         *time.Time       `json:"seen,omitempty" jsonschema:"when the paper learnt it"`
	Observations []market.ID      `json:"observations"`
}

// window is a move over a number of sessions.
type window struct {
	Sessions int               `json:"sessions"`
	After    *closing          `json:"after,omitempty"`
	Percent  *currency.Decimal `json:"percent,omitempty" jsonschema:"how far that is from the value before the event"`
	Usual    *currency.Decimal `json:"usual,omitempty" jsonschema:"the size of the middle one of the ordinary moves, in per cent"`
	Beyond   *int              `json:"beyond,omitempty" jsonschema:"than how many of 100 ordinary moves it is larger"`
	Of       int               `json:"of" jsonschema:"ordinary moves with which it was compared"`
	Shared   []news.Slug       `json:"shared" jsonschema:"other events that fall into it: it cannot tell them apart"`
	Words    string            `json:"words" jsonschema:"what it tells, and no more"`
}

func (c *clerk) dossier(ctx context.Context, q dossierQuestion) (*dossierAnswer, error) {
	a := &dossierAnswer{Found: []filed{}, Standing: []stated{}, Events: []happened{}, Documents: []document{}, Reactions: []reaction{}, Sources: sources{}}
	list, err := c.dossiersOf(ctx, q.Dossier)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		a.Found = append(a.Found, filed{d.Slug, d.Path(), d.Subject.Content.Headline, d.Subject.Content.Standfirst, d.Updated.UTC()})
	}
	if len(list) != 1 || q.Dossier == "" {
		return a, nil
	}
	d := list[0]
	updated := d.Updated.UTC()
	a.Headline, a.Updated = d.Subject.Content.Headline, &updated
	a.tell(c.face.TimelineOf(d), d.Subject, news.Slug(q.Event))
	if q.Event == "" {
		return a, nil
	}
	return a, c.react(ctx, a, d, news.Slug(q.Event))
}

// dossiersOf are the dossiers that some words may mean: the one that bears them as its slug, else those that have all of them
// in the headline, the standfirst or a name.
func (c *clerk) dossiersOf(ctx context.Context, text string) ([]news.Dossier, error) {
	if c.dossiers == nil {
		return nil, fault.Because(fault.NotFound, "there are no dossiers here")
	}
	if slug, err := news.ParseSlug(text); err == nil {
		d, err := c.dossiers.Dossier(ctx, slug)
		if err == nil || fault.KindOf(err) != fault.NotFound {
			return []news.Dossier{d}, err
		}
	}
	if len(text) > news.MaxSearch {
		return nil, fault.Because(fault.Invalid, "what is looked for has %d bytes; %d is the most: leave words out", len(text), news.MaxSearch)
	}
	all, err := c.dossiers.Dossiers(ctx)
	if err != nil {
		return nil, err
	}
	fit := slices.DeleteFunc(slices.Clone(all), func(d news.Dossier) bool {
		said := map[string]bool{}
		texts := []string{d.Subject.Content.Headline, d.Subject.Content.Standfirst, string(d.Slug)}
		for _, actor := range d.Subject.Actors {
			texts = append(append(texts, actor.Name), actor.Other...)
		}
		for w := range spelling.Words(strings.Join(texts, " ")) {
			said[w.Folded] = true
		}
		for w := range spelling.Words(text) {
			if !said[w.Folded] {
				return true
			}
		}
		return false
	})
	if len(fit) == 0 && text != "" {
		return nil, fault.Because(fault.NotFound, "no dossier has all words of %.80q: leave the argument out to be told which there are", text)
	}
	return fit, nil
}

// tell puts the events of a dossier into the answer, or one of them, with what they rest on.
func (a *dossierAnswer) tell(line []api.Timeline, s news.Subject, only news.Slug) {
	cited := map[news.Slug]bool{}
	ids := func(cites []news.Cite) []news.Slug {
		list := []news.Slug{}
		for _, c := range cites {
			if cited[c.Document] = true; !slices.Contains(list, c.Document) {
				list = append(list, c.Document)
			}
		}
		return list
	}
	for _, one := range s.Standing {
		a.Standing = append(a.Standing, stated{one.Text, ids(one.Cites)})
	}
	if only != "" {
		line = slices.DeleteFunc(line, func(t api.Timeline) bool { return t.Event.ID != only })
	}
	if n := len(line); n > maxEvents {
		a.More, line = n-maxEvents, line[n-maxEvents:]
	}
	for _, t := range line {
		e := t.Event
		h := happened{ID: e.ID, What: e.What, Says: e.Says, When: e.When.String(), Coming: t.Coming, Where: e.Where, Documents: ids(e.Cites), Accounts: []account{}}
		for _, told := range s.Told(e.ID) {
			by, _ := s.Actor(told.By)
			h.Accounts = append(h.Accounts, account{told.ID, by.Name, told.On.String(), told.Says, told.Quote, told.Stance, told.Of, ids(told.Cites)})
		}
		a.Events = append(a.Events, h)
	}
	for _, id := range slices.Sorted(maps.Keys(cited)) {
		if doc, ok := s.Document(id); ok {
			a.Documents = append(a.Documents, document{doc.ID, doc.Title, doc.Publisher, doc.Link, doc.On.String()})
		}
	}
}

// react puts into the answer what the series of a dossier did when an event happened.
func (c *clerk) react(ctx context.Context, a *dossierAnswer, d news.Dossier, event news.Slug) error {
	r, err := c.face.Reactions(ctx, d, event)
	if err != nil {
		return err
	}
	a.Method = api.HowMeasured
	closed := func(c market.Close) *closing {
		if c.At.IsZero() {
			return nil
		}
		out := &closing{Value: c.Value, At: c.At.UTC(), Observations: append([]market.ID{}, c.From...)}
		if seen := r.Seen(c).UTC(); !seen.IsZero() {
			out.Seen = &seen
		}
		return out
	}
	var used []market.SourceID
	for _, answer := range r.Answers {
		if answer.Source != "" {
			used = append(used, answer.Source)
		}
		one := reaction{answer.Series, answer.Source, answer.Held, answer.Unfit, closed(answer.Before), []window{}}
		for _, w := range answer.Windows {
			row := window{Sessions: w.Sessions, After: closed(w.After), Of: w.Ordinary, Shared: r.Shared(w), Words: w.Words()}
			if w.Unfit == "" {
				row.Percent, row.Usual, row.Beyond = &w.Percent, &w.Usual, &w.Beyond
			}
			one.Windows = append(one.Windows, row)
		}
		a.Reactions = append(a.Reactions, one)
	}
	a.Sources, err = c.sources(ctx, used)
	return err
}

func (a *dossierAnswer) text() string {
	var b strings.Builder
	if a.Headline == "" {
		fmt.Fprintf(&b, "%d dossiers:\n", len(a.Found))
		for _, f := range a.Found {
			fmt.Fprintf(&b, "%s: %s. %s (updated %s)\n", f.Slug, f.Headline, f.Standfirst, moment(f.Updated))
		}
		return strings.TrimSpace(b.String())
	}
	fmt.Fprintf(&b, "%s (%s, as of %s)\n", a.Headline, a.Found[0].Address, moment(*a.Updated))
	for _, s := range a.Standing {
		fmt.Fprintf(&b, "%s%s\n", s.Text, rests(s.Documents))
	}
	for _, e := range a.Events {
		coming := ""
		if e.Coming {
			coming = "to come, "
		}
		fmt.Fprintf(&b, "\n%s%s: %s [%s]%s\n", coming, e.When, e.What, e.ID, rests(e.Documents))
		if e.Says != "" {
			fmt.Fprintf(&b, "%s\n", e.Says)
		}
		for _, said := range e.Accounts {
			fmt.Fprintf(&b, "- %s says", said.By)
			if said.Stance != "" {
				fmt.Fprintf(&b, " (%s %s)", said.Stance, said.Of)
			}
			fmt.Fprintf(&b, ": %s", said.Says)
			if said.Quote != "" {
				fmt.Fprintf(&b, " “%s”", said.Quote)
			}
			fmt.Fprintf(&b, "%s\n", rests(said.Documents))
		}
	}
	if a.More > 0 {
		fmt.Fprintf(&b, "\n%d earlier events were left out.\n", a.More)
	}
	for _, r := range a.Reactions {
		fmt.Fprintf(&b, "\n%s: %s\n", r.Series, strings.TrimSpace(r.Held+" "+r.Unfit))
		for _, w := range r.Windows {
			if w.Percent != nil {
				fmt.Fprintf(&b, "- %s%% over %d sessions, from %s (of %s) to %s (of %s), by %s. %s\n", *w.Percent, w.Sessions,
					r.Before.Value, moment(r.Before.At), w.After.Value, moment(w.After.At), a.Sources.name(r.Source), w.Words)
			} else {
				fmt.Fprintf(&b, "- over %d sessions: %s\n", w.Sessions, w.Words)
			}
			if len(w.Shared) > 0 {
				fmt.Fprintf(&b, "  It cannot be told apart from %d other events within.\n", len(w.Shared))
			}
		}
	}
	if a.Method != "" {
		b.WriteString(a.Method + "\n")
	}
	b.WriteString("\nDocuments:\n")
	for _, d := range a.Documents {
		fmt.Fprintf(&b, "[%s] %s, %s %s %s\n", d.ID, d.Title, d.Publisher, d.On, d.Link)
	}
	b.WriteString(a.Sources.credits())
	return strings.TrimSpace(b.String())
}

// rests names the documents on which a sentence rests.
func rests(documents []news.Slug) string {
	names := make([]string, 0, len(documents))
	for _, d := range documents {
		names = append(names, "["+string(d)+"]")
	}
	return strings.TrimRight(" "+strings.Join(names, " "), " ")
}
