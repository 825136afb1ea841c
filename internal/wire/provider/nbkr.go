package provider

import (
	"encoding/xml"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbkr is the National Bank of the Kyrgyz Republic: official rates of five currencies in soms, set every working day in
// the afternoon. Date is the day from which they hold, the day after. Only the newest table is served in this form.
//
// Traps: the text is in windows-1251 with decimal commas.
func nbkr() wire.Provider {
	p := nbkrTable("daily", wire.Schedule{Zone: "Asia/Bishkek", From: "14:00", Until: "19:00", Every: 20 * time.Minute, Days: nbkrDays()})
	p.Source.ID, p.Source.Name = "nbkr", "National Bank of the Kyrgyz Republic"
	p.Source.Note = "Official rates of the day from which they hold."
	p.Source.Fresh = 7 * 24 * time.Hour // Nooruz and the other holidays of March and May
	p.Parse = func(body []byte) (wire.Reading, error) { return parseNBKR(body, "Daily Exchange Rates") }
	return p
}

// nbkrWeekly is its table of some forty further currencies, set on Fridays or Saturdays for a week. It still has the
// rouble of Belarus that was withdrawn in 2016, beside today's.
func nbkrWeekly() wire.Provider {
	p := nbkrTable("weekly", wire.Schedule{Zone: "Asia/Bishkek", From: "14:00", Until: "19:00", Every: 30 * time.Minute, Days: nbkrDays()})
	p.Source.ID, p.Source.Name = "nbkr-weekly", "National Bank of the Kyrgyz Republic, weekly"
	p.Source.Note = "Official rates that hold for a week."
	p.Source.Fresh = 12 * 24 * time.Hour
	p.Parse = func(body []byte) (wire.Reading, error) { return parseNBKR(body, "Weekly Exchange Rates") }
	return p
}

// nbkrDays has the Saturday, on which a table for the Sunday has been seen to appear.
func nbkrDays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
}

// nbkrTable is what both tables have in common.
func nbkrTable(file string, when wire.Schedule) wire.Provider {
	return wire.Provider{
		Source: market.Source{
			Kind: market.Official, Issuer: "KGS", Home: "https://www.nbkr.kg/index1.jsp?item=1562&lang=ENG",
			Licence: "No terms of reuse were found: shown with the source named.", Terms: market.ShowOnly,
			Ahead: 4 * 24 * time.Hour, // Monday's may be known on Friday
		},
		Kind: "official rate", Docs: "https://www.nbkr.kg/index1.jsp?item=1562&lang=ENG",
		Base: "https://www.nbkr.kg/XML/", Schedule: when, Default: true,
		Requests: func(wire.Ask) []wire.Request { return []wire.Request{{Path: file + ".xml"}} },
	}
}

func parseNBKR(body []byte, name string) (wire.Reading, error) {
	var reply struct {
		XMLName xml.Name `xml:"CurrencyRates"`
		Name    string   `xml:"Name,attr"`
		Day     string   `xml:"Date,attr"`
		Rates   []struct {
			Code    string `xml:"ISOCode,attr"`
			Nominal string
			Value   string
		} `xml:"Currency"`
	}
	if err := wire.XML(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Name != name {
		return wire.Reading{}, wire.Refuse("the table is called %.40q and not %s", reply.Name, name)
	}
	at, err := wire.Day("02.01.2006", reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply.Rates {
		row := unitsRow{Base: r.Code, Units: r.Nominal, Rate: r.Value, Quote: "KGS", Number: wire.CommaNumber}
		if err := row.add(&t, at); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
