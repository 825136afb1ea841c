// Gen makes the tables that package currency embeds, from the reference documents:
//
//	go run ./internal/currency/gen -reference DIR [-cldr DIR] [-rates DIR] [-o DIR]
//
// DIR of -reference holds ISO 4217 lists one and three as XML (SIX), the newer codes-all CSV, CLDR's currencyData and
// three tables written for Courant: board_currencies.csv, pegs.csv and redenominations.csv. DIR of -cldr is the
// unpacked npm package cldr-numbers-full; without it the names already embedded are kept and English ones are
// read from the table it is about to replace. DIR of -rates holds what sources said that a euro was worth:
// ecb/eurofxref-hist_to-DAY.csv, the history of the European Central Bank; currency-api/eur_DAY.json, days of the npm
// package @fawazahmed0/currency-api; centralbanks/bnr_01.xml, a year of the National Bank of Romania, for gold. Without
// it the levels and usual moves already embedded are kept.
//
// What no document holds stands in this folder: redenominations.csv; pegs.csv, which adds to the reference's table of
// pegs what was found out since; excluded.csv, which says what of the rates is left out; and the tables in groups.go and
// rows.go.
// The output depends on the input alone, so a second run changes nothing.
package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	reference := flag.String("reference", "", "folder of the reference documents")
	cldr := flag.String("cldr", "", "unpacked cldr-numbers-full, for the names")
	rates := flag.String("rates", "", "folder of rates, for the levels and usual moves")
	out := flag.String("o", "internal/currency/data", "folder to write to")
	flag.Parse()
	if err := run(*reference, *cldr, *rates, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(reference, cldr, rates, out string) error {
	if reference == "" {
		return fmt.Errorf("say where the reference documents are: -reference DIR")
	}
	doc, err := readDocuments(reference)
	if err != nil {
		return err
	}
	var named names
	if cldr != "" {
		named, err = readNames(cldr)
	} else {
		named, err = keptNames(out)
	}
	if err != nil {
		return err
	}
	redenominations, err := redenominationRows(doc)
	if err != nil {
		return err
	}
	pegs, err := pegRows(doc, redenominations)
	if err != nil {
		return err
	}
	currencies := currencyRows(doc, named, redenominations)
	tables := map[string][][]string{
		"currencies.csv":      currencies,
		"withdrawals.csv":     withdrawalRows(doc),
		"pegs.csv":            pegs,
		"redenominations.csv": redenominations.rows(),
	}
	if rates != "" {
		if err := addRates(tables, rates, currencies); err != nil {
			return err
		}
	}
	for name, rows := range tables {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(rows); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if cldr == "" {
		return nil
	}
	return writeNames(filepath.Join(out, "names.tsv.gz"), named, currencies)
}

// addRates adds the tables that are made of what sources said.
func addRates(tables map[string][][]string, dir string, currencies [][]string) error {
	daily, err := readECB(dir)
	if err != nil {
		return err
	}
	snapshots, err := readSnapshots(dir)
	if err != nil {
		return err
	}
	gold, err := readBNR(dir)
	if err != nil {
		return err
	}
	if tables["moves.csv"], err = moveRows(daily, gold); err != nil {
		return err
	}
	tables["levels.csv"], err = levelRows(daily, snapshots, currencies)
	return err
}
