package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"maps"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/demo"
)

// write makes the packed table: gzip over CSV, without a name or time in the archive's head, so that the same days make
// the same bytes. [demo.Unpack] reads it.
func write(days []day) ([]byte, error) {
	var packed bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	table := csv.NewWriter(zipped)
	if err := table.WriteAll(rows(days)); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// rows lays the days side by side: two heading rows, then a row for each code that any day has, in the alphabet's order.
func rows(days []day) [][]string {
	codes := map[currency.Code]bool{}
	dates, moments := []string{demo.DateRow}, []string{demo.PublishedRow}
	for _, d := range days {
		dates = append(dates, d.date.Format(time.DateOnly))
		moments = append(moments, d.published.Format(time.RFC3339))
		for code := range d.rates {
			codes[code] = true
		}
	}
	all := [][]string{dates, moments}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		row := []string{string(code)}
		for _, d := range days {
			row = append(row, d.rates[code]) // "" where that day lacks it
		}
		all = append(all, row)
	}
	return all
}
