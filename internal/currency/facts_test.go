package currency_test

import (
	"io/fs"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
)

func TestDecimalsPrintAsTheyWereRead(t *testing.T) {
	for in, want := range map[string]string{
		"0.0200": "0.0200", "106915.75543": "106915.75543", "7.0e-5": "0.000070", "-1.36": "-1.36", "+0.12": "0.12", "1": "1",
		"0.00000000233828960937": "0.00000000233828960937", "1.50E+3": "1500", "0.00": "0.00",
	} {
		d, err := currency.ParseDecimal(in)
		if err != nil || d.String() != want {
			t.Errorf("%q prints as %q, %v, want %q", in, d, err, want)
		}
	}
	for _, in := range []string{"", "NaN", "Inf", "1,000", " 1", "1 ", "1_0", ".", "-", "1e", "1e999", "0x1", "１", strings.Repeat("1", 200)} {
		if d, err := currency.ParseDecimal(in); err == nil {
			t.Errorf("%q was read as %s", in, d)
		}
	}
}

// recorded finds the numbers in a recorded reply.
var recorded = regexp.MustCompile(`[-+]?(\d+\.\d+|\d+)([eE][-+]?\d+)?`)

// padded is a number with zeros before its first digit, such as the 007 of an identifier.
var padded = regexp.MustCompile(`^-?0\d`)

func TestEveryRecordedFigureKeepsItsDigits(t *testing.T) {
	root := must.Samples(t)
	n := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch filepath.Ext(name) {
		case ".json", ".csv", ".xml", ".txt", ".html", ".tsv", ".ndjson":
		default:
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, token := range recorded.FindAllString(string(text), -1) {
			if len(token) > 40 {
				continue // no figure but a key, a hash, an ISIN run into another
			}
			d, err := currency.ParseDecimal(token)
			if err != nil {
				if strings.ContainsAny(token, "eE") {
					continue // part of an identifier, such as 12e90000
				}
				t.Errorf("%s: %q: %v", filepath.Base(name), token, err)
				continue
			}
			n++
			plain := strings.TrimPrefix(token, "+")
			want, ok := new(big.Rat).SetString(plain)
			if got, _ := new(big.Rat).SetString(d.String()); !ok || got == nil || got.Cmp(want) != 0 {
				t.Errorf("%s: %q prints as %q", filepath.Base(name), token, d)
			}
			leadingZeros := padded.MatchString(plain)
			if !strings.ContainsAny(token, "eE") && !leadingZeros && strings.TrimLeft(plain, "-0") != "" && d.String() != plain {
				t.Errorf("%s: %q prints as %q", filepath.Base(name), token, d)
			}
		}
		return nil
	})
	if err != nil || n < 100_000 {
		t.Errorf("%d figures were read, %v", n, err)
	}
	t.Logf("%d figures keep their digits", n)
}

func TestDivisionIsRightToTheLastDigit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a, b := currency.DecimalFromInt(r.Int64N(1e15)+1), currency.DecimalFromInt(r.Int64N(1e15)+1)
		q, err := a.Quo(b, 12)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := new(big.Rat).SetString(a.String())
		y, _ := new(big.Rat).SetString(b.String())
		got, _ := new(big.Rat).SetString(q.String())
		exact := x.Quo(x, y)
		// Half a unit of the twelfth digit, relative to the value, is below 5e-12 and above 5e-13.
		off := new(big.Rat).Sub(got, exact)
		if off.Abs(off).Cmp(new(big.Rat).Mul(exact, big.NewRat(5, 1_000_000_000_000))) > 0 || q.Digits() > 12 {
			t.Fatalf("%s / %s = %s", a, b, q)
		}
	}
	if _, err := currency.DecimalFromInt(1).Quo(currency.DecimalFromInt(0), 12); err == nil {
		t.Error("a division by zero has a result")
	}
	third, err := currency.DecimalFromInt(2).Quo(currency.DecimalFromInt(3), 5)
	if err != nil || third.String() != "0.66667" {
		t.Errorf("2/3 to five digits is %s, %v", third, err)
	}
}

