package main

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// What is left out although the currency is known and was money on the day.
//
//go:embed excluded.csv
var excluded string

// levelDigits is how many digits a level has: it tells scales apart, and is no price.
const levelDigits = 4

// levelRows turns sheets into a row a day: the last of each month of a source that has them all, every one of another.
func levelRows(daily, snapshots []sheet, currencies [][]string) ([][]string, error) {
	left, err := csv.NewReader(strings.NewReader(excluded)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("excluded.csv: %w", err)
	}
	const code, introduced, retired = 0, 7, 8
	lives := map[string][2]string{}
	for _, c := range currencies[1:] {
		lives[c[code]] = [2]string{c[introduced], c[retired]}
	}
	money := func(code, day string) bool {
		life, known := lives[code]
		if !known || life[0] != "" && day < life[0] || life[1] != "" && day >= life[1] {
			return false
		}
		return !slices.ContainsFunc(left[1:], func(x []string) bool {
			return x[0] == code && (x[1] == "" || x[1] <= day) && (x[2] == "" || day <= x[2])
		})
	}
	sheets := append(monthEnds(daily), snapshots...)
	slices.SortStableFunc(sheets, func(a, b sheet) int { return cmp.Compare(a.day, b.day) }) // of one day, the bank's first
	rows := [][]string{{"date", "source", "rates"}}
	for _, s := range sheets {
		s.rates["EUR"] = currency.DecimalFromInt(1)
		var rates []string
		for _, code := range sortedKeys(s.rates) {
			if code == "USD" || !money(code, s.day) {
				continue
			}
			rate, err := s.rates[code].Quo(s.rates["USD"], levelDigits)
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", s.source, s.day, err)
			}
			rates = append(rates, code+"="+rate.String())
		}
		rows = append(rows, []string{s.day, s.source, strings.Join(rates, " ")})
	}
	return rows, nil
}

// monthEnds keeps the last day of each month that there is.
func monthEnds(daily []sheet) []sheet {
	var ends []sheet
	for i, s := range daily {
		if i+1 == len(daily) || daily[i+1].day[:len("2006-01")] != s.day[:len("2006-01")] {
			ends = append(ends, s)
		}
	}
	return ends
}

// moveYears is for how many years up to its newest day a series is asked how it moves.
const moveYears = 10

// moveRows asks of each currency that the newest day still has how much the euro changes in it from one day to the
// next.
func moveRows(series ...[]sheet) ([][]string, error) {
	rows := [][]string{{"code", "share", "days", "from", "until", "source"}}
	for _, sheets := range series {
		newest := sheets[len(sheets)-1]
		day, err := time.Parse(time.DateOnly, newest.day)
		if err != nil {
			return nil, err
		}
		since := day.AddDate(-moveYears, 0, 0).Format(time.DateOnly)
		for _, code := range sortedKeys(newest.rates) {
			var fixed []sheet
			for _, s := range sheets {
				if _, ok := s.rates[code]; ok && s.day >= since {
					fixed = append(fixed, s)
				}
			}
			if len(fixed) < 2 {
				continue
			}
			var changes []currency.Decimal
			for i, s := range fixed[1:] {
				ratio, err := s.rates[code].Quo(fixed[i].rates[code], 9)
				if err != nil {
					return nil, fmt.Errorf("%s on %s: %w", code, s.day, err)
				}
				changes = append(changes, ratio.Sub(currency.DecimalFromInt(1)).Abs())
			}
			slices.SortFunc(changes, currency.Decimal.Cmp)
			median := changes[len(changes)/2].RoundDigits(3) // of an even number the upper of the middle two
			rows = append(rows, []string{
				code, median.String(), fmt.Sprint(len(changes)), fixed[0].day, newest.day, newest.source,
			})
		}
	}
	return rows, nil
}
