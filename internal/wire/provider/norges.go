package provider

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// norges is Norges Bank: middle rates of some forty currencies in kroner, of 14:15 Central European Time on Norwegian
// working days. The table is SDMX: a row says by which power of ten its unit is multiplied (UNIT_MULT 2: for 100).
func norges() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "norges", Name: "Norges Bank", Kind: market.Official, Issuer: "NOK",
			Home:    "https://www.norges-bank.no/en/topics/Statistics/exchange_rates/",
			Licence: "Norwegian Licence for Open Government Data (NLOD).", Terms: market.Free, Attribution: "Source: Norges Bank",
			Note:  "Middle rates of 14:15, for information only.",
			Fresh: 6 * 24 * time.Hour, // Easter: from Wednesday to Tuesday
		},
		Kind: "middle rate", Docs: "https://app.norges-bank.no/query/",
		Base:     "https://data.norges-bank.no/api/data/",
		Schedule: wire.Schedule{Zone: "Europe/Oslo", From: "15:50", Until: "18:00", Every: 15 * time.Minute},
		Default:  true, Since: "1980-12-10",
		Requests: func(a wire.Ask) []wire.Request {
			path := "EXR/B..NOK.SP?format=csvdata"
			if a.Newest() {
				return []wire.Request{{Path: path + "&lastNObservations=1"}}
			}
			return []wire.Request{{Path: path + "&startPeriod=" + a.From.Format(time.DateOnly) + "&endPeriod=" + a.To.Format(time.DateOnly)}}
		},
		Parse: parseNorges,
	}
}

func parseNorges(body []byte) (wire.Reading, error) {
	rows, err := wire.CSV(body, ',')
	if err != nil {
		return wire.Reading{}, err
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	base, quote, power, day, rate := column("BASE_CUR"), column("QUOTE_CUR"), column("UNIT_MULT"), column("TIME_PERIOD"), column("OBS_VALUE")
	if base < 0 || quote < 0 || power < 0 || day < 0 || rate < 0 {
		return wire.Reading{}, wire.Refuse("the table lacks one of BASE_CUR, QUOTE_CUR, UNIT_MULT, TIME_PERIOD and OBS_VALUE")
	}
	if !strings.HasSuffix(string(body), "\n") {
		return wire.Reading{}, wire.Refuse("the table was cut off: its last line does not end")
	}
	var t wire.Table
	for n, row := range rows[1:] {
		if len(row) != len(rows[0]) {
			return wire.Reading{}, wire.Refuse("row %d has %d columns where the head has %d", n+2, len(row), len(rows[0]))
		}
		if row[quote] != "NOK" {
			return wire.Reading{}, wire.Refuse("row %d is not in kroner but in %.10q", n+2, row[quote])
		}
		at, err := wire.Day(time.DateOnly, row[day])
		if err != nil {
			return wire.Reading{}, err
		}
		zeros, err := strconv.Atoi(row[power])
		if err != nil || zeros < 0 || zeros > 6 {
			return wire.Reading{}, wire.Refuse("row %d has the unit %.10q, which is no power of ten", n+2, row[power])
		}
		if row[base] == "TWI" || row[base] == "I44" { // trade-weighted indexes of the krone
			continue
		}
		r := unitsRow{Base: row[base], Units: "1" + strings.Repeat("0", zeros), Rate: row[rate], Quote: "NOK", Number: wire.Number}
		if err := r.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
