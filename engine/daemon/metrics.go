package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/health"
)

// listenForMetrics opens the address, nil where it is "". Only this computer may read the
// metrics: they need no password then.
func listenForMetrics(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("metrics on %q: choose an address of this computer's loopback, such as 127.0.0.1:9466", address)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return l, nil
}

// serveMetrics answers until ctx ends.
func serveMetrics(ctx context.Context, l net.Listener, version string, e *engine.Engine) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collector{version: version, snapshot: e.Snapshot})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	server := &http.Server{Handler: onlyLocal(mux), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); ctx.Err() == nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// onlyLocal refuses requests for another name than this computer's own: a web page could
// have its name resolved to the loopback address.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "ask for localhost", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// collector makes metrics of the present snapshot.
type collector struct {
	version  string
	snapshot func() engine.Snapshot
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("roomink_"+name, help, labels, nil)
}

var (
	descInfo      = desc("info", "The version of Roomink; always 1.", "version")
	descConnected = desc("account_connected", "1 while Microsoft 365 takes the sign-in.")
	descRooms     = desc("rooms", "Rooms that are known.")
	descDisplays  = desc("displays", "Displays with a room, by how they stand.", "delivery")
	descProblems  = desc("problems", "What needs a person, by severity.", "severity")
	descRead      = desc("calendars_read_timestamp_seconds", "When all calendars were last read; 0 = never.")
	descRequests  = desc("graph_requests_today", "Requests to Microsoft Graph since midnight, by outcome.", "outcome")
	descPaused    = desc("paused", "1 while a person paused all pushes.")
)

// Describe implements [prometheus.Collector].
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descInfo, descConnected, descRooms, descDisplays, descProblems, descRead, descRequests, descPaused} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (c collector) Collect(ch chan<- prometheus.Metric) {
	s := c.snapshot()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	flag := func(on bool) float64 {
		if on {
			return 1
		}
		return 0
	}
	gauge(descInfo, 1, c.version)
	gauge(descConnected, flag(s.Account.State == engine.Connected))
	gauge(descRooms, float64(len(s.Rooms)))
	by := byDelivery(s)
	for _, state := range []engine.DeliveryState{engine.Pending, engine.Pushing, engine.Delivered, engine.Retrying, engine.Waiting} {
		gauge(descDisplays, float64(by[state]), string(state))
	}
	problems := map[health.Severity]int{}
	for _, p := range s.Problems {
		problems[p.Severity]++
	}
	for _, severity := range []health.Severity{health.Notice, health.Warning, health.Error} {
		gauge(descProblems, float64(problems[severity]), severity.String())
	}
	read := 0.0
	if !s.Sync.LastOK.IsZero() {
		read = float64(s.Sync.LastOK.UnixMilli()) / 1000
	}
	gauge(descRead, read)
	gauge(descRequests, float64(s.Sync.Today.Requests-s.Sync.Today.Throttled-s.Sync.Today.Failed), "ok")
	gauge(descRequests, float64(s.Sync.Today.Throttled), "throttled")
	gauge(descRequests, float64(s.Sync.Today.Failed), "failed")
	gauge(descPaused, flag(s.Paused))
}
