package provider_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

// Each provider has a directory testdata/ID. In it stand small replies that we wrote in the provider's format, each with
// what is read of it in a file of the same name and .golden, and, in the file recorded, what must be read of replies
// that were recorded: a line each with the path below the samples, the number of quotations (or "refused"), and as many
// figures as were looked up in the reply by hand.

var update = flag.Bool("update", false, "write what is read into the golden files")

// written is a reading as the golden files have it.
func written(r wire.Reading, err error) string {
	if err != nil {
		return "refused: " + fault.Sentence(err) + "\n"
	}
	var b strings.Builder
	for _, q := range r.Quotations {
		fmt.Fprintf(&b, "%s %s %s\t%s\n", q.Symbol, q.At.Format(time.DateOnly), q.Value, q.Ref)
	}
	for _, l := range r.Left {
		fmt.Fprintf(&b, "left: %s\n", l)
	}
	for _, next := range r.Follow {
		fmt.Fprintf(&b, "follow: %s\n", next.Path)
	}
	return b.String()
}

// replies returns the repository's own replies of a provider by file name.
func replies(t testing.TB, id market.SourceID) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", string(id), "*"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		if base := filepath.Base(name); base != "recorded" && !strings.HasSuffix(base, ".golden") {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[base] = body
		}
	}
	return all
}

