package market

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// What is ordinary for a share. A day of results moves one by a tenth or a fifth, and nobody is wrong then; of fourteen
// shares' 67,847 closes of 2000 to 2024, as one source gave them, these hold 45, half of them what followed one jump.
const (
	shareFloor = 0.15           // no move of less than so much (of the logarithm) is a jump
	shareNear  = 36 * time.Hour // how near in time another source's price must be to bear witness
	shareAgree = 0.02           // and how near in value: prices of one session are not of one moment
)

// sitOnQuotes judges the quotes of a sheet, each as a whole: what a share's last price is in doubt of, its other numbers are.
func (c *court) sitOnQuotes(sheet []Observation, heard *Heard) {
	var quotes [][]Observation
	place := map[Symbol]int{}
	for _, o := range sheet {
		if o.Field == Rate {
			continue
		}
		n, ok := place[o.Symbol]
		if !ok {
			n = len(quotes)
			place[o.Symbol] = n
			quotes = append(quotes, nil)
		}
		quotes[n] = append(quotes[n], o)
	}
	for _, q := range quotes {
		c.sitOnQuote(q, heard)
	}
}

func (c *court) sitOnQuote(quote []Observation, heard *Heard) {
	by := map[Field]Observation{}
	var news []Observation
	for _, o := range quote {
		by[o.Field] = o
		if why, waits := c.said[sayingOf(o)]; c.news[o.ID] && (!waits || why == NoDate && c.early.IsZero()) {
			news = append(news, o)
		}
	}
	last, quoted := by[Last]
	_, waits := c.said[sayingOf(last)]
	if quoted && !c.news[last.ID] && !waits { // said before, and then believed
		c.trail(last.Symbol).believe(last.At, logOf(last.Value))
	}
	if len(news) == 0 {
		return
	}
	d, bad := c.verdictOnQuote(news, by)
	if bad {
		for _, o := range news {
			heard.Held = append(heard.Held, Held{Observation: o, Doubt: d, State: Waiting})
		}
		return
	}
	heard.Observations = append(heard.Observations, news...)
	if quoted && c.news[last.ID] {
		c.free(c.suspectOf(last), heard)
	}
}

// suspectOf is a share's last price as one that is to be judged.
func (c *court) suspectOf(last Observation) suspect {
	s := suspect{Observation: last, ln: logOf(last.Value)}
	s.peers = func() []peer { return c.sharePeers(s) }
	return s
}

// verdictOnQuote judges a quote, of which some numbers are news.
func (c *court) verdictOnQuote(news []Observation, by map[Field]Observation) (Doubt, bool) {
	for _, o := range news {
		s := suspect{Observation: o}
		if !c.early.IsZero() {
			return c.verdict(s)
		}
		if d, bad := c.replayed(s); bad {
			return d, true
		}
		if _, late := c.passed[o.Symbol]; late {
			return c.verdict(s)
		}
	}
	if d, bad := contradiction(by); bad {
		return d, true
	}
	last, quoted := by[Last]
	if !quoted || !c.news[last.ID] {
		_, waits := c.said[sayingOf(last)]
		if quoted && waits { // what is said beside a price that is not believed is not believed either
			return Doubt{c.said[sayingOf(last)], fmt.Sprintf("%s: the last price that it belongs to is held.", last.Symbol)}, true
		}
		return Doubt{}, false
	}
	return c.ledger.judge(c.trail(last.Symbol), c.suspectOf(last))
}

// contradiction finds numbers of one quote that cannot all be right. After the close shares trade beyond the bounds of their
// session, so that a last price is held against them only where it is that of a day.
func contradiction(by map[Field]Observation) (Doubt, bool) {
	low, hasLow := by[LowPrice]
	high, hasHigh := by[HighPrice]
	if hasLow && hasHigh && low.Value.Cmp(high.Value) > 0 {
		return Doubt{Confused, fmt.Sprintf("%s: the lowest price of %s, %s, is above the highest, %s.", low.Symbol, day(low.At), low.Value, high.Value)}, true
	}
	within := []Field{OpenPrice}
	if last, ok := by[Last]; ok && last.At.Equal(last.At.Truncate(24*time.Hour)) {
		within = append(within, Last)
	}
	for _, f := range within {
		o, ok := by[f]
		switch {
		case ok && hasLow && o.Value.Cmp(low.Value) < 0:
			return Doubt{Confused, fmt.Sprintf("%s: its %s price of %s, %s, is below the lowest, %s.", o.Symbol, f, day(o.At), o.Value, low.Value)}, true
		case ok && hasHigh && o.Value.Cmp(high.Value) > 0:
			return Doubt{Confused, fmt.Sprintf("%s: its %s price of %s, %s, is above the highest, %s.", o.Symbol, f, day(o.At), o.Value, high.Value)}, true
		}
	}
	return Doubt{}, false
}

