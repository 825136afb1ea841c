package native

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// filed is a dossier in the list of all.
type filed struct {
	Slug       news.Slug `json:"slug" doc:"its name in addresses"`
	Path       string    `json:"path" doc:"its address on the paper"`
	Headline   string    `json:"headline" doc:"what it is called"`
	Standfirst string    `json:"standfirst,omitempty" doc:"what it is about, in a sentence or two"`
	Section    news.Slug `json:"section" doc:"where it stands"`
	Language   string    `json:"language,omitempty" doc:"BCP 47; left out: the paper's"`
	Revision   int       `json:"revision" doc:"the one that readers see"`
	Published  time.Time `json:"published" doc:"when it first was"`
	Updated    time.Time `json:"updated" doc:"when what is shown was published"`
	Actors     int       `json:"actors" doc:"how many act or speak in it"`
	Events     int       `json:"events" doc:"how many events it has"`
	Accounts   int       `json:"accounts" doc:"how many accounts there are of them"`
}

// dossiers are all published dossiers.
type dossiers struct {
	Count    int     `json:"count" doc:"how many there are"`
	Dossiers []filed `json:"dossiers" doc:"the last updated first"`
}

func (n *native) dossiers(q query) (found, error) {
	list, err := n.o.Paper.Dossiers(q.Context())
	if err != nil {
		return found{}, err
	}
	out, f := dossiers{Count: len(list), Dossiers: []filed{}}, found{}
	for _, d := range list {
		row := filedOf(d)
		out.Dossiers, f.rows = append(out.Dossiers, row), append(f.rows, row)
	}
	f.whole = out
	return f, nil
}

func filedOf(d news.Dossier) filed {
	s := d.Subject
	actors := slices.DeleteFunc(slices.Clone(s.Actors), func(a news.Actor) bool { return a.Into != "" })
	return filed{
		d.Slug, d.Path(), s.Content.Headline, s.Content.Standfirst, s.Content.Section, s.Content.Language, d.Revision, d.Published.UTC(), d.Updated.UTC(),
		len(actors), len(s.Events), len(s.Accounts),
	}
}

// dossier is a dossier as readers see it. What a person can edit of it is the embedded subject; the rest the paper adds.
type dossier struct {
	Slug      news.Slug `json:"slug" doc:"its name in addresses"`
	Path      string    `json:"path" doc:"its address on the paper"`
	Revision  int       `json:"revision" doc:"the one that readers see"`
	Published time.Time `json:"published" doc:"when it first was"`
	Updated   time.Time `json:"updated" doc:"when what is shown was published"`
	archive.Subject
	Timeline []dated   `json:"timeline" doc:"the events by their days, the earliest first"`
	Figures  []printed `json:"figures" doc:"the values that were pinned to the figures of the text, in their order: of a change two, of a table or a chart many"`
	Articles []article `json:"articles" doc:"those of stories that are published, the newest first"`
	Notices  []posted  `json:"notices" doc:"updates and corrections, the first first"`
	Sources  []voice   `json:"sources" doc:"whose numbers stand here"`
}

// dated is an event by its days.
type dated struct {
	Event  news.Slug     `json:"event" doc:"the event, by its name"`
	What   string        `json:"what" doc:"what happened, in a few words"`
	When   news.When     `json:"when" doc:"when, in EDTF"`
	First  currency.Date `json:"first" doc:"the first day on which it may have been"`
	Last   currency.Date `json:"last" doc:"the last; the same where the day is known"`
	Coming bool          `json:"coming" doc:"none of these days has come"`
}

// printed is a value as it was when a figure was printed.
type printed struct {
	Expression string          `json:"expression" doc:"the figure, as it stands between the braces in the text"`
	Symbol     market.Symbol   `json:"symbol" doc:"of what it is: a pair, EUR/USD, or a listing, XNYS:AZN"`
	Field      market.Field    `json:"field" doc:"what it measures"`
	Value      *api.Number     `json:"value,omitempty" doc:"as it is printed; left out where it was withheld"`
	Withheld   string          `json:"withheld,omitempty" doc:"why there is no value here"`
	At         time.Time       `json:"at" doc:"about when it speaks"`
	Seen       time.Time       `json:"seen" doc:"when it was learnt"`
	Source     market.SourceID `json:"source" doc:"who said it"`
	How        market.How      `json:"how" doc:"said: the source's own number; else how it was computed, or by what it is fixed"`
	From       []market.ID     `json:"from" doc:"the observations that it rests on"`
}

