package syncsign

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
	"github.com/roomink/roomink/engine/display/pull"
)

// Name is the protocol's name, as in display.Display.Protocol.
const Name = "syncsign"

// Options configure a [Driver]. The zero value is ready to use, but for pictures, which
// need a Shelf.
type Options struct {
	Shelf    *pull.Shelf // where displays fetch pictures from
	Timeouts Timeouts
	Now      func() time.Time // default time.Now
	// DialContext opens connections, net.Dialer's by default.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Shortened learns that a drawing was too long for a hub, and how many items of it were
	// left out. It must not block; may be nil.
	Shortened func(id display.ID, left int)
}

// Timeouts bound the steps of a session, and say how often to ask. Zero values give the
// defaults.
type Timeouts struct {
	Dial  time.Duration // to connect; 10 s
	Reply time.Duration // to one question; 15 s: a hub is a small computer in MicroPython
	Post  time.Duration // to a layout; 30 s
	// Patience is how long a push waits for the glass before it gives a ticket; 1 min. A
	// drawing takes a display about 15 s, a picture over the air some minutes.
	Patience time.Duration
	Ask      time.Duration // between two questions for a result; 3 s
	Watch    time.Duration // between two looks at all displays of a hub; 30 s
}

func (t *Timeouts) setDefaults() {
	for at, value := range map[*time.Duration]time.Duration{
		&t.Dial: 10 * time.Second, &t.Reply: 15 * time.Second, &t.Post: 30 * time.Second,
		&t.Patience: time.Minute, &t.Ask: 3 * time.Second, &t.Watch: 30 * time.Second,
	} {
		if *at <= 0 {
			*at = value
		}
	}
}

// Driver speaks to SyncSign hubs, and serves displays that ask by themselves. It is safe
// for concurrent use.
type Driver struct {
	lan       *lan.Client
	key       string
	limit     Timeouts
	shelf     *pull.Shelf
	now       func() time.Time
	shortened func(display.ID, int)
	renders   *renders // shared by all drivers that WithKey made
	shown     *shown
}

var (
	_ display.Gateway = (*Driver)(nil)
	_ display.Keyed   = (*Driver)(nil)
	_ display.Drawer  = (*Driver)(nil)
	_ pull.Protocol   = (*Driver)(nil)
)

