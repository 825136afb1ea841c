package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/store"
)

// somebody is an account with everything that one can have.
func somebody(name string, r staff.Role) staff.Account {
	at := seen.Add(1234 * time.Microsecond)
	return staff.Account{
		Person: staff.Person{ID: staff.ID("id-" + name), Name: name, Email: name + "@paper.example", Role: r, State: staff.Active, Since: at},
		Credentials: staff.Credentials{
			Password: "$argon2id$…", TOTP: staff.TOTP{Secret: []byte{0, 1, 0xff}, Confirmed: true, Used: 7}, Recovery: []string{"a", "b"},
			Passkeys: []staff.Passkey{{ID: []byte{0xff, 0}, Name: "Telephone", PublicKey: []byte{1}, Count: 3, Flags: 5, Transports: []string{"usb"}, Made: at}},
		},
		Sessions: []staff.Session{
			{ID: "session-" + name, Made: at, Seen: at.Add(time.Minute), Proved: at.Add(time.Second), Strong: true, Network: "192.0.2.1", Agent: "Browser"},
			{ID: "other-" + name, Made: at.Add(time.Hour), Seen: at.Add(time.Hour), Proved: at.Add(time.Hour), Network: "2001:db8::/64"},
		},
		Tickets: []staff.Ticket{{Hash: "ticket-" + name, Purpose: staff.ForReset, Person: staff.ID("id-" + name), Expires: at, Data: "{}"}},
	}
}

func did(what string) staff.Entry {
	return staff.Entry{At: seen, Person: "id-a", Action: what, Object: "x", Outcome: staff.Done, From: "192.0.2.1"}
}

func added(t *testing.T, db *store.DB, a staff.Account) staff.Account {
	t.Helper()
	if err := db.AddAccount(t.Context(), a, "", did("add "+a.Name)); err != nil {
		t.Fatal(err)
	}
	return a
}

// trail is what the audit trail tells, the oldest first.
func trail(t *testing.T, db *store.DB) string {
	t.Helper()
	all, err := db.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range slices.Backward(all) {
		told = append(told, e.Action)
	}
	return strings.Join(told, ", ")
}

