package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// frankfurter is any host of the Frankfurter service, version 1 of its interface: the ECB's reference rates as JSON. It is
// read as what it is, a copy: its own rounding and its own delay stand between.
func frankfurter() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "frankfurter", Name: "Frankfurter", Kind: market.Dataset,
			Home: "https://frankfurter.dev/", Licence: "Free; the figures are the European Central Bank's.", Terms: market.Free,
			Attribution: "Source: European Central Bank, by frankfurter.dev",
			Note:        "A copy of the European Central Bank's reference rates.",
			Fresh:       5 * 24 * time.Hour,
		},
		Kind: "reference rate, copied", Docs: "https://frankfurter.dev/",
		Base:     "https://api.frankfurter.dev/v1/",
		Schedule: wire.Schedule{Zone: "Europe/Berlin", From: "16:10", Until: "19:00", Every: 20 * time.Minute},
		Since:    "1999-01-04",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "latest"}}
			}
			return []wire.Request{{Path: a.From.Format(time.DateOnly) + ".." + a.To.Format(time.DateOnly)}}
		},
		Parse: parseFrankfurter,
	}
}

// parseFrankfurter reads one day ("date" and "rates") and a span of days ("rates" by day).
func parseFrankfurter(body []byte) (wire.Reading, error) {
	var head struct {
		Base string `json:"base"`
		Day  string `json:"date"`
	}
	if err := wire.JSON(body, &head); err != nil {
		return wire.Reading{}, err
	}
	if head.Base == "" {
		return wire.Reading{}, wire.Refuse("the reply names no base")
	}
	days := map[string]map[string]wire.Text{}
	if head.Day != "" {
		var reply struct {
			Amount wire.Text            `json:"amount"`
			Rates  map[string]wire.Text `json:"rates"`
		}
		if err := wire.JSON(body, &reply); err != nil {
			return wire.Reading{}, err
		}
		if reply.Amount != "1" && reply.Amount != "1.0" && reply.Amount != "" {
			return wire.Reading{}, wire.Refuse("the reply is for %s units and not for one", reply.Amount)
		}
		days[head.Day] = reply.Rates
	} else {
		var reply struct {
			Rates map[string]map[string]wire.Text `json:"rates"`
		}
		if err := wire.JSON(body, &reply); err != nil {
			return wire.Reading{}, err
		}
		days = reply.Rates
	}
	var t wire.Table
	for day, rates := range sorted(days) {
		at, err := wire.Day(time.DateOnly, day)
		if err != nil {
			return wire.Reading{}, err
		}
		for code, rate := range sorted(rates) {
			value, err := wire.Number(string(rate))
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add(head.Base, code, value, at, "1 "+head.Base+" = "+string(rate)+" "+code); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
