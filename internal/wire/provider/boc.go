package provider

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// boc is the Bank of Canada: daily average rates of some twenty currencies in Canadian dollars, published by 16:30
// Eastern Time on Canadian working days. A series is called FXUSDCAD; a holiday has no row.
func boc() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "boc", Name: "Bank of Canada", Kind: market.Official, Issuer: "CAD",
			Home:    "https://www.bankofcanada.ca/rates/exchange/daily-exchange-rates/",
			Licence: "Free use with the source named, by the bank's terms.", Terms: market.Free, Attribution: "Source: Bank of Canada",
			Note:  "Indicative daily averages, rounded to five significant digits.",
			Fresh: 6 * 24 * time.Hour, // Christmas
		},
		Kind: "daily average", Docs: "https://www.bankofcanada.ca/valet/docs",
		Base:     "https://www.bankofcanada.ca/valet/",
		Schedule: wire.Schedule{Zone: "America/Toronto", From: "16:30", Until: "20:00", Every: 15 * time.Minute},
		Default:  true, Since: "2017-01-03",
		Requests: func(a wire.Ask) []wire.Request {
			path := "observations/group/FX_RATES_DAILY/json"
			if a.Newest() {
				return []wire.Request{{Path: path + "?recent=5"}}
			}
			return []wire.Request{{Path: path + "?start_date=" + a.From.Format(time.DateOnly) + "&end_date=" + a.To.Format(time.DateOnly)}}
		},
		Parse: parseBOC,
	}
}

func parseBOC(body []byte) (wire.Reading, error) {
	var reply struct {
		Observations []map[string]jsontext.Value `json:"observations"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, row := range reply.Observations {
		var day string
		if err := wire.JSON(row["d"], &day); err != nil {
			return wire.Reading{}, wire.Refuse("a row bears no day")
		}
		at, err := wire.Day(time.DateOnly, day)
		if err != nil {
			return wire.Reading{}, err
		}
		for series, value := range sorted(row) {
			pair, isRate := strings.CutPrefix(series, "FX")
			base, inDollars := strings.CutSuffix(pair, "CAD")
			if series == "d" {
				continue
			}
			var cell struct {
				Value wire.Text `json:"v"`
			}
			if err := wire.JSON(value, &cell); err != nil {
				return wire.Reading{}, err
			}
			if !isRate || !inDollars {
				t.Leave("%s is no rate in Canadian dollars", series)
				continue
			}
			rate, err := wire.Number(string(cell.Value))
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add(base, "CAD", rate, at, "1 "+base+" = "+string(cell.Value)+" CAD"); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
