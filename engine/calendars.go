package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// calendars is the engine as the syncer's store: what is kept also reaches the
// agendas in memory and wakes the signs that it concerns.
type calendars Engine

var _ syncer.Store = (*calendars)(nil)

// Cursors implements [syncer.Store].
func (c *calendars) Cursors(ctx context.Context) ([]syncer.Request, error) { return c.db.Cursors(ctx) }

// SaveRooms implements [syncer.Store].
func (c *calendars) SaveRooms(ctx context.Context, rooms []calendar.Room, at time.Time) error {
	e := (*Engine)(c)
	if err := e.db.SaveRooms(ctx, rooms, at); err != nil {
		return err
	}
	return e.reloadRooms(ctx)
}

// reloadRooms brings the rooms in memory up to date with what the store knows of
// them; the events of rooms that are known already are right as they are.
func (e *Engine) reloadRooms(ctx context.Context) error {
	e.agendas.Lock()
	defer e.agendas.Unlock()
	rooms, err := e.db.Rooms(ctx)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if e.sameRoom(r) {
			continue
		}
		if err := e.loadRoom(context.WithoutCancel(ctx), r); err != nil {
			return err
		}
		e.touchRoom(r.ID)
	}
	e.changed()
	return nil
}

// sameRoom reports whether memory holds this room with the same words.
func (e *Engine) sameRoom(r store.Room) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	old, known := e.state.rooms[r.ID]
	if !known || old.Room.Room != r.Room || old.RemovedAt.IsZero() != r.RemovedAt.IsZero() {
		return false
	}
	old.Manual, old.ListedAt = r.Manual, r.ListedAt
	return true
}

// Apply implements [syncer.Store].
func (c *calendars) Apply(ctx context.Context, ch syncer.Change, w syncer.Window, at time.Time) (syncer.Applied, error) {
	e := (*Engine)(c)
	// From the commit to the agenda in memory nobody may come between, and nothing may
	// end it half-way: later readings would be empty, and the agenda old for good.
	e.agendas.Lock()
	defer e.agendas.Unlock()
	ctx = context.WithoutCancel(ctx)
	did, err := e.db.Apply(ctx, ch, w, at)
	if _, ok := explainDisk(err); ok {
		e.storeFailed(err)
		return syncer.Applied{}, errors.Join(err, e.applyInMemory(ctx, ch, at.Round(0)))
	}
	if err != nil {
		return syncer.Applied{}, err
	}
	wasStale, load := e.noteReading(ch.Room, at.Round(0), did.Changed)
	if load {
		r, err := e.db.Room(ctx, ch.Room)
		if err != nil {
			return syncer.Applied{}, err
		}
		if err := e.loadRoom(ctx, r); err != nil {
			return syncer.Applied{}, err
		}
	}
	e.health.Clear(codeRoom, string(ch.Room))
	if load || wasStale {
		e.touchRoom(ch.Room)
		e.changed()
	}
	return did, nil
}

// applyInMemory takes in news that can't be saved now, so that signs go on. The cursor stays
// what it was, so that the same news are told again, and kept, once that is possible: they
// always continue what is stored. e.agendas is held.
func (e *Engine) applyInMemory(ctx context.Context, ch syncer.Change, at time.Time) error {
	events, err := e.db.Events(ctx, ch.Room)
	if err != nil {
		return err
	}
	e.mu.Lock()
	r, known := e.state.rooms[ch.Room]
	if known {
		fresh := *r
		fresh.SyncedAt, fresh.outdated = at, true
		fresh.agenda = calendar.NewAgenda(r.Room.Room, e.location(r.Room.Room), merged(events, ch), at)
		e.state.rooms[ch.Room] = &fresh
	}
	e.mu.Unlock()
	e.touchRoom(ch.Room)
	e.changed()
	return nil
}

// merged works news into events, as the store does.
func merged(events []calendar.Event, ch syncer.Change) []calendar.Event {
	if ch.Full {
		return ch.Events
	}
	told := make(map[string]bool, len(ch.Events))
	for _, e := range ch.Events {
		told[e.ID] = true
	}
	events = slices.DeleteFunc(events, func(e calendar.Event) bool {
		return told[e.ID] || slices.Contains(ch.Removed, e.ID) || e.SeriesID != "" && slices.Contains(ch.Series, e.SeriesID)
	})
	return append(events, ch.Events...)
}

// noteReading records that a room was read. wasStale says that its sign may own up to
// old data and has to hear of it; load says that its events must be read from the
// store, in which case the agenda counts as read only once that is done.
func (e *Engine) noteReading(id calendar.RoomID, at time.Time, changed bool) (wasStale, load bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, known := e.state.rooms[id]
	if !known {
		return false, true
	}
	wasStale = r.agenda.SyncedAt.IsZero() || at.Sub(r.agenda.SyncedAt).Abs() >= e.policyOf(id).StaleAfter
	wasStale = wasStale || r.kind == syncer.NotFound
	r.problem, r.kind = nil, ""
	r.outdated = r.outdated || changed
	if !r.outdated {
		r.SyncedAt, r.agenda.SyncedAt = at, at
	}
	return wasStale, r.outdated
}

