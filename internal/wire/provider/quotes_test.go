package provider_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// Beside the replies of a provider of share prices stands the file asked, which says about which listings each was: a line
// each with the name of the file, or * for all others, and SYMBOL/UNIT for each listing. What must come of replies that
// were recorded stands in testdata/quotes.recorded.

// listings reads SYMBOL/UNIT… and names them as a provider does.
func listings(t testing.TB, p wire.Provider, text string) []wire.Listed {
	t.Helper()
	var all []wire.Listed
	for field := range strings.FieldsSeq(text) {
		symbol, unit, _ := strings.Cut(field, "/")
		name, ok := p.Quotes.Name(market.Symbol(symbol))
		if !ok {
			t.Fatalf("%s has no name for %s", p.Source.ID, symbol)
		}
		all = append(all, wire.Listed{Symbol: market.Symbol(symbol), Name: name, Unit: unit})
	}
	return all
}

// asked returns the repository's own replies of a provider with what each was asked about.
func asked(t testing.TB, p wire.Provider) map[string][]wire.Listed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", string(p.Source.ID), "asked"))
	if err != nil {
		t.Fatal(err)
	}
	about := map[string][]wire.Listed{}
	for line := range strings.Lines(string(text)) {
		name, of, _ := strings.Cut(strings.TrimSpace(line), " ")
		about[name] = listings(t, p, of)
	}
	all := map[string][]wire.Listed{}
	for name := range replies(t, p.Source.ID) {
		if name == "asked" {
			continue
		}
		all[name] = about["*"]
		if of, ok := about[name]; ok {
			all[name] = of
		}
	}
	return all
}

// quoted is a reading of quotes as the golden files have it.
func quoted(r wire.Reading, err error) string {
	if err != nil {
		return fmt.Sprintf("refused (%s): %s\n", fault.KindOf(err), fault.Sentence(err))
	}
	var b strings.Builder
	for _, q := range r.Quotations {
		fmt.Fprintf(&b, "%s %s %s %s\t%s\n", q.Symbol, q.At.Format(time.RFC3339Nano), q.Field, q.Value, q.Ref)
	}
	for _, l := range r.Left {
		fmt.Fprintf(&b, "left: %s\n", l)
	}
	return b.String()
}

func TestEveryReplyOfSharePricesIsReadAsItsGoldenFileSays(t *testing.T) {
	for _, p := range provider.Quotes() {
		t.Run(string(p.Source.ID), func(t *testing.T) {
			bodies := replies(t, p.Source.ID)
			for name, about := range asked(t, p) {
				got := quoted(p.Quotes.Parse(bodies[name], about))
				golden := filepath.Join("testdata", string(p.Source.ID), name+".golden")
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s is read otherwise than %s says:\n%s", name, golden, diff)
				}
			}
		})
	}
}

func byID(t testing.TB, id string) wire.Provider {
	t.Helper()
	all := provider.Quotes()
	i := slices.IndexFunc(all, func(p wire.Provider) bool { return string(p.Source.ID) == id })
	if i < 0 {
		t.Fatalf("there is no provider of share prices %q", id)
	}
	return all[i]
}

func TestEveryRecordedReplyOfSharePricesIsReadOrRefusedForItsReason(t *testing.T) {
	samples := filepath.Join(must.Samples(t), "quotes")
	list, err := os.ReadFile(filepath.Join("testdata", "quotes.recorded"))
	if err != nil {
		t.Fatal(err)
	}
	expected := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if strings.HasPrefix(line, "#") {
			continue
		}
		expected[fields[0]] = true
		if fields[1] == "-" {
			continue
		}
		t.Run(fields[0]+" "+fields[2], func(t *testing.T) { recordedQuote(t, samples, fields) })
	}
	files, err := os.ReadDir(samples)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.IsDir() && !expected[f.Name()] {
			t.Errorf("%s: testdata/quotes.recorded does not say what must come of it", f.Name())
		}
		delete(expected, f.Name())
	}
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		t.Errorf("%s is expected and was not recorded", name)
	}
}

// recordedQuote checks one line of quotes.recorded.
func recordedQuote(t *testing.T, samples string, fields []string) {
	p := byID(t, fields[1])
	body, err := os.ReadFile(filepath.Join(samples, fields[0]))
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Quotes.Parse(body, listings(t, p, fields[2]))
	text := quoted(r, err)
	switch fields[3] {
	case "refused", "left":
		if !strings.HasPrefix(text, fields[3]) || !strings.Contains(text, fields[4]) || len(r.Quotations) > 0 {
			t.Errorf("not %s for %q:\n%s", fields[3], fields[4], text)
		}
		return
	}
	if got := fmt.Sprint(len(r.Quotations)); err != nil || got != fields[3] {
		t.Errorf("%s figures, want %s:\n%s", got, fields[3], text)
	}
	for _, want := range fields[4:] {
		i := strings.LastIndex(want, " ")
		name, value := want[:i], want[i+1:]
		if !slices.ContainsFunc(r.Quotations, func(q wire.Quotation) bool {
			return name == "at" && q.At.Format(time.RFC3339Nano) == value || string(q.Field) == name && q.Value.String() == value
		}) {
			// A moment may end in zeros that are not written.
			at, err := time.Parse(time.RFC3339Nano, value)
			if err != nil || !slices.ContainsFunc(r.Quotations, func(q wire.Quotation) bool { return q.At.Equal(at) }) {
				t.Errorf("no %s:\n%s", want, text)
			}
		}
	}
}

