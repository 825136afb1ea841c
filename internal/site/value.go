package site

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Time is a moment as readers read it, at length and in a table, and as machines do.
type Time struct{ Text, Short, Machine string }

// timeOf writes midnight UTC, by which sources that speak of days mean the day, as a day, and all else with its time.
func timeOf(t time.Time) Time {
	t = t.UTC()
	if t.IsZero() {
		return Time{}
	}
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return dayOf(t)
	}
	return Time{Text: t.Format("2 January 2006, 15:04 UTC"), Short: t.Format("2 Jan 2006, 15:04"), Machine: t.Format(time.RFC3339)}
}

// dayOf writes the day of a moment.
func dayOf(t time.Time) Time {
	t = t.UTC()
	return Time{Text: t.Format("2 January 2006"), Short: t.Format("2 Jan 2006"), Machine: t.Format(time.DateOnly)}
}

// Move is a signed change, or why there is none.
type Move struct {
	Percent, Absolute string
	Class             string // move up, move down, move flat
	Since, SinceShort string // what it is counted from, in words; the second for a table
	Withheld          string
	Briefly           string // the same in a word or two, for a table; may be empty
}

// shown is a change in per cent as it is printed; one that was withheld is a dash with the reason behind it. All are empty where there
// is none.
func (m Move) shown() (text, class, title string) {
	switch {
	case m.Withheld != "":
		return "–", "move flat", "No change: " + m.Withheld
	case m.Percent != "":
		return m.Percent, m.Class, "since " + m.Since
	}
	return "", "", ""
}

// move writes a change: exactly where both values were said, else to as many places as the value is shown with.
func (h hand) move(m market.Move, how market.How, places int) Move {
	if m.Withheld != "" {
		return Move{Withheld: m.Withheld}
	}
	if m.From.IsZero() {
		return Move{Withheld: "there is no earlier value"}
	}
	by := m.By
	if how != market.Said {
		by = by.RoundPlaces(places)
	}
	// The triangle says what the digits say: what rounds to nothing has none.
	v := Move{Percent: h.percent(m.Percent), Absolute: h.signed(by), Class: classOf(m.Percent.RoundPlaces(2))}
	v.Since, v.SinceShort = "the previous close", "previous close"
	if !m.Since.IsZero() {
		since := h.time(m.Since)
		v.Since, v.SinceShort = since.Text, since.Short
	}
	return v
}

// Row is a settled value with all that must stand near it.
type Row struct {
	Code, Name, Href string
	Symbol           string // by which a page that stays current finds the row
	Value, Exact     string // as shown, and as a machine reads it
	Brief            string // as shown where there is no room for every digit
	Number           string // address of the first observation that it rests on
	Compare          string // address at which its sources are compared
	Source           string
	At, Seen         Time
	Until            string // the moment until which it counts as current; empty where that is past
	Agree            string // how many other current sources agree, as 3/4; empty where there are none
	How              string // empty where the source itself said it
	Move             Move
	Flags            []Flag
	Spark            string // SVG of the last sessions; empty where it is not drawn
	Days             string // how old it is, for a table
	Hidden           bool   // a search does not find it
	Unit             string // of a listing, what its price is written in
	Session          Time   // of a listing, the session that its price is of
}

// by says who said a value, and about when, where there is no room for both beside it.
func (r Row) by() string { return r.Source + ", " + r.At.Text }

// how says in a table how a value was reached.
func (r Row) how() (text string) {
	if r.How != "" {
		text = ", " + r.How
	}
	if r.Agree != "" {
		text += "."
	}
	return text
}

// session names the session of a listing's price.
func (r Row) session() string { return "the session of " + r.Session.Text }

// agree says in a table how many sources agree.
func (r Row) agree() string {
	if r.Agree == "" {
		return ""
	}
	return r.Agree + " agree"
}

// reached says below a page's number how it was reached, and ends the sentence.
func (r Row) reached() string {
	if r.How == "" {
		return "."
	}
	return "; " + r.How + "."
}

