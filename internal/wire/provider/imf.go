package provider

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// imf is the International Monetary Fund: on each of its working days the representative rates of some forty currencies
// against the dollar, as their central banks report them to the Fund, and what each is worth in special drawing rights
// (XDR), the Fund's own unit. A reply is a table of one report for one month. Figures come in over some days: what is NA
// today may be there tomorrow.
//
// Traps: currencies bear names and no codes; most rates are units per dollar, but those marked (1) are dollars per unit,
// as the notes below the table say; thousands are set off with commas; and a month has two tables, one below the other.
func imf() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "imf", Name: "International Monetary Fund", Kind: market.Official, Issuer: "XDR",
			Home:    "https://www.imf.org/external/np/fin/data/param_rms_mth.aspx",
			Licence: "The Fund's terms allow its data to be copied and published with the Fund named as the source.",
			Terms:   market.Free, Attribution: "Source: International Monetary Fund",
			Note:  "Representative rates, reported by the central banks, and the Fund's own rates of the SDR, rounded to six digits.",
			Fresh: 7 * 24 * time.Hour, // Christmas, and what is reported late
		},
		Kind: "representative rate", Docs: "https://www.imf.org/external/np/fin/data/param_rms_mth.aspx",
		Base:     "https://www.imf.org/external/np/fin/data/",
		Schedule: wire.Schedule{Zone: "America/New_York", From: "13:00", Until: "18:00", Every: 30 * time.Minute},
		Default:  true, Since: "2003-04-01",
		Requests: imfRequests,
		Parse:    parseIMF,
	}
}

// imfRequests asks for both reports of each month. The newest is asked for in the month of the working day before: on
// the first day of a month there is no table of it yet.
func imfRequests(a wire.Ask) []wire.Request {
	from, to := a.From, a.To
	if a.Newest() {
		to = a.Today.AddDate(0, 0, -1)
		for to.Weekday() == time.Saturday || to.Weekday() == time.Sunday {
			to = to.AddDate(0, 0, -1)
		}
		from = to
	}
	var all []wire.Request
	for first := from.AddDate(0, 0, 1-from.Day()); !first.After(to); first = first.AddDate(0, 1, 0) {
		last := first.AddDate(0, 1, -1).Format(time.DateOnly)
		for _, report := range []string{"REP", "SDRCV"} {
			all = append(all, wire.Request{Path: "rms_mth.aspx?SelectDate=" + last + "&reportType=" + report + "&tsvflag=Y"})
		}
	}
	return all
}

// What the reports begin with, and the note that says what the mark (1) means. A table without it is not believed.
const (
	imfPerDollar = "Representative Exchange Rates for Selected Currencies for "
	imfInRights  = "SDRs per Currency unit for "
	imfInverse   = "(1) which are in terms of U.S. dollars per currency unit"
)

func parseIMF(body []byte) (wire.Reading, error) {
	text := string(body)
	if len(body) > wire.MaxReply {
		return wire.Reading{}, wire.Refuse("the reply is longer than %d MB", wire.MaxReply>>20)
	}
	inRights := strings.HasPrefix(text, imfInRights)
	if !inRights && !strings.HasPrefix(text, imfPerDollar) {
		return wire.Reading{}, wire.Refuse("the reply begins with %.40q and not with the name of a report", text)
	}
	table, notes, whole := strings.Cut(text, "\nNotes:")
	if !whole {
		return wire.Reading{}, wire.Refuse("the reply was cut off: there are no notes below the table")
	}
	explained := strings.Contains(notes, "\n"+imfInverse)
	var t wire.Table
	var days []time.Time
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimRight(line, "\t\r\n"), "\t")
		var err error
		switch {
		case cells[0] == "Currency":
			days, err = imfDays(cells[1:])
		case len(cells) == 1: // a heading, or the line between two tables
		case len(cells) != len(days)+1:
			err = wire.Refuse("the row of %.40q has %d figures where the head has %d days", cells[0], len(cells)-1, len(days))
		default:
			err = imfRow(&t, days, cells, inRights, explained)
		}
		if err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

func imfDays(cells []string) ([]time.Time, error) {
	days := make([]time.Time, len(cells))
	for i, cell := range cells {
		var err error
		if days[i], err = wire.Day("January 2, 2006", cell); err != nil {
			return nil, err
		}
	}
	return days, nil
}

// imfRow reads a row: the name of a currency with its mark, and a figure for each day. Explained says that the notes
// tell what the mark (1) means.
func imfRow(t *wire.Table, days []time.Time, cells []string, inRights, explained bool) error {
	name, mark, _ := strings.Cut(cells[0], "(")
	name = strings.TrimSpace(name)
	code := imfCode(name)
	switch {
	case code == "":
		t.Leave("%.40q is no currency whose code is certain", name)
		return nil
	case mark != "" && (mark != "1)" || inRights):
		t.Leave("%.40q bears a mark whose meaning is not known", cells[0])
		return nil
	case mark != "" && !explained:
		return wire.Refuse("%s is marked, and no note says what the mark means", cells[0])
	}
	for i, cell := range cells[1:] {
		if cell = strings.TrimSpace(cell); cell == "NA" {
			continue
		}
		value, err := groupedNumber(cell)
		if err != nil {
			return err
		}
		base, quote := "USD", code
		switch {
		case inRights:
			base, quote = code, "XDR"
		case mark != "":
			base, quote = code, "USD"
		}
		if err := t.Add(base, quote, value, days[i], "1 "+base+" = "+cell+" "+quote); err != nil {
			return err
		}
	}
	return nil
}

// imfCode is the code of a currency by the name that the Fund gives it, by ISO 4217. Names that meant several
// currencies over the years, such as the Venezuelan bolivar, are not in it.
func imfCode(name string) string {
	return map[string]string{
		"algerian dinar": "DZD", "australian dollar": "AUD", "bahrain dinar": "BHD", "bangladeshi taka": "BDT",
		"botswana pula": "BWP", "brazilian real": "BRL", "brunei dollar": "BND", "canadian dollar": "CAD",
		"chilean peso": "CLP", "chinese yuan": "CNY", "colombian peso": "COP", "czech koruna": "CZK",
		"danish krone": "DKK", "euro": "EUR", "hungarian forint": "HUF", "icelandic krona": "ISK",
		"indian rupee": "INR", "indonesian rupiah": "IDR", "iranian rial": "IRR", "israeli new shekel": "ILS",
		"japanese yen": "JPY", "kazakhstani tenge": "KZT", "korean won": "KRW", "kuwaiti dinar": "KWD",
		"libyan dinar": "LYD", "malaysian ringgit": "MYR", "mauritian rupee": "MUR", "mexican peso": "MXN",
		"nepalese rupee": "NPR", "new zealand dollar": "NZD", "norwegian krone": "NOK", "omani rial": "OMR",
		"pakistani rupee": "PKR", "peruvian sol": "PEN", "philippine peso": "PHP", "polish zloty": "PLN",
		"qatari riyal": "QAR", "russian ruble": "RUB", "saudi arabian riyal": "SAR", "singapore dollar": "SGD",
		"south african rand": "ZAR", "sri lankan rupee": "LKR", "swedish krona": "SEK", "swiss franc": "CHF",
		"thai baht": "THB", "trinidadian dollar": "TTD", "tunisian dinar": "TND", "u.a.e. dirham": "AED",
		"u.k. pound": "GBP", "u.s. dollar": "USD", "uruguayan peso": "UYU",
	}[strings.ToLower(name)]
}
