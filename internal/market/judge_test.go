package market

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
)

func suspectOf(symbol Symbol, value, on string, peers ...peer) suspect {
	at, err := time.Parse(time.DateOnly, on)
	if err != nil {
		panic(err)
	}
	o := Observation{Symbol: symbol, Field: Rate, Value: currency.MustDecimal(value), At: at, Seen: at.Add(16 * time.Hour)}
	base, quote, _ := symbol.Pair()
	return suspect{Observation: o, base: base, quote: quote, ln: logOf(o.Value), peers: func() []peer { return peers }}
}

// calm is a trail of a hundred days around a value, which moves by up to half a per cent a day.
func calm(value float64, until string) *trail {
	end, _ := time.Parse(time.DateOnly, until)
	t := &trail{}
	for i := range 100 {
		t.believe(end.AddDate(0, 0, i-99), math.Log(value)+0.005*math.Sin(float64(i)))
	}
	return t
}

func TestAValueIsJudgedByItsSeriesItsPeersAndTheFacts(t *testing.T) {
	table := currency.All()
	says := func(value float64) peer { return peer{"other", math.Log(value)} }
	for _, c := range []struct {
		name   string
		before *trail
		value  suspect
		want   Reason
	}{
		{"an ordinary day", calm(1.1, "2026-02-02"), suspectOf("EUR/USD", "1.1083", "2026-02-03"), ""},
		{"ten times too much", calm(1.1, "2026-02-02"), suspectOf("EUR/USD", "11.083", "2026-02-03"), Slip},
		{"a hundredth", calm(183, "2026-02-02"), suspectOf("EUR/JPY", "1.8310", "2026-02-03"), Slip},
		{"the pair turned round", calm(183, "2026-02-02"), suspectOf("EUR/JPY", "0.005461", "2026-02-03"), Inverted},
		{"turned round, near 1", calm(1.16, "2026-02-02"), suspectOf("EUR/USD", "0.8621", "2026-02-03"), Inverted},
		{"a gram for an ounce", calm(4400, "2026-02-02"), suspectOf("EUR/XAU", "141.5", "2026-02-03"), Slip},
		{"a jump", calm(1.2, "2015-01-14"), suspectOf("EUR/CHF", "1.0280", "2015-01-15"), Jump},
		{"a jump that another source saw", calm(1.2, "2015-01-14"), suspectOf("EUR/CHF", "1.0280", "2015-01-15", says(1.03)), ""},
		{"a jump that another source denies", calm(1.2, "2015-01-14"), suspectOf("EUR/CHF", "1.0280", "2015-01-15", says(1.2)), Jump},
		{"the first of its series, alone", &trail{}, suspectOf("EUR/CHF", "1.0280", "2015-01-15"), ""},
		{"the first of its series, near the others", &trail{}, suspectOf("EUR/CHF", "1.0280", "2015-01-15", says(1.04)), ""},
		{"the first of its series, far from the others", &trail{}, suspectOf("EUR/CHF", "1.3280", "2015-01-15", says(1.04)), Apart},
		{"the first of its series, ten times the others", &trail{}, suspectOf("EUR/CHF", "10.400", "2015-01-15", says(1.04)), Slip},
		{"the first of its series, alone and ten times what it was worth", &trail{}, suspectOf("EUR/CHF", "10.280", "2015-01-15"), Slip},
		{"the first of its series, alone and turned round", &trail{}, suspectOf("EUR/JPY", "0.00733", "2015-01-15"), Inverted},
		{"the first of its series, alone and on the old scale", &trail{}, suspectOf("USD/SYP", "11060", "2026-02-03"), OldScale},
		{"a lev at its lasting rate", calm(1.95583, "2026-02-02"), suspectOf("EUR/BGN", "1.95583", "2026-02-03"), ""},
		{"a lev off its lasting rate", &trail{}, suspectOf("EUR/BGN", "1.991946", "2026-02-03"), PegMissed},
		{"a peg before it began", &trail{}, suspectOf("EUR/BGN", "1.0", "1996-02-03"), ""},
		{"money of long ago without a rate", &trail{}, suspectOf("USD/ZWL", "322", "2026-02-03"), NotMoney},
		{"the new scale on its first day", calm(13000, "2025-12-31"), suspectOf("EUR/SYP", "130.1", "2026-01-02"), ""},
		{"the old scale on that day", calm(13000, "2025-12-31"), suspectOf("EUR/SYP", "13000", "2026-01-02"), OldScale},
		{"the old scale, later", calm(130, "2026-02-02"), suspectOf("EUR/SYP", "13010", "2026-02-03"), OldScale},
		{"the old scale, though another has it too", calm(130, "2026-02-02"), suspectOf("EUR/SYP", "13010", "2026-02-03", says(13010)), OldScale},
		{"a new scale that begins too early", calm(13000, "2025-12-20"), suspectOf("EUR/SYP", "130", "2025-12-22"), OldScale},
	} {
		d, bad := c.before.judge(c.value, table)
		if d.Reason != c.want || bad != (c.want != "") || bad && !strings.Contains(d.Text, string(c.value.quote)) {
			t.Errorf("%s: %q %q, want %q", c.name, d.Reason, d.Text, c.want)
		}
	}
}

