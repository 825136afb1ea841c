package site

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Event is something that happened to a currency, with where it is known from.
type Event struct {
	On    time.Time // its first instant; zero where that is not known
	Day   string    // to the precision that is known
	Exact bool      // it is known to the day
	Own   bool      // it changed this currency, and not another that became this one
	Words string
	Known string

	Href     string // of an event of a dossier; empty for what a table knows
	Language string // of the words; empty where it is English
	Number   int    // by which the dossier's charts mark it; 0: by its place in the chart
}

// lifeOf is what the table knows to have happened to a currency, the oldest first; what has no day comes last.
func lifeOf(table *currency.Table, code currency.Code) []Event {
	c, err := table.Currency(code)
	if err != nil {
		return nil
	}
	var life []Event
	add := func(d currency.Date, words, known string) {
		e := Event{Day: dateOf(d), Exact: d.Day != 0, Own: true, Words: words, Known: known}
		if !d.IsZero() {
			e.On = d.First()
		}
		life = append(life, e)
	}
	if !c.Introduced.IsZero() {
		add(c.Introduced, string(code)+" is introduced.", c.Source)
	}
	for _, p := range table.Pegs(code) {
		tie := p.Rate.String() + " for one " + string(p.Anchor)
		known := p.Authority + ". " + p.Source
		if p.Since.IsZero() {
			e := Event{Day: "beginning not known", Words: "Pegged at " + tie + ": " + p.Regime + ".", Known: known}
			if p.Until.IsZero() {
				e.Words = "Pegged at " + tie + ": " + p.Regime + ", in force."
			}
			life = append(life, e)
		} else {
			add(p.Since, "Pegged at "+tie+": "+p.Regime+".", known)
		}
		if !p.Until.IsZero() {
			add(p.Until, "Last day of the peg at "+tie+".", known)
		}
	}
	for r := range table.Redenominations(code) {
		words := r.OldPerNew.String() + " old " + string(r.From) + " become one new " + string(r.To) + "."
		if r.From != r.To {
			words = r.OldPerNew.String() + " " + string(r.From) + " become one " + string(r.To) + "."
		}
		if r.Effective.IsZero() {
			life = append(life, Event{Day: "announced", Words: words, Known: r.Source})
			continue
		}
		add(r.Effective, words, r.Source)
		life[len(life)-1].Own = r.From == code
	}
	if !c.Retired.IsZero() {
		words := string(code) + " is retired."
		if c.Successor != "" {
			words = string(code) + " is retired; " + string(c.Successor) + " takes its place."
		}
		add(c.Retired, words, c.Source)
	}
	slices.SortStableFunc(life, func(a, b Event) int {
		if a.On.IsZero() != b.On.IsZero() {
			if a.On.IsZero() {
				return 1
			}
			return -1
		}
		return a.On.Compare(b.On)
	})
	return life
}
