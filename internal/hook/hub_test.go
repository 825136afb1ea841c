package hook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/web"
)

// hubbed is a world whose runner knows feeds; the list may be changed.
func hubbed(t *testing.T, w *world, feeds *[]hook.Feed) {
	t.Helper()
	trusted := []string{w.receiver.host()}
	fetch := web.NewFetcher(web.FetcherOptions{Told: true, Trusted: trusted, Timeout: 2 * time.Second, Most: hook.MostBody})
	t.Cleanup(fetch.Close)
	w.Runner = hook.NewRunner(w.ledger, w.bus, w.db, fetch, hook.Options{
		Address: "https://paper.example", Trusted: trusted, Now: w.now, Jitter: func(time.Duration) time.Duration { return 0 },
		Feeds: func(_ context.Context, since time.Time) (changed []hook.Feed, err error) {
			for _, f := range *feeds {
				if f.Changed.After(since) {
					changed = append(changed, f)
				}
			}
			return changed, nil
		},
	})
	if err := hook.KeepHub(t.Context(), w.db, w.receiver.URL+"/hub", w.clock); err != nil {
		t.Fatal(err)
	}
}

// pings are the feeds that the hub was told of since the last time.
func pings(t *testing.T, w *world) (feeds []string) {
	t.Helper()
	for _, m := range w.receiver.taken() {
		form, err := url.ParseQuery(string(m.body))
		if err != nil || m.path != "POST /hub" || form.Get("hub.mode") != "publish" || m.header.Get("Content-Type") != "application/x-www-form-urlencoded" || m.signature != "" {
			t.Errorf("the hub was sent %s %s %s, %v", m.path, m.body, m.header, err)
		}
		feeds = append(feeds, form.Get("hub.url"))
	}
	slices.Sort(feeds)
	return feeds
}

func TestAHubIsToldOnceOfEachChangeOfAFeed(t *testing.T) {
	w := newWorld(t)
	feeds := []hook.Feed{{Address: "https://paper.example/feed.atom", Changed: wednesday.Add(-time.Hour)}}
	hubbed(t, w, &feeds)
	w.after(t, time.Minute)
	if got := pings(t, w); got != nil {
		t.Errorf("it is told of what changed before it was set: %v", got)
	}
	feeds = []hook.Feed{
		{Address: "https://paper.example/feed.atom", Changed: w.clock.Add(time.Second)},
		{Address: "https://paper.example/sections/news/feed.rss", Changed: w.clock.Add(time.Second)},
	}
	w.after(t, 2*time.Minute)
	if got := fmt.Sprint(pings(t, w)); got != "[https://paper.example/feed.atom https://paper.example/sections/news/feed.rss]" {
		t.Errorf("it is told of %s", got)
	}
	hubbed(t, w, &feeds) // another machine, or this one started again
	w.after(t, 2*time.Minute)
	if got := pings(t, w); got != nil {
		t.Errorf("it is told again of %v", got)
	}
	feeds[0].Changed = w.clock
	w.after(t, 2*time.Minute)
	if got := fmt.Sprint(pings(t, w)); got != "[https://paper.example/feed.atom]" {
		t.Errorf("of the next change it is told %s", got)
	}
}

func TestAHubThatFailsIsToldAgainAfterAPause(t *testing.T) {
	w := newWorld(t)
	feeds := []hook.Feed{{Address: "https://paper.example/feed.atom", Changed: wednesday.Add(time.Second)}}
	hubbed(t, w, &feeds)
	w.receiver.says(status(http.StatusServiceUnavailable))
	w.after(t, time.Minute)
	if got := len(pings(t, w)); got != 1 {
		t.Fatalf("it was told %d times", got)
	}
	w.receiver.says(nil)
	w.after(t, time.Second)
	if got := pings(t, w); got != nil {
		t.Errorf("it is told without a pause: %v", got)
	}
	w.after(t, 10*time.Second)
	if got := len(pings(t, w)); got != 1 {
		t.Errorf("after the pause it was told %d times", got)
	}
	if answer, err := w.Ping(t.Context(), w.hook(t, hook.HubID)); err != nil || answer.Status != http.StatusNoContent || fmt.Sprint(pings(t, w)) != "[https://paper.example/feed.atom]" {
		t.Errorf("a test: %d, %v", answer.Status, err)
	}
}

func TestTheHubIsTheOneThatIsSet(t *testing.T) {
	w := newWorld(t)
	own := w.add(t, "EUR/USD", "1")
	set := func(address string) string {
		t.Helper()
		if err := hook.KeepHub(t.Context(), w.db, address, w.clock); err != nil {
			t.Fatal(err)
		}
		all, err := w.db.Hooks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var at string
		for _, h := range all {
			if h.ID != own.ID {
				at += h.URL + " " + string(h.Kind()) + ";"
			}
		}
		if len(all) == 0 || all[0].ID != own.ID {
			t.Errorf("another hook is gone: %v", all)
		}
		return at
	}
	for _, c := range []struct{ address, want string }{
		{"", ""},
		{"https://one.example/", "https://one.example/ feed.changed;"},
		{"https://one.example/", "https://one.example/ feed.changed;"},
		{"https://two.example/", "https://two.example/ feed.changed;"},
		{"", ""},
	} {
		if got := set(c.address); got != c.want {
			t.Errorf("set to %q it is %q", c.address, got)
		}
	}
	if _, err := hook.Find(t.Context(), w.db, hook.HubID); !errors.Is(err, fault.NotFound) {
		t.Errorf("the hub that is set no more: %v", err)
	}
}

func TestAHubThatWantsNothingMoreIsAskedAgainWhenThePaperStarts(t *testing.T) {
	w := newWorld(t)
	feeds := []hook.Feed{{Address: "https://paper.example/feed.atom", Changed: wednesday.Add(time.Second)}}
	hubbed(t, w, &feeds)
	w.receiver.says(status(http.StatusGone))
	w.after(t, time.Minute)
	if w.hook(t, hook.HubID).On() {
		t.Fatal("410 Gone did not turn it off")
	}
	hubbed(t, w, &feeds)
	if h := w.hook(t, hook.HubID); !h.On() || !h.Since.Equal(w.clock) {
		t.Errorf("started again it is %+v", h)
	}
}
