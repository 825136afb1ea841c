package provider

import (
	"net/url"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// oxr is Open Exchange Rates, a collection that blends commercial sources: some 170 currencies and metals against the
// dollar, which wants a key, its "App ID". It speaks of moments and not of days: timestamp is the moment of a table, the
// past hour for the newest and the end of the day for a day gone by. One table a day is asked for, which any plan allows;
// each day gone by costs one request of the plan.
//
// Traps: an error may come as an object with error true; and codes such as VEF_BLKMKT, of black markets, are no codes.
func oxr() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "oxr", Name: "Open Exchange Rates", Kind: market.Dataset,
			Home: "https://openexchangerates.org", Terms: market.ShowOnly,
			Licence:     "Each reply says that its resale is prohibited and refers to a licence agreement: shown, and not passed on.",
			Attribution: "Rates by Open Exchange Rates",
			Note:        "A collection that blends several providers.",
			Fresh:       48 * time.Hour,
		},
		Kind: "collected rate", Docs: "https://docs.openexchangerates.org/",
		Base: "https://openexchangerates.org/api/", Key: "App ID",
		Schedule: wire.Schedule{Zone: "UTC", From: "16:05", Until: "23:00", Every: time.Hour, Days: everyDay},
		Since:    "1999-01-01",
		Requests: func(a wire.Ask) []wire.Request {
			query := "?app_id=" + url.QueryEscape(a.Key)
			if a.Newest() {
				return []wire.Request{{Path: "latest.json" + query}}
			}
			var all []wire.Request
			for _, day := range a.Days() {
				all = append(all, wire.Request{Path: "historical/" + day.Format(time.DateOnly) + ".json" + query})
			}
			return all
		},
		Parse: parseOXR,
	}
}

func parseOXR(body []byte) (wire.Reading, error) {
	var reply struct {
		Error     bool                 `json:"error"`
		Message   string               `json:"message"`
		Timestamp wire.Text            `json:"timestamp"`
		Base      string               `json:"base"`
		Rates     map[string]wire.Text `json:"rates"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Error {
		return wire.Reading{}, wire.Refuse("the service answers with an error: %.60q", reply.Message)
	}
	at, err := unixMoment(reply.Timestamp)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	if err := ratesTable(&t, reply.Base, reply.Rates, at); err != nil {
		return wire.Reading{}, err
	}
	return t.Reading()
}
