// Package app puts the house together: it opens the store, hands each room what it needs, and runs the server until
// it is told to stop. It is the only package that knows the configuration.
//
// [Open] gives the rooms to a command that does one thing and ends; [New] and [App.Run] serve the paper. Both are used
// by cmd/courant and by the end-to-end tests alike. An App is run once.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/courant-news/courant/internal/api/fixer"
	"github.com/courant-news/courant/internal/api/frankfurter"
	"github.com/courant-news/courant/internal/api/gate"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/bus/natsbus"
	"github.com/courant-news/courant/internal/desk"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/resident"
	"github.com/courant-news/courant/internal/store/ticks"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

// House is the opened rooms, without a server.
type House struct {
	Config   Config
	Store    *store.DB
	Bus      bus.Bus
	Ledger   *market.Ledger
	Newsroom *news.Newsroom
	Paper    *news.Paper
	Gate     *staff.Gate

	fetcher *web.Fetcher // of the runner, where there is one
	ticks   *ticks.Ticks // of its streams, likewise
	teller  *web.Fetcher // of the hooks, likewise
	feeds   hook.Feeds   // that the hub is told of; nil where there is none
	nats    *natsbus.Bus // nil where there is one machine
}

// Open checks the configuration and opens the store. Close the house when done.
func Open(ctx context.Context, c Config) (*House, error) { return open(ctx, c, nil) }

func open(ctx context.Context, c Config, log *slog.Logger) (*House, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.storeURL())
	if err != nil {
		return nil, err
	}
	h := &House{Config: c, Store: db, Paper: news.NewPaper(db)}
	if err := h.connect(log); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	h.furnish(db)
	if err := h.guard(c.Listen); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// connect makes the bus: of this process, or of all that NATS connects.
func (h *House) connect(log *slog.Logger) (err error) {
	if h.Config.NATS == "" {
		h.Bus = bus.New()
		return nil
	}
	topics := []string{market.PriceTopic, market.HeldTopic, news.StoryTopic, news.MastheadTopic}
	if h.nats, err = natsbus.Open(h.Config.NATS, topics, natsbus.Options{Log: log}); err != nil {
		return err
	}
	h.Bus = h.nats
	return nil
}

// guard puts the gate before the desk, as browsers reach it where the paper listens.
func (h *House) guard(listens string) (err error) {
	h.Gate, err = staff.New(h.Store, staff.Options{Paper: h.Config.Name, Origin: h.Config.Origin(listens), Now: h.Config.Now})
	return err
}

// keeper is what the ledger and the newsroom write to: the store, or the store with its observations in memory.
type keeper interface {
	market.Store
	news.Store
}

// furnish sets up the rooms that work on what is kept.
func (h *House) furnish(k keeper) {
	h.Ledger = market.NewLedger(k, h.Bus, market.LedgerOptions{Now: h.Config.Now})
	h.Newsroom = news.NewNewsroom(k, h.Ledger, h.Bus, h.Config.Now)
}

// Close closes the store; what was acknowledged is on disk already.
func (h *House) Close() error {
	if h.fetcher != nil {
		h.fetcher.Close()
	}
	if h.teller != nil {
		h.teller.Close()
	}
	var err error
	if h.ticks != nil {
		err = h.ticks.Close()
	}
	if h.nats != nil {
		h.nats.Close()
	}
	return errors.Join(err, h.Store.Close())
}

// Limits of the server's life.
const (
	drainTime  = 25 * time.Second // how long running requests may take once we stop
	pageMemory = 24 << 20         // bytes of finished pages that are kept
)

// App is the served paper.
type App struct {
	*House
	log     *slog.Logger
	handler http.Handler
	metrics *metrics
	memory  *resident.Store
	wire    *wire.Runner // nil where nothing is fetched
	keys    *keys.Ring
	hooks   *hook.Runner
	paper   *site.Site
	told    *web.Stream // of programs
	seats   *web.Seats  // open streams, of pages and of programs
	setup   string      // the link of the first start; empty where somebody works here
	ready   atomic.Bool
	public  net.Listener
	private net.Listener // nil where no metrics are wanted
}

// New opens the house, binds the addresses and builds the faces. Nothing is answered before [App.Run].
func New(ctx context.Context, c Config, log *slog.Logger) (*App, error) {
	h, err := open(ctx, c, log)
	if err != nil {
		return nil, err
	}
	a := &App{House: h, log: log, metrics: newMetrics(h.Store)}
	limit, _ := c.memory() // checked when the house was opened
	a.memory, err = resident.Open(ctx, h.Store, h.Bus, resident.Options{Limit: limit, Log: log})
	if err == nil {
		h.furnish(a.memory)
		err = a.KeepTerms(ctx)
	}
	if err == nil {
		err = a.openTicks(ctx)
	}
	if err == nil {
		err = a.build()
	}
	if err == nil {
		err = a.open(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, a.closeAll())
	}
	return a, nil
}

