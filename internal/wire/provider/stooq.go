package provider

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// stooq is Stooq, a Polish site with tables as CSV and no terms for them. Its clock is Warsaw's: at 22:00 there New York
// closes.
//
// Traps: what it does not know is N/D; who asked too often is told so in a line of text with status 200; and a wall
// against machines is a page with status 200.
func stooq() wire.Provider {
	p := wire.Provider{
		Source: market.Source{
			ID: "stooq", Name: "Stooq", Kind: market.Dataset, Home: "https://stooq.com", Terms: market.Private,
			Licence: "Terms for the tables were not found; the site asks machines to prove that they are browsers, which is not done here.",
			Fresh:   freshQuote,
		},
		Kind: "share price", Docs: "https://stooq.com/", Base: "https://stooq.com/", Schedule: wire.Schedule{Zone: "Europe/Warsaw"},
	}
	p.Quotes = &wire.Quotes{Delay: 15 * time.Minute, After: 15 * time.Minute, Pause: 2 * time.Second, Name: nameOf(p.Source.ID), Parse: parseStooq}
	p.Requests = func(a wire.Ask) []wire.Request {
		return perListing(a, func(name string) string {
			return "q/l/?s=" + url.QueryEscape(strings.ToLower(name)) + "&f=sd2t2ohlcv&h&e=csv"
		})
	}
	return p
}

func parseStooq(body []byte, asked []wire.Listed) (wire.Reading, error) {
	lower := bytes.ToLower(body[:min(len(body), 4096)])
	switch {
	case bytes.Contains(lower, []byte("exceeded the daily hits limit")):
		return wire.Reading{}, wire.Busy("Stooq says that it was asked too often today: %.60q", strings.TrimSpace(string(body)))
	case bytes.Contains(lower, []byte("<script")), bytes.Contains(lower, []byte("__verify")):
		return wire.Reading{}, wire.Refuse("Stooq answers with its wall against machines, which wants the work of a browser, and no price: use another source")
	}
	rows, err := table(body)
	if err != nil {
		return wire.Reading{}, err
	}
	const heading = "Symbol,Date,Time,Open,High,Low,Close,Volume"
	if got := strings.Join(rows[0], ","); got == "Date,Open,High,Low,Close,Volume" {
		return wire.Reading{}, wire.Refuse("the reply is a table of days, adjusted for what happened since: take it in with courant import bars")
	} else if got != heading {
		return wire.Reading{}, wire.Refuse("the table is headed %.80q and not %q", got, heading)
	}
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		return wire.Reading{}, wire.Refuse("the clock of Warsaw is not known here: %w", err)
	}
	var t wire.Table
	for _, row := range rows[1:] {
		if len(row) != 8 {
			return wire.Reading{}, wire.Refuse("a row has %d fields and not 8", len(row))
		}
		name := row[0]
		if !strings.Contains(name, ".") && len(asked) == 1 && strings.HasPrefix(strings.ToUpper(asked[0].Name), strings.ToUpper(name)) {
			name = asked[0].Name // what it does not know it names as it likes
		}
		l, err := named(asked, name)
		if err != nil {
			return wire.Reading{}, err
		}
		price := wire.Price{
			Open: wire.Plain(row[3]), High: wire.Plain(row[4]), Low: wire.Plain(row[5]), Last: wire.Plain(row[6]), Volume: wire.Plain(row[7]),
			Delay: "15", Labels: map[market.Field]string{market.Last: "Close"},
		}
		if day := wire.Plain(row[1]); day != "" {
			if price.At, err = time.ParseInLocation(time.DateTime, day+" "+row[2], warsaw); err != nil || price.At.Year() < 1990 || price.At.Year() > 2200 {
				return wire.Reading{}, wire.Refuse("%.40q is no moment as Stooq writes it", row[1]+" "+row[2])
			}
		}
		if err := t.Quote(l, price); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Quoted()
}
