package archive

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// The format of an archive file; docs/archive-format.md describes it and is to be kept true.
const (
	formatName    = "courant edition"
	formatVersion = 1
)

// record is one record of the file; exactly one of its fields is set.
type record struct {
	Header      *headerRecord      `json:"header,omitempty"`
	Source      *sourceRecord      `json:"source,omitempty"`
	Observation *observationRecord `json:"observation,omitempty"`
	Story       *storyRecord       `json:"story,omitempty"`
	Masthead    *mastheadRecord    `json:"masthead,omitempty"`
	End         *endRecord         `json:"end,omitempty"`
}

type headerRecord struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type sourceRecord struct {
	ID      market.SourceID   `json:"id"`
	Name    string            `json:"name"`
	Kind    market.SourceKind `json:"kind"`
	Home    string            `json:"home,omitempty"`
	Licence string            `json:"licence,omitempty"`
	Note    string            `json:"note,omitempty"`
	Fresh   string            `json:"fresh"` // as time.Duration writes it: 96h0m0s

	Issuer      currency.Code `json:"issuer,omitempty"`
	Terms       market.Terms  `json:"terms,omitempty"`
	Attribution string        `json:"attribution,omitempty"`
	Ahead       string        `json:"ahead,omitempty"` // as Fresh; none where it is zero
}

type observationRecord struct {
	Symbol market.Symbol    `json:"symbol"`
	Field  market.Field     `json:"field"`
	Source market.SourceID  `json:"source"`
	At     time.Time        `json:"at"`
	Seen   time.Time        `json:"seen"`
	Value  currency.Decimal `json:"value"`
	Ref    string           `json:"ref,omitempty"`
	ID     market.ID        `json:"id"`
}

type storyRecord struct {
	ID        news.StoryID     `json:"id"`
	Slug      news.Slug        `json:"slug"`
	State     news.State       `json:"state"`
	Published *time.Time       `json:"published,omitempty"`
	Updated   *time.Time       `json:"updated,omitempty"`
	Live      int              `json:"live,omitempty"`
	Revisions []revisionRecord `json:"revisions"`
}

type revisionRecord struct {
	N          int         `json:"n"`
	Author     string      `json:"author"`
	Reason     string      `json:"reason,omitempty"`
	At         time.Time   `json:"at"`
	Headline   string      `json:"headline"`
	Kicker     string      `json:"kicker,omitempty"`
	Standfirst string      `json:"standfirst,omitempty"`
	Bylines    []string    `json:"bylines,omitempty"`
	Dateline   string      `json:"dateline,omitempty"`
	Section    news.Slug   `json:"section"`
	Topics     []news.Slug `json:"topics,omitempty"`
	Language   string      `json:"language,omitempty"`
	Body       []string    `json:"body"`      // its lines, so that a comparison shows the lines that changed
	Published  bool        `json:"published"` // whether it ever was; then it has pins, if it has figures
	Pins       []pinRecord `json:"pins,omitempty"`
}

type pinRecord struct {
	Expression string           `json:"expression"`
	Symbol     market.Symbol    `json:"symbol"`
	Field      market.Field     `json:"field"`
	Value      currency.Decimal `json:"value"`
	At         time.Time        `json:"at"`
	Seen       time.Time        `json:"seen"`
	Source     market.SourceID  `json:"source"`
	How        market.How       `json:"how"`
	From       []market.ID      `json:"from"`
}

type endRecord struct {
	Sources      int    `json:"sources"`
	Observations int    `json:"observations"`
	Stories      int    `json:"stories"`
	Mastheads    int    `json:"mastheads,omitempty"`
	SHA256       string `json:"sha256"` // of all lines before this one
}

func sourceOut(s market.Source) *sourceRecord {
	out := &sourceRecord{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Home: s.Home, Licence: s.Licence, Note: s.Note, Fresh: s.Fresh.String(),
		Issuer: s.Issuer, Terms: s.Terms, Attribution: s.Attribution,
	}
	if s.Ahead != 0 {
		out.Ahead = s.Ahead.String()
	}
	return out
}

