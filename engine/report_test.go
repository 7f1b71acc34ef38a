package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/drivers"
	"github.com/roomink/roomink/engine/store"
)

// hung assigns a tag of an access point, whose driver gives tickets.
func hung(t *testing.T, e *Engine, p *points) display.ID {
	t.Helper()
	p.set(func() { p.tags["ap"] = []string{"a"} })
	_, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: "ap"})
	must(t, err)
	must(t, e.Assign(t.Context(), "points:a", roomID(0)))
	settle(time.Minute)
	return "points:a"
}

func at(t *testing.T, e *Engine, id display.ID) Display {
	t.Helper()
	for _, d := range e.Snapshot().Displays {
		if d.ID == id {
			return d
		}
	}
	t.Fatalf("no display %s", id)
	return Display{}
}

// What a display reports is listed, outlasts a restart, and is believed only from where it
// can come.
func TestReports(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, again func() *Engine) {
		id := hung(t, e, p)
		now := time.Now()
		e.heard(t.Context(), display.Report{ID: id, At: now, Address: "ap/a", Firmware: "1.9", Due: now.Add(time.Hour),
			Telemetry: display.Telemetry{Percent: 64, Signal: -71, Temperature: 21, At: now}})
		d := at(t, e, id)
		if d.Firmware != "1.9" || d.Charge != 64 || d.Signal != -71 || !d.Due.Equal(now.Add(time.Hour)) || !d.LastSeen.Equal(now) {
			t.Errorf("reported: %+v", d)
		}
		e.heard(t.Context(), display.Report{ID: id, At: now, Address: "elsewhere/a", Firmware: "6.66"})
		e.heard(t.Context(), display.Report{ID: "points:nobody", At: now, Firmware: "6.66"})
		e.heard(t.Context(), display.Report{ID: id, At: now.Add(48 * time.Hour), Address: "ap/a"}) // its clock is not ours
		if d := at(t, e, id); d.Firmware != "1.9" || d.LastSeen.After(time.Now()) || len(e.Snapshot().Displays) != 1 {
			t.Errorf("a false report was taken: %+v", d)
		}
		settle(2 * time.Minute) // it is written
		e = again()
		if d := at(t, e, id); d.Firmware != "1.9" || d.Signal == 0 {
			t.Errorf("after a restart: %+v", d)
		}
	})
}

// A frame that a gateway took is on the glass once its ticket is reported; one that nobody
// knows says that somebody else drew there.
func TestTickets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPoints()
		l := newLife(1, 0)
		cfg := l.config(t, t.TempDir())
		tickets := &ticketed{pointsKey: pointsKey{points: p}}
		cfg.Drivers = append(cfg.Drivers, tickets)
		e, stop := run(t, cfg)
		settle(time.Minute)
		id := hung(t, e, p)
		if d := at(t, e, id); d.Delivery != Waiting || tickets.pushes != 1 {
			t.Fatalf("%s after %d pushes; want that it waits", d.Delivery, tickets.pushes)
		}
		stop()
		e, stop = run(t, cfg) // what was offered is known after a restart
		settle(time.Minute)
		if d := at(t, e, id); d.Delivery != Waiting || tickets.pushes != 1 {
			t.Fatalf("after a restart %s, %d pushes", d.Delivery, tickets.pushes)
		}
		e.heard(t.Context(), display.Report{ID: id, Address: "ap/a", At: time.Now(), Ticket: "ticket 1"})
		settle(time.Second)
		if d := at(t, e, id); d.Delivery != Delivered {
			t.Errorf("%s after its ticket was reported", d.Delivery)
		}
		e.heard(t.Context(), display.Report{ID: id, Address: "ap/a", At: time.Now(), Ticket: "somebody else's"})
		settle(time.Minute)
		if tickets.pushes != 2 {
			t.Errorf("%d pushes after somebody else drew on the glass; want another", tickets.pushes)
		}
		stop()
	})
}

// ticketed is an access point that takes frames for later.
type ticketed struct {
	pointsKey
	pushes int
}

func (p *ticketed) WithKey(string) display.Driver { return p }

func (p *ticketed) Push(context.Context, display.Display, display.Frame) (display.Receipt, error) {
	p.pushes++
	return display.Receipt{At: time.Now(), Ticket: "ticket " + string(rune('0'+p.pushes))}, nil
}

// A display that sleeps is called overdue long after it said that it would come, and no
// more once it is heard.
func TestOverdue(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		id := hung(t, e, p)
		now := time.Now()
		e.heard(t.Context(), display.Report{ID: id, At: now, Address: "ap/a", Due: now.Add(20 * time.Minute)})
		p.set(func() { p.down["ap"] = true }) // nothing is heard of it any more
		settle(50 * time.Minute)
		if has(e.Snapshot(), codeOverdue) {
			t.Error("it is not late enough")
		}
		settle(20 * time.Minute)
		if !has(e.Snapshot(), codeOverdue) {
			t.Error("nobody is told")
		}
		e.heard(t.Context(), display.Report{ID: id, At: time.Now(), Address: "ap/a"})
		if has(e.Snapshot(), codeOverdue) {
			t.Error("it was heard, and is still called overdue")
		}
	})
}

func TestPresses(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		hang(t, e, 0)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		presses := e.Presses(ctx)
		for n := range 100 {
			e.pressed(displayID(0), []display.Button{{Number: n + 1, At: time.Now()}})
		}
		e.pressed("memory:none", []display.Button{{Number: 1}})
		if d := at(t, e, displayID(0)); len(d.Pressed) != pressesShown || d.Pressed[0].Number != 100 || d.Pressed[9].Number != 91 {
			t.Errorf("pressed %+v", d.Pressed)
		}
		first := <-presses
		if first.Display != displayID(0) || first.Number != 100-pressesKept+1 {
			t.Errorf("the first that was kept is %+v", first)
		}
		cancel()
		synctest.Wait()
		for range presses { // the rest, and then the end
		}
	})
}

