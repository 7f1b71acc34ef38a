package openepaperlink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// Watch listens to the access point's websocket and reports what it says of its tags. On
// the way it reads the whole list once.
func (d *Driver) Watch(ctx context.Context, address string, report func(display.Report)) error {
	q := lan.Request{Op: "watch its tags", Address: d.http.Address(address)}
	conn, err := d.dial(ctx, q)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxMessage)
	w := &watcher{driver: d, point: q.Address, report: report, known: map[string]state{}}
	wctx, stop := context.WithCancelCause(ctx)
	var list sync.WaitGroup
	defer list.Wait()
	defer stop(nil)
	list.Go(func() {
		if err := w.catchUp(wctx); err != nil {
			stop(err)
		}
	})
	err = w.listen(wctx, conn, q)
	if cause := context.Cause(wctx); ctx.Err() == nil && cause != nil {
		return cause // of the list
	}
	return err
}

// maxMessage bounds a message of the websocket, in bytes. One has a single record, with
// a configuration of up to 2 KB in it.
const maxMessage = 32 << 10

func (d *Driver) dial(ctx context.Context, q lan.Request) (*websocket.Conn, error) {
	dctx, cancel := context.WithTimeout(ctx, d.limit.Dial+d.limit.Ask)
	defer cancel()
	conn, _, err := websocket.Dial(dctx, "ws://"+q.Address+"/ws", &websocket.DialOptions{
		HTTPClient: d.http.HTTP(), CompressionMode: websocket.CompressionDisabled,
	})
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ended(ctx, q)
	}
	// Why is told better by a plain question than by the error of an upgrade.
	if _, err := d.hub(ctx, q.Address); err != nil {
		return nil, err
	}
	return nil, d.http.Fail(display.Protocol, q, errors.New("it does not open a websocket"))
}

// watcher is one call of Watch.
type watcher struct {
	driver *Driver
	point  string
	report func(display.Report)

	mu     sync.Mutex
	known  map[string]state // by MAC
	offset time.Duration    // what the access point's clock is behind ours
	timed  bool             // offset is known
}

// state is what was last heard of a tag.
type state struct{ seen number }

// catchUp reports how all tags stand, but for those of which the websocket told meanwhile.
func (w *watcher) catchUp(ctx context.Context) error {
	tags, err := w.driver.list(ctx, w.point)
	if err != nil {
		return err
	}
	for _, r := range tags {
		w.tell(r, false)
	}
	return nil
}

// listen reads messages until the connection fails, which is always an error.
func (w *watcher) listen(ctx context.Context, conn *websocket.Conn, q lan.Request) error {
	b := newBrake()
	for {
		body, err := w.read(ctx, conn)
		switch {
		case ctx.Err() != nil:
			return ended(ctx, q)
		case errors.Is(err, context.DeadlineExceeded):
			return w.driver.http.Fail(display.Timeout, q, errors.New("the access point fell silent"))
		case errors.Is(err, websocket.ErrMessageTooBig):
			return w.driver.http.Fail(display.Protocol, q, fmt.Errorf("a message is longer than %d bytes", maxMessage))
		case err != nil:
			return w.driver.http.Fail(display.Timeout, q, errors.New("the access point closed the connection"))
		}
		m, err := parseMessage(body)
		if err != nil {
			return w.driver.http.Fail(display.Protocol, q, err)
		}
		if m.Sys.Time > 0 {
			w.setClock(m.Sys.Time)
		}
		for _, r := range m.Tags {
			if !b.pass(ctx) {
				return ended(ctx, q)
			}
			w.tell(r, true)
		}
	}
}

// read gives one message. One comes every five seconds, whatever happens.
func (w *watcher) read(ctx context.Context, conn *websocket.Conn) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, w.driver.limit.Silence)
	defer cancel()
	_, body, err := conn.Read(ctx)
	if err != nil && ctx.Err() != nil { // whatever the library makes of it
		return nil, ctx.Err()
	}
	return body, err
}

// message is what comes over the websocket, as far as it matters here.
type message struct {
	Tags []record `json:"tags"`
	Sys  struct {
		Time number `json:"currtime"`
	} `json:"sys"`
}

// parseMessage reads a message. What stands before it is skipped, as Home Assistant's
// integration does (coordinator.py), and what is no JSON object is no message.
func parseMessage(body []byte) (message, error) {
	var m message
	start := bytes.IndexByte(body, '{')
	if start < 0 {
		return m, nil
	}
	if err := json.Unmarshal(body[start:], &m); err != nil {
		return message{}, errors.New("a message is not the JSON that was expected")
	}
	m.Tags = valid(m.Tags)
	return m, nil
}

// setClock notes how the access point's clock goes: without an internet connection it
// starts in 1970.
func (w *watcher) setClock(theirs number) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset, w.timed = w.driver.now().Sub(time.Unix(int64(theirs), 0)), true
}

// tell reports a record. live says that the access point just sent it unasked.
func (w *watcher) tell(r record, live bool) {
	if !r.ours() || r.LastSeen == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.known[r.MAC]
	if known && !live || !known && len(w.known) == maxTags {
		return // the websocket was faster than the list
	}
	w.known[r.MAC] = state{seen: r.LastSeen}
	now := w.driver.now()
	came := live && known && before.seen != r.LastSeen // it checked in just now
	at := w.ours(r.LastSeen, now)
	if came && (at.IsZero() || !w.timed) {
		at = now
	}
	rep := display.Report{
		ID: tagID(r.MAC), At: at, Address: w.point + "/" + r.MAC, Firmware: r.firmware(),
		Telemetry: r.telemetry(at), Due: w.due(r, now),
	}
	if rep.At.IsZero() {
		rep.At = now
	}
	rep.Ticket = ticketOf(r)
	if came {
		rep.Buttons = buttons(r, rep.At)
	}
	w.report(rep)
}

// ticketOf says what is on the glass, as far as the access point knows.
func ticketOf(r record) string {
	switch {
	case r.Wakeup == wakeRestart || r.Wakeup == wakeWatch:
		return "restarted" // it shows its greeting
	case r.Pending > 0:
		return ""
	default:
		return r.picture()
	}
}

// buttons gives the press that woke the tag. A record keeps it until the next picture, so
// the caller asks once for each time that the tag came.
func buttons(r record, at time.Time) []display.Button {
	if r.Wakeup < wakeButton1 || r.Wakeup > wakeButton3 {
		return nil
	}
	return []display.Button{{Number: int(r.Wakeup-wakeButton1) + 1, At: at}}
}

// due is when the tag is expected, zero if that is not known or past.
func (w *watcher) due(r record, now time.Time) time.Time {
	if r.NextCheckin == never {
		return time.Time{}
	}
	due := time.Unix(int64(r.NextCheckin), 0)
	if w.timed {
		due = due.Add(w.offset)
	}
	if due.Before(now) || due.After(now.Add(48*time.Hour)) {
		return time.Time{}
	}
	return due
}

// ours translates a time of the access point's, zero if it can't be right.
func (w *watcher) ours(t number, now time.Time) time.Time {
	if w.timed {
		at := time.Unix(int64(t), 0).Add(w.offset)
		if at.After(now) {
			return now
		}
		return at
	}
	return when(t, now)
}

// when takes a time of the access point's as ours if that is possible: not in the future,
// not before there were such access points. It is zero otherwise.
func when(t number, now time.Time) time.Time {
	const first = 1_640_995_200 // 2022
	at := time.Unix(int64(t), 0)
	switch {
	case t < first || at.After(now.Add(5*time.Minute)):
		return time.Time{}
	case at.After(now):
		return now
	default:
		return at
	}
}
