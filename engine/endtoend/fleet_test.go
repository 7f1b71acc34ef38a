package endtoend_test

import (
	"context"
	"fmt"
	"image"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/simulator"
	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/simulator/virtual"
	"github.com/roomink/roomink/internal/caretaker"
)

// smallDisplays are n of OpenDisplay with small panels that refresh at once.
func smallDisplays(n int) []virtual.Options {
	list := make([]virtual.Options, n)
	for i := range list {
		m := virtual.Panel42BW
		m.Name, m.Width, m.Height = "small", 296, 128
		list[i] = virtual.Options{Model: m, MAC: fmt.Sprintf("02:0d:15:91:c0:%02x", i), FriendlyName: fmt.Sprintf("Door %d", i)}
	}
	return list
}

// crowd is an office with a running engine that all its displays were introduced to, and
// each assigned to a room that is free for the next hour.
type crowd struct {
	*office
	*roomink
	known map[display.ID]simulator.Fixture
	rooms []calendar.RoomID
}

func newCrowd(t *testing.T, displays []virtual.Options, fleet simulator.Fleet) *crowd {
	t.Helper()
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{office: openOffice(t, lo, simulator.Options{Displays: displays, Fleet: fleet})}
	c.crowded = len(displays) > 20
	c.roomink = c.connected(t.TempDir())
	for _, r := range c.awaitRooms().Rooms {
		if next := r.Now.Next; !r.Now.Busy && (next == nil || next.Start.Sub(c.now()) > time.Hour) {
			c.rooms = append(c.rooms, r.Room.ID)
		}
	}
	if len(c.rooms) == 0 {
		t.Fatal("no room is free")
	}
	known, err := caretaker.Introduce(t.Context(), c.Engine, c.Fixtures())
	c.must(err)
	c.known = known
	c.must(caretaker.Assign(t.Context(), c.Engine, known, c.rooms, func(display.ID, calendar.RoomID) {}))
	return c
}

