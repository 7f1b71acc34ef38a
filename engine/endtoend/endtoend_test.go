package endtoend_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/simulator"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/simulator/virtual"
	"github.com/roomink/roomink/engine/store"
)

// TestMainJob is the whole product in one test.
func TestMainJob(t *testing.T) {
	o := newOffice(t)
	dir := t.TempDir()
	r := o.connected(dir)
	s := r.awaitRooms()
	if a := s.Account; a.State != engine.Connected || a.Username == "" || a.Tenant == "" || !a.CanListRooms {
		t.Errorf("account %+v; want connected, with names", a)
	}

	s = r.await("four displays over mDNS", func(s engine.Snapshot) bool {
		known := 0
		for _, d := range s.Displays {
			if d.Panel != (display.Panel{}) {
				known++
			}
		}
		return known == len(o.Displays)
	})
	var ids []display.ID
	for i, d := range s.Displays {
		if d.Stage != engine.Found {
			t.Errorf("%s is %s; want found", d.ID, d.Stage)
		}
		preview, err := r.Preview(d.ID, s.Rooms[i].Room.ID)
		r.must(err)
		if preview.Image.Bounds() != d.Panel.Bounds() {
			t.Errorf("preview %v for panel %v", preview.Image.Bounds(), d.Panel)
		}
		r.must(r.Adopt(t.Context(), d.ID))
		ids = append(ids, d.ID)
	}

	// One display hangs at a room that is free, the others anywhere.
	room := freeRoom(t, s)
	r.must(r.Assign(t.Context(), ids[0], room.Room.ID))
	for i, other := 1, 0; i < len(ids); other++ {
		if s.Rooms[other].Room.ID != room.Room.ID {
			r.must(r.Assign(t.Context(), ids[i], s.Rooms[other].Room.ID))
			i++
		}
	}
	s = o.awaitDelivered(r, ids...)
	if s.State != engine.InOrder {
		t.Errorf("state %s, problems %+v; want in order", s.State, s.Problems)
	}

	t.Run("should show a booked meeting on the glass", func(t *testing.T) {
		api := o.graphAPI()
		id := api.book(room.Room.ID, "Budget 2027", o.now().Truncate(time.Minute), 40*time.Minute)
		o.awaitGlass(r, "booking", ids[0], func(s *sign.Sign) bool { return s.Current != nil && s.Current.Title == "Budget 2027" })

		api.cancel(room.Room.ID, id)
		o.awaitGlass(r, "cancellation", ids[0], func(s *sign.Sign) bool { return s.Current == nil })
	})

	t.Run("should not push while nothing changes", func(t *testing.T) {
		before := o.pushes()
		rounds := readings(t, r, 5)
		if n := o.pushes() - before; n != 0 {
			t.Errorf("%d pushes in %d readings of unchanged calendars", n, rounds)
		}
	})

	t.Run("should not push after a restart", func(t *testing.T) {
		before := o.pushes()
		r.stop()
		r = o.start(dir, o.accepts)
		s := o.awaitDelivered(r, ids...)
		if s.Account.State != engine.Connected {
			t.Errorf("account %+v; want connected without a new sign-in", s.Account)
		}
		readings(t, r, 3)
		if n := o.pushes() - before; n != 0 {
			t.Errorf("%d pushes after a restart", n)
		}
	})

	t.Run("should bring a display up to date when it comes back", func(t *testing.T) {
		device := o.device(find(r.Snapshot(), ids[0]))
		old := device.Glass()
		device.SetPower(false)
		start := o.now().Truncate(time.Minute)
		_, err := o.Tenant.Book(string(room.Room.ID), tenant.Meeting{Subject: "While you were out", Start: start, End: start.Add(30 * time.Minute)})
		r.must(err)
		r.await("a display that can't be reached", func(s engine.Snapshot) bool {
			d := find(s, ids[0])
			return d.Delivery == engine.Retrying && d.Problem != nil && s.State == engine.Attention
		})
		if device.Glass().Pushes != old.Pushes {
			t.Error("a display without power was pushed to")
		}
		device.SetPower(true)
		s := o.awaitDelivered(r, ids[0])
		d := find(s, ids[0])
		if d.Sign.Current == nil || d.Sign.Current.Title != "While you were out" {
			t.Errorf("sign %+v; want the meeting", d.Sign)
		}
		r.await("order", func(s engine.Snapshot) bool { return s.State == engine.InOrder })
	})

	t.Run("should own up on the glass to being signed out", func(t *testing.T) {
		r.must(r.Disconnect(t.Context()))
		o.awaitGlass(r, "sign without an account", ids[0], func(s *sign.Sign) bool { return s.State == sign.Unknown })
	})
}

