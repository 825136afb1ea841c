package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbg is the National Bank of Georgia: official rates of some forty currencies in laris, for 1 to 10000 units, set
// around 17:00 on working days. The day of a figure is validFromDate, the day after it was set; it holds until the next,
// so that the table for a Sunday or a Monday bears Saturday's date.
func nbg() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "nbg", Name: "National Bank of Georgia", Kind: market.Official, Issuer: "GEL",
			Home:    "https://nbg.gov.ge/en/monetary-policy/currency",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Note:  "Official rates of the day from which they hold, set on the day before.",
			Fresh: 7 * 24 * time.Hour, // Easter, and the New Year
			Ahead: 48 * time.Hour,
		},
		Kind: "official rate", Docs: "https://nbg.gov.ge/en/monetary-policy/currency",
		Base:     "https://nbg.gov.ge/gw/api/ct/monetarypolicy/currencies/",
		Schedule: wire.Schedule{Zone: "Asia/Tbilisi", From: "12:00", Until: "20:00", Every: 30 * time.Minute},
		Default:  true, Since: "1999-01-01",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{}} // without a day: the last that was set
			}
			var all []wire.Request
			for _, day := range a.Days(time.Sunday, time.Monday) {
				all = append(all, wire.Request{Path: "?date=" + day.Format(time.DateOnly)})
			}
			return all
		},
		Parse: parseNBG,
	}
}

func parseNBG(body []byte) (wire.Reading, error) {
	var reply []struct {
		Rates []struct {
			Code     string    `json:"code"`
			Quantity wire.Text `json:"quantity"`
			Rate     wire.Text `json:"rate"`
			From     string    `json:"validFromDate"`
		} `json:"currencies"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, day := range reply {
		for _, r := range day.Rates {
			at, err := wire.Day(time.RFC3339, r.From)
			if err != nil {
				return wire.Reading{}, err
			}
			row := unitsRow{Base: r.Code, Units: string(r.Quantity), Rate: string(r.Rate), Quote: "GEL", Number: wire.Number}
			if err := row.add(&t, at); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
