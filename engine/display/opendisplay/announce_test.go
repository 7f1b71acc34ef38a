package opendisplay_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/opendisplay"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

func TestRead(t *testing.T) {
	drv := opendisplay.New(opendisplay.Options{})
	if got := drv.Services(); !slices.Equal(got, []string{"_opendisplay._tcp"}) {
		t.Errorf("services %q", got)
	}
	tel := display.Telemetry{Battery: 4000, Temperature: 22, At: noon}
	none := strings.Repeat("\x00", 11)
	for _, c := range []struct {
		name string
		give display.Announcement
		want display.Candidate
		err  string // part of it; "ours" = display.ErrNotOurs
	}{
		{"a display", display.Announcement{Instance: "OD000001", Address: "192.0.2.7:2446",
			TXT: []string{"mac=a4:cf:12:00:00:01", "tls=0", "fw=2.24", msdOK}},
			display.Candidate{ID: "opendisplay:a4:cf:12:00:00:01", Name: "OD000001", Address: "192.0.2.7:2446", Firmware: "2.24", Telemetry: tel, Inputs: none}, ""},
		{"an encrypted one", display.Announcement{Instance: "OD000001", Address: "192.0.2.7:2447",
			TXT: []string{"mac=a4:cf:12:00:00:01", "tls=1"}},
			display.Candidate{ID: "opendisplay:a4:cf:12:00:00:01", Name: "OD000001", Address: "192.0.2.7:2447", Secured: true}, ""},
		{"firmware without mac", display.Announcement{Instance: "OD000001", Address: "192.0.2.7:2446", TXT: []string{msdOK}},
			display.Candidate{ID: "opendisplay:@192.0.2.7:2446", Name: "OD000001", Address: "192.0.2.7:2446", Telemetry: tel, Inputs: none}, ""},
		{"no address", display.Announcement{Instance: "OD000001", TXT: []string{"mac=a4:cf:12:00:00:01", "tls=1"}},
			display.Candidate{Name: "OD000001", Secured: true}, "no address"},
		{"junk", display.Announcement{Instance: "OD000001", Address: "192.0.2.7:2446", TXT: []string{"mac=x", "tls=1"}},
			display.Candidate{Name: "OD000001", Address: "192.0.2.7:2446", Secured: true}, "no hardware address"},
		{"nothing", display.Announcement{Instance: "OD000001", Address: "192.0.2.7:2446"},
			display.Candidate{Name: "OD000001", Address: "192.0.2.7:2446"}, "none of the keys"},
		{"a server", display.Announcement{Instance: "OpenDisplay Server (door)", Address: "192.0.2.9:2446", TXT: []string{"ip=192.0.2.9"}},
			display.Candidate{}, "ours"},
		{"a server that says nothing", display.Announcement{Instance: "OpenDisplay Server (door)", Address: "192.0.2.9:2446"},
			display.Candidate{}, "ours"},
		{"a display that calls itself a server", display.Announcement{Instance: "OpenDisplay Server", Address: "192.0.2.7:2446", TXT: []string{"mac=a4:cf:12:00:00:01"}},
			display.Candidate{ID: "opendisplay:a4:cf:12:00:00:01", Name: "OpenDisplay Server", Address: "192.0.2.7:2446"}, ""},
		{"another service", display.Announcement{Service: "_eink._tcp", TXT: []string{"mac=a4:cf:12:00:00:01"}},
			display.Candidate{}, "ours"},
	} {
		if c.give.Service == "" {
			c.give.Service = opendisplay.Service
		}
		if c.err != "ours" {
			c.want.Protocol = opendisplay.Name
		}
		c.give.At = noon
		got, err := drv.Read(c.give)
		if got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
		switch {
		case c.err == "ours":
			if !errors.Is(err, display.ErrNotOurs) {
				t.Errorf("%s: error %v, want %v", c.name, err, display.ErrNotOurs)
			}
		case (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err):
			t.Errorf("%s: error %v, want …%s…", c.name, err, c.err)
		}
	}
}

// state is an announcement with the given first bytes of buttons and sensors.
func state(first ...byte) display.Candidate {
	b := append(first, make([]byte, 11-len(first))...)
	return display.Candidate{Inputs: string(b), SeenAt: noon}
}