func keepsAccounts(t *testing.T, url string) {
	db := open(t, url)
	b, a := added(t, db, somebody("b", staff.Editor)), added(t, db, somebody("a", staff.Owner))
	got, err := db.Account(t.Context(), a.ID)
	if diff := cmp.Diff(a, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	p, known, err := db.Credentials(t.Context(), "b@paper.example")
	if diff := cmp.Diff(b.Credentials, known); err != nil || diff != "" || p != b.Person {
		t.Errorf("%v %+v %s", err, p, diff)
	}
	people, err := db.People(t.Context())
	if diff := cmp.Diff([]staff.Person{a.Person, b.Person}, people); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	s, err := db.Session(t.Context(), "session-b")
	want := b.Sessions[0]
	want.Person = b.Person
	if err != nil || s != want {
		t.Errorf("%+v, %v; want %+v", s, err, want)
	}
	later := seen.Add(time.Hour)
	for _, at := range []time.Time{later, seen} { // what comes late takes nothing back
		if err := db.Touch(t.Context(), "session-b", at, "198.51.100."+fmt.Sprint(at.Hour())); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := db.Session(t.Context(), "session-b"); err != nil || !s.Seen.Equal(later) || s.Network != "198.51.100.17" {
		t.Errorf("%+v, %v", s, err)
	}
	again := somebody("c", staff.Owner)
	again.Email = "b@paper.example"
	if err := db.AddAccount(t.Context(), again, "", did("add another")); !errors.Is(err, fault.Conflict) {
		t.Errorf("an address that somebody has: err = %v, want fault.Conflict", err)
	}
	for name, err := range map[string]error{
		"account":     second(db.Account(t.Context(), "nobody")),
		"credentials": third(db.Credentials(t.Context(), "nobody@paper.example")),
		"session":     second(db.Session(t.Context(), "nothing")),
		"ticket":      second(db.Ticket(t.Context(), "nothing")),
		"change":      db.ChangeAccount(t.Context(), "nobody", func(*staff.Account, int) (staff.Entry, error) { return did("change nobody"), nil }),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: err = %v, want fault.NotFound", name, err)
		}
	}
	if got := trail(t, db); got != "add b, add a" {
		t.Errorf("the trail tells %s", got)
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

func changesAccounts(t *testing.T, url string) {
	db := open(t, url)
	a := added(t, db, somebody("a", staff.Owner))
	added(t, db, somebody("b", staff.Owner))
	refused := fault.Because(fault.Denied, "no")
	err := db.ChangeAccount(t.Context(), a.ID, func(a *staff.Account, owners int) (staff.Entry, error) {
		if owners != 2 {
			t.Errorf("there are %d owners, want 2", owners)
		}
		a.Name, a.Sessions, a.Tickets, a.Recovery = "Z", nil, nil, nil
		return did("be refused"), refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("err = %v, want the one of the change", err)
	}
	if got, err := db.Account(t.Context(), a.ID); err != nil || !cmp.Equal(a, got, cmpopts.EquateEmpty()) {
		t.Errorf("a refused change left %+v, %v", got, err)
	}
	var want staff.Account
	err = db.ChangeAccount(t.Context(), a.ID, func(a *staff.Account, _ int) (staff.Entry, error) {
		a.Name, a.Role, a.State, a.Password, a.Recovery, a.TOTP = "A", staff.Editor, staff.Disabled, "", []string{"b"}, staff.TOTP{}
		a.Sessions = append(a.Sessions[1:], staff.Session{ID: "new", Made: seen, Seen: seen, Proved: seen})
		a.Tickets = []staff.Ticket{{Hash: "code", Purpose: staff.ForCode, Person: a.ID, Expires: seen}}
		want = *a
		return did("change"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	byID := cmpopts.SortSlices(func(x, y staff.Session) bool { return x.ID < y.ID })
	got, err := db.Account(t.Context(), a.ID)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), byID); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := db.Session(t.Context(), "session-a"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the session that ended: err = %v", err)
	}
	if got := trail(t, db); got != "add a, add b, change" {
		t.Errorf("the trail tells %s", got)
	}
}

// changesOneByOne: of many changes at once each sees what those before it left.
func changesOneByOne(t *testing.T, url string) {
	db := open(t, url)
	a := added(t, db, somebody("a", staff.Owner))
	take := func(hash string) func(*staff.Account, int) (staff.Entry, error) {
		return func(a *staff.Account, _ int) (staff.Entry, error) {
			n := len(a.Tickets)
			a.Tickets = slices.DeleteFunc(a.Tickets, func(t staff.Ticket) bool { return t.Hash == hash })
			if len(a.Tickets) == n {
				return staff.Entry{}, fault.Because(fault.Conflict, "it is taken")
			}
			return did("take"), nil
		}
	}
	if n := atOnce(t, 8, fault.Conflict, func(int) error { return db.ChangeAccount(context.Background(), a.ID, take("ticket-a")) }); n != 1 {
		t.Errorf("%d took one ticket", n)
	}
	atOnce(t, 8, nil, func(i int) error {
		return db.ChangeAccount(context.Background(), a.ID, func(a *staff.Account, _ int) (staff.Entry, error) {
			a.TOTP.Used++
			a.Sessions = append(a.Sessions, staff.Session{ID: fmt.Sprint("s", i), Made: seen, Seen: seen, Proved: seen})
			return staff.Entry{}, nil
		})
	})
	got, err := db.Account(t.Context(), a.ID)
	if err != nil || got.TOTP.Used != 7+8 || len(got.Sessions) != 2+8 {
		t.Errorf("after eight changes it was counted to %d, with %d sessions, %v", got.TOTP.Used, len(got.Sessions), err)
	}
	if got := trail(t, db); got != "add a, take" {
		t.Errorf("the trail tells %s", got)
	}
}

// keepsAnOwner: of owners who all go at once the last is told that he is.
func keepsAnOwner(t *testing.T, url string) {
	db := open(t, url)
	const owners = 6
	name := func(i int) string { return string(rune('a' + i)) }
	for i := range owners {
		added(t, db, somebody(name(i), staff.Owner))
	}
	set := func(i int, state staff.State) error {
		return db.ChangeAccount(context.Background(), staff.ID("id-"+name(i)), func(a *staff.Account, owners int) (staff.Entry, error) {
			if state == staff.Disabled && owners == 1 {
				return staff.Entry{}, fault.Because(fault.Conflict, "the last")
			}
			a.State = state
			return staff.Entry{}, nil
		})
	}
	for range 10 { // the first only opens the connections
		if n := atOnce(t, owners, fault.Conflict, func(i int) error { return set(i, staff.Disabled) }); n != owners-1 {
			t.Errorf("%d of %d owners went, want all but one", n, owners)
		}
		atOnce(t, owners, nil, func(i int) error { return set(i, staff.Active) })
	}
}

func setsUpOnce(t *testing.T, url string) {
	db := open(t, url)
	setup := func(hash string) staff.Ticket {
		return staff.Ticket{Hash: hash, Purpose: staff.ForSetup, Expires: seen.AddDate(0, 0, 1)}
	}
	for _, hash := range []string{"old", "new"} {
		if err := db.AddTicket(t.Context(), setup(hash), seen); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Ticket(t.Context(), "old"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the link before: err = %v, want fault.NotFound", err)
	}
	n := atOnce(t, 8, fault.NotFound, func(i int) error {
		return db.AddAccount(context.Background(), somebody(fmt.Sprint("first", i), staff.Owner), "new", did("set up"))
	})
	if people, err := db.People(t.Context()); err != nil || n != 1 || len(people) != 1 {
		t.Errorf("%d set it up, %v, %v; want one", n, people, err)
	}
	if err := db.AddTicket(t.Context(), setup("late"), seen); !errors.Is(err, fault.Conflict) {
		t.Errorf("a setup where somebody works: err = %v, want fault.Conflict", err)
	}
	if got := trail(t, db); got != "set up" {
		t.Errorf("the trail tells %s", got)
	}
}

func takesTicketsOnce(t *testing.T, url string) {
	db := open(t, url)
	ticket := func(hash string, expires time.Time) staff.Ticket {
		return staff.Ticket{Hash: hash, Purpose: staff.ForPasskey, Expires: expires, Data: `{"challenge":"…"}`}
	}
	old, young := ticket("old", seen), ticket("young", seen.Add(time.Minute))
	for _, add := range []staff.Ticket{old, young} {
		if err := db.AddTicket(t.Context(), add, seen.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := db.Ticket(t.Context(), "old"); err != nil || got != old {
		t.Errorf("%+v, %v", got, err)
	}
	if err := db.AddTicket(t.Context(), ticket("next", seen.Add(time.Minute)), seen); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Ticket(t.Context(), "old"); !errors.Is(err, fault.NotFound) {
		t.Errorf("one that is too old: err = %v, want fault.NotFound", err)
	}
	n := atOnce(t, 8, fault.NotFound, func(int) error {
		got, err := db.TakeTicket(context.Background(), "young")
		if err == nil && got != young {
			t.Errorf("%+v, want %+v", got, young)
		}
		return err
	})
	if n != 1 {
		t.Errorf("%d took one ticket", n)
	}
	added(t, db, somebody("a", staff.Owner))
	if _, err := db.TakeTicket(t.Context(), "ticket-a"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a ticket that is somebody's: err = %v, want fault.NotFound", err)
	}
}

func countsGuesses(t *testing.T, url string) {
	db := open(t, url)
	limits := []staff.Limit{{Key: "account", Most: 3}, {Key: "network", Most: 5}}
	const window = 15 * time.Minute
	take := func(at time.Time, limits ...staff.Limit) time.Time {
		t.Helper()
		free, err := db.TakeGuess(t.Context(), at, at.Add(-window), limits)
		if err != nil {
			t.Fatal(err)
		}
		return free
	}
	for i := range 3 {
		if free := take(seen.Add(time.Duration(i)*time.Minute), limits...); !free.IsZero() {
			t.Errorf("guess %d has to wait until %v", i, free)
		}
	}
	at := seen.Add(3 * time.Minute)
	for range 3 { // refusals are not counted
		if free := take(at, limits...); !free.Equal(seen.Add(window)) {
			t.Errorf("the fourth waits until %v, want a quarter of an hour after the first", free)
		}
	}
	other := []staff.Limit{{Key: "another", Most: 3}, limits[1]}
	for range 2 {
		if free := take(at, other...); !free.IsZero() {
			t.Errorf("another account in the network has to wait until %v", free)
		}
	}
	if free := take(at, other...); !free.Equal(seen.Add(window)) {
		t.Errorf("the network waits until %v", free)
	}
	if err := db.DropGuess(t.Context(), at, other); err != nil {
		t.Fatal(err)
	}
	if free := take(at, other...); !free.IsZero() {
		t.Errorf("after one was right the next waits until %v", free)
	}
	if free := take(seen.Add(window), limits[0]); !free.IsZero() {
		t.Errorf("a quarter of an hour after the first one waits until %v", free)
	}
	if free := take(seen.Add(window), limits[0]); !free.Equal(seen.Add(time.Minute + window)) {
		t.Errorf("then until %v, want a quarter of an hour after the second", free)
	}
	n := 0
	atOnce(t, 20, nil, func(i int) error {
		free, err := db.TakeGuess(context.Background(), at.AddDate(0, 0, 1), at.AddDate(0, 0, 1).Add(-window), []staff.Limit{{Key: "crowd", Most: 7}, {Key: fmt.Sprint("n", i), Most: 1}})
		if err == nil && free.IsZero() {
			err = db.AddEntry(context.Background(), did("guess"))
		}
		return err
	})
	n = strings.Count(trail(t, db), "guess")
	if n != 7 {
		t.Errorf("of twenty at once %d were let through, want 7", n)
	}
}

func pagesTheTrail(t *testing.T, url string) {
	db := open(t, url)
	for i := range 5 {
		if err := db.AddEntry(t.Context(), did(fmt.Sprint("act ", i))); err != nil {
			t.Fatal(err)
		}
	}
	page, err := db.Entries(t.Context(), 0, 2)
	if err != nil || len(page) != 2 || page[0].Action != "act 4" || page[1].N >= page[0].N {
		t.Fatalf("%+v, %v", page, err)
	}
	page[0].N = 0
	if page[0] != did("act 4") {
		t.Errorf("%+v, want %+v", page[0], did("act 4"))
	}
	rest, err := db.Entries(t.Context(), page[1].N, 100)
	if err != nil || len(rest) != 3 || rest[0].Action != "act 2" || rest[2].Action != "act 0" {
		t.Errorf("%+v, %v", rest, err)
	}
}

func TestAttemptsThatAreUnderWayDoNotFillTheStore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paper.db")
	db := open(t, file)
	raw, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	later := seen.Add(time.Minute).UnixMicro()
	if _, err := raw.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO staff_ticket SELECT 'h' || i, 'passkey', NULL, ? + i, '' FROM n`, staff.MostOpen+5, later); err != nil {
		t.Fatal(err)
	}
	newest := staff.Ticket{Hash: "newest", Purpose: staff.ForPasskey, Expires: seen.Add(5 * time.Minute)}
	if err := db.AddTicket(t.Context(), newest, seen); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := raw.QueryRow("SELECT count(*) FROM staff_ticket").Scan(&n); err != nil || n != staff.MostOpen {
		t.Errorf("%d are kept, %v; want %d", n, err, staff.MostOpen)
	}
	for hash, there := range map[string]bool{"newest": true, "h6": false, "h7": true} {
		if _, err := db.Ticket(t.Context(), hash); (err == nil) != there {
			t.Errorf("%s is there: %v, want %v", hash, err == nil, there)
		}
	}
}
