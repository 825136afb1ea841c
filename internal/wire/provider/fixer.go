package provider

import (
	"net/url"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// fixer is Fixer, a commercial collection of some 170 currencies against the euro, which wants a key. The date of a
// reply is the day its figures are of; its timestamp is not read, since a reply about a day gone by has been seen to
// bear the moment of the request.
//
// Traps: an error comes with status 200 and success false; and the free plan may refuse any base but the euro, which is
// why none is asked for.
func fixer() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "fixer", Name: "Fixer", Kind: market.Dataset,
			Home: "https://fixer.io", Terms: market.ShowOnly,
			Licence:     "By the terms of the paper's own plan: shown, and not passed on.",
			Attribution: "Rates by Fixer",
			Note:        "A collection that blends several providers.",
			Fresh:       48 * time.Hour,
		},
		Kind: "collected rate", Docs: "https://fixer.io/documentation",
		Base: "https://data.fixer.io/api/", Key: "API access key",
		Schedule: wire.Schedule{Zone: "UTC", From: "16:05", Until: "23:00", Every: time.Hour, Days: everyDay},
		Since:    "1999-01-04",
		Requests: func(a wire.Ask) []wire.Request {
			query := "?access_key=" + url.QueryEscape(a.Key)
			if a.Newest() {
				return []wire.Request{{Path: "latest" + query}}
			}
			var all []wire.Request
			for _, day := range a.Days() {
				all = append(all, wire.Request{Path: day.Format(time.DateOnly) + query})
			}
			return all
		},
		Parse: parseFixer,
	}
}

func parseFixer(body []byte) (wire.Reading, error) {
	var reply struct {
		Success bool `json:"success"`
		Error   struct {
			Type string `json:"type"`
		} `json:"error"`
		Day   string               `json:"date"`
		Base  string               `json:"base"`
		Rates map[string]wire.Text `json:"rates"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if !reply.Success {
		return wire.Reading{}, wire.Refuse("the service does not say success: %.60q", reply.Error.Type)
	}
	at, err := wire.Day(time.DateOnly, reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	if err := ratesTable(&t, reply.Base, reply.Rates, at); err != nil {
		return wire.Reading{}, err
	}
	return t.Reading()
}
