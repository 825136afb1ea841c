package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

// exchange is a paper with one provider of share prices, in whose replies a line is a share's name and its last price.
type exchange struct {
	*wire.Runner
	ledger   *market.Ledger
	db       *store.DB
	provider wire.Provider
	asked    []string
	answer   func(name string) string
	clock    time.Time
}

func newExchange(t *testing.T, quotes wire.Quotes, folder string, listed ...wire.Listed) *exchange {
	t.Helper()
	x := &exchange{clock: time.Date(2026, 2, 2, 15, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		x.asked = append(x.asked, name)
		_, _ = io.WriteString(rw, x.answer(name))
	}))
	t.Cleanup(server.Close)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := func() time.Time { return x.clock }
	x.db, x.ledger = db, market.NewLedger(db, bus.New(), market.LedgerOptions{Now: now})
	quotes.Name = func(s market.Symbol) (string, bool) {
		_, ticker, _ := s.Listing()
		return ticker, !strings.HasPrefix(string(s), "XLON")
	}
	quotes.Parse = func(body []byte, asked []wire.Listed) (wire.Reading, error) {
		var t wire.Table
		for line := range strings.Lines(string(body)) {
			f := strings.Fields(line)
			if f[0] == "slower" {
				return wire.Reading{}, wire.Busy("the service wants to be left alone")
			}
			if len(f) != 2 {
				return wire.Reading{}, wire.Refuse("%.40q is no line", line)
			}
			for _, l := range asked {
				if l.Name != f[0] {
					continue
				}
				if err := t.Quote(l, wire.Price{At: x.clock.Add(-time.Minute), Last: f[1]}); err != nil {
					return wire.Reading{}, err
				}
			}
		}
		return t.Quoted()
	}
	x.provider = wire.Provider{
		Source: market.Source{ID: "exchange", Name: "The Exchange", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.ShowOnly},
		Kind:   "share price", Base: server.URL + "/", Schedule: wire.Schedule{Zone: "America/New_York"}, Quotes: &quotes,
		Requests: func(a wire.Ask) []wire.Request {
			var all []wire.Request
			for i, l := range a.Listed {
				all = append(all, wire.Request{Path: l.Name, Listed: a.Listed[i : i+1]})
			}
			return all
		},
	}
	fetch := web.NewFetcher(web.FetcherOptions{Trusted: []string{strings.TrimPrefix(server.URL, "http://")}})
	t.Cleanup(fetch.Close)
	x.Runner, err = wire.NewRunner([]wire.Provider{x.provider}, x.ledger, db, fetch, wire.Options{
		Now: now, Folder: folder, Listings: func(context.Context) ([]wire.Listed, error) { return listed, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func (x *exchange) status(t *testing.T) wire.Status {
	t.Helper()
	all, err := x.db.Statuses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all["exchange"]
}

func TestEachListedShareIsAskedForAndNotBeforeItIsTime(t *testing.T) {
	x := newExchange(t, wire.Quotes{Every: 15 * time.Minute, After: 5 * time.Minute}, "",
		wire.Listed{Symbol: "XNYS:BP"}, wire.Listed{Symbol: "XNAS:VOD"}, wire.Listed{Symbol: "XLON:RKT"})
	x.answer = func(name string) string { return name + " 35.91\n" }
	for range 2 { // the second turn comes before its time
		if _, err := x.Turn(t.Context(), x.provider); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(x.asked, " "); got != "BP VOD" {
		t.Errorf("asked for %s", got)
	}
	s := x.status(t)
	if s.Next.Sub(x.clock) != 15*time.Minute || s.Figures != 2 || len(s.Left) != 1 || !strings.Contains(s.Left[0], "XLON:RKT is not asked for") {
		t.Errorf("%+v", s)
	}
	q, err := x.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{})
	if err != nil || q.Value.String() != "35.91" || q.Source != "exchange" {
		t.Error(q, err)
	}
	// At the end of the day once more, and then not before the market opens.
	x.clock = time.Date(2026, 2, 2, 21, 5, 0, 0, time.UTC)
	if _, err := x.Turn(t.Context(), x.provider); err != nil {
		t.Fatal(err)
	}
	if got := x.status(t).Next.Format(time.RFC3339); got != "2026-02-03T14:30:00Z" || len(x.asked) != 4 {
		t.Errorf("asked again at %s; asked for %v", got, x.asked)
	}
}

func TestACloseIsNotAskedForBeforeItsSessionIsOver(t *testing.T) {
	x := newExchange(t, wire.Quotes{EndOfDay: true, After: time.Hour}, "", wire.Listed{Symbol: "XNYS:BP"}, wire.Listed{Symbol: "XTKS:7203"})
	x.answer = func(name string) string { return name + " 35.91\n" }
	for _, c := range []struct{ clock, asked, next string }{
		{"2026-02-02T15:00:00Z", "7203", "2026-02-02T22:00:00Z"}, // New York trades, Tokyo does not
		{"2026-02-02T22:00:00Z", "7203 7203 BP", "2026-02-03T07:30:00Z"},
		{"2026-02-03T07:30:00Z", "7203 7203 BP 7203 BP", "2026-02-03T22:00:00Z"},
	} {
		x.clock, _ = time.Parse(time.RFC3339, c.clock)
		if _, err := x.Turn(t.Context(), x.provider); err != nil {
			t.Fatal(err)
		}
		slices.Sort(x.asked)
		want := strings.Fields(c.asked)
		slices.Sort(want)
		if next := x.status(t).Next.Format(time.RFC3339); !slices.Equal(x.asked, want) || next != c.next {
			t.Errorf("at %s: asked for %v, and again at %s, want %s at %s", c.clock, x.asked, next, c.asked, c.next)
		}
	}
}

func TestAServiceThatWantsToBeLeftAloneIsAskedNoFurther(t *testing.T) {
	x := newExchange(t, wire.Quotes{Every: 15 * time.Minute}, "", wire.Listed{Symbol: "XNYS:BP"}, wire.Listed{Symbol: "XNAS:VOD"})
	x.answer = func(string) string { return "slower please\n" }
	if _, err := x.Turn(t.Context(), x.provider); fault.KindOf(err) != fault.Busy {
		t.Error(err)
	}
	if s := x.status(t); len(x.asked) != 1 || s.Failures != 1 || !s.Next.After(x.clock) || !strings.Contains(s.Problem, "left alone") {
		t.Errorf("asked for %v: %+v", x.asked, s)
	}
}

func TestPricesThatMayNotBeShownAreKeptAndShownToNobody(t *testing.T) {
	x := newExchange(t, wire.Quotes{Every: 15 * time.Minute}, "", wire.Listed{Symbol: "XNYS:BP"})
	x.answer = func(name string) string { return name + " 35.91\n" }
	x.provider.Source.Terms = market.Private
	if _, err := x.Turn(t.Context(), x.provider); err != nil {
		t.Fatal(err)
	}
	if _, err := x.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{}); fault.KindOf(err) != fault.NotFound {
		t.Error("it is shown:", err)
	}
	all, err := x.ledger.Quotes(t.Context(), market.AsOf{})
	if err != nil || len(all) != 0 {
		t.Error("it is shown in the list:", all, err)
	}
	kept, err := x.db.Series(t.Context(), []market.Symbol{"XNYS:BP"}, market.AsOf{At: x.clock, Known: x.clock})
	if err != nil || len(kept) != 1 {
		t.Error("it is not kept:", kept, err)
	}
}

// drops writes a file into the folder as if some time ago, so that it is known to be whole.
func drops(t *testing.T, folder, name, text string) {
	t.Helper()
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
}

func TestADroppedFileIsTakenWholeOnceOrRefusedWithTheReasonBesideIt(t *testing.T) {
	folder := t.TempDir()
	x := newExchange(t, wire.Quotes{Folder: true, Every: 10 * time.Second}, folder, wire.Listed{Symbol: "XNYS:BP", Name: "BP"}, wire.Listed{Symbol: "XNAS:VOD", Name: "VOD"})
	turn := func() error {
		x.clock = x.clock.Add(time.Hour)
		_, err := x.Turn(t.Context(), x.provider)
		return err
	}
	drops(t, folder, "one.csv", "BP 35.91\nVOD 14.10\n")
	drops(t, folder, "notes.txt", "BP 1\n")
	half, soon := filepath.Join(folder, "half.csv"), time.Now().Add(1900*time.Millisecond)                       // as long as may be, for a busy machine
	if err := errors.Join(os.WriteFile(half, []byte("BP 3"), 0o600), os.Chtimes(half, soon, soon)); err != nil { // it was written just now
		t.Fatal(err)
	}
	if err := turn(); err != nil {
		t.Fatal(err)
	}
	if s := x.status(t); s.Figures != 2 || s.New != 2 || x.Counts()["exchange"].Asked != 1 {
		t.Errorf("%+v %+v", s, x.Counts())
	}
	if err := turn(); err != nil || x.Counts()["exchange"].Asked != 1 {
		t.Error("what was taken is read again:", err, x.Counts())
	}

	// One wrong line, and nothing of the file is taken; the reason stands beside it, and it is not tried for ever.
	drops(t, folder, "two.csv", "BP 36.00\nVOD\n")
	if err := turn(); fault.KindOf(err) != fault.Upstream || !strings.Contains(err.Error(), "two.csv") {
		t.Error(err)
	}
	reason, err := os.ReadFile(filepath.Join(folder, "two.csv.refused.txt"))
	if err != nil || !strings.Contains(string(reason), "nothing of it") || !strings.Contains(string(reason), `"VOD\n" is no line`) {
		t.Errorf("%s %v", reason, err)
	}
	if q, err := x.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{}); err != nil || q.Value.String() != "35.91" {
		t.Error(q.Value, err)
	}
	if err := turn(); err != nil || x.Counts()["exchange"].Refused != 1 {
		t.Error("what was refused is tried again:", err)
	}

	// Put right, it is another file, and the reason goes.
	drops(t, folder, "two.csv", "BP 36.00\nVOD 14.20\n")
	if err := turn(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "two.csv.refused.txt")); !os.IsNotExist(err) {
		t.Error("the reason still stands there:", err)
	}
	if q, err := x.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{}); err != nil || q.Value.String() != "36.00" {
		t.Error(q.Value, err)
	}
	// Touched, and not changed.
	drops(t, folder, "two.csv", "BP 36.00\nVOD 14.20\n")
	if err := turn(); err != nil || x.Counts()["exchange"].Read != 2 {
		t.Error(err, x.Counts())
	}
}

func TestAFolderThatIsNotThereIsTold(t *testing.T) {
	for folder, want := range map[string]string{"": "no folder is configured", filepath.Join(t.TempDir(), "gone"): "cannot be read"} {
		x := newExchange(t, wire.Quotes{Folder: true, Every: 10 * time.Second}, folder)
		if _, err := x.Turn(t.Context(), x.provider); fault.KindOf(err) != fault.Invalid {
			t.Error(err)
		}
		if s := x.status(t); s.Failures != 1 || !strings.Contains(s.Problem, want) {
			t.Errorf("%+v", s)
		}
	}
}