func TestEveryCodeOfThePageAndOfISOIsKnown(t *testing.T) {
	root, table := must.Samples(t), currency.All()
	for file, pattern := range map[string]string{
		"seed/page.txt": `(?m)^([A-Z]{3}) \d`,
		"reference/iso4217_list-one_2024-06-25.xml":   `<Ccy>([A-Z]{3})</Ccy>`,
		"reference/iso4217_list-three_2024-09-01.xml": `<Ccy>([A-Z]{3})</Ccy>`,
		"reference/iso4217_codes-all_2026-02-01.csv":  `,([A-Z]{3}),\d*,`,
		"reference/board_currencies.csv":              `(?m)^([A-Z]{3}),`,
	} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1)
		if len(found) < 100 {
			t.Errorf("%s: only %d codes were found", file, len(found))
		}
		for _, m := range found {
			if _, err := table.Currency(currency.Code(m[1])); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

func TestEveryRowHasItsSourceAndLeadsSomewhere(t *testing.T) {
	table := currency.All()
	for _, c := range table.Currencies() {
		if c.Source == "" || c.Name == "" || c.Group == "" {
			t.Errorf("%s: source %q, name %q, group %q", c.Code, c.Source, c.Name, c.Group)
		}
		if c.Successor != "" {
			if _, err := table.Currency(c.Successor); err != nil {
				t.Errorf("%s leads to nothing: %v", c.Code, err)
			}
		}
		for _, p := range table.Pegs(c.Code) {
			if _, err := table.Currency(p.Anchor); err != nil || p.Source == "" || p.Rate.Sign() <= 0 {
				t.Errorf("the peg of %s: %+v, %v", c.Code, p, err)
			}
		}
		for _, r := range table.Redenominations(c.Code) {
			if r.Source == "" || r.OldPerNew.Sign() <= 0 {
				t.Errorf("the redenomination of %s: %+v", c.Code, r)
			}
		}
	}
	for _, code := range []currency.Code{"CNH", "GGP", "IMP", "JEP", "XAU", "XDR", "XTS", "XXX"} {
		if _, err := table.Currency(code); err != nil {
			t.Error(err)
		}
	}
}

func on(text string) time.Time {
	d, err := currency.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d.First()
}

func TestFactsHoldOnTheirDaysOnly(t *testing.T) {
	table := currency.All()
	for _, c := range []struct {
		what string
		got  any
		want any
	}{
		{"SYP before", table.ScaleOn("SYP", on("2025-12-31")), 1},
		{"SYP after", table.ScaleOn("SYP", on("2026-01-01")), 2},
		{"VES after less VES before", table.ScaleOn("VES", on("2021-10-01")) - table.ScaleOn("VES", on("2021-09-30")), 1},
		{"IRR, announced only", table.ScaleOn("IRR", on("2026-11-01")), 1},
		{"USD", table.ScaleOn("USD", on("2026-01-01")), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	for _, c := range []struct {
		code currency.Code
		day  string
		want string
	}{
		{"BGN", "2026-02-02", "1.95583"},
		{"BOB", "2026-06-01", "6.96"},
		{"BOB", "2026-07-01", ""},
		{"AED", "2026-02-02", "3.6725"},
		{"AED", "1990-01-01", ""},
		{"EUR", "2026-02-02", ""},
		{"ANG", "2026-02-02", ""},
	} {
		got := ""
		if p, ok := table.PegOn(c.code, on(c.day)); ok {
			got = p.Rate.String()
		}
		if got != c.want {
			t.Errorf("the peg of %s on %s is %q, want %q", c.code, c.day, got, c.want)
		}
	}
	bgn, err := table.Currency("BGN")
	if err != nil || bgn.RetiredOn(on("2025-12-31")) || !bgn.RetiredOn(on("2026-01-01")) || bgn.Successor != "EUR" {
		t.Errorf("the lev: %+v, %v", bgn, err)
	}
	if got := table.Name("USD", "de"); got != "US-Dollar" {
		t.Errorf("the dollar in German is %q", got)
	}
}

func FuzzDecimalRoundTrip(f *testing.F) {
	for _, s := range []string{"1", "-0.0100", "7.0e-5", "NaN", "1e999", "1.2.3", "0000.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := currency.ParseDecimal(s)
		if err != nil {
			return
		}
		again, err := currency.ParseDecimal(d.String())
		if err != nil || again.String() != d.String() || !again.Equal(d) {
			t.Errorf("%q prints as %q, which reads as %q, %v", s, d, again, err)
		}
	})
}

func FuzzDateRoundTrip(f *testing.F) {
	for _, s := range []string{"2026", "2026-01", "2026-02-29", "2026-1-1", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := currency.ParseDate(s); err == nil && (d.String() != s || !d.First().Before(d.End())) {
			t.Errorf("%q prints as %q", s, d)
		}
	})
}

func BenchmarkReadDecimal(b *testing.B) {
	for b.Loop() {
		if _, err := currency.ParseDecimal("106915.75543"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDivide(b *testing.B) {
	x, y := currency.MustDecimal("183.613613"), currency.MustDecimal("1.186127")
	for b.Loop() {
		if _, err := x.Quo(y, 12); err != nil {
			b.Fatal(err)
		}
	}
}
