package provider

import (
	"bytes"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// bdi is Banca d'Italia: the euro against some 160 currencies. For the majors these are the reference rates of the
// European System of Central Banks; for the rest what the bank gathers from other central banks and agencies, each on
// the day for which it stands. Published on working days in the evening.
//
// Traps: a currency stands once for each country that uses it; "N.A." stands where none was recorded (the rouble since
// March 2022); the rows are followed by a disclaimer, which is how a whole reply ends. A column says which way round the
// rate is; only the usual way is read.
func bdi() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "bdi", Name: "Banca d’Italia", Kind: market.Official,
			Home:    "https://tassidicambio.bancaditalia.it/",
			Licence: "Free reuse with the source named (CC BY 4.0, by the bank's legal notice).", Terms: market.Free,
			Attribution: "Source: Banca d’Italia",
			Note:        "For the majors the reference rates of the euro area's central banks, for the rest what the bank gathers; not for transactions.",
			Fresh:       5 * 24 * time.Hour, // Easter
		},
		Kind: "reference and indicative rates", Docs: "https://tassidicambio.bancaditalia.it/terzevalute-wf-ui-web/",
		Base:     "https://tassidicambio.bancaditalia.it/terzevalute-wf-web/rest/v1.0/",
		Schedule: wire.Schedule{Zone: "Europe/Rome", From: "16:30", Until: "21:00", Every: 20 * time.Minute},
		Default:  true, Since: "1999-01-04",
		Requests: func(a wire.Ask) []wire.Request {
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{
					Path: "dailyRates?referenceDate=" + day.Format(time.DateOnly) + "&currencyIsoCode=EUR&lang=en", Accept: "text/csv",
				})
			}
			return all
		},
		Parse: parseBDI,
	}
}

func parseBDI(body []byte) (wire.Reading, error) {
	table, notices, whole := bytes.Cut(body, []byte("\n#"))
	if !whole || !bytes.Contains(notices, []byte("Banca d")) {
		return wire.Reading{}, wire.Refuse("the table was cut off: the bank's notice does not follow it")
	}
	rows, err := wire.CSV(table, ',')
	if err != nil {
		return wire.Reading{}, err
	}
	if head := strings.Join(rows[0], ","); head != "Country,Currency,ISO Code,UIC Code,Rate,Rate convention,Reference date (CET)" {
		return wire.Reading{}, wire.Refuse("the table has other columns than it should: %.120q", head)
	}
	var t wire.Table
	for n, row := range rows[1:] {
		if len(row) != 7 {
			return wire.Reading{}, wire.Refuse("row %d has %d columns where 7 are expected", n+2, len(row))
		}
		code, rate, convention := row[2], row[4], row[5]
		if rate == "N.A." {
			continue
		}
		if convention != "Foreign currency amount for 1 Euro." {
			return wire.Reading{}, wire.Refuse("%s is given another way round than usual: %.60q", code, convention)
		}
		at, err := wire.Day(time.DateOnly, row[6])
		if err != nil {
			return wire.Reading{}, err
		}
		value, err := wire.Number(rate)
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Add("EUR", code, value, at, "1 EUR = "+rate+" "+code); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