// A display whose announcement tells no identity is listed under the one that it tells
// when it is asked, once, wherever it announces itself.
func TestUnmask(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		say := func(address string) {
			e.onCandidate(display.Candidate{ID: display.AddressID("memory", address), Protocol: "memory", Name: "Frame", Address: address, SeenAt: time.Now()})
			settle(time.Minute)
		}
		say("0001")
		say("0001")
		s := e.Snapshot()
		if len(s.Displays) != 1 || s.Displays[0].ID != displayID(1) || s.Displays[0].Panel.Width == 0 {
			t.Fatalf("listed: %+v", s.Displays)
		}
		must(t, e.Adopt(t.Context(), displayID(1)))
		must(t, e.Rename(t.Context(), displayID(1), "Oslo"))
		say("0001")
		if s := e.Snapshot(); len(s.Displays) != 1 || s.Displays[0].Name != "Oslo" || s.Displays[0].Stage != Adopted {
			t.Errorf("after the adoption: %+v", s.Displays)
		}
	})
}

func TestCharge(t *testing.T) {
	for name, c := range map[string]struct {
		cell       cell
		millivolts int
		percent    int
		want       int
	}{
		"mains": {cell{}, 0, 0, 0}, "its own word": {cell{}, 3700, 41, 41}, "more than all": {cell{}, 0, 109, 100},
		"full": {cell{}, 4250, 0, 100}, "half": {cell{}, 3790, 0, 50}, "between": {cell{}, 3730, 0, 42}, "empty": {cell{}, 2900, 0, 1},
		"a coin": {cell{coin: true}, 2800, 0, 50}, "a new coin": {cell{coin: true}, 3100, 0, 100}, "an old coin": {cell{coin: true}, 2500, 0, 1},
	} {
		if got := percentOf(c.cell, c.millivolts, c.percent); got != c.want {
			t.Errorf("%s: %d %%, want %d", name, got, c.want)
		}
	}
}

func TestDaysLeft(t *testing.T) {
	fall := func(from, days, step int) (list []store.Reading) {
		for i := range days {
			list = append(list, store.Reading{Day: 100 + i, Percent: from - step*i})
		}
		return list
	}
	charged := append(fall(40, 10, 2), fall(100, 10, 1)...)
	for i := range charged {
		charged[i].Day = 100 + i
	}
	for name, c := range map[string]struct {
		past  []store.Reading
		today int
		want  int
	}{
		"nothing known": {nil, 100, 0}, "too few days": {fall(90, 5, 1), 104, 0}, "steady": {fall(80, 30, 0), 129, 0},
		"a percent a day": {fall(90, 11, 1), 110, 80}, "two a day": {fall(90, 11, 2), 110, 35},
		"charged since":  {charged, 119, 91},
		"hardly falling": {append(fall(90, 300, 0), store.Reading{Day: 400, Percent: 89}), 400, 0},
	} {
		dev := &device{past: c.past}
		if got := daysLeft(dev.trend(), c.today); got < c.want-1 || got > c.want+1 {
			t.Errorf("%s: %d days, want %d", name, got, c.want)
		}
	}
}

// Every kind of display that can be added says what travels to it unencrypted.
func TestEveryKindSaysWhatTravelsInTheClear(t *testing.T) {
	all := drivers.All(drivers.Options{})
	var names []string
	for _, d := range all.Push {
		names = append(names, d.Protocol())
	}
	for _, p := range all.Pull {
		names = append(names, p.Protocol())
	}
	for _, l := range all.Listen {
		names = append(names, l.Protocol())
	}
	for _, name := range names {
		if clearWords(display.Display{Protocol: name}) == "" {
			t.Errorf("%s says nothing", name)
		}
		if clearWords(display.Display{Protocol: name, Secured: true}) != "" {
			t.Errorf("%s: an encrypted one says something", name)
		}
	}
}

// A picture is sent with what the glass shows, as long as that is known, and as a whole
// from time to time.
func TestBefore(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		hang(t, e, 0)
		id := displayID(0)
		status, _ := e.rec.Status(id)
		f := display.Frame{Hash: status.Delivered, Image: at(t, e, id).Frame.Image}
		partials := 0
		for range 3 * (partialsMost + 1) {
			before := e.beginPush(id)
			if before != nil {
				partials++
			}
			e.endPush(id, f, display.Receipt{Partial: before != nil}, nil)
		}
		if partials != 3*partialsMost {
			t.Errorf("%d partial pushes of %d", partials, 3*(partialsMost+1))
		}
		e.endPush(id, f, display.Receipt{}, &display.Error{Kind: display.Timeout})
		if e.beginPush(id) != nil {
			t.Error("the glass is unknown, and something is told of it")
		}
		e.endPush(id, display.Frame{Hash: "other", Image: f.Image}, display.Receipt{}, nil)
		if e.beginPush(id) != nil {
			t.Error("the display did not confirm what is told of it")
		}
	})
}

// Once a display was seen to demand encryption, no later announcement and no restart makes
// Roomink believe otherwise.
func TestOnceEncryptedAlwaysEncrypted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		say := func(secured bool) {
			e.onCandidate(display.Candidate{ID: displayID(0), Protocol: "memory", Address: "0000", Secured: secured, SeenAt: time.Now()})
		}
		say(true)
		stop() // at once: it must not wait for anything else to be saved
		e, stop = run(t, cfg)
		settle(time.Minute)
		say(false)
		if d := at(t, e, displayID(0)); !d.Secured || d.Problem == nil {
			t.Errorf("%+v", d)
		}
		stop()
	})
}
