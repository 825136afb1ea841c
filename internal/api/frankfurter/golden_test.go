package frankfurter_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/frankfurter"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store/storetest"
	"github.com/courant-news/courant/internal/wire/provider"
)

// clock is when the original was asked.
var clock = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

// paper is a ledger over a fresh SQLite file.
func paper(t testing.TB) (*market.Ledger, bus.Bus) {
	t.Helper()
	db := storetest.Open(t)
	b := bus.New()
	return market.NewLedger(db, b, market.LedgerOptions{Now: func() time.Time { return clock }}), b
}

// history records what the European Central Bank said from a day on, through its provider.
func history(t testing.TB, ledger *market.Ledger, since string) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range provider.All() {
		if p.Source.ID != "ecb" {
			continue
		}
		reading, err := p.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		var all []market.Observation
		for _, o := range reading.Observations("ecb", clock.Add(-20*time.Hour)) {
			if o.At.Format(time.DateOnly) >= since {
				all = append(all, o)
			}
		}
		if _, err := ledger.Record(t.Context(), []market.Source{p.Source}, all, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// served is a server of both versions over a ledger.
func served(t testing.TB, ledger *market.Ledger, b bus.Bus) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	frankfurter.Mount(mux, api.New(ledger, b, api.Options{Now: func() time.Time { return clock }}))
	server := httptest.NewServer(frankfurter.Old(mux))
	t.Cleanup(server.Close)
	return server
}

// transcript is one question to the original, and its answer.
type transcript struct {
	name, method, path string
	header             http.Header
	status             int
	reply              http.Header
	body               string
}

var asked = regexp.MustCompile(`^\$ curl -s -i (.*)http://127\.0\.0\.1:18080(\S+)$`)

// transcripts reads a file of them.
func transcripts(t *testing.T, file string) []transcript {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(must.Samples(t), "dialects", file))
	if err != nil {
		t.Fatal(err)
	}
	var all []transcript
	for i, part := range strings.Split("\n"+string(text), "\n### ") {
		if i == 0 {
			continue
		}
		lines := strings.Split(strings.ReplaceAll(part, "\r", ""), "\n")
		words := asked.FindStringSubmatch(lines[1])
		if words == nil {
			t.Fatalf("no question: %q", lines[1])
		}
		tr := transcript{name: lines[0], method: "GET", path: words[2], header: http.Header{}, reply: http.Header{}}
		options := words[1]
		for _, m := range regexp.MustCompile(`-X (\S+)`).FindAllStringSubmatch(options, -1) {
			tr.method = m[1]
		}
		if strings.Contains(options, "-I ") {
			tr.method = "HEAD"
		}
		for _, m := range regexp.MustCompile(`-H ([A-Za-z-]+): (.*?) (?:-H|$)`).FindAllStringSubmatch(strings.ReplaceAll(options, " -H", "  -H")+"-H", -1) {
			tr.header.Set(m[1], strings.TrimSpace(m[2]))
		}
		tr.status, err = strconv.Atoi(strings.Fields(lines[2])[1])
		if err != nil {
			t.Fatal(err)
		}
		n := 3
		for ; n < len(lines) && lines[n] != ""; n++ {
			name, value, _ := strings.Cut(lines[n], ":")
			tr.reply.Set(name, strings.TrimSpace(value))
		}
		tr.body = strings.TrimSpace(strings.Join(lines[min(n+1, len(lines)):], "\n"))
		all = append(all, tr)
	}
	return all
}

// answer asks a server what the original was asked.
func answer(t testing.TB, server *httptest.Server, tr transcript, path string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), tr.method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{}
	maps.Copy(r.Header, tr.header)
	if r.Header.Get("Accept-Encoding") == "" {
		r.Header.Set("Accept-Encoding", "identity")
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// tokens reads a text of JSON into words, the numbers as decimals without trailing zeros, so that 5.0e-05 is 0.00005. Long
// bodies were cut in the transcripts: then the last whole word and what follows it is left out, and cut is true.
func tokens(text string) (all []string, cut bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for depth := 0; ; {
		token, err := d.Token()
		if delim, ok := token.(json.Delim); ok {
			depth += map[string]int{"{": 1, "[": 1, "}": -1, "]": -1}[delim.String()]
		}
		if err == io.EOF && depth == 0 {
			return all, false
		}
		if err != nil {
			return all, true
		}
		switch v := token.(type) {
		case json.Number:
			number, err := currency.ParseDecimal(v.String())
			if err != nil {
				return all, true
			}
			all = append(all, number.Trim().String())
		case string:
			all = append(all, strconv.Quote(v))
		case json.Delim:
			all = append(all, v.String())
		case nil:
			all = append(all, "null")
		case bool:
			all = append(all, strconv.FormatBool(v))
		}
	}
}

// same says where two bodies differ in their words, their order included; empty if they do not.
func same(want, got string) string {
	if !strings.HasPrefix(want, "{") && !strings.HasPrefix(want, "[") {
		if strings.TrimSpace(want) != strings.TrimSpace(got) {
			return "got " + got
		}
		return ""
	}
	w, cut := tokens(want)
	g, _ := tokens(got)
	if cut && len(g) > len(w) {
		w = w[:len(w)-1] // a number may have been cut in its midst
		g = g[:len(w)]
	}
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return "word " + strconv.Itoa(i) + " is not " + w[i] + " in " + strings.Join(g[max(0, min(i-4, len(g))):min(len(g), i+4)], " ")
		}
	}
	if len(g) > len(w) {
		return "more than the original: " + strings.Join(g[len(w):], " ")
	}
	return ""
}

