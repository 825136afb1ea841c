package native

import (
	"strings"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// money is what is known of a code.
type money struct {
	Code       currency.Code `json:"code" doc:"three letters"`
	Name       string        `json:"name" doc:"in English"`
	Numeric    string        `json:"numeric,omitempty" doc:"three digits, where there are any"`
	MinorUnits *int          `json:"minor_units" doc:"places of an amount; null where that does not apply"`
	Kind       currency.Kind `json:"kind" enum:"currency fund metal unit offshore island test none" doc:"what sort of thing the code names"`
	Group      string        `json:"group" doc:"the heading under which it stands on a board"`
	Regions    []string      `json:"regions" doc:"territories that use it or, if it is retired, used it: ISO 3166"`
	Introduced string        `json:"introduced,omitempty" doc:"a day, a month or a year, where it is known"`
	Retired    string        `json:"retired,omitempty" doc:"the first day, month or year in which it was no longer money"`
	Successor  currency.Code `json:"successor,omitempty" doc:"what replaced it"`
	OldPerNew  *api.Number   `json:"old_per_new,omitempty" doc:"units of it that made one of the successor"`
	Note       string        `json:"note,omitempty" doc:"what to know of it"`
	Source     string        `json:"source" doc:"from where that is known"`
}

// currencies are all currencies.
type currencies struct {
	Count      int     `json:"count" doc:"how many there are"`
	Currencies []money `json:"currencies" doc:"by code"`
}

func moneyOf(c currency.Currency) money {
	m := money{
		Code: c.Code, Name: c.Name, Numeric: c.Numeric, Kind: c.Kind, Group: c.Group, Regions: strings.Fields(c.Regions),
		Introduced: c.Introduced.String(), Retired: c.Retired.String(), Successor: c.Successor, Note: c.Note, Source: c.Source, OldPerNew: known(c.OldPerNew),
	}
	if c.MinorUnits >= 0 {
		m.MinorUnits = &c.MinorUnits
	}
	return m
}

// known is a number of a table, which is zero where it is not known.
func known(d currency.Decimal) *api.Number {
	if d.IsZero() {
		return nil
	}
	n := api.Number(d)
	return &n
}

func (n *native) currencies(q query) (found, error) {
	kind, some := given[string](q, "kind")
	out, f := currencies{Currencies: []money{}}, found{}
	for _, c := range n.Ledger().Currencies().Currencies() {
		if some && string(c.Kind) != kind {
			continue
		}
		m := moneyOf(c)
		out.Currencies = append(out.Currencies, m)
		f.rows = append(f.rows, m)
	}
	out.Count = len(out.Currencies)
	f.whole, f.lasting = out, true
	return f, nil
}

// currencyReply is all that is known of one currency.
type currencyReply struct {
	money
	Pegs            []peg            `json:"pegs" csv:"-" doc:"what it is or was pegged to, in the order of the beginning"`
	Redenominations []redenomination `json:"redenominations" csv:"-" doc:"changes of it into another, or of one scale into the next"`
	OnRecord        *onRecord        `json:"on_record,omitempty" doc:"of which days a rate is known; left out where none is"`
}

// peg is a promise, a law or a habit that holds a currency to another.
type peg struct {
	Anchor      currency.Code `json:"anchor" doc:"what it is held to"`
	Rate        api.Number    `json:"rate" doc:"units of the currency for one of the anchor"`
	Inverse     *api.Number   `json:"inverse,omitempty" doc:"the other way round, where that is the official figure and rate is rounded from it"`
	Low         *api.Number   `json:"low,omitempty" doc:"the band, or the authority's buying and selling rates"`
	High        *api.Number   `json:"high,omitempty" doc:"as low"`
	Regime      string        `json:"regime" doc:"fixed, currency board, crawling…"`
	Since       string        `json:"since,omitempty" doc:"the first day in force, where it is known"`
	Until       string        `json:"until,omitempty" doc:"the last day in force; left out: it is"`
	Irrevocable bool          `json:"irrevocable" doc:"a conversion rate, fixed for ever"`
	Authority   string        `json:"authority" doc:"whose promise it is"`
	Source      string        `json:"source" doc:"from where that is known"`
	Verified    string        `json:"verified" doc:"how far that was checked against documents"`
}

// redenomination is a change of one currency, or scale, into another.
type redenomination struct {
	From       currency.Code `json:"from" doc:"the old"`
	To         currency.Code `json:"to" doc:"the new, which may have the same code"`
	OldPerNew  api.Number    `json:"old_per_new" doc:"units of the old that made one new"`
	NewPerOld  *api.Number   `json:"new_per_old,omitempty" doc:"the other way round, where that is the official figure"`
	Effective  string        `json:"effective,omitempty" doc:"the first day of the new; left out while it is only announced"`
	LegalUntil string        `json:"legal_until,omitempty" doc:"how long the old remained legal tender, in words"`
	Source     string        `json:"source" doc:"from where that is known"`
	Verified   string        `json:"verified" doc:"how far that was checked against documents"`
}

// onRecord says of which days a rate is known.
type onRecord struct {
	Pair  market.Symbol `json:"pair" doc:"against what"`
	First currency.Date `json:"first" doc:"the first day"`
	Last  currency.Date `json:"last" doc:"the last day"`
	Count int           `json:"count" doc:"moments of which there is a rate"`
}

func (n *native) currency(q query) (found, error) {
	code, _ := given[currency.Code](q, "code")
	table := n.Ledger().Currencies()
	c, err := table.Currency(code)
	if err != nil {
		return found{}, err
	}
	out := currencyReply{money: moneyOf(c), Pegs: []peg{}, Redenominations: []redenomination{}}
	for _, p := range table.Pegs(code) {
		out.Pegs = append(out.Pegs, peg{
			p.Anchor, api.Number(p.Rate), known(p.Inverse), known(p.Low), known(p.High), p.Regime, p.Since.String(), p.Until.String(),
			p.Irrevocable, p.Authority, p.Source, p.Verified,
		})
	}
	for r := range table.Redenominations(code) {
		out.Redenominations = append(out.Redenominations, redenomination{
			r.From, r.To, api.Number(r.OldPerNew), known(r.NewPerOld), r.Effective.String(), r.LegalUntil, r.Source, r.Verified,
		})
	}
	against := currency.Code("EUR") // which the most sources quote
	if code == against {
		against = "USD"
	}
	pair := market.Pair(against, code)
	history, err := n.Ledger().History(q.Context(), pair, q.asOf(n.Now()).AsOf)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return found{}, err
	}
	t := newTally()
	if len(history) > 0 {
		newest, oldest := history[0], history[len(history)-1]
		out.OnRecord = &onRecord{pair, currency.DateOf(oldest.At), currency.DateOf(newest.At), len(history)}
		t.price(newest)
	}
	return t.close(found{whole: out, rows: []any{out}}, false), nil
}
