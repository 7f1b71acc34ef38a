package displaytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Gateway says what the suite must know of displays behind an access point or hub, whose
// driver is a display.Gateway.
type Gateway struct {
	// Dedupes says that a frame that a display shows already is not drawn once more.
	Dedupes bool
	// Hub is what Displays must say of the gateway, but for its address.
	Hub display.Hub
}

// arrival is how long a frame may take from the gateway to the glass. It is reached only
// where a test fails.
const arrival = 20 * time.Second

// watching is one call of Watch.
type watching struct {
	reports chan display.Report
	stop    context.CancelFunc
	done    chan error
}

// watch runs Watch for the gateway of dev until stop, which gives its error.
func (h Harness) watch(t *testing.T, dev *Device) *watching {
	t.Helper()
	gateway, ok := h.Driver.(display.Gateway)
	if !ok {
		t.Fatal("the driver gave a ticket and is no display.Gateway")
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := &watching{reports: make(chan display.Report, 1000), stop: cancel, done: make(chan error, 1)}
	go func() {
		w.done <- gateway.Watch(ctx, dev.Display.Gateway(), func(r display.Report) {
			select {
			case w.reports <- r:
			default: // a flood; what is waited for will not be in it
			}
		})
	}()
	return w
}

// end stops watching. Watch must end with its context, and soon.
func (w *watching) end(t *testing.T) {
	t.Helper()
	w.stop()
	select {
	case err := <-w.done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("watch: %v, want %v", err, context.Canceled)
		}
	case <-time.After(arrival):
		t.Error("watch did not end with its context")
	}
}

// until waits for a report of dev that satisfies ok.
func (w *watching) until(t *testing.T, dev *Device, what string, ok func(display.Report) bool) display.Report {
	t.Helper()
	timeout := time.After(arrival)
	for {
		select {
		case r := <-w.reports:
			if r.At.IsZero() || r.ID == "" {
				t.Errorf("report without time or identity: %+v", r)
			}
			if (dev.Display.ID == "" || r.ID == dev.Display.ID) && ok(r) {
				return r
			}
		case err := <-w.done:
			w.done <- err
			t.Fatalf("%s: watch ended: %v", what, err)
		case <-timeout:
			t.Fatalf("%s: no report", what)
		}
	}
}

// arrives waits until the frame with the ticket is reported, and then for the panel to
// have refreshed so many times: gateways call a frame delivered when the display has it,
// which is before it is drawn.
func (h Harness) arrives(t *testing.T, dev *Device, ticket string, refreshes int) {
	t.Helper()
	w := h.watch(t, dev)
	defer w.end(t)
	w.until(t, dev, "ticket "+ticket, func(r display.Report) bool { return r.Ticket == ticket })
	for end := time.Now().Add(arrival); dev.Refreshes() < refreshes && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
}

// pushAgain pushes what the glass shows: it must be confirmed without a refresh.
func (h Harness) pushAgain(t *testing.T, dev *Device, pic Picture) {
	t.Helper()
	before := dev.Refreshes()
	receipt, err := h.Driver.Push(t.Context(), dev.Display, pic.Frame)
	if err != nil {
		t.Fatalf("push %s again: %v", pic.Name, err)
	}
	if receipt.Ticket != "" {
		h.arrives(t, dev, receipt.Ticket, before)
	}
	if got := dev.Refreshes() - before; got != 0 {
		t.Errorf("push %s again: the panel refreshed %d times", pic.Name, got)
	}
	CheckGlass(t, dev.Glass(), dev.Display.Panel, pic.Frame.Image)
}

// gateway checks the rest of the contract of display.Gateway.
func (h Harness) gateway(t *testing.T) {
	if h.Gateway == nil {
		return
	}
	t.Run("Displays", h.gatewayDisplays)
	t.Run("Asleep", h.gatewayAsleep)
	t.Run("TakenBack", h.gatewayTakenBack)
	t.Run("Lost", h.gatewayLost)
}

