package provider

import (
	"net/url"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// yahoo is the service behind Yahoo's charts. It is documented nowhere, and its terms allow personal use only, so that it is
// off unless it is named.
//
// Traps: London's shares are in pence, which it writes GBp; the close before that it gives is that before the chart's first
// day, so that it is taken of charts of one day alone; and what it has no price of is a row with all else.
func yahoo() wire.Provider {
	p := wire.Provider{
		Source: market.Source{
			ID: "yahoo", Name: "Yahoo Finance", Kind: market.Dataset, Home: "https://finance.yahoo.com", Terms: market.Private,
			Licence: "Personal use only; no licence for display is sold.", Note: "An undocumented service.", Fresh: freshQuote,
		},
		Kind: "share price", Docs: "https://finance.yahoo.com/",
		Base: "https://query1.finance.yahoo.com/", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{Delay: 15 * time.Minute, After: 5 * time.Minute, Pause: 2 * time.Second, Name: nameOf(p.Source.ID), Parse: parseYahoo}
	p.Requests = func(a wire.Ask) []wire.Request {
		return perListing(a, func(name string) string { return "v8/finance/chart/" + url.PathEscape(name) + "?interval=1d&range=1d" })
	}
	return p
}

// yahooKinds are the kinds of instrument that are shares or like them. Pairs of currencies come from sources of rates.
var yahooKinds = []string{"EQUITY", "ETF", "MUTUALFUND", "INDEX"}

func parseYahoo(body []byte, asked []wire.Listed) (wire.Reading, error) {
	type problem struct {
		Code        string `json:"code"`
		Description string `json:"description"`
	}
	var reply struct {
		Chart *struct {
			Error  *problem `json:"error"`
			Result []struct {
				Meta yahooMeta `json:"meta"`
			} `json:"result"`
		} `json:"chart"`
		Quotes *struct {
			Error  *problem     `json:"error"`
			Result []yahooQuote `json:"result"`
		} `json:"quoteResponse"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	var wrong *problem
	switch {
	case reply.Chart != nil:
		wrong = reply.Chart.Error
		for _, r := range reply.Chart.Result {
			if err := r.Meta.add(&t, asked); err != nil {
				return wire.Reading{}, err
			}
		}
	case reply.Quotes != nil:
		wrong = reply.Quotes.Error
		for _, q := range reply.Quotes.Result {
			if err := q.add(&t, asked); err != nil {
				return wire.Reading{}, err
			}
		}
	default:
		return wire.Reading{}, wire.Refuse("the reply holds neither a chart nor quotes")
	}
	if wrong != nil && wrong.Code == "Not Found" {
		l, err := only(asked)
		if err != nil {
			return wire.Reading{}, err
		}
		t.Leave("%s: the service does not know it: %.100s", l.Name, wrong.Description)
	} else if wrong != nil {
		return wire.Reading{}, refused(wrong.Code + " " + wrong.Description)
	}
	return t.Quoted()
}

// yahooMeta is what a chart says of its share.
type yahooMeta struct {
	Symbol   string    `json:"symbol"`
	Kind     string    `json:"instrumentType"`
	Currency string    `json:"currency"`
	Range    string    `json:"range"`
	Last     wire.Text `json:"regularMarketPrice"`
	Time     wire.Text `json:"regularMarketTime"`
	High     wire.Text `json:"regularMarketDayHigh"`
	Low      wire.Text `json:"regularMarketDayLow"`
	Volume   wire.Text `json:"regularMarketVolume"`
	Previous wire.Text `json:"previousClose"`
	Before   wire.Text `json:"chartPreviousClose"` // the close before the chart's first day
}

func (m yahooMeta) add(t *wire.Table, asked []wire.Listed) error {
	price := wire.Price{
		Last: plain(m.Last), High: plain(m.High), Low: plain(m.Low), Volume: plain(m.Volume), Previous: plain(m.Previous), Unit: m.Currency,
		Labels: map[market.Field]string{market.Last: "regularMarketPrice", market.PreviousClose: "previousClose"},
	}
	if price.Previous == "" && m.Range == "1d" {
		price.Previous, price.Labels[market.PreviousClose] = plain(m.Before), "chartPreviousClose"
	}
	return yahooPrice(t, asked, m.Symbol, m.Kind, m.Time, price)
}

// yahooQuote is a row of the service of quotes, whose replies can be saved in a browser.
type yahooQuote struct {
	Symbol   string    `json:"symbol"`
	Kind     string    `json:"quoteType"`
	Currency string    `json:"currency"`
	Last     wire.Text `json:"regularMarketPrice"`
	Time     wire.Text `json:"regularMarketTime"`
	Open     wire.Text `json:"regularMarketOpen"`
	High     wire.Text `json:"regularMarketDayHigh"`
	Low      wire.Text `json:"regularMarketDayLow"`
	Volume   wire.Text `json:"regularMarketVolume"`
	Previous wire.Text `json:"regularMarketPreviousClose"`
	Change   wire.Text `json:"regularMarketChange"`
	Percent  wire.Text `json:"regularMarketChangePercent"`
	Delay    wire.Text `json:"exchangeDataDelayedBy"`
}

func (q yahooQuote) add(t *wire.Table, asked []wire.Listed) error {
	return yahooPrice(t, asked, q.Symbol, q.Kind, q.Time, wire.Price{
		Last: plain(q.Last), Open: plain(q.Open), High: plain(q.High), Low: plain(q.Low), Volume: plain(q.Volume), Previous: plain(q.Previous),
		Change: plain(q.Change), Percent: plain(q.Percent), Unit: q.Currency, Delay: plain(q.Delay),
		Labels: map[market.Field]string{
			market.Last: "regularMarketPrice", market.PreviousClose: "regularMarketPreviousClose", market.Percent: "regularMarketChangePercent",
		},
	})
}

func yahooPrice(t *wire.Table, asked []wire.Listed, symbol, kind string, at wire.Text, price wire.Price) error {
	l, err := named(asked, symbol)
	if err != nil {
		return err
	}
	if !slices.Contains(yahooKinds, kind) {
		return wire.Refuse("%s is no share but %.20q: pairs of currencies come from sources of rates, and futures are not kept", symbol, kind)
	}
	if price.Last != "" {
		if price.At, err = unixMoment(at); err != nil {
			return err
		}
	}
	return t.Quote(l, price)
}
