package currency_test

import (
	"encoding/csv"
	"encoding/xml"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
)

func TestEveryCodeOfTheSeedPageIsKnown(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(must.Samples(t), "seed", "page.txt"))
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, m := range regexp.MustCompile(`\b(?:EUR[ /:→-]*)?([A-Z]{3})\b`).FindAllStringSubmatch(string(page), -1) {
		codes[m[1]] = true
	}
	known, reference := 0, boardCodes(t)
	for _, code := range reference {
		if !codes[code] {
			t.Errorf("%s is in the reference of the board, but not on the page", code)
		}
		if _, err := currency.All().Currency(currency.Code(code)); err != nil {
			t.Error(err)
		} else {
			known++
		}
	}
	if known != 170 {
		t.Errorf("%d of 170 codes are known", known)
	}
}

func boardCodes(t *testing.T) []string {
	var codes []string
	for _, row := range records(t, "board_currencies.csv", 170) {
		codes = append(codes, row[0])
	}
	return codes
}

// records reads a CSV file of the reference without its heading, and asks that it hold at least so many rows.
func records(t *testing.T, name string, least int) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "reference", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) <= least {
		t.Fatalf("%s has only %d rows", name, len(rows))
	}
	return rows[1:]
}

func TestEveryRowOfISOListsOneAndThreeIsRepresented(t *testing.T) {
	var lists struct {
		One []struct {
			Code    string `xml:"Ccy"`
			Numeric string `xml:"CcyNbr"`
			Minor   string `xml:"CcyMnrUnts"`
		} `xml:"CcyTbl>CcyNtry"`
		Three []struct {
			Entity    string `xml:"CtryNm"`
			Code      string `xml:"Ccy"`
			Withdrawn string `xml:"WthdrwlDt"`
		} `xml:"HstrcCcyTbl>HstrcCcyNtry"`
	}
	for _, name := range []string{"iso4217_list-one_2024-06-25.xml", "iso4217_list-three_2024-09-01.xml"} {
		b, err := os.ReadFile(filepath.Join(must.Samples(t), "reference", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(b, &lists); err != nil {
			t.Fatal(err)
		}
	}
	if len(lists.One) < 270 || len(lists.Three) != 165 {
		t.Fatalf("%d and %d rows: the lists are not whole", len(lists.One), len(lists.Three))
	}
	for _, e := range lists.One {
		if e.Code == "" {
			continue // an entity without a currency
		}
		c, err := currency.All().Currency(currency.Code(e.Code))
		if err != nil {
			t.Error(err)
			continue
		}
		minor := strconv.Itoa(c.MinorUnits)
		if c.MinorUnits < 0 {
			minor = "N.A."
		}
		if c.Numeric != e.Numeric || minor != e.Minor {
			t.Errorf("%s has the number %s and %s minor units, in the list %s and %s", e.Code, c.Numeric, minor, e.Numeric, e.Minor)
		}
	}
	for _, e := range lists.Three {
		rows := currency.All().Withdrawals(currency.Code(e.Code))
		if !slices.ContainsFunc(rows, func(w currency.Withdrawal) bool {
			return w.Withdrawn == e.Withdrawn && w.Entity == strings.Join(strings.Fields(e.Entity), " ")
		}) {
			t.Errorf("no row for %s, %s, %s", e.Code, e.Entity, e.Withdrawn)
		}
	}
}

// The newer table of all codes is the one that decides what is current.
func TestEveryCodeOfTheNewestListIsRepresented(t *testing.T) {
	const code, numeric, withdrawn = 2, 3, 5 // its columns
	for _, row := range records(t, "iso4217_codes-all_2026-02-01.csv", 400) {
		if row[code] == "" {
			continue // an entity without a currency
		}
		c, err := currency.All().Currency(currency.Code(row[code]))
		if err != nil {
			t.Error(err)
		} else if row[withdrawn] == "" && (c.Group == "Retired" || c.Numeric != row[numeric]) {
			t.Errorf("%s is current with the number %s, here %s with %s", row[code], row[numeric], c.Group, c.Numeric)
		}
	}
}

// figure is a number as JSON has it: no date, version or word with digits in it, and no padded identifier.
var figure = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?$`)

// Whatever figure a source has ever sent must come through exactly.
func TestEveryFigureOfTheSamplesComesThroughExactly(t *testing.T) {
	seen := map[string]bool{}
	plain, exponents := 0, 0
	err := filepath.WalkDir(must.Samples(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".json", ".csv", ".xml", ".txt", ".html", ".ndjson", ".tsv"}, filepath.Ext(path)) {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, token := range tokens(string(b)) {
			if seen[token] || len(token) > 64 {
				continue
			}
			seen[token] = true
			got, err := currency.ParseDecimal(token)
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(path), err)
				continue
			}
			if !strings.ContainsAny(token, "eE") {
				plain++
				if got.String() != token {
					t.Errorf("%s: %s prints as %s", filepath.Base(path), token, got)
				}
				continue
			}
			exponents++
			exact, _ := new(big.Rat).SetString(token)
			if got.Rat().Cmp(exact) != 0 {
				t.Errorf("%s: %s prints as %s", filepath.Base(path), token, got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d different plain figures and %d with an exponent", plain, exponents)
	if plain < 250_000 || exponents < 5 {
		t.Errorf("only %d plain figures and %d with an exponent: are the samples whole?", plain, exponents)
	}
}

// tokens finds the figures of a text. Its separators are those of CSV, JSON, XML and HTML alike; a comma followed by a
// digit separates cells in a line of CSV, so the text is split there first where it is a table.
func tokens(text string) []string {
	var found []string
	for _, field := range strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n\"'<>=;|[]{}(),\u00a0", r)
	}) {
		field = strings.TrimPrefix(field, ":")
		if figure.MatchString(field) {
			found = append(found, field)
		}
	}
	return found
}
