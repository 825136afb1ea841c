package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// cbu is the Central Bank of Uzbekistan: official rates of some seventy-five currencies in soums, set on working days,
// for 1 or 10 units. Date is the day from which the rates hold. All its numbers are written as text. Rates of small
// currencies have as few as one digit (0.09 for ten rials): they are no more exact than that.
func cbu() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "cbu", Name: "Central Bank of Uzbekistan", Kind: market.Official, Issuer: "UZS",
			Home:    "https://cbu.uz/en/arkhiv-kursov-valyut/",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Note:  "Official rates of the day from which they hold, with two digits after the point whatever the currency.",
			Fresh: 10 * 24 * time.Hour, // Navruz, and the feasts with the weekends beside them
			Ahead: 4 * 24 * time.Hour,  // Monday's may be known on Friday
		},
		Kind: "official rate", Docs: "https://cbu.uz/en/arkhiv-kursov-valyut/veb-masteram/",
		Base:     "https://cbu.uz/en/arkhiv-kursov-valyut/json/",
		Schedule: wire.Schedule{Zone: "Asia/Tashkent", From: "09:00", Until: "18:00", Every: 30 * time.Minute},
		Default:  true, Since: "1994-07-01",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{}} // without a day: the last that was set
			}
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{Path: "all/" + day.Format(time.DateOnly) + "/"})
			}
			return all
		},
		Parse: parseCBU,
	}
}

func parseCBU(body []byte) (wire.Reading, error) {
	var reply []struct {
		Code    string    `json:"Ccy"`
		Nominal wire.Text `json:"Nominal"`
		Rate    wire.Text `json:"Rate"`
		Day     string    `json:"Date"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply {
		at, err := wire.Day("02.01.2006", r.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		row := unitsRow{Base: r.Code, Units: string(r.Nominal), Rate: string(r.Rate), Quote: "UZS", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