// since says below a page's number how it changed, or why no change is given.
func (r Row) since() string {
	switch {
	case r.Move.Withheld != "":
		return "No change is given: " + ended(r.Move.Withheld)
	case r.Move.Since != "":
		return "Change since " + r.Move.Since + ", " + r.Move.Absolute + "."
	}
	return ""
}

// Flag is what a reader must know of a number, and where more is said of it.
type Flag struct {
	market.Flag
	Href string // empty: nowhere
}

func flagsOf(list []market.Flag) (flags []Flag) {
	for _, f := range list {
		flags = append(flags, Flag{Flag: f})
	}
	return flags
}

// rowOf fills what an offer says of itself.
func (s *Site) rowOf(o market.Offer, m market.Move, t today) Row {
	shown := o.Shown()
	r := Row{
		Value: t.hand.number(shown), Brief: t.hand.number(briefOf(shown)), Exact: shown.String(), Source: nameOf(o.Source, t.sources),
		At: t.hand.time(o.At), Seen: t.hand.time(o.Seen), How: howOf(o.How), Move: t.hand.move(m, o.How, shown.Places()),
	}
	if len(o.From) > 0 {
		r.Number = numberPath(o.From[0].ID)
	}
	if _, ok := t.sources[o.Source]; ok && o.Source != market.TableID {
		// What is old already says so in words; of another day's page nothing grows old.
		if until := t.sources.Until(o); until.After(s.o.Now()) {
			r.Until = until.UTC().Format(time.RFC3339)
		}
	}
	return r
}

// briefOf rounds a value for the strip and the narrow tables to six significant digits, of which it never gives up one
// before the point. The exact value stands in the page beside it, for machines, and behind its link, for readers.
func briefOf(d currency.Decimal) currency.Decimal {
	const digits = 6
	before := max(0, d.Digits()-d.Places()) // digits before the point
	if before > 0 {
		return d.RoundPlaces(min(d.Places(), max(0, digits-before)))
	}
	if d.Digits() <= digits {
		return d
	}
	return d.RoundDigits(digits)
}

// pairRow is the row of a price; its link keeps the base and the day.
func (s *Site) pairRow(p market.Price, t today, query url.Values) Row {
	base, quote, _ := p.Symbol.Pair()
	r := s.rowOf(p.Offer, p.Move, t)
	r.Symbol = string(p.Symbol)
	r.Code, r.Name, r.Flags = string(quote), s.ledger.Currencies().Name(quote, "en"), flagsOf(p.Flags)
	r.Href = t.currencyPath(base, quote, query)
	r.Compare = ratePath(p.Symbol, query)
	if p.Of > 0 {
		r.Agree = strconv.Itoa(p.Within) + "/" + strconv.Itoa(p.Of)
	}
	return r
}

// listingRow is the row of a quote.
func (s *Site) listingRow(q market.Quote, t today, query url.Values) Row {
	_, ticker, _ := q.Symbol.Listing()
	r := s.rowOf(q.Offer, q.Move, t)
	r.Symbol = string(q.Symbol)
	r.Code, r.Name, r.Flags = ticker, q.Instrument.Name, flagsOf(q.Flags)
	if u := q.Instrument.Unit; !u.Whole() {
		r.Name += ", in " + u.Name
	}
	session, _ := q.Symbol.Session(q.At)
	r.Unit, r.Session = q.Instrument.Unit.Code, t.hand.day(session)
	if r.Move.Withheld != "" {
		r.Move.Briefly = s.withheldOf(q)
	}
	r.Href = address(symbolPath(q.Symbol), query)
	return r
}

// first are the currencies that a reader looks for first, by their share of the world's trade in currencies (BIS
// triennial survey of April 2025); the rest of the majors follow by code.
const first = "USD EUR JPY GBP CNY CHF AUD CAD"

// majors are the rows of the board's first group.
func (s *Site) majors(b market.Board, t today, query url.Values) []Row {
	table := s.ledger.Currencies()
	var rows []Row
	for _, p := range b.Prices {
		_, quote, _ := p.Symbol.Pair()
		if c, err := table.Currency(quote); err == nil && c.Group == table.Groups()[0] {
			rows = append(rows, s.pairRow(p, t, query))
		}
	}
	sortMajors(rows)
	return rows
}

