package app

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/web"
)

// Trusted returns the receivers of hooks that may have any address and no TLS: hosts with their ports.
func (c Config) Trusted() ([]string, error) {
	var all []string
	for text := range strings.SplitSeq(c.Receivers, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if host, port, err := net.SplitHostPort(text); err != nil || host == "" || port == "" {
			return nil, fault.Because(fault.Invalid, "the setting receivers: %.100q is no host with its port: write it as 10.0.0.7:8080", text)
		}
		all = append(all, text)
	}
	return all, nil
}

// checkHub says what is wrong with the hub that is set. It reads the feeds where people do, so that must be known.
func (c Config) checkHub() error {
	if c.Hub == "" {
		return nil
	}
	trusted, err := c.Trusted()
	if err != nil {
		return err
	}
	if err := hook.CheckURL(c.Hub, trusted); err != nil {
		return fault.Because(fault.Invalid, "the setting hub: %w", err)
	}
	if c.URL == "" {
		return fault.Because(fault.Invalid, "the setting hub needs the setting url: a hub reads the feeds under the address that people use")
	}
	return nil
}

// NewHooks returns who tells hooks what happens. The receivers that the operator named may have any address; others must be
// public. Records of numbers are said to stand at the address that is configured or, where none is, at the one given.
func (h *House) NewHooks(address string, log *slog.Logger) (*hook.Runner, error) {
	trusted, err := h.Config.Trusted()
	if err != nil {
		return nil, err
	}
	h.teller = web.NewFetcher(web.FetcherOptions{Told: true, Trusted: trusted, Timeout: hook.Timeout, Most: hook.MostBody})
	return hook.NewRunner(h.Ledger, h.Bus, h.Store, h.teller, hook.Options{
		Address: cmp.Or(h.Config.URL, address), Trusted: trusted, Feeds: h.feeds, Log: log,
	}), nil
}

// hooked tells how many hooks there are, and how what they are told fares.
type hooked struct {
	db     *store.DB
	runner *hook.Runner
}

// Describe implements prometheus.Collector.
func (h *hooked) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(h, c) }

// Collect implements prometheus.Collector.
func (h *hooked) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	hooks, err := h.db.Hooks(ctx)
	if err != nil {
		return // the store does not answer, which another metric says
	}
	tallies, err := h.db.HookTallies(ctx)
	if err != nil {
		return
	}
	states := map[string]int{"on": 0, "off": 0}
	for _, one := range hooks {
		if one.On() {
			states["on"]++
		} else {
			states["off"]++
		}
	}
	var all hook.Tally
	for _, t := range tallies {
		all.Waiting, all.Taken, all.GivenUp = all.Waiting+t.Waiting, all.Taken+t.Taken, all.GivenUp+t.GivenUp
	}
	gauge := func(name, help string, by map[string]int) {
		desc := prometheus.NewDesc(name, help, []string{"state"}, nil)
		for state, n := range by {
			c <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), state)
		}
	}
	gauge("courant_hooks", "Hooks, by state.", states)
	gauge("courant_hook_deliveries", "Deliveries to hooks of the last sixty days, by state.", map[string]int{"waiting": all.Waiting, "taken": all.Taken, "given_up": all.GivenUp})
	counts := h.runner.Counts()
	desc := prometheus.NewDesc("courant_hook_attempts_total", "Attempts to tell a hook something, by result.", []string{"result"}, nil)
	c <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(counts.Taken), "taken")
	c <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(counts.Failed), "failed")
}
