package feed

import (
	"fmt"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// source tells what a source published: an entry for each day of which it spoke.
func (s feeds) source(q api.Question) (api.Reply, error) {
	name, err := named(q)
	if err != nil {
		return api.Reply{}, err
	}
	id := market.SourceID(name)
	days, err := s.Ledger().Published(q.Context(), id, most)
	if err != nil {
		return api.Reply{}, err
	}
	if len(days) == 0 {
		return api.Reply{}, fault.Because(fault.NotFound, "the paper has heard nothing from %s yet: its feed begins with the first number", id)
	}
	known, err := s.Ledger().Known(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	about := page(q.URL, "alternate", "/sources#"+name, known[id].Name)
	d := document{
		Title:    known[id].Name + ": what it published",
		Subtitle: fmt.Sprintf("An entry for each of the last %d days at most of which the paper has numbers by %s.", most, known[id].Name),
		Links:    []link{about},
	}
	r := api.Reply{Sources: []market.SourceID{id}}
	for _, p := range days {
		numbers := fmt.Sprintf("%d numbers", p.Numbers)
		if p.Numbers == 1 {
			numbers = "1 number"
		}
		d.Entries = append(d.Entries, entry{
			ID:      p.Name(),
			Title:   fmt.Sprintf("%s, %s: %s", known[id].Name, p.Day.Format("2 January 2006"), numbers),
			Updated: p.Seen.UTC(),
			Links:   []link{about},
			Summary: fmt.Sprintf("%s of %s by %s. The last of them was learnt on %s.", numbers, p.Day.Format("2 January 2006"), known[id].Name, written(p.Seen)),
		})
		if p.Seen.After(r.Modified) {
			r.Modified = p.Seen
		}
	}
	return s.reply(q, d, sourcesPath+name+extension, r)
}

// written is a moment in words: midnight UTC, by which sources that speak of days mean the day, as the day.
func written(t time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006, 15:04 UTC")
}