// judgeShare says whether a share's last price can be right: whether it traded, by what its source said before, by what
// happened to the listing since, and by what others say.
func (t *trail) judgeShare(s suspect, listings *Listings) (Doubt, bool) {
	if now, err := listings.StatusOn(s.Symbol, s.At); err == nil && slices.Contains([]Status{StatusNotYet, StatusMerged, StatusDelisted}, now.Status) {
		return Doubt{NotTraded, fmt.Sprintf("%s %s of %s: %s", s.Symbol, s.Value, day(s.At), now.Text)}, true
	}
	d, bad := t.measureShare(s, listings)
	if bad && (d.Reason == OldScale || !slices.ContainsFunc(s.peers(), func(p peer) bool { return math.Abs(p.ln-s.ln) <= shareAgree })) {
		return d, true
	}
	t.believe(s.At, s.ln)
	return Doubt{}, false
}

func (t *trail) measureShare(s suspect, listings *Listings) (Doubt, bool) {
	table := currency.All()
	n := len(t.ln)
	if n == 0 {
		if peers := s.peers(); len(peers) > 0 {
			if ref := median(peers); math.Abs(s.ln-ref) > apart {
				return s.doubt(Apart, ref, "what other sources say", table), true
			}
		}
		return Doubt{}, false // else nobody can say; the page says that it rests on one source
	}
	before := t.at[n-1]
	bound := t.shareBound(daysBetween(before, s.At))
	if e, factor, on := exchanged(listings, s.Symbol, before, s.At); on {
		switch ref := t.ln[n-1]; {
		case e.New == 0: // at a ratio that is not known
			*t = trail{}
			return Doubt{}, false
		case math.Abs(s.ln-ref-factor) <= bound:
			t.rescale(factor)
			return Doubt{}, false
		case math.Abs(s.ln-ref) <= bound:
			return Doubt{OldScale, fmt.Sprintf("%s %s is a price from before the %s of %s, when there were %d new shares for %d.",
				s.Symbol, s.Value, e.Kind, written(e.Date), e.New, e.Old)}, true
		default:
			return s.doubt(Jump, ref+factor, "the price of "+day(before)+" as one of the new shares", table), true
		}
	}
	if math.Abs(s.ln-t.ln[n-1]) <= bound {
		return Doubt{}, false
	}
	return s.doubt(Jump, t.ln[n-1], "the price of "+day(before), table), true
}

// exchanged finds at what ratio shares were exchanged between two moments, and by how much the logarithm of the price
// changes then. Of several the last is returned, with all of their factors; New is 0 where a ratio is not known.
func exchanged(listings *Listings, s Symbol, before, at time.Time) (last Event, factor logarithm, on bool) {
	for _, e := range listings.Between(s, before, at) {
		switch {
		case e.New == e.Old && (e.New > 0 || e.Kind == Rename || e.Kind == SpecialDividend):
			continue
		case e.New == 0:
			return e, 0, true
		}
		last, on = e, true
		factor += logOf(currency.DecimalFromInt(e.Old)) - logOf(currency.DecimalFromInt(e.New))
	}
	return last, factor, on
}

// sharePeers is what other sources say of a share at about the same time, the held among them.
func (c *court) sharePeers(s suspect) []peer {
	var all []peer
	for _, h := range c.waiting {
		if h.Symbol == s.Symbol && h.Field == Last && h.At.Sub(s.At).Abs() <= shareNear {
			all = append(all, peer{h.Source, logOf(h.Value)})
		}
	}
	for source, list := range c.sheaf(s).sheets {
		for _, sh := range until(list.all, s.At.Add(shareNear)) {
			if o, ok := sh.quoted(s.Symbol, Last); ok {
				if s.At.Sub(o.At).Abs() <= shareNear {
					all = append(all, peer{source, logOf(o.Value)})
				}
				break
			}
		}
	}
	return all
}
