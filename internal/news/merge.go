package news

import (
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/spelling"
)

// Twins are two actors of a dossier who may be one.
type Twins struct {
	Some, Other Actor
	Why         string // they may be, as a sentence
}

// Twins finds actors of one kind whose names are the same but for case, accents, the order of their words or a slip of the
// hand, or of whom one bears a name that the other is said to use. Who was merged already is left out.
func (s Subject) Twins() (all []Twins) {
	for i, a := range s.Actors {
		for _, b := range s.Actors[i+1:] {
			if a.Kind != b.Kind || a.Into != "" || b.Into != "" {
				continue
			}
			if why := alikeIn(a, b); why != "" {
				all = append(all, Twins{a, b, why})
			}
		}
	}
	return all
}

// alikeIn says in what two actors are alike; empty where they are not.
func alikeIn(a, b Actor) string {
	for _, x := range append([]string{a.Name}, a.Other...) {
		for _, y := range append([]string{b.Name}, b.Other...) {
			switch left, right := wordsIn(x), wordsIn(y); {
			case len(left) == 0 || len(right) == 0:
			case slices.Equal(left, right):
				return "Both bear the name " + y + "."
			case nearly(left, right):
				return x + " and " + y + " are spelled nearly the same."
			}
		}
	}
	return ""
}

// Namesake is what an actor has in common with those of other dossiers who may be the same: its kind, and its name but for case,
// accents and the order of its words. It is empty for a name without words.
func (a Actor) Namesake() string {
	words := wordsIn(a.Name)
	if len(words) == 0 {
		return ""
	}
	return string(a.Kind) + " " + strings.Join(words, " ")
}

// wordsIn are the words of a name, folded and sorted.
func wordsIn(name string) (words []string) {
	for w := range spelling.Words(name) {
		words = append(words, w.Folded)
	}
	slices.Sort(words)
	return words
}

// nearly says whether each word of two names is spelled nearly as one of the other, and most of them the same.
func nearly(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	slips := 0
	for _, word := range a {
		i := slices.Index(rest, word)
		if i < 0 {
			i = slices.IndexFunc(rest, func(other string) bool { _, ok := spelling.Near(word, other); return ok })
			slips++
		}
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return slips <= 1
}

// Merge makes two actors one: all that names the first names the second from then on, who takes over its names and roles. The
// first stays as a name that leads there. The error is fault.Invalid where one of them is not there, was merged before, or
// both are the same.
func (s Subject) Merge(from, into Slug) (Subject, error) {
	a, known := named(s.Actors, from, func(a Actor) Slug { return a.ID })
	if !known {
		return Subject{}, fault.Because(fault.Invalid, "there is no actor %.80q in the dossier", from)
	}
	b, known := named(s.Actors, into, func(a Actor) Slug { return a.ID })
	switch {
	case !known:
		return Subject{}, fault.Because(fault.Invalid, "there is no actor %.80q in the dossier", into)
	case from == into:
		return Subject{}, fault.Because(fault.Invalid, "the actor %q cannot be merged into itself", from)
	case b.Into != "":
		return Subject{}, fault.Because(fault.Invalid, "the actor %q was itself merged into %q: merge into that", into, b.Into)
	case a.Into != "":
		return Subject{}, fault.Because(fault.Invalid, "the actor %q was merged into %q already", from, a.Into)
	}
	is := func(id *Slug) {
		if *id == from {
			*id = into
		}
	}
	s = s.clone()
	for i := range s.Actors {
		switch actor := &s.Actors[i]; actor.ID {
		case from:
			actor.Into = into
		case into:
			for _, name := range append([]string{a.Name}, a.Other...) {
				if !strings.EqualFold(name, actor.Name) && !slices.Contains(actor.Other, name) {
					actor.Other = append(slices.Clip(actor.Other), name)
				}
			}
			actor.Roles = append(slices.Clip(actor.Roles), a.Roles...)
		}
		for j := range s.Actors[i].Roles {
			is(&s.Actors[i].Roles[j].Of)
		}
	}
	for i := range s.Events {
		for j := range s.Events[i].Hands {
			is(&s.Events[i].Hands[j].Actor)
		}
	}
	for i := range s.Accounts {
		is(&s.Accounts[i].By)
	}
	for i := range s.Relations {
		is(&s.Relations[i].From)
		is(&s.Relations[i].To)
	}
	for i := range s.Consequences {
		is(&s.Consequences[i].By)
	}
	return s, nil
}

// clone copies what a merge changes.
func (s Subject) clone() Subject {
	s.Actors, s.Events, s.Accounts = slices.Clone(s.Actors), slices.Clone(s.Events), slices.Clone(s.Accounts)
	s.Relations, s.Consequences = slices.Clone(s.Relations), slices.Clone(s.Consequences)
	for i := range s.Actors {
		s.Actors[i].Roles = slices.Clone(s.Actors[i].Roles)
	}
	for i := range s.Events {
		s.Events[i].Hands = slices.Clone(s.Events[i].Hands)
	}
	return s
}
