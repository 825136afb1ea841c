package provider

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// boe is the Bank of England: spot rates of some twenty-five currencies against sterling, observed around 16:00 on London
// working days and published the next morning. One pound buys so much; series are named, not currencies.
func boe() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "boe", Name: "Bank of England", Kind: market.Official, Issuer: "GBP",
			Home:    "https://www.bankofengland.co.uk/boeapps/database/Rates.asp",
			Licence: "Open Government Licence v3.0 for most series, by the bank's terms; some stem from others.", Terms: market.ShowOnly,
			Attribution: "Source: Bank of England",
			Note:        "Spot rates observed by the bank; not official rates, and no more authoritative than any bank's.",
			Fresh:       7 * 24 * time.Hour, // Easter, and a day's delay
		},
		Kind: "spot rate", Docs: "https://www.bankofengland.co.uk/boeapps/database/Help.asp",
		Base:     "https://www.bankofengland.co.uk/boeapps/database/",
		Schedule: wire.Schedule{Zone: "Europe/London", From: "09:35", Until: "17:30", Every: 30 * time.Minute},
		Default:  true, Since: "1975-01-02",
		Requests: func(a wire.Ask) []wire.Request {
			from, to := a.From, a.To
			if a.Newest() {
				from, to = a.Today.AddDate(0, 0, -7), a.Today
			}
			series := make([]string, len(boeSeries))
			for i, s := range boeSeries {
				series[i] = s.name
			}
			const day = "02/Jan/2006"
			return []wire.Request{{Path: "_iadb-fromshowcolumns.asp?csv.x=yes&CSVF=TN&UsingCodes=Y&Datefrom=" + from.Format(day) +
				"&Dateto=" + to.Format(day) + "&SeriesCodes=" + strings.Join(series, ",")}}
		},
		Parse: parseBOE,
	}
}

// boeSeries are the bank's daily spot series against sterling, from its list of series codes.
var boeSeries = []struct{ name, code string }{
	{"XUDLUSS", "USD"},
	{"XUDLERS", "EUR"},
	{"XUDLJYS", "JPY"},
	{"XUDLCDS", "CAD"},
	{"XUDLSFS", "CHF"},
	{"XUDLADS", "AUD"},
	{"XUDLNDS", "NZD"},
	{"XUDLNKS", "NOK"},
	{"XUDLSKS", "SEK"},
	{"XUDLDKS", "DKK"},
	{"XUDLHDS", "HKD"},
	{"XUDLSGS", "SGD"},
	{"XUDLSRS", "SAR"},
	{"XUDLZRS", "ZAR"},
	{"XUDLTWS", "TWD"},
	{"XUDLBK25", "CZK"},
	{"XUDLBK33", "HUF"},
	{"XUDLBK47", "PLN"},
	{"XUDLBK78", "ILS"},
	{"XUDLBK83", "MYR"},
	{"XUDLBK87", "THB"},
	{"XUDLBK89", "CNY"},
	{"XUDLBK93", "KRW"},
	{"XUDLBK95", "TRY"},
	{"XUDLBK97", "INR"},
	{"XUDLZOS4", "RON"},
}

func parseBOE(body []byte) (wire.Reading, error) {
	rows, err := wire.CSV(body, ',')
	if err != nil {
		return wire.Reading{}, err
	}
	if rows[0][0] != "DATE" {
		return wire.Reading{}, wire.Refuse("the table's first column is %.20q and not DATE", rows[0][0])
	}
	if !strings.HasSuffix(string(body), "\n") {
		return wire.Reading{}, wire.Refuse("the table was cut off: its last line does not end")
	}
	codes := map[string]string{}
	for _, s := range boeSeries {
		codes[s.name] = s.code
	}
	var t wire.Table
	for n, row := range rows[1:] {
		if len(row) != len(rows[0]) {
			return wire.Reading{}, wire.Refuse("row %d has %d columns where the head has %d", n+2, len(row), len(rows[0]))
		}
		at, err := wire.Day("02 Jan 2006", row[0])
		if err != nil {
			return wire.Reading{}, err
		}
		for i, rate := range row[1:] {
			code, known := codes[rows[0][i+1]]
			if !known {
				return wire.Reading{}, wire.Refuse("the series %.20q was not asked for", rows[0][i+1])
			}
			if rate == "" {
				continue // not observed that day
			}
			value, err := wire.Number(rate)
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add("GBP", code, value, at, "1 GBP = "+rate+" "+code); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
