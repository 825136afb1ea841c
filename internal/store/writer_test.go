package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// The writer's promises, tested from inside where only the inside can hold it still.

var testBank = market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 24 * time.Hour}

// sayings are n observations of one series from the first-th on, each of its own moment.
func sayings(first, n int) []market.Observation {
	all := make([]market.Observation, n)
	for i := range all {
		at := time.Unix(int64(first+i), 0).UTC()
		all[i] = market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1"),
			market.Moment{At: at, Seen: at.Add(time.Hour)}, testBank.ID, "a test")
	}
	return all
}

func openFile(t *testing.T, path string) (*DB, *sqliteDB) {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db, db.engine.(*sqliteDB)
}

// hold occupies the writer until the returned function is called.
func hold(t *testing.T, e *sqliteDB) (release func()) {
	t.Helper()
	begun, held, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- e.write(context.Background(), func(context.Context, *sql.Conn) error {
			close(begun)
			<-held
			return nil
		})
	}()
	soon(t, begun)
	return func() {
		close(held)
		if err := soon(t, ended); err != nil {
			t.Errorf("the write that held the writer: %v", err)
		}
	}
}

// queued waits until n writes stand in the queue.
func queued(t *testing.T, e *sqliteDB, n int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); len(e.queue) < n; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("of %d writes %d are queued", n, len(e.queue))
		}
	}
}

// soon is what comes on a channel. That nothing comes fails the test.
func soon[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing comes in a minute")
		panic("unreachable")
	}
}

func mustHold(t *testing.T, db *DB, want int) {
	t.Helper()
	if s, err := db.Stats(context.Background()); err != nil || s.Observations != want {
		t.Errorf("the store holds %d observations, %v; want %d", s.Observations, err, want)
	}
}

func TestWritesThatWaitShareOneCommitAndAnswerForThemselves(t *testing.T) {
	db, e := openFile(t, filepath.Join(t.TempDir(), "paper.db"))
	if _, err := db.Append(t.Context(), []market.Source{testBank}, nil, nil); err != nil {
		t.Fatal(err)
	}
	var commits atomic.Int32
	err := e.conn.Raw(func(driver any) error {
		driver.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { commits.Add(1); return 0 })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, e)
	const writes, wrong, panics = 100, 17, 42
	outcome := make([]error, writes)
	var all sync.WaitGroup
	for i := range writes {
		all.Go(func() {
			said := sayings(i, 1)
			progress := func(int) {}
			switch i {
			case wrong:
				said[0].Source = "nobody"
			case panics:
				progress = func(int) { panic("a bug in somebody's closure") }
			}
			_, outcome[i] = db.Append(context.Background(), nil, said, progress)
		})
	}
	queued(t, e, writes)
	release()
	all.Wait()
	for i, err := range outcome {
		var want error
		switch i {
		case wrong:
			want = fault.Invalid
		case panics:
			want = errPanic
		}
		if !errors.Is(err, want) {
			t.Errorf("write %d: %v, want %v", i, err, want)
		}
	}
	if n := commits.Load(); n != 2 { // that of the write which held the writer, and that of the hundred
		t.Errorf("%d commits, want 2", n)
	}
	mustHold(t, db, writes-2)
	if _, err := db.Append(t.Context(), nil, sayings(panics, 1), nil); err != nil {
		t.Errorf("after the panic: %v", err)
	}
	mustHold(t, db, writes-1)
}

func TestAWriteWhoseAskerGivesUpInTheQueueIsNeverBegun(t *testing.T) {
	db, e := openFile(t, filepath.Join(t.TempDir(), "paper.db"))
	release := hold(t, e)
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := db.Append(ctx, []market.Source{testBank}, sayings(0, 1), nil)
		ended <- err
	}()
	queued(t, e, 1)
	giveUp()
	if err := soon(t, ended); !errors.Is(err, context.Canceled) { // and answered at once: the writer is still held
		t.Errorf("err = %v, want that it was cancelled", err)
	}
	release()
	if _, err := db.Append(t.Context(), []market.Source{testBank}, sayings(7, 1), nil); err != nil {
		t.Fatal(err)
	}
	mustHold(t, db, 1)
}

