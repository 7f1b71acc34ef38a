// Package eink drives displays that announce _eink._tcp: those with the firmware of
// sudarshan-reddy/paintress (web_server/web_server.ino and src/transport.rs), for six inks
// on Seeed's XIAO EE02 and EE04. It is a whole driver in one short file; docs/drivers.md
// walks through it.
//
//	→ GET /info      ← {"id":"A1B2C3","width":1200,"height":1600,"status":"ready","uptime":99,…}
//	→ POST /display  4 bits a pixel, two pixels a byte, the left one in the high bits
//	← 200            it has it, and begins to refresh: "busy" for half a minute, then "ready"
//
// All travels in the clear, and nothing asks for a password. A display is known by its id,
// which it tells with every answer and which anybody can claim.
package eink

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
	"github.com/roomink/roomink/engine/frame"
)

// Name is the protocol's name, as in display.Display.Protocol, and Service what its
// devices announce by mDNS.
const (
	Name    = "eink"
	Service = "_eink._tcp"
)

// Options configure a [Driver]. The zero value is ready to use.
type Options struct {
	Dial    time.Duration // to connect; 10 s
	Reply   time.Duration // to one request; 20 s
	Refresh time.Duration // of the panel; 2 min
	Ask     time.Duration // between two questions whether it is done; 1 s
	// GivesUp is when the firmware stops waiting for a panel that is stuck, and says that it
	// is ready all the same; 59 s (web_server.ino: 60 s from the end of the upload).
	GivesUp time.Duration
	Now     func() time.Time // default time.Now
}

// Driver speaks to these displays. It is safe for concurrent use.
type Driver struct {
	o   Options
	lan *lan.Client
}

var _ display.Announcer = (*Driver)(nil)

