package provider

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// boi is the Bank of Israel: representative rates of fourteen currencies in shekels, set around 15:30 on Israeli working
// days, Monday to Friday. The table is SDMX: UNIT_MULT says the power of ten of the unit (2: for 100 yen).
func boi() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "boi", Name: "Bank of Israel", Kind: market.Official, Issuer: "ILS",
			Home:    "https://www.boi.org.il/en/economic-roles/financial-markets/exchange-rates/",
			Licence: "Use with the source named, by the bank's terms.", Terms: market.ShowOnly, Attribution: "Source: Bank of Israel",
			Note:  "Representative rates.",
			Fresh: 9 * 24 * time.Hour, // Tishri's and Passover's holidays
		},
		Kind: "representative rate", Docs: "https://www.boi.org.il/en/economic-roles/statistics/",
		Base:     "https://edge.boi.gov.il/FusionEdgeServer/sdmx/v2/",
		Schedule: wire.Schedule{Zone: "Asia/Jerusalem", From: "15:00", Until: "18:00", Every: 20 * time.Minute},
		Default:  true, Since: "1977-01-01",
		Requests: func(a wire.Ask) []wire.Request {
			path := "data/dataflow/BOI.STATISTICS/EXR/1.0/?c%5BDATA_TYPE%5D=OF00&format=csv"
			if a.Newest() {
				return []wire.Request{{Path: path + "&lastNObservations=1"}}
			}
			return []wire.Request{{Path: path + "&startperiod=" + a.From.Format(time.DateOnly) + "&endperiod=" + a.To.Format(time.DateOnly)}}
		},
		Parse: parseBOI,
	}
}

func parseBOI(body []byte) (wire.Reading, error) {
	rows, err := wire.CSV(body, ',')
	if err != nil {
		return wire.Reading{}, err
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	base, quote, kind := column("BASE_CURRENCY"), column("COUNTER_CURRENCY"), column("DATA_TYPE")
	power, day, rate := column("UNIT_MULT"), column("TIME_PERIOD"), column("OBS_VALUE")
	if slices.Min([]int{base, quote, kind, power, day, rate}) < 0 {
		return wire.Reading{}, wire.Refuse("the table lacks one of the columns of a table of rates")
	}
	if !strings.HasSuffix(string(body), "\n") {
		return wire.Reading{}, wire.Refuse("the table was cut off: its last line does not end")
	}
	var t wire.Table
	for n, row := range rows[1:] {
		if len(row) != len(rows[0]) {
			return wire.Reading{}, wire.Refuse("row %d has %d columns where the head has %d", n+2, len(row), len(rows[0]))
		}
		if row[quote] != "ILS" || row[kind] != "OF00" {
			return wire.Reading{}, wire.Refuse("row %d is no representative rate in shekels", n+2)
		}
		at, err := wire.Day(time.DateOnly, row[day])
		if err != nil {
			return wire.Reading{}, err
		}
		zeros, err := strconv.Atoi(row[power])
		if err != nil || zeros < 0 || zeros > 6 {
			return wire.Reading{}, wire.Refuse("row %d has the unit %.10q, which is no power of ten", n+2, row[power])
		}
		r := unitsRow{Base: row[base], Units: "1" + strings.Repeat("0", zeros), Rate: row[rate], Quote: "ILS", Number: wire.Number}
		if err := r.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
