package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbrb is the National Bank of Belarus: official rates of some thirty currencies in roubles, for 1 to 100000 units, one
// table for every day of the year. Date is the day for which it holds; it was set on the working day before.
//
// Trap: the table names no home currency. Until July 2016 it was another rouble, so nothing earlier is read.
func nbrb() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "nbrb", Name: "National Bank of the Republic of Belarus", Kind: market.Official, Issuer: "BYN",
			Home:    "https://www.nbrb.by/engl/statistics/rates/ratesdaily.asp",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Note:  "Official rates of the day for which they hold.",
			Fresh: 5 * 24 * time.Hour,
			Ahead: 48 * time.Hour,
		},
		Kind: "official rate", Docs: "https://www.nbrb.by/apihelp/exrates",
		Base:     "https://api.nbrb.by/exrates/",
		Schedule: wire.Schedule{Zone: "Europe/Minsk", From: "00:10", Until: "15:00", Every: 30 * time.Minute},
		Default:  true, Since: nbrbSince,
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "rates?periodicity=0"}} // without a day: today's
			}
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{Path: "rates?ondate=" + day.Format(time.DateOnly) + "&periodicity=0"})
			}
			return all
		},
		Parse: parseNBRB,
	}
}

// nbrbSince is the day from which there is the rouble of today, BYN.
const nbrbSince = "2016-07-01"

func parseNBRB(body []byte) (wire.Reading, error) {
	var reply []struct {
		Day   string    `json:"Date"`
		Code  string    `json:"Cur_Abbreviation"`
		Scale wire.Text `json:"Cur_Scale"`
		Rate  wire.Text `json:"Cur_OfficialRate"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply {
		at, err := wire.Day("2006-01-02T15:04:05", r.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		if at.Format(time.DateOnly) < nbrbSince {
			return wire.Reading{}, wire.Refuse("the table is of %.10s: until %s it was in an older rouble", r.Day, nbrbSince)
		}
		row := unitsRow{Base: r.Code, Units: string(r.Scale), Rate: string(r.Rate), Quote: "BYN", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
