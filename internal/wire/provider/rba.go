package provider

import (
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// rba is the Reserve Bank of Australia: what one Australian dollar buys at 16:00 in Sydney on working days, in table
// F11.1. The rates are the other way round than most banks': USD, not AUD, is what is counted.
//
// Traps: eleven lines stand before the first row, of which "Title" says the pair ("A$1=USD") and "Units" the currency; the
// trade-weighted index and the SDR stand among the currencies; a currency that was not quoted has an empty cell.
func rba() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "rba", Name: "Reserve Bank of Australia", Kind: market.Official, Issuer: "AUD",
			Home:    "https://www.rba.gov.au/statistics/frequency/exchange-rates.html",
			Licence: "CC BY 4.0, by the bank's copyright notice; the rate of the US dollar stems from WM/Reuters.", Terms: market.ShowOnly,
			Attribution: "Source: Reserve Bank of Australia",
			Note:        "Indicative rates of 16:00, Australian Eastern Time.",
			Fresh:       7 * 24 * time.Hour, // Easter and Anzac Day
		},
		Kind: "indicative rate", Docs: "https://www.rba.gov.au/statistics/tables/",
		Base:     "https://www.rba.gov.au/statistics/tables/csv/",
		Schedule: wire.Schedule{Zone: "Australia/Sydney", From: "16:10", Until: "19:00", Every: 20 * time.Minute},
		Default:  true, Since: "2023-01-03",
		Requests: func(wire.Ask) []wire.Request { return []wire.Request{{Path: "f11.1-data.csv"}} }, // one table holds all days
		Parse:    parseRBA,
	}
}

func parseRBA(body []byte) (wire.Reading, error) {
	rows, err := wire.CSV(body, ',')
	if err != nil {
		return wire.Reading{}, err
	}
	if !strings.HasPrefix(rows[0][0], "F11.1") {
		return wire.Reading{}, wire.Refuse("the table is called %.40q and not F11.1", rows[0][0])
	}
	line := func(name string) []string {
		if i := slices.IndexFunc(rows[:min(len(rows), 20)], func(r []string) bool { return r[0] == name }); i >= 0 {
			return rows[i]
		}
		return nil
	}
	titles, units, series := line("Title"), line("Units"), slices.IndexFunc(rows, func(r []string) bool { return r[0] == "Series ID" })
	if titles == nil || len(units) != len(titles) || series < 0 || len(rows[series]) != len(titles) {
		return wire.Reading{}, wire.Refuse("the lines Title, Units and Series ID do not stand before the table")
	}
	if !strings.HasSuffix(string(body), "\n") {
		return wire.Reading{}, wire.Refuse("the table was cut off: its last line does not end")
	}
	var t wire.Table
	for n, row := range rows[series+1:] {
		if strings.Join(row, "") == "" {
			continue
		}
		if len(row) != len(titles) {
			return wire.Reading{}, wire.Refuse("row %d of the table has %d columns where its head has %d", n+1, len(row), len(titles))
		}
		at, err := wire.Day("02-Jan-2006", row[0])
		if err != nil {
			return wire.Reading{}, err
		}
		for i, rate := range row[1:] {
			code := units[i+1]
			if code == "SDR" {
				code = "XDR"
			}
			if rate == "" || code == "Index" {
				continue
			}
			if titles[i+1] != "A$1="+units[i+1] {
				return wire.Reading{}, wire.Refuse("the column of %s is called %.40q", units[i+1], titles[i+1])
			}
			value, err := wire.Number(rate)
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add("AUD", code, value, at, "1 AUD = "+rate+" "+code); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
