package provider

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// hkma is the Hong Kong Monetary Authority: what a unit of some twenty currencies and of the SDR was worth in Hong Kong
// dollars at the end of each day, Saturdays included. The days of a month are published together in the first weeks of
// the next, with its monthly bulletin. So a figure is weeks old when it becomes known: it serves the archive, and Fresh
// is no longer than for others, lest it stand before the rates of today.
//
// Traps: errors come with status 200 and success false; some numbers show how they were computed (7.8245000000000005)
// and are kept so; currencies that ended are null; and the columns neeri_… are indexes and no rates.
func hkma() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "hkma", Name: "Hong Kong Monetary Authority", Kind: market.Official, Issuer: "HKD",
			Home:    "https://www.hkma.gov.hk/eng/data-publications-and-research/data-and-statistics/daily-monetary-statistics/",
			Licence: "Terms of reuse not certain: shown with the source named.", Terms: market.ShowOnly,
			Attribution: "Source: Hong Kong Monetary Authority",
			Note:        "Rates at the end of the day, published with a monthly bulletin weeks later.",
			Fresh:       5 * 24 * time.Hour,
		},
		Kind:     "closing rate",
		Docs:     "https://apidocs.hkma.gov.hk/documentation/market-data-and-statistics/monthly-statistical-bulletin/er-ir/er-eeri-daily/",
		Base:     "https://api.hkma.gov.hk/public/",
		Schedule: wire.Schedule{Zone: "Asia/Hong_Kong", From: "09:00", Until: "18:00", Every: 3 * time.Hour},
		Default:  true, Since: "1981-01-02",
		Requests: func(a wire.Ask) []wire.Request {
			const page = 100 // records, the most that one reply holds
			from, to := a.From, a.To
			if a.Newest() {
				from, to = a.Today.AddDate(0, 0, 1-page), a.Today // two months back there is always something
			}
			var all []wire.Request
			for ; !from.After(to); from = from.AddDate(0, 0, page) {
				last := from.AddDate(0, 0, page-1)
				if last.After(to) {
					last = to
				}
				all = append(all, wire.Request{
					Path: "market-data-and-statistics/monthly-statistical-bulletin/er-ir/er-eeri-daily?choose=end_of_day&from=" +
						from.Format(time.DateOnly) + "&offset=0&pagesize=100&sortby=end_of_day&sortorder=desc&to=" + last.Format(time.DateOnly),
				})
			}
			return all
		},
		Parse: parseHKMA,
	}
}

func parseHKMA(body []byte) (wire.Reading, error) {
	var reply struct {
		Header struct {
			Success bool   `json:"success"`
			Problem string `json:"err_msg"`
		} `json:"header"`
		Result struct {
			Records []map[string]wire.Text `json:"records"`
		} `json:"result"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if !reply.Header.Success {
		return wire.Reading{}, wire.Refuse("the service answers that it failed: %.80q", reply.Header.Problem)
	}
	var t wire.Table
	left := map[string]bool{}
	for _, record := range reply.Result.Records {
		at, err := wire.Day(time.DateOnly, string(record["end_of_day"]))
		if err != nil {
			return wire.Reading{}, err
		}
		for column, rate := range sorted(record) {
			if column == "end_of_day" || rate == "" {
				continue
			}
			code := strings.ToUpper(column)
			if column == "special_drawing_rights" {
				code = "XDR"
			}
			if len(code) != 3 {
				if !left[column] {
					t.Leave("%.40s is no currency", column)
				}
				left[column] = true
				continue
			}
			value, err := wire.Number(string(rate))
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add(code, "HKD", value, at, "1 "+code+" = "+string(rate)+" HKD"); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
