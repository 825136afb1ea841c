package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// mnb is the Hungarian National Bank: official rates of some thirty currencies in forints, set around 11:00 on Hungarian
// working days for that day.
//
// Traps: it is a SOAP service whose answer holds the table as a text of XML within XML; decimal commas; units of 1 or 100.
func mnb() wire.Provider {
	envelope := func(body string) string {
		return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ` +
			`xmlns:web="http://www.mnb.hu/webservices/"><soap:Body>` + body + `</soap:Body></soap:Envelope>`
	}
	const codes = "AUD,BRL,CAD,CHF,CNY,CZK,DKK,EUR,GBP,HKD,IDR,ILS,INR,ISK,JPY,KRW,MXN,MYR,NOK,NZD,PHP,PLN,RON,RSD,RUB,SEK,SGD,THB,TRY,UAH,USD,ZAR"
	return wire.Provider{
		Source: market.Source{
			ID: "mnb", Name: "Hungarian National Bank", Kind: market.Official, Issuer: "HUF",
			Home:    "https://www.mnb.hu/en/arfolyamok",
			Licence: "Terms of reuse not found: shown with the source named.", Terms: market.ShowOnly, Attribution: "Source: Magyar Nemzeti Bank",
			Note:  "Official daily rates.",
			Fresh: 6 * 24 * time.Hour, // Christmas
		},
		Kind: "official rate", Docs: "https://www.mnb.hu/en/statistics/statistical-data-and-information",
		Base:     "http://www.mnb.hu/",
		Schedule: wire.Schedule{Zone: "Europe/Budapest", From: "11:00", Until: "15:00", Every: 20 * time.Minute},
		Default:  true, Since: "1949-01-03",
		Requests: func(a wire.Ask) []wire.Request {
			from, to := a.From, a.To
			if a.Newest() {
				from, to = a.Today.AddDate(0, 0, -6), a.Today
			}
			return []wire.Request{{
				Path: "arfolyamok.asmx", ContentType: "text/xml; charset=utf-8",
				SOAPAction: "http://www.mnb.hu/webservices/MNBArfolyamServiceSoap/GetExchangeRates",
				Body: envelope("<web:GetExchangeRates><web:startDate>" + from.Format(time.DateOnly) + "</web:startDate><web:endDate>" +
					to.Format(time.DateOnly) + "</web:endDate><web:currencyNames>" + codes + "</web:currencyNames></web:GetExchangeRates>"),
			}}
		},
		Parse: parseMNB,
	}
}

func parseMNB(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"Envelope"`
		Table   string   `xml:"Body>GetExchangeRatesResponse>GetExchangeRatesResult"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var table struct {
		XMLName xml.Name `xml:"MNBExchangeRates"`
		Days    []struct {
			Day   string `xml:"date,attr"`
			Rates []struct {
				Units string `xml:"unit,attr"`
				Code  string `xml:"curr,attr"`
				Rate  string `xml:",chardata"`
			} `xml:"Rate"`
		} `xml:"Day"`
	}
	if err := wire.XML([]byte(reply.Table), &table); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, d := range table.Days {
		at, err := wire.Day(time.DateOnly, d.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		for _, r := range d.Rates {
			row := unitsRow{Base: r.Code, Units: r.Units, Rate: r.Rate, Quote: "HUF", Number: wire.CommaNumber}
			if err := row.add(&t, at); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