func TestClosingFinishesWhatIsQueuedAndRefusesTheRest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paper.db")
	db, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	e := db.engine.(*sqliteDB)
	release := hold(t, e)
	outcome := make(chan error, 1)
	go func() {
		_, err := db.Append(context.Background(), []market.Source{testBank}, sayings(0, 1), nil)
		outcome <- err
	}()
	queued(t, e, 1)
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	release()
	if err := errors.Join(soon(t, outcome), soon(t, closed)); err != nil {
		t.Errorf("the queued write and the close: %v", err)
	}
	if _, err := db.Append(t.Context(), nil, sayings(1, 1), nil); !errors.Is(err, fault.Busy) {
		t.Errorf("a write after the close: %v, want fault.Busy", err)
	}
	again, _ := openFile(t, file)
	mustHold(t, again, 1)
}

// pragmas reads settings of a connection, by name.
func pragmas(t *testing.T, c *sql.Conn, names ...string) string {
	t.Helper()
	var found []string
	for _, name := range names {
		var is string
		if err := c.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&is); err != nil {
			t.Fatal(err)
		}
		found = append(found, name+"="+is)
	}
	return strings.Join(found, " ")
}

func TestEveryConnectionIsSetAsPromised(t *testing.T) {
	db, e := openFile(t, filepath.Join(t.TempDir(), "paper with a # and a ?.db"))
	if got, want := pragmas(t, e.conn, "journal_mode", "synchronous", "foreign_keys", "trusted_schema"),
		"journal_mode=wal synchronous=2 foreign_keys=1 trusted_schema=0"; got != want {
		t.Errorf("the writer has %s, want %s", got, want)
	}
	if n := e.pool.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections may write, want 1", n)
	}
	if _, err := db.Articles(t.Context(), news.Selection{}); err != nil { // a snapshot must leave its connection as it was
		t.Fatal(err)
	}
	for i := range e.readers.Stats().MaxOpenConnections { // all at once, so that each is another
		c, err := e.readers.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got, want := pragmas(t, c, "journal_mode", "query_only", "trusted_schema"),
			"journal_mode=wal query_only=1 trusted_schema=0"; got != want {
			t.Errorf("reader %d has %s, want %s", i, got, want)
		}
		for _, statement := range []string{"DELETE FROM story", "CREATE TABLE x (y)", "PRAGMA query_only=OFF; DELETE FROM story"} {
			if _, err := c.ExecContext(t.Context(), statement); codeOf(err)&0xff != lib.SQLITE_READONLY {
				t.Errorf("reader %d: %s: %v, want that it is refused", i, statement, err)
			}
		}
	}
}

func TestAFullFileIsSaidAndTheStoreGoesOnWhenThereIsRoom(t *testing.T) {
	db, e := openFile(t, filepath.Join(t.TempDir(), "paper.db"))
	if _, err := db.Append(t.Context(), []market.Source{testBank}, sayings(0, 10), nil); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		t.Helper()
		if _, err := e.conn.ExecContext(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite takes the number of pages that there are
	release := hold(t, e)
	var small, large error
	var both sync.WaitGroup
	both.Go(func() { _, large = db.Append(context.Background(), nil, sayings(1_000, 5_000), nil) })
	both.Go(func() { _, small = db.Append(context.Background(), nil, sayings(10, 1), nil) })
	queued(t, e, 2)
	release()
	both.Wait()
	if !errors.Is(large, fault.Internal) || !strings.Contains(large.Error(), "the disk is full: nothing was written") {
		t.Errorf("err = %v, want a sentence about the disk", large)
	}
	there := 10
	if small == nil { // it went through if it fitted, and then it is there
		there++
	}
	mustHold(t, db, there)
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("a full disk is no broken disk: %v", err)
	}
	limit(1 << 30)
	if n, err := db.Append(t.Context(), nil, sayings(1_000, 5_000), nil); err != nil || n != 5_000 {
		t.Errorf("with room again: %d, %v", n, err)
	}
	mustHold(t, db, there+5_000)
}
