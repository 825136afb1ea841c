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
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/api/oxr"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store/resident"
	"github.com/courant-news/courant/internal/store/storetest"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

func TestOtherPeoplesClientsTakeItForTheOriginal(t *testing.T) {
	if os.Getenv("COURANT_CLIENTS") == "" {
		must.Skip(t, "clients", "they are installed with npm: set COURANT_CLIENTS to a directory to install them into")
	}
	root, err := must.Root()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(central(t, 2026, api.Options{}))
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

// central serves every dialect, as the paper does, with what the European Central Bank said from a year on until 13 April
// 2026, on the day after.
func central(t testing.TB, since int, o api.Options) http.Handler {
	t.Helper()
	history := filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv")
	now := func() time.Time { return time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC) }
	db := storetest.Open(t)
	body, err := os.ReadFile(history)
	if err != nil {
		t.Fatal(err)
	}
	b := bus.New()
	memory, err := resident.Open(t.Context(), db, b, resident.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ledger := market.NewLedger(memory, b, market.LedgerOptions{Now: now})
	all := provider.All()
	ecb := all[slices.IndexFunc(all, func(p wire.Provider) bool { return p.Source.ID == "ecb" })]
	reading, err := ecb.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	said := slices.DeleteFunc(reading.Observations(ecb.Source.ID, now().Add(-20*time.Hour)), func(o market.Observation) bool { return o.At.Year() < since })
	if _, err := ledger.Record(t.Context(), []market.Source{ecb.Source}, said, nil); err != nil {
		t.Fatal(err)
	}
	o.Now = now
	return programs(ledger, b, o)
}

// programs serves every dialect.
func programs(ledger *market.Ledger, b bus.Bus, o api.Options) http.Handler {
	face := api.New(ledger, b, o)
	mux := http.NewServeMux()
	native.Mount(mux, face, native.Options{})
	for _, mount := range []func(*http.ServeMux, *api.Face){erapi.Mount, fixer.Mount, frankfurter.Mount, layer.Mount, oxr.Mount} {
		mount(mux, face)
	}
	return fixer.Bare(frankfurter.Old(mux))
}
