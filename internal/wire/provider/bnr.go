package provider

import (
	"encoding/xml"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// bnr is the National Bank of Romania: reference rates of some thirty-five currencies, of the SDR and of a gram of gold in
// lei, published around 13:00 on Romanian working days for that day.
//
// Traps: a rate bears a multiplier where it is for 100 units; XAU is a gram and not an ounce.
func bnr() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "bnr", Name: "National Bank of Romania", Kind: market.Official, Issuer: "RON",
			Home:    "https://www.bnr.ro/en/exchange-rates",
			Licence: "Free use with the source named, by the bank's terms.", Terms: market.Free, Attribution: "Source: National Bank of Romania",
			Note:  "Reference rates; no transaction must be made at them.",
			Fresh: 6 * 24 * time.Hour, // the Orthodox Easter
		},
		Kind: "reference rate", Docs: "https://www.bnr.ro/en/exchange-rates-xml",
		Base:     "https://curs.bnr.ro/",
		Schedule: wire.Schedule{Zone: "Europe/Bucharest", From: "12:55", Until: "16:00", Every: 15 * time.Minute},
		Default:  true, Since: "2005-07-01", // the new leu
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "nbrfxrates.xml"}}
			}
			var all []wire.Request
			for year := a.From.Year(); year <= a.To.Year(); year++ {
				all = append(all, wire.Request{Path: "files/xml/years/nbrfxrates" + strconv.Itoa(year) + ".xml"})
			}
			return all
		},
		Parse: parseBNR,
	}
}

func parseBNR(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName  xml.Name `xml:"DataSet"`
		Currency string   `xml:"Body>OrigCurrency"`
		Days     []struct {
			Day   string `xml:"date,attr"`
			Rates []struct {
				Code       string `xml:"currency,attr"`
				Multiplier string `xml:"multiplier,attr"`
				Rate       string `xml:",chardata"`
			} `xml:"Rate"`
		} `xml:"Body>Cube"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Currency != "RON" {
		return wire.Reading{}, wire.Refuse("the rates are in %.10q and not in lei", reply.Currency)
	}
	var t wire.Table
	for _, d := range reply.Days {
		at, err := wire.Day(time.DateOnly, d.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		for _, r := range d.Rates {
			if r.Multiplier == "" {
				r.Multiplier = "1"
			}
			row := unitsRow{Base: r.Code, Units: r.Multiplier, Rate: r.Rate, Quote: "RON", Number: wire.Number}
			if r.Code == "XAU" {
				value, err := row.value()
				if err == nil {
					err = t.Add("XAU", "RON", wire.PerOunce(value), at, "1 g of gold = "+r.Rate+" RON")
				}
				if err != nil {
					return wire.Reading{}, err
				}
				continue
			}
			if err := row.add(&t, at); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
