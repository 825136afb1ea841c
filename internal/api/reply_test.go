package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/storetest"
)

var reading = time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)

// open returns a face over a store of its own, and what it stands on.
func open(t *testing.T, o api.Options) (*api.Face, *market.Ledger, bus.Bus) {
	t.Helper()
	db := storetest.Open(t)
	o.Now = func() time.Time { return reading }
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{Now: o.Now})
	return api.New(ledger, b, o), ledger, b
}

// fail answers in plain words.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	http.Error(w, fault.Sentence(err), api.Status(err))
}

// ask asks a handler; the headers are name and value in turn.
func ask(t *testing.T, h http.Handler, method, target, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// counting answers with a body, and counts how often it was made.
func counting(body string, made *atomic.Int64) func(api.Question) (api.Reply, error) {
	return func(api.Question) (api.Reply, error) {
		made.Add(1)
		return api.Reply{Body: []byte(body)}, nil
	}
}

func TestAReplyIsMadeOnceAndKnownAgainByItsTag(t *testing.T) {
	f, _, b := open(t, api.Options{})
	var made atomic.Int64
	h := f.Answer(fail, []string{"base"}, counting(`{"a":1}`, &made))
	first := ask(t, h, "GET", "/x?base=EUR", "")
	tag := first.Header.Get("ETag")
	if first.StatusCode != 200 || text(t, first) != `{"a":1}` || !strings.HasPrefix(tag, `"`) || first.Header.Get("Content-Type") != api.JSON {
		t.Fatalf("%d %v", first.StatusCode, first.Header)
	}
	if again := ask(t, h, "GET", "/x?base=EUR", "", "If-None-Match", tag); again.StatusCode != 304 || text(t, again) != "" || again.Header.Get("ETag") != tag {
		t.Errorf("with its tag: %d %v", again.StatusCode, again.Header)
	}
	if other := ask(t, h, "GET", "/x?base=EUR", "", "If-None-Match", `"another"`); other.StatusCode != 200 {
		t.Errorf("with another tag: %d", other.StatusCode)
	}
	head := ask(t, h, "HEAD", "/x?base=EUR", "")
	if head.StatusCode != 200 || head.Header.Get("Content-Length") != "7" || text(t, head) != "" || head.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
	if made.Load() != 1 {
		t.Errorf("one question was answered %d times", made.Load())
	}
	b.Publish(bus.Event{Topic: market.PriceTopic})
	ask(t, h, "GET", "/x?base=EUR", "")
	if made.Load() != 2 {
		t.Errorf("after a change it was made %d times, want 2", made.Load())
	}
	ask(t, h, "GET", "/x?base=USD", "")
	ask(t, h, "GET", "/x?base=USD", "", "Accept", "text/csv")
	if made.Load() != 4 {
		t.Errorf("three questions were made %d times, want 4 with the first twice", made.Load())
	}
}

func TestEveryPageOfTheWebMayReadAReply(t *testing.T) {
	f, _, _ := open(t, api.Options{})
	var made atomic.Int64
	h := f.Answer(fail, []string{}, counting("{}", &made))
	for _, resp := range []*http.Response{
		ask(t, h, "GET", "/x", "", "Origin", "https://other.example"), ask(t, h, "GET", "/x?no=1", ""), ask(t, h, "OPTIONS", "/x", ""), ask(t, h, "DELETE", "/x", ""),
	} {
		if resp.Header.Get("Access-Control-Allow-Origin") != "*" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%d: %v", resp.StatusCode, resp.Header)
		}
	}
	pre := ask(t, h, "OPTIONS", "/x", "", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
	if pre.StatusCode != 204 || pre.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" || pre.Header.Get("Access-Control-Allow-Headers") != "if-none-match" {
		t.Errorf("preflight: %d %v", pre.StatusCode, pre.Header)
	}
}

