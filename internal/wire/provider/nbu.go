package provider

import (
	"bytes"
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbu is the National Bank of Ukraine: official rates of some forty currencies and four metals in hryvnias, set by 15:30
// on working days. The day of a figure is exchangedate, on which it is the official rate: the next working day, while
// weekends repeat the rate of the Friday before; calcdate, when it was set, may lie days before. Metals are for a troy ounce.
func nbu() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "nbu", Name: "National Bank of Ukraine", Kind: market.Official, Issuer: "UAH",
			Home:    "https://bank.gov.ua/en/markets/exchangerates",
			Licence: "The bank's terms allow use with a link to its site.", Terms: market.Free,
			Attribution: "Source: National Bank of Ukraine, bank.gov.ua",
			Note:        "Official rates of the day for which they hold, set on the working day before; metals per troy ounce.",
			Fresh:       4 * 24 * time.Hour, // there is a rate for every day of the year
			Ahead:       5 * 24 * time.Hour, // Monday's is known on Friday, and holidays may lie between
		},
		Kind: "official rate", Docs: "https://bank.gov.ua/en/open-data/api-dev",
		Base:     "https://bank.gov.ua/NBU_Exchange/",
		Schedule: wire.Schedule{Zone: "Europe/Kyiv", From: "12:00", Until: "18:00", Every: 20 * time.Minute},
		Default:  true, Since: "1999-01-04",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{nbuSpan(a.Today, a.Today.AddDate(0, 0, 4))}
			}
			var all []wire.Request
			for from := a.From; !from.After(a.To); from = from.AddDate(0, 1, 0) { // a month is 150 kB and a year too much
				to := from.AddDate(0, 1, -1)
				if to.After(a.To) {
					to = a.To
				}
				all = append(all, nbuSpan(from, to))
			}
			return all
		},
		Parse: parseNBU,
	}
}

func nbuSpan(from, to time.Time) wire.Request {
	return wire.Request{
		Path: "exchange_site?end=" + to.Format("20060102") + "&json=&order=asc&sort=exchangedate&start=" + from.Format("20060102"),
	}
}

// nbuRow is a row of either of the bank's services: that of spans, and that of single days (statdirectory), which
// gives every rate for one unit and has neither calcdate nor units.
type nbuRow struct {
	Code  string    `json:"cc" xml:"cc"`
	Day   string    `json:"exchangedate" xml:"exchangedate"`
	Set   wire.Text `json:"calcdate" xml:"calcdate"`
	Rate  wire.Text `json:"rate" xml:"rate"`
	Units wire.Text `json:"units" xml:"units"`
	One   wire.Text `json:"rate_per_unit" xml:"rate_per_unit"`
}

func parseNBU(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"exchange"`
		Rows    []nbuRow `xml:"currency"`
		Error   string   `xml:"error>message"`
	}
	read := func() error { return wire.JSON(body, &reply.Rows) }
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		read = func() error { return wire.XML(body, &reply) }
	}
	if err := read(); err != nil {
		return wire.Reading{}, err
	}
	if reply.Error != "" {
		return wire.Reading{}, wire.Refuse("the bank answered with an error: %.100s", reply.Error)
	}
	var t wire.Table
	for _, r := range reply.Rows {
		if err := r.add(&t); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

func (r nbuRow) add(t *wire.Table) error {
	at, err := wire.Day("02.01.2006", r.Day)
	if err != nil {
		return err
	}
	if r.Set == "" && r.Units == "" && r.One == "" {
		r.Units, r.One = "1", r.Rate
	}
	row := unitsRow{Base: r.Code, Units: string(r.Units), Rate: string(r.Rate), Quote: "UAH", Number: wire.Number}
	value, err := row.value()
	if err != nil {
		return err
	}
	one, err := wire.Number(string(r.One))
	if err != nil {
		return err
	}
	if !one.Equal(value) {
		return wire.Refuse("%s %s = %s does not go with %s for one", r.Units, r.Code, r.Rate, r.One)
	}
	return row.add(t, at)
}
