package hook

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// A hub tells who subscribed to a feed what is new in it (WebSub, w3.org/TR/websub). To the paper it is one more hook: which
// the operator sets, and which is told of every feed that changed, by a form that hubs agree on and that is not signed.

// Changed is the kind of what a hub is told. It tells nothing of a feed but that it is worth reading.
const Changed Kind = "feed.changed"

// HubID is the ID of the hook that is the operator's hub.
const HubID = "hub"

// Feed is a feed of the paper by its whole address, with when it last changed.
type Feed struct {
	Address string
	Changed time.Time
}

// Feeds returns the feeds that changed after a moment.
type Feeds func(ctx context.Context, since time.Time) ([]Feed, error)

// KeepHub makes the hook of the hub the one that is set, or takes it away for an empty address. One that was turned off is
// turned on again. What changed before it was first set it is not told.
func KeepHub(ctx context.Context, s Store, address string, now time.Time) error {
	all, err := s.Hooks(ctx)
	if err != nil {
		return err
	}
	now = now.UTC().Truncate(time.Microsecond)
	if i := slices.IndexFunc(all, func(h Hook) bool { return h.ID == HubID }); i >= 0 {
		switch h := all[i]; {
		case h.URL == address && h.On():
			return nil
		case h.URL == address:
			err = s.ResumeHook(ctx, HubID, now)
		default:
			err = s.DropHook(ctx, HubID)
		}
		if err != nil && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) { // else another machine did it
			return err
		}
		if all[i].URL == address {
			return nil
		}
	}
	if address == "" {
		return nil
	}
	err = s.AddHook(ctx, Hook{ID: HubID, URL: address, Secret: newSecret(), Added: now, Since: now})
	if errors.Is(err, fault.Conflict) { // likewise
		return nil
	}
	return err
}

// notice is what a hub is sent of a feed.
func notice(feed string) []byte {
	return []byte(url.Values{"hub.mode": {"publish"}, "hub.url": {feed}}.Encode())
}

// changed looks for feeds that changed since a hub listens.
func (w *watch) changed(ctx context.Context, h Hook) error {
	if w.o.Feeds == nil {
		return nil // another machine, which knows them, tells of them
	}
	since := h.Since
	if oldest := w.now.Add(-window); oldest.After(since) {
		since = oldest
	}
	feeds, err := w.o.Feeds(ctx, since)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		id := messageID(h.ID, f.Address+" "+f.Changed.UTC().Format(time.RFC3339Nano))
		if w.told[id] {
			continue
		}
		now := w.now.UTC().Truncate(time.Microsecond)
		w.fresh = append(w.fresh, Delivery{ID: id, Hook: h.ID, Kind: Changed, Body: notice(f.Address), Added: now, State: Waiting, Next: now})
	}
	return nil
}
