package provider

import (
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nasdaq is the service behind the pages of nasdaq.com. It is documented nowhere and no terms for it were found, so that it
// is off unless it is named.
//
// Traps: numbers are texts with signs of dollars, commas and per cent; what is not known is N/A; and the moment of a trade is
// a day in words.
func nasdaq() wire.Provider {
	p := wire.Provider{
		Source: market.Source{
			ID: "nasdaq", Name: "Nasdaq (web)", Kind: market.Dataset, Home: "https://www.nasdaq.com", Terms: market.Private,
			Licence: "Terms for the service behind the pages were not found.", Note: "An undocumented service.", Fresh: freshQuote,
		},
		Kind: "share price at the close", Docs: "https://www.nasdaq.com/", Base: "https://api.nasdaq.com/", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{EndOfDay: true, After: time.Hour, Pause: 2 * time.Second, Name: nameOf(p.Source.ID), Parse: parseNasdaq}
	p.Requests = func(a wire.Ask) []wire.Request {
		return perListing(a, func(name string) string { return "api/quote/" + url.PathEscape(name) + "/info?assetclass=stocks" })
	}
	return p
}

type nasdaqQuote struct {
	Symbol string `json:"symbol"`
	Main   *struct {
		Last    wire.Text `json:"lastSalePrice"`
		Change  wire.Text `json:"netChange"`
		Percent wire.Text `json:"percentageChange"`
		Day     string    `json:"lastTradeTimestamp"`
		Unit    wire.Text `json:"currency"`
	} `json:"primaryData"`
	Stats map[string]struct {
		Value wire.Text `json:"value"`
	} `json:"keyStats"`
}

func parseNasdaq(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var reply struct {
		Data   *nasdaqQuote `json:"data"`
		Status struct {
			Code     wire.Text `json:"rCode"`
			Messages []struct {
				Text string `json:"errorMessage"`
			} `json:"bCodeMessage"`
		} `json:"status"`
		nasdaqQuote
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	if reply.Data == nil {
		if len(reply.Status.Messages) > 0 {
			l, err := only(asked)
			if err != nil {
				return wire.Reading{}, err
			}
			t.Leave("%s: the service gives no price, and says: %.100s", l.Name, reply.Status.Messages[0].Text)
			return t.Quoted()
		}
		reply.Data = &reply.nasdaqQuote
	}
	q := *reply.Data
	if q.Symbol == "" || q.Main == nil {
		return wire.Reading{}, wire.Refuse("the reply holds no price: it has no member primaryData")
	}
	l, err := named(asked, q.Symbol)
	if err != nil {
		return wire.Reading{}, err
	}
	price := wire.Price{
		Last: plain(q.Main.Last), Change: plain(q.Main.Change), Percent: plain(q.Main.Percent), Unit: plain(q.Main.Unit),
		Open: plain(q.Stats["OpenPrice"].Value), Previous: plain(q.Stats["PreviousClose"].Value), Volume: plain(q.Stats["Volume"].Value),
		Labels: map[market.Field]string{market.Last: "lastSalePrice", market.PreviousClose: "PreviousClose", market.Percent: "percentageChange"},
	}
	if price.Last != "" {
		day := strings.TrimPrefix(q.Main.Day, "DATA AS OF ")
		if price.At, err = wire.Day("Jan 2, 2006", day); err != nil {
			return wire.Reading{}, err
		}
	}
	if err := t.Quote(l, price); err != nil {
		return wire.Reading{}, err
	}
	return t.Quoted()
}