// sortMajors puts the currencies that a reader looks for first in front.
func sortMajors(rows []Row) {
	rank := func(r Row) int {
		if i := strings.Index(first, r.Code); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return rank(a) - rank(b) })
}

// currencyPath is the address of a currency's page; the paper's own base is left out.
func (t today) currencyPath(base, quote currency.Code, query url.Values) string {
	q := url.Values{}
	if base != t.masthead.Base {
		q.Set("base", string(base))
	}
	if day := query.Get("as-of"); day != "" {
		q.Set("as-of", day)
	}
	return address("/markets/currencies/"+string(quote), q)
}

// symbolPath is the address of what a symbol names.
func symbolPath(s market.Symbol) string {
	if mic, ticker, ok := s.Listing(); ok {
		return "/markets/shares/" + url.PathEscape(string(mic)) + "/" + url.PathEscape(ticker)
	}
	base, quote, _ := s.Pair()
	return address("/markets/currencies/"+url.PathEscape(string(quote)), url.Values{"base": {string(base)}})
}

func numberPath(id market.ID) string { return "/numbers/" + string(id) }

// nameOf is a source's name; its ID where an archive of another version knows no more.
func nameOf(id market.SourceID, sources market.Sources) string {
	if s, ok := sources[id]; ok && s.Name != "" {
		return s.Name
	}
	return string(id)
}

// howOf says in words how a value was reached; of one that its source wrote itself, nothing.
func howOf(h market.How) string {
	if h == market.Said {
		return ""
	}
	return wordsOf(english).how(h)
}

// briefly is how a value was reached, in one word for a table.
func briefly(how string) string {
	word, _, _ := strings.Cut(how, " ")
	return strings.TrimRight(word, ":,;")
}

// Said is a source and its day with the codes that rest on them: what stands below a table of values.
type Said struct {
	Source string
	At     Time
	Codes  []string // empty: all that no other names
}

// codes are named behind a source that is one of several.
func (s Said) codes(of int) string {
	switch {
	case len(s.Codes) > 0:
		return ": " + joined(s.Codes)
	case of > 1:
		return ": all the others"
	}
	return ""
}

// line is what is said of a source that is one of several, as text.
func (s Said) line(of int) string { return s.Source + ", " + s.At.Text + s.codes(of) }

// saidOf gathers the sources of rows. The one of which most rows are comes last, and names none of them.
func saidOf(rows []Row) []Said {
	var list []Said
next:
	for _, r := range rows {
		for i, s := range list {
			if s.Source == r.Source && s.At == r.At {
				list[i].Codes = append(list[i].Codes, r.Code)
				continue next
			}
		}
		list = append(list, Said{Source: r.Source, At: r.At, Codes: []string{r.Code}})
	}
	slices.SortStableFunc(list, func(a, b Said) int { return len(a.Codes) - len(b.Codes) })
	if n := len(list); n > 0 {
		list[n-1].Codes = nil
	}
	return list
}

// since is what a table's changes are counted from, where they all are from the same; each change says it for itself.
func since(rows []Row) string {
	from := ""
	for _, r := range rows {
		if s := r.Move.Since; s != "" && from == "" {
			from = s
		} else if s != "" && s != from {
			return ""
		}
	}
	if from == "" {
		return ""
	}
	return ", and the change since " + from
}

// ageOf says how long before a moment another was, in days.
func ageOf(t, at time.Time) string {
	switch days := int(at.Sub(t) / (24 * time.Hour)); {
	case t.IsZero():
		return ""
	case days <= 0:
		return "less than a day old"
	case days == 1:
		return "1 day old"
	default:
		return strconv.Itoa(days) + " days old"
	}
}

// daysOf says how long before a moment another was, in whole days, for a table.
func daysOf(t, at time.Time) string {
	switch days := int(at.Sub(t) / (24 * time.Hour)); {
	case t.IsZero():
		return ""
	case days <= 0:
		return "<1 day"
	case days == 1:
		return "1 day"
	default:
		return strconv.Itoa(days) + " days"
	}
}

// joined is a list of codes as a line.
func joined(codes []string) string { return strings.Join(codes, ", ") }
