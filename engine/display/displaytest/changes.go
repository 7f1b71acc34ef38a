package displaytest

import (
	"slices"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// rebootDuringPush restarts the device while the driver waits for its word.
func (h Harness) rebootDuringPush(t *testing.T) {
	if !slices.Contains(h.Faults, LostRefreshed) {
		t.Skip("the device can't be kept from answering")
	}
	dev := h.start(t)
	if dev.Reboot == nil {
		t.Skip("the device does not reboot")
	}
	dev.SetFault(LostRefreshed)
	ended := make(chan error, 1)
	go func() {
		_, err := h.Driver.Push(t.Context(), dev.Display, Noise(dev.Display.Panel, 20).Frame)
		ended <- err
	}()
	// The picture is on the glass, so the driver has nothing left but to wait.
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for dev.Refreshes() == 0 {
		select {
		case err := <-ended:
			t.Fatalf("push ended before the refresh: %v", err)
		case <-tick.C:
		}
	}
	dev.Reboot(t)
	err := <-ended
	if err == nil {
		t.Fatal("push: no error")
	}
	CheckError(t, err, display.Timeout, display.Protocol)
	dev.SetFault(NoFault)
	h.push(t, dev, Noise(dev.Display.Panel, 21))
}

// rebootAfterPush: what the device forgot must not lead the next push astray.
func (h Harness) rebootAfterPush(t *testing.T) {
	dev := h.start(t)
	if dev.Reboot == nil {
		t.Skip("the device does not reboot")
	}
	first := Corner(dev.Display.Panel)
	h.push(t, dev, first)
	dev.Reboot(t)
	CheckGlass(t, dev.Glass(), dev.Display.Panel, first.Frame.Image)
	h.push(t, dev, after(first, spot(first, 40, 40)))
	if _, err := h.Driver.Probe(t.Context(), dev.Display.Address); err != nil {
		t.Errorf("probe after a reboot: %v", err)
	}
}

// moved: the old address must be called dead and the new one must do.
func (h Harness) moved(t *testing.T) {
	dev := h.start(t)
	if dev.Move == nil {
		t.Skip("the device does not move")
	}
	shown := Noise(dev.Display.Panel, 22)
	h.push(t, dev, shown)
	address := dev.Move(t)
	if address == dev.Display.Address {
		t.Fatalf("the device did not move from %s", address)
	}
	_, err := h.Driver.Push(t.Context(), dev.Display, Noise(dev.Display.Panel, 23).Frame)
	CheckError(t, err, display.Unreachable)
	CheckGlass(t, dev.Glass(), dev.Display.Panel, shown.Frame.Image)
	dev.Display.Address = address
	h.push(t, dev, Noise(dev.Display.Panel, 24))
}

// twin: a picture must not go to another device that claims the identity of ours.
func (h Harness) twin(t *testing.T) {
	dev := h.start(t)
	if dev.Twin == nil {
		t.Skip("the protocol can't tell twins apart")
	}
	p := dev.Display.Panel
	larger := p
	larger.Width, larger.Height = p.Width+8, p.Height+8
	for _, other := range []display.Panel{larger, otherInks(h.Panels, p)} {
		if other == p {
			continue
		}
		twin := dev.Twin(t, other)
		ours := dev.Display
		ours.Address = twin.Display.Address
		_, err := h.Driver.Push(t.Context(), ours, Noise(p, 25).Frame)
		CheckError(t, err, display.WrongDevice)
		if n := twin.Refreshes(); n != 0 {
			t.Errorf("a twin with %v refreshed %d times", other, n)
		}
	}
	h.push(t, dev, Noise(p, 26))
}

// otherInks is p with the inks of another panel, p itself if all have the same.
func otherInks(all []display.Panel, p display.Panel) display.Panel {
	for _, other := range all {
		if other.Scheme != p.Scheme {
			p.Scheme = other.Scheme
			break
		}
	}
	return p
}
