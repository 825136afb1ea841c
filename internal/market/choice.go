package market

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
)

// criterion is a respect in which the offers of two sources are compared.
type criterion int

const (
	freshness  criterion = iota // what is current comes first
	trust                       // the more trusted kind of source
	authority                   // the bank that issues one of the currencies
	agreement                   // what is not contradicted by others that agree
	directness                  // what is nearer to a source's own number
	age                         // the newer
	name
)

// The respects in which offers are compared, in their order: of two of which the first is current, and of others. Where only
// one of the two is, the first decides in either list.
var (
	amongCurrent  = [...]criterion{freshness, trust, authority, agreement, directness, age, name}
	amongOutdated = [...]criterion{freshness, age, directness, trust, name}
)

// behind is why an offer was set aside. The sentence that a reader is given belongs to the very criterion that decided.
func (c criterion) behind(o, best Offer, sources Sources) string {
	switch c {
	case freshness:
		return fmt.Sprintf("Its newest value, of %s, is no longer current.", day(o.At))
	case trust:
		return fmt.Sprintf("It is %s; the one chosen is %s.", sources[o.Source].Kind.phrase(), sources[best.Source].Kind.phrase())
	case authority:
		return fmt.Sprintf("The one chosen is of the bank that issues %s.", sources[best.Source].Issuer)
	case agreement:
		return "It stands alone: others agree with the one chosen."
	case directness:
		return fmt.Sprintf("It is %s; the one chosen is %s.", o.How.phrase(), best.How.phrase())
	case age:
		return fmt.Sprintf("It is older, of %s.", day(o.At))
	}
	return "It ranks equal; the first by name was chosen."
}

// entrant is an offer with all by which it is compared with others.
type entrant struct {
	index  int // of the offer, among those that it came with
	source SourceID
	value  currency.Decimal
	at     int64

	fresh, counts      bool // see [Sources.fresh] and counts
	rank, issues, step int
	alone              int8 // see alone; below zero while nobody has asked
}

// enter makes an entrant of an offer whose index, source, value, moment and step are known, as it is at a moment.
func (e entrant) enter(pair Symbol, s *Source, at time.Time) entrant {
	fresh := at.Sub(time.UnixMicro(e.at)) <= s.Fresh
	if until, known := pair.Until(time.UnixMicro(e.at).UTC()); known {
		fresh = !at.After(until)
	}
	if s.Issuer != "" {
		base, quote, _ := pair.Pair()
		e.issues = issues(s, base, quote)
	}
	return e.of(s, fresh)
}

// of makes an entrant of an offer of which only that is not known which follows from its source, and from whether it is current.
func (e entrant) of(s *Source, fresh bool) entrant {
	e.fresh, e.counts, e.rank, e.alone = fresh, fresh && s.Kind != Page, s.Kind.rank(), -1
	return e
}

// contest are the offers for a pair, each of another source.
type contest []entrant

// entered are some offers as entrants.
func entered(pair Symbol, offers []Offer, sources Sources, at time.Time) contest {
	all := make(contest, len(offers))
	for i, o := range offers {
		s := sources[o.Source]
		all[i] = entrant{index: i, source: o.Source, value: o.Value, at: o.At.UnixMicro(), step: o.How.steps()}.enter(pair, &s, at)
	}
	return all
}

// order compares two of the entrants, below zero where the first comes first, and says which criterion decides.
func (all contest) order(a, b *entrant) (criterion, int) {
	list := amongOutdated[:]
	if a.fresh {
		list = amongCurrent[:]
	}
	for _, c := range list {
		if order := all.compare(c, a, b); order != 0 {
			return c, order
		}
	}
	return name, 0
}

// compare compares two of the entrants in one respect.
func (all contest) compare(c criterion, a, b *entrant) int {
	switch c {
	case freshness:
		switch {
		case a.fresh == b.fresh:
			return 0
		case a.fresh:
			return -1
		}
		return 1
	case trust:
		return cmp.Compare(a.rank, b.rank)
	case authority:
		return cmp.Compare(b.issues, a.issues)
	case agreement:
		return cmp.Compare(all.alone(a), all.alone(b))
	case directness:
		return cmp.Compare(a.step, b.step)
	case age:
		return cmp.Compare(b.at, a.at)
	}
	return cmp.Compare(a.source, b.source)
}

// alone is 1 for an entrant that no other current one is near to, while there are others that agree with each other. It is
// asked only where nothing before decides, and found out once.
func (all contest) alone(e *entrant) int8 {
	if e.alone < 0 {
		e.alone = all.standsAlone(e)
	}
	return e.alone
}

