package feed_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/feed"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	bank = market.Source{
		ID: "bank", Name: "Bank <of> A & B", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Attribution: "Bank <of> A & B, reproduction permitted", Issuer: "EUR",
	}
	club = market.Source{ID: "club", Name: "A collection", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.Free}
	shy  = market.Source{ID: "shy", Name: "Shy Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
	mute = market.Source{ID: "mute", Name: "Mute Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
)

// house is the feeds over a store of their own.
type house struct {
	mux    *http.ServeMux
	ledger *market.Ledger
}

func day(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }

func said(source market.Source, pair market.Symbol, value string, at time.Time) market.Observation {
	return market.NewObservation(pair, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(16*time.Hour + 5*time.Minute)}, source.ID, "line 7")
}

// full is asked on 1 March 2026, and knows some days of January.
func full(t testing.TB) *house {
	t.Helper()
	db := storetest.Open(t)
	now := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	b := bus.New()
	h := &house{mux: http.NewServeMux(), ledger: market.NewLedger(db, b, market.LedgerOptions{Now: now})}
	if err := db.PutMasthead(t.Context(), news.MastheadRevision{N: 1, By: "tests", Masthead: news.Masthead{Name: "The Prijscourant"}}); err != nil {
		t.Fatal(err)
	}
	feed.Mount(h.mux, api.New(h.ledger, b, api.Options{Now: now}), news.NewPaper(db).Masthead)
	h.record(t,
		said(bank, "EUR/USD", "1.1800", day(5)), said(bank, "EUR/JPY", "184.20", day(5)),
		said(bank, "EUR/USD", "1.1859", day(6)), // by 0.5 per cent, and not a hair more
		said(bank, "EUR/USD", "1.1700", day(7)), said(bank, "EUR/JPY", "184.30", day(7)),
		said(club, "EUR/USD", "1.1690", day(7)), // set aside
		said(club, "EUR/USD", "1.1910", day(12)),
		said(shy, "EUR/USD", "1.5000", day(9)), said(shy, "EUR/TRY", "51.2", day(9)),
		said(bank, "EUR/SYP", "15280", time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)), said(bank, "EUR/SYP", "153.1", day(5)),
	)
	return h
}

func (h *house) record(t testing.TB, all ...market.Observation) {
	t.Helper()
	if _, err := h.ledger.Record(t.Context(), []market.Source{bank, club, shy, mute}, all, nil); err != nil {
		t.Fatal(err)
	}
}

