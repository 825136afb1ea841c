package provider

import (
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// nbp is the National Bank of Poland: middle rates of some thirty currencies in zlotys, table A, published between 11:45
// and 12:15 on working days and valid the same day; and its price of a gram of fine gold. All rates are for one unit,
// unlike on the bank's own pages. A reply covers 93 days at the most; for days without a table there is 404.
func nbp() wire.Provider {
	p := nbpTable("A", wire.Schedule{Zone: "Europe/Warsaw", From: "11:45", Until: "14:00", Every: 10 * time.Minute})
	p.Source.ID, p.Source.Name = "nbp", "National Bank of Poland"
	p.Source.Fresh = 6 * 24 * time.Hour // Christmas with a weekend beside it
	p.Requests = func(a wire.Ask) []wire.Request {
		return append(nbpRequests(a, "exchangerates/tables/A/"), nbpRequests(a, "cenyzlota/")...)
	}
	return p
}

// nbpB is the National Bank of Poland's other table: middle rates of some hundred and fifteen further currencies,
// published on Wednesdays.
func nbpB() wire.Provider {
	p := nbpTable("B", wire.Schedule{
		Zone: "Europe/Warsaw", From: "11:45", Until: "14:00", Every: 10 * time.Minute,
		Days: []time.Weekday{time.Tuesday, time.Wednesday, time.Thursday}, // beside a holiday it moves by a day
	})
	p.Source.ID, p.Source.Name = "nbp-b", "National Bank of Poland, table B"
	p.Source.Fresh = 12 * 24 * time.Hour
	p.Requests = func(a wire.Ask) []wire.Request { return nbpRequests(a, "exchangerates/tables/B/") }
	return p
}

// nbpTable is what both tables have in common.
func nbpTable(table string, when wire.Schedule) wire.Provider {
	return wire.Provider{
		Source: market.Source{
			Kind: market.Official, Issuer: "PLN",
			Home:    "https://nbp.pl/en/statistic-and-financial-reporting/rates/",
			Licence: "The bank's rates are public information, free to use with the source named.", Terms: market.Free,
			Attribution: "Source: Narodowy Bank Polski",
			Note:        "Middle rates of table " + table + ".",
		},
		Kind: "middle rate", Docs: "https://api.nbp.pl/en.html",
		Base:     "https://api.nbp.pl/api/",
		Schedule: when,
		Default:  true, Since: "2002-01-02",
		Parse: func(body []byte) (wire.Reading, error) { return parseNBP(body, table) },
	}
}

// nbpRequests asks for the newest below a path, or for a span in pieces that the service answers.
func nbpRequests(a wire.Ask, path string) []wire.Request {
	const longest = 93 // days in a reply
	if a.Newest() {
		return []wire.Request{{Path: path + "?format=json"}}
	}
	var all []wire.Request
	for from := a.From; !from.After(a.To); from = from.AddDate(0, 0, longest) {
		to := from.AddDate(0, 0, longest-1)
		if to.After(a.To) {
			to = a.To
		}
		all = append(all, wire.Request{Path: path + from.Format(time.DateOnly) + "/" + to.Format(time.DateOnly) + "/?format=json"})
	}
	return all
}

// nbpRow is either a table or, in the other service, a day's price of gold.
type nbpRow struct {
	Table string    `json:"table"`
	Day   string    `json:"effectiveDate"`
	Rates []nbpRate `json:"rates"`

	GoldDay string    `json:"data"`
	Gold    wire.Text `json:"cena"`
}

type nbpRate struct {
	Code string    `json:"code"`
	Mid  wire.Text `json:"mid"`
}

func parseNBP(body []byte, table string) (wire.Reading, error) {
	var reply []nbpRow
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for _, r := range reply {
		var err error
		switch {
		case r.Table == table:
			err = nbpRates(&t, r.Day, r.Rates)
		case r.Table == "" && r.Gold != "" && table == "A":
			err = nbpGold(&t, r.GoldDay, string(r.Gold))
		default:
			err = wire.Refuse("the reply holds table %.10q where %s is expected", r.Table, table)
		}
		if err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

func nbpRates(t *wire.Table, day string, rates []nbpRate) error {
	at, err := wire.Day(time.DateOnly, day)
	if err != nil {
		return err
	}
	for _, r := range rates {
		row := unitsRow{Base: r.Code, Units: "1", Rate: string(r.Mid), Quote: "PLN", Number: wire.Number}
		if err := row.add(t, at); err != nil {
			return err
		}
	}
	return nil
}

// nbpGold takes a price of a gram for an ounce, since XAU is one.
func nbpGold(t *wire.Table, day, perGram string) error {
	at, err := wire.Day(time.DateOnly, day)
	if err != nil {
		return err
	}
	price, err := wire.Number(perGram)
	if err != nil {
		return err
	}
	return t.Add("XAU", "PLN", wire.PerOunce(price), at, "1 g of gold = "+perGram+" PLN")
}
