package gate_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api/gate"
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/storetest"
)

var noon = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)

// world is a server behind a gate. It answers with the address that it was asked and the headers that can hold a key.
type world struct {
	*httptest.Server
	db    *store.DB
	ring  *keys.Ring
	clock atomic.Int64 // seconds since noon
	mu    sync.Mutex
	log   bytes.Buffer
}

// from is the header by which a test says from which address it asks.
const from = "X-From"

func newWorld(t *testing.T, o gate.Options) *world {
	t.Helper()
	db := storetest.Open(t)
	w := &world{db: db}
	o.Fail, o.Now, o.Log = native.Fail, w.now, slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.ring = keys.NewRing(db, keys.Options{Now: w.now, Log: o.Log})
	gated := gate.New(w.ring, o).Before(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(rw, r.RequestURI, r.URL, r.Header["Authorization"], r.Header["Apikey"])
	}))
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if address := r.Header.Get(from); address != "" {
			r.RemoteAddr = address
		}
		gated.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.Close)
	return w
}

// Write keeps what is logged.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

func (w *world) now() time.Time { return noon.Add(time.Duration(w.clock.Load()) * time.Second) }

func (w *world) key(t *testing.T, name string, perMinute int) string {
	t.Helper()
	k, secret, err := keys.New(name, perMinute, w.now())
	if err == nil {
		err = w.db.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// ask asks; the headers are name and value in turn.
func (w *world) ask(t *testing.T, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// statuses asks n times and returns how often each status was the answer.
func (w *world) statuses(t *testing.T, n int, path string, headers ...string) map[int]int {
	t.Helper()
	found := map[int]int{}
	for range n {
		resp, _ := w.ask(t, http.MethodGet, path, headers...)
		found[resp.StatusCode]++
	}
	return found
}

func TestWhereNothingIsSetNobodyIsRefusedAndKeysOfOthersAreLeftAlone(t *testing.T) {
	w := newWorld(t, gate.Options{})
	const path = "/api/latest?access_key=0123456789abcdef&apikey=&app_id=x%zz&base=EUR"
	for range 20 {
		resp, body := w.ask(t, http.MethodGet, path, "Authorization", "Token 42", "apikey", "another's")
		if want := path + " " + path + " [Token 42] [another's]\n"; resp.StatusCode != http.StatusOK || body != want {
			t.Fatalf("%d %q, want %q", resp.StatusCode, body, want)
		}
		if resp.Header.Get("RateLimit-Limit") != "" {
			t.Errorf("a limit is told: %v", resp.Header)
		}
	}
}

func TestAnAddressIsRefusedAboveItsLimitUntilItsMinuteIsOver(t *testing.T) {
	w := newWorld(t, gate.Options{PerAddress: 3})
	for range 3 {
		resp, _ := w.ask(t, http.MethodGet, "/a")
		if resp.StatusCode != http.StatusOK || resp.Header.Get("RateLimit-Remaining") != "" {
			t.Errorf("%d %v", resp.StatusCode, resp.Header)
		}
		w.clock.Add(5)
	}
	resp, body := w.ask(t, http.MethodGet, "/a?b=c")
	if resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, "may ask 3 times a minute") || !strings.Contains(body, `"type":"/api/#limit"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Retry-After": "45", "RateLimit-Limit": "3", "RateLimit-Remaining": "0", "RateLimit-Reset": "45",
		"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*", "Content-Type": "application/problem+json; charset=utf-8",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	w.clock.Add(44)
	if got := w.statuses(t, 1, "/a"); got[429] != 1 {
		t.Errorf("a second too early: %v", got)
	}
	w.clock.Add(1)
	if got := w.statuses(t, 4, "/a"); got[200] != 3 || got[429] != 1 {
		t.Errorf("in the next minute: %v", got)
	}
}

func TestOfIPv6AHouseholdIsCountedAsOne(t *testing.T) {
	w := newWorld(t, gate.Options{PerAddress: 2})
	for _, c := range []struct {
		address string
		status  int
	}{
		{"[2001:db8:1:2::1]:1000", 200},
		{"[2001:db8:1:2:ffff::9%eth0]:1001", 200},
		{"[2001:db8:1:2::77]:1002", 429},
		{"[2001:db8:1:3::1]:1003", 200},
		{"192.0.2.1:1", 200},
		{"[::ffff:192.0.2.1]:2", 200},
		{"192.0.2.1:3", 429},
		{"192.0.2.2:4", 200},
		{"@", 200},
		{"a socket", 200},
		{"another socket", 429},
	} {
		if resp, _ := w.ask(t, http.MethodGet, "/", from, c.address); resp.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", c.address, resp.StatusCode, c.status)
		}
	}
}

func TestAKeyIsReadWhereClientsPutItAndGoesNoFurther(t *testing.T) {
	w := newWorld(t, gate.Options{PerAddress: 1})
	secret := w.key(t, "app", 0)
	for _, c := range []struct {
		path, want string
		headers    []string
	}{
		{"/a", "/a", []string{"Authorization", "Bearer " + secret}},
		{"/a", "/a", []string{"Authorization", "bearer  " + secret}},
		{"/a", "/a", []string{"Authorization", "Token " + secret}},
		{"/a", "/a", []string{"apikey", secret}},
		{"/a?access_key=" + secret, "/a", nil},
		{"/a?b=c&app_id=" + secret + "&a=%zz", "/a?b=c&a=%zz", nil},
		{"/a?b=c&apikey=" + strings.Replace(secret, "_", "%5F", 1), "/a?b=c", nil},
		{"/v6/" + secret + "/latest/USD", "/v6/-/latest/USD", nil},
		{"/a?access_key=" + secret + "&access_key=ck_other", "/a", []string{"Authorization", "Bearer " + secret}},
	} {
		for range 3 {
			resp, body := w.ask(t, http.MethodGet, c.path, c.headers...)
			if want := c.want + " " + c.want + " [] []\n"; resp.StatusCode != http.StatusOK || body != want {
				t.Errorf("%s: %d %q, want %q", c.path, resp.StatusCode, body, want)
			}
		}
	}
}

func TestAKeyThatIsUnknownOrRevokedIsRefusedAndNeverSaid(t *testing.T) {
	w := newWorld(t, gate.Options{})
	secret := w.key(t, "app", 0)
	if got := w.statuses(t, 1, "/?apikey="+secret); got[200] != 1 {
		t.Fatalf("%v", got)
	}
	if err := w.db.RevokeKey(t.Context(), "app", w.now()); err != nil {
		t.Fatal(err)
	}
	w.clock.Add(5)
	for _, key := range []string{secret, "ck_", "ck_" + strings.Repeat("a", 32)} {
		resp, body := w.ask(t, http.MethodGet, "/?a=b&access_key="+key)
		if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(body, "not known here, or was revoked") ||
			!strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer") || !strings.Contains(body, `"instance":"/?a=b"`) {
			t.Errorf("%s: %d %v %s", key, resp.StatusCode, resp.Header, body)
		}
	}
	if log := w.log.String(); !strings.Contains(log, "request failed") || strings.Contains(log, "ck_") {
		t.Errorf("the log says %s", log)
	}
}

func TestAKeyHasALimitOfItsOwnAndItsUseIsCounted(t *testing.T) {
	w := newWorld(t, gate.Options{PerAddress: 1})
	small, free := w.key(t, "small", 5), w.key(t, "free", 0)
	if got := w.statuses(t, 8, "/", "Authorization", "Bearer "+small); got[200] != 5 || got[429] != 3 {
		t.Errorf("%v, want five of eight", got)
	}
	if got := w.statuses(t, 20, "/", "Authorization", "Bearer "+free); got[200] != 20 {
		t.Errorf("%v, want all of twenty", got)
	}
	if got := w.statuses(t, 2, "/"); got[200] != 1 || got[429] != 1 {
		t.Errorf("%v, want one of two: what is asked with a key is not its address's", got)
	}
	w.ring.Flush(t.Context())
	tallies, err := w.db.Tallies(t.Context(), noon)
	if err != nil || tallies["small"] != (keys.Tally{Today: 5, Total: 5, Refused: 3}) || tallies["free"].Total != 20 {
		t.Errorf("%+v, %v", tallies, err)
	}
}

func TestWhatIsLeftIsToldOnlyWhereNobodyKeepsTheReply(t *testing.T) {
	w := newWorld(t, gate.Options{PerAddress: 4})
	for _, c := range []struct{ method, left string }{
		{http.MethodPost, "3"}, {http.MethodGet, ""}, {http.MethodOptions, ""}, {http.MethodHead, ""}, {http.MethodPost, "0"}, {http.MethodOptions, ""}, {http.MethodGet, "0"},
	} {
		resp, _ := w.ask(t, c.method, "/")
		if got := resp.Header.Get("RateLimit-Remaining"); got != c.left {
			t.Errorf("%s: %q are left, want %q", c.method, got, c.left)
		}
	}
}

func TestOfManyWhoAskAtOnceExactlySoManyPass(t *testing.T) {
	w := newWorld(t, gate.Options{PerAddress: 20})
	secret := w.key(t, "app", 20)
	var plain, keyed atomic.Int64
	var all sync.WaitGroup
	failed := make([]error, 100)
	for i := range failed {
		all.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL, nil)
			if err != nil {
				failed[i] = err
				return
			}
			passed := &plain
			if i%2 == 0 {
				passed = &keyed
				r.Header.Set("Authorization", "Bearer "+secret)
			}
			resp, err := w.Client().Do(r)
			if err != nil {
				failed[i] = err
				return
			}
			if resp.StatusCode == http.StatusOK {
				passed.Add(1)
			}
			failed[i] = resp.Body.Close()
		})
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	if plain.Load() != 20 || keyed.Load() != 20 {
		t.Errorf("%d without a key and %d with one passed, want 20 each", plain.Load(), keyed.Load())
	}
}
