// Gen makes the tables that package currency embeds, from the reference documents:
//
//	go run ./internal/currency/gen -reference DIR [-cldr DIR] [-o DIR]
//
// DIR of -reference holds ISO 4217 lists one and three as XML (SIX), the newer codes-all CSV, CLDR's currencyData and
// three tables written for Courant: board_currencies.csv, pegs.csv and redenominations.csv. DIR of -cldr is the
// unpacked npm package cldr-numbers-full; without it the names already embedded are kept and English ones are
// read from the table it is about to replace.
//
// What no document holds stands in this folder: redenominations.csv; pegs.csv, which adds to the reference's table of
// pegs what was found out since; and the tables in groups.go and rows.go.
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
	out := flag.String("o", "internal/currency/data", "folder to write to")
	flag.Parse()
	if err := run(*reference, *cldr, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(reference, cldr, out string) error {
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
