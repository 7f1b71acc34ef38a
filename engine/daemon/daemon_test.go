package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// empty is a calendar system without rooms.
type empty struct{}

func (empty) Rooms(context.Context) ([]calendar.Room, error) { return nil, nil }
func (empty) Changes(context.Context, []syncer.Request) ([]syncer.Change, error) {
	return nil, nil
}
func (empty) Calendars(context.Context) ([]calendar.Room, error) { return nil, nil }
func (empty) Probe(context.Context, string) error                { return nil }
func (empty) SecretExpiry(context.Context, string, string) (time.Time, error) {
	return time.Time{}, nil
}

// lines is an output that a test reads while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// config is a program's with an engine that touches nothing but its folder.
func config(dir string, clouds ...entra.Cloud) (Config, *lines) {
	out := &lines{}
	return Config{Version: "1.2.3", Stdin: strings.NewReader(""), Stdout: out, Stderr: out, Getenv: func(string) string { return "" },
		Complete: func(c *engine.Config) {
			c.KeyStores = []vault.KeyStore{vault.KeyFile{Path: filepath.Join(dir, "key")}}
			c.Interfaces = func() ([]net.Interface, error) { return nil, nil }
			c.Clouds = clouds
			c.Source = func(engine.SourceConfig) (engine.Source, error) { return empty{}, nil }
		}}, out
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"version":                {[]string{"version"}, 0, "roominkd 1.2.3"},
		"help":                   {[]string{"help"}, 0, "roominkd doctor"},
		"help of a command":      {[]string{"status", "-h"}, 0, "-json"},
		"no such command":        {[]string{"dance"}, 2, `no command "dance"`},
		"no such flag":           {[]string{"status", "-loud"}, 2, "-loud"},
		"too much":               {[]string{"status", "now"}, 2, `unexpected "now"`},
		"bad level":              {[]string{"run", "-data", dir, "-log-level", "all"}, 2, "choose debug or info"},
		"metrics for all":        {[]string{"run", "-data", dir, "-log", "-", "-metrics", "0.0.0.0:9466"}, 1, "loopback"},
		"metrics for a network":  {[]string{"run", "-data", dir, "-log", "-", "-metrics", "192.0.2.1:9466"}, 1, "loopback"},
		"never run":              {[]string{"status", "-data", dir}, 1, "has not run"},
		"connect without any":    {[]string{"connect", "-data", dir}, 1, "credentials are not complete"},
		"half a registration":    {[]string{"connect", "-data", dir, "-tenant", "contoso.com", "-app"}, 2, "name it with -client-id"},
		"connect without secret": {[]string{"connect", "-data", dir, "-tenant", "contoso.com", "-client-id", "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"}, 1, "secret"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cfg, out := config(dir)
			if code := Main(test.args, cfg); code != test.code || !strings.Contains(out.String(), test.says) {
				t.Errorf("code %d, says %q; want %d and %q", code, out, test.code, test.says)
			}
		})
	}
}

