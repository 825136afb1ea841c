package main

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

// Sources of rates, as the tables name them.
const (
	ecb         = "European Central Bank, euro reference rates"
	currencyAPI = "currency-api (CC0)"
	bnr         = "National Bank of Romania, reference rates"
)

// sheet is what one source said of one day: units of each currency for one euro.
type sheet struct {
	day    string
	source string
	rates  map[string]currency.Decimal
}

// readECB reads the newest history in the folder, oldest day first. "N/A" means that the bank fixed none.
func readECB(dir string) ([]sheet, error) {
	name, err := last(filepath.Join(dir, "ecb", "eurofxref-hist_to-*.csv"))
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	var sheets []sheet
	for _, record := range records[1:] {
		s := sheet{day: record[0], source: ecb, rates: map[string]currency.Decimal{}}
		for i, cell := range record[1:] {
			if cell == "" || cell == "N/A" {
				continue
			}
			if s.rates[records[0][i+1]], err = currency.ParseDecimal(cell); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, s.day, err)
			}
		}
		sheets = append(sheets, s)
	}
	slices.SortFunc(sheets, func(a, b sheet) int { return strings.Compare(a.day, b.day) })
	return sheets, nil
}

// readSnapshots reads the days of currency-api that are in the folder, oldest first. Beside currencies they hold
// tokens, under names of any length.
func readSnapshots(dir string) ([]sheet, error) {
	names, err := filepath.Glob(filepath.Join(dir, "currency-api", "eur_*.json"))
	if err != nil {
		return nil, err
	}
	var sheets []sheet
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var doc struct {
			Date string
			EUR  map[string]json.Number
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s := sheet{day: doc.Date, source: currencyAPI, rates: map[string]currency.Decimal{}}
		for code, rate := range doc.EUR {
			if len(code) != 3 {
				continue
			}
			if s.rates[strings.ToUpper(code)], err = currency.ParseDecimal(rate.String()); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, code, err)
			}
		}
		sheets = append(sheets, s)
	}
	return sheets, nil
}

// readBNR reads what a euro was worth in gold by the year's reference rates of Romania's national bank, which has both
// in lei: grams, since for a change the unit does not matter.
func readBNR(dir string) ([]sheet, error) {
	b, err := os.ReadFile(filepath.Join(dir, "centralbanks", "bnr_01.xml"))
	if err != nil {
		return nil, err
	}
	var doc struct {
		Days []struct {
			Day   string `xml:"date,attr"`
			Rates []struct {
				Code string `xml:"currency,attr"`
				Rate string `xml:",chardata"`
			} `xml:"Rate"`
		} `xml:"Body>Cube"`
	}
	if err := xml.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	var sheets []sheet
	for _, d := range doc.Days {
		lei := map[string]currency.Decimal{}
		for _, r := range d.Rates {
			if r.Code != "EUR" && r.Code != "XAU" {
				continue
			}
			if lei[r.Code], err = currency.ParseDecimal(r.Rate); err != nil {
				return nil, fmt.Errorf("bnr: %s: %w", d.Day, err)
			}
		}
		grams, err := lei["EUR"].Quo(lei["XAU"], 12)
		if err != nil {
			return nil, fmt.Errorf("bnr: %s: %w", d.Day, err)
		}
		sheets = append(sheets, sheet{day: d.Day, source: bnr, rates: map[string]currency.Decimal{"XAU": grams}})
	}
	slices.SortFunc(sheets, func(a, b sheet) int { return strings.Compare(a.day, b.day) })
	return sheets, nil
}

// last returns the file that a pattern finds last: names end in a day.
func last(pattern string) (string, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", fmt.Errorf("there is no file %s", pattern)
	}
	return slices.Max(names), nil
}
