package provider

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// riksbank is Sveriges Riksbank: rates of some thirty currencies in kronor, calculated at 16:00 on Swedish working days.
// A series is called SEKUSDPMI and is for one unit since 2022. Small values have few digits: a rupiah is 0.00056.
func riksbank() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "riksbank", Name: "Sveriges Riksbank", Kind: market.Official, Issuer: "SEK",
			Home:    "https://www.riksbank.se/en-gb/statistics/interest-rates-and-exchange-rates/",
			Licence: "Free use with the source named, by the bank's terms.", Terms: market.Free, Attribution: "Source: Sveriges Riksbank",
			Note:  "Indicative rates of 16:00.",
			Fresh: 6 * 24 * time.Hour, // Christmas
		},
		Kind: "indicative rate", Docs: "https://developer.api.riksbank.se/",
		Base:     "https://api.riksbank.se/swea/v1/",
		Schedule: wire.Schedule{Zone: "Europe/Stockholm", From: "16:15", Until: "19:00", Every: 20 * time.Minute}, // few requests are allowed
		Default:  true, Since: "2022-01-03",
		Requests: func(a wire.Ask) []wire.Request {
			from, to := a.From, a.To
			if a.Newest() {
				from, to = a.Today.AddDate(0, 0, -6), a.Today
			}
			return []wire.Request{{Path: "Observations/ByGroup/130/" + from.Format(time.DateOnly) + "/" + to.Format(time.DateOnly)}}
		},
		Parse: parseRiksbank,
	}
}

func parseRiksbank(body []byte) (wire.Reading, error) {
	var reply []struct {
		Series string    `json:"seriesId"`
		Day    string    `json:"date"`
		Value  wire.Text `json:"value"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply {
		if r.Series == "SEKETT" { // the krona in itself
			continue
		}
		base, isRate := strings.CutPrefix(r.Series, "SEK")
		base, isMiddle := strings.CutSuffix(base, "PMI")
		if !isRate || !isMiddle {
			return wire.Reading{}, wire.Refuse("%.40q is no series of a currency in kronor", r.Series)
		}
		at, err := wire.Day(time.DateOnly, r.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		row := unitsRow{Base: base, Units: "1", Rate: string(r.Value), Quote: "SEK", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
