package syncsign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Watch looks at all displays of a hub time and again: hubs tell nothing by themselves. It
// asks for renders that a push left unfinished as well.
func (d *Driver) Watch(ctx context.Context, address string, report func(display.Report)) error {
	hub := d.lan.Address(address)
	last := map[string]string{} // what each display rendered last
	for {
		nodes, err := d.list(ctx, hub)
		if err != nil {
			return err
		}
		now := d.now()
		for _, n := range nodes {
			if n.shows() {
				d.tell(hub, n, now, last, report)
			}
		}
		if err := d.follow(ctx, hub, report); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("watch the hub at %s: %w", hub, ctx.Err())
		case <-time.After(d.limit.Watch):
		}
	}
}

// tell reports how a display stands.
func (d *Driver) tell(hub string, n node, now time.Time, last map[string]string, report func(display.Report)) {
	r := display.Report{
		ID: id(n.id), At: now, Address: hub + "/" + n.id, Telemetry: n.telemetry(now), Firmware: n.firmware,
	}
	before, seen := last[n.id]
	last[n.id] = n.render
	switch {
	case n.render == "":
	case d.renders.finish(n.render), !seen && d.renders.ours(n.render): // how it stands at first
		r.Ticket = n.render
	case seen && before != n.render && !d.renders.ours(n.render) && d.renders.drew(hub, n.id):
		r.Ticket = n.render // somebody else drew on it, such as the SyncSign server that it came from
	}
	if !n.online {
		if r.At = n.seen; r.At.IsZero() && r.Ticket == "" {
			return // nothing was heard of it
		}
		if r.At.IsZero() {
			r.At = now
		}
	}
	report(r)
}

// follow asks for the results of the hub's unfinished renders, a few at a time.
func (d *Driver) follow(ctx context.Context, hub string, report func(display.Report)) error {
	for _, r := range d.renders.unfinished(hub, d.now()) {
		done, known, err := d.rendered(ctx, hub, r.id)
		switch {
		case errors.Is(err, errLost):
			d.renders.finish(r.id) // it will never be drawn; nothing is reported of it
			continue
		case ctx.Err() != nil, display.KindOf(err) == display.KeyRefused:
			return err
		case err != nil:
			continue // the next list of displays will tell whether the hub is gone
		}
		if (done || !known) && d.renders.finish(r.id) {
			now := d.now()
			report(display.Report{ID: id(r.node), At: now, Address: hub + "/" + r.node, Ticket: r.id})
		}
	}
	return nil
}

// renders remembers what was sent to hubs, so that Watch can ask for what Push did not wait
// for, and knows our drawings from others'. A restart loses it, which costs a push of each
// sign that was on its way.
type renders struct {
	mu   sync.Mutex
	all  map[string]*render // by id
	hubs map[string]bool    // those that were seen to tell of a render
}

type render struct {
	id, hub, node string
	at            time.Time
	finished      bool
}

const (
	maxRenders  = 4096
	renderLife  = 24 * time.Hour   // then it is nobody's any more
	renderLimit = 30 * time.Minute // then its result is asked for no longer
	maxFollowed = 4                // results asked for at a time: hubs are slow
)

func newRenders() *renders { return &renders{all: map[string]*render{}, hubs: map[string]bool{}} }

// told notes that a hub tells of its renders, and tells reports whether it does.
func (s *renders) told(hub string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hubs) < maxRenders {
		s.hubs[hub] = true
	}
}

func (s *renders) tells(hub string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hubs[hub]
}

// add remembers a render. What was sent to the display before will not be seen any more.
func (s *renders) add(hub, node, id string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, r := range s.all {
		if now.Sub(r.at) > renderLife {
			delete(s.all, key)
		} else if r.hub == hub && r.node == node {
			r.finished = true
		}
	}
	if len(s.all) >= maxRenders {
		clear(s.all)
	}
	s.all[id] = &render{id: id, hub: hub, node: node, at: now}
}

// finish notes that a render is on its glass, and reports whether that is news.
func (s *renders) finish(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.all[id]
	if r == nil || r.finished {
		return false
	}
	r.finished = true
	return true
}

// ours reports whether we sent a render.
func (s *renders) ours(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id] != nil
}

// drew reports whether we sent anything to a display.
func (s *renders) drew(hub, node string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all {
		if r.hub == hub && r.node == node {
			return true
		}
	}
	return false
}

// unfinished lists some renders of a hub whose results are not known.
func (s *renders) unfinished(hub string, now time.Time) (some []render) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all {
		if r.hub == hub && !r.finished && now.Sub(r.at) < renderLimit && len(some) < maxFollowed {
			some = append(some, *r)
		}
	}
	return some
}
