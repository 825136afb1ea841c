package market

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// criterion is one respect in which the offers of two sources are compared.
type criterion struct {
	compare func(a, b Offer) int       // below zero: a comes first
	behind  func(o, best Offer) string // why o was set aside
}

// criteria are the respects in which offers are compared, in their order. The sentence that a reader is given for an
// offer that was set aside belongs to the very criterion that decided.
func criteria(sources Sources, at time.Time, current bool) []criterion {
	rank := func(o Offer) int { return sources[o.Source].Kind.rank() }
	freshness := criterion{
		func(a, b Offer) int {
			x, y := sources.fresh(a, at), sources.fresh(b, at)
			switch {
			case x == y:
				return 0
			case x:
				return -1
			}
			return 1
		},
		func(o, _ Offer) string {
			return fmt.Sprintf("Its newest value, of %s, is no longer current.", day(o.At))
		},
	}
	trust := criterion{
		func(a, b Offer) int { return cmp.Compare(rank(a), rank(b)) },
		func(o, best Offer) string {
			return fmt.Sprintf("It is %s; the one chosen is %s.", sources[o.Source].Kind.phrase(), sources[best.Source].Kind.phrase())
		},
	}
	directness := criterion{
		func(a, b Offer) int { return cmp.Compare(a.How.steps(), b.How.steps()) },
		func(o, best Offer) string {
			return fmt.Sprintf("It is %s; the one chosen is %s.", o.How.phrase(), best.How.phrase())
		},
	}
	age := criterion{
		func(a, b Offer) int { return b.At.Compare(a.At) },
		func(o, _ Offer) string { return fmt.Sprintf("It is older, of %s.", day(o.At)) },
	}
	name := criterion{
		func(a, b Offer) int { return cmp.Compare(a.Source, b.Source) },
		func(Offer, Offer) string { return "It ranks equal; the first by name was chosen." },
	}
	if current {
		return []criterion{freshness, trust, directness, age, name}
	}
	return []criterion{freshness, age, directness, trust, name}
}

// choose ranks the offers, which are not empty, and gives a reason for each.
func choose(offers []Offer, sources Sources, at time.Time) (best Offer, why string, aside []SetAside) {
	current, outdated := criteria(sources, at, true), criteria(sources, at, false)
	deciding := func(a, b Offer) (criterion, int) {
		list := outdated
		if sources.fresh(a, at) { // where only one of the two is fresh, the first criterion decides in either list
			list = current
		}
		for _, c := range list {
			if order := c.compare(a, b); order != 0 {
				return c, order
			}
		}
		return list[len(list)-1], 0
	}
	slices.SortFunc(offers, func(a, b Offer) int {
		_, order := deciding(a, b)
		return order
	})
	best = offers[0]
	switch name := sources[best.Source].name(best.Source); {
	case len(offers) == 1:
		why = fmt.Sprintf("%s is the only source that has it.", name)
	case sources.fresh(best, at):
		why = fmt.Sprintf("%s is %s, and its value is current.", name, sources[best.Source].Kind.phrase())
	default:
		why = fmt.Sprintf("No source has a current value; %s has the newest.", name)
	}
	for _, o := range offers[1:] {
		c, _ := deciding(best, o)
		aside = append(aside, SetAside{Offer: o, Why: c.behind(o, best)})
	}
	return best, why, aside
}

// fresh says whether an offer counts as current at a moment, by what its source says of itself.
func (s Sources) fresh(o Offer, at time.Time) bool { return at.Sub(o.At) <= s[o.Source].Fresh }

// steps counts how far a value is from what a source wrote.
func (h How) steps() int { return slices.Index([]How{Said, Inverse, Crossed, Computed}, h) }

// phrase names the way within a sentence.
func (h How) phrase() string {
	switch h {
	case Said:
		return "the source's own number"
	case Inverse:
		return "a rate turned round"
	case Crossed:
		return "computed from two rates"
	}
	return "computed"
}

// phrase names the kind within a sentence.
func (k SourceKind) phrase() string {
	switch k {
	case Official:
		return "an official source"
	case Dataset:
		return "a published dataset"
	case Page:
		return "a page's claim"
	}
	return "a source of no known kind"
}

// name is what readers call the source; an unknown one is called by its ID.
func (s Source) name(id SourceID) string {
	if s.Name != "" {
		return s.Name
	}
	return string(id)
}
