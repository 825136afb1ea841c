package hook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/web"
)

var (
	bank = market.Source{
		ID: "bank", Name: "Bank <of> A & B", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Attribution: "Bank <of> A & B, reproduction permitted",
		Issuer: "EUR", Licence: "free with the source named", Home: "https://bank.example/", Ahead: 48 * time.Hour,
	}
	shy = market.Source{ID: "shy", Name: "Shy Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
)

// wednesday is when the tests begin.
var wednesday = time.Date(2026, 1, 7, 12, 0, 0, 0, time.UTC)

// world is a paper with a runner, a clock that the test sets, and a receiver that answers as the test wants.
type world struct {
	*hook.Runner
	db       *store.DB
	ledger   *market.Ledger
	bus      bus.Bus
	receiver *receiver
	clock    time.Time
	patience time.Duration // with a receiver; 0: as much as in the program
}

// message is what a receiver got.
type message struct {
	id, signature string
	at            string // webhook-timestamp
	body          []byte
	path          string
	header        http.Header
}

// receiver is a real server. Its answer may be nil, for 204.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []message
	answer http.HandlerFunc
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		r.got = append(r.got, message{q.Header.Get("webhook-id"), q.Header.Get("webhook-signature"), q.Header.Get("webhook-timestamp"), body, q.Method + " " + q.URL.RequestURI(), q.Header})
		answer := r.answer
		r.mu.Unlock()
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) host() string { return strings.TrimPrefix(r.URL, "http://") }

// says sets how the receiver answers from now on.
func (r *receiver) says(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// taken returns what was received since the last time.
func (r *receiver) taken() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldOver(t, filepath.Join(t.TempDir(), "paper.db"), newReceiver(t))
}

// worldOver is a machine of its own over the store at a URL.
func worldOver(t *testing.T, url string, r *receiver) *world {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{db: db, receiver: r, clock: wednesday, bus: bus.New()}
	w.ledger = market.NewLedger(db, w.bus, market.LedgerOptions{Now: w.now})
	w.restart(t, r.host())
	return w
}

func (w *world) now() time.Time { return w.clock }

// restart makes a runner that knows nothing of what the last one did.
func (w *world) restart(t *testing.T, trusted ...string) {
	t.Helper()
	fetch := web.NewFetcher(web.FetcherOptions{Told: true, Trusted: trusted, Timeout: w.patience, Most: hook.MostBody})
	t.Cleanup(fetch.Close)
	w.Runner = hook.NewRunner(w.ledger, w.bus, w.db, fetch, hook.Options{
		Address: "https://paper.example", Trusted: trusted, Now: w.now, Jitter: func(time.Duration) time.Duration { return 0 },
	})
}

// add adds a hook about a pair, or about a source where above is empty.
func (w *world) add(t *testing.T, about, above string) hook.Hook {
	t.Helper()
	pair, source := about, ""
	if above == "" {
		pair, source = "", about
	}
	subject, err := hook.ParseSubject(pair, above, source)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hook.New(w.receiver.URL+"/in?key=7", subject, []string{w.receiver.host()}, w.clock)
	if err == nil {
		err = w.db.AddHook(t.Context(), h)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// say records what a source says of a day of January now.
func (w *world) say(t *testing.T, source market.Source, pair market.Symbol, value string, day int) {
	t.Helper()
	at := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
	o := market.NewObservation(pair, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: w.clock}, source.ID, "line 7")
	if _, err := w.ledger.Record(t.Context(), []market.Source{source}, []market.Observation{o}, nil); err != nil {
		t.Fatal(err)
	}
}

// after lets time pass and takes a turn.
func (w *world) after(t *testing.T, d time.Duration) time.Duration {
	t.Helper()
	w.clock = w.clock.Add(d)
	wait, err := w.Turn(t.Context())
	if err != nil {
		t.Fatalf("at %s: %v", w.clock, err)
	}
	return wait
}

func (w *world) hook(t *testing.T, id string) hook.Hook {
	t.Helper()
	h, err := hook.Find(t.Context(), w.db, id)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (w *world) deliveries(t *testing.T) []hook.Delivery {
	t.Helper()
	all, err := w.db.Deliveries(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// verify checks a message as a receiver should, from the text of the secret and nothing else of ours.
func verify(t *testing.T, m message, secret string, now time.Time) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", m.id, m.at, m.body)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); m.signature != want {
		t.Errorf("%s is signed %s, want %s", m.id, m.signature, want)
	}
	if m.at != fmt.Sprint(now.Unix()) || strings.Contains(m.id, ".") || !strings.HasPrefix(m.id, "msg_") {
		t.Errorf("message %s of %s at %s", m.id, m.at, now)
	}
	if m.path != "POST /in?key=7" || m.header.Get("Content-Type") != "application/json" || !json.Valid(m.body) || len(m.body) > 20_000 {
		t.Errorf("%s %v %s", m.path, m.header, m.body)
	}
}

// parts are what tests look at of a body.
type parts struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Event, Pair, Percent, Day string
		BaseDay                   string `json:"base_day"`
		Count                     int
		Numbers                   []struct{ ID, Symbol, Value, Record string }
		Value, Previous           struct{ Value string }
	} `json:"data"`
}

func read(t *testing.T, m message) parts {
	t.Helper()
	var p parts
	if err := json.Unmarshal(m.body, &p); err != nil {
		t.Fatalf("%v: %s", err, m.body)
	}
	return p
}

// told is what messages tell, in short.
func told(t *testing.T, all []message) string {
	t.Helper()
	var words []string
	for _, m := range all {
		switch p := read(t, m); p.Type {
		case "pair.moved":
			words = append(words, fmt.Sprintf("%s %s from %s to %s", p.Data.Pair, p.Data.Percent, p.Data.Previous.Value, p.Data.Value.Value))
		default:
			words = append(words, fmt.Sprintf("%s of %s, %d", p.Type, p.Data.Day, p.Data.Count))
		}
	}
	return strings.Join(words, "; ")
}
