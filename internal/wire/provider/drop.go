package provider

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// drop is the paper's own feed: a directory into which it drops files of prices, as CSV or JSON. What the files hold is the
// paper's business, and so is whether it may be shown. The format is in docs/quotes.md.
func drop() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "drop", Name: "the paper's own feed", Kind: market.Dataset, Terms: market.Private,
			Licence: "What the paper agreed with whom it has the prices of.", Home: "https://github.com/courant-news/courant/blob/main/docs/quotes.md",
			Fresh: freshQuote,
		},
		Kind: "share price", Docs: "https://github.com/courant-news/courant/blob/main/docs/quotes.md", Schedule: wire.Schedule{Zone: "UTC"},
		Requests: func(wire.Ask) []wire.Request { return nil },
		Quotes: &wire.Quotes{
			Folder: true, Every: 10 * time.Second, Parse: parseDrop,
			Name: func(s market.Symbol) (string, bool) { return string(s), true },
		},
	}
}

// dropColumns are the columns of a file of prices. The first three must be there.
var dropColumns = []string{
	"symbol", "last", "at", "previous_close", "open", "high", "low", "volume", "change", "percent", "delay", "unit",
}

// parseDrop reads a file of prices: a table with a heading, or a JSON list of objects with the same names. Units are
// compared where the file gives one and one is known of the listing.
func parseDrop(body []byte, asked []wire.Listed) (wire.Reading, error) {
	rows, err := dropRows(body)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	for n, row := range rows {
		where := fmt.Sprintf("row %d", n+1)
		symbol, err := market.ParseSymbol(row["symbol"])
		if err != nil {
			return wire.Reading{}, wire.Refuse("%s: %w", where, err)
		}
		if _, _, ok := symbol.Listing(); !ok {
			return wire.Reading{}, wire.Refuse("%s: %s is a pair of currencies: a file of prices holds shares, as XNYS:BP", where, symbol)
		}
		at, err := dropMoment(row["at"])
		if err != nil {
			return wire.Reading{}, wire.Refuse("%s: %w", where, err)
		}
		l := wire.Listed{Symbol: symbol, Name: string(symbol)}
		if known, err := market.KnownListings().Instrument(symbol); err == nil { // a file may hold more than was asked for
			l.Unit = known.Unit.Code
		}
		if i := slices.IndexFunc(asked, func(l wire.Listed) bool { return l.Symbol == symbol }); i >= 0 {
			l.Unit = asked[i].Unit
		}
		if strings.Trim(row["last"], "0.") == "" {
			return wire.Reading{}, wire.Refuse("%s: %s has no last price, or one of zero", where, symbol)
		}
		err = t.Quote(l, wire.Price{
			At: at, Last: row["last"], Previous: row["previous_close"], Open: row["open"], High: row["high"], Low: row["low"],
			Volume: row["volume"], Change: row["change"], Percent: row["percent"], Delay: row["delay"], Unit: row["unit"],
		})
		if err != nil {
			return wire.Reading{}, wire.Refuse("%s: %w", where, err)
		}
	}
	return t.Quoted()
}

// dropRows are the rows of a file by the names of its columns.
func dropRows(body []byte) ([]map[string]string, error) {
	if start := bytes.TrimSpace(body); len(start) > 0 && (start[0] == '[' || start[0] == '{') {
		var list []map[string]wire.Text
		if err := wire.JSON(body, &list); err != nil {
			return nil, err
		}
		rows := make([]map[string]string, len(list))
		for i, object := range list {
			rows[i] = map[string]string{}
			for name, value := range sorted(object) {
				if !slices.Contains(dropColumns, name) {
					return nil, wire.Refuse("row %d: there is no column %.40q; there are %s", i+1, name, strings.Join(dropColumns, ", "))
				}
				rows[i][name] = strings.TrimSpace(string(value))
			}
		}
		return rows, nil
	}
	lines, err := table(body)
	if err != nil {
		return nil, err
	}
	heading := lines[0]
	for i, name := range heading {
		heading[i] = strings.TrimSpace(name)
		if !slices.Contains(dropColumns, heading[i]) || slices.Index(heading, heading[i]) < i {
			return nil, wire.Refuse("the column %.40q is not known, or stands there twice; there are %s", name, strings.Join(dropColumns, ", "))
		}
	}
	for _, name := range dropColumns[:3] {
		if !slices.Contains(heading, name) {
			return nil, wire.Refuse("the heading has no column %q: it begins with %s", name, strings.Join(dropColumns[:3], ","))
		}
	}
	var rows []map[string]string
	for n, line := range lines[1:] {
		if len(line) != len(heading) {
			return nil, wire.Refuse("row %d has %d fields, and the heading %d", n+1, len(line), len(heading))
		}
		row := map[string]string{}
		for i, name := range heading {
			row[name] = strings.TrimSpace(line[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// dropMoment reads a moment with its zone, or the day of a close.
func dropMoment(text string) (time.Time, error) {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return time.Time{}, wire.Refuse("%.40q is no moment: write it with its zone as 2026-02-02T15:04:05Z, or the day of a close as 2026-02-02", text)
	}
	return at.UTC(), nil
}
