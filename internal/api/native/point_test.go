package native

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

func TestAPointIsWrittenAsReflectionWritesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"said", "EUR/USD", "a, b", "a \"word\"", " before", "é <&>", "/api/v1/series/EUR-USD?from=2026-01-01&to=2026-01-31", "back\\slash", "\x01"}))
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return time.UnixMicro(rapid.Int64Range(-1e16, 4e16).Draw(t, "µs")).UTC().Truncate(rapid.SampledFrom([]time.Duration{1, time.Second, 24 * time.Hour}).Draw(t, "unit"))
		})
		p := point{
			Pair: market.Symbol(text.Draw(t, "pair")), Period: text.Draw(t, "period"), Method: text.Draw(t, "method"), Count: rapid.IntRange(0, 40).Draw(t, "count"),
			Computed: rapid.Bool().Draw(t, "computed"), Withheld: text.Draw(t, "withheld"), At: moment.Draw(t, "at"), Seen: moment.Draw(t, "seen"),
			Source: market.SourceID(text.Draw(t, "source")), How: market.How(text.Draw(t, "how")), Observations: []market.ID{}, Flags: []market.FlagCode{},
			Values: text.Draw(t, "values"),
		}
		if rapid.Bool().Draw(t, "valued") {
			n := api.Number(currency.DecimalOf(rapid.Int64().Draw(t, "coefficient"), rapid.IntRange(0, 12).Draw(t, "places")))
			p.Value = &n
		}
		if rapid.Bool().Draw(t, "grouped") {
			first, last := currency.DateOf(p.At), currency.DateOf(p.Seen)
			p.First, p.Last = &first, &last
		}
		for range rapid.IntRange(0, 3).Draw(t, "rests on") {
			p.Observations = append(p.Observations, "2zpzeq5nyg35iq4w")
			p.FromSources = append(p.FromSources, "ecb")
			p.Flags = append(p.Flags, market.Pegged)
		}
		sameAsReflection(t, p, &p)
	})
}

// sameJSON compares what may be escaped in two ways, as é and < may.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && func() bool {
		p, _ := json.Marshal(x)
		q, _ := json.Marshal(y)
		return bytes.Equal(p, q)
	}()
}

func TestPointsStandWithinTheirSeries(t *testing.T) {
	whole := series{Pair: "EUR/USD", Count: 2, Rates: []point{}, Sources: []voice{}}
	body, err := encoded(whole)
	if err != nil {
		t.Fatal(err)
	}
	one := point{Pair: "EUR/USD", Observations: []market.ID{}, Flags: []market.FlagCode{}}
	all := list{"rates", 2, pointLength, func(yield func(row) bool) {
		if yield(&one) {
			yield(&one)
		}
	}}
	whole.Rates = []point{one, one}
	want, err := encoded(whole)
	if got := within(body, []list{all}); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
	none := list{"rates", 0, pointLength, func(func(row) bool) {}}
	if got := within(body, []list{none}); !bytes.Equal(got, body) {
		t.Errorf("of none: %s", got)
	}
}
