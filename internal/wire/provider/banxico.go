package provider

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// banxico is the Bank of Mexico, which wants a key, its "token". It has the FIX, the rate of the dollar that is determined
// on a working day around noon and serves to settle what is owed in dollars, and quotations of four further currencies
// against the peso. A figure is of the day of its determination.
//
// Traps: which currency a series is of stands in a title for people, so that the series' name decides and the title must
// agree; days are written 02/03/2026 for the 2nd of March; a day without a figure says N/E.
func banxico() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "banxico", Name: "Banco de México", Kind: market.Official, Issuer: "MXN",
			Home:    "https://www.banxico.org.mx/tipcamb/main.do?page=tip&idioma=en",
			Licence: "Free use with the source named, by the bank's terms as far as they are known.", Terms: market.ShowOnly,
			Attribution: "Source: Banco de México",
			Note:        "The FIX for the dollar; for others its quotations of the day.",
			Fresh:       6 * 24 * time.Hour, // Holy Week
		},
		Kind: "official rate", Docs: "https://www.banxico.org.mx/SieAPIRest/service/v1/?locale=en",
		Base: "https://www.banxico.org.mx/SieAPIRest/service/v1/", Key: "token", Since: "1991-11-12",
		Schedule: wire.Schedule{Zone: "America/Mexico_City", From: "12:00", Until: "18:00", Every: 30 * time.Minute},
		Requests: func(a wire.Ask) []wire.Request {
			from, to := a.From, a.To
			if a.Newest() {
				from, to = a.Today.AddDate(0, 0, -7), a.Today
			}
			var names []string
			for name := range sorted(banxicoSeries) {
				names = append(names, name)
			}
			return []wire.Request{{
				Path:   "series/" + strings.Join(names, ",") + "/datos/" + from.Format(time.DateOnly) + "/" + to.Format(time.DateOnly),
				Header: "Bmx-Token",
			}}
		},
		Parse: parseBanxico,
	}
}

// banxicoSeries are the series that are asked for, by the catalogue of the bank's service: the code of the currency, and
// how the title of the series must say it.
var banxicoSeries = map[string][2]string{
	"SF43718": {"USD", "Pesos por dólar E.U.A."},
	"SF46406": {"JPY", "Yen japonés"},
	"SF46407": {"GBP", "Libra esterlina"},
	"SF46410": {"EUR", "Euro"},
	"SF60632": {"CAD", "Dólar Canadiense"},
}

func parseBanxico(body []byte) (wire.Reading, error) {
	var reply struct {
		Error struct {
			Message string `json:"mensaje"`
		} `json:"error"`
		BMX struct {
			Series []struct {
				Name  string `json:"idSerie"`
				Title string `json:"titulo"`
				Days  []struct {
					Day   string    `json:"fecha"`
					Value wire.Text `json:"dato"`
				} `json:"datos"`
			} `json:"series"`
		} `json:"bmx"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Error.Message != "" {
		return wire.Reading{}, wire.Refuse("the service answers with an error: %.60q", reply.Error.Message)
	}
	var t wire.Table
	for _, series := range reply.BMX.Series {
		known, ok := banxicoSeries[series.Name]
		if !ok {
			t.Leave("the series %.20q is none of the currencies asked for", series.Name)
			continue
		}
		if !strings.Contains(series.Title, known[1]) {
			return wire.Reading{}, wire.Refuse("the series %s says %.80q and not %q", series.Name, series.Title, known[1])
		}
		for _, d := range series.Days {
			at, err := wire.Day("02/01/2006", d.Day)
			if err != nil {
				return wire.Reading{}, err
			}
			if d.Value == "N/E" { // no existe: a day without a figure
				continue
			}
			value, err := wire.Number(string(d.Value))
			if err != nil {
				return wire.Reading{}, err
			}
			if err := t.Add(known[0], "MXN", value, at, series.Name+": 1 "+known[0]+" = "+string(d.Value)+" MXN"); err != nil {
				return wire.Reading{}, err
			}
		}
	}
	return t.Reading()
}
