package provider

import (
	"bytes"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// ecb is the European Central Bank: reference rates of the euro against some thirty currencies, fixed at 14:15 Central
// European Time on each TARGET business day and published around 16:00. A value "N/A" in the history means that none
// was fixed.
func ecb() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "ecb", Name: "European Central Bank", Kind: market.Official, Issuer: "EUR",
			Home:    "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html",
			Licence: "Free use with the source named.", Terms: market.Free, Attribution: "Source: European Central Bank",
			Note:  "Reference rates, fixed at 14:15 CET; for information only, not for transactions.",
			Fresh: 5 * 24 * time.Hour, // Easter: from Thursday to Tuesday
		},
		Kind: "reference rate", Docs: "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html",
		Base:     "https://www.ecb.europa.eu/stats/eurofxref/",
		Schedule: wire.Schedule{Zone: "Europe/Berlin", From: "15:55", Until: "18:00", Every: 10 * time.Minute},
		Default:  true, Since: "1999-01-04",
		Requests: func(a wire.Ask) []wire.Request {
			path := "eurofxref-daily.xml"
			if !a.Newest() {
				path = "eurofxref-hist.zip" // one file holds every day there was
			}
			return []wire.Request{{Path: path}}
		},
		Parse: parseECB,
	}
}

// parseECB reads the daily XML, the XML of ninety days, the history as CSV, zipped or not, and the daily CSV.
func parseECB(body []byte) (wire.Reading, error) {
	if wire.IsZip(body) {
		text, err := wire.Unzip(body)
		if err != nil {
			return wire.Reading{}, err
		}
		return ecbTable(text)
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return ecbXML(body)
	}
	return ecbTable(body)
}

func ecbXML(body []byte) (wire.Reading, error) {
	var reply struct {
		Days []struct {
			Day   string `xml:"time,attr"`
			Rates []struct {
				Code string `xml:"currency,attr"`
				Rate string `xml:"rate,attr"`
			} `xml:"Cube"`
		} `xml:"Cube>Cube"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, d := range reply.Days {
		at, err := wire.Day(time.DateOnly, d.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		for _, r := range d.Rates {
			if err := ecbRate(&t, at, r.Code, r.Rate); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}

// ecbTable reads a table with a column for each currency. The daily file writes its day as "13 April 2026".
func ecbTable(body []byte) (wire.Reading, error) {
	rows, err := wire.CSV(body, ',')
	if err != nil {
		return wire.Reading{}, err
	}
	head := rows[0]
	if head[0] != "Date" {
		return wire.Reading{}, wire.Refuse("the table's first column is %.20q and not Date", head[0])
	}
	var t wire.Table
	for n, row := range rows[1:] {
		at, err := wire.Day(time.DateOnly, row[0])
		if err != nil {
			at, err = wire.Day("2 January 2006", row[0])
		}
		if err != nil {
			return wire.Reading{}, err
		}
		if len(row) != len(head) {
			return wire.Reading{}, wire.Refuse("row %d has %d columns where the head has %d: it was cut off", n+2, len(row), len(head))
		}
		for i, rate := range row[1:] {
			if code := head[i+1]; code != "" && rate != "N/A" {
				if err := ecbRate(&t, at, code, rate); err != nil {
					return wire.Reading{}, err
				}
			}
		}
	}
	return t.Reading()
}

func ecbRate(t *wire.Table, at time.Time, code, rate string) error {
	value, err := wire.Number(rate)
	if err != nil {
		return err
	}
	return t.Add("EUR", code, value, at, "1 EUR = "+rate+" "+code)
}
