package desk

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// FiguresPage finds figures to be copied, for who works without scripts.
type FiguresPage struct {
	Frame
	Query   string
	Figures []Pick
}

// Pick is a figure that may be put into a text, with the value that it would have now.
type Pick struct {
	Insert string `json:"insert"`
	Label  string `json:"label"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

func (d *Desk) figures(w http.ResponseWriter, v visit) error {
	p := FiguresPage{Frame: d.room(v, "Figures"), Query: v.URL.Query().Get("q")}
	p.Standfirst = "Name two currencies, or one, or a share; a day or two if you like: eur usd 2026-01-20; 100 usd in eur; rio %."
	var err error
	if p.Figures, err = d.picks(v.Context(), p.Query); err != nil {
		return err
	}
	return d.answer(w, v.Request, http.StatusOK, figuresPage(p))
}

func (d *Desk) figureList(w http.ResponseWriter, v visit) error {
	found, err := d.picks(v.Context(), v.URL.Query().Get("q"))
	if found == nil {
		found = []Pick{}
	}
	return inJSON(w, found, err)
}

// Limits of what is looked for.
const (
	maxSought = 80 // bytes of a query; what is longer is cut
	mostPicks = 8
)

// picks are the figures that a query may mean and that have a value. A query says currencies or a share in any words, days,
// and what is wanted of them.
func (d *Desk) picks(ctx context.Context, query string) ([]Pick, error) {
	sources, err := d.ledger.Known(ctx)
	if err != nil {
		return nil, err
	}
	last, err := d.lastMasthead(ctx)
	if err != nil {
		return nil, err
	}
	var all []Pick
	for _, expression := range d.expressions(query[:min(len(query), maxSought)], cmp.Or(last.Masthead.Base, d.o.Base)) {
		f, err := news.ParseFigure(expression)
		if err != nil {
			continue // words that together are no figure
		}
		resolved, err := d.newsroom.Preview(ctx, "{{"+expression+"}}", "en", d.o.Now())
		if err != nil {
			return nil, err
		}
		if len(resolved) != 1 || resolved[0].Problem != "" || len(resolved[0].Pins) == 0 {
			continue
		}
		last := resolved[0].Pins[len(resolved[0].Pins)-1]
		all = append(all, Pick{
			Insert: "{{" + expression + "}}", Label: labelOf(f), Value: resolved[0].Text,
			Source: sources[last.Source].Name + ", " + last.At.UTC().Format("2 January 2006"),
		})
		if len(all) == mostPicks {
			break
		}
	}
	return all, nil
}

// labelOf says in words what a figure is.
func labelOf(f news.Figure) string {
	what := string(f.Symbol)
	switch {
	case f.Form == news.Table, f.Form == news.Chart:
		return string(f.Form) + " of " + what
	case f.Field == news.Amount:
		base, quote, _ := f.Symbol.Pair()
		return f.Amount.String() + " " + string(base) + " in " + string(quote)
	case f.Since != "" && f.Field == market.Percent:
		return what + ", change in per cent"
	case f.Since != "":
		return what + ", change"
	case f.Field == market.Percent, f.Field == market.Change, f.Field == market.PreviousClose:
		return what + ", " + string(f.Field)
	}
	return what
}

var (
	dayWord    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	amountWord = regexp.MustCompile(`^\d+(\.\d+)?$`)
)

// expressions are the figures that the words of a query may mean, the likeliest first.
func (d *Desk) expressions(query string, base currency.Code) []string {
	var codes []currency.Code
	var listings []market.Symbol
	var days []string
	var amount string
	var percent, change, chart bool
	for _, word := range strings.FieldsFunc(strings.ToLower(query), func(r rune) bool { return strings.ContainsRune(" /,@|{}", r) }) {
		switch {
		case dayWord.MatchString(word):
			days = append(days, word)
		case amountWord.MatchString(word):
			amount = word
		case word == "%" || word == "percent":
			percent = true
		case word == "change" || word == "chg":
			change = true
		case word == "chart":
			chart = true
		case word == "in" || word == "to" || word == "since" || word == "table":
		default:
			codes, listings = append(codes, d.codes(word)...), append(listings, d.listings(word)...)
		}
	}
	slices.Sort(days)
	on, since := "", ""
	switch {
	case len(days) > 1:
		since, on = " since "+days[0], " @"+days[len(days)-1]
	case len(days) == 1 && (percent || change || chart):
		since = " since " + days[0]
	case len(days) == 1:
		on = " @" + days[0]
	case percent || change || chart:
		since = " since " + d.o.Now().UTC().AddDate(0, 0, -30).Format(time.DateOnly)
	}
	var all []string
	for _, pair := range pairs(codes, base) {
		base, quote, _ := pair.Pair()
		symbol := string(pair)
		switch {
		case amount != "":
			all = append(all, amount+" "+string(base)+" in "+string(quote)+on)
		case chart:
			all = append(all, "chart "+symbol+since+on)
		case since != "":
			all = append(all, symbol+" %"+since+on, symbol+" change"+since+on)
		default:
			all = append(all, symbol+on)
		}
	}
	for _, listing := range listings {
		switch {
		case percent && since != "" && len(days) > 0:
			all = append(all, string(listing)+" %"+since+on)
		case percent:
			all = append(all, string(listing)+" %"+on)
		default:
			all = append(all, string(listing)+on, string(listing)+" %"+on)
		}
	}
	return all
}

// pairs are the pairs that some currencies may mean: both ways of the first two, and each alone against the paper's base.
func pairs(codes []currency.Code, base currency.Code) []market.Symbol {
	var all []market.Symbol
	add := func(a, b currency.Code) {
		if a != b && !slices.Contains(all, market.Pair(a, b)) {
			all = append(all, market.Pair(a, b))
		}
	}
	if len(codes) >= 2 {
		add(codes[0], codes[1])
		add(codes[1], codes[0])
	}
	for _, c := range codes {
		add(base, c)
		add(c, base)
	}
	return all
}

// codes are the currencies that a word means: by code, or the first few by name.
func (d *Desk) codes(word string) []currency.Code {
	const names = 3
	if code, err := currency.ParseCode(strings.ToUpper(word)); err == nil {
		if _, err := d.ledger.Currencies().Currency(code); err == nil {
			return []currency.Code{code}
		}
	}
	if len(word) < 3 {
		return nil
	}
	var all []currency.Code
	for _, c := range d.ledger.Currencies().Search(word) {
		if all = append(all, c.Code); len(all) == names {
			break
		}
	}
	return all
}

// listings are the shares that a word means, by their ticker.
func (d *Desk) listings(word string) []market.Symbol {
	var all []market.Symbol
	for _, i := range d.ledger.Listings().Under(strings.ToUpper(word)) {
		all = append(all, i.Symbol)
	}
	return all
}
