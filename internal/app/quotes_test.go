package app_test

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/demo"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestSharesThatThePaperPrintsAreAskedForAndThoseThatTradeNoMoreAreNot(t *testing.T) {
	h, err := app.Open(t.Context(), app.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Base: "EUR", Quotes: "XLON:RKT, xnys:ibm ,XNYS:SCS",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := demo.Fill(t.Context(), h.Ledger, h.Newsroom); err != nil {
		t.Fatal(err)
	}
	listed, err := h.Listed(t.Context(), func() time.Time { return demo.PageDate() })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range listed {
		got = append(got, string(l.Symbol)+" "+l.Unit)
	}
	for _, want := range []string{"XLON:RKT GBX", "XNYS:IBM "} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not asked for: %q", want, got)
		}
	}
	printed := 0
	for _, l := range listed {
		if _, _, isPair := l.Symbol.Pair(); isPair || l.Symbol == "XNYS:SCS" {
			t.Errorf("%s is asked for", l.Symbol)
		}
		if l.Symbol != "XLON:RKT" && l.Symbol != "XNYS:IBM" {
			printed++
		}
	}
	if printed == 0 {
		t.Errorf("no share that a story prints is asked for: %q", got)
	}
}

func TestSettingsOfSharePricesAreCheckedBeforeAnythingIsOpened(t *testing.T) {
	for _, c := range []struct {
		config app.Config
		want   string
	}{
		{app.Config{Display: "ecb"}, "it is for share prices alone"},
		{app.Config{Display: "nobody"}, `there is no provider "nobody"`},
		{app.Config{Quotes: "BP"}, "the setting quotes"},
		{app.Config{Wire: "on,drop"}, "name it with --drop"},
		{app.Config{Wire: "on,finnhub"}, "wants a key"},
	} {
		c.config.Listen, c.config.Base = "127.0.0.1:0", "EUR"
		if err := c.config.Check(); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.config, err, c.want)
		}
	}
	on := app.Config{Wire: "on, stooq", SourceKeys: "tiingo=x", Drop: t.TempDir()}
	fetched, err := on.Fetched()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range fetched {
		ids = append(ids, string(p.Source.ID))
	}
	for _, want := range []string{"ecb", "stooq", "tiingo", "drop"} {
		if !slices.Contains(ids, want) {
			t.Errorf("%s is not fetched: %v", want, ids)
		}
	}
	if slices.Contains(ids, "yahoo") || slices.Contains(ids, "finnhub") {
		t.Errorf("what nobody asked for is fetched: %v", ids)
	}
}

// The whole road: a file is dropped, its price is kept and shown to nobody; the operator confirms, and it stands on the
// pages; he takes it back, and it is gone from every one of them.
func TestAPriceIsOnPagesOnlyWhileTheOperatorConfirmsThatItMayBe(t *testing.T) {
	data, folder := filepath.Join(t.TempDir(), "data"), t.TempDir()
	file := filepath.Join(folder, "prices.csv")
	day := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	if err := os.WriteFile(file, []byte("symbol,last,at,previous_close\nXNYS:BP,35.91,"+day+",35.64\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		display string
		shown   bool
	}{{"", false}, {"drop", true}, {"", false}} {
		a, err := app.New(t.Context(), app.Config{
			Data: data, Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR", Wire: "drop", Drop: folder, Display: c.display,
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		p, err := a.Config.Provider("drop")
		if err != nil {
			t.Fatal(err)
		}
		runner, err := a.NewRunner(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := runner.Turn(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		kept, err := a.Store.Series(t.Context(), []market.Symbol{"XNYS:BP"}, market.AsOf{At: time.Now(), Known: time.Now()})
		if err != nil || len(kept) != 2 || !kept[0].Value.Equal(currency.MustDecimal("35.91")) {
			t.Fatal(kept, err)
		}
		t.Run("display "+c.display, func(t *testing.T) {
			serve(t, a)
			for _, path := range []string{"/markets/shares/XNYS/BP", "/markets/shares/", "/numbers/" + string(kept[0].ID)} {
				resp, body := fetched(t, "http://"+a.Addr()+path)
				if shown := strings.Contains(body, "35.91"); shown != c.shown {
					t.Errorf("%s: %d, shown: %t, want %t", path, resp.StatusCode, shown, c.shown)
				}
				if resp.StatusCode != http.StatusOK && c.shown {
					t.Errorf("%s: %d", path, resp.StatusCode)
				}
			}
		})
	}
}
