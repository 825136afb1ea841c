package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/erapi"
	"github.com/courant-news/courant/internal/api/fixer"
	"github.com/courant-news/courant/internal/api/frankfurter"
	"github.com/courant-news/courant/internal/api/layer"
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/api/oxr"
	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// The same question has one answer, asked of the program, of its interface for programs, or in the dialect of another service:
// its rates, its board, its history.
func TestTheProgramAndItsInterfacesSayTheSame(t *testing.T) {
	data := t.TempDir()
	h, err := app.Open(t.Context(), app.Config{Data: data, Listen: "127.0.0.1:0", Base: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	bank := market.Source{ID: "bank", Name: "Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Issuer: "EUR"}
	club := market.Source{ID: "club", Name: "Club", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.Free}
	var said []market.Observation
	for n, day := range []string{"2026-01-29", "2026-01-30", "2026-02-02"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for symbol, value := range map[market.Symbol]string{"EUR/USD": "1.18%d9", "EUR/JPY": "184.%d", "EUR/IDR": "19873.1%d", "XAU/USD": "489%d.55", "GBP/EUR": "1.15%d"} {
			for _, s := range []market.Source{bank, club} {
				v := currency.MustDecimal(fmt.Sprintf(value, n+len(s.Kind)%3))
				said = append(said, market.NewObservation(symbol, market.Rate, v, market.Moment{At: at, Seen: at.Add(16 * time.Hour)}, s.ID, ""))
			}
		}
	}
	if _, err := h.Ledger.Record(t.Context(), []market.Source{bank, club}, said, nil); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	face := api.New(h.Ledger, h.Bus, api.Options{})
	native.Mount(mux, face, native.Options{})
	for _, mount := range []func(*http.ServeMux, *api.Face){erapi.Mount, fixer.Mount, frankfurter.Mount, layer.Mount, oxr.Mount} {
		mount(mux, face)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.Close()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	pairs := []string{"EUR/USD", "USD/EUR", "IDR/JPY", "XAU/EUR", "GBP/USD", "EUR/BGN", "AED/JPY"}
	for _, day := range []string{"2026-01-30", "2026-02-01", "2026-02-02"} {
		for i, rate := range printedBy(t, data, append([]string{"rates", "--as-of", day}, pairs...)...).([]any) {
			base, quote, _ := strings.Cut(pairs[i], "/")
			served := got(t, server.URL+"/api/v1/rates/"+base+"-"+quote+"?as_of="+day)
			same(t, day+" "+pairs[i], rate, served, "pair", "value", "at", "seen", "source", "how", "why")
			if a, b := rate.(map[string]any)["set_aside"].([]any), served["set_aside"].([]any); len(a) != len(b) {
				t.Errorf("%s: %d and %d were set aside", pairs[i], len(a), len(b))
			}
			if quote == "BGN" {
				continue // the dialects leave out money that is no more
			}
			want := fmt.Sprint(rate.(map[string]any)["value"])
			for address, path := range map[string]string{
				"/v2/rate/" + base + "/" + quote + "/" + day:                           "rate",
				"/api/" + day + "?base=" + base + "&symbols=" + quote:                  "rates " + quote,
				"/api/historical/" + day + ".json?base=" + base + "&symbols=" + quote:  "rates " + quote,
				"/historical?date=" + day + "&source=" + base + "&currencies=" + quote: "quotes " + base + quote,
				"/v6/any/history/" + base + strings.ReplaceAll("/"+day, "-", "/"):      "conversion_rates " + quote,
			} {
				var v any = got(t, server.URL+address)
				for _, name := range strings.Fields(path) {
					table, _ := v.(map[string]any)
					v = table[name]
				}
				if fmt.Sprint(v) != want {
					t.Errorf("%s says %v, and the program %s", address, v, want)
				}
			}
		}
		for _, base := range []string{"EUR", "USD"} {
			printed := printedBy(t, data, "board", base, "--as-of", day).(map[string]any)
			served := got(t, server.URL+"/api/v1/board?base="+base+"&as_of="+day)
			for _, list := range []string{"rates", "tied"} {
				a, b := printed[list].([]any), served[list].([]any)
				if len(a) != len(b) || len(a) == 0 {
					t.Errorf("the board of %s on %s has %d and %d %s", base, day, len(a), len(b), list)
					continue
				}
				for i := range a {
					same(t, day+" "+base, a[i], b[i].(map[string]any), "pair", "code", "name", "value", "at", "seen", "source", "how")
				}
			}
		}
	}
	history := printedBy(t, data, "rates", "XAU/EUR", "--history").([]any)
	series := got(t, server.URL+"/api/v1/series/XAU-EUR")["rates"].([]any)
	if len(history) != len(series) || len(history) != 3 {
		t.Fatalf("%d and %d days", len(history), len(series))
	}
	for i := range history {
		same(t, "history", history[len(history)-1-i], series[i].(map[string]any), "pair", "value", "at", "seen", "source", "how")
	}
}

// tooLong ends a program that does not do what is waited for, and so the waiting: neither a terminal nor a pipe has deadlines.
// On a busy machine a start takes many seconds.
const tooLong = 4 * time.Minute

// printedBy runs courant and reads what it prints as JSON.
func printedBy(t *testing.T, data string, args ...string) any {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), tooLong)
	defer stop()
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append(append([]string{"courant"}, args...), "--data", data, "--format", "json")
	cmd.Env = append(os.Environ(), "COURANT_DATABASE=")
	var why bytes.Buffer
	cmd.Stderr = &why
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v %s", args, err, &why)
	}
	return read(t, string(out))
}

// got asks an address and reads the reply.
func got(t *testing.T, address string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", address, resp.StatusCode, body, err)
	}
	return read(t, string(body)).(map[string]any)
}

// read reads JSON with numbers as they are written.
func read(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func same(t *testing.T, what string, printed any, served map[string]any, fields ...string) {
	t.Helper()
	for _, f := range fields {
		if a, b := fmt.Sprint(printed.(map[string]any)[f]), fmt.Sprint(served[f]); a != b {
			t.Errorf("%s: %s is printed as %s, and served as %s", what, f, a, b)
		}
	}
}
