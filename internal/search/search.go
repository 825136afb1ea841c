// Package search finds what readers and programs look for in one box: stories, dossiers, currencies, shares, and the answer of a bureau
// de change: what is "100 usd in yen"?
//
// Start at [Find]. It reads what is published and the ledger that it is given, and nothing else. [Read] reads a question, a
// pure function of what may be anything.
package search

import (
	"context"
	"errors"
	"slices"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Paper is what a search asks of the paper.
type Paper interface {
	Search(ctx context.Context, query string, limit int) (news.Found, error)
}

// Options say how is searched; the zero value works.
type Options struct {
	// Preferred are the currencies that are meant where a word may mean several, the first of them: those of the paper's
	// settings. None: then nothing is chosen.
	Preferred []currency.Code
	Quotes    []market.Quote // the listings among which is looked
	AsOf      market.AsOf    // of a conversion; what is zero is now
	Stories   int            // at most; 0: 20
	Dossiers  []news.Dossier // among which is looked
}

// Found is what was found.
type Found struct {
	Answer     *Answer             // nil where nothing is to be converted
	Currencies []currency.Currency // at most twelve
	Listings   []market.Quote      // the nearest first, at most eight
	Dossiers   []Dossier           // the nearest first, at most six
	News       news.Found
}

// The most that is found of each, beside stories.
const (
	stories       = 20
	maxCurrencies = 12
	maxListings   = 8
)

// Empty says whether nothing was found.
func (f Found) Empty() bool {
	return f.Answer == nil && len(f.Currencies) == 0 && len(f.Listings) == 0 && len(f.Dossiers) == 0 && len(f.News.Hits) == 0
}

// Find searches. The error is fault.Invalid for a query of more than [news.MaxSearch] bytes.
func Find(ctx context.Context, paper Paper, ledger *market.Ledger, query string, o Options) (f Found, err error) {
	if o.Stories == 0 {
		o.Stories = stories
	}
	if f.News, err = paper.Search(ctx, query, o.Stories); err != nil {
		return Found{}, err
	}
	table := ledger.Currencies()
	if q, ok := Read(query, table); ok {
		if f.Answer, err = answer(ctx, ledger, q, o); err != nil {
			return Found{}, err
		}
		f.Currencies = f.Answer.currencies(table)
	} else {
		f.Currencies, _ = table.Named(query)
	}
	f.Currencies = firstOf(f.Currencies, o.Preferred)
	f.Listings, f.Dossiers = listings(o.Quotes, query), dossiers(o.Dossiers, query)
	return f, nil
}

// firstOf are some currencies, those preferred before others, each once and not too many.
func firstOf(found []currency.Currency, preferred []currency.Code) (list []currency.Currency) {
	rank := func(c currency.Currency) int {
		if i := slices.Index(preferred, c.Code); i >= 0 {
			return i
		}
		return len(preferred)
	}
	sorted := slices.Clone(found)
	slices.SortStableFunc(sorted, func(a, b currency.Currency) int { return rank(a) - rank(b) })
	for _, c := range sorted {
		if len(list) < maxCurrencies && !slices.ContainsFunc(list, func(l currency.Currency) bool { return l.Code == c.Code }) {
			list = append(list, c)
		}
	}
	return list
}

// Answer is the answer to a question.
type Answer struct {
	Question
	Source, Target currency.Code      // what is taken to be meant; empty where that cannot be told
	Conversion     *market.Conversion // nil where either cannot be told, or nobody has said what the one is worth in the other
	Missing        string             // the sentence that says why there is none, where both can be told
}

// currencies are those that are taken to be meant, or, where that cannot be told, all that may be.
func (a Answer) currencies(table *currency.Table) (list []currency.Currency) {
	for _, side := range []struct {
		Side
		taken currency.Code
	}{{a.From, a.Source}, {a.To, a.Target}} {
		if c, err := table.Currency(side.taken); err == nil {
			list = append(list, c)
		} else {
			list = append(list, side.Means...)
		}
	}
	return list
}

// answer answers a question. One that names no second currency is answered in the first that is preferred.
func answer(ctx context.Context, ledger *market.Ledger, q Question, o Options) (*Answer, error) {
	a := Answer{Question: q}
	from, sure := q.From.among(o.Preferred)
	if sure {
		a.Source = from
	}
	if q.To.Words == "" {
		for _, p := range o.Preferred {
			if p != from && a.Target == "" {
				a.Target = p
			}
		}
	} else if to, sure := q.To.among(o.Preferred); sure {
		a.Target = to
	}
	if a.Source == "" || a.Target == "" {
		return &a, nil
	}
	c, err := ledger.Convert(ctx, q.Amount, a.Source, a.Target, o.AsOf)
	switch {
	case err == nil:
		a.Conversion = &c
	case errors.Is(err, fault.NotFound) || errors.Is(err, fault.Invalid):
		a.Missing = fault.Sentence(err)
	default:
		return nil, err
	}
	return &a, nil
}