// readings waits until the calendars were read n more times.
func readings(t *testing.T, r *roomink, n int) int {
	t.Helper()
	last := r.Snapshot().Sync.LastOK
	for range n {
		s := r.await("another reading", func(s engine.Snapshot) bool { return s.Sync.LastOK.After(last) })
		last = s.Sync.LastOK
	}
	return n
}

func TestSignInThatDoesNotWork(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	tests := map[string]struct {
		credentials func(*engine.Credentials)
		browse      visit
		want        string // in the explanation
	}{
		"should explain a wrong secret": {
			credentials: func(c *engine.Credentials) { c.Secret = "wrong~secret.wrong~secret.wrong~secret" },
			want:        "AADSTS7000215",
		},
		"should explain a refused consent": {
			browse: o.declines,
			want:   "AADSTS65004",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, []virtual.Options{}...) // a tenant remembers a consent
			browse, credentials := visit(o.accepts), o.credentials()
			if test.browse != nil {
				browse = test.browse
			}
			if test.credentials != nil {
				test.credentials(&credentials)
			}
			r := o.start(t.TempDir(), browse)
			r.must(r.SaveCredentials(t.Context(), credentials))
			err := r.Connect(t.Context())
			x := engine.Explain(err)
			if err == nil || !strings.Contains(x.Details, test.want) || x.Remedy == "" {
				t.Errorf("explanation %+v; want %s and a remedy", x, test.want)
			}
			s := r.Snapshot()
			if s.Account.State != engine.SignedOut || s.Account.Problem == nil || !s.Account.HasSecret {
				t.Errorf("account %+v; want signed out, with the problem, and nothing lost", s.Account)
			}
			if strings.Contains(x.Details+x.Text+x.Title, credentials.Secret) {
				t.Error("the explanation shows the secret")
			}
		})
	}

	t.Run("should refuse credentials that can't be right", func(t *testing.T) {
		r := o.start(t.TempDir(), o.accepts)
		bad := o.credentials()
		bad.Secret = bad.ClientID // the secret's id in place of its value
		err := r.SaveCredentials(t.Context(), bad)
		if x := engine.Explain(err); err == nil || !strings.Contains(x.Text, "Value") {
			t.Errorf("error %v, explanation %+v; want one that names the Value", err, x)
		}
	})

	t.Run("should let a person cancel and try again", func(t *testing.T) {
		r := o.start(t.TempDir(), hesitates)
		r.must(r.SaveCredentials(t.Context(), o.credentials()))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Connect(ctx) }()
		s := r.await("an open browser", func(s engine.Snapshot) bool { return s.Account.SignInURL != "" })
		if err := r.Connect(t.Context()); err == nil {
			t.Error("a second sign-in began beside the first")
		}
		cancel()
		if err := <-done; err == nil {
			t.Error("no error though cancelled")
		}
		if got := r.Snapshot().Account; got.State != engine.SignedOut || got.SignInURL != "" {
			t.Errorf("account %+v; want signed out", got)
		}
		// The page that is still open must not sign anybody in.
		if o.accepts(t.Context(), s.Account.SignInURL) == nil {
			t.Error("the abandoned sign-in was answered")
		}
	})
}