// article is a published story.
type article struct {
	ID        news.StoryID `json:"id" doc:"its permanent name"`
	Path      string       `json:"path" doc:"its address on the paper"`
	Headline  string       `json:"headline" doc:"its headline"`
	Published time.Time    `json:"published" doc:"when it first was"`
}

// posted is what readers were told of a change.
type posted struct {
	Kind     news.NoticeKind `json:"kind" enum:"update figure fact name attribution clarification" doc:"an update, or what was wrong"`
	Text     string          `json:"text" doc:"a line"`
	At       time.Time       `json:"at" doc:"when they were"`
	Revision int             `json:"revision" doc:"the revision that was published with it"`
}

// filedAs returns the dossier that a question names.
func (n *native) filedAs(q query) (news.Dossier, error) {
	slug, _ := given[news.Slug](q, "slug")
	return n.o.Paper.Dossier(q.Context(), slug)
}

func (n *native) dossier(q query) (found, error) {
	d, err := n.filedAs(q)
	if err != nil {
		return found{}, err
	}
	out := dossier{
		Slug: d.Slug, Path: d.Path(), Revision: d.Revision, Published: d.Published.UTC(), Updated: d.Updated.UTC(), Subject: archive.SubjectOf(d.Subject),
		Timeline: []dated{}, Articles: []article{}, Notices: []posted{},
	}
	for _, e := range n.TimelineOf(d) {
		out.Timeline = append(out.Timeline, dated{e.Event.ID, e.Event.What, e.Event.When, currency.DateOf(e.Days.First), currency.DateOf(e.Days.Last), e.Coming})
	}
	for _, p := range d.Notices {
		out.Notices = append(out.Notices, posted{p.Kind, p.Text, p.At.UTC(), p.Revision})
	}
	if out.Articles, err = n.articles(q.Context(), d); err != nil {
		return found{}, err
	}
	out.Stories = nil // of those that are not published nothing is told
	for _, a := range out.Articles {
		out.Stories = append(out.Stories, a.ID)
	}
	t := newTally()
	if out.Figures, err = n.printed(q.Context(), t, d.Pins); err != nil {
		return found{}, err
	}
	out.Sources, err = n.voices(q.Context(), t.sources())
	return found{whole: out}, err // a figure was pinned: no source changes it
}

// articles are the published stories that belong to a dossier, the newest first.
func (n *native) articles(ctx context.Context, d news.Dossier) ([]article, error) {
	all := []article{}
	ids := d.Subject.Stories
	if len(ids) == 0 {
		return all, nil
	}
	list, err := n.o.Paper.Articles(ctx, news.Selection{Stories: ids, Limit: len(ids)})
	for _, a := range list {
		all = append(all, article{a.ID, a.Path(), a.Content.Headline, a.Published.UTC()})
	}
	return all, err
}

// printed are pins, without the values of sources that may not be passed on.
func (n *native) printed(ctx context.Context, t *tally, pins []news.Pin) ([]printed, error) {
	list, err := n.Ledger().Sources(ctx)
	if err != nil {
		return nil, err
	}
	may := map[market.SourceID]bool{market.TableID: true}
	for _, s := range list {
		may[s.ID] = true
	}
	all := []printed{}
	for _, p := range pins {
		row := printed{Expression: p.Expression, Symbol: p.Symbol, Field: p.Field, At: p.At.UTC(), Seen: p.Seen.UTC(), Source: p.Source, How: p.How, From: append([]market.ID{}, p.From...)}
		if may[p.Source] {
			value := api.Number(p.Printed())
			row.Value = &value
			t.add(market.Offer{Source: p.Source, Seen: p.Seen})
		} else {
			row.Withheld, row.From = "Its source may be shown to readers, and not passed on to programs.", []market.ID{}
		}
		all = append(all, row)
	}
	return all, nil
}

// reactions are what the series of a dossier did when one of its events happened.
type reactions struct {
	Dossier   news.Slug  `json:"dossier" doc:"its name"`
	Event     news.Slug  `json:"event" doc:"the event's name"`
	What      string     `json:"what" doc:"what happened"`
	When      news.When  `json:"when" doc:"when, in EDTF"`
	Method    string     `json:"method" doc:"how it was measured, and what it cannot tell"`
	Reactions []reaction `json:"reactions" doc:"one for each series, in the dossier's order"`
	Sources   []voice    `json:"sources" doc:"whose numbers stand here"`
}

// reaction is what a series did.
type reaction struct {
	answered
	Windows []window `json:"windows" doc:"over 1, 5 and 20 sessions; none where nothing can be said"`
}

