package provider

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// cbar is the Central Bank of Azerbaijan: official rates of some forty currencies and four metals in manats, one file a
// day. The file of a day holds the bulletin in force on it and bears that bulletin's Date, from which it is in force: at
// weekends and holidays that is an earlier day than the file's name.
//
// Metals are for "1 t.u.", a troy ounce (troya unsiyası); currencies for 1, 100 or 1000 units. The special drawing right
// is called SDR, which ISO calls XDR.
//
// Trap: the archive labels older currencies with today's codes and leaves their figures as they were (4593 "AZN" for a
// dollar in 2005; roubles of Belarus until 2016), so nothing from before July 2016 is read.
func cbar() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "cbar", Name: "Central Bank of the Republic of Azerbaijan", Kind: market.Official, Issuer: "AZN",
			Home:    "https://www.cbar.az/currency/rates?language=en",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Note:  "Official rates of currencies and, per troy ounce, of metals.",
			Fresh: 10 * 24 * time.Hour, // Novruz with the weekends beside it
		},
		Kind: "official rate", Docs: "https://www.cbar.az/currency/rates?language=en",
		Base:     "https://www.cbar.az/currencies/",
		Schedule: wire.Schedule{Zone: "Asia/Baku", From: "09:00", Until: "13:00", Every: 30 * time.Minute},
		Default:  true, Since: cbarSince,
		Requests: func(a wire.Ask) []wire.Request {
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{Path: day.Format("02.01.2006") + ".xml"})
			}
			return all
		},
		Parse: parseCBAR,
	}
}

// cbarSince is the day on which Belarus changed its rouble, the last change that the archive does not tell.
const cbarSince = "2016-07-01"

func parseCBAR(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"ValCurs"`
		Day     string   `xml:"Date,attr"`
		Name    string   `xml:"Name,attr"`
		Rates   []struct {
			Code    string `xml:"Code,attr"`
			Nominal string
			Value   string
		} `xml:"ValType>Valute"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if !strings.HasPrefix(reply.Name, "AZN ") {
		return wire.Reading{}, wire.Refuse("the bulletin is called %.40q, not rates of AZN", reply.Name)
	}
	at, err := wire.Day("02.01.2006", reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	if at.Format(time.DateOnly) < cbarSince {
		return wire.Reading{}, wire.Refuse("the bulletin is of %s: until %s the archive gives old currencies under new codes", reply.Day, cbarSince)
	}
	var t wire.Table
	for _, r := range reply.Rates {
		code := strings.Replace(r.Code, "SDR", "XDR", 1)
		units, ounce := strings.CutSuffix(r.Nominal, " t.u.")
		if metal := slices.Contains([]string{"XAG", "XAU", "XPD", "XPT"}, code); metal != ounce {
			return wire.Reading{}, wire.Refuse("%s is given for %q: metals are for troy ounces, currencies are not", r.Code, r.Nominal)
		}
		row := unitsRow{Base: code, Units: units, Rate: r.Value, Quote: "AZN", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