// awaitGlasses waits until each glass shows what its room's sign is now, pressing the
// buttons of displays that sleep.
func (c *crowd) awaitGlasses(what string, title string) {
	t := c.roomink.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	pressed := time.Now()
	for {
		wrong := c.wrong(title)
		if len(wrong) == 0 {
			return
		}
		if time.Since(pressed) > 2*time.Second {
			pressed = time.Now()
			for _, id := range wrong {
				if f := c.known[id]; f.Wake != nil {
					f.Wake()
				}
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
			continue
		case <-ctx.Done():
		}
		for _, id := range wrong[:min(8, len(wrong))] {
			d := find(c.Snapshot(), id)
			t.Errorf("%s: %s is %s, %+v; %s", what, id, d.Delivery, d.Problem, c.differs(id, d))
		}
		t.Fatalf("%s: %d of %d glasses are wrong", what, len(wrong), len(c.known))
	}
}

// wrong lists the displays whose glass is not what it should be, or that the engine does
// not know to be right.
func (c *crowd) wrong(title string) (list []display.ID) {
	for _, d := range c.Snapshot().Displays {
		says := d.Sign != nil && (title == "" || d.Sign.Current != nil && d.Sign.Current.Title == title)
		if d.Delivery != engine.Delivered || !says || c.differs(d.ID, d) != "" {
			list = append(list, d.ID)
		}
	}
	return list
}

// differs says how the glass differs from the sign, "" if it does not. Displays that draw
// by themselves have their own fonts.
func (c *crowd) differs(id display.ID, d engine.Display) string {
	glass := c.known[id].Glass()
	if d.Protocol == "syncsign" {
		if glass.Pushes == 0 {
			return "nothing was drawn"
		}
		return ""
	}
	want, err := c.Preview(id, d.Room)
	if err != nil {
		return err.Error()
	}
	return difference(upright(glass.Image, d.Panel), want.Image)
}

// upright is a glass as a person sees it.
func upright(glass *image.Paletted, p display.Panel) *image.Paletted {
	if p.Rotation == 0 {
		return glass
	}
	b := p.Bounds()
	out := image.NewPaletted(b, glass.Palette)
	for y := range b.Dy() {
		for x := range b.Dx() {
			gx, gy := x, y
			switch p.Rotation {
			case 90:
				gx, gy = p.Width-1-y, x
			case 180:
				gx, gy = p.Width-1-x, p.Height-1-y
			case 270:
				gx, gy = y, p.Height-1-x
			}
			out.SetColorIndex(x, y, glass.ColorIndexAt(gx, gy))
		}
	}
	return out
}

// meet books a meeting that begins now in all these rooms.
func (c *crowd) meet(title string) {
	c.roomink.t.Helper()
	start := c.now().Truncate(time.Minute)
	for _, room := range c.rooms {
		if _, err := c.Tenant.Book(string(room), tenant.Meeting{Subject: title,
			Organizer: tenant.Person{Name: "Ada Lovelace", Address: "ada@nordlicht.example"}, Start: start, End: start.Add(45 * time.Minute)}); err != nil {
			c.roomink.t.Fatal(err)
		}
	}
}

// Two of each kind, on panels of real size.
func TestEveryKindOfDisplay(t *testing.T) {
	fleet := simulator.DemoFleet()
	fleet.Scale = 0.01
	c := newCrowd(t, simulator.DefaultDisplays(0)[:2], fleet)
	c.awaitGlasses("after the assignment", "")
	readings(t, c.roomink, 3) // and several rounds of discovery: Roomink announces itself as well
	s := c.Snapshot()
	if len(s.Displays) != len(c.known) {
		t.Errorf("%d displays are listed of %d", len(s.Displays), len(c.known))
	}
	for _, d := range s.Displays {
		if d.Clear == "" || d.Delivery != engine.Delivered || d.LastSeen.IsZero() {
			t.Errorf("%s: %s, last seen %v, in the clear %q", d.ID, d.Delivery, d.LastSeen, d.Clear)
		}
	}
	for _, p := range s.Problems {
		t.Errorf("problem %s of %s: %s %s", p.Code, p.Subject, p.Title, p.Text)
	}
}

// All displays of a large office change at once, in every protocol, under the race
// detector (make race).
func TestTwoHundredDisplays(t *testing.T) {
	c := newCrowd(t, smallDisplays(40), simulator.CrowdFleet())
	if n := len(c.known); n < 200 {
		t.Fatalf("only %d displays", n)
	}
	began := time.Now()
	c.awaitGlasses("after the assignment", "")
	t.Logf("%d displays show their rooms after %v", len(c.known), time.Since(began))
	before := make(map[display.ID]int, len(c.known))
	for id, f := range c.known {
		before[id] = f.Glass().Pushes
	}
	c.meet("All hands")
	began = time.Now()
	c.awaitGlasses("after a meeting in every room", "All hands")
	t.Logf("all of them changed within %v", time.Since(began))
	for id, f := range c.known {
		if f.Glass().Pushes == before[id] {
			t.Errorf("%s was not drawn anew", id)
		}
	}
}

// A press at a door, told by mDNS, reaches whoever listens to the engine.
func TestButtons(t *testing.T) {
	displays := simulator.DefaultDisplays(0)[:1]
	displays[0].Buttons = 3
	c := newCrowd(t, displays, simulator.Fleet{})
	c.awaitGlasses("after the assignment", "")
	presses := c.Presses(t.Context())
	c.Displays[0].Press(2)
	select {
	case p := <-presses:
		if p.Number != 2 {
			t.Errorf("pressed %+v", p)
		}
		if d := find(c.Snapshot(), p.Display); len(d.Pressed) != 1 || d.Pressed[0] != p.Button {
			t.Errorf("the list says %+v", d.Pressed)
		}
	case <-time.After(patience):
		t.Fatal("nothing was heard of the button")
	}
}

// Displays of the OpenDisplay Basic standard find Roomink while new ones are let in, and
// Roomink does not take itself for a display.
func TestRoominkAnnouncesItself(t *testing.T) {
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	o := openOffice(t, lo, simulator.Options{Displays: []virtual.Options{}})
	r := o.start(t.TempDir(), hesitates)
	found := func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		resolver, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{lo}))
		if err != nil {
			t.Fatal(err)
		}
		entries := make(chan *zeroconf.ServiceEntry)
		if err := resolver.Browse(ctx, "_opendisplay._tcp", "local.", entries); err != nil {
			t.Fatal(err)
		}
		ok := false
		for e := range entries {
			ok = ok || strings.HasPrefix(e.Instance, "Roomink") && e.Port == 2446 && slices.Contains(e.Text, "ip=127.0.0.1")
		}
		return ok
	}
	if found() {
		t.Error("it is announced though nobody may come")
	}
	r.must(r.LetIn(t.Context(), true))
	r.await("an open server", func(s engine.Snapshot) bool { return s.Serving.On })
	if !found() {
		t.Error("it is not announced")
	}
	if s := r.Snapshot(); len(s.Displays) != 0 || len(s.Problems) != 0 {
		t.Errorf("displays %+v, problems %+v", s.Displays, s.Problems)
	}
	r.must(r.LetIn(t.Context(), false))
	r.await("a closed server", func(s engine.Snapshot) bool { return !s.Serving.On })
	if found() {
		t.Error("it is still announced")
	}
}
