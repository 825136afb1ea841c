package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// tcmb is the Central Bank of the Republic of Türkiye: indicative buying and selling rates of some twenty currencies in
// liras, set at 15:30 on Turkish working days. It prints no middle rate; the buying rate for foreign exchange is read,
// which contracts and accounts refer to.
//
// Traps: the text is in ISO-8859-9; a unit is 1 or 100; a currency that is only counted against the dollar (XDR) may have
// no rate in liras.
func tcmb() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "tcmb", Name: "Central Bank of Türkiye", Kind: market.Official, Issuer: "TRY",
			Home:    "https://www.tcmb.gov.tr/wps/wcm/connect/EN/TCMB+EN/Main+Menu/Statistics/Exchange+Rates/",
			Licence: "Use with the source named, by the bank's terms.", Terms: market.ShowOnly, Attribution: "Source: Central Bank of the Republic of Türkiye",
			Note:  "Indicative buying rates for foreign exchange; the bank prints no middle rate.",
			Fresh: 11 * 24 * time.Hour, // the Feast of Sacrifice
		},
		Kind: "buying rate", Docs: "https://www.tcmb.gov.tr/kurlar/kurlar_tr.html",
		Base:     "https://www.tcmb.gov.tr/kurlar/",
		Schedule: wire.Schedule{Zone: "Europe/Istanbul", From: "15:30", Until: "18:00", Every: 20 * time.Minute},
		Default:  true, Since: "2005-01-03", // the new lira
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "today.xml"}}
			}
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{Path: day.Format("200601/02012006") + ".xml"})
			}
			return all
		},
		Parse: parseTCMB,
	}
}

func parseTCMB(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"Tarih_Date"`
		Day     string   `xml:"Tarih,attr"`
		Rates   []struct {
			Code   string `xml:"CurrencyCode,attr"`
			Units  string `xml:"Unit"`
			Buying string `xml:"ForexBuying"`
		} `xml:"Currency"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	at, err := wire.Day("02.01.2006", reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		if r.Buying == "" {
			continue
		}
		row := unitsRow{Base: r.Code, Units: r.Units, Rate: r.Buying, Quote: "TRY", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
