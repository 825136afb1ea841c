package market

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// AsOf is the point from which the ledger is read: At, what was true then; Known, as it was known then. A zero time
// means now. Both bounds are inclusive.
type AsOf struct{ At, Known time.Time }

// Resolved returns a with zero times replaced by now.
func (a AsOf) Resolved(now time.Time) AsOf {
	if a.At.IsZero() {
		a.At = now
	}
	if a.Known.IsZero() {
		a.Known = now
	}
	return a
}

// ParseAsOf reads two texts, each empty (now), a day such as "2026-02-02" (through its end, in UTC) or an instant of
// RFC 3339 such as "2026-02-02T16:00:00Z". The error is fault.Invalid and says how to write it.
func ParseAsOf(at, known string) (AsOf, error) {
	a, err := parseMoment(at)
	if err != nil {
		return AsOf{}, err
	}
	k, err := parseMoment(known)
	if err != nil {
		return AsOf{}, err
	}
	return AsOf{At: a, Known: k}, nil
}

func parseMoment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if len(text) <= len(time.RFC3339Nano) {
		if day, err := currency.ParseDate(text); err == nil && day.Day != 0 {
			return day.End().Add(-time.Microsecond), nil
		}
		// A zero time would mean now, and a year of five digits cannot be written again.
		if t, err := time.Parse(time.RFC3339, text); err == nil && t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 && !t.IsZero() {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Because(fault.Invalid,
		"%.40q is no day: write it as 2026-02-02, or an instant as 2026-02-02T16:00:00Z", text)
}