func TestEveryReplyIsReadAsItsGoldenFileSays(t *testing.T) {
	for _, p := range provider.All() {
		t.Run(string(p.Source.ID), func(t *testing.T) {
			all := replies(t, p.Source.ID)
			if len(all) == 0 {
				t.Fatal("no reply of this provider is in testdata")
			}
			for name, body := range all {
				got := written(p.Parse(body))
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

func TestRecordedRepliesAreReadToTheDigit(t *testing.T) {
	samples := must.Samples(t)
	for _, p := range provider.All() {
		list, err := os.ReadFile(filepath.Join("testdata", string(p.Source.ID), "recorded"))
		if os.IsNotExist(err) {
			continue // none was recorded
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Run(string(p.Source.ID), func(t *testing.T) {
			for line := range strings.Lines(string(list)) {
				if fields := strings.Fields(line); len(fields) > 0 && fields[0][0] != '#' {
					recorded(t, p, samples, fields)
				}
			}
		})
	}
}

// recorded checks one line of a file of recorded replies: PATH COUNT [SYMBOL DAY VALUE]…
func recorded(t *testing.T, p wire.Provider, samples string, fields []string) {
	body, err := os.ReadFile(filepath.Join(samples, filepath.FromSlash(fields[0])))
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Parse(body)
	if fields[1] == "refused" {
		if fault.KindOf(err) != fault.Upstream {
			t.Errorf("%s was not refused: %d quotations, %v", fields[0], len(r.Quotations), err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", fields[0], err)
		return
	}
	if got := fmt.Sprint(len(r.Quotations)); got != fields[1] {
		t.Errorf("%s: %s quotations, want %s; left out: %q", fields[0], got, fields[1], r.Left)
	}
	if len(fields)%3 != 2 {
		t.Fatalf("%q is no list of SYMBOL DAY VALUE", fields)
	}
	said := map[string]currency.Decimal{}
	for _, q := range r.Quotations {
		said[string(q.Symbol)+" "+q.At.Format(time.DateOnly)] = q.Value
	}
	for f := fields[2:]; len(f) > 0; f = f[3:] {
		if got, ok := said[f[0]+" "+f[1]]; !ok || got.String() != f[2] {
			t.Errorf("%s: %s of %s is %s, want %s", fields[0], f[0], f[1], got, f[2])
		}
	}
}

func TestEveryProviderSaysWhatAPaperMustKnow(t *testing.T) {
	seen := map[market.SourceID]bool{}
	for _, p := range provider.All() {
		id := p.Source.ID
		if seen[id] {
			t.Errorf("%s stands in the list twice", id)
		}
		seen[id] = true
		if p.Source.Name == "" || p.Source.Licence == "" || p.Source.Terms == "" || p.Source.Home == "" || p.Source.Fresh <= 0 {
			t.Errorf("%s lacks its name, licence, terms, home or for how long it is fresh", id)
		}
		if p.Kind == "" || p.Docs == "" || !strings.HasPrefix(p.Base, "http") || !strings.HasSuffix(p.Base, "/") {
			t.Errorf("%s lacks its kind, documentation or base", id)
		}
		if _, err := time.LoadLocation(p.Schedule.Zone); err != nil || p.Schedule.Zone == "" || p.Schedule.Every <= 0 {
			t.Errorf("%s has no schedule: %v", id, err)
		}
		if p.Default && (p.Key != "" || p.Source.Kind != market.Official || p.Source.Terms == market.Private) {
			t.Errorf("%s is on by default, but wants a key, is not official or may not be shown", id)
		}
		if len(p.Requests(wire.Ask{Key: "key"})) == 0 {
			t.Errorf("%s has nothing to ask for the newest", id)
		}
		day := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
		if p.Since != "" && len(p.Requests(wire.Ask{From: day, To: day.AddDate(0, 0, 40), Key: "key"})) == 0 {
			t.Errorf("%s has nothing to ask for days gone by", id)
		}
		for _, r := range p.Requests(wire.Ask{Key: "key"}) {
			if strings.HasPrefix(r.Path, "/") || strings.Contains(r.Path, "://") {
				t.Errorf("%s: the path %q leaves its base", id, r.Path)
			}
		}
	}
}

// A reply that ends early must not pass for a whole one with fewer rates.
func TestAReplyThatWasCutOffIsRefusedOrSaysNothingElse(t *testing.T) {
	for _, p := range provider.All() {
		for name, body := range replies(t, p.Source.ID) {
			whole, err := p.Parse(body)
			if err != nil {
				continue
			}
			for cut := 1; cut < len(body); cut += 1 + len(body)/400 {
				r, err := p.Parse(body[:cut])
				if err != nil || len(bytes.TrimSpace(body[cut:])) == 0 {
					continue
				}
				said := map[string]bool{}
				for _, q := range whole.Quotations {
					said[fmt.Sprint(q.Symbol, q.At, q.Value)] = true
				}
				for _, q := range r.Quotations {
					if !said[fmt.Sprint(q.Symbol, q.At, q.Value)] {
						t.Errorf("%s/%s cut at %d says %s %s", p.Source.ID, name, cut, q.Symbol, q.Value)
					}
				}
			}
		}
	}
}

// FuzzParse gives every provider what any other might send, and worse. What is read must be fit for the ledger.
func FuzzParse(f *testing.F) {
	all := provider.All()
	for i, p := range all {
		for _, body := range replies(f, p.Source.ID) {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		p := all[int(n)%len(all)]
		r, err := p.Parse(body)
		if err != nil {
			if fault.KindOf(err) != fault.Upstream || len(r.Quotations) > 0 {
				t.Fatalf("%s: %v with %d quotations", p.Source.ID, err, len(r.Quotations))
			}
			return
		}
		if len(r.Quotations) == 0 && len(r.Follow) == 0 {
			t.Fatalf("%s: nothing was read and nothing refused", p.Source.ID)
		}
		for _, q := range r.Quotations {
			if _, err := market.ParseSymbol(string(q.Symbol)); err != nil || q.Value.Sign() <= 0 || q.At.IsZero() || q.Ref == "" {
				t.Fatalf("%s: %+v: %v", p.Source.ID, q, err)
			}
			if again, err := currency.ParseDecimal(q.Value.String()); err != nil || !again.Equal(q.Value) {
				t.Fatalf("%s: %s does not come back: %v", p.Source.ID, q.Value, err)
			}
		}
	})
}
