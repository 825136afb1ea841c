package search

import (
	"cmp"
	"slices"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/spelling"
)

// Dossier is a dossier that was found, with those of its actors and events that bear all that was looked for.
type Dossier struct {
	news.Dossier
	Actors []news.Actor // who were merged into no other; at most so many as of events
	Events []news.Event
}

// The most that is found of dossiers, and of the parts of one.
const (
	maxDossiers = 6
	maxParts    = 4
)

// dossiers are those in which all words that are looked for stand: in the headline before the standfirst, and these before the
// names of actors and events; those in which the same actor was found stand one after the other. Where no dossier has them, those are found that have them with a slip of the hand.
func dossiers(all []news.Dossier, query string) (found []Dossier) {
	words := foldedWords(query)
	if len(words) == 0 {
		return nil
	}
	for _, fits := range []func(w, n string) bool{
		func(w, n string) bool { return w == n },
		func(w, n string) bool { _, near := spelling.Near(w, n); return near },
	} {
		type near struct {
			rank int
			Dossier
		}
		var list []near
		for _, d := range all {
			if one, rank, ok := look(d, words, fits); ok {
				list = append(list, near{rank, one})
			}
		}
		slices.SortStableFunc(list, func(a, b near) int { return cmp.Compare(a.rank, b.rank) })
		for _, n := range list {
			found = append(found, n.Dossier)
		}
		found = together(found)
		found = found[:min(len(found), maxDossiers)]
		if len(found) > 0 {
			break
		}
	}
	return found
}

// together sets dossiers in which the same actor was found behind the nearest of them, one after the other.
func together(found []Dossier) (all []Dossier) {
	for len(found) > 0 {
		first := found[0]
		all = append(all, first)
		var rest []Dossier
		for _, d := range found[1:] {
			if slices.ContainsFunc(d.Actors, first.names) {
				all = append(all, d)
			} else {
				rest = append(rest, d)
			}
		}
		found = rest
	}
	return all
}

// names says whether an actor that was found in a dossier may be another.
func (d Dossier) names(other news.Actor) bool {
	return slices.ContainsFunc(d.Actors, func(a news.Actor) bool { return a.Namesake() == other.Namesake() })
}

// look says where in a dossier some words stand.
func look(d news.Dossier, words []string, fits func(w, n string) bool) (found Dossier, rank int, ok bool) {
	found = Dossier{Dossier: d}
	c := d.Subject.Content
	stand := func(texts ...string) bool {
		var names []string
		for _, text := range texts {
			names = append(names, foldedWords(text)...)
		}
		return !slices.ContainsFunc(words, func(w string) bool {
			return !slices.ContainsFunc(names, func(n string) bool { return fits(w, n) })
		})
	}
	every := []string{c.Headline, c.Standfirst}
	for _, a := range d.Subject.Actors {
		if a.Into != "" {
			continue
		}
		names := append([]string{a.Name}, a.Other...)
		every = append(every, names...)
		if len(found.Actors) < maxParts && stand(names...) {
			found.Actors = append(found.Actors, a)
		}
	}
	for _, e := range d.Subject.Events {
		every = append(every, e.What)
		if len(found.Events) < maxParts && stand(e.What) {
			found.Events = append(found.Events, e)
		}
	}
	switch {
	case stand(c.Headline):
		return found, 0, true
	case stand(c.Headline, c.Standfirst):
		return found, 1, true
	case len(found.Actors) > 0:
		return found, 2, true
	case len(found.Events) > 0:
		return found, 3, true
	}
	return found, 4, stand(every...)
}
