package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/bus/natsbus/natstest"
	"github.com/courant-news/courant/internal/must"
)

// follower is a program that keeps a stream open as a browser does: it comes back with the last ID that it took.
type follower struct {
	way   *path
	mu    sync.Mutex
	shown []string // the dollar, each time that it was told
}

func follow(t *testing.T, way *path) *follower {
	t.Helper()
	f := &follower{way: way}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	t.Cleanup(func() { stop(); <-ended })
	go func() {
		defer close(ended)
		for last := ""; ctx.Err() == nil; {
			last = f.read(ctx, last)
			select { // as retry says, but sooner
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return f
}

func (f *follower) read(ctx context.Context, last string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.way.address+"/stream?topics=board:EUR", nil)
	if err != nil {
		return last
	}
	r.Header.Set("Last-Event-ID", last)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return last
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, resp.Body)
		return last
	}
	id := last
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "id":
			id = value
		case "data":
			var told struct{ Cells map[string]json.RawMessage }
			var cell []json.RawMessage
			if json.Unmarshal([]byte(value), &told) == nil && json.Unmarshal(told.Cells["EUR/USD"], &cell) == nil {
				f.mu.Lock()
				f.shown = append(f.shown, strings.Trim(string(cell[0]), `"`))
				f.mu.Unlock()
			}
		case "":
			last = id
		}
	}
	return last
}

func (f *follower) shows(t *testing.T, want string) {
	t.Helper()
	waited(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return len(f.shown) > 0 && f.shown[len(f.shown)-1] == want
	})
}

func TestAChangeOnOneMachineReachesTheReadersOfAnotherAndAKilledMachinesReadersGoOn(t *testing.T) {
	server, database := natstest.Start(t), must.Postgres(t)
	var machines []*app.App
	var stop []func()
	for range 2 {
		a, err := app.New(t.Context(), app.Config{Database: database, Listen: "127.0.0.1:0", Base: "EUR", NATS: server.URL}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		stop = append(stop, sync.OnceFunc(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("stop: %v", err)
			}
		}))
		t.Cleanup(stop[len(stop)-1])
		machines = append(machines, a)
	}
	waited(t, func() bool { return server.Clients() == 2 })
	now := time.Now().UTC().Truncate(time.Minute)
	quoted(t, machines[0], "EUR/USD", "1.1701", now.Add(-9*time.Minute))
	way := led(t, machines[1].Addr())
	f := follow(t, way)
	f.shows(t, "1.1701")
	quoted(t, machines[0], "EUR/USD", "1.1702", now.Add(-8*time.Minute))
	f.shows(t, "1.1702")

	way.lead("") // as when a machine dies: nothing says goodbye
	waited(t, func() bool { return machines[1].Streams() == 0 })
	quoted(t, machines[0], "EUR/USD", "1.1703", now.Add(-7*time.Minute))
	way.lead(machines[0].Addr())
	f.shows(t, "1.1703")

	server.Stop() // costs time and nothing else: each machine looks into the store once a second
	quoted(t, machines[1], "EUR/USD", "1.1704", now.Add(-6*time.Minute))
	f.shows(t, "1.1704")
	server.Again()

	way.lead("")
	stop[0]() // this time it is told when to come back
	way.lead(machines[1].Addr())
	quoted(t, machines[1], "EUR/USD", "1.1705", now.Add(-5*time.Minute))
	f.shows(t, "1.1705")
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, value := range f.shown[1:] {
		if value < f.shown[i] {
			t.Errorf("it went back: %v", f.shown)
		}
	}
}