// open sets the hub, and makes the link by which the first owner comes in, where nobody works here yet.
func (a *App) open(ctx context.Context) error {
	now := time.Now
	if a.Config.Now != nil {
		now = a.Config.Now
	}
	if err := hook.KeepHub(ctx, a.Store, a.Config.Hub, now()); err != nil {
		return err
	}
	l, err := a.Gate.Setup(ctx)
	if err == nil {
		a.setup = l.At(a.Config.Origin(a.Addr()))
	} else if errors.Is(err, fault.Conflict) {
		err = nil
	}
	return err
}

// SetupLink is the link by which the first owner of a paper comes in, once, within a day; empty where somebody works here.
func (a *App) SetupLink() string { return a.setup }

func (a *App) build() (err error) {
	if a.public, err = bind("listen", a.Config.Listen); err != nil {
		return err
	}
	if err := a.guard(a.Addr()); err != nil {
		return err
	}
	configured := a.Config.Masthead()
	options := site.Options{
		Name: configured.Name, Base: configured.Base, Dev: a.Config.Dev,
		Log: a.log, PageMemory: pageMemory, Programs: "/api/", Pictures: a.Store, URL: a.Config.URL, Hub: a.Config.Hub, Now: a.Config.Now,
	}
	most, _ := a.Config.streams() // checked when the house was opened
	a.seats = web.NewSeats(web.SeatsOptions{Most: most})
	options.Stream.Seats = a.seats
	fetched, err := a.Config.Fetched()
	if err != nil {
		return err
	}
	if len(fetched) > 0 {
		if a.wire, err = a.NewRunner(fetched, a.log); err != nil {
			return err
		}
		options.Wire, options.Origin = a.wire.Reports, a.wire.Origin
		a.metrics.registry.MustRegister(&wired{runner: a.wire})
	}
	paper, err := site.New(a.Paper, a.Ledger, a.Bus, options)
	if err != nil {
		return fmt.Errorf("build the site: %w", err)
	}
	a.paper = paper
	newsroom, err := desk.New(a.Newsroom, a.Ledger, a.Gate, desk.Options{
		Name: configured.Name, Base: configured.Base, Sheet: paper.Asset("courant.css"), Icon: paper.Asset("icon.svg"), Preview: paper.Preview, PreviewDossier: paper.PreviewDossier,
		Origin: a.Config.Origin(a.Addr()), Pictures: a.Store, Darkroom: media.NewDarkroom(a.Store, media.Options{Now: a.Config.Now}), Log: a.log,
		Now: a.Config.Now,
	})
	if err != nil {
		return fmt.Errorf("build the desk: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/desk/", newsroom)
	mux.Handle("/desk", newsroom)
	mux.HandleFunc("GET /healthz", a.serveHealth)
	mux.HandleFunc("GET /readyz", a.serveReady)
	mux.Handle("/", paper)
	programs := http.NewServeMux()
	a.servePrograms(programs, paper, options.Stream)
	a.metrics.streams(a.Streams)
	a.keys = keys.NewRing(a.Store, keys.Options{Log: a.log})
	limit, _ := a.Config.perAddress() // checked when the house was opened
	entrance := gate.New(a.keys, gate.Options{PerAddress: limit, Fail: inTheirWords(programs), Log: a.log})
	proxies, _ := a.Config.proxies() // checked when the house was opened
	a.handler = proxies.Proxied(web.Observe(a.metrics.see, fixer.Bare(frankfurter.Old(apart(programs, entrance, mux)))))
	if a.Config.Metrics != "" {
		if a.private, err = bind("metrics", a.Config.Metrics); err != nil {
			return err
		}
	}
	if a.Config.Hub != "" {
		a.feeds = paper.Changed
	}
	if a.hooks, err = a.NewHooks("http://"+a.Addr(), a.log); err != nil {
		return err
	}
	a.metrics.registry.MustRegister(&hooked{db: a.Store, runner: a.hooks})
	return nil
}

// bind listens on an address; a taken or forbidden one is said in a sentence with its remedy.
func bind(setting, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.Because(fault.Conflict, "another program listens on %s already: choose another address with --%s, "+
			"such as 127.0.0.1:0 for a free port", address, setting)
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.Because(fault.Denied, "this user may not listen on %s: choose a port above 1023 with --%s", address, setting)
	}
	return nil, fault.Because(fault.Invalid, "cannot listen on %s (--%s): %w", address, setting, err)
}