func TestWhatIsNotAnsweredIsRefusedInASentenceAndNotKept(t *testing.T) {
	f, _, _ := open(t, api.Options{})
	var made atomic.Int64
	none := f.Answer(fail, []string{}, counting("{}", &made))
	some := f.Answer(fail, []string{"base", "to"}, counting("{}", &made))
	any := f.Answer(fail, nil, counting("{}", &made))
	for _, c := range []struct {
		h              http.Handler
		method, target string
		status         int
		want           string
	}{
		{none, "GET", "/x?base=EUR", 400, "unknown parameter: base; this address takes none"},
		{some, "GET", "/x?bse=EUR", 400, "unknown parameter: bse; known are base, to"},
		{some, "GET", "/x?base=EUR&base=USD", 400, "base stands 2 times"},
		{some, "GET", "/x?base=%zz", 400, "cannot be read"},
		{some, "GET", "/x?base=" + strings.Repeat("E", 3000), 400, "more than 2048 characters"},
		{some, "POST", "/x", 405, "POST is not answered here: ask with GET"},
		{any, "GET", "/x?whatever=1&whatever=2", 200, ""},
	} {
		resp := ask(t, c.h, c.method, c.target, "")
		if body := text(t, resp); resp.StatusCode != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %.40s: %d %s", c.method, c.target, resp.StatusCode, body)
		}
		if c.status != 200 && resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %.40s: a refusal may be kept: %q", c.method, c.target, resp.Header.Get("Cache-Control"))
		}
		if allow := resp.Header.Get("Allow"); (c.status == 405) != (allow == "GET, HEAD, OPTIONS") {
			t.Errorf("%s: allowed are %q", c.method, allow)
		}
	}
}

func TestAnErrorIsNotKept(t *testing.T) {
	f, _, _ := open(t, api.Options{})
	var made atomic.Int64
	h := f.Answer(fail, nil, func(api.Question) (api.Reply, error) {
		if made.Add(1) == 1 {
			return api.Reply{}, fault.Because(fault.Busy, "too much")
		}
		return api.Reply{Body: []byte("{}")}, nil
	})
	if first := ask(t, h, "GET", "/x", ""); first.StatusCode != 503 || first.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", first.StatusCode, first.Header)
	}
	if second := ask(t, h, "GET", "/x", ""); second.StatusCode != 200 {
		t.Errorf("%d", second.StatusCode)
	}
}

func TestWhatIsTakenIsNotKept(t *testing.T) {
	f, _, _ := open(t, api.Options{})
	h := f.Take(fail, []string{"date"}, func(q api.Question) (api.Reply, error) {
		b, err := io.ReadAll(q.Body)
		return api.Reply{Body: bytes.ToUpper(b)}, err
	})
	resp := ask(t, h, "POST", "/x?date=1", "table")
	if text(t, resp) != "TABLE" || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	if resp := ask(t, h, "GET", "/x", ""); resp.StatusCode != 405 || resp.Header.Get("Allow") != "POST, OPTIONS" || !strings.Contains(text(t, resp), "ask with POST") {
		t.Errorf("GET: %d %v", resp.StatusCode, resp.Header)
	}
	if resp := ask(t, h, "OPTIONS", "/x", ""); resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Methods") != "POST, OPTIONS" {
		t.Errorf("OPTIONS: %d %v", resp.StatusCode, resp.Header)
	}
}

func TestAReplyLastsUntilItsSourcesPublishAgain(t *testing.T) {
	next := map[market.SourceID]time.Duration{"hour": time.Hour, "week": 7 * 24 * time.Hour, "late": -time.Hour}
	f, _, _ := open(t, api.Options{Next: func(_ context.Context, sources []market.SourceID) time.Time {
		if d, ok := next[sources[0]]; ok {
			return reading.Add(d)
		}
		return time.Time{}
	}})
	for _, c := range []struct {
		source  market.SourceID
		lasting bool
		want    string
	}{
		{"hour", false, "max-age=3600,"},
		{"week", false, "max-age=86400,"},
		{"late", false, "max-age=5,"},
		{"unknown", false, "max-age=5,"},
		{"late", true, "max-age=3600,"},
		{"week", true, "max-age=86400,"},
	} {
		h := f.Answer(fail, nil, func(api.Question) (api.Reply, error) {
			return api.Reply{Body: []byte("{}"), Sources: []market.SourceID{c.source}, Lasting: c.lasting}, nil
		})
		resp := ask(t, h, "GET", "/"+string(c.source)+c.want, "")
		if got := resp.Header.Get("Cache-Control"); !strings.HasPrefix(got, "public, "+c.want) {
			t.Errorf("%s, lasting %v: %s, want %s", c.source, c.lasting, got, c.want)
		}
	}
}