func TestEveryProviderOfSharePricesSaysWhatAPaperMustKnow(t *testing.T) {
	rates := map[market.SourceID]bool{}
	for _, p := range provider.All() {
		rates[p.Source.ID] = true
	}
	for _, p := range provider.Quotes() {
		id := p.Source.ID
		if rates[id] {
			t.Errorf("%s stands in both lists", id)
		}
		rates[id] = true
		if p.Source.Terms != market.Private || p.Default {
			t.Errorf("%s is shown, or on, before the operator has confirmed his right", id)
		}
		if p.Source.Name == "" || p.Source.Licence == "" || p.Source.Home == "" || p.Source.Fresh <= 0 || p.Kind == "" || p.Docs == "" {
			t.Errorf("%s lacks its name, licence, home, kind, documentation or for how long it is fresh", id)
		}
		if _, err := time.LoadLocation(p.Schedule.Zone); err != nil || p.Schedule.Zone == "" || p.Quotes.Class() == "" {
			t.Errorf("%s lacks its zone or how old its prices are: %v", id, err)
		}
		if p.Quotes.Folder {
			continue
		}
		about := listings(t, p, "XNYS:BP/USD XNYS:BRK.B/USD XNAS:VOD/USD")
		requests := p.Requests(wire.Ask{Key: "the key", Today: time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC), Listed: about})
		of := 0
		for _, r := range requests {
			of += len(r.Listed)
			if strings.HasPrefix(r.Path, "/") || strings.Contains(r.Path, "://") || strings.Contains(r.Path, " ") {
				t.Errorf("%s: the path %q leaves its base, or is none", id, r.Path)
			}
			if p.Key != "" && r.Header == "" && !strings.Contains(r.Path, "the+key") {
				t.Errorf("%s: the path %q lacks the key", id, r.Path)
			}
		}
		if of != len(about) {
			t.Errorf("%s asks for %d of %d listings", id, of, len(about))
		}
		if len(p.Requests(wire.Ask{Key: "key"})) != 0 {
			t.Errorf("%s asks for something where nothing is listed", id)
		}
	}
}

func TestListingsHaveTheNamesThatEachProviderUses(t *testing.T) {
	for _, c := range []struct{ provider, symbol, want string }{
		{"finnhub", "XNYS:BP", "BP"},
		{"eodhd", "XLON:RKT", "RKT.LSE"},
		{"eodhd", "XNYS:BRK.B", "BRK-B.US"},
		{"yahoo", "XLON:RR.", "RR.L"},
		{"stooq", "XNAS:AZN", "AZN.US"},
		{"twelvedata", "XNYS:BRK.B", "BRK.B"},
		{"drop", "XXXX:ANY", "XXXX:ANY"},
		{"finnhub", "XLON:RKT", ""}, // its free plan knows the United States alone
		{"finnhub", "EUR/USD", ""},
	} {
		name, ok := byID(t, c.provider).Quotes.Name(market.Symbol(c.symbol))
		if name != c.want || ok != (c.want != "") {
			t.Errorf("%s calls %s %q, want %q", c.provider, c.symbol, name, c.want)
		}
	}
}

// A reply of prices that ends early must not pass for a whole one that says something else.
func TestAReplyOfSharePricesThatWasCutOffIsRefusedOrSaysNothingElse(t *testing.T) {
	for _, p := range provider.Quotes() {
		bodies := replies(t, p.Source.ID)
		for name, about := range asked(t, p) {
			body := bodies[name]
			whole, err := p.Quotes.Parse(body, about)
			if err != nil {
				continue
			}
			said := quoted(whole, nil)
			for cut := 1; cut < len(body); cut++ {
				r, err := p.Quotes.Parse(body[:cut], about)
				if err != nil || len(bytes.TrimSpace(body[cut:])) == 0 {
					continue
				}
				for line := range strings.Lines(quoted(wire.Reading{Quotations: r.Quotations}, nil)) {
					if !strings.Contains(said, line) {
						t.Errorf("%s/%s cut at %d says %s", p.Source.ID, name, cut, line)
					}
				}
			}
		}
	}
}

// FuzzQuotes gives every provider of share prices what any other might send, and worse. What is read must be fit for the ledger.
func FuzzQuotes(f *testing.F) {
	all := provider.Quotes()
	abouts := make([]map[string][]wire.Listed, len(all))
	for i, p := range all {
		abouts[i] = asked(f, p)
		for name, body := range replies(f, p.Source.ID) {
			if name != "asked" {
				f.Add(uint8(i), body)
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		p := all[int(n)%len(all)]
		for _, listed := range abouts[int(n)%len(all)] {
			r, err := p.Quotes.Parse(body, listed)
			if err != nil {
				if kind := fault.KindOf(err); kind != fault.Upstream && kind != fault.Busy || len(r.Quotations) > 0 {
					t.Fatalf("%s: %v with %d figures", p.Source.ID, err, len(r.Quotations))
				}
				continue
			}
			if len(r.Quotations)+len(r.Left) == 0 {
				t.Fatalf("%s: nothing was read and nothing refused", p.Source.ID)
			}
			for _, q := range r.Quotations {
				if _, err := market.ParseSymbol(string(q.Symbol)); err != nil || q.Value.Sign() <= 0 && q.Field == market.Last || q.At.IsZero() || q.Ref == "" {
					t.Fatalf("%s: %+v: %v", p.Source.ID, q, err)
				}
				if !p.Quotes.Folder && !slices.ContainsFunc(listed, func(l wire.Listed) bool { return l.Symbol == q.Symbol }) {
					t.Fatalf("%s: %s was not asked for", p.Source.ID, q.Symbol)
				}
				if again, err := currency.ParseDecimal(q.Value.String()); err != nil || !again.Equal(q.Value) {
					t.Fatalf("%s: %s does not come back: %v", p.Source.ID, q.Value, err)
				}
			}
		}
	})
}
