package watch

import (
	"errors"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Later is a fault of a server that said when to ask again.
type Later struct {
	Fault error
	After time.Duration
}

func (l Later) Error() string { return l.Fault.Error() }

func (l Later) Unwrap() error { return l.Fault }

// longestWait is how long a paper that cannot be reached is left alone at most.
const longestWait = 5 * time.Minute

// state is what is known of a paper, and when it is asked again.
type state struct {
	every    time.Duration
	rows     []Row
	changed  map[market.Symbol]time.Time // when, as far as it was watched
	reached  time.Time                   // the last time; zero: never
	trouble  error                       // since then; nil: none
	failures int                         // in a row
	due      time.Time
}

// take takes in a reading, and returns the rows that would be printed otherwise than before. After a failure the last rows
// stay, and each further wait is twice as long.
func (s *state) take(rows []Row, err error, now time.Time) (news []Row) {
	if err != nil {
		s.trouble = err
		wait := min(s.every<<min(s.failures+1, 16), max(longestWait, s.every))
		if later, ok := errors.AsType[Later](err); ok {
			wait = max(wait, later.After)
		}
		s.failures++
		s.due = now.Add(wait)
		return nil
	}
	s.trouble, s.failures, s.reached, s.due = nil, 0, now, now.Add(s.every)
	before := s.rows
	s.rows = make([]Row, len(rows))
	for i, r := range rows {
		s.rows[i] = r.aged(now)
		if old, ok := find(before, r.Symbol); !ok || line(old) != line(s.rows[i]) {
			news = append(news, s.rows[i])
			if ok {
				s.mark(r.Symbol, now)
			}
		}
	}
	return news
}

// age lets the rows grow older, and returns those that count as stale since.
func (s *state) age(now time.Time) (news []Row) {
	rows := make([]Row, len(s.rows)) // the model is copied, and its copies share the old ones
	for i, r := range s.rows {
		if rows[i] = r.aged(now); len(rows[i].Flags) > len(r.Flags) {
			news = append(news, rows[i])
			s.mark(r.Symbol, now)
		}
	}
	s.rows = rows
	return news
}

func (s *state) mark(symbol market.Symbol, now time.Time) {
	marks := map[market.Symbol]time.Time{symbol: now}
	for old, at := range s.changed {
		if old != symbol {
			marks[old] = at
		}
	}
	s.changed = marks
}

func find(rows []Row, symbol market.Symbol) (Row, bool) {
	for _, r := range rows {
		if r.Symbol == symbol {
			return r, true
		}
	}
	return Row{}, false
}

// hopeless says whether asking again will not help: what was asked cannot be, or is not there.
func hopeless(err error) bool {
	if err == nil {
		return false
	}
	kind := fault.KindOf(err) // that of an end by the caller is Busy
	return kind != fault.Busy && kind != fault.Upstream
}
