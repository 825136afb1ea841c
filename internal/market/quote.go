package market

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Quote is the settled quote of a listing. Change and percent are always computed, on the previous close; what a
// source claims of them is kept beside, to be checked.
type Quote struct {
	Symbol     Symbol
	Instrument Instrument // its Symbol is empty where nothing is known of the listing
	Offer                 // the last price
	Why        string
	SetAside   []SetAside
	Previous   PreviousCloseOf
	Move       Move
	Claims     []Observation // the source's own change and percent, where it gives them
	Session    SessionOf
	Flags      []Flag
}

// SessionOf is what the source of a quote says of the session that its last price is of. What it does not say has no ID.
type SessionOf struct {
	Open, High, Low, Volume Observation
	Delay                   Observation // how many minutes old the source says that its prices are
}

// PreviousCloseOf is the close of the session before, said by the source or computed from its last price and change.
type PreviousCloseOf struct {
	Value currency.Decimal // of the share that trades on the price's day
	How   How              // Said or Computed; empty where it cannot be known
	From  []Observation
	Basis string // how it was made comparable, where something happened to the listing since; see [Listings.Adjust]
}

// SettleQuote chooses a listing's quote by the rule of [Settle]. The error is fault.NotFound when nobody quoted it.
func SettleQuote(listing Symbol, heard []Observation, facts Facts, asOf AsOf) (Quote, error) {
	return newSheaf(heard, facts, asOf).quote(listing, asOf.At)
}

func (s *sheaf) quote(listing Symbol, at time.Time) (Quote, error) {
	if _, _, ok := listing.Listing(); !ok {
		return Quote{}, fault.Because(fault.Invalid, "%s is no listing", listing)
	}
	var offers []Offer
	from := map[SourceID]*sheet{}
	for source, list := range s.sheets {
		for _, sh := range list.all {
			o, ok := sh.quoted(listing, Last)
			if !ok || sh.at.After(at) {
				continue
			}
			sh, o = list.closed(listing, sh, o, at)
			offers = append(offers, Offer{Source: source, Value: o.Value, At: o.At, Seen: o.Seen, How: Said, From: []Observation{o}})
			from[source] = sh
			break
		}
	}
	if len(offers) == 0 {
		return Quote{}, fault.Because(fault.NotFound, "no source has quoted %s on %s or before", listing, day(at))
	}
	q := Quote{Symbol: listing}
	if known, err := s.facts.Listings.Instrument(listing); err == nil {
		q.Instrument = known
	}
	q.Offer, q.Why, q.SetAside = choose(listing, offers, s.facts.Sources, at)
	q.fill(from[q.Source])
	if s.facts.Sources[q.Source].Kind != Page { // what a page printed the other day was no close for that
		q.recall(s.sheets[q.Source])
	}
	exchanges := s.facts.exchanges
	if exchanges == nil {
		exchanges = s.exchange
	}
	q.adjust(s.facts.Listings, exchanges)
	q.Flags = append(quoteFlags(q, s.facts, at), s.sameClose(q, at)...)
	return q, nil
}

// sessionMoments is how often a source may speak of a share in a session, where it must be looked back over some.
const sessionMoments = 40

// sameClose says that a source gives the same price session after session: a share hardly ever closes alike so often, but a
// feed that is frozen does, and gives it fresh dates. Within a session a price may stand still.
func (s *sheaf) sameClose(q Quote, at time.Time) []Flag {
	if !s.facts.Sources.fresh(q.Offer, at) {
		return nil // it is known to be old
	}
	mic, _, _ := q.Symbol.Listing()
	var session, since time.Time
	n := 0
	for _, sh := range until(s.sheets[q.Source].all, q.At) {
		o, ok := sh.quoted(q.Symbol, Last)
		if !ok {
			continue
		}
		of, _ := sessionOf(mic, o.At)
		if n > 0 && of.Equal(session) {
			continue // it was another before in that session
		}
		if !o.Value.Equal(q.Value) {
			break
		}
		if session, since, n = of, o.At, n+1; n > unchangedAfter {
			return []Flag{{
				Code: Unchanged, Word: "unchanged", Doubt: true,
				Text: fmt.Sprintf("%s has said the same price of %s for each session since %s at least: nobody trades it, or the source repeats itself.",
					s.facts.Sources[q.Source].name(q.Source), q.Symbol, day(since)),
			}}
		}
	}
	return nil
}

// fill computes the previous close and the move from the sheet that the last price stands on.
func (q *Quote) fill(sh *sheet) {
	last := q.From[0]
	for field, into := range map[Field]*Observation{
		OpenPrice: &q.Session.Open, HighPrice: &q.Session.High, LowPrice: &q.Session.Low, Volume: &q.Session.Volume, Delay: &q.Session.Delay,
	} {
		*into, _ = sh.quoted(q.Symbol, field)
	}
	change, hasChange := sh.quoted(q.Symbol, Change)
	if hasChange {
		q.Claims = append(q.Claims, change)
	}
	if percent, ok := sh.quoted(q.Symbol, Percent); ok {
		q.Claims = append(q.Claims, percent)
	}
	if said, ok := sh.quoted(q.Symbol, PreviousClose); ok {
		q.Previous = PreviousCloseOf{Value: said.Value, How: Said, From: []Observation{said}}
	} else if hasChange {
		q.Previous = PreviousCloseOf{Value: last.Value.Sub(change.Value), How: Computed, From: []Observation{last, change}}
	}
	switch {
	case q.Previous.How == "":
		q.Move.Withheld = "the source gives neither the previous close nor the change"
	case q.Previous.Value.Sign() <= 0:
		q.Move.Withheld = fmt.Sprintf("the previous close would be %s", q.Previous.Value)
		q.Previous = PreviousCloseOf{}
	default:
		q.Move = move(q.Previous.Value, last.Value, time.Time{}, q.Previous.From)
	}
}

