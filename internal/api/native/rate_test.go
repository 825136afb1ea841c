package native

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

func TestARateIsWrittenAsReflectionWritesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "said", "EUR/USD", "a, b", "a \"word\"", " before", "São Tomé <&>", "back\\slash", "\x01"})
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return time.UnixMicro(rapid.Int64Range(-1e16, 4e16).Draw(t, "µs")).UTC().Truncate(rapid.SampledFrom([]time.Duration{1, time.Second, 24 * time.Hour}).Draw(t, "unit"))
		})
		number := rapid.Custom(func(t *rapid.T) api.Number {
			return api.Number(currency.DecimalOf(rapid.Int64().Draw(t, "coefficient"), rapid.IntRange(0, 12).Draw(t, "places")))
		})
		r := rate{
			Pair: market.Symbol(text.Draw(t, "pair")), Code: currency.Code(text.Draw(t, "code")), Name: text.Draw(t, "name"),
			Value: number.Draw(t, "value"), At: moment.Draw(t, "at"), Seen: moment.Draw(t, "seen"), Source: market.SourceID(text.Draw(t, "source")),
			How: market.How(text.Draw(t, "how")), From: []observation{}, Flags: []flag{},
			Agreement: agreement{rapid.IntRange(0, 40).Draw(t, "of"), rapid.IntRange(0, 40).Draw(t, "within")},
		}
		if rapid.Bool().Draw(t, "turned") {
			n := number.Draw(t, "inverse")
			r.Inverse = &n
		}
		if rapid.Bool().Draw(t, "moved") {
			r.Move = &move{moment.Draw(t, "since"), number.Draw(t, "from"), number.Draw(t, "by"), number.Draw(t, "percent")}
		}
		for range rapid.IntRange(0, 2).Draw(t, "rests on") {
			r.From = append(r.From, observation{"2zpzeq5nyg35iq4w", market.Symbol(text.Draw(t, "of")), number.Draw(t, "said"), r.At, r.Seen})
		}
		for range rapid.IntRange(0, 3).Draw(t, "to know") {
			r.Flags = append(r.Flags, flag{market.Pegged, text.Draw(t, "sentence"), rapid.Bool().Draw(t, "doubt"), text.Draw(t, "known from")})
		}
		sameAsReflection(t, r, &r)
	})
}

// sameAsReflection holds a row to what is written of its value by reflection.
func sameAsReflection(t *rapid.T, value any, r row) {
	t.Helper()
	want, err := encoded(value)
	if err != nil {
		t.Fatal(err)
	}
	if got := append(r.appendJSON(nil), '\n'); !bytes.Equal(got, want) && !sameJSON(got, want) {
		t.Fatalf("%s\n%s", got, want)
	}
	var wanted, got bytes.Buffer
	if err := table(&wanted, value, []any{value}); err != nil {
		t.Fatal(err)
	}
	all := list{"rates", 1, 100, func(yield func(row) bool) { yield(r) }}
	if err := write(&got, value, []list{all}, true); err != nil || got.String() != wanted.String() {
		t.Fatalf("%v\n%s\n%s", err, got.String(), wanted.String())
	}
}
