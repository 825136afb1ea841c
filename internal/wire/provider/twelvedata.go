package provider

import (
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// twelveData is Twelve Data, a commercial service whose free plan counts 8 shares a minute and 800 a day.
//
// Traps: an error comes with status 200, or stands in the place of one share of several; the timestamp of a day's quote is
// that of its opening, so that it is not read; within a session there is no close yet; and the market is that of the segment.
func twelveData() wire.Provider {
	p := wire.Provider{
		Source: keyed("twelvedata", "Twelve Data", "https://twelvedata.com",
			"Plans for individuals are not for display to others; a business plan says what may be shown.", freshQuote),
		Kind: "share price", Docs: "https://twelvedata.com/docs#quote",
		Base: "https://api.twelvedata.com/", Key: "API key", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{EndOfDay: true, After: 30 * time.Minute, Pause: time.Minute, Name: nameOf(p.Source.ID), Parse: parseTwelveData}
	p.Requests = func(a wire.Ask) []wire.Request {
		const most = 8
		var all []wire.Request
		for some := a.Listed; len(some) > 0; some = some[min(most, len(some)):] {
			asked := some[:min(most, len(some))]
			var names []string
			for _, l := range asked {
				names = append(names, url.QueryEscape(l.Name))
			}
			all = append(all, wire.Request{
				Path:   "quote?symbol=" + strings.Join(names, ",") + "&apikey=" + url.QueryEscape(a.Key),
				Listed: asked,
			})
		}
		return all
	}
	return p
}

type twelveQuote struct {
	Symbol   string    `json:"symbol"`
	MIC      string    `json:"mic_code"`
	Currency string    `json:"currency"`
	Day      string    `json:"datetime"`
	Last     wire.Text `json:"close"`
	Open     wire.Text `json:"open"`
	High     wire.Text `json:"high"`
	Low      wire.Text `json:"low"`
	Volume   wire.Text `json:"volume"`
	Previous wire.Text `json:"previous_close"`
	Change   wire.Text `json:"change"`
	Percent  wire.Text `json:"percent_change"`
	IsOpen   bool      `json:"is_market_open"`

	Status  string    `json:"status"`
	Code    wire.Text `json:"code"`
	Message string    `json:"message"`
}

func parseTwelveData(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var single twelveQuote
	if err := wire.JSON(body, &single); err == nil && (single.Symbol != "" || single.Message != "") {
		return twelveQuotes(map[string]twelveQuote{single.Symbol: single}, asked)
	}
	var shape map[string]jsontext.Value
	if err := wire.JSON(body, &shape); err != nil {
		return wire.Reading{}, err
	}
	several := make(map[string]twelveQuote, len(shape))
	for name, value := range shape {
		var q twelveQuote
		if err := wire.JSON(value, &q); err != nil {
			return wire.Reading{}, err
		}
		several[name] = q
	}
	return twelveQuotes(several, asked)
}

func twelveQuotes(quotes map[string]twelveQuote, asked []wire.Listed) (wire.Reading, error) {
	var t wire.Table
	for name, q := range sorted(quotes) {
		if q.Message != "" && (name == "" || q.Code == "429") {
			return wire.Reading{}, refused(q.Message)
		}
		l, err := named(asked, name)
		if err != nil {
			return wire.Reading{}, err
		}
		if q.Message != "" {
			t.Leave("%s: the service gives no price, and says: %.200s", l.Name, q.Message)
			continue
		}
		if q.Symbol != name {
			return wire.Reading{}, wire.Refuse("what stands under %.20q speaks of %.20q", name, q.Symbol)
		}
		if mic, _, _ := l.Symbol.Listing(); q.MIC != "" && operating(q.MIC) != mic && !overTheCounter(mic) {
			return wire.Reading{}, wire.Refuse("the reply speaks of %.20s at %.8s, and %s was asked for", q.Symbol, q.MIC, l.Symbol)
		}
		day, err := wire.Day(time.DateOnly, q.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		if q.IsOpen { // a day's close would then seem to come before it
			t.Leave("%s: the market is open, and closes are asked for", l.Name)
			continue
		}
		err = t.Quote(l, wire.Price{
			At: day, Last: plain(q.Last), Open: plain(q.Open), High: plain(q.High), Low: plain(q.Low), Volume: plain(q.Volume),
			Previous: plain(q.Previous), Change: plain(q.Change), Percent: plain(q.Percent), Unit: q.Currency,
			Labels: map[market.Field]string{
				market.Last: "close", market.PreviousClose: "previous_close", market.Percent: "percent_change",
			},
		})
		if err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Quoted()
}

// overTheCounter says whether a market is no exchange, so that services name it in many ways.
func overTheCounter(mic market.MIC) bool { return mic == "OTCM" }
