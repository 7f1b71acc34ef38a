package endtoend_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/vault"
	"github.com/roomink/roomink/internal/measure"
)

// The site of the benchmarks.
const (
	siteRooms  = 500
	siteEvents = 40 // a room
)

// asTenant makes this test binary a simulated tenant in a process of its own, so that
// what Roomink costs is measured without it.
const asTenant = "ROOMINK_BENCH_TENANT"

// serveTenant is that process. It prints its address, and ends when its input does.
func serveTenant() error {
	// Graph begins a delta round with an empty page now and then, which costs a second
	// request; the budget is about the rounds in which it doesn't.
	sim, err := tenant.New(tenant.Options{EmptyPageEvery: -1})
	if err != nil {
		return err
	}
	if err := sim.Populate(siteRooms, siteEvents); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	url := "http://" + ln.Addr().String()
	sim.SetBaseURL(url)
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte() // until the parent closes it
		_ = server.Close()
	}()
	fmt.Println(url)
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// remoteTenant starts that process and gives its address.
func remoteTenant(b *testing.B) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asTenant+"=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(stdin.Close(), cmd.Wait()); err != nil {
			b.Error(err)
		}
	})
	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(url)
}

// site is an engine that reads the tenant of another process.
type site struct {
	*engine.Engine
	b   *testing.B
	url string
	app tenant.Credentials
}

func openSite(b *testing.B) *site {
	b.Helper()
	url, dir := remoteTenant(b), b.TempDir()
	sim, err := tenant.New(tenant.Options{}) // for its credentials only
	if err != nil {
		b.Fatal(err)
	}
	account := sim.Credentials()
	person := &browser.Person{Username: account.Username, Password: account.Password}
	e, err := engine.Open(b.Context(), engine.Config{
		Dir: dir, Logger: slog.New(slog.DiscardHandler),
		Source: func(c engine.SourceConfig) (engine.Source, error) {
			return graph.New(graph.Options{BaseURL: c.BaseURL, AppOnly: c.AppOnly, Token: c.Token, Rejected: c.Reject, Transport: c.Transport,
				OnRequest: func(r graph.RequestInfo) { c.OnRequest(engine.Traffic{Throttled: r.Throttled, Failed: r.Failed}) }})
		},
		OpenBrowser: person.Open(b.Context()),
		Clouds:      []entra.Cloud{{Name: "Simulated", Authority: url, Graph: url, Portal: url}},
		KeyStores:   []vault.KeyStore{vault.KeyFile{Path: filepath.Join(dir, "key")}},
		Interfaces:  func() ([]net.Interface, error) { return nil, nil },
		Interval:    time.Hour, // rounds begin when the benchmark asks for them
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := errors.Join(<-done, e.Close()); err != nil {
			b.Error(err)
		}
	})
	err = e.SaveCredentials(b.Context(), engine.Credentials{Mode: engine.Application, Tenant: account.TenantID,
		ClientID: account.ClientID, Secret: account.ClientSecret, Directory: true})
	if err != nil {
		b.Fatal(err)
	}
	return &site{e, b, url, account}
}

func (s *site) await(what string, ok func(engine.Snapshot) bool) engine.Snapshot {
	s.b.Helper()
	ctx, cancel := context.WithTimeout(s.b.Context(), 2*time.Minute)
	defer cancel()
	for snapshot := range s.Watch(ctx) {
		if ok(snapshot) {
			return snapshot
		}
	}
	s.b.Fatalf("no %s: %+v", what, s.Snapshot().Account)
	return engine.Snapshot{}
}

// connect signs in and waits until all calendars are read. It gives the time from the
// list of rooms to the last calendar.
func (s *site) connect() time.Duration {
	s.b.Helper()
	if err := s.Connect(s.b.Context()); err != nil {
		s.b.Fatal(err)
	}
	s.await("rooms", func(e engine.Snapshot) bool { return len(e.Rooms) >= siteRooms })
	began := time.Now()
	s.await("calendars", func(e engine.Snapshot) bool {
		for _, r := range e.Rooms {
			if r.SyncedAt.IsZero() {
				return false
			}
		}
		return true
	})
	return time.Since(began)
}

// round reads all calendars once and waits for it.
func (s *site) round() {
	s.b.Helper()
	before := s.Snapshot().Sync
	s.SyncNow()
	s.await("round", func(e engine.Snapshot) bool {
		return e.Sync.LastOK.After(before.LastOK) && e.Sync.Today.Rounds > before.Today.Rounds
	})
}

func BenchmarkFirstSync500(b *testing.B) {
	var total time.Duration
	var extra float64
	n := 0
	for b.Loop() {
		s := openSite(b)
		idle := measure.ResidentMB()
		peak := measure.Peak()
		total += s.connect()
		extra = max(extra, peak()-idle)
		n++
	}
	b.ReportMetric(total.Seconds()/float64(n), "first_sync_500_rooms_s")
	b.ReportMetric(extra, "sync_extra_rss_mb")
}

func BenchmarkQuietRound500(b *testing.B) {
	s := openSite(b)
	s.connect()
	s.round() // the one after the first still brings what the first delta leaves open
	requests, rounds := s.Snapshot().Sync.Today.Requests, 0
	used := measure.CPU()
	b.ResetTimer()
	for b.Loop() {
		s.round()
		rounds++
	}
	b.ReportMetric(float64(s.Snapshot().Sync.Today.Requests-requests)/float64(rounds), "quiet_round_500_rooms_requests")
	b.ReportMetric(float64((measure.CPU()-used).Milliseconds())/float64(rounds), "quiet_round_500_rooms_cpu_ms")
}

// BenchmarkChange500: from the start of the round that sees a booking until it is in
// the store and in the agenda.
func BenchmarkChange500(b *testing.B) {
	s := openSite(b)
	s.connect()
	s.round()
	room := s.Snapshot().Rooms[siteRooms/2].Room.ID
	api := newGraphAPI(b, s.url, s.app)
	var worst time.Duration
	for i := 0; b.Loop(); i++ {
		subject := fmt.Sprint("Booking ", i)
		b.StopTimer()
		api.book(room, subject, time.Now().Add(time.Hour).Truncate(time.Minute), time.Minute)
		b.StartTimer()
		began := time.Now()
		s.SyncNow()
		s.await("booking", func(e engine.Snapshot) bool {
			for _, r := range e.Rooms {
				if r.Room.ID != room {
					continue
				}
				for _, m := range r.Meetings {
					if m.Subject == subject {
						return true
					}
				}
			}
			return false
		})
		worst = max(worst, time.Since(began))
	}
	b.ReportMetric(worst.Seconds(), "change_to_store_s")
}
