package native_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// days is a house with a rate of the bank on so many days up to the day before it is read, and the values.
func days(t *testing.T, n int, seed uint64) (*house, []market.Observation) {
	t.Helper()
	h := empty(t, native.Options{})
	r := rand.New(rand.NewPCG(seed, 0))
	var all []market.Observation
	for day := reading.Truncate(24*time.Hour).AddDate(0, 0, -n); day.Before(reading.AddDate(0, 0, -1)); day = day.AddDate(0, 0, 1) {
		if r.IntN(7) > 0 { // a source is idle at times
			all = append(all, said(bank, "EUR/USD", fmt.Sprintf("1.%04d", r.IntN(10_000)), day))
		}
	}
	h.record(t, []market.Source{bank}, all...)
	return h, all
}

// walk follows a series from page to page and returns its rows.
func walk(t *testing.T, h *house, address string) (rows []any, pages int) {
	t.Helper()
	for next := address; next != ""; pages++ {
		if pages > 500 {
			t.Fatalf("%s: the pages have no end", address)
		}
		_, header, body := h.ask(t, next)
		page := parsed(t, body)
		rows = append(rows, page["rates"].([]any)...)
		next, _ = page["next"].(string)
		if link := strings.Join(header.Values("Link"), ", "); (next != "") != strings.Contains(link, "<"+next+`>; rel="next"`) {
			t.Errorf("%s: the next is %q, the links are %s", address, next, link)
		}
	}
	return rows, pages
}

func TestAllPagesTogetherAreTheWholeAndNothingStandsTwice(t *testing.T) {
	h, said := days(t, 200, 1)
	r := rand.New(rand.NewPCG(2, 3))
	for _, question := range []string{"?", "?group=week&", "?group=month&method=mean&", "?from=2025-09&to=2026-01-20&", "?group=quarter&method=max&precision=3&"} {
		_, _, lines := h.ask(t, "/api/v1/series/EUR-USD.ndjson"+question)
		whole := strings.Split(strings.TrimSpace(lines), "\n")
		if question == "?" && len(whole) != len(said) {
			t.Fatalf("%d rows of %d", len(whole), len(said))
		}
		for range 4 {
			limit := 1 + r.IntN(len(whole)+3)
			rows, pages := walk(t, h, fmt.Sprintf("/api/v1/series/EUR-USD%slimit=%d", question, limit))
			if want := (len(whole) + limit - 1) / limit; pages != want || len(rows) != len(whole) {
				t.Errorf("%s by %d: %d rows on %d pages, want %d on %d", question, limit, len(rows), pages, len(whole), want)
				continue
			}
			for i, row := range rows {
				if got := compact(t, row); got != compact(t, parsed(t, whole[i])) {
					t.Errorf("%s by %d: row %d is %s, want %s", question, limit, i, got, whole[i])
				}
			}
		}
	}
}

// A page that names the next one by the moment of its making would be another every few seconds, and no program would ever be told that
// it has it already.
func TestTheFirstPageIsTheSameWhileNothingIsLearnt(t *testing.T) {
	h, _ := days(t, 40, 6)
	later := read(t, h.db, reading.Add(time.Hour), native.Options{})
	for _, address := range []string{"/api/v1/series/EUR-USD?limit=7", "/api/v1/series/USD-EUR?limit=7", "/api/v1/series/EUR-USD?group=week&limit=2"} {
		_, header, body := h.ask(t, address)
		_, then, same := later.ask(t, address)
		if next := parsed(t, body)["next"]; next == nil || header.Get("ETag") != then.Get("ETag") || body != same {
			t.Errorf("%s, an hour later:\n%s\n%s", address, body, same)
		}
	}
}

func TestPagesAreOfOneHistoryWhateverIsLearntMeanwhile(t *testing.T) {
	h, said1 := days(t, 40, 4)
	first := h.get(t, "/api/v1/series/EUR-USD?limit=5")
	revised := said1[10]
	h.record(t, []market.Source{bank},
		market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("9.9999"), market.Moment{At: revised.At, Seen: reading.Add(time.Hour)}, "bank", ""),
		market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("8.8888"), market.Moment{At: said1[3].At.Add(time.Hour), Seen: reading.Add(time.Hour)}, "bank", ""))
	rest, _ := walk(t, h, first["next"].(string))
	rows := append(first["rates"].([]any), rest...)
	if len(rows) != len(said1) {
		t.Fatalf("%d rows, want %d", len(rows), len(said1))
	}
	for i, row := range rows {
		if got := at(row, "value"); got != said1[i].Value.String() {
			t.Errorf("row %d is %s, want %s", i, got, said1[i].Value)
		}
	}
}

func TestACursorBelongsToItsQuestion(t *testing.T) {
	h, _ := days(t, 40, 5)
	_, cursor, _ := strings.Cut(h.get(t, "/api/v1/series/EUR-USD?limit=5")["next"].(string), "cursor=")
	cursor, _, _ = strings.Cut(cursor, "&")
	for _, question := range []string{"/api/v1/series/USD-EUR?", "/api/v1/series/EUR-USD?group=week&", "/api/v1/series/EUR-USD?from=2026&", "/api/v1/series/EUR-USD?as_of=2026-02-01&"} {
		if status, _, body := h.ask(t, question+"cursor="+cursor); status != 400 || !strings.Contains(body, "it belongs to another question") {
			t.Errorf("%s: %d %s", question, status, body)
		}
	}
	if status, _, body := h.ask(t, "/api/v1/series/eur.usd.csv?limit=3&cursor="+cursor); status != 200 || strings.Count(body, "\n") != 4 {
		t.Errorf("the same in another form: %d %s", status, body)
	}
}

