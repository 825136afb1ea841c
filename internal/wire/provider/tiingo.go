package provider

import (
	"bytes"
	"net/url"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// tiingo is Tiingo, a commercial service, for the closes of the United States.
//
// Traps: a reply does not name its share; beside each price stands one adjusted for all that happened since, which nobody
// paid and which is not read; and bars within a day look like days.
func tiingo() wire.Provider {
	p := wire.Provider{
		Source: keyed("tiingo", "Tiingo", "https://www.tiingo.com",
			"For the paper's own use; display to others wants a licence for redistribution.", freshQuote),
		Kind: "share price at the close", Docs: "https://www.tiingo.com/documentation/end-of-day",
		Base: "https://api.tiingo.com/", Key: "API token", Schedule: newYork, Since: "1962-01-02",
	}
	p.Quotes = &wire.Quotes{EndOfDay: true, After: 90 * time.Minute, Pause: time.Second, Name: nameOf(p.Source.ID), Parse: parseTiingo}
	p.Requests = func(a wire.Ask) []wire.Request {
		span := "?startDate=" + a.Today.AddDate(0, 0, -7).Format(time.DateOnly) // the session before, too, for the change
		if !a.Newest() {
			span = "?startDate=" + a.From.Format(time.DateOnly) + "&endDate=" + a.To.Format(time.DateOnly)
		}
		return perListing(a, func(name string) string {
			return "tiingo/daily/" + url.PathEscape(name) + "/prices" + span + "&token=" + url.QueryEscape(a.Key)
		})
	}
	return p
}

func parseTiingo(body []byte, asked []wire.Listed) (wire.Reading, error) {
	if start := bytes.TrimSpace(body); len(start) > 0 && start[0] == '{' {
		var reply struct {
			Detail string `json:"detail"`
			Ticker string `json:"ticker"`
		}
		if err := wire.JSON(body, &reply); err != nil {
			return wire.Reading{}, err
		}
		if reply.Detail != "" {
			return wire.Reading{}, refused(reply.Detail)
		}
		return wire.Reading{}, wire.Refuse("the reply describes the share %.20q and holds no price", reply.Ticker)
	}
	var rows []struct {
		Date   string    `json:"date"`
		Close  wire.Text `json:"close"`
		Open   wire.Text `json:"open"`
		High   wire.Text `json:"high"`
		Low    wire.Text `json:"low"`
		Volume wire.Text `json:"volume"`
		Split  wire.Text `json:"splitFactor"`
	}
	if err := wire.JSON(body, &rows); err != nil {
		return wire.Reading{}, err
	}
	l, err := only(asked)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	if len(rows) == 0 {
		t.Leave("%s: the reply has no day of it", l.Name)
	}
	for _, row := range rows {
		at, err := time.Parse(time.RFC3339, row.Date)
		if err != nil {
			return wire.Reading{}, wire.Refuse("%.40q is no day as this source writes it", row.Date)
		}
		at = at.UTC()
		if !at.Equal(at.Truncate(24 * time.Hour)) {
			return wire.Reading{}, wire.Refuse("the reply holds bars within a day, of %s, where closes are asked for", row.Date)
		}
		if split, err := currency.ParseDecimal(string(row.Split)); err == nil && !split.IsZero() && !split.Equal(currency.DecimalFromInt(1)) {
			t.Leave("%s: the source says that on %s there were %s shares for each; an event of the listing says so here", l.Name, at.Format(time.DateOnly), row.Split)
		}
		err = t.Quote(l, wire.Price{
			At: at, Last: plain(row.Close), Open: plain(row.Open), High: plain(row.High), Low: plain(row.Low), Volume: plain(row.Volume),
			Labels: map[market.Field]string{market.Last: "close"},
		})
		if err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Quoted()
}
