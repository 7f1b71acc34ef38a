package openepaperlink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// An access point is a microcontroller with one flash chip, and several uploads at once
// have brought it down: Home Assistant's integration sends one at a time and waits a
// second after each (upload.py, UploadQueueHandler). A gate does so for one address.
type gate struct {
	turn chan struct{} // holds one token while a request runs, which guards what follows
	// When a request, and an upload, last ended.
	asked, uploaded time.Time
}

// gates has the gate of each access point.
type gates struct {
	pace time.Duration
	mu   sync.Mutex
	of   map[string]*gate
}

// maxGates bounds the memory for access points that come and go.
const maxGates = 256

func newGates(pace time.Duration) *gates { return &gates{pace: pace, of: map[string]*gate{}} }

func (g *gates) at(point string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of[point] == nil {
		if len(g.of) == maxGates {
			clear(g.of)
		}
		g.of[point] = &gate{turn: make(chan struct{}, 1)}
	}
	return g.of[point]
}

// ask sends a request when it is its turn at the access point. Requests with a body that
// is a picture wait longer, see Options.Pace.
func (d *Driver) ask(ctx context.Context, q lan.Request) (lan.Answer, error) {
	g := d.gates.at(q.Address)
	select {
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		return lan.Answer{}, ended(ctx, q)
	}
	defer func() { <-g.turn }()
	next := g.asked.Add(d.gates.pace / 4)
	if upload := g.uploaded.Add(d.gates.pace); isUpload(q) && upload.After(next) {
		next = upload
	}
	if !wait(ctx, time.Until(next)) {
		return lan.Answer{}, ended(ctx, q)
	}
	a, err := d.http.Do(ctx, q)
	g.asked = time.Now()
	if isUpload(q) {
		g.uploaded = g.asked
	}
	return a, err
}

func isUpload(q lan.Request) bool { return q.Path == pathUpload }

// success is ask, and fails unless the answer is 200.
func (d *Driver) success(ctx context.Context, q lan.Request) (lan.Answer, error) {
	a, err := d.ask(ctx, q)
	if err == nil && a.Status != http.StatusOK {
		err = d.http.Fail(lan.StatusKind(a.Status), q, fmt.Errorf("it answered with HTTP status %d", a.Status))
	}
	return a, err
}

// json is success, and reads the answer into v.
func (d *Driver) json(ctx context.Context, q lan.Request, v any) error {
	a, err := d.success(ctx, q)
	if err != nil {
		return err
	}
	if json.Unmarshal(a.Body, v) != nil { // whose error would repeat what a stranger sent
		return d.http.Fail(display.Protocol, q, errors.New("the answer is not the JSON that was expected"))
	}
	return nil
}

func ended(ctx context.Context, q lan.Request) error {
	return fmt.Errorf("%s at %s: %w", q.Op, q.Address, ctx.Err())
}

// wait reports false if ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
