package ticks_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/ticks"
	"github.com/courant-news/courant/internal/wire"
)

var monday = time.Date(2026, 2, 2, 15, 0, 0, 0, time.UTC)

func open(t *testing.T, path string, o ticks.Options) *ticks.Ticks {
	t.Helper()
	k, err := ticks.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// tick is a trade so many milliseconds after the beginning.
func tick(ms int, price string) market.Tick {
	at := monday.Add(time.Duration(ms) * time.Millisecond)
	return market.Tick{Symbol: "XNYS:BP", Source: "finnhub", At: at, Seen: at.Add(time.Second), Price: currency.MustDecimal(price), Size: currency.MustDecimal("0.10")}
}

func all(t *testing.T, k *ticks.Ticks) []market.Tick {
	t.Helper()
	found, err := k.Between(t.Context(), "finnhub", monday.Add(-time.Hour), monday.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTradesComeBackDigitForDigitInTheOrderInWhichTheyWereTold(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "a name?", "ticks.db"), ""} {
		if path != "" {
			if err := os.Mkdir(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
		}
		k := open(t, path, ticks.Options{})
		silent := tick(20, "35.910")
		silent.Size, silent.NoSize, silent.Aside = currency.Decimal{}, true, true
		given := []market.Tick{tick(30, "35.90"), silent, tick(20, "35.9123456789")}
		span := wire.Span{Source: "finnhub", From: monday, To: monday.Add(time.Second)}
		if err := k.Add(t.Context(), span, given); err != nil {
			t.Fatal(err)
		}
		other := tick(25, "1")
		other.Source = "polygon"
		if err := k.Add(t.Context(), wire.Span{Source: "polygon", From: monday, To: monday}, []market.Tick{other}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(given, all(t, k)); diff != "" {
			t.Error(diff)
		}
		if found, err := k.Between(t.Context(), "finnhub", monday.Add(20*time.Millisecond), monday.Add(30*time.Millisecond)); err != nil || len(found) != 2 {
			t.Error(found, err)
		}
		// A span grows, and what was done of it is not forgotten.
		for _, s := range []wire.Span{
			{Source: "finnhub", From: monday, To: monday.Add(time.Hour), Done: monday.Add(time.Minute)},
			{Source: "finnhub", From: monday, To: monday.Add(time.Minute)},
		} {
			if err := k.Add(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
		}
		want := []wire.Span{{Source: "finnhub", From: monday, To: monday.Add(time.Hour), Done: monday.Add(time.Minute)}}
		if got, err := k.Spans(t.Context(), "finnhub"); err != nil || !cmp.Equal(got, want) {
			t.Error(got, err)
		}
		if err := k.Drop(t.Context(), monday.Add(25*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(given[:1], all(t, k)); diff != "" {
			t.Error(diff)
		}
		if err := k.Drop(t.Context(), monday.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, err := k.Spans(t.Context(), "finnhub"); err != nil || len(got)+len(all(t, k)) != 0 {
			t.Error(got, err)
		}
	}
}

func TestTheFileIsBounded(t *testing.T) {
	k := open(t, filepath.Join(t.TempDir(), "ticks.db"), ticks.Options{Most: 10})
	for n := range 7 {
		if err := k.Add(t.Context(), wire.Span{Source: "finnhub", From: monday, To: monday}, []market.Tick{tick(2*n, "1"), tick(2*n+1, "1")}); err != nil {
			t.Fatal(err)
		}
	}
	if found := all(t, k); len(found) != 10 || !found[0].At.Equal(tick(4, "1").At) {
		t.Errorf("%d are kept, from %s", len(found), found[0].At)
	}
}

func TestAFileThatIsDamagedOrOfAnotherVersionIsMadeAnew(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"no database": func(path string) error {
			return os.WriteFile(path, []byte("what is this? it was a file of trades once"), 0o600)
		},
		"damaged": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteAt(make([]byte, 6000), 3000)
				_ = f.Close()
			}
			return err
		},
		"another version": func(path string) error {
			db, err := sql.Open("sqlite", path)
			if err == nil {
				_, err = db.ExecContext(t.Context(), "PRAGMA user_version = 99")
				_ = db.Close()
			}
			return err
		},
	} {
		path := filepath.Join(t.TempDir(), "ticks.db")
		k := open(t, path, ticks.Options{})
		span := wire.Span{Source: "finnhub", From: monday, To: monday}
		if err := k.Add(t.Context(), span, []market.Tick{tick(1, "1")}); err != nil {
			t.Fatal(err)
		}
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		if again := open(t, path, ticks.Options{}); len(all(t, again)) != 1 {
			t.Errorf("%s: a sound file lost its trades", name)
		} else if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		anew := open(t, path, ticks.Options{})
		if found := all(t, anew); len(found) != 0 {
			t.Errorf("%s: %v", name, found)
		}
		if err := anew.Add(t.Context(), span, []market.Tick{tick(2, "1")}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ticks.Open(t.Context(), filepath.Join(t.TempDir(), "nowhere", "ticks.db"), ticks.Options{}); err == nil {
		t.Error("a file in a directory that is not there was opened")
	}
}