func TestAHeldValueIsNotWhatTheNextIsMeasuredBy(t *testing.T) {
	table, trail := currency.All(), calm(1.1, "2026-02-02")
	for i, value := range []string{"11.02", "1.1012", "11.03", "1.1003"} {
		_, bad := trail.judge(suspectOf("EUR/USD", value, fmt.Sprintf("2026-02-%02d", 3+i)), table)
		if want := i%2 == 0; bad != want {
			t.Errorf("%s is held: %t, want %t", value, bad, want)
		}
	}
}

// ecbSeries are the ECB's recorded reference rates by currency, the oldest first.
func ecbSeries(t *testing.T) map[currency.Code][]Observation {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[currency.Code][]Observation{}
	for n := len(rows) - 1; n > 0; n-- {
		at, err := time.Parse(time.DateOnly, rows[n][0])
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range rows[0][1:] {
			if rate := rows[n][i+1]; code != "" && rate != "N/A" {
				all[currency.Code(code)] = append(all[currency.Code(code)], Observation{
					Symbol: Pair("EUR", currency.Code(code)), Field: Rate, Value: currency.MustDecimal(rate), At: at, Seen: at.Add(15 * time.Hour),
				})
			}
		}
	}
	return all
}

// The ECB's whole history, in which every value is right: what is held back here is held wrongly, and a person or a
// second source would have to release it. And the same again with 10,000 values spoilt.
func TestOnRealSeriesNothingSpoiltPassesAndHardlyAnythingTrueIsHeld(t *testing.T) {
	series, table := ecbSeries(t), currency.All()
	none := func() []peer { return nil }
	count, held := 0, map[currency.Code][]string{}
	for code, list := range series {
		trail := &trail{}
		for _, o := range list {
			s := suspect{Observation: o, base: "EUR", quote: code, ln: logOf(o.Value), peers: none}
			count++
			if d, bad := trail.judge(s, table); bad {
				held[code] = append(held[code], o.At.Format(time.DateOnly)+" "+d.Text)
				trail.believe(o.At, s.ln) // somebody confirms it
			}
		}
	}
	wrong := 0
	for _, list := range held {
		wrong += len(list)
	}
	t.Logf("%d of %d true values were held: %.4f per cent", wrong, count, 100*float64(wrong)/float64(count))
	if count < 200_000 || wrong*1000 > count {
		t.Errorf("%d of %d true values were held, more than one in a thousand: %q", wrong, count, held)
	}
	if len(held["CHF"]) == 0 || !strings.Contains(strings.Join(held["CHF"], " "), "2015-01-15") {
		t.Errorf("the shock of 15 January 2015 was not even noticed: %q", held["CHF"])
	}

	random, codes := rand.New(rand.NewPCG(2026, 2)), slices.Sorted(maps.Keys(series))
	spoilt, caught, small, shaken := 0, 0, 0, 0
	for spoilt < 10_000 {
		for _, code := range codes {
			trail := &trail{}
			for _, o := range series[code] {
				if o.At.Year() < 2015 { // a year to learn what is ordinary, and ten to spoil
					continue
				}
				ln := logOf(o.Value)
				s := suspect{Observation: o, base: "EUR", quote: code, ln: ln, peers: none}
				if len(trail.at) > 60 && o.At.Year() >= 2016 && random.IntN(40) == 0 && spoilt < 10_000 {
					bad := s
					bad.Value, bad.ln = spoil(o.Value, series[codes[random.IntN(len(codes))]], random)
					bound := trail.bound(daysBetween(trail.at[len(trail.at)-1], o.At))
					switch off := math.Abs(bad.ln - ln); {
					case off <= bound: // what a calm day could do as well: its own series cannot tell
						small++
						if !told(bad.Observation, o, table) {
							t.Errorf("%s %s for %s of %s is shown unflagged beside the true value", bad.Symbol, bad.Value, o.Value, day(o.At))
						}
					default:
						spoilt++
						before := *trail
						if _, held := trail.judge(bad, table); held {
							caught++
						} else if math.Abs(bad.ln-trail.ln[max(0, len(trail.ln)-2)]) <= bound {
							shaken++ // the true value jumped that day, and the spoilt one fell where the series had been
							*trail = before
							if !told(bad.Observation, o, table) {
								t.Errorf("%s %s for %s of %s is shown unflagged beside the true value", bad.Symbol, bad.Value, o.Value, day(o.At))
							}
						} else {
							t.Errorf("%s %s for %s of %s passed", bad.Symbol, bad.Value, o.Value, day(o.At))
						}
					}
				}
				if _, held := trail.judge(s, table); held {
					trail.believe(o.At, ln)
				}
			}
		}
	}
	t.Logf("%d of %d spoilt values were held; %d stood on a day of a jump and %d more were less off than an ordinary day, all flagged by a second source",
		caught, spoilt, shaken, small)
	if shaken > 10 {
		t.Errorf("%d spoilt values passed on days of jumps", shaken)
	}
}