// recall takes for the previous close, where the source does not say it beside the last price, what it said of it earlier in the
// session, or what it gave as the last price of the session before: that day's close, or a price of that day's that is no
// earlier than its close.
func (q *Quote) recall(said *sheets) {
	if q.Previous.How != "" || said == nil {
		return
	}
	mic, _, _ := q.Symbol.Listing()
	session, before := sessionOf(mic, q.At)
	for _, sh := range until(said.all, q.At) { // it may have said it earlier in the session
		if of, _ := sessionOf(mic, sh.at); !of.Equal(session) {
			break
		}
		if o, ok := sh.quoted(q.Symbol, PreviousClose); ok && o.Value.Sign() > 0 {
			q.Previous = PreviousCloseOf{Value: o.Value, How: Said, From: []Observation{o}}
			q.Move = move(o.Value, q.Value, time.Time{}, q.Previous.From)
			return
		}
	}
	for _, sh := range until(said.all, q.At) {
		o, ok := sh.quoted(q.Symbol, Last)
		if !ok || !sh.at.Before(q.At) {
			continue
		}
		if of, _ := sessionOf(mic, o.At); of.After(before) {
			continue // of the same session
		} else if of.Before(before) || !closing(mic, of, o.At) {
			return
		}
		q.Previous = PreviousCloseOf{Value: o.Value, How: Said, From: []Observation{o}}
		q.Move = move(o.Value, q.Value, o.At, q.Previous.From)
		return
	}
}

// closing says whether a price of a moment is the close of a session: that of the day, or one of a moment not before the close.
func closing(mic MIC, session, at time.Time) bool {
	if at.Equal(session) {
		return true
	}
	m, err := calendar.Of(mic)
	if err != nil {
		return false
	}
	day, err := m.Day(session)
	return err == nil && day.Session() && !at.Before(day.Close)
}

// quoteFlags says what a reader must know of a quote.
func quoteFlags(q Quote, facts Facts, at time.Time) []Flag {
	var flags []Flag
	if mic, ticker, _ := q.Symbol.Listing(); mic == NoMarket {
		flags = append(flags, Flag{
			Code: Unlisted, Word: "market not named", Doubt: true,
			Text: fmt.Sprintf("The source does not say at which market %s trades, and nothing else is known of it.", ticker),
		})
	}
	if i := q.Instrument; i.Symbol != "" && !i.TradedOn(q.At) {
		flags = append(flags, Flag{
			Code: Delisted, Word: "did not trade", Doubt: true, Source: i.Source,
			Text: fmt.Sprintf("%s did not trade at this market on %s. %s", i.Name, day(q.At), i.Note),
		})
	}
	if f, ok := percentFlag(q); ok {
		flags = append(flags, f)
	}
	return append(flags, offerFlags(q.Offer, facts.Sources, at)...)
}

// percentFlag compares a claimed percentage with the one that follows from the previous close, at the claim's own
// number of decimal places.
func percentFlag(q Quote) (Flag, bool) {
	i := slices.IndexFunc(q.Claims, func(o Observation) bool { return o.Field == Percent })
	if i < 0 || q.Move.Withheld != "" {
		return Flag{}, false
	}
	claim := q.Claims[i].Value
	right := q.Move.Percent.RoundPlaces(claim.Places())
	if right.Equal(claim) {
		return Flag{}, false
	}
	f := Flag{Code: PercentBase, Word: "percent is off", Doubt: true}
	f.Text = fmt.Sprintf("The source prints %s%%; on the previous close of %s it is %s%%.", printed(claim), q.Previous.Value, printed(right))
	// The usual slip is to divide by the last price instead of by the previous close.
	onLast, err := q.Move.By.Mul(currency.DecimalFromInt(100)).Quo(q.Value, CrossDigits)
	if err == nil && onLast.RoundPlaces(claim.Places()).Equal(claim) {
		f.Text += " It was computed on the last price."
	}
	if places := claim.Places() - 2; places >= 0 && q.Move.Percent.RoundPlaces(places).Equal(claim.Mul(hundred)) {
		f.Text += " It is that as a fraction, and not in per cent."
	}
	return f, true
}

// printed writes a number as papers do, with the sign of minus and not a hyphen.
func printed(d currency.Decimal) string { return strings.Replace(d.String(), "-", "\u2212", 1) }

// SettleQuotes settles every listing of which a last price was heard, by ticker.
func SettleQuotes(heard []Observation, facts Facts, asOf AsOf) []Quote {
	s := newSheaf(heard, facts, asOf)
	var quotes []Quote
	seen := map[Symbol]bool{}
	for _, o := range heard {
		if o.Field != Last || seen[o.Symbol] {
			continue
		}
		seen[o.Symbol] = true
		if q, err := s.quote(o.Symbol, asOf.At); err == nil {
			quotes = append(quotes, q)
		}
	}
	slices.SortFunc(quotes, func(a, b Quote) int {
		_, x, _ := a.Symbol.Listing()
		_, y, _ := b.Symbol.Listing()
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.Symbol, b.Symbol))
	})
	return quotes
}

var hundred = currency.DecimalFromInt(100)
