package native

import (
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// source is who says so.
type source struct {
	ID          market.SourceID   `json:"id" doc:"its name in addresses"`
	Name        string            `json:"name" doc:"what people call it"`
	Kind        market.SourceKind `json:"kind" enum:"official fact dataset page" doc:"what kind of speaker it is, the most trusted first"`
	Home        string            `json:"home,omitempty" doc:"a page about it"`
	Licence     string            `json:"licence" doc:"the terms of its numbers, in words"`
	Terms       market.Terms      `json:"terms" enum:"free" doc:"what they allow: free may be passed on with the source named; who does not allow that is not listed"`
	Attribution string            `json:"attribution,omitempty" doc:"words that want to stand beside its numbers"`
	Note        string            `json:"note,omitempty" doc:"what to know of it"`
	Issuer      currency.Code     `json:"issuer,omitempty" doc:"the currency that it issues"`
	FreshHours  int               `json:"fresh_hours,omitempty" doc:"for how long a value of it counts as current; left out: for ever"`
	Wire        *wired            `json:"wire,omitempty" doc:"how it fares, where the paper fetches it"`
}

// wired is how a source fares that the paper fetches.
type wired struct {
	Newest   *time.Time `json:"newest,omitempty" doc:"the newest moment of which it ever spoke"`
	Got      *time.Time `json:"got,omitempty" doc:"when it was last fetched"`
	Next     *time.Time `json:"next,omitempty" doc:"when it is asked again"`
	Failures int        `json:"failures" doc:"in a row"`
	Problem  string     `json:"problem,omitempty" doc:"what the last failure was"`
}

// sources are all sources whose numbers may be passed on.
type sources struct {
	Count   int      `json:"count" doc:"how many there are"`
	Sources []source `json:"sources" doc:"by name; the table of pegs and conversion rates last"`
}

func (n *native) sources(q query) (found, error) {
	list, err := n.Ledger().Sources(q.Context())
	if err != nil {
		return found{}, err
	}
	known, err := n.Ledger().Known(q.Context())
	if err != nil {
		return found{}, err
	}
	fares := map[market.SourceID]*wired{}
	if n.o.Wire != nil {
		reports, err := n.o.Wire(q.Context())
		if err != nil {
			return found{}, err
		}
		for _, r := range reports {
			s := r.Status
			fares[s.Source] = &wired{momentOf(s.Newest), momentOf(s.Got), momentOf(s.Next), s.Failures, s.Problem}
		}
	}
	out, f := sources{Sources: []source{}}, found{}
	for _, s := range append(list, known[market.TableID]) {
		row := source{
			ID: s.ID, Name: s.Name, Kind: s.Kind, Home: s.Home, Licence: s.Licence, Terms: s.Terms, Attribution: s.Attribution,
			Note: s.Note, Issuer: s.Issuer, FreshHours: int(s.Fresh / time.Hour), Wire: fares[s.ID],
		}
		if s.Kind == market.Fact {
			row.FreshHours = 0
		}
		out.Sources = append(out.Sources, row)
		f.rows = append(f.rows, row)
	}
	out.Count = len(out.Sources)
	f.whole = out
	return f, nil
}

// momentOf is a time that may not be known.
func momentOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// record is one number, as one source said it.
type record struct {
	ID        market.ID       `json:"id" doc:"its permanent name"`
	Symbol    market.Symbol   `json:"symbol" doc:"of what it is: a pair, EUR/USD, or a listing, XNYS:AZN"`
	Field     market.Field    `json:"field" doc:"what it measures"`
	Value     api.Number      `json:"value" doc:"exactly as the source wrote it"`
	At        time.Time       `json:"at" doc:"about when it speaks"`
	Seen      time.Time       `json:"seen" doc:"when it was learnt"`
	Source    market.SourceID `json:"source" doc:"who said it"`
	Ref       string          `json:"ref,omitempty" doc:"where the source says it"`
	Revisions []revision      `json:"revisions" doc:"all that the source ever said of the same moment, in the order of learning, this one among them"`
	Sources   []voice         `json:"sources" csv:"-" doc:"who said it"`
}

// revision is what a source said of a moment at one time.
type revision struct {
	ID    market.ID  `json:"id" doc:"its permanent name"`
	Value api.Number `json:"value" doc:"exactly as the source wrote it"`
	Seen  time.Time  `json:"seen" doc:"when it was learnt"`
}

func (r revision) cell() string { return string(r.ID) }

func (n *native) observation(q query) (found, error) {
	text, _ := given[market.ID](q, "id")
	id, err := market.ParseID(string(text))
	if err != nil {
		return found{}, err
	}
	number, err := n.Ledger().Number(q.Context(), id)
	if err != nil {
		return found{}, err
	}
	out := record{
		ID: number.ID, Symbol: number.Symbol, Field: number.Field, Value: api.Number(number.Value), At: number.At.UTC(), Seen: number.Seen.UTC(),
		Source: number.Source, Ref: number.Ref, Revisions: []revision{},
	}
	t := newTally()
	for _, o := range number.Revisions {
		out.Revisions = append(out.Revisions, revision{o.ID, api.Number(o.Value), o.Seen.UTC()})
		t.add(market.Offer{Source: o.Source, Seen: o.Seen})
	}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	return t.close(found{whole: out, rows: []any{out}}, true), nil
}

// waiting is a value, or a bar of a share, that is held back. Not even its name is told, since that follows from the value.
type waiting struct {
	Pair   market.Symbol   `json:"pair" doc:"of what it is"`
	Source market.SourceID `json:"source" doc:"who said it"`
	At     time.Time       `json:"at" doc:"about when it speaks"`
	Since  time.Time       `json:"since" doc:"when it was learnt, and held"`
	Reason market.Reason   `json:"reason" doc:"why: jump, power of ten, inverted, peg missed, scale, retired code, impossible date, disagreement, late, replay, did not trade, contradiction"`
	Field  market.Field    `json:"field" doc:"what it measures: rate, last, volume and so on; bar of a day, bar of a minute"`
}

// quarantine is all that is held back.
type quarantine struct {
	Count   int       `json:"count" doc:"how many values wait"`
	Waiting []waiting `json:"waiting" doc:"the last learnt first"`
	Sources []voice   `json:"sources" doc:"who said them"`
}

func (n *native) quarantine(q query) (found, error) {
	list, err := n.Ledger().Sources(q.Context())
	if err != nil {
		return found{}, err
	}
	may := map[market.SourceID]bool{}
	for _, s := range list {
		may[s.ID] = true
	}
	held, err := n.Ledger().Quarantine(q.Context(), market.Waiting)
	if err != nil {
		return found{}, err
	}
	out, f, t := quarantine{Waiting: []waiting{}}, found{}, newTally()
	for _, h := range held {
		if !may[h.Source] {
			continue
		}
		row := waiting{h.Symbol, h.Source, h.At.UTC(), h.Seen.UTC(), h.Reason, h.Field}
		out.Waiting = append(out.Waiting, row)
		f.rows = append(f.rows, row)
		t.add(market.Offer{Source: h.Source, Seen: h.Seen})
	}
	out.Count = len(out.Waiting)
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	return t.close(f, false), nil
}
