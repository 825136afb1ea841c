package provider

import (
	"encoding/xml"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbk is the National Bank of Kazakhstan: official rates of some forty currencies in tenge, for 1 to 1000 units, made of
// the market's rates of the working day before. The table is asked for by day, and that is the day for which it holds.
// The elements are those of a feed of news: title is the code, description the rate, quant the units.
func nbk() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "nbk", Name: "National Bank of Kazakhstan", Kind: market.Official, Issuer: "KZT",
			Home:    "https://nationalbank.kz/en/exchangerates/ezhednevnye-oficialnye-rynochnye-kursy-valyut",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Note:  "Official market rates of the day for which they hold.",
			Fresh: 8 * 24 * time.Hour, // Nauryz with the weekends beside it
		},
		Kind: "official market rate", Docs: "https://nationalbank.kz/en/exchangerates/ezhednevnye-oficialnye-rynochnye-kursy-valyut",
		Base:     "https://nationalbank.kz/rss/",
		Schedule: wire.Schedule{Zone: "Asia/Almaty", From: "00:10", Until: "17:00", Every: 30 * time.Minute},
		Default:  true, Since: "2000-01-01",
		Requests: func(a wire.Ask) []wire.Request {
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{Path: "get_rates.cfm?fdate=" + day.Format("02.01.2006")})
			}
			return all
		},
		Parse: parseNBK,
	}
}

func parseNBK(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"rates"`
		Title   string   `xml:"title"`
		Day     string   `xml:"date"`
		Rates   []struct {
			Code  string `xml:"title"`
			Rate  string `xml:"description"`
			Units string `xml:"quant"`
		} `xml:"item"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if !strings.HasPrefix(reply.Title, "Official exchange rates") {
		return wire.Reading{}, wire.Refuse("the table is called %.60q and not official exchange rates", reply.Title)
	}
	at, err := wire.Day("02.01.2006", reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		row := unitsRow{Base: r.Code, Units: r.Units, Rate: r.Rate, Quote: "KZT", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