func TestTokensThatStopWorking(t *testing.T) {
	o := newOffice(t, simulator.DefaultDisplays(0)[:1]...)
	r := o.connected(t.TempDir())
	s := r.awaitRooms()
	id, err := r.AddDisplay(t.Context(), o.Displays[0].Addr())
	r.must(err)
	r.must(r.Assign(t.Context(), id, s.Rooms[0].Room.ID))
	o.awaitDelivered(r, id)

	o.Tenant.ExpireAccessTokens()
	readings(t, r, 3) // renewed without anybody noticing

	o.Tenant.RevokeRefreshTokens()
	o.Tenant.ExpireAccessTokens()
	s = r.await("a call for a new sign-in", func(s engine.Snapshot) bool {
		return s.Account.State == engine.NeedsSignIn && find(s, id).Delivery == engine.Delivered
	})
	if find(s, id).Sign.State == "unknown" {
		t.Error("the sign doubts a reading of a moment ago")
	}
	if s.State != engine.Attention || len(s.Problems) == 0 || s.Problems[0].Severity != health.Error || s.Problems[0].Remedy == "" {
		t.Errorf("state %s, problems %+v; want attention and an error with a remedy", s.State, s.Problems)
	}
	r.must(r.Connect(t.Context()))
	r.await("signs that know again", func(s engine.Snapshot) bool {
		d := find(s, id)
		return s.State == engine.InOrder && d.Delivery == engine.Delivered && d.Sign.State != "unknown"
	})
}

func TestDisplaysThatMisbehave(t *testing.T) {
	faults := map[string]virtual.Fault{
		"garbage": virtual.Garbage, "silence": virtual.Hang, "a torn connection": virtual.DropMidFrame,
		"a refusal": virtual.NackData, "a refresh that never ends": virtual.RefreshTimeout,
	}
	for name, fault := range faults {
		t.Run("should survive "+name, func(t *testing.T) {
			o := newOffice(t, simulator.DefaultDisplays(0)[:2]...)
			r := o.connected(t.TempDir())
			s := r.awaitRooms()
			bad, err := r.AddDisplay(t.Context(), o.Displays[0].Addr())
			r.must(err)
			good, err := r.AddDisplay(t.Context(), o.Displays[1].Addr())
			r.must(err)
			o.Displays[0].SetFault(fault)
			r.must(r.Assign(t.Context(), bad, s.Rooms[0].Room.ID))
			r.must(r.Assign(t.Context(), good, s.Rooms[1].Room.ID))
			o.awaitDelivered(r, good) // one bad display holds nobody up
			s = r.await("an explanation", func(s engine.Snapshot) bool { return find(s, bad).Problem != nil })
			if p := find(s, bad).Problem; p.Title == "" || p.Details == "" {
				t.Errorf("problem %+v; want words", p)
			}
			o.Displays[0].SetFault(virtual.NoFault)
			o.awaitDelivered(r, bad)
		})
	}
}

func TestDamagedDatabase(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	dir := t.TempDir()
	o.connected(dir).stop()
	path := filepath.Join(dir, store.FileName)
	junk := []byte(strings.Repeat("junk", 5000))
	if err := os.WriteFile(path, junk, 0o600); err != nil {
		t.Fatal(err)
	}
	r := o.start(dir, o.accepts)
	s := r.Snapshot()
	if len(s.Problems) == 0 || !strings.Contains(s.Problems[0].Text, store.FileName+".damaged-") {
		t.Fatalf("problems %+v; want one that names the file", s.Problems)
	}
	kept, err := filepath.Glob(path + ".damaged-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v, %v; want one file", kept, err)
	}
	if data, err := os.ReadFile(kept[0]); err != nil || string(data) != string(junk) {
		t.Errorf("the file that was kept is not the damaged one: %v", err)
	}
}

func TestSecondEngineOnTheSameFolder(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	dir := t.TempDir()
	r := o.start(dir, o.accepts)
	_, err := engine.Open(t.Context(), engine.Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), engine.ErrInUse.Error()) {
		t.Errorf("error %v; want that the folder is in use", err)
	}
	r.stop()
	o.start(dir, o.accepts).stop()
}
