package staff

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/fault"
)

// Entry is one line of the audit trail: who did what to what, and what came of it.
type Entry struct {
	N       int64 // its place in the trail; the store gives it
	At      time.Time
	Person  ID     // who did it; empty: the operator by command, or somebody who is not known
	Action  string // such as "sign in" or "publish"
	Object  string // such as a person's ID or a story's slug; empty where there is none
	Outcome Outcome
	From    string // the network it came from, see [Visit]; [CommandLine] for the operator
}

// Outcome is what came of an action.
type Outcome string

// The two outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// CommandLine stands in an entry for where the operator's commands come from.
const CommandLine = "command line"

// MostEntries is how many lines of the trail are read at once.
const MostEntries = 500

// Note adds a line to the audit trail, for what changes elsewhere than here. At is set where it is zero. The error is
// fault.Invalid where it says too little, or more than a line.
func (g *Gate) Note(ctx context.Context, e Entry) error {
	if e.Action == "" || e.Outcome != Done && e.Outcome != Refused {
		return fault.Because(fault.Invalid, "an entry of the audit trail says what was done and whether it was done or refused")
	}
	if len(e.Action) > 100 || len(e.Object) > 300 || len(e.From) > 100 || !utf8.ValidString(e.Action+e.Object+e.From) {
		return fault.Because(fault.Invalid, "an entry of the audit trail has up to 100 bytes for the action and 300 for the object: name them by their slugs")
	}
	if e.At.IsZero() {
		e.At = g.now()
	}
	return g.store.AddEntry(ctx, e)
}

// Trail returns up to most lines of the audit trail, the newest first: those before the line before, or from the end where
// it is 0. The next page begins before the N of the last.
func (g *Gate) Trail(ctx context.Context, by Session, before int64, most int) ([]Entry, error) {
	if err := g.MayNow(by, ReadTrail, ""); err != nil {
		return nil, err
	}
	if most < 1 || most > MostEntries || before < 0 {
		return nil, fault.Because(fault.Invalid, "the audit trail is read in pages of 1 to %d lines", MostEntries)
	}
	return g.store.Entries(ctx, before, most)
}

// entry begins a line about something that a session did.
func (g *Gate) entry(by Session, action string, object ID) Entry {
	return Entry{At: g.now(), Person: by.Person.ID, Action: action, Object: string(object), Outcome: Done, From: by.Network}
}
