package archive

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

type storyRecord struct {
	ID        news.StoryID      `json:"id"`
	Slug      news.Slug         `json:"slug"`
	Former    []news.Slug       `json:"former,omitempty"`
	State     news.State        `json:"state"`
	Published *time.Time        `json:"published,omitempty"`
	Updated   *time.Time        `json:"updated,omitempty"`
	Live      int               `json:"live,omitempty"`
	Revisions []revisionRecord  `json:"revisions"`
	Steps     []stepRecord      `json:"steps,omitempty"`
	Entries   []entryRecord     `json:"entries,omitempty"`
	Dismissed []dismissalRecord `json:"dismissed,omitempty"`
}

type revisionRecord struct {
	N          int         `json:"n"`
	Author     string      `json:"author"`
	Person     string      `json:"person,omitempty"`
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
	Images     []Image     `json:"images,omitempty"`
	Body       []string    `json:"body"`      // its lines, so that a comparison shows the lines that changed
	Published  bool        `json:"published"` // whether it ever was; then it has pins, if it has figures
	Pins       []pinRecord `json:"pins,omitempty"`
}

// Image is a picture that stands with a story or a dossier, as JSON has it; see [news.Image].
type Image struct {
	Media      string `json:"media" doc:"its name in the media store"`
	Alt        string `json:"alt,omitempty" doc:"what it shows, for who does not see it"`
	Decorative bool   `json:"decorative,omitempty" doc:"it shows nothing that a reader would miss"`
	Caption    string `json:"caption,omitempty" doc:"what is told below it"`
	Credit     string `json:"credit,omitempty" doc:"whose it is"`
	FocusX     int    `json:"focusX" doc:"around what it may be cropped, in thousandths of its width from the left"`
	FocusY     int    `json:"focusY" doc:"likewise of its height from the top; both are 0 where nobody said: the middle"`
}