// New makes a driver without a key.
func New(o Options) *Driver {
	o.Timeouts.setDefaults()
	d := &Driver{
		lan: lan.New(lan.Options{
			Dial: o.Timeouts.Dial, Within: o.Timeouts.Reply, DialContext: o.DialContext,
			Remedies: map[display.Kind]string{display.Unreachable: remedyHub, display.Refused: remedyRefuse},
		}),
		limit: o.Timeouts, shelf: o.Shelf, now: o.Now, shortened: o.Shortened,
		renders: newRenders(), shown: newShown(),
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.shortened == nil {
		d.shortened = func(display.ID, int) {}
	}
	return d
}

// Protocol is [Name].
func (*Driver) Protocol() string { return Name }

// WithKey gives the driver that presents the key of a hub.
func (d *Driver) WithKey(key string) display.Driver {
	with := *d
	with.key = strings.TrimSpace(key)
	return &with
}

// Draws reports that all displays take drawings, but for those that hang turned: letters
// can't be. To those with Wi-Fi a drawing is sent only where there is no server that they
// could fetch a picture from.
func (*Driver) Draws(d display.Display) bool { return d.Panel.Rotation == 0 }

// split takes the address of a display, "host:port/node", apart.
func (d *Driver) split(op, address string) (hub, id string, err error) {
	hub, last, ok := strings.Cut(address, "/")
	hub = d.lan.Address(hub)
	r := lan.Request{Op: op, Address: hub}
	if !ok || last == "" {
		return "", "", d.fail(display.Unsupported, r, remedyNoNode, errors.New("the address names a hub, and no display behind it"))
	}
	if id, ok = nodeID(last); !ok {
		return "", "", d.fail(display.Unsupported, r,
			"Copy the display's node id from the SyncSign app: 16 digits and letters from a to f.",
			fmt.Errorf("%q is no node id", words(last)))
	}
	return hub, id, nil
}

// Probe asks the hub of the display at address, "host:port/node", what it is.
func (d *Driver) Probe(ctx context.Context, address string) (display.Display, error) {
	const op = "look at the display"
	hub, id, err := d.split(op, address)
	if err != nil {
		return display.Display{}, err
	}
	n, err := d.find(ctx, op, hub, id)
	if err != nil {
		return display.Display{}, err
	}
	return n.display(hub, d.now()), nil
}

// Displays asks a hub for all its displays. The panel of one of an unknown model is zero.
func (d *Driver) Displays(ctx context.Context, address string) (display.Hub, []display.Display, error) {
	address = d.lan.Address(address)
	nodes, err := d.list(ctx, address)
	if err != nil {
		return display.Hub{}, nil, err
	}
	hub := display.Hub{Protocol: Name, Name: "SyncSign hub", Model: "SyncSign hub", Address: address}
	var all []display.Display
	for _, n := range nodes {
		if n.hub != "" {
			hub.Name = "SyncSign hub " + n.hub
		}
		if n.shows() {
			all = append(all, n.display(address, d.now()))
		}
	}
	return hub, all, nil
}

const opDraw = "draw the sign"

// Push sends the display a drawing, or the address of a picture, and waits a while for the
// hub's word that it is on the glass. If that does not come in time the receipt has a
// ticket. Where a hub can't tell of its renders, its taking the layout is all there is.
func (d *Driver) Push(ctx context.Context, disp display.Display, f display.Frame) (display.Receipt, error) {
	hub, id, err := d.split(opDraw, disp.Address)
	if err != nil {
		return display.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return display.Receipt{}, fmt.Errorf("%s at %s: %w", opDraw, hub, err)
	}
	r := lan.Request{Op: opDraw, Address: hub}
	l, partial, err := d.compose(disp, f, d.put)
	if err != nil {
		return display.Receipt{}, d.explain(r, disp, err)
	}
	body, left, err := l.pushed()
	if err != nil {
		return display.Receipt{}, d.explain(r, disp, err)
	}
	data, err := d.ask(ctx, opDraw, hub, "/nodes/"+id+"/renders", body)
	if err != nil {
		return display.Receipt{}, err
	}
	render, taken := renderOf(data)
	if !taken {
		return display.Receipt{}, d.fail(display.Refused, r, remedyRefuse, errors.New("the hub did not take the drawing"))
	}
	if left > 0 {
		d.shortened(disp.ID, left)
	}
	receipt := display.Receipt{Partial: partial}
	if render != "" {
		d.renders.add(hub, id, render, d.now())
		if receipt.Ticket, err = d.await(ctx, hub, render); err != nil {
			return display.Receipt{}, err
		}
	}
	receipt.At = d.now()
	return receipt, nil
}

// await waits until a render is on the glass, and gives a ticket if that takes too long.
func (d *Driver) await(ctx context.Context, hub, render string) (ticket string, err error) {
	patience := time.NewTimer(d.limit.Patience)
	defer patience.Stop()
	for {
		done, known, err := d.rendered(ctx, hub, render)
		switch {
		case ctx.Err() != nil:
			return "", fmt.Errorf("wait for the glass at %s: %w", hub, ctx.Err())
		case done, !known:
			d.renders.finish(render)
			return "", nil
		case display.KindOf(err) == display.KeyRefused, errors.Is(err, errLost):
			return "", err
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("wait for the glass at %s: %w", hub, ctx.Err())
		case <-patience.C:
			return render, nil
		case <-time.After(d.limit.Ask):
		}
	}
}

// explain makes the error of a sign that can't be sent.
func (d *Driver) explain(r lan.Request, disp display.Display, err error) error {
	switch {
	case disp.Panel == (display.Panel{}):
		return d.fail(display.Unsupported, r, remedyModel, fmt.Errorf("nobody knows yet what kind of display %q is", words(disp.Model)))
	case errors.Is(err, pull.ErrNotServing):
		return d.fail(display.Unsupported, r, remedyServer, err)
	case errors.Is(err, pull.ErrShelfFull):
		return d.lan.Fail(display.Occupied, r, err)
	default:
		return d.fail(display.Unsupported, r, "Check the display's size and colours in its settings.", err)
	}
}
