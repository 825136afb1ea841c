package demo

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/must"
)

func history(t testing.TB) []Snapshot {
	t.Helper()
	snapshots, err := History()
	if err != nil {
		t.Fatal(err)
	}
	return snapshots
}

// on returns the snapshot of a day.
func on(t testing.TB, date string) Snapshot {
	t.Helper()
	for _, s := range history(t) {
		if s.At.Format(time.DateOnly) == date {
			return s
		}
	}
	t.Fatalf("no snapshot of %s", date)
	return Snapshot{}
}

// value returns the digits of a code in a snapshot, "" where it is not there.
func value(s Snapshot, code currency.Code) string {
	for _, r := range s.Rates {
		if r.Code == code {
			return r.Value.String()
		}
	}
	return ""
}

func TestHistoryHoldsTheListedVersionsInOrder(t *testing.T) {
	list, err := os.ReadFile("data/versions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			want = append(want, line)
		}
	}
	var got []string
	for _, s := range history(t) {
		got = append(got, s.Version)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("packed %v\nlisted %v", got, want)
	}
}

func TestASnapshotWasPublishedWithinHoursOfItsDay(t *testing.T) {
	for _, s := range history(t) {
		if late := s.Published.Sub(s.At); late < 0 || late > 24*time.Hour {
			t.Errorf("%s: published %s after its day began", s.Version, late)
		}
		if n := len(s.Rates); n < 160 || n > 210 {
			t.Errorf("%s: %d rates", s.Version, n)
		}
	}
}

func TestHistoryKeepsObservationsDigitForDigit(t *testing.T) {
	tests := []struct {
		name, date string
		code       currency.Code
		want       string
	}{
		{"a pegged currency", "2026-02-05", "AED", "4.33283707"},
		{"a long number", "2026-09-29", "VEB", "97338092087.75537"},
		{"a small number", "2026-09-29", "XPD", "0.00094018855"},
		{"the Syrian pound on its new scale", "2026-01-10", "SYP", "129.45901231"},
		{"the Syrian pound back on its old scale, as published", "2026-08-16", "SYP", "15039.835978"},
		{"the lev in its own year, at its conversion rate", "2026-09-29", "BGN", "1.95583"},
		{"a currency that is not there yet", "2025-03-20", "XCG", ""},
		{"a token that bears a currency's code", "2024-04-01", "MNT", ""},
		{"the currency itself, a month later", "2024-05-01", "MNT", "3622.34538288"},
		{"a token that bears a code of 1986", "2024-03-02", "GNS", ""},
		{"the euro in euros", "2026-09-29", "EUR", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := value(on(t, tt.date), tt.code); got != tt.want {
				t.Errorf("%s on %s: %q, want %q", tt.code, tt.date, got, tt.want)
			}
		})
	}
}

func TestHistoryAgreesWithTheRecordedFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(must.Samples(t), "fx", "currency-api", "eur_*.json"))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, s := range history(t) {
		for _, file := range files {
			if filepath.Base(file) == "eur_"+s.At.Format(time.DateOnly)+".json" {
				compared += compare(t, s, file)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d values compared", compared)
	}
}

// compare holds a snapshot's values to those of a recorded file, as text, and returns how many there were.
func compare(t *testing.T, s Snapshot, file string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Eur map[string]json.RawMessage `json:"eur"`
	}
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Rates {
		if want := string(recorded.Eur[strings.ToLower(string(r.Code))]); r.Value.String() != want {
			t.Errorf("%s %s: %s, recorded %s", s.Version, r.Code, r.Value, want)
		}
	}
	return len(s.Rates)
}

func TestReadmeNamesTheDigestOfTheHistory(t *testing.T) {
	readme, err := os.ReadFile("data/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if line := fmt.Sprintf("%x  history.csv.gz", sha256.Sum256([]byte(packed))); !strings.Contains(string(readme), line) {
		t.Errorf("data/README.md lacks the line %q", line)
	}
}

// pack gzips a table, as the packer does.
func pack(t testing.TB, table string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(table)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const smallTable = "date,2026-01-01,2026-01-02\npublished,2026-01-01T02:00:00Z,2026-01-02T02:00:00Z\n" +
	"AED,4.3,4.4\nUSD,,1.1720\n"

func TestUnpackReadsATable(t *testing.T) {
	snapshots, err := Unpack(pack(t, smallTable))
	if err != nil {
		t.Fatal(err)
	}
	if len(snapshots) != 2 || len(snapshots[0].Rates) != 1 || value(snapshots[1], "USD") != "1.1720" {
		t.Errorf("got %v", snapshots)
	}
}

func TestUnpackRefusesWhatThePackerCannotHaveWritten(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"no table", smallTable, ""},
		{"no days", smallTable, "date\npublished\n"},
		{"another first row", "date,", "day,"},
		{"another second row", "published", "seen"},
		{"a day that does not exist", "2026-01-02\n", "2026-02-30\n"},
		{"a day twice", "2026-01-02\n", "2026-01-01\n"},
		{"a moment before its day", "2026-01-02T02", "2026-01-01T23"},
		{"a moment that is none", "2026-01-02T02:00:00Z", "two"},
		{"a row that is too short", "USD,,1.1720", "USD,1.1720"},
		{"a code twice", "USD", "AED"},
		{"a code in small letters", "USD", "usd"},
		{"a token's name", "USD", "1INCH"},
		{"a price of zero", "1.1720", "0"},
		{"a price below zero", "1.1720", "-1.1720"},
		{"a price that is no number", "1.1720", "NaN"},
		{"a day without rates", "4.3,", ","},
		{"more than the limit", smallTable, strings.Repeat("date,", maxUnpacked/5+1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := strings.Replace(smallTable, tt.old, tt.new, 1)
			if table == smallTable {
				t.Fatal("the table was not changed")
			}
			if _, err := Unpack(pack(t, table)); !errors.Is(err, fault.Invalid) {
				t.Errorf("got %v, want %v", err, fault.Invalid)
			}
		})
	}
	if _, err := Unpack([]byte(smallTable)); !errors.Is(err, fault.Invalid) {
		t.Errorf("without gzip: got %v, want %v", err, fault.Invalid)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(smallTable)
	f.Add("date,2026-01-01\npublished,2026-01-01T00:00:00Z\nXAU,2.5e-4\n")
	f.Add("date,2026-01-01\n\"published\",2026-01-01T00:00:00+14:00\nAAA,1\n\nZZZ,\n")
	f.Fuzz(func(t *testing.T, table string) {
		snapshots, err := Unpack(pack(t, table))
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("refused without a kind: %v", err)
			}
			return
		}
		for _, s := range snapshots {
			if len(s.Rates) == 0 || s.Published.Before(s.At) {
				t.Fatalf("%+v", s)
			}
			for i, r := range s.Rates {
				if r.Value.Sign() <= 0 || i > 0 && r.Code <= s.Rates[i-1].Code {
					t.Fatalf("%s: %+v", s.Version, r)
				}
			}
		}
	})
}

func BenchmarkHistory(b *testing.B) {
	for b.Loop() {
		if _, err := History(); err != nil {
			b.Fatal(err)
		}
	}
}