func TestALongReplyIsStreamedInParts(t *testing.T) {
	f, _, _ := open(t, api.Options{})
	line := strings.Repeat("x", 1023) + "\n"
	h := f.Answer(fail, nil, func(q api.Question) (api.Reply, error) {
		return api.Reply{ContentType: "text/csv", Header: http.Header{"Vary": {"Accept"}}, Stream: func(w io.Writer) error {
			for range 100 {
				if _, err := io.WriteString(w, line); err != nil {
					return err
				}
			}
			if q.URL.Path == "/broken" {
				return errors.New("the disk is gone")
			}
			return nil
		}}, nil
	})
	server := httptest.NewServer(h)
	defer server.Close()
	get := func(ctx context.Context, method, path string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, method, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return server.Client().Do(r)
	}
	resp, err := get(t.Context(), "GET", "/")
	if err != nil {
		t.Fatal(err)
	}
	if body := text(t, resp); len(body) != 100*1024 || resp.Header.Get("Content-Type") != "text/csv" || resp.Header.Get("Access-Control-Allow-Origin") != "*" ||
		resp.Header.Get("ETag") != "" || resp.Header.Get("Vary") != "Accept" {
		t.Errorf("%d bytes, %v", len(body), resp.Header)
	}
	resp, err = get(t.Context(), "HEAD", "/")
	if err != nil || resp.StatusCode != 200 || text(t, resp) != "" {
		t.Errorf("HEAD: %v %v", resp, err)
	}
	// Half a reply must not look whole: the connection is cut.
	resp, err = get(t.Context(), "GET", "/broken")
	if err == nil {
		_, err = io.ReadAll(resp.Body)
	}
	if err == nil {
		t.Error("a stream that broke off looks whole")
	}
}

func TestAStreamEndsWhenItsReaderLeaves(t *testing.T) {
	f, _, _ := open(t, api.Options{})
	ended := make(chan error, 1)
	h := f.Answer(fail, nil, func(api.Question) (api.Reply, error) {
		return api.Reply{ContentType: "text/csv", Stream: func(w io.Writer) error {
			for {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					ended <- err
					return err
				}
			}
		}}, nil
	})
	server := httptest.NewServer(h)
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	leave()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it did not end")
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on without a reader")
	}
}

func TestOnlySourcesSpeakThatMayBePassedOn(t *testing.T) {
	f, ledger, _ := open(t, api.Options{})
	var sources []market.Source
	var said []market.Observation
	for id, terms := range map[market.SourceID]market.Terms{"free": market.Free, "show": market.ShowOnly, "none": "", "private": market.Private} {
		sources = append(sources, market.Source{ID: id, Name: string(id), Kind: market.Official, Fresh: 96 * time.Hour, Terms: terms})
		pair := map[market.SourceID]market.Symbol{"free": "EUR/USD", "show": "EUR/JPY", "none": "EUR/CHF", "private": "EUR/GBP"}[id]
		said = append(said, market.NewObservation(pair, market.Rate, currency.MustDecimal("1.5"), market.Moment{At: reading, Seen: reading}, id, ""))
	}
	if _, err := ledger.Record(t.Context(), sources, said, nil); err != nil {
		t.Fatal(err)
	}
	b, err := f.Ledger().Board(t.Context(), "EUR", market.AsOf{})
	if err != nil || len(b.Prices) != 1 || b.Prices[0].Source != "free" {
		t.Errorf("%v %v", b.Prices, err)
	}
}

func TestANumberOfJSONHasEveryDigit(t *testing.T) {
	for _, digits := range []string{"1.0", "0.00000000000000000000001", "123456789012345678901234567890.12", "-0.10"} {
		if b, err := api.Number(currency.MustDecimal(digits)).MarshalJSON(); err != nil || string(b) != digits {
			t.Errorf("%s: %s %v", digits, b, err)
		}
	}
}