// answered is a series, and by whose numbers it answers.
type answered struct {
	Series market.Symbol   `json:"series" doc:"a pair, or a listing"`
	Source market.SourceID `json:"source,omitempty" doc:"whose numbers these are: of several that may be passed on, of who said most"`
	Held   string          `json:"held,omitempty" doc:"why the series could not answer: it was held to another"`
	Unfit  string          `json:"unfit,omitempty" doc:"why nothing can be said"`
	Before *closing        `json:"before,omitempty" doc:"the last value from before the event"`
}

// closing is the value of a series on one of its days.
type closing struct {
	Value api.Number  `json:"value" doc:"the last that the source said of the day"`
	At    time.Time   `json:"at" doc:"about when it speaks"`
	Seen  *time.Time  `json:"seen,omitempty" doc:"when it was learnt, where that is on record"`
	From  []market.ID `json:"from" doc:"the observations that it rests on"`
}

// window is a move over a number of sessions.
type window struct {
	Sessions int         `json:"sessions" doc:"how many, the first of which is the day itself or the next that the series knows"`
	After    *closing    `json:"after,omitempty" doc:"the last value of the window"`
	Percent  *api.Number `json:"percent,omitempty" doc:"how far that is from the value before the event"`
	Usual    *api.Number `json:"usual,omitempty" doc:"the size of the middle one of the ordinary moves, in per cent"`
	Beyond   *int        `json:"beyond,omitempty" doc:"than how many of 100 ordinary moves it is larger, whatever their direction"`
	Of       int         `json:"of" doc:"ordinary moves with which it was compared"`
	Shared   []news.Slug `json:"shared" doc:"the other events that fall into the window: it cannot tell them apart"`
	Unfit    string      `json:"unfit,omitempty" doc:"why nothing can be said of it"`
	Words    string      `json:"words" doc:"what it tells, and no more"`
}

// reacted is a window as a row.
type reacted struct {
	Event news.Slug `json:"event" doc:"the event's name"`
	answered
	Window *window `json:"window,omitempty" doc:"left out where nothing can be said"`
}

func (n *native) reactions(q query) (found, error) {
	d, err := n.filedAs(q)
	if err != nil {
		return found{}, err
	}
	event, _ := given[news.Slug](q, "event")
	r, err := n.Reactions(q.Context(), d, event)
	if err != nil {
		return found{}, err
	}
	out := reactions{Dossier: d.Slug, Event: event, What: r.Event.What, When: r.Event.When, Method: api.HowMeasured, Reactions: []reaction{}}
	f, t := found{}, newTally()
	closed := func(c market.Close) *closing {
		if c.At.IsZero() {
			return nil
		}
		t.saw(r.Seen(c))
		return &closing{api.Number(c.Value), c.At.UTC(), momentOf(r.Seen(c)), append([]market.ID{}, c.From...)}
	}
	for _, a := range r.Answers {
		if a.Source != "" {
			t.add(market.Offer{Source: a.Source})
		}
		one := reaction{answered{a.Series, a.Source, a.Held, a.Unfit, closed(a.Before)}, []window{}}
		for _, w := range a.Windows {
			row := window{Sessions: w.Sessions, After: closed(w.After), Of: w.Ordinary, Shared: r.Shared(w), Unfit: w.Unfit, Words: w.Words()}
			if w.Unfit == "" {
				row.Percent, row.Usual, row.Beyond = (*api.Number)(&w.Percent), (*api.Number)(&w.Usual), &w.Beyond
			}
			one.Windows, f.rows = append(one.Windows, row), append(f.rows, reacted{event, one.answered, &row})
		}
		if len(a.Windows) == 0 {
			f.rows = append(f.rows, reacted{event, one.answered, nil})
		}
		out.Reactions = append(out.Reactions, one)
	}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	return t.close(f, false), nil
}

// slugOf is the name of a dossier or of a part of one: a news.Slug.
func slugOf() kind {
	return kind{object{"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}, func(text string) (any, error) { return news.ParseSlug(text) }}
}

// The paper of an interface that was given none has no dossiers.

func (nowhere) Dossier(_ context.Context, slug news.Slug) (news.Dossier, error) {
	return news.Dossier{}, fault.Because(fault.NotFound, "there is no dossier %.120q", slug)
}

func (nowhere) Dossiers(context.Context) ([]news.Dossier, error) { return nil, nil }

func (nowhere) Articles(context.Context, news.Selection) ([]news.Article, error) { return nil, nil }
