package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/resident"
	"github.com/courant-news/courant/internal/store/storetest"
)

// BenchmarkReply makes replies anew each time from what is in memory, the ECB's 27 years: whole, with their text, before they
// are compressed. Of a past day it is another one each time.
func BenchmarkReply(b *testing.B) {
	h := central(b, 1999, api.Options{Memory: 1}) // nothing is kept
	past := func(address string) func(*rand.Rand) string {
		return func(chance *rand.Rand) string {
			return fmt.Sprintf(address, time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, chance.IntN(20*365)).Format(time.DateOnly))
		}
	}
	same := func(address string) func(*rand.Rand) string { return func(*rand.Rand) string { return address } }
	for _, c := range []struct {
		name    string
		address func(*rand.Rand) string
	}{
		{"27 years of a pair, said", same("/v1/1999-01-04..?symbols=USD")},
		{"27 years of a pair, across", same("/v1/1999-01-04..?base=USD&symbols=JPY")},
		{"27 years of a pair, rows", same("/v2/rates?quotes=USD&from=1999-01-04")},
		{"27 years of a pair, with proofs", same("/api/v1/series/EUR-USD.csv")},
		{"27 years of a pair, with proofs, JSON", same("/api/v1/series/EUR-USD.json?limit=10000")},
		{"27 years of a pair, across, with proofs", same("/api/v1/series/USD-JPY.ndjson")},
		{"months of it", same("/api/v1/series/EUR-USD?group=month&method=mean")},
		{"a table of a past day", past("/v1/%s")},
		{"a table of a past day, with fixed", past("/api/%s")},
		{"a board of a past day", past("/api/v1/board?as_of=%s")},
		{"a rate", same("/api/v1/rates/EUR-USD")},
	} {
		b.Run(c.name, func(b *testing.B) { reply(b, h, c.address) })
	}
}

// BenchmarkManySources does the same with two years of twenty sources, each with 170 pairs a day: 1.4 million numbers.
func BenchmarkManySources(b *testing.B) {
	h := crowd(b)
	past := func(address string) func(*rand.Rand) string {
		return func(chance *rand.Rand) string {
			return fmt.Sprintf(address, crowdDay(chance.IntN(400)).Format(time.DateOnly))
		}
	}
	for _, c := range []struct{ name, address string }{
		{"a table of a past day", "/v2/rates?date=%s"},
		{"a table of a past day, across", "/v2/rates?base=CHF&date=%s"},
		{"a table of a past day, with fixed", "/api/%s"},
		{"a board of a past day", "/api/v1/board?as_of=%s"},
		{"a board of a past day, across", "/api/v1/board?base=CHF&as_of=%s"},
		{"two years of a pair", "/api/v1/series/EUR-AUD.csv?to=%s"},
	} {
		b.Run(c.name, func(b *testing.B) { reply(b, h, past(c.address)) })
	}
}

// reply asks again and again, and reports the time of the processor too, since the machine may be busy with other things.
func reply(b *testing.B, h http.Handler, address func(*rand.Rand) string) {
	b.ReportAllocs()
	chance, before := rand.New(rand.NewPCG(1, 2)), processor(b)
	for b.Loop() {
		w := sink{http.Header{}, http.StatusOK}
		if h.ServeHTTP(&w, httptest.NewRequest("GET", address(chance), nil)); w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
	b.ReportMetric(float64(processor(b)-before)/float64(b.N), "cpu-ns/op")
}

// sink is a client that keeps nothing of what it is sent: a copy of each reply would be counted with it.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func crowdDay(n int) time.Time { return time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// crowd serves what twenty sources said of 170 pairs in some two years, made as the bench command makes them.
func crowd(b *testing.B) http.Handler {
	b.Helper()
	const sources, pairs, days = 20, 170, 412
	db := storetest.Open(b)
	codes := currency.All().Currencies()[:pairs+1]
	var all []market.Source
	said := make([]market.Observation, 0, sources*pairs*days)
	for s := range sources {
		all = append(all, market.Source{
			ID: market.SourceID(fmt.Sprintf("bank-%d", s)), Name: fmt.Sprintf("Bank %d", s), Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free,
		})
		for d := range days {
			m := market.Moment{At: crowdDay(d), Seen: crowdDay(d).Add(15 * time.Hour)}
			for i, c := range codes {
				if c.Code != "EUR" {
					value := currency.DecimalOf(int64(1_000_000+d*7919+s*13+i*104729), 6)
					said = append(said, market.NewObservation(market.Pair("EUR", c.Code), market.Rate, value, m, all[s].ID, "row"))
				}
			}
		}
	}
	if _, err := db.Append(b.Context(), all, said, nil); err != nil { // at once: the rows of a pair lie together
		b.Fatal(err)
	}
	said = nil
	news := bus.New()
	memory, err := resident.Open(b.Context(), db, news, resident.Options{})
	if err != nil {
		b.Fatal(err)
	}
	now := func() time.Time { return crowdDay(days).Add(12 * time.Hour) }
	return programs(market.NewLedger(memory, news, market.LedgerOptions{Now: now}), news, api.Options{Memory: 1, Now: now})
}
