package native

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/search"
)

// searched is what was found for some words.
type searched struct {
	Query       string       `json:"query" doc:"as asked"`
	Question    *question    `json:"question,omitempty" doc:"how it is read, where an amount is to be converted"`
	Conversion  *conversion  `json:"conversion,omitempty" doc:"the answer; left out where a word may mean several currencies and none can be chosen, and where no rate is known"`
	Currencies  []money      `json:"currencies" doc:"what the words mean, at most twelve"`
	Instruments []instrument `json:"instruments" doc:"shares and other listings, the nearest first, at most eight"`
	Dossiers    []filed      `json:"dossiers" doc:"dossiers that have the words in their names, or in those of their actors and events; the nearest first, at most six"`
	Stories     []storyHit   `json:"stories" doc:"published stories that have all words, the best first"`
	Instead     []spelled    `json:"instead" doc:"words that hardly a story has, with the names by which it was looked for, too"`
	Sources     []voice      `json:"sources" doc:"whose numbers stand here"`
}

// question is a question as it is read.
type question struct {
	Amount    api.Number      `json:"amount" doc:"1 where none was given"`
	Otherwise *api.Number     `json:"otherwise,omitempty" doc:"how the amount could be read, too: the point of 1.250 may part groups"`
	From      []currency.Code `json:"from" doc:"what the first currency's name may mean"`
	To        []currency.Code `json:"to" doc:"what the second's may mean; empty: none was named"`
}

// instrument is a listing with its last price.
type instrument struct {
	Symbol   market.Symbol   `json:"symbol" doc:"market and ticker: XNYS:RIO"`
	Name     string          `json:"name,omitempty" doc:"what trades there, where it is known"`
	Currency currency.Code   `json:"currency,omitempty" doc:"in which it trades, where it is known"`
	Last     api.Number      `json:"last" doc:"the last price, exactly as the source wrote it"`
	At       time.Time       `json:"at" doc:"about when"`
	Seen     time.Time       `json:"seen" doc:"when it was learnt"`
	Source   market.SourceID `json:"source" doc:"who said it"`
	From     market.ID       `json:"from" doc:"the observation; its record is at observations/ID"`
}

// storyHit is a story that was found.
type storyHit struct {
	ID        news.StoryID `json:"id" doc:"its permanent name"`
	Path      string       `json:"path" doc:"its address on the paper"`
	Headline  marked       `json:"headline" doc:"with what was looked for"`
	Excerpt   marked       `json:"excerpt" doc:"of what it says, where most of what was looked for stands together"`
	Section   news.Slug    `json:"section" doc:"where it stands"`
	Language  string       `json:"language,omitempty" doc:"BCP 47; left out: the paper's"`
	Published time.Time    `json:"published" doc:"when it first was"`
	Updated   time.Time    `json:"updated" doc:"when what is shown was published"`
}

// marked is a line with the parts of it that were looked for.
type marked struct {
	Text  string `json:"text" doc:"plain text, nothing escaped"`
	Marks []span `json:"marks" doc:"the parts, in their order"`
}

// span is a part of a text.
type span struct {
	Start int `json:"start" doc:"where it begins, in bytes of UTF-8"`
	End   int `json:"end" doc:"where it ends"`
}

func (m marked) cell() string { return m.Text }

// spelled is a word, with names that are spelled nearly so.
type spelled struct {
	Word  string   `json:"word" doc:"as it was compared: in small letters, without accents"`
	Names []string `json:"names" doc:"names in stories, likewise"`
}

// nowhere is the paper of an interface that was given none.
type nowhere struct{}

func (nowhere) Search(context.Context, string, int) (news.Found, error) { return news.Found{}, nil }

func (n *native) search(q query) (found, error) {
	text, _ := given[string](q, "q")
	asked := q.asOf(n.Now())
	quotes, err := n.Ledger().Quotes(q.Context(), asked.AsOf)
	if err != nil {
		return found{}, err
	}
	dossiers, err := n.o.Paper.Dossiers(q.Context())
	if err != nil {
		return found{}, err
	}
	o := search.Options{Quotes: quotes, Dossiers: dossiers, AsOf: asked.AsOf}
	o.Stories, _ = given[int](q, "limit")
	if n.o.Preferred != nil {
		if o.Preferred, err = n.o.Preferred(q.Context()); err != nil {
			return found{}, err
		}
	}
	f, err := search.Find(q.Context(), n.o.Paper, n.Ledger(), text, o)
	if err != nil {
		return found{}, err
	}
	out := searched{Query: text, Currencies: []money{}, Instruments: []instrument{}, Dossiers: []filed{}, Stories: storyHits(f.News.Hits), Instead: []spelled{}}
	t := newTally()
	if a := f.Answer; a != nil {
		out.Question = questionOf(a.Question)
		if c := a.Conversion; c != nil {
			written, err := n.conversion(*c, asked.AsOf.At)
			if err != nil {
				return found{}, err
			}
			out.Conversion = &written
			t.price(c.Price)
		}
	}
	for _, c := range f.Currencies {
		out.Currencies = append(out.Currencies, moneyOf(c))
	}
	for _, l := range f.Listings {
		out.Instruments = append(out.Instruments, instrument{
			l.Symbol, l.Instrument.Name, l.Instrument.Currency, api.Number(l.Value), l.At, l.Seen, l.Source, l.From[0].ID,
		})
		t.add(l.Offer)
	}
	for _, d := range f.Dossiers {
		out.Dossiers = append(out.Dossiers, filedOf(d.Dossier))
	}
	for _, s := range f.News.Instead {
		out.Instead = append(out.Instead, spelled{s.Word, s.Others})
	}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	r := found{whole: out}
	for _, s := range out.Stories {
		r.rows = append(r.rows, s)
	}
	return t.close(r, false), nil
}

func questionOf(q search.Question) *question {
	out := question{Amount: api.Number(q.Amount), From: codesOf(q.From), To: codesOf(q.To)}
	if q.Otherwise != nil {
		other := api.Number(*q.Otherwise)
		out.Otherwise = &other
	}
	return &out
}

func codesOf(s search.Side) []currency.Code {
	list := []currency.Code{}
	for _, c := range s.Means {
		list = append(list, c.Code)
	}
	return list
}

func storyHits(hits []news.Hit) []storyHit {
	list := []storyHit{}
	for _, h := range hits {
		list = append(list, storyHit{
			h.ID, h.Path(), markedOf(h.Headline), markedOf(h.Excerpt), h.Content.Section, h.Content.Language, h.Published.UTC(), h.Updated.UTC(),
		})
	}
	return list
}

func markedOf(m news.Marked) marked {
	out := marked{m.Text, []span{}}
	for _, s := range m.Marks {
		out.Marks = append(out.Marks, span{s.Start, s.End})
	}
	return out
}

// phrase is what is looked for: a string.
func phrase() kind {
	return kind{object{"type": "string", "maxLength": news.MaxSearch}, func(text string) (any, error) {
		if len(text) > news.MaxSearch {
			return nil, fault.Because(fault.Invalid, "what is looked for has %d bytes; %d is the most: leave words out", len(text), news.MaxSearch)
		}
		return text, nil
	}}
}
