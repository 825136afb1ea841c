package provider

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// cnb is the Czech National Bank: the exchange rate fixing of some thirty currencies in korunas, set at 14:15 on Czech
// working days for that day. Amount is 1, 100 or 1000.
//
// It has two forms: JSON by year, which is asked for, and the older text with bars, by day, which is read as well.
func cnb() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "cnb", Name: "Czech National Bank", Kind: market.Official, Issuer: "CZK",
			Home:    "https://www.cnb.cz/en/financial-markets/foreign-exchange-market/central-bank-exchange-rate-fixing/",
			Licence: "Free use with the source named, by the bank's terms.", Terms: market.Free, Attribution: "Source: Czech National Bank",
			Note:  "The central bank's fixing of 14:15; no transaction is made at it.",
			Fresh: 6 * 24 * time.Hour, // Christmas
		},
		Kind: "fixing", Docs: "https://api.cnb.cz/cnbapi/swagger-ui.html",
		Base:     "https://api.cnb.cz/cnbapi/",
		Schedule: wire.Schedule{Zone: "Europe/Prague", From: "14:25", Until: "17:00", Every: 15 * time.Minute},
		Default:  true, Since: "1991-01-01",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "exrates/daily?lang=EN"}}
			}
			var all []wire.Request
			for year := a.From.Year(); year <= a.To.Year(); year++ {
				all = append(all, wire.Request{Path: "exrates/daily-year?lang=EN&year=" + strconv.Itoa(year)})
			}
			return all
		},
		Parse: parseCNB,
	}
}

func parseCNB(body []byte) (wire.Reading, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return cnbText(body)
	}
	var reply struct {
		Rates []struct {
			Code   string    `json:"currencyCode"`
			Amount wire.Text `json:"amount"`
			Day    string    `json:"validFor"`
			Rate   wire.Text `json:"rate"`
		} `json:"rates"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		at, err := wire.Day(time.DateOnly, r.Day)
		if err != nil {
			return wire.Reading{}, err
		}
		row := unitsRow{Base: r.Code, Units: string(r.Amount), Rate: string(r.Rate), Quote: "CZK", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

// The heads of the two parts of the text; the second, until 2001, was of the currencies that the euro had replaced.
const (
	cnbHead    = "země|měna|množství|kód|kurz"
	cnbOldHead = "země|denominace|množství|kód|poměr"
)

// cnbText reads the table of one day: "02.02.2026 #22", a head, and a row for each currency, parted by bars.
func cnbText(body []byte) (wire.Reading, error) {
	text, whole := strings.CutSuffix(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n")
	lines := strings.Split(text, "\n")
	if !whole || len(lines) < 3 || lines[1] != cnbHead {
		return wire.Reading{}, wire.Refuse("the table's head is not %s, or it was cut off", cnbHead)
	}
	day, _, _ := strings.Cut(lines[0], " #")
	at, err := wire.Day("02.01.2006", day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for n, line := range lines[2:] {
		if line == "" || line == cnbOldHead {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 5 {
			return wire.Reading{}, wire.Refuse("line %d has %d columns where 5 are expected", n+3, len(f))
		}
		row := unitsRow{Base: f[3], Units: f[2], Rate: f[4], Quote: "CZK", Number: wire.CommaNumber}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