// While it runs, status and metrics tell how the signs stand, to this computer alone; after
// it ended, status says so. It ends within two seconds.
func TestRunTellsHowItStands(t *testing.T) {
	dir := t.TempDir()
	cfg, out := config(dir)
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := probe.Addr().String()
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- work(ctx, options{dir: dir}, cfg, address, slog.New(slog.DiscardHandler)) }()

	var body string
	for end := time.Now().Add(20 * time.Second); !strings.Contains(body, "roomink_rooms") && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get("http://" + address + "/metrics"); err == nil {
			data, _ := io.ReadAll(resp.Body)
			body = string(data)
			resp.Body.Close()
		}
	}
	for _, want := range []string{`roomink_info{version="1.2.3"} 1`, "roomink_rooms 0", "roomink_account_connected 0", `roomink_displays{delivery="delivered"} 0`, "go_goroutines", "roomink_paused 0"} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %s:\n%.2000s", want, body)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusForbidden {
		t.Errorf("status %d for a name that is not this computer's", resp.StatusCode)
	}

	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if s, err := readStatus(dir); err == nil && s.State != engine.Starting {
			break
		}
	}
	if code := Main([]string{"status", "-data", dir}, cfg); code != 0 || !strings.Contains(out.String(), "not set up yet") {
		t.Errorf("code %d: %s", code, out)
	}
	asked := time.Now()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if took := time.Since(asked); took > 5*time.Second { // 2 s where nobody else works
		t.Errorf("it took %v to end", took)
	}
	cfg, out = config(dir)
	if code := Main([]string{"status", "-data", dir, "-json"}, cfg); code != 1 {
		t.Errorf("code %d after the end", code)
	}
	var told struct {
		Running bool   `json:"running"`
		Version string `json:"version"`
	}
	if err := json.Unmarshal([]byte(out.String()), &told); err != nil || told.Running || told.Version != "1.2.3" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestStatusOfAProgramThatDied(t *testing.T) {
	dir := t.TempDir()
	if err := writeStatus(dir, status{At: time.Now().Add(-time.Hour), State: engine.InOrder}); err != nil {
		t.Fatal(err)
	}
	cfg, out := config(dir)
	if code := Main([]string{"status", "-data", dir}, cfg); code != 1 || !strings.Contains(out.String(), "ended without a word") {
		t.Errorf("code %d: %s", code, out)
	}
	if err := writeStatus(dir, status{At: time.Now(), State: engine.InOrder}); err != nil { // killed a moment ago
		t.Fatal(err)
	}
	cfg, out = config(dir)
	if code := Main([]string{"status", "-data", dir}, cfg); code != 1 || !strings.Contains(out.String(), "ended without a word") {
		t.Errorf("code %d: %s", code, out)
	}
	if err := os.WriteFile(filepath.Join(dir, statusFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := Main([]string{"status", "-data", dir}, cfg); code != 1 || !strings.Contains(out.String(), "Read the status") {
		t.Errorf("code %d of half a file: %s", code, out)
	}
}

// A person signs in with a code on another computer; the secret comes from the environment
// or standard input, and is never printed.
func TestConnect(t *testing.T) {
	for _, way := range []string{"environment", "input"} {
		t.Run(way, func(t *testing.T) {
			tn, err := tenant.New(tenant.Options{})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(tn)
			defer server.Close()
			tn.SetBaseURL(server.URL)
			c := tn.Credentials()
			dir := t.TempDir()
			cfg, out := config(dir, entra.Cloud{Name: "Simulated", Authority: server.URL, Graph: server.URL, Portal: server.URL})
			if way == "environment" {
				cfg.Getenv = func(name string) string { return map[string]string{secretVariable: c.ClientSecret}[name] }
			} else {
				cfg.Stdin = strings.NewReader(c.ClientSecret + "\n")
			}
			done := make(chan int, 1)
			go func() {
				done <- Main([]string{"connect", "-data", dir, "-tenant", c.TenantID, "-client-id", c.ClientID}, cfg)
			}()
			code := regexp.MustCompile(`code (\S+)\.`)
			for entered := false; !entered; time.Sleep(10 * time.Millisecond) {
				select {
				case exit := <-done:
					t.Fatalf("ended with %d: %s", exit, out)
				default:
				}
				if m := code.FindStringSubmatch(out.String()); m != nil {
					entered = tn.EnterCode(m[1], c.Username, true)
				}
			}
			if exit := <-done; exit != 0 || !strings.Contains(out.String(), "as "+c.Username) || strings.Contains(out.String(), c.ClientSecret) {
				t.Errorf("code %d: %s", exit, out)
			}
		})
	}
}

// A backup goes from one folder to another; a file that is there is not overwritten, and a
// wrong passphrase leaves nothing behind.
func TestBackupAndDiagnostics(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	file := filepath.Join(t.TempDir(), "all.roomink")
	with := func(dir, passphrase string, args ...string) (int, string) {
		cfg, out := config(dir)
		cfg.Stdin = strings.NewReader(passphrase + "\n")
		return Main(append(args, "-data", dir), cfg), out.String()
	}
	if code, out := with(one, "short", "backup", "-file", file); code != 1 || !strings.Contains(out, "too short") {
		t.Errorf("code %d: %s", code, out)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a backup that failed left a file")
	}
	if code, out := with(one, "correct horse battery", "backup", "-file", file); code != 0 || !strings.Contains(out, "The backup is in") {
		t.Fatalf("code %d: %s", code, out)
	}
	if code, _ := with(one, "correct horse battery", "backup", "-file", file); code != 1 {
		t.Error("a file was overwritten")
	}
	if code, out := with(two, "not the right one", "restore", "-file", file); code != 1 || !strings.Contains(out, "does not open the backup") {
		t.Errorf("code %d: %s", code, out)
	}
	if code, out := with(two, "correct horse battery", "restore", "-file", file); code != 0 {
		t.Errorf("code %d: %s", code, out)
	}
	zip := filepath.Join(t.TempDir(), "d.zip")
	if code, out := with(two, "", "diagnostics", "-file", zip); code != 0 {
		t.Errorf("code %d: %s", code, out)
	}
	if data, err := os.ReadFile(zip); err != nil || !bytes.HasPrefix(data, []byte("PK")) {
		t.Errorf("no zip: %v", err)
	}
	if code, _ := with(two, "", "backup"); code != 2 {
		t.Errorf("code %d without a file", code)
	}
}

// healthy is an examination in which all is well.
func healthy(t *testing.T) examination {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	panel := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
	for _, d := range []display.Display{
		{ID: "a:1", Protocol: "a", Name: "Oslo", Address: "192.0.2.1:80", Panel: panel},
		{ID: "a:2", Protocol: "a", Name: "Lima", Panel: panel, Pull: true},
		{ID: "a:3", Protocol: "a", Name: "Riga", Address: "192.0.2.9:80/node", Panel: panel},
	} {
		if err := db.SaveDisplay(t.Context(), store.Display{Display: d}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(db.SaveSetting(t.Context(), "credentials", engine.Credentials{ClientID: "x"}), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := writeStatus(dir, status{At: time.Now(), Version: "1", State: engine.InOrder}); err != nil {
		t.Fatal(err)
	}
	microsoft := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	t.Cleanup(microsoft.Close)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	held := flock.New(filepath.Join(dir, "roomink.lock")) // by the program that runs
	if ok, err := held.TryLock(); err != nil || !ok {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = held.Unlock() })
	return examination{dir: dir, now: time.Now, client: microsoft.Client(),
		resolve: func(context.Context, string) ([]string, error) { return []string{"192.0.2.7"}, nil },
		dial:    func(context.Context, string, string) (net.Conn, error) { c, _ := net.Pipe(); return c, nil },
		interfaces: func() ([]net.Interface, error) {
			return []net.Interface{{Name: "eth0", Flags: net.FlagMulticast | net.FlagUp}}, nil
		},
		freeBytes: func(string) (uint64, error) { return 10 << 30, nil },
		proxy:     func(string) (*url.URL, error) { return nil, nil },
		clouds:    []entra.Cloud{{Name: "Simulated", Authority: microsoft.URL, Graph: microsoft.URL}},
	}
}

func TestDoctor(t *testing.T) {
	tests := map[string]struct {
		ail  func(t *testing.T, x *examination)
		says []string
		well bool
	}{
		"all well": {func(*testing.T, *examination) {}, []string{"Nothing is in the way", "ok    display Oslo: answers at 192.0.2.1:80",
			"display Lima: fetches", "display Riga: answers at 192.0.2.9:80", "ok    clock", "whole, 3 displays"}, true},
		"no folder": {func(_ *testing.T, x *examination) { x.dir = filepath.Join(x.dir, "none") }, []string{"fail  data folder", "-data"}, false},
		"full disk": {func(_ *testing.T, x *examination) { x.freeBytes = func(string) (uint64, error) { return 5 << 20, nil } }, []string{"fail  disk space: 5 MB"}, false},
		"damaged database": {func(t *testing.T, x *examination) {
			if err := os.WriteFile(filepath.Join(x.dir, store.FileName), bytes.Repeat([]byte("roomink?"), 4096), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"fail  database"}, false},
		"no DNS": {func(_ *testing.T, x *examination) {
			x.resolve = func(_ context.Context, host string) ([]string, error) { return nil, fmt.Errorf("no such host") }
		}, []string{"fail  DNS", "no such host"}, false},
		"no way out": {func(_ *testing.T, x *examination) {
			x.clouds[0].Authority = "http://127.0.0.1:1"
		}, []string{"fail  sign-in service", "port 443"}, false},
		"a portal in the way": {func(t *testing.T, x *examination) {
			portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
			t.Cleanup(portal.Close)
			x.clouds[0].Graph = portal.URL
		}, []string{"fail  Microsoft Graph: answers 502"}, false},
		"a proxy": {func(_ *testing.T, x *examination) {
			x.proxy = func(string) (*url.URL, error) { return url.Parse("http://ada:secret@proxy.example:8080") }
		}, []string{"ok    proxy: requests to Microsoft go through http://proxy.example:8080\n"}, true},
		"names that only the proxy knows": {func(_ *testing.T, x *examination) {
			x.proxy = func(string) (*url.URL, error) { return url.Parse("http://proxy.example:8080") }
			x.resolve = func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }
		}, []string{"warn  DNS", "Nothing is in the way"}, true},
		"a proxy that is down": {func(_ *testing.T, x *examination) {
			x.proxy = func(string) (*url.URL, error) { return url.Parse("http://proxy.example:8080") }
			x.clouds[0].Graph = "http://127.0.0.1:1"
		}, []string{"fail  Microsoft Graph", "Check that the proxy works"}, false},
		"a folder for all": {func(t *testing.T, x *examination) {
			if err := os.Chmod(x.dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}, []string{"warn  permissions", "chmod 700"}, true},
		"a program that was killed": {func(t *testing.T, x *examination) {
			if err := os.Remove(filepath.Join(x.dir, "roomink.lock")); err != nil {
				t.Fatal(err)
			}
		}, []string{"warn  roominkd: roominkd ended without a word"}, true},
		"a proxy that can't be read": {func(_ *testing.T, x *examination) {
			x.proxy = func(string) (*url.URL, error) { return nil, errors.New("the script at wpad can't be had") }
		}, []string{"fail  proxy: the script at wpad", "NO_PROXY"}, false},
		"wrong clock": {func(_ *testing.T, x *examination) {
			x.now = func() time.Time { return time.Now().Add(-7 * time.Minute) }
		}, []string{"fail  clock: ", " behind Microsoft's", "NTP"}, false},
		"no multicast": {func(_ *testing.T, x *examination) {
			x.interfaces = func() ([]net.Interface, error) { return nil, nil }
		}, []string{"warn  multicast"}, true},
		"a dead display": {func(_ *testing.T, x *examination) {
			x.dial = func(_ context.Context, _, address string) (net.Conn, error) { return nil, errors.New("no route") }
		}, []string{"fail  display Oslo: no answer at 192.0.2.1:80", "fail  display Riga", "ok    display Lima", "2 checks failed"}, false},
		"not running": {func(t *testing.T, x *examination) {
			if err := os.Remove(filepath.Join(x.dir, statusFile)); err != nil {
				t.Fatal(err)
			}
		}, []string{"warn  roominkd"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := healthy(t)
			test.ail(t, &x)
			var out bytes.Buffer
			err := x.report(t.Context(), &out)
			if (err == nil) != test.well {
				t.Errorf("error %v", err)
			}
			for _, want := range test.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("lacks %q:\n%s", want, &out)
				}
			}
		})
	}
}
