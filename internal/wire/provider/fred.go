package provider

import (
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// fred is the database of the Federal Reserve Bank of St. Louis, which wants a key. It has the noon buying rates in New
// York that the Federal Reserve Board certifies for customs purposes and releases on Mondays as H.10, for the week
// before: most in units for a dollar, four in dollars for a unit.
//
// Traps: a reply in the usual form (output_type 1) does not say which series it is of, and cannot be read by itself. It
// is asked for by vintage (output_type 2), where each value is named by its series and the day it was released:
// DEXCAUS_20260316. A holiday is a point. And the bolívar's series has outlived three currencies, so it is not read.
func fred() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "fred", Name: "Federal Reserve H.10, by FRED", Kind: market.Official, Issuer: "USD",
			Home:        "https://www.federalreserve.gov/releases/h10/",
			Licence:     "Works of the Federal Reserve Board are in the public domain; FRED's terms want the notice that stands here.",
			Attribution: "This product uses the FRED® API but is not endorsed or certified by the Federal Reserve Bank of St. Louis.",
			Terms:       market.ShowOnly,
			Note:        "Noon buying rates in New York for cable transfers, released weekly.",
			Fresh:       13 * 24 * time.Hour, // a Friday's stands until the second Monday after, or Tuesday
		},
		Kind: "noon buying rate", Docs: "https://fred.stlouisfed.org/docs/api/fred/series_observations.html",
		Base: "https://api.stlouisfed.org/fred/", Key: "API key", Since: "1971-01-04",
		Schedule: wire.Schedule{
			Zone: "America/New_York", From: "16:20", Until: "20:00", Every: 30 * time.Minute,
			Days: []time.Weekday{time.Monday, time.Tuesday},
		},
		Requests: func(a wire.Ask) []wire.Request {
			from, to := a.From, a.To
			if a.Newest() {
				from, to = a.Today.AddDate(0, 0, -14), a.Today
			}
			query := "&observation_start=" + from.Format(time.DateOnly) + "&observation_end=" + to.Format(time.DateOnly) +
				"&output_type=2&file_type=json&api_key=" + url.QueryEscape(a.Key)
			var all []wire.Request
			for series := range sorted(fredSeries) {
				all = append(all, wire.Request{Path: "series/observations?series_id=" + series + query})
			}
			return all
		},
		Parse: parseFRED,
	}
}

// fredSeries are the base and the quote of the daily series of H.10, by the "Units" on their pages:
// https://fred.stlouisfed.org/categories/94.
var fredSeries = map[string][2]string{
	"DEXBZUS": {"USD", "BRL"}, "DEXCAUS": {"USD", "CAD"}, "DEXCHUS": {"USD", "CNY"}, "DEXDNUS": {"USD", "DKK"},
	"DEXHKUS": {"USD", "HKD"}, "DEXINUS": {"USD", "INR"}, "DEXJPUS": {"USD", "JPY"}, "DEXKOUS": {"USD", "KRW"},
	"DEXMAUS": {"USD", "MYR"}, "DEXMXUS": {"USD", "MXN"}, "DEXNOUS": {"USD", "NOK"}, "DEXSDUS": {"USD", "SEK"},
	"DEXSFUS": {"USD", "ZAR"}, "DEXSIUS": {"USD", "SGD"}, "DEXSLUS": {"USD", "LKR"}, "DEXSZUS": {"USD", "CHF"},
	"DEXTAUS": {"USD", "TWD"}, "DEXTHUS": {"USD", "THB"},
	"DEXUSAL": {"AUD", "USD"}, "DEXUSEU": {"EUR", "USD"}, "DEXUSNZ": {"NZD", "USD"}, "DEXUSUK": {"GBP", "USD"},
}

func parseFRED(body []byte) (wire.Reading, error) {
	var reply struct {
		Units        string                 `json:"units"`
		Error        string                 `json:"error_message"`
		Observations []map[string]wire.Text `json:"observations"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Error != "" {
		return wire.Reading{}, wire.Refuse("the service answers with an error: %.80q", reply.Error)
	}
	if reply.Units != "lin" {
		return wire.Reading{}, wire.Refuse("the values are in units %.20q and not as they were released (lin)", reply.Units)
	}
	var t wire.Table
	for _, row := range reply.Observations {
		at, err := wire.Day(time.DateOnly, string(row["date"]))
		if err != nil {
			return wire.Reading{}, err
		}
		for column, text := range sorted(row) {
			series, _, named := strings.Cut(column, "_")
			pair, known := fredSeries[series]
			switch {
			case column == "date":
				continue
			case !named || !known:
				return wire.Reading{}, wire.Refuse("a value is named %.40q, which says no series of H.10: ask with output_type=2", column)
			case len(row) != 2:
				return wire.Reading{}, wire.Refuse("%s has the values of several releases: ask for one", row["date"])
			case text == ".": // a holiday
				continue
			}
			value, err := wire.Number(string(text))
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add(pair[0], pair[1], value, at, series+": 1 "+pair[0]+" = "+string(text)+" "+pair[1]); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
