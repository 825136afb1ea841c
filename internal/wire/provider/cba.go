package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// cba is the Central Bank of Armenia: average rates of some thirty currencies and two metals in drams, published around
// 17:00 on Armenian working days for that day. It is a SOAP service; a rate is for an amount of 1, 10 or 100, and a metal
// for a gram.
func cba() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "cba", Name: "Central Bank of Armenia", Kind: market.Official, Issuer: "AMD",
			Home:    "https://www.cba.am/en/SitePages/ExchangeArchive.aspx",
			Licence: "Terms of reuse not found: shown with the source named.", Terms: market.ShowOnly, Attribution: "Source: Central Bank of Armenia",
			Note:  "Average market rates, published by the central bank.",
			Fresh: 9 * 24 * time.Hour, // the New Year
		},
		Kind: "average rate", Docs: "https://api.cba.am/exchangerates.asmx",
		Base:     "https://api.cba.am/",
		Schedule: wire.Schedule{Zone: "Asia/Yerevan", From: "16:30", Until: "20:00", Every: 20 * time.Minute},
		Default:  true,
		Requests: func(wire.Ask) []wire.Request {
			return []wire.Request{{
				Path: "exchangerates.asmx", ContentType: "text/xml; charset=utf-8", SOAPAction: "http://www.cba.am/ExchangeRatesLatest",
				Body: `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">` +
					`<soap:Body><ExchangeRatesLatest xmlns="http://www.cba.am/"/></soap:Body></soap:Envelope>`,
			}}
		},
		Parse: parseCBA,
	}
}

func parseCBA(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"Envelope"`
		Latest  struct {
			Day   string `xml:"CurrentDate"`
			Rates []struct {
				Code   string `xml:"ISO"`
				Amount string
				Rate   string
			} `xml:"Rates>ExchangeRate"`
		} `xml:"Body>ExchangeRatesLatestResponse>ExchangeRatesLatestResult"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	at, err := wire.Day("2006-01-02T15:04:05", reply.Latest.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Latest.Rates {
		row := unitsRow{Base: r.Code, Units: r.Amount, Rate: r.Rate, Quote: "AMD", Number: wire.Number}
		switch r.Code {
		case "XAU", "XAG", "XPT", "XPD":
			value, err := row.value()
			if err == nil {
				err = t.Add(r.Code, "AMD", wire.PerOunce(value), at, r.Amount+" g of "+r.Code+" = "+r.Rate+" AMD")
			}
			if err != nil {
				return wire.Reading{}, err
			}
		default:
			if err := row.add(&t, at); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