// The pages of bars are together what was known when the first was asked for, whatever is learnt between them.
func TestBarsComeInPagesThatAreOfOneHistory(t *testing.T) {
	h := full(t, native.Options{})
	const question = "/api/v1/bars/XNYS:BP?from=2026-01-30&to=2026-02-02"
	first := h.get(t, question+"&limit=1")
	if at(first, "count") != "1" || at(first, "bars.0.close") != "36.88" {
		t.Fatal(first)
	}
	p := currency.MustDecimal("37.50")
	later := reading.Add(time.Second)
	revised := market.Bar{Symbol: "XNYS:BP", Interval: market.Daily, Source: club.ID, At: monday, Seen: later, Open: p, High: p, Low: p, Close: p, NoVolume: true}
	if r, err := h.ledger.AddBars(t.Context(), club, []market.Bar{revised}, market.BarsOptions{}); err != nil || r.New != 1 {
		t.Fatal(r, err)
	}
	next, _ := first["next"].(string)
	second := h.get(t, next)
	if at(second, "count") != "1" || at(second, "bars.0.close") != "37.88" || at(second, "next") != "<nil>" {
		t.Error(second)
	}
	_, cursor, _ := strings.Cut(next, "cursor=")
	cursor, _, _ = strings.Cut(cursor, "&")
	for _, other := range []string{"/api/v1/bars/XNYS:RIO?from=2026-01-30&to=2026-02-02", question + "&interval=minute", "/api/v1/series/EUR-USD?from=2026-01-30&to=2026-02-02"} {
		if status, _, body := h.ask(t, other+"&cursor="+cursor); status != 400 || !strings.Contains(body, "it belongs to another question") {
			t.Errorf("%s: %d %s", other, status, body)
		}
	}
	if status, _, body := h.ask(t, "/api/v1/bars/XNYS:BP.csv?from=2026-01-30&to=2026-02-02"); status != 200 || strings.Count(body, "\n") != 3 {
		t.Errorf("as a table %d %s", status, body)
	}
}

// A mean is what the exact sum gives, to twelve digits, and the least and the greatest are of the period.
func TestAPeriodIsReckonedExactly(t *testing.T) {
	h, said := days(t, 400, 6)
	for group, key := range map[string]func(time.Time) string{
		"week":    func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprintf("%04d-W%02d", y, w) },
		"month":   func(t time.Time) string { return t.Format("2006-01") },
		"quarter": func(t time.Time) string { return fmt.Sprintf("%d-Q%d", t.Year(), (t.Month()+2)/3) },
		"year":    func(t time.Time) string { return t.Format("2006") },
	} {
		values := map[string][]market.Observation{}
		var order []string
		for _, o := range said {
			k := key(o.At)
			if values[k] == nil {
				order = append(order, k)
			}
			values[k] = append(values[k], o)
		}
		for _, method := range []string{"last", "mean", "min", "max"} {
			rows := h.get(t, "/api/v1/series/EUR-USD?group="+group+"&method="+method)["rates"].([]any)
			if len(rows) != len(order) {
				t.Errorf("%s: %d periods, want %d", group, len(rows), len(order))
				continue
			}
			for i, k := range order {
				got, ok := new(big.Rat).SetString(at(rows[i], "value"))
				if want := reckoned(method, values[k]); !ok || at(rows[i], "period") != k || got.Cmp(want) != 0 || at(rows[i], "count") != fmt.Sprint(len(values[k])) {
					t.Errorf("%s of %s %s: %s of %s, want %s", method, group, k, at(rows[i], "value"), at(rows[i], "period"), want.FloatString(12))
				}
				first, err := time.Parse(time.DateOnly, at(rows[i], "first"))
				last, err2 := time.Parse(time.DateOnly, at(rows[i], "last"))
				if err != nil || err2 != nil || key(first) != k || key(last) != k || key(first.AddDate(0, 0, -1)) == k || key(last.AddDate(0, 0, 1)) == k {
					t.Errorf("%s %s is from %s to %s", group, k, first, last)
				}
			}
		}
	}
}

func reckoned(method string, said []market.Observation) *big.Rat {
	best := said[len(said)-1].Value.Rat()
	sum := new(big.Rat)
	for _, o := range said {
		v := o.Value.Rat()
		sum.Add(sum, v)
		if method == "min" && v.Cmp(best) < 0 || method == "max" && v.Cmp(best) > 0 {
			best = v
		}
	}
	if method != "mean" {
		return best
	}
	rounded, _ := new(big.Rat).SetString(sum.Quo(sum, big.NewRat(int64(len(said)), 1)).FloatString(11)) // of 1.x: twelve digits
	return rounded
}

func TestNoMeanIsMadeAcrossTwoScales(t *testing.T) {
	h := empty(t, native.Options{})
	h.record(t, []market.Source{bank},
		said(bank, "EUR/SYP", "12900", time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC)), said(bank, "EUR/SYP", "129.5", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
	week := h.get(t, "/api/v1/series/EUR-SYP?group=week&method=mean")
	if at(week, "rates.0.value") != "<nil>" || at(week, "rates.0.withheld") != "SYP was redenominated within the period" {
		t.Errorf("%v", week["rates"])
	}
	if last := h.get(t, "/api/v1/series/EUR-SYP?group=week"); at(last, "rates.0.value") != "129.5" {
		t.Errorf("%v", last["rates"])
	}
}