func (h Harness) gatewayDisplays(t *testing.T) {
	dev := h.start(t)
	gateway := h.Driver.(display.Gateway)
	hub, all, err := gateway.Displays(t.Context(), dev.Display.Gateway())
	if err != nil {
		t.Fatalf("displays: %v", err)
	}
	want := h.Gateway.Hub
	want.Address, want.Protocol = dev.Display.Gateway(), h.Driver.Protocol()
	if hub != want {
		t.Errorf("the gateway is\n%+v, want\n%+v", hub, want)
	}
	found := false
	for _, d := range all {
		d.Telemetry = display.Telemetry{}
		found = found || d == dev.Display
	}
	if !found {
		t.Errorf("the display\n%+v is not among\n%+v", dev.Display, all)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := gateway.Displays(ctx, dev.Display.Gateway()); !errors.Is(err, context.Canceled) {
		t.Errorf("displays: %v, want %v", err, context.Canceled)
	}
}

// gatewayAsleep: a frame waits until its display comes, through any number of calls of
// Watch, and is not called delivered before.
func (h Harness) gatewayAsleep(t *testing.T) {
	dev := h.start(t)
	if dev.SetAwake == nil {
		return
	}
	shown, next := Noise(dev.Display.Panel, 20), Noise(dev.Display.Panel, 21)
	h.push(t, dev, shown)
	dev.SetAwake(false)
	receipt, err := h.Driver.Push(t.Context(), dev.Display, next.Frame)
	if err != nil || receipt.Ticket == "" {
		t.Fatalf("push to a display that sleeps: %v, ticket %q", err, receipt.Ticket)
	}
	w := h.watch(t, dev)
	if r := w.until(t, dev, "the first report", func(display.Report) bool { return true }); r.Ticket == receipt.Ticket {
		t.Error("a frame that waits was reported as delivered")
	}
	CheckGlass(t, dev.Glass(), dev.Display.Panel, shown.Frame.Image)
	before := dev.Refreshes()
	dev.SetAwake(true)
	w.until(t, dev, "delivery", func(r display.Report) bool { return r.Ticket == receipt.Ticket })
	w.end(t)
	h.arrives(t, dev, receipt.Ticket, before+1)
	CheckGlass(t, dev.Glass(), dev.Display.Panel, next.Frame.Image)
}

// gatewayTakenBack: a frame that waits is overtaken by the one that the glass shows, so
// nothing may be drawn any more.
func (h Harness) gatewayTakenBack(t *testing.T) {
	dev := h.start(t)
	if dev.SetAwake == nil {
		return
	}
	shown := Noise(dev.Display.Panel, 22)
	h.push(t, dev, shown)
	dev.SetAwake(false)
	for _, pic := range []Picture{Noise(dev.Display.Panel, 23), shown} {
		if _, err := h.Driver.Push(t.Context(), dev.Display, pic.Frame); err != nil {
			t.Fatalf("push %s: %v", pic.Name, err)
		}
	}
	dev.SetAwake(true)
	last := Noise(dev.Display.Panel, 24)
	before := dev.Refreshes()
	receipt, err := h.Driver.Push(t.Context(), dev.Display, last.Frame)
	if err != nil {
		t.Fatalf("push: %v", err)
	}
	if receipt.Ticket != "" {
		h.arrives(t, dev, receipt.Ticket, before+1)
	}
	CheckGlass(t, dev.Glass(), dev.Display.Panel, last.Frame.Image)
	if got := dev.Refreshes() - before; h.Gateway.Dedupes && got != 1 {
		t.Errorf("the panel refreshed %d times, want once", got)
	}
}

// gatewayLost: Watch ends with an error when the gateway goes, and can't start without it.
func (h Harness) gatewayLost(t *testing.T) {
	dev := h.start(t)
	w := h.watch(t, dev)
	w.until(t, dev, "the first report", func(display.Report) bool { return true })
	dev.SetPower(false)
	select {
	case err := <-w.done:
		CheckError(t, err, display.Timeout, display.Unreachable)
	case <-time.After(arrival):
		t.Error("watch did not notice that the gateway is gone")
	}
	err := h.Driver.(display.Gateway).Watch(t.Context(), dev.Display.Gateway(), func(display.Report) {})
	CheckError(t, err, display.Unreachable)
	dev.SetPower(true)
	h.push(t, dev, Noise(dev.Display.Panel, 25))
}
