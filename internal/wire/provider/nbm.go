package provider

import (
	"encoding/xml"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbm is the National Bank of Moldova: official rates of some forty currencies in lei, for 1 to 100 units, and prices of
// gold and silver per gram, in two services. Both are asked for by day, and that is the day for which they hold; it was
// set on the working day before, in the afternoon.
func nbm() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "nbm", Name: "National Bank of Moldova", Kind: market.Official, Issuer: "MDL",
			Home:    "https://www.bnm.md/en/content/official-exchange-rates",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Note:  "Official rates, and prices of metals that were given per gram and stand here per troy ounce.",
			Fresh: 7 * 24 * time.Hour, // Easter with the day of remembrance after it
		},
		Kind: "official rate", Docs: "https://www.bnm.md/en/content/official-exchange-rates",
		Base:     "https://www.bnm.md/en/",
		Schedule: wire.Schedule{Zone: "Europe/Chisinau", From: "00:10", Until: "12:00", Every: 30 * time.Minute},
		Default:  true, Since: "1999-01-04",
		Requests: func(a wire.Ask) []wire.Request {
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				query := "?date=" + day.Format("02.01.2006") + "&get_xml=1"
				all = append(all, wire.Request{Path: "official_exchange_rates" + query}, wire.Request{Path: "official_metal_rates" + query})
			}
			return all
		},
		Parse: parseNBM,
	}
}

// nbmRow is a row of either service.
type nbmRow struct {
	Code    string `xml:"CharCode"`
	Nominal string
	Name    string
	Value   string
}

func parseNBM(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name
		Day     string   `xml:"Date,attr"`
		Name    string   `xml:"name,attr"`
		Rates   []nbmRow `xml:"Valute"`
		Metals  []nbmRow `xml:"Metal"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	rows, metals := reply.Rates, false
	switch reply.XMLName.Local + ": " + reply.Name {
	case "ValCurs: Official exchange rate":
	case "MetalPrice: The price of precious metals":
		rows, metals = reply.Metals, true
	default:
		return wire.Reading{}, wire.Refuse("the table is a %.20s called %.40q: neither rates nor metals", reply.XMLName.Local, reply.Name)
	}
	at, err := wire.Day("02.01.2006", reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range rows {
		row := unitsRow{Base: r.Code, Units: r.Nominal, Rate: r.Value, Quote: "MDL", Number: wire.Number}
		add := row.add
		if metals {
			add = func(t *wire.Table, at time.Time) error { return nbmMetal(t, at, row, r.Name) }
		}
		if err := add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

// nbmMetal takes a price of a gram, which only the name says that it is, for an ounce.
func nbmMetal(t *wire.Table, at time.Time, row unitsRow, name string) error {
	if !strings.HasPrefix(name, "Gram ") || row.Base != "XAU" && row.Base != "XAG" {
		return wire.Refuse("%.10q of %.40q is no metal by the gram", row.Base, name)
	}
	perGram, err := row.value()
	if err != nil {
		return err
	}
	return t.Add(row.Base, row.Quote, wire.PerOunce(perGram), at, row.Units+" g "+row.Base+" = "+row.Rate+" "+row.Quote)
}
