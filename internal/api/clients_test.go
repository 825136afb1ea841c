package api_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/erapi"
	"github.com/courant-news/courant/internal/api/fixer"
	"github.com/courant-news/courant/internal/api/frankfurter"
	"github.com/courant-news/courant/internal/api/layer"
	"github.com/courant-news/courant/internal/api/oxr"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

func TestOtherPeoplesClientsTakeItForTheOriginal(t *testing.T) {
	samples := must.Samples(t)
	if os.Getenv("COURANT_CLIENTS") == "" {
		must.Skip(t, "clients", "they are installed with npm: set COURANT_CLIENTS to a directory to install them into")
	}
	root, err := must.Root()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(central(t, filepath.Join(samples, "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv")))
	defer server.Close()
	services := []string{"frankfurter", "exchangerate-api", "fixer", "openexchangerates", "currencylayer", "exchangeratesapi"}
	run := slices.Concat([]string{filepath.Join(root, "scripts", "clients", "run.sh"), server.URL}, services)
	out, err := exec.CommandContext(t.Context(), "sh", run...).CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), ", 0 failed") {
		t.Error("the clients do not say that none failed")
	}
}

// central serves every dialect, as the paper does, with what the European Central Bank said until 13 April 2026, on the day
// after.
func central(t *testing.T, history string) http.Handler {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC) }
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	body, err := os.ReadFile(history)
	if err != nil {
		t.Fatal(err)
	}
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{Now: now})
	all := provider.All()
	ecb := all[slices.IndexFunc(all, func(p wire.Provider) bool { return p.Source.ID == "ecb" })]
	reading, err := ecb.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	said := slices.DeleteFunc(reading.Observations(ecb.Source.ID, now().Add(-20*time.Hour)), func(o market.Observation) bool { return o.At.Year() < 2026 })
	if _, err := ledger.Record(t.Context(), []market.Source{ecb.Source}, said, nil); err != nil {
		t.Fatal(err)
	}
	face := api.New(ledger, b, api.Options{Now: now})
	mux := http.NewServeMux()
	for _, mount := range []func(*http.ServeMux, *api.Face){erapi.Mount, fixer.Mount, frankfurter.Mount, layer.Mount, oxr.Mount} {
		mount(mux, face)
	}
	return fixer.Bare(frankfurter.Old(mux))
}
