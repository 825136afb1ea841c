package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/courant-news/courant/internal/fault"
)

// writer owns SQLite's one write connection. A commit costs one wait for the disk however much it holds, so all jobs
// that wait are committed together: each in a savepoint, so that one that fails takes only itself back.
type writer struct {
	conn  *sql.Conn
	fatal func(error) bool // whether the disk itself failed
	ended chan struct{}    // closed when the goroutine has drained the queue

	gate   sync.RWMutex // held for reading while queueing, for writing to close the queue
	closed bool
	queue  chan *task

	failed atomic.Pointer[error] // set for ever once the disk failed
}

// groupSize bounds how many jobs share a commit, and so how long the first of them waits.
const groupSize = 256

var (
	errClosed = fault.Because(fault.Busy, "the store is being closed: try again when Courant runs again")
	errPanic  = errors.New("a write panicked")
)

// task is a job on its way.
type task struct {
	ctx   context.Context
	job   job
	state atomic.Int32 // waiting, then started or dropped
	done  chan error   // holds one, so that the writer never waits for anybody
}

const (
	waiting = iota
	started
	dropped
)

func newWriter(conn *sql.Conn, fatal func(error) bool) *writer {
	w := &writer{conn: conn, fatal: fatal, ended: make(chan struct{}), queue: make(chan *task, groupSize)}
	go w.loop()
	return w
}

// do queues a job and waits for its outcome. A context that ends before the job starts drops it; after that do waits,
// because only the outcome says whether the write is there.
func (w *writer) do(ctx context.Context, j job) error {
	t := &task{ctx: ctx, job: j, done: make(chan error, 1)}
	if err := w.enqueue(t); err != nil {
		return err
	}
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		if t.state.CompareAndSwap(waiting, dropped) {
			return ctx.Err()
		}
		return <-t.done
	}
}

func (w *writer) enqueue(t *task) error {
	w.gate.RLock()
	defer w.gate.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.queue <- t:
		return nil
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
}

// close refuses further jobs and waits for those that are queued.
func (w *writer) close() {
	w.gate.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.gate.Unlock()
	<-w.ended
}

// broken returns why nothing is written any more, or nil.
func (w *writer) broken() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (w *writer) loop() {
	defer close(w.ended)
	for first := range w.queue {
		group := []*task{first}
	gather:
		for len(group) < groupSize {
			select {
			case t, ok := <-w.queue:
				if !ok {
					break gather
				}
				group = append(group, t)
			default:
				break gather
			}
		}
		w.commit(group)
	}
}

// commit runs a group of jobs in one transaction and then, and only then, answers each.
func (w *writer) commit(group []*task) {
	var ran []*task
	var outcome []error
	err := w.broken()
	if err == nil {
		err = w.exec("BEGIN IMMEDIATE")
	}
	for _, t := range group {
		if !t.state.CompareAndSwap(waiting, started) {
			continue // its asker has gone
		}
		ran = append(ran, t)
		if err == nil {
			var own error
			own, err = w.savepoint(t)
			outcome = append(outcome, own)
		}
	}
	if err == nil {
		err = w.exec("COMMIT")
	}
	if err != nil {
		if w.fatal(err) {
			// After a failed fsync the kernel may have dropped what it could not write and report success the next
			// time, so this handle must not be trusted with another commit.
			broken := fault.Because(fault.Internal,
				"the disk failed, so Courant accepts no changes until it is started again; check the disk first: %w", err)
			w.failed.CompareAndSwap(nil, &broken)
			err = w.broken()
		}
		_ = w.exec("ROLLBACK") // SQLite may have rolled back already
	}
	for i, t := range ran {
		if err != nil {
			t.done <- err // even where the job refused of its own: it may have judged by what is now taken back
		} else {
			t.done <- outcome[i]
		}
	}
}

// savepoint runs one job. Own is the job's outcome; lost is set when the whole transaction is gone.
func (w *writer) savepoint(t *task) (own, lost error) {
	if own := t.ctx.Err(); own != nil {
		return own, nil
	}
	if err := w.exec("SAVEPOINT job"); err != nil {
		return nil, err
	}
	own = w.run(t)
	if own != nil {
		if w.fatal(own) {
			return own, own
		}
		// On a full disk and a few other errors SQLite rolls everything back by itself; then there is no savepoint.
		if err := w.exec("ROLLBACK TO job"); err != nil {
			return own, own
		}
	}
	return own, w.exec("RELEASE job")
}

// run calls the job with a context that does not end, since SQLite answers an interrupted statement by rolling back
// the whole transaction and with it the other jobs. Long jobs look at [cancelled] between statements.
func (w *writer) run(t *task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %w: %v\n%s", fault.Internal, errPanic, p, debug.Stack())
		}
	}()
	return t.job(context.WithValue(context.WithoutCancel(t.ctx), askerKey{}, t.ctx), w.conn)
}

func (w *writer) exec(statement string) error {
	_, err := w.conn.ExecContext(context.Background(), statement)
	return err
}

type askerKey struct{}

// cancelled says whether whoever asked for a write has given up, even where ctx itself cannot be cancelled.
func cancelled(ctx context.Context) error {
	if asker, ok := ctx.Value(askerKey{}).(context.Context); ok {
		return asker.Err()
	}
	return ctx.Err()
}
