package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// FollowOptions say what is printed; the zero value prints a line for each change until it is told to stop.
type FollowOptions struct {
	Every  time.Duration // between two questions; 0: ten seconds
	Once   bool          // everything once, in a table, and no more
	JSON   bool          // an object of JSON on a line of its own, for each row that is printed
	Errors io.Writer     // where it is said that the paper cannot be reached; nil: nowhere
	Now    func() time.Time
}

// Follow prints every row, and then each that changes or turns stale, until the context ends, which is no error. A paper that
// cannot be reached is asked again, less and less often; what will never have an answer ends it with that fault, and so does
// any fault where it prints but once.
func Follow(ctx context.Context, source Source, w io.Writer, o FollowOptions) error {
	if o.Every == 0 {
		o.Every = 10 * time.Second
	}
	if o.Errors == nil {
		o.Errors = io.Discard
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := state{every: o.Every}
	ctx, leave := context.WithCancel(ctx)
	news, run := followed(ctx, source)
	var following sync.WaitGroup
	if !o.Once {
		following.Go(run)
	}
	defer following.Wait()
	defer leave()
	for {
		rows, err := source.Read(ctx)
		now := o.Now()
		if ctx.Err() != nil {
			return nil
		}
		changed := append(s.age(now), s.take(rows, err, now)...)
		if err != nil {
			if o.Once || s.reached.IsZero() && hopeless(err) {
				return err
			}
			fmt.Fprintf(o.Errors, "%s; %s, asked again in %s\n", fault.Sentence(err), s.since(), s.due.Sub(now).Round(time.Second))
		}
		if err := o.print(w, changed, now); err != nil {
			return fmt.Errorf("print what changed: %w", err)
		}
		if o.Once {
			return nil
		}
		select {
		case <-time.After(s.due.Sub(now)):
		case <-news:
		case <-ctx.Done():
			return nil
		}
	}
}

func (o FollowOptions) print(w io.Writer, rows []Row, now time.Time) error {
	if o.Once && !o.JSON {
		return printTable(w, rows, now)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range rows {
		var err error
		if o.JSON {
			err = e.Encode(r)
		} else {
			_, err = fmt.Fprintf(w, "%s %s\n", now.UTC().Format("15:04:05"), line(r))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// since says when the paper was last reached.
func (s *state) since() string {
	if s.reached.IsZero() {
		return "not reached yet"
	}
	return "last reached " + s.reached.UTC().Format("15:04 UTC")
}
