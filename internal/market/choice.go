package market

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
)

// criterion is one respect in which the offers of two sources are compared.
type criterion struct {
	compare func(a, b Offer) int       // below zero: a comes first
	behind  func(o, best Offer) string // why o was set aside
}

// criteria are the respects in which offers are compared, in their order. The sentence that a reader is given for an
// offer that was set aside belongs to the very criterion that decided.
func criteria(pair Symbol, offers []Offer, sources Sources, at time.Time, current bool) []criterion {
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
	authority := criterion{
		func(a, b Offer) int { return cmp.Compare(issues(b, sources, pair), issues(a, sources, pair)) },
		func(o, best Offer) string {
			return fmt.Sprintf("The one chosen is of the bank that issues %s.", sources[best.Source].Issuer)
		},
	}
	asked := map[SourceID]int{} // each offer is held against the others once, and only where nothing before decides
	aloneOnce := func(o Offer) int {
		answer, known := asked[o.Source]
		if !known {
			answer = alone(o, offers, sources, at)
			asked[o.Source] = answer
		}
		return answer
	}
	agreement := criterion{
		func(a, b Offer) int { return cmp.Compare(aloneOnce(a), aloneOnce(b)) },
		func(Offer, Offer) string { return "It stands alone: others agree with the one chosen." },
	}
	name := criterion{
		func(a, b Offer) int { return cmp.Compare(a.Source, b.Source) },
		func(Offer, Offer) string { return "It ranks equal; the first by name was chosen." },
	}
	if current {
		return []criterion{freshness, trust, authority, agreement, directness, age, name}
	}
	return []criterion{freshness, age, directness, trust, name}
}

// ranked sorts the offers, the best first. What it returns says of two of them which criterion decides, and how.
func ranked(pair Symbol, offers []Offer, sources Sources, at time.Time) func(a, b Offer) (criterion, int) {
	deciding := decider(pair, slices.Clone(offers), sources, at) // which are sorted below, while their order is asked for
	slices.SortFunc(offers, func(a, b Offer) int {
		_, order := deciding(a, b)
		return order
	})
	return deciding
}

// choose ranks the offers, which are not empty, and gives a reason for each.
func choose(pair Symbol, offers []Offer, sources Sources, at time.Time) (best Offer, why string, aside []SetAside) {
	deciding := ranked(pair, offers, sources, at)
	best = offers[0]
	switch name := sources[best.Source].name(best.Source); {
	case len(offers) == 1:
		why = fmt.Sprintf("%s is the only source that has it.", name)
	case sources.fresh(best, at):
		why = fmt.Sprintf("%s is %s, and its value is current.", name, sources[best.Source].Kind.phrase())
	default:
		why = fmt.Sprintf("No source has a current value; %s has the newest.", name)
	}
	first, size := utf8.DecodeRuneInString(why)
	why = string(unicode.ToUpper(first)) + why[size:] // a source's name may begin with a small letter
	for _, o := range offers[1:] {
		c, _ := deciding(best, o)
		aside = append(aside, SetAside{Offer: o, Why: c.behind(o, best), Off: off(o.Value, best.Value)})
	}
	return best, why, aside
}

// decider compares two of some offers, and says by which criterion they differ.
func decider(pair Symbol, offers []Offer, sources Sources, at time.Time) func(a, b Offer) (criterion, int) {
	current, outdated := criteria(pair, offers, sources, at, true), criteria(pair, offers, sources, at, false)
	return func(a, b Offer) (criterion, int) {
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
}

// The distances at which sources agree, and at which they contradict each other, in per cent.
var agreed, disputed = currency.DecimalFromInt(1), currency.DecimalFromInt(2)

// off is how far a value is from another, in per cent of that.
func off(value, from currency.Decimal) currency.Decimal {
	percent, err := value.Sub(from).Mul(currency.DecimalFromInt(100)).Quo(from, CrossDigits)
	if err != nil {
		return currency.Decimal{} // no offer is zero
	}
	return percent
}

// near says whether a value is within one per cent of another, which is above zero.
func near(value, of currency.Decimal) bool {
	return value.Sub(of).Abs().Mul(hundred).Cmp(of) <= 0
}

var hundred = currency.DecimalFromInt(100)

// counts says whether an offer has a say on whether another is right: it is current, and more than a claim.
func counts(o Offer, sources Sources, at time.Time) bool {
	return sources[o.Source].Kind != Page && sources.fresh(o, at)
}

// alone is 1 for an offer that no other current one is near to, while there are others that agree with each other.
func alone(o Offer, offers []Offer, sources Sources, at time.Time) int {
	var others []Offer
	for _, other := range offers {
		if other.Source == o.Source || !counts(other, sources, at) {
			continue
		}
		if near(other.Value, o.Value) {
			return 0
		}
		others = append(others, other)
	}
	for i, a := range others {
		for _, b := range others[:i] {
			if near(a.Value, b.Value) {
				return 1
			}
		}
	}
	return 0
}

// issues ranks a source by what it has to do with a pair: the bank that issues the quote currency knows best what that
// is worth, then the one that issues the base.
func issues(o Offer, sources Sources, pair Symbol) int {
	base, quote, _ := pair.Pair()
	switch sources[o.Source].Issuer {
	case "":
		return 0
	case quote:
		return 2
	case base:
		return 1
	}
	return 0
}

// fresh says whether an offer counts as current at a moment, by what its source says of itself.
func (s Sources) fresh(o Offer, at time.Time) bool { return at.Sub(o.At) <= s[o.Source].Fresh }

// steps counts how far a value is from what a source wrote.
func (h How) steps() int { return slices.Index([]How{Said, Inverse, Crossed, Computed, Fixed}, h) }

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
	case Fact:
		return "a fixed rate"
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