func (all contest) standsAlone(e *entrant) int8 {
	var others []*entrant
	for i := range all {
		other := &all[i]
		if other.source == e.source || !other.counts {
			continue
		}
		if near(other.value, e.value) {
			return 0
		}
		others = append(others, other)
	}
	for i, a := range others {
		for _, b := range others[:i] {
			if near(a.value, b.value) {
				return 1
			}
		}
	}
	return 0
}

// best is the entrant that comes first; there is at least one.
func (all contest) best() *entrant {
	first := &all[0]
	for i := 1; i < len(all); i++ {
		if all.before(&all[i], first) {
			first = &all[i]
		}
	}
	return first
}

// before says whether an entrant comes before another, as order does. Whether either stands alone is asked last, since for that it is
// held against all others, and mostly nothing depends on it: it cannot bring forward what else would come after one that does not.
func (all contest) before(a, b *entrant) bool {
	otherwise := a.otherwise(b)
	switch {
	case !a.fresh || !b.fresh, a.rank != b.rank, a.issues != b.issues:
		return otherwise < 0
	case otherwise > 0 && all.alone(b) == 0:
		return false
	}
	return cmp.Or(int(all.alone(a)-all.alone(b)), otherwise) < 0
}

// otherwise compares two entrants as order does, but leaves out whether either stands alone.
func (e *entrant) otherwise(other *entrant) int {
	if order := e.unnamed(other); order != 0 {
		return order
	}
	return strings.Compare(string(e.source), string(other.source))
}

// unnamed is otherwise without the names of the sources, which decide last.
func (e *entrant) unnamed(other *entrant) int {
	switch {
	case e.fresh && other.fresh:
		return cmp.Or(e.rank-other.rank, other.issues-e.issues, e.step-other.step, cmp.Compare(other.at, e.at))
	case e.fresh:
		return -1
	case other.fresh:
		return 1
	}
	return cmp.Or(cmp.Compare(other.at, e.at), e.step-other.step, e.rank-other.rank)
}

// ranked are the entrants in their order, the best first.
func (all contest) ranked() []*entrant {
	list := make([]*entrant, len(all))
	for i := range all {
		list[i] = &all[i]
	}
	slices.SortFunc(list, func(a, b *entrant) int {
		_, order := all.order(a, b)
		return order
	})
	return list
}

// choose ranks the offers, which are not empty, and gives a reason for each.
func choose(pair Symbol, offers []Offer, sources Sources, at time.Time) (best Offer, why string, aside []SetAside) {
	all := entered(pair, offers, sources, at)
	ranked := all.ranked()
	best = offers[ranked[0].index]
	why = reason(best.Source, len(offers), ranked[0].fresh, sources)
	for _, e := range ranked[1:] {
		o := offers[e.index]
		c, _ := all.order(ranked[0], e)
		aside = append(aside, SetAside{Offer: o, Why: c.behind(o, best, sources), Off: off(o.Value, best.Value)})
	}
	return best, why, aside
}

// reason says why the best of so many offers was chosen.
func reason(best SourceID, of int, fresh bool, sources Sources) (why string) {
	switch name := sources[best].name(best); {
	case of == 1:
		why = fmt.Sprintf("%s is the only source that has it.", name)
	case fresh:
		why = fmt.Sprintf("%s is %s, and its value is current.", name, sources[best].Kind.phrase())
	default:
		why = fmt.Sprintf("No source has a current value; %s has the newest.", name)
	}
	first, size := utf8.DecodeRuneInString(why)
	return string(unicode.ToUpper(first)) + why[size:] // a source's name may begin with a small letter
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
	return value.Near(of, 100)
}

// counts says whether an offer has a say on whether another is right: it is current, and more than a claim.
func counts(o Offer, sources Sources, at time.Time) bool {
	return sources[o.Source].Kind != Page && sources.fresh(o, at)
}

// issues ranks a source by what it has to do with a pair: the bank that issues the quote currency knows best what that
// is worth, then the one that issues the base.
func issues(s *Source, base, quote currency.Code) int {
	switch s.Issuer {
	case "":
		return 0
	case quote:
		return 2
	case base:
		return 1
	}
	return 0
}

// steps counts how far a value is from what a source wrote.
func (h How) steps() int {
	switch h {
	case Said:
		return 0
	case Inverse:
		return 1
	case Crossed:
		return 2
	case Computed:
		return 3
	case Fixed:
		return 4
	}
	return -1
}

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
