package engine

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/store"
)

// described is a protocol whose displays have an address of their own. Those of "memory" can
// be pushed to as well.
type described string

func (p described) Protocol() string { return string(p) }

func (p described) Routes(mux *http.ServeMux, desk pull.Desk) {
	mux.HandleFunc("GET /"+string(p)+"/{token}", func(w http.ResponseWriter, r *http.Request) {
		d, ok := desk.Holder(string(p), r.PathValue("token"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		if o, ok := desk.Offer(d.ID); ok {
			w.Header().Set("ETag", o.Frame.Hash)
		}
	})
}

func (p described) Instructions(base, token string, _ display.Display) display.Instructions {
	return display.Instructions{URL: base + "/" + string(p) + "/" + token}
}

func get(t *testing.T, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	return res
}

func TestPullDisplayThatIsDescribed(t *testing.T) {
	cfg := servingConfig(t)
	cfg.Pulls = []pull.Protocol{described("plain")}
	e, _ := run(t, cfg)
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: loopback(t), Port: freePort(t)}))
	untilServing(t, e, "rooms", func(s Snapshot) bool { return len(s.Rooms) > 0 })
	panel := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
	for _, bad := range []PullDisplay{
		{Protocol: "memory", Panel: panel}, {Protocol: "plain"}, {Protocol: "plain", Panel: panel, Room: "none@contoso.com"},
		{Protocol: "plain", Panel: panel, Name: strings.Repeat("x", maxName+1)},
	} {
		if _, err := e.NewPullDisplay(t.Context(), bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if s := e.Snapshot(); len(s.Displays) != 0 {
		t.Fatalf("displays %+v", s.Displays)
	}
	id, err := e.NewPullDisplay(t.Context(), PullDisplay{Protocol: "plain", Name: " Door ", Panel: panel, Room: roomID(0)})
	must(t, err)
	s := untilServing(t, e, "on", func(s Snapshot) bool { return s.Serving.On && len(s.Displays) == 1 })
	if d := s.Displays[0]; d.ID != id || d.Name != "Door" || d.Room != roomID(0) || d.Pulls {
		t.Errorf("%+v", d)
	}
	old, err := e.PullInstructions(t.Context(), id)
	must(t, err)
	if res := get(t, old.URL); res.StatusCode != http.StatusOK || res.Header.Get("ETag") == "" {
		t.Errorf("its address gives %s", res.Status)
	}
	must(t, e.RenewPullAddress(t.Context(), id))
	fresh, err := e.PullInstructions(t.Context(), id)
	must(t, err)
	if fresh.URL == old.URL || get(t, old.URL).StatusCode != http.StatusNotFound || get(t, fresh.URL).StatusCode != http.StatusOK {
		t.Error("the old address still works, or the new one does not")
	}

	// A lost key costs the words on the screen, not the sign.
	must(t, e.ForgetSecrets(t.Context()))
	if _, err := e.PullInstructions(t.Context(), id); err == nil {
		t.Error("a lost address was shown")
	}
	if get(t, fresh.URL).StatusCode != http.StatusOK {
		t.Error("the display was locked out")
	}
	must(t, e.RenewPullAddress(t.Context(), id))
	again, err := e.PullInstructions(t.Context(), id)
	must(t, err)
	if get(t, again.URL).StatusCode != http.StatusOK || get(t, fresh.URL).StatusCode != http.StatusNotFound {
		t.Error("no new address after the secrets were lost")
	}
	if e.SetPull(t.Context(), id, false) == nil {
		t.Error("it can't be pushed to")
	}
}

func TestPullOrPush(t *testing.T) {
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	cfg.Pulls = []pull.Protocol{described("memory")}
	e, _ := run(t, cfg)
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: loopback(t), Port: freePort(t)}))
	untilServing(t, e, "rooms", func(s Snapshot) bool { return len(s.Rooms) > 0 })
	id, err := e.AddDisplay(t.Context(), "0000")
	must(t, err)
	must(t, e.Assign(t.Context(), id, roomID(0)))
	untilServing(t, e, "pushed", func(s Snapshot) bool { return s.Displays[0].Delivery == Delivered && s.Displays[0].Pulls })
	must(t, e.SetPull(t.Context(), id, true))
	untilServing(t, e, "on", func(s Snapshot) bool { return s.Serving.On && s.Displays[0].Pull })
	how, err := e.PullInstructions(t.Context(), id)
	must(t, err)
	if get(t, how.URL).StatusCode != http.StatusOK {
		t.Error("it can't fetch")
	}
	must(t, e.SetPull(t.Context(), id, false))
	untilServing(t, e, "pushed to again", func(s Snapshot) bool { return !s.Displays[0].Pull && s.Displays[0].Delivery == Delivered })
	must(t, e.Forget(t.Context(), id))
	untilServing(t, e, "off", func(s Snapshot) bool { return !s.Serving.On })
}

// knownByAddress makes a display one whose lasting identity nobody knows yet, which the
// driver of the tests has not.
func knownByAddress(t *testing.T, e *Engine, address string) {
	t.Helper()
	old, id := display.ID("memory:"+address), display.ID("memory:@"+address)
	must(t, e.db.RenameDisplay(t.Context(), old, id, nil))
	e.mu.Lock()
	defer e.mu.Unlock()
	dev := e.state.displays[old]
	delete(e.state.displays, old)
	dev.ID = id
	e.state.displays[id] = dev
}

func TestPulledDisplayThatIsRecognised(t *testing.T) {
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	cfg.Pulls = []pull.Protocol{described("memory")}
	e, _ := run(t, cfg)
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: loopback(t), Port: freePort(t)}))
	untilServing(t, e, "rooms", func(s Snapshot) bool { return len(s.Rooms) > 0 })
	id, err := e.AddDisplay(t.Context(), "0000")
	must(t, err)
	must(t, e.Assign(t.Context(), id, roomID(0)))
	knownByAddress(t, e, "0000")
	must(t, e.SetPull(t.Context(), "memory:@0000", true))
	untilServing(t, e, "on", func(s Snapshot) bool { return s.Serving.On && s.Displays[0].Pull })
	before, err := e.PullInstructions(t.Context(), "memory:@0000")
	must(t, err)

	const lasting = display.ID("memory:aa")
	e.onCandidate(display.Candidate{ID: lasting, Protocol: "memory", Name: "Door", Address: "0000", SeenAt: time.Now()})
	untilServing(t, e, "recognised", func(s Snapshot) bool { return len(s.Displays) == 1 && s.Displays[0].ID == lasting })
	after, err := e.PullInstructions(t.Context(), lasting)
	must(t, err)
	if after.URL != before.URL || get(t, after.URL).StatusCode != http.StatusOK {
		t.Errorf("its address was %s, and is %s", before.URL, after.URL)
	}
	if _, err := e.db.Secret(t.Context(), store.DisplaySecret("memory:@0000")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the secret of the old name is left: %v", err)
	}
}
