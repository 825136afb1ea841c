package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

const (
	ratesFile  = "package/v1/currencies/eur.json" // the one file that is taken out of an archive
	maxRates   = 1 << 20                          // bytes: the largest so far has 18 thousand
	maxArchive = 256 << 20                        // bytes unpacked: the largest so far has 30 million
)

// day is one version's rates, each with the digits that the file has.
type day struct {
	version
	published time.Time // when the publisher's build wrote the file, by the archive
	rates     map[currency.Code]string
}

// keepOnly drops the codes that keep says no to.
func (d *day) keepOnly(keep func(currency.Code) bool) {
	maps.DeleteFunc(d.rates, func(code currency.Code, _ string) bool { return !keep(code) })
}

// readArchive reads the rates out of a version's archive, and nothing after them.
func readArchive(path string, v version) (day, error) {
	f, err := os.Open(path)
	if err != nil {
		return day{}, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return day{}, err
	}
	files := tar.NewReader(io.LimitReader(unzipped, maxArchive))
	for {
		head, err := files.Next()
		if err == io.EOF {
			return day{}, fmt.Errorf("no file %s", ratesFile)
		}
		if err != nil {
			return day{}, err
		}
		if head.Name != ratesFile {
			continue
		}
		if head.Size > maxRates {
			return day{}, fmt.Errorf("%s has %d bytes", ratesFile, head.Size)
		}
		text, err := io.ReadAll(files)
		if err != nil {
			return day{}, err
		}
		return readDay(text, v, head.ModTime.UTC())
	}
}

// readDay reads the text of the rates file and holds it to its version: the day inside must be the version's, and the
// build must have run on that day or the next.
func readDay(text []byte, v version, published time.Time) (day, error) {
	if published.Before(v.date) || !published.Before(v.date.AddDate(0, 0, 2)) {
		return day{}, fmt.Errorf("%s was written at %s", ratesFile, published.Format(time.RFC3339))
	}
	date, rates, err := readRates(text)
	if err != nil {
		return day{}, fmt.Errorf("%s: %w", ratesFile, err)
	}
	if want := v.date.Format(time.DateOnly); date != want {
		return day{}, fmt.Errorf("%s is dated %q, not %s", ratesFile, date, want)
	}
	return day{version: v, published: published, rates: rates}, nil
}

// readRates reads {"date": "2026-02-05", "eur": {"aed": 4.33, …}} and nothing else: token by token, for a decoder into
// a map would let the last of two like names win, and into a float would change digits. Names that are not three
// letters are tokens, and skipped.
func readRates(text []byte) (date string, rates map[currency.Code]string, err error) {
	tokens := json.NewDecoder(bytes.NewReader(text))
	tokens.UseNumber()
	if err := expect(tokens, json.Delim('{'), "date"); err != nil {
		return "", nil, err
	}
	token, err := tokens.Token()
	if err != nil {
		return "", nil, err
	}
	date, ok := token.(string)
	if !ok {
		return "", nil, fmt.Errorf("the date is %v", token)
	}
	if err := expect(tokens, "eur", json.Delim('{')); err != nil {
		return "", nil, err
	}
	rates = make(map[currency.Code]string, 512)
	for tokens.More() {
		if err := readRate(tokens, rates); err != nil {
			return "", nil, err
		}
	}
	if err := expect(tokens, json.Delim('}'), json.Delim('}')); err != nil {
		return "", nil, err
	}
	if _, err := tokens.Token(); !errors.Is(err, io.EOF) {
		return "", nil, fmt.Errorf("there is more after the end")
	}
	return date, rates, nil
}

// readRate reads one name and its number into rates.
func readRate(tokens *json.Decoder, rates map[currency.Code]string) error {
	token, err := tokens.Token()
	if err != nil {
		return err
	}
	name := token.(string) // the decoder lets nothing else stand here
	if token, err = tokens.Token(); err != nil {
		return err
	}
	number, ok := token.(json.Number)
	if !ok {
		return fmt.Errorf("%s is %v, not a number", name, token)
	}
	code, err := currency.ParseCode(name)
	if err != nil {
		return nil // a token's name, such as 1inch
	}
	if _, double := rates[code]; double {
		return fmt.Errorf("%s is there twice", code)
	}
	value, err := currency.ParseDecimal(number.String())
	if err != nil {
		return fmt.Errorf("%s: %w", code, err)
	}
	if value.Sign() <= 0 {
		return fmt.Errorf("%s is %s, not above zero", code, number)
	}
	rates[code] = number.String()
	return nil
}

// expect reads the tokens that must come next.
func expect(tokens *json.Decoder, want ...json.Token) error {
	for _, w := range want {
		token, err := tokens.Token()
		if err != nil {
			return err
		}
		if token != w {
			return fmt.Errorf("%v where %v belongs", token, w)
		}
	}
	return nil
}
