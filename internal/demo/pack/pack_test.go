package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/demo"
)

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const smallRates = `{"date": "2026-01-01", "eur": {"1inch": 8.1, "aed": 4.3130, "usd": 1.17, "xau": 2.7e-4}}`

// archive writes an archive as npm packs it, with one file, and returns its path.
func archive(t *testing.T, name, text string, written time.Time) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.tgz")
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	files := tar.NewWriter(zipped)
	for _, file := range []struct{ name, text string }{{"package/index.js", ""}, {name, text}} {
		head := &tar.Header{Name: file.name, Mode: 0o644, Size: int64(len(file.text)), ModTime: written}
		if err := files.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(file.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnArchiveGoesIntoTheTableAndComesBack(t *testing.T) {
	written := newYear.Add(5000 * time.Second)
	d, err := readArchive(archive(t, ratesFile, smallRates, written), version{"2026.1.1", newYear})
	if err != nil {
		t.Fatal(err)
	}
	d.keepOnly(func(code currency.Code) bool { return code != "USD" })
	table, err := write([]day{d})
	if err != nil {
		t.Fatal(err)
	}
	snapshots, err := demo.Unpack(table)
	if err != nil {
		t.Fatal(err)
	}
	s := snapshots[0]
	if s.Version != "2026.1.1" || !s.Published.Equal(written) || len(s.Rates) != 2 {
		t.Fatalf("%+v", s)
	}
	if s.Rates[0].Code != "AED" || s.Rates[0].Value.String() != "4.3130" || s.Rates[1].Value.String() != "0.00027" {
		t.Errorf("%v", s.Rates)
	}
}

func TestAnArchiveThatIsNotItsVersionsIsRefused(t *testing.T) {
	tests := []struct {
		name, file, text string
		written          time.Time
	}{
		{"the file is missing", "package/v1/currencies/usd.json", smallRates, newYear},
		{"dated another day", ratesFile, strings.Replace(smallRates, "01-01", "01-02", 1), newYear},
		{"written before its day", ratesFile, smallRates, newYear.Add(-time.Second)},
		{"written two days later", ratesFile, smallRates, newYear.AddDate(0, 0, 2)},
		{"larger than the limit", ratesFile, smallRates + strings.Repeat(" ", maxRates), newYear},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d, err := readArchive(archive(t, tt.file, tt.text, tt.written), version{"2026.1.1", newYear}); err == nil {
				t.Errorf("got %+v", d)
			}
		})
	}
}

func TestRatesAreReadStrictly(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"cut off", `}}`, ``},
		{"two texts", `}}`, `}} {}`},
		{"a field more", `}}`, `}, "x": 1}`},
		{"another base", `"eur"`, `"usd"`},
		{"a date that is a number", `"2026-01-01"`, `20260101`},
		{"a code twice", `"usd": 1.17`, `"aed": 4.3130`},
		{"a code twice in another case", `"usd": 1.17`, `"AED": 4.3130`},
		{"a number in quotes", `1.17`, `"1.17"`},
		{"nothing", `1.17`, `null`},
		{"zero", `1.17`, `0`},
		{"below zero", `1.17`, `-1.17`},
		{"beyond any rate", `1.17`, `1e999`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(smallRates, tt.old, tt.new, 1)
			if text == smallRates {
				t.Fatal("the text was not changed")
			}
			if _, rates, err := readRates([]byte(text)); err == nil {
				t.Errorf("got %v", rates)
			}
		})
	}
}

func FuzzReadRates(f *testing.F) {
	f.Add([]byte(smallRates))
	f.Add([]byte(`{"date":"","eur":{}}`))
	f.Add([]byte(`{"date":"2026-01-01","eur":{"usd":1E+2,"x":[1]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, rates, err := readRates(text)
		if err != nil {
			return
		}
		for code, number := range rates {
			if value, err := currency.ParseDecimal(number); err != nil || value.Sign() <= 0 || len(code) != 3 {
				t.Fatalf("%q is %q: %v", code, number, err)
			}
		}
	})
}

func TestVersionsAreDaysInOrder(t *testing.T) {
	versions, err := parseVersions("# days\n\n2025.12.31\n2026.1.1\n")
	if err != nil || len(versions) != 2 || !versions[1].date.Equal(newYear) {
		t.Errorf("got %v, %v", versions, err)
	}
	for name, text := range map[string]string{
		"nothing":                   "# none\n",
		"a double":                  "2026.1.1\n2026.1.1\n",
		"disorder":                  "2026.1.2\n2026.1.1\n",
		"a day that does not exist": "2026.2.30\n",
		"a leading zero":            "2026.01.01\n",
		"a range":                   ">=2026.1.1\n",
		"a flag":                    "--registry=x\n",
	} {
		if versions, err := parseVersions(text); err == nil {
			t.Errorf("%s: got %v", name, versions)
		}
	}
}

func TestAnExclusionHoldsOnItsDaysAndNamesItsReason(t *testing.T) {
	x, err := parseExcluded(strings.NewReader("code,from,until,reason,source\nGNS,,,token,seen\nMNT,2026-01-01,2026-01-01,token,seen\n"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		code currency.Code
		days int // after new year
		want bool
	}{{"GNS", -900, true}, {"GNS", 900, true}, {"MNT", -1, false}, {"MNT", 0, true}, {"MNT", 1, false}, {"USD", 0, false}}
	for _, tt := range tests {
		if got := x.has(tt.code, newYear.AddDate(0, 0, tt.days)); got != tt.want {
			t.Errorf("%s %d days after new year: %t", tt.code, tt.days, got)
		}
	}
	for _, text := range []string{
		"", "GNS,,,token,seen\n", "code,from,until,reason,source\nGNS,,,,seen\n",
		"code,from,until,reason,source\nGNS,,,token,\n", "code,from,until,reason,source\nGN,,,token,seen\n",
		"code,from,until,reason,source\nGNS,2026,,token,seen\n",
	} {
		if x, err := parseExcluded(strings.NewReader(text)); err == nil {
			t.Errorf("%q: got %v", text, x)
		}
	}
}

func TestTheCommittedListsAreRead(t *testing.T) {
	if _, err := readVersions("../data/versions.txt"); err != nil {
		t.Error(err)
	}
	if _, err := readExcluded("../data/excluded.csv"); err != nil {
		t.Error(err)
	}
}
