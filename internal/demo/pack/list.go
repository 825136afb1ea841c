package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// version is one listed version: its name in the registry, and the day that the name spells.
type version struct {
	name string
	date time.Time // midnight UTC
}

// readVersions reads the committed list.
func readVersions(path string) ([]version, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	versions, err := parseVersions(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return versions, nil
}

// parseVersions reads one version a line; blank lines and comments are skipped. Each must be a later day than the one
// before it, so a double cannot hide.
func parseVersions(text string) ([]version, error) {
	var versions []version
	for line := range strings.Lines(text) {
		name := strings.TrimSpace(line)
		if name == "" || name[0] == '#' {
			continue
		}
		date, err := time.Parse("2006.1.2", name)
		if err != nil || date.Format("2006.1.2") != name { // semantic versions have no leading zeros
			return nil, fmt.Errorf("version %q is not a day such as 2026.2.5", name)
		}
		if n := len(versions); n > 0 && !date.After(versions[n-1].date) {
			return nil, fmt.Errorf("version %s does not come after %s", name, versions[n-1].name)
		}
		versions = append(versions, version{name, date})
	}
	if len(versions) == 0 {
		return nil, fmt.Errorf("no version is listed")
	}
	return versions, nil
}

// exclusion leaves one code out on some days, ends included; a zero time is no end.
type exclusion struct {
	code        currency.Code
	from, until time.Time
}

type exclusions []exclusion

// has says whether the code is left out that day.
func (x exclusions) has(code currency.Code, date time.Time) bool {
	for _, e := range x {
		if e.code == code && !date.Before(e.from) && (e.until.IsZero() || !date.After(e.until)) {
			return true
		}
	}
	return false
}

// readExcluded reads the committed list of what is left out and why.
func readExcluded(path string) (exclusions, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x, err := parseExcluded(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

// parseExcluded reads rows of code, from, until, reason and source. A row without a reason or a source is refused: a
// figure that is left out needs one more than a figure that is printed.
func parseExcluded(r io.Reader) (exclusions, error) {
	rows := csv.NewReader(r)
	rows.Comment = '#'
	rows.FieldsPerRecord = 5
	records, err := rows.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) == 0 || records[0][0] != "code" {
		return nil, fmt.Errorf("no heading")
	}
	x := make(exclusions, 0, len(records)-1)
	for _, row := range records[1:] {
		code, err := currency.ParseCode(row[0])
		if err != nil {
			return nil, err
		}
		if row[3] == "" || row[4] == "" {
			return nil, fmt.Errorf("%s is left out without a reason and a source", code)
		}
		e := exclusion{code: code}
		for i, end := range []*time.Time{&e.from, &e.until} {
			if text := row[1+i]; text != "" {
				if *end, err = time.Parse(time.DateOnly, text); err != nil {
					return nil, err
				}
			}
		}
		x = append(x, e)
	}
	return x, nil
}
