package apptest

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Engine answers every command of the window by changing the snapshot it holds. It
// is safe for concurrent use.
type Engine struct {
	// Delay is how long commands take that a real engine would block in.
	Delay time.Duration
	// Fail, if not nil, may refuse a command by its name, such as "Connect".
	Fail func(command string) error
	// Draw, if not nil, draws the previews of signs.
	Draw func(engine.Snapshot, engine.PreviewRequest) (engine.Preview, error)

	mu       sync.Mutex
	snapshot engine.Snapshot
	changed  chan struct{}
	full     engine.Snapshot
	sources  map[string][]byte // of templates; replaced, never changed
}

// NewEngine holds s; connecting brings the rooms of full.
func NewEngine(s, full engine.Snapshot) *Engine {
	return &Engine{snapshot: s, full: full, changed: make(chan struct{})}
}

// Snapshot is what the engine holds.
func (e *Engine) Snapshot() engine.Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.snapshot
}

// Change edits the snapshot and publishes it.
func (e *Engine) Change(edit func(*engine.Snapshot)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.snapshot.Rooms = append([]engine.Room(nil), e.snapshot.Rooms...)
	e.snapshot.Displays = append([]engine.Display(nil), e.snapshot.Displays...)
	edit(&e.snapshot)
	e.snapshot.Seq++
	close(e.changed)
	e.changed = make(chan struct{})
}

// Watch implements the window's Engine.
func (e *Engine) Watch(ctx context.Context) <-chan engine.Snapshot {
	out := make(chan engine.Snapshot)
	go func() {
		defer close(out)
		for {
			e.mu.Lock()
			s, changed := e.snapshot, e.changed
			e.mu.Unlock()
			select {
			case out <- s:
			case <-ctx.Done():
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (e *Engine) begin(ctx context.Context, command string) error {
	select {
	case <-time.After(e.Delay):
	case <-ctx.Done():
		return ctx.Err()
	}
	if e.Fail != nil {
		return e.Fail(command)
	}
	return nil
}

// SaveCredentials implements the window's Engine.
func (e *Engine) SaveCredentials(ctx context.Context, c engine.Credentials) error {
	if err := e.begin(ctx, "SaveCredentials"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Account.HasSecret = s.Account.HasSecret || c.Secret != ""
		c.Secret = ""
		s.Account.Credentials = c
	})
	return nil
}

// Connect implements the window's Engine.
func (e *Engine) Connect(ctx context.Context) error {
	e.Change(func(s *engine.Snapshot) {
		s.Account.State, s.Account.SignInURL = engine.Connecting, "https://login.microsoftonline.com/…"
	})
	if err := e.begin(ctx, "Connect"); err != nil {
		e.Change(func(s *engine.Snapshot) { s.Account.State = engine.SignedOut })
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		a := e.full.Account
		a.Credentials = s.Account.Credentials
		s.Account, s.Rooms, s.Sync = a, e.full.Rooms, e.full.Sync
	})
	return nil
}

// Disconnect implements the window's Engine.
func (e *Engine) Disconnect(ctx context.Context) error {
	if err := e.begin(ctx, "Disconnect"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) { s.Account.State = engine.SignedOut })
	return nil
}

// RefreshRooms implements the window's Engine.
func (e *Engine) RefreshRooms(ctx context.Context) error { return e.begin(ctx, "RefreshRooms") }

// AddRoom implements the window's Engine.
func (e *Engine) AddRoom(ctx context.Context, address string) error {
	if err := e.begin(ctx, "AddRoom"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		room := calendar.Room{ID: calendar.NewRoomID(address)}
		s.Rooms = append(s.Rooms, engine.Room{Agenda: calendar.NewAgenda(room, nil, nil, time.Time{})})
	})
	return nil
}

// Calendars implements the window's Engine with two of the account's own and two that
// are shared with it.
func (e *Engine) Calendars(ctx context.Context) ([]calendar.Room, error) {
	return Calendars(), e.begin(ctx, "Calendars")
}

// AddCalendar implements the window's Engine.
func (e *Engine) AddCalendar(ctx context.Context, room calendar.Room) error {
	if err := e.begin(ctx, "AddCalendar"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Rooms = append(s.Rooms, engine.Room{Agenda: calendar.NewAgenda(room, nil, nil, time.Time{}), Manual: true})
	})
	return nil
}

// ForgetRoom implements the window's Engine.
func (e *Engine) ForgetRoom(ctx context.Context, id calendar.RoomID) error {
	if err := e.begin(ctx, "ForgetRoom"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Rooms = slices.DeleteFunc(s.Rooms, func(r engine.Room) bool { return r.Room.ID == id })
		for i := range s.Displays {
			if d := &s.Displays[i]; d.Room == id {
				d.Stage, d.Room, d.Frame, d.Delivery = engine.Adopted, "", nil, engine.NothingToShow
			}
		}
	})
	return nil
}

// SyncNow implements the window's Engine.
func (e *Engine) SyncNow() {}

// AddDisplay implements the window's Engine.
func (e *Engine) AddDisplay(ctx context.Context, address string) (display.ID, error) {
	if err := e.begin(ctx, "AddDisplay"); err != nil {
		return "", err
	}
	id := display.ID("opendisplay:" + address)
	e.Change(func(s *engine.Snapshot) {
		s.Displays = append(s.Displays, engine.Display{Stage: engine.Found, Delivery: engine.NothingToShow,
			Display: display.Display{ID: id, Address: address, Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}}})
	})
	return id, nil
}

// Adopt implements the window's Engine.
func (e *Engine) Adopt(ctx context.Context, id display.ID) error {
	return e.edit(ctx, "Adopt", id, func(d *engine.Display) { d.Stage = engine.Adopted })
}

