package openepaperlink_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
)

// strange runs an access point that answers /get_db and /ws in its own way.
func strange(t *testing.T, db http.HandlerFunc, ws func(context.Context, *websocket.Conn)) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/get_db", db)
	mux.HandleFunc("/sysinfo", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"env":"x","buildversion":"1","flashsize":1}`)
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		ws(conn.CloseRead(r.Context()), conn)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func noTags(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"tags":[]}`) }

func TestListsWithoutEnd(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	for name, next := range map[string]string{"the same again": "%[1]s", "back to the start": "0", "below": "-1"} {
		address := strange(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			fmt.Fprintf(w, `{"tags":[],"continu":`+next+`}%.0[1]s`, r.URL.Query().Get("pos"))
		}, nil)
		_, _, err := driver().Displays(t.Context(), address)
		displaytest.CheckError(t, err, display.Protocol)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	// One that goes on by one ends at its 256th page, and the backup is not there.
	asked.Store(0)
	address := strange(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"tags":[],"continu":%d}`, asked.Add(1))
	}, nil)
	_, _, err := driver().Displays(t.Context(), address)
	displaytest.CheckError(t, err, display.Protocol)
	if n := asked.Load(); n != 256 {
		t.Errorf("%d pages were asked for, want 256", n)
	}
}

// TestFlood: a thousand messages are heard at once, then two hundred a second, and new
// tags without end take no memory without end.
func TestFlood(t *testing.T) {
	t.Parallel()
	address := strange(t, noTags, func(ctx context.Context, c *websocket.Conn) {
		for i := 1; ; i++ {
			m := fmt.Sprintf(`junk{"tags":[{"mac":"%016X","lastseen":1780232916,"hash":"4eaaf64af5f3dcc5"}]}`, i)
			if c.Write(ctx, websocket.MessageText, []byte(m)) != nil {
				return
			}
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var heard atomic.Int32
	begun := time.Now()
	err := driver().Watch(ctx, address, func(display.Report) { heard.Add(1) })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("watch: %v", err)
	}
	if n, most := heard.Load(), 1001+200*time.Since(begun).Seconds(); n == 0 || float64(n) > most {
		t.Errorf("%d reports, want 1 to %.0f", n, most)
	}
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	long := make([]byte, 64<<10)
	for name, c := range map[string]struct {
		body []byte
		kind display.Kind
	}{
		"too long": {long, display.Protocol},
		"no JSON":  {[]byte(`x{"tags":[{]`), display.Protocol},
		"silence":  {nil, display.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := strange(t, noTags, func(ctx context.Context, conn *websocket.Conn) {
				if c.body != nil {
					_ = conn.Write(ctx, websocket.MessageText, c.body)
				}
				<-ctx.Done()
			})
			err := impatient().Watch(t.Context(), address, func(display.Report) { t.Error("a report") })
			displaytest.CheckError(t, err, c.kind)
		})
	}
}