// told says whether a page that has a spoilt value from one source and the true one from another shows what is true to
// within two per cent of what it shows, or says that it is in doubt.
func told(spoilt, truth Observation, table *currency.Table) bool {
	spoilt.Source, truth.Source = "one", "two"
	facts := Facts{Currencies: table, Sources: Sources{
		"one": {ID: "one", Name: "One", Kind: Official, Issuer: "EUR", Fresh: 96 * time.Hour}, "two": {ID: "two", Name: "Two", Kind: Official, Fresh: 96 * time.Hour},
	}}
	p, err := Settle(spoilt.Symbol, []Observation{spoilt, truth}, facts, AsOf{At: truth.Seen, Known: truth.Seen})
	return err == nil && (off(truth.Value, p.Value).Abs().Cmp(disputed) <= 0 || slices.ContainsFunc(p.Flags, func(f Flag) bool { return f.Doubt }))
}

// spoil makes one of the mistakes that sources make.
func spoil(v currency.Decimal, other []Observation, random *rand.Rand) (currency.Decimal, float64) {
	factors := []string{"10", "0.1", "100", "0.01", "1000", "0.001"}
	switch k := random.IntN(10); {
	case k < 6:
		v = v.Mul(currency.MustDecimal(factors[k]))
	case k == 6:
		v, _ = currency.DecimalFromInt(1).Quo(v, 7)
	case k == 7: // another currency's rate
		v = other[random.IntN(len(other))].Value
	case k == 8: // two digits have changed places
		text := []byte(v.String())
		if i := random.IntN(len(text) - 1); text[i] != '.' && text[i+1] != '.' {
			text[i], text[i+1] = text[i+1], text[i]
		}
		if w := currency.MustDecimal(string(text)); w.Sign() > 0 {
			v = w
		}
	case k == 9: // a digit has been lost
		text := v.String()
		i := random.IntN(len(text))
		if w, err := currency.ParseDecimal(text[:i] + text[i+1:]); err == nil && w.Sign() > 0 {
			v = w
		}
	}
	return v, logOf(v)
}

func BenchmarkJudge(b *testing.B) {
	table, at := currency.All(), time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	t := calm(1.1, "2026-02-02")
	s := suspectOf("EUR/USD", "1.1012", "2026-02-03")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.At = at.AddDate(0, 0, i+1)
		t.judge(s, table)
	}
}
