package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/wire"
)

// metrics counts what an operator watches: requests by route and status, how long they took, and what the store holds.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(db *store.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "courant_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "courant_http_request_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, &holdings{db: db},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// see is called once for each answered request.
func (m *metrics) see(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// streams counts the open pages and programs that are kept current.
func (m *metrics) streams(open func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "courant_streams", Help: "Open pages and programs that are kept current.",
	}, func() float64 { return float64(open()) }))
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// holdings reads what the store holds when it is asked, so that the numbers are true on every machine that shares it.
type holdings struct{ db *store.DB }

// Describe implements prometheus.Collector.
func (h *holdings) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(h, c) }

// Collect implements prometheus.Collector.
func (h *holdings) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	desc := prometheus.NewDesc("courant_store_rows", "What the store holds, by kind.", []string{"kind"}, nil)
	stats, err := h.db.Stats(ctx)
	if err != nil {
		c <- prometheus.NewInvalidMetric(desc, err)
		return
	}
	for kind, n := range map[string]int{
		"observation": stats.Observations, "source": stats.Sources, "story": stats.Stories, "published": stats.Published,
	} {
		c <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), kind)
	}
}

// wired tells how each provider fares.
type wired struct{ runner *wire.Runner }

// Describe implements prometheus.Collector.
func (w *wired) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(w, c) }

// Collect implements prometheus.Collector.
func (w *wired) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	reports, err := w.runner.Reports(ctx)
	if err != nil {
		return // the store does not answer, which another metric says
	}
	for _, r := range reports {
		id := string(r.Provider.Source.ID)
		count := func(name, help string, n int) {
			c <- prometheus.MustNewConstMetric(prometheus.NewDesc("courant_wire_"+name+"_total", help, []string{"provider"}, nil), prometheus.CounterValue, float64(n), id)
		}
		gauge := func(name, help string, v float64) {
			c <- prometheus.MustNewConstMetric(prometheus.NewDesc("courant_wire_"+name, help, []string{"provider"}, nil), prometheus.GaugeValue, v, id)
		}
		count("asked", "Requests made of a provider.", r.Counts.Asked)
		count("unchanged", "Replies that said that nothing changed.", r.Counts.Unchanged)
		count("read", "Replies that were read.", r.Counts.Read)
		count("refused", "Replies that were not what they should be.", r.Counts.Refused)
		count("failed", "Requests without a reply.", r.Counts.Failed)
		count("new", "Figures that were news.", r.Counts.New)
		count("held", "Figures that were held back.", r.Counts.Held)
		count("trades", "Trades that a provider's stream told.", r.Counts.Trades)
		count("bars", "Bars of minutes that were made of them.", r.Counts.Bars)
		count("cuts", "Conversations with a provider's stream that failed.", r.Counts.Cuts)
		gauge("failures", "Failures in a row.", float64(r.Status.Failures))
		if !r.Status.Newest.IsZero() {
			gauge("newest_timestamp_seconds", "The newest moment of which a provider spoke.", float64(r.Status.Newest.Unix()))
		}
		if !r.Status.Got.IsZero() {
			gauge("success_timestamp_seconds", "When a provider was last read.", float64(r.Status.Got.Unix()))
		}
	}
}
