package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbt is the National Bank of Tajikistan: official rates of some thirty-five currencies in somoni, for 1 to 1000 units,
// set in the morning of the day for which they hold. Weekends and holidays repeat the last table under their own date.
//
// Traps: asked for a day that it does not have, the service answers with today's table, so the day is what the reply
// says and not what was asked for; and the numbers of the currencies are those of older ones (810 for RUB), so only
// their codes are read.
func nbt() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "nbt", Name: "National Bank of Tajikistan", Kind: market.Official, Issuer: "TJS",
			Home:    "https://www.nbt.tj/en/kurs/kurs.php",
			Licence: "The site wants a reference to www.nbt.tj; whether more is allowed than to show the figures is not known.",
			Terms:   market.ShowOnly, Attribution: "Source: National Bank of Tajikistan, www.nbt.tj",
			Note:  "Official rates.",
			Fresh: 5 * 24 * time.Hour,
		},
		Kind: "official rate", Docs: "https://www.nbt.tj/en/kurs/kurs.php",
		Base:     "https://www.nbt.tj/en/kurs/",
		Schedule: wire.Schedule{Zone: "Asia/Dushanbe", From: "09:00", Until: "14:00", Every: 30 * time.Minute},
		Default:  true, Since: "2001-01-01",
		Requests: func(a wire.Ask) []wire.Request {
			var all []wire.Request
			for _, day := range a.Days(time.Saturday, time.Sunday) {
				all = append(all, wire.Request{Path: "export_xml.php?date=" + day.Format(time.DateOnly) + "&export=xmlout"})
			}
			return all
		},
		Parse: parseNBT,
	}
}

func parseNBT(body []byte) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"ValCurs"`
		Day     string   `xml:"Date,attr"`
		Name    string   `xml:"name,attr"`
		Rates   []struct {
			Code    string `xml:"CharCode"`
			Nominal string
			Value   string
		} `xml:"Valute"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Name != "Foreign Currency Market" {
		return wire.Reading{}, wire.Refuse("the table is called %.40q and not Foreign Currency Market", reply.Name)
	}
	at, err := wire.Day(time.DateOnly, reply.Day) // the Bank of Russia's like tables write theirs as 02.01.2006
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		row := unitsRow{Base: r.Code, Units: r.Nominal, Rate: r.Value, Quote: "TJS", Number: wire.Number}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
