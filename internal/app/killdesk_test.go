package app_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

const (
	killDeskData     = "COURANT_KILL_TEST_DESK"     // the data directory: tells a child that it serves a desk
	killDeskDatabase = "COURANT_KILL_TEST_DATABASE" // the database of that desk; empty: in the directory
	killDeskRounds   = "COURANT_KILL_TEST_ROUNDS"   // how often the desk is killed, where not as often as usual
)

// TestKillNineTakesNothingFromTheDesk kills a serving paper again and again while its newsroom types and publishes.
func TestKillNineTakesNothingFromTheDesk(t *testing.T) {
	if data := os.Getenv(killDeskData); data != "" {
		serveUntilKilled(t, killConfig(data, os.Getenv(killDeskDatabase)))
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no kill -9 on Windows")
	}
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	if text := os.Getenv(killDeskRounds); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("SQLite", func(t *testing.T) { killDesk(t, "", rounds) })
	t.Run("PostgreSQL", func(t *testing.T) { killDesk(t, must.Postgres(t), max(5, rounds/20)) })
}

func killConfig(data, database string) app.Config {
	return app.Config{Data: data, Database: database, Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR"}
}

func serveUntilKilled(t *testing.T, c app.Config) {
	a, err := app.New(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("open at %s\n", a.Addr())
	if err := a.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// newsdesk is a desk that is killed, and who writes there.
type newsdesk struct {
	*testing.T
	parent  string // the name of the test that a child runs
	config  app.Config
	writers []*scribe
	told    map[news.StoryID]*told
	said    map[string]int // how often what was acknowledged
	doubts  int            // what was under way at a kill
	lasted  int            // of that, what had come about all the same
}

// told is what was acknowledged of a story besides its text, by whomever it was.
type told struct {
	sync.Mutex
	notes, reasons []string
}

func killDesk(t *testing.T, database string, rounds int) {
	parent, _, _ := strings.Cut(t.Name(), "/")
	d := &newsdesk{T: t, parent: parent, config: killConfig(filepath.Join(t.TempDir(), "data"), database), told: map[news.StoryID]*told{}, said: map[string]int{}}
	d.open(func(h *app.House) {
		d.hire(h)
		d.fix(h, 0, false)
	})
	for round := range rounds {
		d.live(round)
		d.open(func(h *app.House) {
			d.checkStories(h)
			d.fix(h, round, round%3 == 0)
			d.fix(h, round+1, false)
		})
		if t.Failed() {
			t.Fatalf("after %d rounds", round+1)
		}
	}
	d.open(d.checkAll)
	address, die := d.serve()
	pages := 0
	for _, w := range d.writers {
		for _, s := range w.past {
			pages += d.readersSee(address, s)
		}
	}
	die()
	if d.said["keep"] == 0 || d.said["save"] == 0 || rounds >= 25 && (d.said["publish"] == 0 || d.said["correct"] == 0 || pages == 0) {
		t.Errorf("too little happened: %v, and readers have %d pages", d.said, pages)
	}
	t.Logf("%d kills; acknowledged %v; %d requests were under way, of which %d had come about; readers have %d pages", rounds, d.said, d.doubts, d.lasted, pages)
}

// open opens the paper while nobody serves it.
func (d *newsdesk) open(use func(h *app.House)) {
	d.Helper()
	if d.config.Database != "" {
		alone(d.T, d.config.Database)
	}
	h, err := app.Open(d.Context(), d.config)
	if err != nil {
		d.Fatal(err)
	}
	use(h)
	if err := h.Close(); err != nil {
		d.Fatal(err)
	}
}

// alone waits until PostgreSQL has done with what a killed program had still asked of it.
func alone(t *testing.T, database string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	waited(t, func() bool {
		var others int
		err := c.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").Scan(&others)
		if err != nil {
			t.Fatal(err)
		}
		return others == 0
	})
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// hire lets four editors in.
func (d *newsdesk) hire(h *app.House) {
	v := staff.Visit{From: netip.MustParseAddr("127.0.0.1")}
	link, err := h.Gate.Setup(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	owner, err := h.Gate.Found(d.Context(), link.Token, "Olga Owner", "olga@paper.example", deskPassword, v)
	if err != nil {
		d.Fatal(err)
	}
	for n := range 4 {
		_, link, err := h.Gate.Invite(d.Context(), owner, fmt.Sprintf("Editor %d", n), fmt.Sprintf("editor%d@paper.example", n), staff.Editor)
		if err != nil {
			d.Fatal(err)
		}
		s, err := h.Gate.Accept(d.Context(), link.Token, deskPassword, v)
		if err != nil {
			d.Fatal(err)
		}
		d.writers = append(d.writers, &scribe{desk: d, n: n, person: string(s.Person.ID), token: s.Token})
	}
	for _, w := range d.writers {
		w.begin()
	}
}

// killedOn is the day whose rate is printed in the stories of a round.
func killedOn(round int) time.Time {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, round)
}

// fix records the rate of a round's day, or another for the same, by which what was printed is affected.
func (d *newsdesk) fix(h *app.House, round int, again bool) {
	bank := market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	value, m := "1.18", market.Moment{At: killedOn(round), Seen: killedOn(round).Add(time.Hour)}
	if again {
		value, m.Seen = "1.29", time.Now()
	}
	o := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal(value), m, "bank", "")
	if _, err := h.Ledger.Record(d.Context(), []market.Source{bank}, []market.Observation{o}, nil); err != nil {
		d.Fatal(err)
	}
}

// serve starts the paper, and returns what kills it.
func (d *newsdesk) serve() (address string, die func()) {
	d.Helper()
	bounded, stop := context.WithTimeout(context.Background(), 5*patience) // as many pages as there are after a thousand rounds
	child := exec.CommandContext(bounded, os.Args[0], "-test.run=^"+d.parent+"$")
	child.Env = append(os.Environ(), killDeskData+"="+d.config.Data, killDeskDatabase+"="+d.config.Database)
	out, err := child.StdoutPipe()
	if err != nil {
		d.Fatal(err)
	}
	if err := child.Start(); err != nil {
		d.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "open at "); ok {
			return "http://" + at, func() {
				defer stop()
				if bounded.Err() != nil {
					d.Error("the paper does not answer")
				}
				_ = child.Process.Kill()
				_ = child.Wait() // "signal: killed" is what we want
			}
		}
		d.Log(lines.Text())
	}
	stop()
	d.Fatal("the paper did not open")
	return "", nil
}

// live lets everybody write until the paper is killed, somewhere after some acknowledgements.
func (d *newsdesk) live(round int) {
	d.Helper()
	address, die := d.serve()
	for _, w := range d.writers {
		d.readersSee(address, w.sheet)
	}
	acknowledged := make(chan string)
	var writing sync.WaitGroup
	transport := &http.Transport{MaxIdleConnsPerHost: len(d.writers)}
	defer transport.CloseIdleConnections()
	for _, w := range d.writers {
		w.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		w.address, w.round = address, round
		writing.Go(func() { w.write(acknowledged) })
	}
	go func() { writing.Wait(); close(acknowledged) }()
	for range 1 + rand.IntN(60) {
		what, open := <-acknowledged
		if !open {
			break
		}
		d.said[what]++
	}
	go func() {
		// Somewhere within the next requests: one takes a few milliseconds.
		for until := time.Now().Add(time.Duration(rand.IntN(8000)) * time.Microsecond); time.Now().Before(until); {
		}
		die()
	}()
	for what := range acknowledged {
		d.said[what]++
	}
}

// readersSee holds what readers find of a story against what was acknowledged of it, and says how many pages that are.
func (d *newsdesk) readersSee(address string, s *sheet) int {
	d.Helper()
	if s.path == "" {
		return 0
	}
	resp, body := fetched(d.T, address+s.path)
	want := http.StatusOK
	if s.State == news.Withdrawn {
		want = http.StatusGone
	}
	if resp.StatusCode != want || want == http.StatusOK && !strings.Contains(body, sentence(s.Texts[s.Live-1])) {
		d.Errorf("readers of %s: %d, and not %q: %.3000s", s.path, resp.StatusCode, s.Texts[max(0, s.Live-1)], body)
	}
	return 1
}

// checkStories holds what each wrote last against what is there. What was under way may have come about or not, whole.
func (d *newsdesk) checkStories(h *app.House) {
	d.Helper()
	for _, w := range d.writers {
		is, path := d.found(h, w.sheet.id, w.person)
		might := append([]state{w.sheet.state}, w.doubt...)
		came := slices.IndexFunc(might, func(s state) bool { return cmp.Equal(s, is) })
		if came < 0 {
			d.Errorf("of the story %s was acknowledged, or under way, one of\n%+v\nand there is\n%+v", w.sheet.id, might, is)
		}
		if len(w.doubt) > 0 {
			d.doubts++
		}
		if came > 0 {
			d.lasted++
		}
		w.sheet.state, w.sheet.path, w.doubt = is, path, nil
		if w.full() {
			w.begin()
		}
	}
}

// found reads a story as its writer would know it, and checks that it hangs together.
func (d *newsdesk) found(h *app.House, id news.StoryID, person string) (is state, path string) {
	d.Helper()
	is.State = news.Draft
	if c, err := h.Newsroom.Copy(d.Context(), id, person); err == nil {
		is.Kept, is.Copy = c.N, c.Content.Body
	}
	m, err := h.Newsroom.Story(d.Context(), id)
	if err != nil {
		return is, "" // never saved
	}
	is.State, is.Live = m.State, m.Live
	var shown []int
	for i, s := range m.Steps {
		is.Steps = append(is.Steps, fmt.Sprintf("%s>%s %d", s.From, s.To, s.Revision))
		if s.N != i+1 {
			d.Errorf("step %d of %s is the %d-th", s.N, id, i+1)
		}
		if s.To == news.Published {
			shown = append(shown, s.Revision)
		}
	}
	for i, r := range m.Revisions {
		is.Texts = append(is.Texts, r.Content.Body)
		if r.N != i+1 {
			d.Errorf("revision %d of %s is the %d-th", r.N, id, i+1)
		}
	}
	for _, n := range shown {
		if pins, ok := m.Pins[n]; !ok || len(pins) != 1 || len(pins[0].From) != 1 || n > len(m.Revisions) {
			d.Errorf("revision %d of %s was published with %d revisions and the pins %v", n, id, len(m.Revisions), m.Pins[n])
		}
	}
	if len(m.Pins) != len(shown) || m.Live > 0 && m.Live != shown[len(shown)-1] || m.Live > 0 == (m.Published.IsZero() || m.State == news.Withdrawn) {
		d.Errorf("of %s readers see revision %d, published %v; the steps published %v and pinned are %d", id, m.Live, m.Published, shown, len(m.Pins))
	}
	if !m.Published.IsZero() {
		path = news.Article{Slug: m.Slug, Published: m.Published}.Path()
	}
	return is, path
}

// checkAll looks at every story that was ever begun, and at what was said of it.
func (d *newsdesk) checkAll(h *app.House) {
	d.Helper()
	for _, w := range d.writers {
		w.past = append(w.past, w.sheet)
		for _, s := range w.past {
			if is, _ := d.found(h, s.id, w.person); !cmp.Equal(is, s.state) {
				d.Errorf("the story %s was left as\n%+v\nand is\n%+v", s.id, s.state, is)
			}
		}
	}
	for id, told := range d.told {
		notes, err := h.Newsroom.Notes(d.Context(), id)
		if err != nil {
			d.Fatal(err)
		}
		there := map[string]bool{}
		for i, n := range notes {
			there[n.Text] = true
			if n.N != i+1 {
				d.Errorf("note %d of %s is the %d-th", n.N, id, i+1)
			}
		}
		if len(told.reasons) > 0 {
			m, err := h.Newsroom.Story(d.Context(), id)
			if err != nil {
				d.Fatal(err)
			}
			for _, s := range m.Dismissed {
				there[s.Reason] = true
			}
		}
		for _, text := range append(told.notes, told.reasons...) {
			if !there[text] {
				d.Errorf("%q was acknowledged of %s and is not there", text, id)
			}
		}
	}
	if d.config.Database != "" {
		return // a throw-away server does not wait for its disk, which is found
	}
	findings, err := h.Store.Check(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	for _, f := range findings {
		if !f.OK {
			d.Errorf("%s: %s", f.What, f.Finding)
		}
	}
}