// Addr is the address at which the paper is read, with the port that was bound.
func (a *App) Addr() string { return a.public.Addr().String() }

// Streams is how many open pages and programs are kept current.
func (a *App) Streams() int { return a.seats.Open() }

// MetricsAddr is the address of the private listener; empty where there is none.
func (a *App) MetricsAddr() string {
	if a.private == nil {
		return ""
	}
	return a.private.Addr().String()
}

// Run serves until the context is done, then drains and closes everything. It returns nil after a clean stop.
func (a *App) Run(ctx context.Context) error {
	server := web.Server(a.handler, a.log)
	stopped := make(chan error, 2)
	door := web.NewDoor(web.Join(a.public))
	go func() { stopped <- server.Serve(door) }()
	var private *http.Server
	if a.private != nil {
		private = web.Server(a.metrics.handler(), a.log)
		go func() { stopped <- private.Serve(a.private) }()
	}
	wiring, unwire := context.WithCancel(ctx)
	defer unwire()
	var wires sync.WaitGroup
	wires.Go(func() { a.memory.Run(wiring) })
	wires.Go(func() { a.keys.Run(wiring) })
	wires.Go(func() { a.Newsroom.Run(wiring, a.log) })
	wires.Go(func() { a.hooks.Run(wiring) })
	wires.Go(func() { a.paper.Run(wiring) })
	wires.Go(func() { a.told.Run(wiring) })
	if a.wire != nil {
		wires.Go(func() { a.wire.Run(wiring) })
	}
	debug.FreeOSMemory() // making everything ready took more than is kept
	a.ready.Store(true)
	if err := a.announce(); err != nil {
		unwire()
		wires.Wait()
		if private != nil {
			err = errors.Join(err, private.Close())
		}
		return errors.Join(err, server.Close(), a.closeAll())
	}
	var failed error
	select {
	case <-ctx.Done():
		a.ready.Store(false)
		a.log.Info("stopping: no new readers, running requests are finished")
	case err := <-stopped:
		failed = fmt.Errorf("serve: %w", err)
	}
	a.ready.Store(false)
	unwire()
	wires.Wait() // what was being fetched or told is dropped, and due again when the paper runs again; open pages are told when to come back
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := errors.Join(server.Shutdown(drain), door.Wait(drain))
	if private != nil {
		err = errors.Join(err, private.Shutdown(drain))
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fault.Because(fault.Busy, "some requests were not finished within %v and were cut off", drainTime)
		_ = server.Close() // cuts them off
	}
	a.keys.Flush(context.WithoutCancel(ctx))
	if a.Config.AddressFile != "" {
		// Whoever reads it may have taken it away, which is no failure of ours.
		if gone := os.Remove(a.Config.AddressFile); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return errors.Join(failed, err, a.House.Close())
}

// announce writes the bound address for whoever started us, whole or not at all.
func (a *App) announce() error {
	if a.Config.AddressFile == "" {
		return nil
	}
	temp, err := os.CreateTemp(filepath.Dir(a.Config.AddressFile), ".address-*")
	if err != nil {
		return fault.Because(fault.Invalid, "cannot write the address file %s: %w", a.Config.AddressFile, err)
	}
	_, err = temp.WriteString(a.Addr() + "\n")
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), a.Config.AddressFile)
	}
	if err != nil {
		return fault.Because(fault.Invalid, "cannot write the address file %s: %w", a.Config.AddressFile, errors.Join(err, os.Remove(temp.Name())))
	}
	return nil
}

// closeAll closes what New opened, when it failed halfway.
func (a *App) closeAll() error {
	var err error
	for _, l := range []net.Listener{a.public, a.private} {
		if l != nil {
			if e := l.Close(); !errors.Is(e, net.ErrClosed) {
				err = errors.Join(err, e)
			}
		}
	}
	return errors.Join(err, a.House.Close())
}

// serveHealth says that the process answers.
func (a *App) serveHealth(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive\n") }

// serveReady says whether readers may be sent here: the server is not stopping and its store answers.
func (a *App) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if !a.ready.Load() {
		plain(w, http.StatusServiceUnavailable, "stopping\n")
	} else if err := a.Store.Ping(ctx); err != nil {
		a.log.Error("the store does not answer", "err", err)
		plain(w, http.StatusServiceUnavailable, "the store does not answer\n")
	} else {
		plain(w, http.StatusOK, "ready\n")
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the client has gone: there is nobody to tell
}
