package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// cbr is the Bank of Russia: official rates of some fifty currencies in roubles, set around 15:30 Moscow time on working
// days. Date is the day from which the rates hold, the day after they were set: Friday's table is Saturday's and holds
// until Tuesday's comes. Over the New Year there is none for up to twelve days.
//
// Traps: the text is in windows-1251 with decimal commas; Nominal runs up to 1000000 (rials); and VunitRate, the rate
// for one unit, is written as 5,39256E-05 where it is small, so Value and Nominal are read and VunitRate only checks them.
func cbr() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "cbr", Name: "Bank of Russia", Kind: market.Official, Issuer: "RUB",
			Home:    "https://www.cbr.ru/eng/currency_base/daily/",
			Licence: "The bank's user agreement allows use with the bank named as the source.", Terms: market.Free,
			Attribution: "Source: Bank of Russia, cbr.ru",
			Note:        "Official rates, set for accounting and taxes; the bank is not bound to buy or sell at them.",
			Fresh:       12 * 24 * time.Hour, // the New Year holidays
			Ahead:       48 * time.Hour,
		},
		Kind: "official rate", Docs: "https://www.cbr.ru/development/SXML/",
		Base:     "https://www.cbr.ru/scripts/",
		Schedule: wire.Schedule{Zone: "Europe/Moscow", From: "11:30", Until: "18:00", Every: 20 * time.Minute},
		Default:  true, Since: "1999-01-01", // before 1998 roubles were of another kind
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "XML_daily.asp"}} // without a day: the last that was set
			}
			var all []wire.Request
			for _, day := range a.Days(time.Sunday, time.Monday) {
				all = append(all, wire.Request{Path: "XML_daily.asp?date_req=" + day.Format("02/01/2006")})
			}
			return all
		},
		Parse: parseCBR,
	}
}

func parseCBR(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"ValCurs"`
		Day     string   `xml:"Date,attr"`
		Name    string   `xml:"name,attr"`
		Rates   []struct {
			Code     string `xml:"CharCode"`
			Nominal  string
			Value    string
			UnitRate string `xml:"VunitRate"` // since 2023
		} `xml:"Valute"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Name != "Foreign Currency Market" {
		return wire.Reading{}, wire.Refuse("the table is called %.40q and not Foreign Currency Market", reply.Name)
	}
	at, err := wire.Day("02.01.2006", reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		row := unitsRow{Base: r.Code, Units: r.Nominal, Rate: r.Value, Quote: "RUB", Number: wire.CommaNumber}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
		if err := cbrAgrees(row, r.UnitRate); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

// cbrAgrees holds the rate for one unit against that for the nominal: a mistake in either would be ten times or more.
func cbrAgrees(r unitsRow, unitRate string) error {
	if unitRate == "" {
		return nil
	}
	one, err := wire.CommaNumber(unitRate)
	if err != nil {
		return err
	}
	value, err := r.value()
	if err != nil {
		return err
	}
	if !one.Equal(value) {
		return wire.Refuse("%s %s = %s does not go with %s for one", r.Units, r.Base, r.Rate, unitRate)
	}
	return nil
}
