package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// erapi is the keyless service of ExchangeRate-API: one table a day against the dollar. Its terms want a link beside the
// figures and forbid to pass them on, so it is off unless asked for, and its figures stay on the page.
func erapi() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "er-api", Name: "ExchangeRate-API", Kind: market.Dataset,
			Home: "https://www.exchangerate-api.com", Terms: market.ShowOnly,
			Licence:     "May be shown with a link to the service; may not be passed on.",
			Attribution: "Rates By Exchange Rate API",
			Note:        "A collection that blends central banks and commercial sources.",
			Fresh:       72 * time.Hour,
		},
		Kind: "collected rate", Docs: "https://www.exchangerate-api.com/docs/free",
		Base:     "https://open.er-api.com/v6/",
		Schedule: wire.Schedule{Zone: "UTC", From: "00:10", Until: "06:00", Every: time.Hour, Days: everyDay},
		Requests: func(wire.Ask) []wire.Request { return []wire.Request{{Path: "latest/USD"}} },
		Parse:    parseERAPI,
	}
}

func parseERAPI(body []byte) (wire.Reading, error) {
	var reply struct {
		Result  string               `json:"result"`
		Problem string               `json:"error-type"`
		Day     string               `json:"time_last_update_utc"`
		Base    string               `json:"base_code"`
		Rates   map[string]wire.Text `json:"rates"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Result != "success" {
		return wire.Reading{}, wire.Refuse("the service answers %.20q: %.60q", reply.Result, reply.Problem)
	}
	at, err := wire.Day(time.RFC1123Z, reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for code, rate := range sorted(reply.Rates) {
		value, err := wire.Number(string(rate))
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Add(reply.Base, code, value, at, "1 "+reply.Base+" = "+string(rate)+" "+code); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
