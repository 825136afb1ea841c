package staff_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/storetest"
)

var noon = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)

// world is a gate before a store of its own, and its clock.
type world struct {
	*testing.T
	db    *store.DB
	gate  *staff.Gate
	mu    sync.Mutex
	clock time.Time
}

// The passwords of the people in these tests.
const (
	phrase  = "a gate that opens inwards"
	another = "the river was high in May"
)

var (
	home   = staff.Visit{From: netip.MustParseAddr("192.0.2.7"), Agent: "Browser/1"}
	abroad = staff.Visit{From: netip.MustParseAddr("2001:db8:1:2::3"), Agent: "Browser/2"}
)

func newWorld(t *testing.T) *world { return worldOf(t, staff.Options{}) }

func worldOf(t *testing.T, o staff.Options) *world {
	t.Helper()
	t.Parallel() // most of the time is waited for the disk
	w := &world{T: t, db: storetest.Open(t), clock: noon}
	o.Now, o.Paper = w.now, "The Courant"
	if o.Origin == "" {
		o.Origin = "https://paper.example"
	}
	var err error
	if w.gate, err = staff.New(w.db, o); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) wait(passes time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(passes)
}

// fine ends the test where something failed that is not what it is about.
func (w *world) fine(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// wants reports an error that is not of a kind.
func (w *world) wants(kind fault.Kind, what string, err error) {
	w.Helper()
	if !errors.Is(err, kind) {
		w.Errorf("%s: err = %v, want fault.%s", what, err, kind)
	}
}

// founded sets the paper up, and returns the session of its first owner.
func (w *world) founded() staff.Session {
	w.Helper()
	l, err := w.gate.Setup(w.Context())
	w.fine(err)
	s, err := w.gate.Found(w.Context(), l.Token, "Olga Owner", "olga@paper.example", phrase, home)
	w.fine(err)
	return s
}

// joined invites somebody, who accepts, and returns their session.
func (w *world) joined(by staff.Session, name, email string, r staff.Role) staff.Session {
	w.Helper()
	_, l, err := w.gate.Invite(w.Context(), by, name, email, r)
	w.fine(err)
	s, err := w.gate.Accept(w.Context(), l.Token, phrase, home)
	w.fine(err)
	return s
}

// alive says whether a session can be used.
func (w *world) alive(s staff.Session) bool {
	w.Helper()
	_, err := w.gate.Session(w.Context(), s.Token, home)
	if err != nil && !errors.Is(err, fault.Denied) {
		w.Fatal(err)
	}
	return err == nil
}

func (w *world) signIn(email, password string) (staff.Session, error) {
	return w.gate.SignIn(w.Context(), email, password, home)
}

// atOnce does something n times at once and counts how often it succeeded; else the errors must be of a kind.
func (w *world) atOnce(n int, kind fault.Kind, do func(ctx context.Context, i int) error) (succeeded int) {
	w.Helper()
	outcome := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { outcome[i] = do(w.Context(), i) })
	}
	all.Wait()
	for _, err := range outcome {
		if err == nil {
			succeeded++
		} else if !errors.Is(err, kind) {
			w.Errorf("err = %v, want success or fault.%s", err, kind)
		}
	}
	return succeeded
}