// ask asks at an address of paper.example; the headers are name and value in turn.
func (h *house) ask(method, address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.Host = "paper.example"
	r.URL, _ = url.Parse(address)
	r.Header.Set("X-Forwarded-Proto", "https")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if len(headers) > 1 && headers[0] == "Host" {
		r.Host = headers[1]
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

// atom is a feed as its reader's program reads it.
type atom struct {
	XMLName xml.Name  `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Author  string    `xml:"author>name"`
	Rights  string    `xml:"rights"`
	Links   []anchor  `xml:"link"`
	Entries []event   `xml:"entry"`
}

type event struct {
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Summary string    `xml:"summary"`
	Links   []anchor  `xml:"link"`
}

type anchor struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// read reads a feed and checks what RFC 4287 asks of every one.
func read(t testing.TB, body []byte) atom {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, body)
		}
	}
	var a atom
	if err := xml.Unmarshal(body, &a); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if a.Title == "" || a.Updated.IsZero() || a.Author == "" || a.Rights == "" || len(a.Entries) > 50 {
		t.Errorf("the feed lacks something, or has too much: %s", body)
	}
	links := a.Links
	seen := map[string]bool{}
	for i, e := range a.Entries {
		if e.Title == "" || e.Summary == "" || e.Updated.IsZero() || e.Updated.After(a.Updated) || len(e.Links) == 0 || e.Links[0].Rel != "alternate" {
			t.Errorf("the entry %d lacks something: %+v", i, e)
		}
		links = append(links, e.Links...)
		seen[e.ID] = true
	}
	seen[a.ID] = true
	if len(seen) != len(a.Entries)+1 {
		t.Errorf("of %d entries and the feed not each has a name of its own", len(a.Entries))
	}
	for id := range seen {
		if !strings.HasPrefix(id, "urn:uuid:") || len(id) != len("urn:uuid:")+36 || id[23] != '8' {
			t.Errorf("the name %s is no UUID of version 8", id)
		}
	}
	for _, l := range links {
		if u, err := url.Parse(l.Href); err != nil || u.Scheme == "" || u.Host == "" {
			t.Errorf("the link %q is not whole", l.Href)
		}
	}
	return a
}

func TestFeedsAreAsTheyWereRead(t *testing.T) {
	h := full(t)
	for file, address := range map[string]string{
		"bank.atom":    "/feeds/sources/bank.atom",
		"EUR-USD.atom": "/feeds/rates/EUR-USD.atom?move=1",
		"USD-JPY.atom": "/feeds/rates/usd-jpy.atom?move=0.10",
		"EUR-JPY.atom": "/feeds/rates/EUR-JPY.atom",
	} {
		w := h.ask("GET", address)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", address, w.Code, w.Body)
			continue
		}
		read(t, w.Body.Bytes())
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, w.Body.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(want, w.Body.Bytes()) {
			t.Errorf("%s is not %s (%v): run go test ./internal/api/feed -update, and read what changed\n%s", address, path, err, w.Body)
		}
	}
}

func TestAMoveIsBeyondWhatIsAskedFor(t *testing.T) {
	h := full(t)
	for query, want := range map[string]string{
		"":           "rose by 1.79% to 1.1910, fell by 1.34% to 1.1700",
		"?move=":     "rose by 1.79% to 1.1910, fell by 1.34% to 1.1700",
		"?move=0.5":  "rose by 1.79% to 1.1910, fell by 1.34% to 1.1700",
		"?move=.499": "rose by 1.79% to 1.1910, fell by 1.34% to 1.1700, rose by 0.5% to 1.1859",
		"?move=1.5":  "rose by 1.79% to 1.1910",
		"?move=1000": "",
	} {
		w := h.ask("GET", "/feeds/rates/EUR-USD.atom"+query)
		var titles []string
		for _, e := range read(t, w.Body.Bytes()).Entries {
			titles = append(titles, strings.TrimPrefix(e.Title, "EUR/USD "))
		}
		if got := strings.Join(titles, ", "); got != want {
			t.Errorf("%s: %s\nwant %s", query, got, want)
		}
	}
	if a := read(t, h.ask("GET", "/feeds/rates/EUR-SYP.atom").Body.Bytes()); len(a.Entries) != 0 {
		t.Errorf("two zeros cut off a currency are told as a move: %+v", a.Entries)
	}
}

func TestWhatMayNotBePassedOnIsNotTold(t *testing.T) {
	h := full(t)
	if body := h.ask("GET", "/feeds/rates/EUR-USD.atom?move=0.0001").Body.String(); strings.Contains(body, "Shy") || strings.Contains(body, "1.5000") {
		t.Errorf("a closed house speaks:\n%s", body)
	}
}

func TestAnEntryKeepsItsNameAndItsTime(t *testing.T) {
	h := full(t)
	for _, address := range []string{"/feeds/rates/EUR-USD.atom?move=0.1", "/feeds/sources/bank.atom"} {
		before := read(t, h.ask("GET", address).Body.Bytes())
		for d := 13; d < 100; d++ { // more moves than there are places, of days after and before
			at := day(d)
			if d > 40 {
				at = day(40 - d)
			}
			h.record(t, said(bank, "EUR/USD", fmt.Sprintf("1.%d", 2000+100*(d%2)), at))
		}
		after := h.ask("GET", address, "Host", "www.paper.example")
		known := map[string]string{}
		a := read(t, after.Body.Bytes())
		for _, e := range a.Entries {
			known[e.ID] = e.Title + e.Updated.String() + e.Summary
		}
		if len(a.Entries) != 50 {
			t.Errorf("%s has %d entries", address, len(a.Entries))
		}
		kept := 0
		for _, e := range before.Entries {
			if now, still := known[e.ID]; still {
				kept++
				if now != e.Title+e.Updated.String()+e.Summary {
					t.Errorf("%s tells otherwise of %s", address, e.Title)
				}
			}
		}
		if kept < 3 {
			t.Errorf("of the entries of %s only %d kept their names", address, kept)
		}
		if !slices.IsSortedFunc(a.Entries, func(x, y event) int { return y.Updated.Compare(x.Updated) }) {
			t.Errorf("%s does not begin with the newest", address)
		}
	}
}

func TestAFeedIsSentAsTheHouseSends(t *testing.T) {
	h := full(t)
	const address = "/feeds/rates/EUR-USD.atom?move=1"
	w := h.ask("GET", address)
	for name, want := range map[string]string{
		"Content-Type": "application/atom+xml; charset=utf-8", "Access-Control-Allow-Origin": "*",
		"Link": `<https://paper.example/feeds/rates/EUR-USD.atom?move=1>; rel="self"`, "Last-Modified": "Mon, 12 Jan 2026 16:05:00 GMT",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	tag := w.Header().Get("Etag")
	if tag == "" || strings.HasPrefix(tag, "W/") {
		t.Errorf("the tag is %q", tag)
	}
	if again := h.ask("GET", address, "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("what is held is sent again: %d", again.Code)
	}
	if again := h.ask("GET", address, "If-Modified-Since", w.Header().Get("Last-Modified")); again.Code != http.StatusNotModified {
		t.Errorf("what is held is sent again: %d", again.Code)
	}
	if head := h.ask("HEAD", address); head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("Etag") != tag {
		t.Errorf("HEAD: %d %s", head.Code, head.Header())
	}
	if other := h.ask("GET", address, "Host", "other.example").Body.String(); strings.Contains(other, "paper.example") {
		t.Errorf("one host is told the addresses of another: %s", other)
	}
	h.record(t, said(bank, "EUR/USD", "1.2500", day(13)))
	if again := h.ask("GET", address, "If-None-Match", tag); again.Code != http.StatusOK || !strings.Contains(again.Body.String(), "1.2500") {
		t.Errorf("a new number is not told: %d %s", again.Code, again.Body)
	}
}

func TestAFeedThatIsNotThereSaysSo(t *testing.T) {
	h := full(t)
	for address, want := range map[string]struct {
		status int
		text   string
	}{
		"/feeds/sources/bank":                         {404, "there is no feed"},
		"/feeds/sources/.atom":                        {404, "there is no feed"},
		"/feeds/sources/nobody.atom":                  {404, "all are listed at /sources"},
		"/feeds/sources/shy.atom":                     {404, "all are listed at /sources"},
		"/feeds/sources/mute.atom":                    {404, "has heard nothing from mute yet"},
		"/feeds/sources/courant-table.atom":           {404, "all are listed at /sources"},
		"/feeds/sources/bank.atom?move=1":             {400, "unknown parameter: move"},
		"/feeds/rates/EURUSD.atom":                    {404, "write it as EUR-USD"},
		"/feeds/rates/EUR-USD-JPY.atom":               {404, "write it as EUR/USD"},
		"/feeds/rates/EUR-EUR.atom":                   {404, "always 1"},
		"/feeds/rates/EUR-XQZ.atom":                   {404, "XQZ"},
		"/feeds/rates/EUR-TRY.atom":                   {404, "TRY"},
		"/feeds/rates/EUR-USD.rss":                    {404, "there is no feed"},
		"/feeds/rates/EUR-USD.atom?move=0":            {400, "above zero and at most 1000"},
		"/feeds/rates/EUR-USD.atom?move=-1":           {400, "write it as 1 or 0.25"},
		"/feeds/rates/EUR-USD.atom?move=1e2":          {400, "write it as 1 or 0.25"},
		"/feeds/rates/EUR-USD.atom?move=1,5":          {400, "write it as 1 or 0.25"},
		"/feeds/rates/EUR-USD.atom?move=1000.01":      {400, "at most 1000"},
		"/feeds/rates/EUR-USD.atom?move=0.0000000001": {400, "write it as 1 or 0.25"},
		"/feeds/rates/EUR-USD.atom?move=1&move=2":     {400, "give it once"},
		"/feeds/rates/EUR-USD.atom?percent=1":         {400, "unknown parameter: percent"},
	} {
		w := h.ask("GET", address)
		body := w.Body.String()
		if w.Code != want.status || !strings.Contains(body, want.text) || strings.Count(body, "\n") != 1 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q, want %d and %q", address, w.Code, body, want.status, want.text)
		}
	}
	if w := h.ask("POST", "/feeds/rates/EUR-USD.atom"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

// Whatever is asked is answered: with a feed, or with a sentence.
func FuzzFeed(f *testing.F) {
	h := full(f)
	for _, seed := range [][3]string{
		{"sources", "bank.atom", ""},
		{"rates", "EUR-USD.atom", "move=0.5"},
		{"rates", "usd-jpy.atom", "move=1000"},
		{"rates", "-.atom", "move=."},
		{"rates", "EUR-USD.atom", "move=00.10&move=%00"},
		{"sources", "a\x00<&.atom", "x=%zz"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, kind, file, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: "/feeds/" + kind + "/" + file, RawQuery: query}
		w := httptest.NewRecorder()
		h.mux.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			read(t, w.Body.Bytes())
		case http.StatusBadRequest, http.StatusNotFound, http.StatusMovedPermanently, http.StatusTemporaryRedirect:
			if w.Body.Len() == 0 {
				t.Errorf("%s %s: %d without a word", file, query, w.Code)
			}
		default:
			t.Errorf("%s %s: %d %s", file, query, w.Code, w.Body)
		}
	})
}