// headers compares those that matter. Three differ on purpose: how long to keep an answer is for its sources to say, what
// it depends on follows from that it is compressed and that every site may read it, and an entity tag is of the content.
func headers(t *testing.T, tr transcript, resp *http.Response) {
	t.Helper()
	kind := func(h http.Header) string { k, _, _ := strings.Cut(h.Get("Content-Type"), ";"); return k }
	if kind(resp.Header) != kind(tr.reply) {
		t.Errorf("Content-Type %q, not %q", resp.Header.Get("Content-Type"), tr.reply.Get("Content-Type"))
	}
	control := resp.Header.Get("Cache-Control")
	if resp.StatusCode >= 400 {
		if control != "no-store" {
			t.Errorf("an error may be kept: %q", control)
		}
		return
	}
	if !strings.HasPrefix(control, "public, max-age=") {
		t.Errorf("Cache-Control %q", control)
	}
	if tag := resp.Header.Get("Etag"); !strings.HasPrefix(tag, `"`) {
		t.Errorf("no strong ETag: %q", tag)
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("other sites' pages may not read it")
	}
	if strings.Contains(tr.reply.Get("Vary"), "Accept") && !strings.Contains(strings.Join(resp.Header["Vary"], ","), "Accept,") {
		t.Errorf("Vary %q", resp.Header["Vary"])
	}
}

// legacyOf is a path with the original's rounding.
func legacyOf(path string) string {
	if strings.Contains(path, "?") {
		return path + "&legacy=1"
	}
	return path + "?legacy=1"
}

func TestTheOriginalsAnswersAreGivenOrBetterOnes(t *testing.T) {
	ledger, b := paper(t)
	history(t, ledger, "1999")
	server := served(t, ledger, b)
	exact, improved := 0, 0
	for _, file := range []string{"frankfurter-v1.txt", "frankfurter-v2.txt"} {
		for _, tr := range transcripts(t, file) {
			if tr.path == "/" {
				continue // of the whole house, not of this room
			}
			t.Run(tr.name, func(t *testing.T) {
				if how, ok := better[tr.name]; ok {
					resp, body := answer(t, server, tr, tr.path)
					if resp.StatusCode != how.status {
						t.Errorf("%s: status %d, not %d: %s", tr.path, resp.StatusCode, how.status, body)
					}
					for _, want := range how.want {
						if !strings.Contains(body, want) {
							t.Errorf("%s: no %s in %.600s", tr.path, want, body)
						}
					}
					if !t.Failed() {
						improved++
					}
					return
				}
				resp, body := answer(t, server, tr, legacyOf(tr.path))
				if resp.StatusCode != tr.status {
					t.Errorf("%s: status %d, not %d: %.200s", tr.path, resp.StatusCode, tr.status, body)
				}
				if difference := same(tr.body, body); tr.method == "GET" && difference != "" {
					t.Errorf("%s: %s", tr.path, difference)
				}
				headers(t, tr, resp)
				if !t.Failed() {
					exact++
				}
			})
		}
	}
	for _, base := range []string{"EUR", "USD", "AED", "BGN"} {
		for _, date := range []string{"1999-01-04", "2003-05-04", "2010-03-01", "2025-12-31", "2026-01-08", "2026-04-12", "2026-04-14"} {
			_, one := answer(t, server, transcript{method: "GET"}, "/v2/rates?base="+base+"&date="+date)
			_, many := answer(t, server, transcript{method: "GET"}, "/v2/rates?base="+base+"&from="+date+"&to="+date)
			day, span := byQuote(t, one), byQuote(t, many)
			for quote := range maps.Keys(day) {
				if day[quote] != span[quote] {
					t.Errorf("%s/%s on %s: a day has %q, the range of that day %q", base, quote, date, day[quote], span[quote])
				}
				delete(span, quote)
			}
			if len(span) > 0 {
				t.Errorf("%s on %s: only the range has %v", base, date, span)
			}
		}
	}
	t.Logf("%d answers are the original's, %d are better", exact, improved)
}

// byQuote are the rates of an answer with their dates, but for that of the base to itself, whose row follows the others.
func byQuote(t *testing.T, body string) map[string]string {
	t.Helper()
	var rows []struct {
		Date, Base, Quote string
		Rate              json.Number
	}
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Fatal(err, body)
	}
	all := map[string]string{}
	for _, r := range rows {
		if r.Quote != r.Base {
			all[r.Quote] = r.Date + " " + r.Rate.String()
		}
	}
	return all
}
