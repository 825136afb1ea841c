package demo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// What the page printed, in its own order; the heads of the files say more.
var (
	//go:embed data/seed-rates.csv
	pageRates string
	//go:embed data/seed-quotes.csv
	pageQuotes string
)

// Quote is one share price as the page claimed it. The page names no currency and no exchange.
type Quote struct {
	Symbol                string
	Change, Last, Percent currency.Decimal // signed change and percent change since an unnamed close
}

// PageDate is the day of the page whose claims [PageRates] and [PageQuotes] give, midnight UTC.
func PageDate() time.Time { return time.Date(2026, time.February, 2, 0, 0, 0, 0, time.UTC) }

// PageRates returns the page's 170 claims of units for one euro, in the page's order. An error means a broken build,
// [fault.Internal].
func PageRates() ([]Rate, error) {
	rows, err := claims(pageRates, "code", "value")
	if err != nil {
		return nil, err
	}
	rates := make([]Rate, len(rows))
	for i, row := range rows {
		code, err := currency.ParseCode(row[0])
		if err != nil {
			return nil, broken(err)
		}
		value, err := currency.ParseDecimal(row[1])
		if err != nil {
			return nil, broken(err)
		}
		rates[i] = Rate{Code: code, Value: value}
	}
	return rates, nil
}

// PageQuotes returns the page's 16 claims of share prices, in the page's order. An error means a broken build,
// [fault.Internal].
func PageQuotes() ([]Quote, error) {
	rows, err := claims(pageQuotes, "symbol", "change", "last", "percent")
	if err != nil {
		return nil, err
	}
	quotes := make([]Quote, len(rows))
	for i, row := range rows {
		var figures [3]currency.Decimal
		for j, text := range row[1:] {
			if figures[j], err = currency.ParseDecimal(text); err != nil {
				return nil, broken(err)
			}
		}
		quotes[i] = Quote{Symbol: row[0], Change: figures[0], Last: figures[1], Percent: figures[2]}
	}
	return quotes, nil
}

// claims reads a commented CSV file and takes its heading off.
func claims(text string, heading ...string) ([][]string, error) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comment = '#'
	reader.FieldsPerRecord = len(heading)
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, broken(err)
	}
	if len(rows) == 0 || rows[0][0] != heading[0] {
		return nil, broken(fmt.Errorf("no heading that begins with %q", heading[0]))
	}
	return rows[1:], nil
}

func broken(err error) error {
	return fmt.Errorf("%w: reading the bundled page's claims: %v", fault.Internal, err)
}