// Forget implements the window's Engine.
func (e *Engine) Forget(ctx context.Context, id display.ID) error {
	return e.edit(ctx, "Forget", id, func(d *engine.Display) {
		d.Stage, d.Room, d.Frame, d.Delivery = engine.Found, "", nil, engine.NothingToShow
	})
}

// Assign implements the window's Engine.
func (e *Engine) Assign(ctx context.Context, id display.ID, room calendar.RoomID) error {
	frame, err := e.Preview(id, room)
	if err != nil {
		return err
	}
	return e.edit(ctx, "Assign", id, func(d *engine.Display) {
		d.Stage, d.Room, d.Frame, d.Delivery = engine.Assigned, room, &frame, engine.Pushing
	})
}

// Unassign implements the window's Engine.
func (e *Engine) Unassign(ctx context.Context, id display.ID) error {
	return e.edit(ctx, "Unassign", id, func(d *engine.Display) {
		d.Stage, d.Room, d.Frame, d.Delivery = engine.Adopted, "", nil, engine.NothingToShow
	})
}

// Identify implements the window's Engine.
func (e *Engine) Identify(ctx context.Context, id display.ID) error {
	return e.edit(ctx, "Identify", id, func(*engine.Display) {})
}

func (e *Engine) edit(ctx context.Context, command string, id display.ID, f func(*engine.Display)) error {
	if err := e.begin(ctx, command); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		for i := range s.Displays {
			if s.Displays[i].ID == id {
				f(&s.Displays[i])
			}
		}
	})
	return nil
}

// Clouds implements the window's Engine.
func (e *Engine) Clouds() []engine.Cloud {
	return []engine.Cloud{
		{Name: "Global", Portal: "https://entra.microsoft.com"},
		{Name: "US Government L4", Portal: "https://entra.microsoft.us"},
		{Name: "China (21Vianet)", Portal: "https://entra.microsoftonline.cn"},
	}
}

// Preview implements the window's Engine.
func (e *Engine) Preview(id display.ID, room calendar.RoomID) (display.Frame, error) {
	s := e.Snapshot()
	for _, d := range s.Displays {
		for _, r := range s.Rooms {
			if d.ID == id && r.Room.ID == room {
				return *Frame(r, d.Panel), nil
			}
		}
	}
	return display.Frame{}, errors.New("no such display or room")
}

// SetPaused implements the window's Engine.
func (e *Engine) SetPaused(ctx context.Context, paused bool) error {
	if err := e.begin(ctx, "SetPaused"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		if s.State = engine.InOrder; paused {
			s.State, s.Paused = engine.Paused, true
		}
	})
	return nil
}

// SetPolicy implements the window's Engine.
func (e *Engine) SetPolicy(ctx context.Context, p sign.Policy) error {
	if err := e.begin(ctx, "SetPolicy"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) { s.Policy = p })
	return nil
}

// SaveDraft implements the window's Engine.
func (e *Engine) SaveDraft(ctx context.Context, d engine.Draft) error {
	if err := e.begin(ctx, "SaveDraft"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		d.HasSecret = d.HasSecret || d.Secret != ""
		d.Secret = ""
		s.Account.Draft = d
	})
	return nil
}

// ReplaceSecret implements the window's Engine.
func (e *Engine) ReplaceSecret(ctx context.Context, _ string, expires time.Time) error {
	if err := e.begin(ctx, "ReplaceSecret"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Account.Credentials.SecretExpires = expires
		if s.Account.State == engine.NeedsSecret {
			s.Account.State = engine.Connected
		}
	})
	return nil
}

// CheckExposure implements the window's Engine; what is looked at is out of reach.
func (e *Engine) CheckExposure(ctx context.Context, mailbox string) (engine.Exposure, error) {
	if err := e.begin(ctx, "CheckExposure"); err != nil {
		return engine.Exposure{}, err
	}
	x := engine.Exposure{State: engine.Closed, Mailbox: mailbox, At: e.Snapshot().At}
	e.Change(func(s *engine.Snapshot) { s.Account.Exposure = x })
	return x, nil
}

// Guide implements the window's Engine.
func (e *Engine) Guide(c engine.Credentials) engine.Guide {
	const portal = "https://entra.microsoft.com/"
	return engine.Guide{
		Portal: portal, NewApp: portal, Overview: portal, Authentication: portal, Secrets: portal, Permissions: portal,
		AppName: "Roomink room signs", RedirectURI: "http://localhost/roomink",
		Needed: []engine.Permission{{Name: "Calendars.Read", Mode: c.Mode, AdminConsent: c.Mode == engine.Application}},
	}
}

// ExplainPage implements the window's Engine.
func (e *Engine) ExplainPage(text string) engine.Explanation {
	return engine.Explanation{Title: "This is what " + text + " means"}
}

// Unlock implements the window's Engine.
func (e *Engine) Unlock(ctx context.Context) error { return e.begin(ctx, "Unlock") }

// ForgetSecrets implements the window's Engine.
func (e *Engine) ForgetSecrets(ctx context.Context) error { return e.begin(ctx, "ForgetSecrets") }

// ExportDiagnostics implements the window's Engine.
func (e *Engine) ExportDiagnostics(ctx context.Context, _ io.Writer) error {
	return e.begin(ctx, "ExportDiagnostics")
}

// Backup implements the window's Engine.
func (e *Engine) Backup(ctx context.Context, _ io.Writer, _ string) error {
	return e.begin(ctx, "Backup")
}

// Restore implements the window's Engine.
func (e *Engine) Restore(ctx context.Context, _ io.Reader, _ string) error {
	return e.begin(ctx, "Restore")
}

// RenewKey implements the window's Engine.
func (e *Engine) RenewKey(ctx context.Context) error { return e.begin(ctx, "RenewKey") }
