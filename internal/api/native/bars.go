package native

import (
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// bar is what a share did in a session, or in a minute.
type bar struct {
	Symbol market.Symbol   `json:"symbol" doc:"market and ticker"`
	At     time.Time       `json:"at" doc:"when it begins; of a day its midnight, UTC"`
	Open   api.Number      `json:"open" doc:"the first price"`
	High   api.Number      `json:"high" doc:"the highest"`
	Low    api.Number      `json:"low" doc:"the lowest"`
	Close  api.Number      `json:"close" doc:"the last"`
	Volume *api.Number     `json:"volume,omitempty" doc:"how many shares changed hands, where the source says it"`
	Seen   time.Time       `json:"seen" doc:"when it was learnt"`
	Source market.SourceID `json:"source" doc:"who said it"`
}

// bars are those of one source.
type bars struct {
	Symbol   market.Symbol   `json:"symbol" doc:"market and ticker"`
	Unit     string          `json:"unit,omitempty" doc:"what its prices are written in, where it is known"`
	Interval market.Interval `json:"interval" enum:"day minute" doc:"how long a bar lasts"`
	From     currency.Date   `json:"from" doc:"the first day"`
	To       currency.Date   `json:"to" doc:"the last day"`
	KnownAt  *time.Time      `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Count    int             `json:"count" doc:"bars of this page"`
	Bars     []bar           `json:"bars" doc:"the oldest first"`
	Next     string          `json:"next,omitempty" doc:"the address of the next page; left out of the last"`
	Actions  []action        `json:"actions" doc:"what happened to the listing between the two days: before and after, prices are of different things"`
	Sources  []voice         `json:"sources" doc:"whose numbers stand here"`
}

// barDays are how many days of bars are given at once: a life of sessions, a month of minutes.
func barDays(i market.Interval) int {
	if i == market.Daily {
		return 40 * 366
	}
	return 31
}

func (n *native) bars(q query) (found, error) {
	listing, _ := given[market.Symbol](q, "listing")
	interval, _ := given[string](q, "interval")
	asked := q.asOf(n.Now())
	out := bars{Symbol: listing, Interval: market.Interval(interval), KnownAt: asked.Known, Bars: []bar{}, Actions: []action{}}
	question := questionName(q, listing, "interval", "from", "to", "known_at")
	c, paged := given[cursor](q, "cursor")
	if paged {
		if c.question != question {
			return found{}, errOtherQuestion()
		}
		asked.AsOf = market.AsOf{At: c.at, Known: c.known}
	}
	to, ended := given[currency.Date](q, "to")
	from, begun := given[currency.Date](q, "from")
	if !ended {
		to = currency.DateOf(asked.AsOf.At)
	}
	if !begun {
		from = currency.DateOf(to.End().AddDate(-1, 0, 0))
		if out.Interval == market.Minutely {
			from = currency.DateOf(to.End().Add(-1))
		}
	}
	out.From, out.To = from, to
	days := api.Days(from, to)
	if days < 1 {
		return found{}, fault.Because(fault.Invalid, "there are no days from %s to %s: give the earlier first", from, to)
	}
	if most := barDays(out.Interval); days > most {
		return found{}, fault.Because(fault.Invalid, "from %s to %s are %d days of bars of a %s: %d are the most at once", from, to, days, interval, most)
	}
	list, _, err := n.Ledger().Bars(q.Context(), market.Stretch{
		Symbol: listing, Interval: out.Interval, From: from.First(), To: to.End().Add(-time.Microsecond), Known: asked.AsOf.Known,
	})
	if errors.Is(err, fault.NotFound) {
		then := ""
		if asked.Known != nil {
			then = ", as it was known then"
		}
		return found{}, fault.Because(fault.NotFound, "no source whose prices may be passed on has said what %s did from %s to %s%s: the paper's own pages may draw those of another", listing, from, to, then)
	}
	if err != nil {
		return found{}, err
	}
	if paged {
		list = slices.DeleteFunc(list, func(b market.Bar) bool { return !b.At.After(c.after) })
	}
	f, t := found{}, newTally()
	if limit, limited := q.limit(); limited && len(list) > limit {
		list = list[:limit]
		f.next = nextPage(q, cursor{question, asked.AsOf.At, asked.AsOf.Known, list[limit-1].At})
		out.Next = f.next
	}
	for _, b := range list {
		row := bar{b.Symbol, b.At.UTC(), api.Number(b.Open), api.Number(b.High), api.Number(b.Low), api.Number(b.Close), nil, b.Seen.UTC(), b.Source}
		if !b.NoVolume {
			row.Volume = (*api.Number)(&b.Volume)
		}
		out.Bars, f.rows = append(out.Bars, row), append(f.rows, row)
		t.add(market.Offer{Source: b.Source, Seen: b.Seen})
	}
	out.Count = len(out.Bars)
	if i, err := n.Ledger().Listings().Instrument(listing); err == nil {
		out.Unit = i.Unit.Code
		for _, e := range n.Ledger().Listings().Between(listing, from.First(), to.First()) {
			out.Actions = append(out.Actions, actionOf(e))
		}
	}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	return t.close(f, to.End().Before(n.Now())), nil
}
