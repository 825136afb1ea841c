package audit_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/wire/provider"
)

// Tables of central banks, of their own days. What is found in them as an error must be one, and is explained here.
func TestInTablesOfCentralBanksOnlyTrueErrorsAreFound(t *testing.T) {
	samples := must.Samples(t)
	explained := map[string]string{
		"ecb peg.band HKD 2009-03-26": "10.4579 at USD 1.3607 is 7.6857 dollars of Hong Kong: the ECB's history holds a wrong figure, of a day on which the band was not left",
		"bdi peg.missed KYD":          "the bank prints 0.82 for a dollar, at which banks buy, and not the parity of 1.20 dollars for one",
		"bdi peg.missed ERN":          "the bank prints 15.38 for a dollar, a dealer's rate",
		"nbm peg.missed TMT":          "5.0175 lei for a manat are 3.51 manat for a dollar, where the parity is 3.5: 0.29 per cent, just above a usual day's move",
		"cbu currency.retired BGN":    "the table still has the lev in April 2026",
		"cbu fixed.irrevocable BGN":   "and off its conversion rate",
		"cbu peg.missed TMT":          "4037.68 sum for a manat are 3.02 manat for a dollar, where the parity is 3.5",
	}
	for _, table := range []struct{ id, file string }{
		{"ecb", "ecb/eurofxref-hist_to-2026-04-13.csv"},
		{"bdi", "centralbanks/bdi_01.csv"},
		{"cbr", "centralbanks/cbr_01.xml"},
		{"nbp", "centralbanks/nbp_01.json"},
		{"nbp-b", "centralbanks/nbp_02.json"},
		{"nbu", "centralbanks/nbu_01.json"},
		{"nbk", "centralbanks/nbk_01.xml"},
		{"nbg", "centralbanks/nbg_01.json"},
		{"nbm", "centralbanks/nbm_01.xml"},
		{"nbrb", "centralbanks/nbrb_01.json"},
		{"cbu", "centralbanks/cbu_01.json"},
		{"boc", "centralbanks/boc_01.json"},
		{"cnb", "centralbanks/cnb_01.json"},
		{"rba", "centralbanks/rba_01.csv"},
		{"mnb", "centralbanks/mnb_01.xml"},
		{"bnr", "centralbanks/bnr_01.xml"},
		{"boi", "centralbanks/boi_01.csv"},
	} {
		days := documentsOf(t, table.id, filepath.Join(samples, "fx", table.file))
		rows, warnings := 0, 0
		for _, d := range days {
			rows += len(d.Rows)
			for _, f := range audit.Check(d, audit.Embedded()).Findings {
				key := strings.Join([]string{table.id, f.Rule, f.Subject}, " ")
				_, ofTheBank := explained[key]
				_, ofTheDay := explained[key+" "+d.Date.String()]
				switch {
				case f.Severity == audit.Warning:
					warnings++
				case f.Severity == audit.Error && !ofTheBank && !ofTheDay:
					t.Errorf("%s of %s: %s %s %s, expected %s: %s", table.id, d.Date, f.Rule, f.Subject, f.Printed, f.Expected, f.Message)
				}
			}
		}
		t.Logf("%s: %d days, %d rows, %d warnings", table.id, len(days), rows, warnings)
	}
}

// documentsOf makes a document of each day of a recorded reply.
func documentsOf(t *testing.T, id, file string) []audit.Document {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range provider.All() {
		if string(p.Source.ID) != id {
			continue
		}
		reading, err := p.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		var days []audit.Document
		at := map[time.Time]int{}
		for _, q := range reading.Quotations {
			i, known := at[q.At]
			if !known {
				i = len(days)
				at[q.At] = i
				days = append(days, audit.Document{Date: currency.DateOf(q.At), Dated: "given"})
			}
			base, quote, _ := q.Symbol.Pair()
			days[i].Rows = append(days[i].Rows, audit.Row{Base: base, Quote: quote, Value: q.Value})
		}
		return days
	}
	t.Fatalf("there is no provider %s", id)
	return nil
}

// The page that Courant sets out to proof-read: every finding about its board, row by row as checked by hand.
func TestEveryRowOfThePrintedBoardIsJudgedAsByHand(t *testing.T) {
	want := map[string]string{
		"error currency.retired":    "ANG BGN BYR CUC HRK LTL LVL SLL STD ZMK ZWL",
		"error fixed.irrevocable":   "BGN HRK LTL LVL",
		"error fixed.successor":     "ANG BYR CUC SLL STD ZMK",
		"error peg.missed":          "AWG BBD BZD DJF KYD MOP NPR QAR SVC XCG",
		"warning peg.missed":        "BAM BHD CVE KMF SAR STN XAF XCD XOF",
		"error peg.par":             "BND BSD BTN PAB SHP",
		"warning peg.par":           "FKP GGP GIP IMP JEP LSL NAD SZL",
		"error scale.redenominated": "SYP",
		"error table.mixed":         "EUR GBP USD",
		"warning table.digits":      "XAU",
		"note currency.not-iso":     "CNH GGP IMP JEP",
	}
	got := map[string][]string{}
	for _, f := range audit.Check(printedBoard(t), audit.Embedded()).Findings {
		key := f.Severity.String() + " " + f.Rule
		got[key] = append(got[key], f.Subject)
		if f.Message == "" || len(f.Evidence) == 0 || !slices.ContainsFunc(f.Evidence, func(e audit.Evidence) bool { return e.Source != "" }) {
			t.Errorf("%s %s rests on nothing: %+v", f.Rule, f.Subject, f)
		}
	}
	for key, subjects := range want {
		slices.Sort(got[key])
		if found := strings.Join(got[key], " "); found != subjects {
			t.Errorf("%s: %s\n want %s", key, found, subjects)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("and also %v", got)
	}
}
