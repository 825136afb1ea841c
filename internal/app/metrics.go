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