type stepRecord struct {
	N        int           `json:"n"`
	From     news.State    `json:"from"`
	To       news.State    `json:"to"`
	Revision int           `json:"revision"`
	By       string        `json:"by"`
	Person   string        `json:"person,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	At       time.Time     `json:"at"`
	Due      *time.Time    `json:"due,omitempty"`
	Notice   *noticeRecord `json:"notice,omitempty"`
	Slug     news.Slug     `json:"slug,omitempty"`
}

type noticeRecord struct {
	Kind    news.NoticeKind `json:"kind"`
	Text    string          `json:"text,omitempty"`
	Figures []string        `json:"figures,omitempty"`
}

type entryRecord struct {
	N        int           `json:"n"`
	Corrects int           `json:"corrects,omitempty"`
	At       time.Time     `json:"at"`
	Headline string        `json:"headline,omitempty"`
	Author   string        `json:"author"`
	Person   string        `json:"person,omitempty"`
	Notice   *noticeRecord `json:"notice,omitempty"`
	Body     []string      `json:"body"`
	Pins     []pinRecord   `json:"pins,omitempty"`
}

type dismissalRecord struct {
	Revision    int       `json:"revision,omitempty"`
	Entry       int       `json:"entry,omitempty"`
	Pin         int       `json:"pin"`
	Observation market.ID `json:"observation,omitempty"`
	By          string    `json:"by"`
	Person      string    `json:"person,omitempty"`
	Reason      string    `json:"reason"`
	At          time.Time `json:"at"`
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

func storyOut(m news.Manuscript) *storyRecord {
	s := &storyRecord{
		ID: m.ID, Slug: m.Slug, Former: slices.Sorted(slices.Values(m.Former)), State: m.State, Live: m.Live,
		Published: momentOut(m.Published), Updated: momentOut(m.Updated),
	}
	for _, r := range m.Revisions {
		c := r.Content
		out := revisionRecord{
			N: r.N, Author: r.Author, Person: r.Person, Reason: r.Reason, At: r.At.UTC(), Headline: c.Headline, Kicker: c.Kicker,
			Standfirst: c.Standfirst, Bylines: c.Bylines, Dateline: c.Dateline, Section: c.Section, Topics: c.Topics, Language: c.Language,
			Body: strings.Split(c.Body, "\n"),
		}
		for _, i := range c.Images {
			out.Images = append(out.Images, Image(i))
		}
		var pins []news.Pin
		pins, out.Published = m.Pins[r.N]
		out.Published = out.Published || r.N == m.Live
		out.Pins = pinsOut(pins)
		s.Revisions = append(s.Revisions, out)
	}
	for _, p := range m.Steps {
		s.Steps = append(s.Steps, stepRecord{
			N: p.N, From: p.From, To: p.To, Revision: p.Revision, By: p.By, Person: p.Person, Reason: p.Reason, At: p.At.UTC(),
			Due: momentOut(p.Due), Notice: noticeOut(p.Notice), Slug: p.Slug,
		})
	}
	for _, e := range m.Entries {
		s.Entries = append(s.Entries, entryRecord{
			N: e.N, Corrects: e.Corrects, At: e.At.UTC(), Headline: e.Headline, Author: e.Author, Person: e.Person, Notice: noticeOut(e.Notice),
			Body: strings.Split(e.Body, "\n"), Pins: pinsOut(e.Pins),
		})
	}
	for _, d := range slices.SortedFunc(slices.Values(m.Dismissed), func(a, b news.Dismissal) int {
		return cmp.Or(a.Revision-b.Revision, a.Entry-b.Entry, a.Pin-b.Pin, cmp.Compare(a.Observation, b.Observation))
	}) {
		s.Dismissed = append(s.Dismissed, dismissalRecord{
			Revision: d.Revision, Entry: d.Entry, Pin: d.Pin, Observation: d.Observation, By: d.By, Person: d.Person, Reason: d.Reason, At: d.At.UTC(),
		})
	}
	return s
}

// momentOut is a moment as the file has it, none for none.
func momentOut(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func momentIn(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func noticeOut(n news.Notice) *noticeRecord {
	if n.Kind == "" {
		return nil
	}
	out := noticeRecord(n)
	return &out
}

func noticeIn(n *noticeRecord) news.Notice {
	if n == nil {
		return news.Notice{}
	}
	return news.Notice(*n)
}

func pinsOut(pins []news.Pin) (out []pinRecord) {
	for _, p := range pins {
		p.At, p.Seen = p.At.UTC(), p.Seen.UTC()
		if p.From == nil {
			p.From = []market.ID{} // no list is an empty list, so that both give the same bytes
		}
		out = append(out, pinRecord(p))
	}
	return out
}

func pinsIn(records []pinRecord) (pins []news.Pin) {
	for _, p := range records {
		p.At, p.Seen = p.At.UTC(), p.Seen.UTC()
		if len(p.From) == 0 {
			p.From = nil
		}
		pins = append(pins, news.Pin(p))
	}
	return pins
}

// manuscript is the story of a file of a version.
func (s *storyRecord) manuscript(version int) (news.Manuscript, error) {
	m := news.Manuscript{
		ID: s.ID, Slug: s.Slug, Former: s.Former, State: s.State, Live: s.Live,
		Published: momentIn(s.Published), Updated: momentIn(s.Updated),
	}
	if version == 1 && m.State == news.Published && m.Live < len(s.Revisions) {
		m.State = news.Draft // since then a state is that of the last revision
	}
	for _, r := range s.Revisions {
		content := news.Content{
			Headline: r.Headline, Kicker: r.Kicker, Standfirst: r.Standfirst, Bylines: r.Bylines, Dateline: r.Dateline,
			Section: r.Section, Topics: r.Topics, Language: r.Language, Body: strings.Join(r.Body, "\n"),
		}
		for _, i := range r.Images {
			content.Images = append(content.Images, news.Image(i))
		}
		m.Revisions = append(m.Revisions, news.Revision{
			Story: s.ID, N: r.N, Author: r.Author, Person: r.Person, Reason: r.Reason, At: r.At.UTC(), Content: content,
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
		m.Pins[r.N] = pinsIn(r.Pins)
	}
	for _, p := range s.Steps {
		m.Steps = append(m.Steps, news.Step{
			Story: s.ID, N: p.N, From: p.From, To: p.To, Revision: p.Revision, By: p.By, Person: p.Person, Reason: p.Reason, At: p.At.UTC(),
			Due: momentIn(p.Due), Notice: noticeIn(p.Notice), Slug: p.Slug,
		})
	}
	for _, e := range s.Entries {
		m.Entries = append(m.Entries, news.Entry{
			N: e.N, Corrects: e.Corrects, At: e.At.UTC(), Headline: e.Headline, Body: strings.Join(e.Body, "\n"), Author: e.Author,
			Person: e.Person, Notice: noticeIn(e.Notice), Pins: pinsIn(e.Pins),
		})
	}
	for _, d := range s.Dismissed {
		m.Dismissed = append(m.Dismissed, news.Dismissal{
			Place:       news.Place{Story: s.ID, Revision: d.Revision, Entry: d.Entry, Pin: d.Pin},
			Observation: d.Observation, By: d.By, Person: d.Person, Reason: d.Reason, At: d.At.UTC(),
		})
	}
	return m, nil
}