// New makes a driver.
func New(o Options) *Driver {
	for at, value := range map[*time.Duration]time.Duration{
		&o.Dial: 10 * time.Second, &o.Reply: 20 * time.Second, &o.Refresh: 2 * time.Minute, &o.Ask: time.Second, &o.GivesUp: 59 * time.Second,
	} {
		if *at <= 0 {
			*at = value
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Driver{o: o, lan: lan.New(lan.Options{Dial: o.Dial, Within: o.Reply})}
}

// Protocol is [Name].
func (*Driver) Protocol() string { return Name }

// Services is [Service].
func (*Driver) Services() []string { return []string{Service} }

// Read takes an announcement apart, whose TXT record has id, width and height.
func (*Driver) Read(a display.Announcement) (display.Candidate, error) {
	if a.Service != Service {
		return display.Candidate{}, display.ErrNotOurs
	}
	txt := lan.TXT(a.TXT)
	c := display.Candidate{Protocol: Name, Name: a.Instance, Address: a.Address}
	width, _ := strconv.Atoi(txt["width"]) // what is no number is no size either
	height, _ := strconv.Atoi(txt["height"])
	d, err := describe(txt["id"], width, height)
	if err != nil {
		return c, err
	}
	if a.Address == "" {
		return c, errors.New("the announcement has no address that can be dialled")
	}
	c.ID, c.Panel = d.ID, d.Panel
	return c, nil
}

// describe makes a display of what it says of itself.
func describe(id string, width, height int) (display.Display, error) {
	name := lan.Words(id, 32)
	d := display.Display{ID: display.ID(Name + ":" + name), Protocol: Name, Name: name,
		Panel: display.Panel{Width: width, Height: height, Scheme: display.Spectra6}}
	switch {
	case name == "" || name != id:
		return d, errors.New("the display has no id of up to 32 letters")
	case width%2 != 0:
		return d, fmt.Errorf("a width of %d pixels can't be sent in whole bytes", width)
	}
	return d, d.Panel.Validate()
}

// info answers /info.
type info struct {
	ID            string
	Width, Height int
	Status        string // "ready" or "busy"
	Uptime        float64
	Battery       struct{ Voltage, Percent float64 }
}

func (d *Driver) ask(ctx context.Context, op, address string) (i info, _ display.Display, err error) {
	r := lan.Request{Op: op, Address: address, Path: "/info"}
	if _, err := d.lan.JSON(ctx, r, &i); err != nil {
		return i, display.Display{}, err
	}
	disp, err := describe(i.ID, i.Width, i.Height)
	if err != nil {
		return i, disp, d.lan.Fail(display.Protocol, r, err)
	}
	disp.Address, disp.Telemetry = d.lan.Address(address), i.telemetry(d.o.Now())
	return i, disp, nil
}

// telemetry is what is said of the battery: its voltage in volts or in millivolts.
func (i info) telemetry(at time.Time) display.Telemetry {
	v := i.Battery.Voltage
	if v < 100 {
		v *= 1000
	}
	t := display.Telemetry{At: at}
	if v >= 500 && v <= 20000 {
		t.Battery = int(math.Round(v))
	}
	if p := i.Battery.Percent; p >= 1 && p <= 100 {
		t.Percent = int(p)
	}
	if t.Battery == 0 && t.Percent == 0 {
		return display.Telemetry{}
	}
	return t
}

// Probe asks the display at address what it is.
func (d *Driver) Probe(ctx context.Context, address string) (display.Display, error) {
	_, disp, err := d.ask(ctx, "look at the display", address)
	return disp, err
}

// Push sends the picture, and waits until the panel has come to rest.
func (d *Driver) Push(ctx context.Context, disp display.Display, f display.Frame) (display.Receipt, error) {
	r := lan.Request{Op: "send the picture", Address: disp.Address, Path: "/display", Header: map[string][]string{"Content-Type": {"application/octet-stream"}}}
	if f.Image == nil || f.Image.Bounds() != disp.Panel.Bounds() {
		return display.Receipt{}, d.lan.Fail(display.Unsupported, r, fmt.Errorf("the picture does not fit a panel of %v", disp.Panel))
	}
	before, is, err := d.ask(ctx, r.Op, disp.Address)
	switch {
	case err != nil:
		return display.Receipt{}, err
	case is.ID != disp.ID || is.Panel.Width != disp.Panel.Width || is.Panel.Height != disp.Panel.Height:
		return display.Receipt{}, d.lan.Fail(display.WrongDevice, r, fmt.Errorf("%s answers, with a panel of %v", is.ID, is.Panel))
	case before.Status == "busy":
		return display.Receipt{}, d.lan.Fail(display.Occupied, r, errors.New("the panel is being refreshed"))
	}
	r.Body = pack(f, disp.Panel.Rotation)
	answer, err := d.lan.Do(ctx, r)
	if err == nil && answer.Status != 200 {
		err = d.lan.Fail(lan.StatusKind(answer.Status), r, fmt.Errorf("the answer is HTTP status %d", answer.Status))
	}
	if err != nil {
		return display.Receipt{}, err
	}
	return d.await(ctx, disp, before.Uptime)
}

// await waits until the panel is ready again. A display that restarted meanwhile is ready,
// too, and shows who knows what: its uptime, in seconds, tells.
func (d *Driver) await(ctx context.Context, disp display.Display, uptime float64) (display.Receipt, error) {
	began := time.Now()
	r := lan.Request{Op: "wait for the panel", Address: disp.Address}
	limit := time.NewTimer(d.o.Refresh)
	defer limit.Stop()
	for {
		select {
		case <-ctx.Done():
			return display.Receipt{}, fmt.Errorf("%s at %s: %w", r.Op, disp.Address, ctx.Err())
		case <-limit.C:
			return display.Receipt{}, d.lan.Fail(display.Timeout, r, fmt.Errorf("it is still being refreshed after %v", d.o.Refresh))
		case <-time.After(d.o.Ask):
		}
		now, is, err := d.ask(ctx, r.Op, disp.Address)
		switch {
		case ctx.Err() != nil:
		case err != nil: // it has the picture, and is busy with it
			if kind := display.KindOf(err); kind == display.Protocol {
				return display.Receipt{}, err
			}
		case is.ID != disp.ID || now.Uptime < uptime, now.Uptime+2 < uptime+time.Since(began).Seconds():
			return display.Receipt{}, d.lan.Fail(display.Timeout, r, errors.New("it restarted before the picture was confirmed"))
		case now.Status == "ready" && time.Since(began) >= d.o.GivesUp:
			return display.Receipt{}, d.lan.Fail(display.Timeout, r, fmt.Errorf("the panel took %v, and the firmware gives up by then", d.o.GivesUp))
		case now.Status == "ready":
			return display.Receipt{At: d.o.Now(), Telemetry: is.Telemetry}, nil
		}
	}
}

// codes are the panel's, by palette index: 4 is none of its inks.
var codes = [...]byte{0, 1, 2, 3, 5, 6}

// pack writes a picture, turned as the panel hangs, from the top left on.
func pack(f display.Frame, turn int) []byte {
	m := frame.Turn(nil, f.Image, turn)
	b := m.Bounds()
	out := make([]byte, 0, b.Dx()*b.Dy()/2)
	for y := range b.Dy() {
		row := m.Pix[y*m.Stride:]
		for x := 0; x < b.Dx(); x += 2 {
			out = append(out, codes[row[x]]<<4|codes[row[x+1]])
		}
	}
	return out
}
