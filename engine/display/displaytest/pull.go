package displaytest

import (
	"context"
	"fmt"
	"image"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// PullHarness says how to test one protocol of displays that fetch. If it is a
// [pull.Addressed], each device starts with an address of its own and never knocks.
type PullHarness struct {
	// Protocol makes the protocol that a [pull.Server] serves. It is called for every
	// start of the server: what it knows must not matter.
	Protocol func() pull.Protocol
	// Serve serves the protocol where it is not one of HTTP, until ctx ends; nil otherwise.
	// Then Protocol is not used.
	Serve func(ctx context.Context, l net.Listener, desk pull.Desk) error
	// Start makes a fresh device, its glass white and its refresh instant. server is what
	// a person types into it: "http://host:port", or with Serve "host:port", or the address
	// with the secret that the protocol's instructions give. Devices of one test differ in
	// their identity.
	Start func(t *testing.T, server string, p display.Panel) *PullDevice
	// Panels are those to draw on, at least one.
	Panels []display.Panel
	// Faults are those that PullDevice.SetFault can make.
	Faults []Fault
	// Tokenless says that devices are known by their identity and network address alone.
	Tokenless bool
	// Notices says that a display for which there is no picture is sent a notice that says
	// so, because the protocol can't leave it alone.
	Notices bool
}

// PullDevice is a virtual device under the suite's control. All functions may be called
// at any time, and nil ones switch the tests that need them off, but for Wake, Glass and
// Refreshes.
type PullDevice struct {
	// Display is the device as its knock must describe it, name, telemetry and address
	// aside. It is not used with a [pull.Addressed].
	Display display.Display
	// Host is the address that it asks from, "" for 127.0.0.1.
	Host string
	// Wake lives one cycle: the device wakes, asks, fetches, refreshes and sleeps. The
	// error says that something of it failed.
	Wake func(ctx context.Context) error
	// Glass is what it shows, in the order of inks of package display.
	Glass     func() *image.Paletted
	Refreshes func() int           // completed refreshes of the panel since the start
	Sleep     func() time.Duration // how long it was last told to sleep
	SetServer func(server string)  // a person types in another address
	SetFault  func(Fault)
	Reboot    func() // power fails: it forgets what is not in flash
	Reset     func() // a person makes it forget its token; nil where a device does so by itself
	// Telemetry is what it tells with each wake, without At.
	Telemetry display.Telemetry
}

// RunPull checks a protocol against the contract of pull.Protocol.
func RunPull(t *testing.T, h PullHarness) {
	t.Run("Stranger", h.stranger)
	t.Run("Pictures", h.pictures)
	t.Run("Unchanged", h.unchanged)
	t.Run("Report", h.report)
	t.Run("NothingToShow", h.nothingToShow)
	t.Run("WrongFrame", h.wrongFrame)
	t.Run("WrongToken", h.wrongToken)
	t.Run("LostToken", h.lostToken)
	t.Run("Elsewhere", h.elsewhere)
	t.Run("ManyAtOnce", h.manyAtOnce)
	t.Run("Reboot", h.reboot)
	t.Run("DropMidFrame", h.dropMidFrame)
	t.Run("ServerRestarts", h.serverRestarts)
	t.Run("ServerMoves", h.serverMoves)
}

// offered is how long the suite's displays are told to sleep.
const offered = 10 * time.Minute

// station is a server with its desk.
type station struct {
	h    PullHarness
	desk *Desk
	at   string // host:port
	stop func() // ends the server and waits for all that it does
}

// open starts a server, at an address of its own if at is "".
func (h PullHarness) open(t *testing.T, desk *Desk, at string) *station {
	t.Helper()
	if at == "" {
		at = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	serve := h.Serve
	if serve == nil {
		server := pull.New(pull.ServerOptions{Protocols: []pull.Protocol{h.Protocol()}, Desk: desk})
		serve = func(ctx context.Context, l net.Listener, _ pull.Desk) error { return server.Serve(ctx, l) }
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := serve(ctx, l, desk); err != nil && ctx.Err() == nil {
			t.Errorf("the server ended: %v", err)
		}
	}()
	s := &station{h: h, desk: desk, at: l.Addr().String(), stop: func() { cancel(); <-done }}
	t.Cleanup(s.stop)
	return s
}

// base is what a person types into a device without an address of its own.
func (s *station) base() string {
	if s.h.Serve != nil {
		return s.at
	}
	return "http://" + s.at
}

// addressed is the protocol if its displays have addresses of their own.
func (h PullHarness) addressed() (pull.Addressed, bool) {
	if h.Serve != nil {
		return nil, false
	}
	a, ok := h.Protocol().(pull.Addressed)
	return a, ok
}

// member is an adopted display and its device.
type member struct {
	*PullDevice
	id    display.ID
	panel display.Panel
	desk  *Desk
}

// join brings a fresh device into service, as an admin would.
func (s *station) join(t *testing.T, p display.Panel) *member {
	t.Helper()
	if a, ok := s.h.addressed(); ok {
		d := display.Display{ID: display.ID(a.Protocol() + ":" + pull.NewToken()), Protocol: a.Protocol(), Panel: p, Pull: true}
		url := a.Instructions(s.base(), s.desk.Adopt(d), d).URL
		return &member{PullDevice: s.h.Start(t, url, p), id: d.ID, panel: p, desk: s.desk}
	}
	dev := s.h.Start(t, s.base(), p)
	_ = dev.Wake(t.Context()) // it must wait; whether that is a fault is the device's business
	if !s.knocked(dev.Display.ID) {
		t.Fatalf("%s did not knock; these did: %+v", dev.Display.ID, s.desk.Knocks())
	}
	s.desk.Admit(dev.Display.ID)
	if dev.Display.Panel == (display.Panel{}) {
		s.desk.Describe(dev.Display.ID, p) // which it can't tell
	}
	return &member{PullDevice: dev, id: dev.Display.ID, panel: p, desk: s.desk}
}

func (s *station) knocked(id display.ID) bool {
	return slices.ContainsFunc(s.desk.Knocks(), func(d display.Display) bool { return d.ID == id })
}

// wake demands a healthy cycle.
func (m *member) wake(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := m.Wake(ctx); err != nil {
		t.Errorf("wake: %v", err)
	}
}

// show offers a picture and demands that the device shows it and that the report says so.
// A device may need another cycle before, to get its token.
func (m *member) show(t *testing.T, pic Picture) {
	t.Helper()
	before := m.desk.Shown(m.id, pic.Frame.Hash)
	m.desk.Show(m.id, pic.Frame, offered)
	for range 3 {
		if m.wake(t); t.Failed() || same(m.Glass(), m.panel, pic.Frame.Image) {
			break
		}
	}
	CheckGlass(t, m.Glass(), m.panel, pic.Frame.Image)
	if t.Failed() {
		t.FailNow() // nothing else would be worth a word
	}
	m.desk.Until(t, fmt.Sprintf("report that %s is shown", pic.Name), func() bool {
		return m.desk.Shown(m.id, pic.Frame.Hash) > before
	})
}

// refuse demands that the device does not get the picture, and that no report says that it
// shows anything. The server is stopped, so that nothing can come late.
func (m *member) refuse(t *testing.T, s *station, pic Picture) {
	t.Helper()
	reports := len(m.desk.Reports(m.id))
	_ = m.Wake(t.Context())
	s.stop()
	if same(m.Glass(), m.panel, pic.Frame.Image) {
		t.Errorf("the device shows %s", pic.Name)
	}
	for _, r := range m.desk.Reports(m.id)[reports:] {
		if r.Shown != "" {
			t.Errorf("a report says that %s is shown", r.Shown)
		}
	}
}

// same reports whether the glass shows the frame.
func same(glass *image.Paletted, p display.Panel, frame *image.Paletted) bool {
	if glass == nil || glass.Rect.Dx() != p.Width || glass.Rect.Dy() != p.Height || frame.Rect != p.Bounds() {
		return false
	}
	for y := range p.Height {
		for x := range p.Width {
			fx, fy := upright(p, x, y)
			if glass.Pix[y*glass.Stride+x] != frame.Pix[fy*frame.Stride+fx] {
				return false
			}
		}
	}
	return true
}
