package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// floatrates is FloatRates, a keyless collection: one table a day, around noon GMT, of some 150 currencies against the
// dollar, gathered from central banks and others. A figure is of the day of its pubDate.
//
// Traps: the same table as JSON does not say what its base is, so that only the XML can be read; thousands may be set
// off with commas; and every figure also stands there inverted and rounded, which is not read.
func floatrates() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "floatrates", Name: "FloatRates", Kind: market.Dataset,
			Home: "https://www.floatrates.com", Terms: market.ShowOnly,
			Licence:     "Terms not found: shown with the service named.",
			Attribution: "Rates by FloatRates",
			Note:        "A collection from central banks and other sources.",
			Fresh:       72 * time.Hour,
		},
		Kind: "collected rate", Docs: "https://www.floatrates.com/feeds.html",
		Base:     "https://www.floatrates.com/daily/",
		Schedule: wire.Schedule{Zone: "UTC", From: "12:05", Until: "18:00", Every: 30 * time.Minute, Days: everyDay},
		Requests: func(wire.Ask) []wire.Request { return []wire.Request{{Path: "usd.xml"}} },
		Parse:    parseFloatRates,
	}
}

func parseFloatRates(body []byte) (wire.Reading, error) {
	if len(body) > 0 && body[0] == '{' {
		return wire.Reading{}, wire.Refuse("the table as JSON does not say what its rates are against: only the XML does")
	}
	var reply struct {
		XMLName xml.Name `xml:"channel"`
		Base    string   `xml:"baseCurrency"`
		Rates   []struct {
			Day   string `xml:"pubDate"`
			Base  string `xml:"baseCurrency"`
			Quote string `xml:"targetCurrency"`
			Rate  string `xml:"exchangeRate"`
		} `xml:"item"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		if r.Base != reply.Base || r.Base == "" {
			return wire.Reading{}, wire.Refuse("a rate against %.20q stands in a table against %.20q", r.Base, reply.Base)
		}
		at, err := wire.Day(time.RFC1123, r.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		value, err := groupedNumber(r.Rate)
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Add(r.Base, r.Quote, value, at, "1 "+r.Base+" = "+r.Rate+" "+r.Quote); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
