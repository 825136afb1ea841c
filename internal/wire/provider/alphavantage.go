package provider

import (
	"net/url"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// alphaVantage is Alpha Vantage, a commercial service whose free plan allows 25 requests a day, for closes.
//
// Traps: who asks too often is answered with status 200 and a Note, or an Information; of a share that it does not know it
// answers an empty object; and it says the day of a price, not its time.
func alphaVantage() wire.Provider {
	p := wire.Provider{
		Source: keyed("alphavantage", "Alpha Vantage", "https://www.alphavantage.co",
			"Free plans are for personal use; display to others wants a plan and a licence that say so.", freshQuote),
		Kind: "share price at the close", Docs: "https://www.alphavantage.co/documentation/#latestprice",
		Base: "https://www.alphavantage.co/", Key: "API key", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{EndOfDay: true, After: 90 * time.Minute, Pause: 13 * time.Second, Name: nameOf(p.Source.ID), Parse: parseAlphaVantage}
	p.Requests = func(a wire.Ask) []wire.Request {
		return perListing(a, func(name string) string {
			return "query?function=GLOBAL_QUOTE&symbol=" + url.QueryEscape(name) + "&apikey=" + url.QueryEscape(a.Key)
		})
	}
	return p
}

func parseAlphaVantage(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var reply struct {
		Quote       *map[string]wire.Text `json:"Global Quote"`
		Note        string                `json:"Note"`
		Information string                `json:"Information"`
		Error       string                `json:"Error Message"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	for _, words := range []string{reply.Note, reply.Information, reply.Error} {
		if words != "" {
			return wire.Reading{}, refused(words)
		}
	}
	if reply.Quote == nil {
		return wire.Reading{}, wire.Refuse("the reply holds no price: it has no member %q", "Global Quote")
	}
	quote := *reply.Quote
	var t wire.Table
	if len(quote) == 0 {
		l, err := only(asked)
		if err != nil {
			return wire.Reading{}, err
		}
		t.Leave("%s: the reply is empty, so that it is not known there", l.Name)
		return t.Quoted()
	}
	l, err := named(asked, string(quote["01. symbol"]))
	if err != nil {
		return wire.Reading{}, err
	}
	day, err := wire.Day(time.DateOnly, string(quote["07. latest trading day"]))
	if err != nil {
		return wire.Reading{}, err
	}
	err = t.Quote(l, wire.Price{
		At: day, Open: plain(quote["02. open"]), High: plain(quote["03. high"]), Low: plain(quote["04. low"]),
		Last: plain(quote["05. price"]), Volume: plain(quote["06. volume"]), Previous: plain(quote["08. previous close"]),
		Change: plain(quote["09. change"]), Percent: plain(quote["10. change percent"]),
		Labels: map[market.Field]string{market.Last: "price", market.PreviousClose: "previous close"},
	})
	if err != nil {
		return wire.Reading{}, err
	}
	return t.Quoted()
}
