package hostile_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/hostile"
)

// TestKinds asks each server by hand and reads what comes, up to a bound.
func TestKinds(t *testing.T) {
	const most = 300_000
	for kind, want := range map[hostile.Kind]struct {
		least  int // bytes that come at least; -1 = none at all
		starts string
	}{
		hostile.Silence: {least: -1}, hostile.Hangup: {least: -1}, hostile.Reset: {least: -1},
		hostile.EndlessBody: {most, "HTTP/1.1 200 OK"}, hostile.EndlessChunks: {most, "HTTP/1.1 200 OK"},
		hostile.EndlessHeader: {most, "HTTP/1.1 200 OK"}, hostile.EndlessLine: {most, "HTTP/1.1 200 c"},
		hostile.Informational: {most, "HTTP/1.1 100"}, hostile.GzipBomb: {most, "HTTP/1.1 200 OK"},
		hostile.Nested: {most, "HTTP/1.1 200 OK"}, hostile.SlowLoris: {2, "HT"}, hostile.SlowHeader: {20, "HTTP"},
		hostile.RedirectLoop: {20, "HTTP/1.1 302"}, hostile.RedirectAwayRaw: {20, "HTTP/1.1 307"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s, err := hostile.HTTP(kind, hostile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			conn, err := net.Dial("tcp", s.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			if kind == hostile.Silence || strings.HasPrefix(string(kind), "slow") {
				_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond)) // these never end
			}
			got, _ := io.ReadAll(io.LimitReader(conn, most))
			if len(got) < want.least || want.least < 0 && len(got) > 0 || !strings.HasPrefix(string(got), want.starts) {
				t.Errorf("%d bytes came: %.40q", len(got), got)
			}
		})
	}
}

func TestTurn(t *testing.T) {
	s, err := hostile.HTTP(hostile.Hangup, hostile.Options{
		Healthy: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "fine") }),
		Turn:    func(r *http.Request) bool { return r.URL.Path == "/bad" },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	resp, err := http.Get(s.URL() + "/good")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp, err := http.Get(s.URL() + "/bad"); err == nil {
		resp.Body.Close()
		t.Error("the bad page answered")
	}
	if _, err := hostile.HTTP("kind", hostile.Options{}); err == nil {
		t.Error("an unknown kind was taken")
	}
}

func TestMutations(t *testing.T) {
	all := hostile.Mutations(`{"a":1,"b":{"c":2}}`)
	seen := map[string]bool{}
	for _, m := range all {
		seen[m] = true
	}
	for _, want := range []string{`{"a":NaN,"b":{"c":2}}`, `{"b":{"c":2}}`, `{"a":1,"b":{"c":1e999}}`, `{"a":1,"a":[],"b":{"c":2}}`} {
		if !seen[want] {
			t.Errorf("%s is missing", want)
		}
	}
	valid := 0
	for _, m := range all {
		if json.Valid([]byte(m)) {
			valid++
		}
	}
	if n := len(hostile.Values()); len(all) != 3*(n+2) || valid < len(all)/2 {
		t.Errorf("%d variants, %d of them JSON", len(all), valid)
	}
}
