package site

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/market"
)

// Action is something that happened to a listing, in words, with where it is known from.
type Action struct {
	On               Time
	Line             string // the listing's symbol
	Words, Effect    string // what happened, and what follows for its prices
	Source, Verified string
}

// Line is one listing of an instrument.
type Line struct {
	Symbol, Name, Href string // Href is empty for the page’s own
	Unit, Since, Until string
	Own                bool // it is that of the page
}

// linesOf are all listings of the instrument that a listing is one of.
func (s *Site) linesOf(symbol market.Symbol) (lines []Line, symbols []market.Symbol) {
	all, err := s.ledger.Listings().Lines(symbol)
	if err != nil {
		return nil, []market.Symbol{symbol}
	}
	for _, i := range all {
		l := Line{
			Symbol: string(i.Symbol), Name: i.Name, Unit: unitOf(i.Unit), Since: dateOf(i.Since), Until: dateOf(i.Until), Own: i.Symbol == symbol,
		}
		if !l.Own {
			l.Href = symbolPath(i.Symbol)
		}
		lines, symbols = append(lines, l), append(symbols, i.Symbol)
	}
	return lines, symbols
}

// happened are the events of some listings, by date.
func (s *Site) happened(symbols []market.Symbol) (events []market.Event) {
	for _, symbol := range symbols {
		_, ticker, _ := symbol.Listing()
		for _, e := range s.ledger.Listings().Events(ticker) {
			if e.Symbol == symbol {
				events = append(events, e)
			}
		}
	}
	slices.SortStableFunc(events, func(a, b market.Event) int {
		return cmp.Or(b.Date.First().Compare(a.Date.First()), cmp.Compare(a.Symbol, b.Symbol))
	})
	return events
}

// actionOf tells of an event.
func (t today) actionOf(e market.Event) Action {
	return Action{
		On: t.hand.day(e.Date.First()), Line: string(e.Symbol), Words: wordsOfEvent(e), Effect: effectOf(e), Source: e.Source, Verified: e.Verified,
	}
}

// wordsOfEvent is what happened, as a sentence.
func wordsOfEvent(e market.Event) string {
	ratio := ""
	if e.New != 0 && e.New != e.Old {
		ratio = fmt.Sprintf(" %d for %d", e.New, e.Old)
	}
	paid := ""
	if !e.Amount.IsZero() {
		paid = fmt.Sprintf("%s %s paid out for each old share", e.Amount, unitOf(e.Unit))
	}
	words := ""
	switch e.Kind {
	case market.Consolidation:
		words = "Consolidated" + ratio
	case market.Split:
		words = "Split" + ratio
	case market.RatioChange:
		words = "Each depositary share stands for another number of shares:" + ratio
	case market.Rename:
		words = "Bears the ticker " + string(e.Symbol) + ", before " + string(e.Other)
	case market.Transfer:
		words = "Moved here from " + string(e.Other) + ", exchanged" + ratio
		if ratio == "" {
			words = "Moved here from " + string(e.Other)
		}
	case market.SpecialDividend:
		words = "Trades without a special dividend"
	case market.Halt:
		words = "Trading halted"
	case market.Suspension:
		words = "Trading suspended"
	case market.Resumption:
		words = "Trading resumed"
	case market.Merger:
		words = "Last day of trading: it became part of " + string(e.Other)
	}
	if paid != "" {
		words += ", with " + paid
	}
	if e.Kind == market.Consolidation || e.Kind == market.Split || e.Kind == market.SpecialDividend {
		return words + "." // the note says the same
	}
	return strings.TrimSpace(words + ". " + e.Note)
}

// effectOf is what an event does to prices.
func effectOf(e market.Event) string {
	switch {
	case !e.Kind.Changes():
		return ""
	case e.New == e.Old && e.Amount.IsZero():
		return "Prices before and after are of the same thing."
	case e.New == 0 && e.Kind != market.SpecialDividend:
		return "Prices before and after cannot be compared: at what ratio shares were exchanged is not known."
	case e.New == 0:
		return "To compare a price from before, take off what was paid."
	}
	steps := "multiply it by " + strconv.FormatInt(e.Old, 10) + " and divide it by " + strconv.FormatInt(e.New, 10)
	switch {
	case e.New == 1:
		steps = "multiply it by " + strconv.FormatInt(e.Old, 10)
	case e.Old == 1:
		steps = "divide it by " + strconv.FormatInt(e.New, 10)
	}
	if !e.Amount.IsZero() {
		steps = "take off what was paid, then " + steps
	}
	return "To compare a price from before, " + steps + "."
}

// metOf explains what stands between a price and the close before it; empty where nothing does.
func (s *Site) metOf(q market.Quote, t today) string {
	session, before := q.Symbol.Session(q.At)
	var words []string
	for _, e := range s.ledger.Listings().Between(q.Symbol, before, session) {
		words = append(words, "On "+t.hand.day(e.Date.First()).Text+": "+wordsOfEvent(e))
	}
	switch {
	case len(words) == 0:
		return ""
	case q.Move.Withheld != "":
		words = append(words, "So the close before it cannot be compared: "+ended(q.Move.Withheld))
	case q.Previous.Basis != "":
		words = append(words, "The previous close of "+t.hand.number(q.Previous.Value)+" that the change is counted from is taken "+q.Previous.Basis+".")
	}
	return strings.Join(words, " ")
}

// withheldOf says in few words why a quote has no change.
func (s *Site) withheldOf(q market.Quote) string {
	session, before := q.Symbol.Session(q.At)
	if now, err := s.ledger.Listings().StatusOn(q.Symbol, session); err == nil && now.Status != market.StatusListed {
		return string(now.Status)
	}
	if events := s.ledger.Listings().Between(q.Symbol, before, session); len(events) > 0 {
		return string(events[len(events)-1].Kind)
	}
	return "no close"
}

// unitOf names what prices are written in: USD, or pence sterling (GBX).
func unitOf(u market.Unit) string {
	if u.Whole() {
		return u.Code
	}
	return u.Name + " (" + u.Code + ")"
}

// ended is a text with the stop of a sentence, where it has none; of nothing, nothing.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
