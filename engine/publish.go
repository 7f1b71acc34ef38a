package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/reconcile"
	"github.com/roomink/roomink/engine/syncer"
)

// publishPause is the least time between two published snapshots.
const publishPause = 200 * time.Millisecond

// Watch gives snapshots until ctx ends, when the channel is closed: first the whole
// present state, then one after each change. A slow reader misses intermediate
// ones and always gets the latest.
func (e *Engine) Watch(ctx context.Context) <-chan Snapshot {
	ch := make(chan Snapshot, 1)
	e.mu.Lock()
	e.state.watchers[ch] = struct{}{}
	ch <- e.snapshot()
	e.mu.Unlock()
	context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.state.watchers, ch)
		close(ch)
	})
	return ch
}

// Snapshot gives the present state.
func (e *Engine) Snapshot() Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.snapshot()
}

// publish sends snapshots to the watchers, coalescing changes.
func (e *Engine) publish(ctx context.Context) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.dirty:
		}
		e.send()
		pause.Reset(publishPause)
	}
}

func (e *Engine) send() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.seq++
	if len(e.state.watchers) == 0 {
		return
	}
	s := e.snapshot()
	for ch := range e.state.watchers {
		select {
		case <-ch: // the reader was too slow for this one
		default:
		}
		ch <- s // never blocks: only the holder of e.mu sends
	}
}

// snapshot builds the present state. e.mu is held.
func (e *Engine) snapshot() Snapshot {
	now := e.cfg.Now()
	s := Snapshot{
		Seq: e.state.seq, At: now, Account: e.accountSnapshot(), Sync: e.syncSnapshot(), Policy: e.state.policy, Paused: e.state.paused,
		Designs: e.designsSnapshot(), Digest: e.state.digest,
		Gateways: e.gatewaysSnapshot(), Serving: e.servingSnapshot(now), Problems: e.health.Problems(),
		// Appended to at the front by making a new slice, so this one never changes.
		Activity: e.state.activity,
		Rooms:    make([]Room, 0, len(e.state.rooms)),
		Displays: make([]Display, 0, len(e.state.displays)),
	}
	index := make(map[string]int, len(e.state.rooms))
	for _, r := range e.state.rooms {
		s.Rooms = append(s.Rooms, Room{Agenda: r.agenda, Now: r.agenda.At(now), Problem: r.problem,
			Manual: r.Manual, Events: len(r.agenda.Meetings), Concealed: r.concealed, Denied: r.kind == syncer.Denied,
			Override: e.state.overrides[r.Room.ID], RemovedAt: r.RemovedAt})
	}
	slices.SortFunc(s.Rooms, func(a, b Room) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Room.DisplayName()), strings.ToLower(b.Room.DisplayName())),
			cmp.Compare(a.Room.ID, b.Room.ID))
	})
	for i, r := range s.Rooms {
		index[string(r.Room.ID)] = i
	}
	for id, dev := range e.state.displays {
		d := e.displaySnapshot(id, dev)
		if i, ok := index[string(d.Room)]; ok && d.Room != "" {
			s.Rooms[i].Display = append(s.Rooms[i].Display, id)
		}
		s.Displays = append(s.Displays, d)
	}
	for i := range s.Rooms {
		slices.Sort(s.Rooms[i].Display)
	}
	slices.SortFunc(s.Displays, func(a, b Display) int {
		return cmp.Or(cmp.Compare(rank(a.Stage), rank(b.Stage)),
			strings.Compare(strings.ToLower(a.Label()), strings.ToLower(b.Label())), cmp.Compare(a.ID, b.ID))
	})
	s.State = e.overall(s)
	return s
}

// accountSnapshot derives the account's state. e.mu is held.
func (e *Engine) accountSnapshot() Account {
	a := e.state.account
	switch c := e.state.conn; {
	case e.state.locked:
		a.State = Locked
	case c == nil:
		a.State = SignedOut
	case e.state.refused == refusedSecret:
		a.State = NeedsSecret
	case e.state.refused == refusedSignIn:
		a.State = NeedsSignIn
	default:
		a.State = Connected
	}
	if c := e.state.conn; c != nil {
		a.Mode, a.Username, a.Name, a.Tenant = c.mode(), c.account.Username, c.account.Name, c.account.TenantID
		a.CanListRooms, a.CanWrite = c.canList(), c.canWrite()
	}
	if e.state.signingIn {
		a.State = Connecting
	}
	return a
}

func rank(s Stage) int { return slices.Index([]Stage{Assigned, Adopted, Found}, s) }

func (e *Engine) displaySnapshot(id display.ID, dev *device) Display {
	d := Display{
		Display: dev.Display.Display, Stage: dev.stage, Room: dev.Room, LastSeen: dev.LastSeen,
		Silent: dev.silent, Problem: dev.problem, Sign: dev.shown.sign, Delivery: NothingToShow,
		DeliveredAt: dev.DeliveredAt, Due: dev.Due, Pressed: dev.pressed,
		Asks: dev.asks, Pulls: e.doesBoth(dev.Protocol),
		Clear: clearWords(dev.Display.Display),
	}
	d.Charge, d.DaysLeft = dev.charge()
	due := dev.shown.frame
	if dev.pattern != nil {
		due = *dev.pattern
	}
	shows := dev.Room != "" || dev.Written || dev.pattern != nil
	if !shows {
		d.Sign = nil
	} else if due.Image != nil {
		d.Frame = &due
	}
	status, known := e.rec.Status(id)
	if !known || dev.stage == Found {
		return d
	}
	if !status.DeliveredAt.IsZero() {
		d.DeliveredAt = status.DeliveredAt
	}
	switch status.State {
	case reconcile.Pending:
		if shows {
			d.Delivery, d.HeldUntil = Pending, status.HeldUntil
		}
	case reconcile.Pushing:
		d.Delivery = Pushing
	case reconcile.Waiting:
		d.Delivery = Waiting
	case reconcile.Delivered:
		d.Delivery = Delivered
		if status.Delivered != due.Hash {
			d.Delivery = Pending // the reconciler is just about to learn of the new picture
		}
	case reconcile.Retrying:
		d.Delivery, d.NextTry = Retrying, status.NextTry
		x := Explain(status.Err)
		d.Problem = &x
	}
	return d
}

// overall sums a snapshot up for the tray.
func (e *Engine) overall(s Snapshot) State {
	assigned, moving := false, false
	for _, d := range s.Displays {
		assigned = assigned || d.Stage == Assigned
		moving = moving || d.Delivery == Pushing || d.Delivery == Pending
	}
	grave := slices.ContainsFunc(s.Problems, func(p health.Problem) bool { return p.Severity >= health.Warning })
	switch {
	case !e.state.ready:
		return Starting
	case grave:
		return Attention
	case e.state.paused:
		return Paused
	case s.Account.State != Connected || !assigned:
		return SetUp
	case moving:
		return Working
	}
	return InOrder
}