func (s *sourceRecord) source() (market.Source, error) {
	out := market.Source{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Home: s.Home, Licence: s.Licence, Note: s.Note,
		Issuer: s.Issuer, Terms: s.Terms, Attribution: s.Attribution,
	}
	var err error
	if out.Fresh, err = s.length(s.Fresh); err == nil && s.Ahead != "" {
		out.Ahead, err = s.length(s.Ahead)
	}
	return out, err
}

// length reads a length of time.
func (s *sourceRecord) length(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		err = fault.Because(fault.Invalid, "the source %q: %q is no length of time: write it as 36h0m0s", s.ID, text)
	}
	return d, err
}

// observation makes the observation anew, and so its name: a changed one no longer fits the name that the file gives.
func (o *observationRecord) observation() (market.Observation, error) {
	made := market.NewObservation(o.Symbol, o.Field, o.Value, market.Moment{At: o.At, Seen: o.Seen}, o.Source, o.Ref)
	if made.ID != o.ID {
		return made, fault.Because(fault.Invalid, "the observation %q does not fit its name: it was changed", o.ID)
	}
	return made, nil
}

func storyOut(m news.Manuscript) *storyRecord {
	s := &storyRecord{ID: m.ID, Slug: m.Slug, State: m.State, Live: m.Live}
	if published, updated := m.Published.UTC(), m.Updated.UTC(); !published.IsZero() {
		s.Published, s.Updated = &published, &updated
	}
	for _, r := range m.Revisions {
		c := r.Content
		out := revisionRecord{
			N: r.N, Author: r.Author, Reason: r.Reason, At: r.At.UTC(), Headline: c.Headline, Kicker: c.Kicker, Standfirst: c.Standfirst,
			Bylines: c.Bylines, Dateline: c.Dateline, Section: c.Section, Topics: c.Topics, Language: c.Language,
			Body: strings.Split(c.Body, "\n"),
		}
		var pins []news.Pin
		pins, out.Published = m.Pins[r.N]
		out.Published = out.Published || r.N == m.Live
		for _, p := range pins {
			p.At, p.Seen = p.At.UTC(), p.Seen.UTC()
			if p.From == nil {
				p.From = []market.ID{} // no list is an empty list, so that both give the same bytes
			}
			out.Pins = append(out.Pins, pinRecord(p))
		}
		s.Revisions = append(s.Revisions, out)
	}
	return s
}

func (s *storyRecord) manuscript() (news.Manuscript, error) {
	m := news.Manuscript{ID: s.ID, Slug: s.Slug, State: s.State, Live: s.Live}
	if s.Published != nil {
		m.Published = s.Published.UTC()
	}
	if s.Updated != nil {
		m.Updated = s.Updated.UTC()
	}
	for _, r := range s.Revisions {
		m.Revisions = append(m.Revisions, news.Revision{
			Story: s.ID, N: r.N, Author: r.Author, Reason: r.Reason, At: r.At.UTC(),
			Content: news.Content{
				Headline: r.Headline, Kicker: r.Kicker, Standfirst: r.Standfirst, Bylines: r.Bylines, Dateline: r.Dateline,
				Section: r.Section, Topics: r.Topics, Language: r.Language, Body: strings.Join(r.Body, "\n"),
			},
		})
		switch {
		case !r.Published && len(r.Pins) > 0:
			return m, fault.Because(fault.Invalid, "revision %d has pins, and was never published", r.N)
		case !r.Published:
			continue
		}
		if m.Pins == nil {
			m.Pins = map[int][]news.Pin{}
		}
		var pins []news.Pin
		for _, p := range r.Pins {
			p.At, p.Seen = p.At.UTC(), p.Seen.UTC()
			if len(p.From) == 0 {
				p.From = nil
			}
			pins = append(pins, news.Pin(p))
		}
		m.Pins[r.N] = pins
	}
	return m, nil
}