// touchAll wakes all signs. It names them, so that none can be missed because the
// reconciler lost sight of it.
func (e *Engine) touchAll() {
	var ids []display.ID
	e.mu.Lock()
	for id, d := range e.state.displays {
		if d.stage != Found {
			ids = append(ids, id)
		}
	}
	e.mu.Unlock()
	e.rec.Touch(ids...)
}

// touchRoom wakes the signs at a room.
func (e *Engine) touchRoom(id calendar.RoomID) {
	var ids []display.ID
	e.mu.Lock()
	for _, d := range e.state.displays {
		if d.Room == id {
			ids = append(ids, d.ID)
		}
	}
	e.mu.Unlock()
	if len(ids) > 0 {
		e.rec.Touch(ids...)
	}
}

// directoryPause is the time between two readings of the directory's rooms. Microsoft
// takes up to two days to list a new room, so there is no hurry. permissionPause is the
// time between two looks whether the permission came, which ask nobody.
const (
	directoryPause  = 6 * time.Hour
	permissionPause = 10 * time.Minute
)

// readDirectory reads the directory of rooms from time to time, where that is allowed.
func (e *Engine) readDirectory(ctx context.Context, conn *connection) error {
	retry := backoff.NewExponentialBackOff()
	retry.InitialInterval, retry.MaxInterval = 5*time.Second, 30*time.Minute
	for {
		var err error
		pause := permissionPause
		if conn.canList() {
			pause, err = directoryPause, conn.syncing.RefreshRooms(ctx)
		}
		if err != nil && ctx.Err() == nil {
			pause = retry.NextBackOff()
			x := Explain(err)
			e.health.Set(health.Problem{Code: codeDirectory, Severity: health.Notice,
				Title: "The list of rooms can't be read at the moment", Text: x.Title + ". " + x.Text, Remedy: x.Remedy})
		} else {
			retry.Reset()
			e.health.Clear(codeDirectory, "")
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

var errNotConnected = errors.New("no account is connected: connect to Microsoft 365 first")

func (e *Engine) syncing() (*syncer.Service, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.state.conn == nil {
		return nil, errNotConnected
	}
	return e.state.conn.syncing, nil
}

// SyncNow reads the calendars at once. It does not wait for them.
func (e *Engine) SyncNow() {
	if s, err := e.syncing(); err == nil {
		s.Kick()
	}
}

// RefreshRooms reads the directory's list of rooms. Rooms that it no longer lists
// stay, with their assignments, until a person decides.
func (e *Engine) RefreshRooms(ctx context.Context) error {
	s, err := e.syncing()
	if err != nil {
		return err
	}
	if err := s.RefreshRooms(ctx); err != nil {
		return err
	}
	s.Kick()
	return nil
}

// onSyncResult shows how a round of readings went.
func (e *Engine) onSyncResult(r syncer.Result) {
	x := e.noteRooms(r)
	if r.Err == nil && r.Asked == 0 {
		return // no news: every room waits for its next try
	}
	why := refusalOf(r.Err)
	if e.noteAccount(r, x, why) {
		e.touchAll() // signs own up to an account that needs attention
	}
	e.noteRound(r, x, why)
	e.noteLimit()
	e.changed()
}

// noteAccount records what a round tells of the account, and reports whether the
// need for a new sign-in began or ended.
func (e *Engine) noteAccount(r syncer.Result, x *Explanation, why refusal) (turned bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.sync.Problem = x
	e.state.paced, e.state.sync.Pace = e.state.sync.Pace.Interval, Pace(r.Pace)
	if r.Asked > 0 {
		e.today().Rounds++
	}
	e.today().Healed += r.Healed
	if r.Err == nil && r.Read > 0 {
		e.state.sync.LastOK = r.Ended
	}
	before := e.state.refused
	switch {
	case why != accepted:
		e.state.refused, e.state.account.Problem = why, x
	case r.Err == nil && r.Asked > 0 && before != accepted: // even if each room was refused
		e.state.refused, e.state.account.Problem = accepted, nil
	}
	return e.state.refused != before
}

func kindOf(err error) syncer.Kind {
	if e, ok := errors.AsType[*syncer.Error](err); ok {
		return e.Kind
	}
	return ""
}

func (e *Engine) noteRound(r syncer.Result, x *Explanation, why refusal) {
	switch {
	case why != accepted:
		title := "Microsoft 365 asks for a new sign-in"
		if why == refusedSecret {
			title = "Microsoft 365 asks for a new client secret"
		}
		e.health.Clear(codeSync, "")
		e.health.Set(health.Problem{Code: CodeSignIn, Severity: health.Error,
			Title: title, Text: x.Title + ". " + x.Text, Remedy: x.Remedy})
	case r.Err != nil:
		e.health.Set(health.Problem{Code: codeSync, Severity: health.Warning,
			Title: "The calendars can't be read at the moment", Text: x.Title + ". " + x.Text, Remedy: x.Remedy})
	default:
		e.health.Clear(codeSync, "")
		e.health.Clear(CodeSignIn, "")
	}
}
