package provider

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// eodhd is EOD Historical Data, a commercial service, for prices that are 15 to 20 minutes old.
//
// Traps: what it does not know is the text NA in the place of a number; one share is an object, several are a list; and
// its change in per cent has been seen as a fraction, which the ledger finds, since it computes its own.
func eodhd() wire.Provider {
	p := wire.Provider{
		Source: keyed("eodhd", "EOD Historical Data", "https://eodhd.com",
			"Plans for individuals are for personal use; display to others wants a commercial plan.", freshQuote),
		Kind: "share price", Docs: "https://eodhd.com/financial-apis/live-ohlcv-stocks-api",
		Base: "https://eodhd.com/api/", Key: "API token", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{Delay: 20 * time.Minute, Every: time.Hour, After: 10 * time.Minute, Name: nameOf(p.Source.ID), Parse: parseEODHD}
	p.Requests = func(a wire.Ask) []wire.Request {
		const most = 15
		var all []wire.Request
		for some := a.Listed; len(some) > 0; some = some[min(most, len(some)):] {
			asked := some[:min(most, len(some))]
			path := "real-time/" + url.PathEscape(asked[0].Name) + "?fmt=json&api_token=" + url.QueryEscape(a.Key)
			var more []string
			for _, l := range asked[1:] {
				more = append(more, url.QueryEscape(l.Name))
			}
			if len(more) > 0 {
				path += "&s=" + strings.Join(more, ",")
			}
			all = append(all, wire.Request{Path: path, Listed: asked})
		}
		return all
	}
	return p
}

type eodhdQuote struct {
	Code     string    `json:"code"`
	Time     wire.Text `json:"timestamp"`
	Open     wire.Text `json:"open"`
	High     wire.Text `json:"high"`
	Low      wire.Text `json:"low"`
	Last     wire.Text `json:"close"`
	Volume   wire.Text `json:"volume"`
	Previous wire.Text `json:"previousClose"`
	Change   wire.Text `json:"change"`
	Percent  wire.Text `json:"change_p"`
	Error    string    `json:"error"`
}

func parseEODHD(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var quotes []eodhdQuote
	if start := bytes.TrimSpace(body); len(start) > 0 && start[0] == '{' {
		var single eodhdQuote
		if err := wire.JSON(body, &single); err != nil {
			return wire.Reading{}, err
		}
		if single.Error != "" {
			return wire.Reading{}, refused(single.Error)
		}
		quotes = append(quotes, single)
	} else if err := wire.JSON(body, &quotes); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, q := range quotes {
		l, err := named(asked, q.Code)
		if err != nil {
			return wire.Reading{}, err
		}
		price := wire.Price{
			Last: plain(q.Last), Open: plain(q.Open), High: plain(q.High), Low: plain(q.Low), Volume: plain(q.Volume),
			Previous: plain(q.Previous), Change: plain(q.Change), Percent: plain(q.Percent), Delay: "20",
			Labels: map[market.Field]string{market.Last: "close", market.PreviousClose: "previousClose", market.Percent: "change_p"},
		}
		if text := plain(q.Time); text != "" {
			if price.At, err = unixMoment(wire.Text(text)); err != nil {
				return wire.Reading{}, err
			}
		}
		if err := t.Quote(l, price); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Quoted()
}