func TestPressed(t *testing.T) {
	drv := opendisplay.New(opendisplay.Options{})
	const down = 0x80
	press := func(number, count, state byte) byte { return number | count<<3 | state }
	for _, c := range []struct {
		name        string
		buttons     uint16
		before, now display.Candidate
		want        []int
	}{
		{"down", 1, state(0), state(press(0, 1, down)), []int{1}},
		{"let go", 1, state(press(0, 1, down)), state(press(0, 1, 0)), nil},
		{"down and up between two announcements", 1, state(press(0, 1, 0)), state(press(0, 2, 0)), []int{1}},
		{"down again", 1, state(press(0, 1, 0)), state(press(0, 2, down)), []int{1}},
		{"counted anew after a pause", 1, state(press(0, 1, 0)), state(press(0, 1, down)), []int{1}},
		{"counted anew after many", 1, state(press(0, 7, 0)), state(press(0, 1, 0)), []int{1}},
		{"the count wraps", 1, state(press(3, 15, 0)), state(press(3, 0, down)), []int{4}},
		{"the count wraps unseen", 1, state(press(3, 15, 0)), state(press(3, 0, 0)), []int{4}},
		{"another button", 1, state(press(0, 1, 0)), state(press(2, 1, 0)), []int{3}},
		{"the eighth", 1, state(0), state(press(7, 1, down)), []int{8}},
		{"nothing new", 1, state(press(0, 1, 0)), state(press(0, 1, 0)), nil},
		{"restarted", 1, state(press(2, 5, 0)), state(0), nil},
		{"a sensor", 1, state(0, 10), state(0, 20), nil},
		{"two bytes of buttons with a sensor between", 0b101, state(0, 10, 0), state(press(0, 1, down), 20, press(1, 1, down)), []int{1, 10}},
		{"the second byte", 0b101, state(0, 0, 0), state(0, 0, press(1, 1, down)), []int{10}},
		{"not asked where buttons are", 0, state(0), state(press(0, 1, down)), nil},
		{"first announcement", 1, display.Candidate{}, state(press(0, 1, down)), nil},
		{"announcement without them", 1, state(0), display.Candidate{}, nil},
		{"beyond the last byte", 1 << 11, state(0), state(press(0, 1, down)), nil},
	} {
		var got []int
		for _, b := range drv.Pressed(display.Display{Buttons: c.buttons}, c.before, c.now) {
			got = append(got, b.Number)
			if !b.At.Equal(noon) {
				t.Errorf("%s: pressed at %v", c.name, b.At)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A press on the virtual device, from its announcement, with what Probe says of it.
func TestPressedOnDevice(t *testing.T) {
	v := &vdev{}
	v.run(t, virtual.Options{Model: virtual.Panel42BW, MAC: "02:00:00:00:00:01", Buttons: 3})
	drv := opendisplay.New(opendisplay.Options{})
	d, err := drv.Probe(t.Context(), v.dev().Addr())
	if err != nil || d.Buttons != 1 {
		t.Fatalf("probe: %+v, %v", d, err)
	}
	read := func() display.Candidate {
		s := v.dev().Service()
		c, err := drv.Read(display.Announcement{Service: s.Type, Instance: s.Instance, Address: v.dev().Addr(), TXT: s.Records(), At: noon})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	before := read()
	for _, n := range []int{2, 2, 3, 1} {
		v.dev().Press(n)
		now := read()
		if got := drv.Pressed(d, before, now); len(got) != 1 || got[0].Number != n {
			t.Errorf("button %d: %+v", n, got)
		}
		v.dev().Release(n)
		before = read()
		if got := drv.Pressed(d, now, before); got != nil {
			t.Errorf("button %d let go: %+v", n, got)
		}
	}
}

// A display with a battery: asleep after the push, unreachable until it wakes, and then as
// good as before.
func TestSleepingDevice(t *testing.T) {
	o := virtual.Options{Model: virtual.Panel42BW, MAC: "02:00:00:00:00:01", Power: virtual.Power{DeepSleep: 15 * time.Minute}}
	v := &vdev{}
	v.run(t, o)
	drv := opendisplay.New(opendisplay.Options{})
	d, err := drv.Probe(t.Context(), v.dev().Addr())
	if err != nil || !d.Sleeps {
		t.Fatalf("probe: %+v, %v", d, err)
	}
	first := displaytest.Corner(d.Panel).Frame
	next := first
	m := *first.Image
	m.Pix = slices.Clone(m.Pix)
	m.Pix[0] ^= 1
	next.Image, next.Hash = &m, "next"
	next.Before = &display.Before{Image: first.Image, Hash: first.Hash}
	if _, err := drv.Push(t.Context(), d, first); err != nil {
		t.Fatal(err)
	}
	if g := v.dev().Glass(); g.Powered || g.Pushes != 1 {
		t.Fatalf("after the push: powered %v, %d pushes", g.Powered, g.Pushes)
	}
	if _, err := drv.Push(t.Context(), d, next); display.KindOf(err) != display.Unreachable {
		t.Errorf("push in its sleep: %v", err)
	}
	v.dev().SetPower(true) // its button
	if r, err := drv.Push(t.Context(), d, next); err != nil || !r.Partial {
		t.Errorf("push after it woke: %+v, %v", r, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("OD000001", "192.0.2.7:2446", "mac=a4:cf:12:00:00:01\ntls=0\n"+msdOK, msdOK, uint16(1))
	f.Add("OpenDisplay Server (x)", "", "ip=192.0.2.1", "msd=8900000000000000aabbcc7c9001", uint16(0xffff))
	drv := opendisplay.New(opendisplay.Options{})
	f.Fuzz(func(t *testing.T, instance, address, before, now string, buttons uint16) {
		read := func(txt string) display.Candidate {
			c, err := drv.Read(display.Announcement{Service: opendisplay.Service, Instance: instance, Address: address,
				TXT: strings.Split(txt, "\n"), At: noon})
			if err != nil && (c.ID != "" || c.Inputs != "") {
				t.Fatalf("junk was trusted: %+v", c)
			}
			return c
		}
		for _, b := range drv.Pressed(display.Display{Buttons: buttons}, read(before), read(now)) {
			if b.Number < 1 || b.Number > 8*11 {
				t.Fatalf("button %d", b.Number)
			}
		}
	})
}
