package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// hnb is the Croatian National Bank: middle rates of a dozen currencies. Since 2023 they say what one euro is worth, by the
// service v3; before, what so many units of a currency were worth in kuna, by the service v2. A rate is for the day on
// which it is applied: Friday's list is Saturday's, Sunday's and Monday's.
//
// Traps: decimal commas; three rates a row, of which the middle one is read; the two services differ in the name of the
// day and in which way round their rates are.
func hnb() wire.Provider {
	const kunaEnds = "2022-12-31"
	return wire.Provider{
		Source: market.Source{
			ID: "hnb", Name: "Croatian National Bank", Kind: market.Official, // the euro is another's
			Home:    "https://www.hnb.hr/en/core-functions/monetary-policy/exchange-rate-list/exchange-rate-list",
			Licence: "Open licence of the Republic of Croatia, with the source named.", Terms: market.Free, Attribution: "Source: Croatian National Bank",
			Note:  "Middle rates of the exchange rate list.",
			Fresh: 6 * 24 * time.Hour, Ahead: 4 * 24 * time.Hour, // Friday's list may be of Monday or Tuesday
		},
		Kind: "middle rate", Docs: "https://api.hnb.hr/",
		Base:     "https://api.hnb.hr/",
		Schedule: wire.Schedule{Zone: "Europe/Zagreb", From: "13:30", Until: "17:00", Every: 20 * time.Minute},
		Default:  true, Since: "1994-05-30",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "tecajn-eur/v3"}}
			}
			var all []wire.Request
			from, to := a.From.Format(time.DateOnly), a.To.Format(time.DateOnly)
			if from <= kunaEnds {
				all = append(all, wire.Request{Path: "tecajn/v2?datum-od=" + from + "&datum-do=" + min(to, kunaEnds)})
			}
			if to > kunaEnds {
				all = append(all, wire.Request{Path: "tecajn-eur/v3?datum-primjene-od=" + max(from, "2023-01-01") + "&datum-primjene-do=" + to})
			}
			return all
		},
		Parse: parseHNB,
	}
}

func parseHNB(body []byte) (wire.Reading, error) {
	var reply []struct {
		Applied string    `json:"datum_primjene"` // v3
		Day     string    `json:"datum"`          // v2
		Units   wire.Text `json:"jedinica"`       // v2
		Code    string    `json:"valuta"`
		Middle  string    `json:"srednji_tecaj"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply {
		if (r.Applied == "") == (r.Day == "") || (r.Units == "") != (r.Day == "") {
			return wire.Reading{}, wire.Refuse("the row of %.10q is of neither the one service nor the other", r.Code)
		}
		if r.Day != "" {
			at, err := wire.Day(time.DateOnly, r.Day)
			if err != nil {
				return wire.Reading{}, err
			}
			row := unitsRow{Base: r.Code, Units: string(r.Units), Rate: r.Middle, Quote: "HRK", Number: wire.CommaNumber}
			if err := row.add(&t, at); err != nil {
				return wire.Reading{}, err
			}
			continue
		}
		at, err := wire.Day(time.DateOnly, r.Applied)
		if err != nil {
			return wire.Reading{}, err
		}
		value, err := wire.CommaNumber(r.Middle)
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Add("EUR", r.Code, value, at, "1 EUR = "+r.Middle+" "+r.Code); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}
