package demo

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

//go:embed data/history.csv.gz
var packed string

// The first cells of the packed table's two heading rows; every other row begins with a currency's code.
const (
	DateRow      = "date"      // the days, oldest first: 2026-02-05
	PublishedRow = "published" // the moments, one for each day: 2026-02-05T02:01:33Z
)

// maxUnpacked is five times what the table takes, in bytes, so that no archive fills the memory.
const maxUnpacked = 1 << 20

// History returns the packed snapshots, oldest first. It unpacks anew on each call, some milliseconds' work, and gives
// the caller slices of its own. An error means a broken build, [fault.Internal].
func History() ([]Snapshot, error) {
	snapshots, err := Unpack([]byte(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: unpacking the bundled history: %v", fault.Internal, err)
	}
	return snapshots, nil
}

// Unpack reads a table of the form that data/README.md describes: gzip over CSV, a column for each day, a row for each
// currency, an empty cell where a snapshot lacks the currency. It refuses with [fault.Invalid] what the packer cannot
// have written: days or codes out of order, a value that is not above zero, a day without rates, more than 1 MiB.
func Unpack(data []byte) ([]Snapshot, error) {
	text, err := inflate(data)
	if err != nil {
		return nil, fmt.Errorf("%w: reading packed history: %v", fault.Invalid, err)
	}
	rows := csv.NewReader(bytes.NewReader(text)) // it holds every row to the first one's length
	rows.ReuseRecord = true
	snapshots, err := readHead(rows)
	if err != nil {
		return nil, fmt.Errorf("%w: reading the head of packed history: %v", fault.Invalid, err)
	}
	var last string
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = addRow(snapshots, row, last)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: reading packed history: %v", fault.Invalid, err)
		}
		last = row[0]
	}
	for _, s := range snapshots {
		if len(s.Rates) == 0 {
			return nil, fmt.Errorf("%w: reading packed history: no rates on %s", fault.Invalid, s.Version)
		}
	}
	return snapshots, nil
}

// inflate returns the text behind gzip, or an error where it is too long.
func inflate(data []byte) ([]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(unzipped, maxUnpacked+1))
	if err == nil && len(text) > maxUnpacked {
		err = fmt.Errorf("more than %d bytes", maxUnpacked)
	}
	return text, err
}

// readHead makes the snapshots, without rates, from the two heading rows.
func readHead(rows *csv.Reader) ([]Snapshot, error) {
	dates, err := rows.Read()
	if err != nil {
		return nil, err
	}
	if dates[0] != DateRow || len(dates) < 2 {
		return nil, fmt.Errorf("the first row does not begin with %q and a day", DateRow)
	}
	snapshots := make([]Snapshot, len(dates)-1)
	for i, text := range dates[1:] {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, err
		}
		if i > 0 && !at.After(snapshots[i-1].At) {
			return nil, fmt.Errorf("%s is not after the day before it", text)
		}
		snapshots[i] = Snapshot{Version: at.Format("2006.1.2"), At: at}
	}
	moments, err := rows.Read()
	if err != nil {
		return nil, err
	}
	if moments[0] != PublishedRow {
		return nil, fmt.Errorf("the second row does not begin with %q", PublishedRow)
	}
	for i, text := range moments[1:] {
		if snapshots[i].Published, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, err
		}
		if snapshots[i].Published.Before(snapshots[i].At) {
			return nil, fmt.Errorf("%s is before its day", text)
		}
	}
	return snapshots, nil
}

// addRow hands one currency's values to the snapshots. The code must come after last in the alphabet, so none is twice.
func addRow(snapshots []Snapshot, row []string, last string) error {
	code, err := currency.ParseCode(row[0])
	if err != nil {
		return err
	}
	if string(code) != row[0] || strings.Compare(row[0], last) <= 0 {
		return fmt.Errorf("row %q is not in capitals, or not after %q", row[0], last)
	}
	for i, text := range row[1:] {
		if text == "" {
			continue
		}
		value, err := currency.ParseDecimal(text)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", code, snapshots[i].Version, err)
		}
		if value.Sign() <= 0 {
			return fmt.Errorf("%s on %s: %s is not above zero", code, snapshots[i].Version, text)
		}
		snapshots[i].Rates = append(snapshots[i].Rates, Rate{Code: code, Value: value})
	}
	return nil
}
