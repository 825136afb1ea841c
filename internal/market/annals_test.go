package market

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/currency"
)

func TestWhatIsKnownOfACurrencyIsWrittenOnce(t *testing.T) {
	table := currency.All()
	written := annalsOf(table)
	plain, once := Facts{Currencies: table}, Facts{Currencies: table, annals: func() annals { return written }}
	same := func(t rapid.TB, code currency.Code, at time.Time) {
		t.Helper()
		if diff := gocmp.Diff(append([]Flag{}, plain.known(code, at)...), append([]Flag{}, once.known(code, at)...)); diff != "" {
			t.Fatalf("%s on %s:\n%s", code, at, diff)
		}
	}
	for code, spans := range written {
		for _, s := range spans[1:] { // where something begins, and just before
			same(t, code, time.UnixMicro(s.from).UTC())
			same(t, code, time.UnixMicro(s.from-1).UTC())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom(table.Currencies()).Draw(t, "currency").Code
		same(t, code, time.UnixMicro(rapid.Int64Range(-5e15, 3e15).Draw(t, "at")).UTC())
	})
	same(t, "ZZZ", time.Now())
}
