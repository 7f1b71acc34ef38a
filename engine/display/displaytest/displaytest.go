// Package displaytest is the conformance suite for display drivers: what package
// reconcile relies on, whatever the protocol. Every driver's tests call [Run] with
// a [Harness] that starts virtual devices of its protocol.
//
// The suite knows no simulator: it reaches a device through the functions in
// [Device] alone.
package displaytest

import (
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Fault is a way in which a device misbehaves.
type Fault string

// The faults that the suite asks for. A device that its protocol can't make
// misbehave so leaves it out of Harness.Faults.
const (
	NoFault       Fault = "none"
	Hang          Fault = "hang"          // takes the connection and never answers
	Garbage       Fault = "garbage"       // answers with bytes that mean nothing
	DropMidFrame  Fault = "dropMidFrame"  // goes away in the middle of an upload or an answer
	RefuseData    Fault = "refuseData"    // says no to the picture
	RefreshFails  Fault = "refreshFails"  // reports that the panel did not finish
	LostRefreshed Fault = "lostRefreshed" // shows the picture and never says so
)

// wants lists the kinds of error that a push may end in under each fault.
var wants = map[Fault][]display.Kind{
	Hang: {display.Timeout},
	// Random bytes may look like the start of an answer whose rest never comes.
	Garbage:       {display.Protocol, display.Timeout},
	DropMidFrame:  {display.Timeout, display.Protocol},
	RefuseData:    {display.Refused},
	RefreshFails:  {display.Timeout},
	LostRefreshed: {display.Timeout},
}

// Harness says how to test one driver.
type Harness struct {
	// Driver waits long enough for a healthy device on a busy machine.
	Driver display.Driver
	// Impatient is the same driver with limits of about 200 ms. It is used only where
	// running out of time is a right answer, so that no slow machine fails a test.
	Impatient display.Driver
	// Start runs a fresh device, its glass white and its refresh instant, until the
	// test ends.
	Start func(t *testing.T, p display.Panel) *Device
	// Panels are those to draw on, at least one.
	Panels []display.Panel
	// Faults are those that Device.SetFault can make.
	Faults []Fault
	// Gateway is for drivers of displays behind an access point or hub; nil otherwise.
	Gateway *Gateway
}

// Device is a virtual device under the suite's control. All functions may be
// called at any time; nil ones switch the tests that need them off.
type Device struct {
	Display display.Display // as Probe must describe it, telemetry aside; an empty ID is not compared
	Glass   func() *image.Paletted
	// Refreshes counts the completed refreshes of the panel since the start.
	Refreshes func() int
	SetPower  func(on bool)
	SetFault  func(Fault)
	// Occupy takes the device's only connection until release is called; nil where
	// the protocol serves many clients.
	Occupy func(t *testing.T) (release func())
	// Replace puts a device that the protocol can tell apart at the same address;
	// nil where it can tell none.
	Replace func(t *testing.T)
	// Reboot restarts the device, as a watchdog or a loss of power does: connections
	// break, what was in memory is forgotten and the glass keeps its picture. It returns
	// when the device answers again at its old address.
	Reboot func(t *testing.T)
	// Move gives the device another address, as DHCP does, and tells which.
	Move func(t *testing.T) (address string)
	// Twin runs a second device that claims the identity of this one but has panel p;
	// nil where the protocol can't tell it from this one even so. (A twin with the same
	// panel is for the engine to notice, which sees both announce themselves.)
	Twin func(t *testing.T, p display.Panel) *Device
	// Partial says that the device can refresh a part of its panel, and PartialAlways that
	// it draws all of the picture even so: what was there does not matter.
	Partial, PartialAlways bool
	// SetAwake says whether a display behind a gateway comes for what waits there; nil for
	// others.
	SetAwake func(on bool)
}

// Run checks the driver against the contract of display.Driver.
func Run(t *testing.T, h Harness) {
	t.Run("Probe", h.probe)
	t.Run("Pictures", h.pictures)
	t.Run("IdenticalPush", h.identicalPush)
	t.Run("FrameStaysUnchanged", h.frameStays)
	t.Run("WrongFrame", h.wrongFrame)
	t.Run("ManyAtOnce", h.manyAtOnce)
	t.Run("ContextEnded", h.contextEnded)
	t.Run("CancelMidPush", h.cancelMidPush)
	t.Run("Faults", h.faults)
	t.Run("PowerOff", h.powerOff)
	t.Run("Occupied", h.occupied)
	t.Run("WrongDevice", h.wrongDevice)
	t.Run("RebootDuringPush", h.rebootDuringPush)
	t.Run("RebootAfterPush", h.rebootAfterPush)
	t.Run("Moved", h.moved)
	t.Run("Twin", h.twin)
	t.Run("Before", h.before)
	t.Run("WrongBefore", h.wrongBefore)
	t.Run("Gateway", h.gateway)
}

func (h Harness) start(t *testing.T) *Device {
	t.Helper()
	return h.Start(t, h.Panels[0])
}

func (h Harness) probe(t *testing.T) {
	for _, p := range h.Panels {
		t.Run(p.String(), func(t *testing.T) {
			dev := h.Start(t, p)
			got, err := h.Driver.Probe(t.Context(), dev.Display.Address)
			if err != nil {
				t.Fatalf("probe: %v", err)
			}
			if got.ID == "" || got.Protocol != h.Driver.Protocol() {
				t.Errorf("probe gave id %q, protocol %q of driver %q", got.ID, got.Protocol, h.Driver.Protocol())
			}
			again, err := h.Driver.Probe(t.Context(), dev.Display.Address)
			if err != nil || again.ID != got.ID {
				t.Errorf("second probe gave id %q, %v; the first %q", again.ID, err, got.ID)
			}
			got.Telemetry = display.Telemetry{}
			if dev.Display.ID == "" {
				got.ID = ""
			}
			if got != dev.Display {
				t.Errorf("probe gave\n%+v, want\n%+v", got, dev.Display)
			}
		})
	}
}

func (h Harness) pictures(t *testing.T) {
	for _, p := range h.Panels {
		t.Run(p.String(), func(t *testing.T) {
			dev := h.Start(t, p)
			for _, pic := range Pictures(p) {
				t.Run(pic.Name, func(t *testing.T) { h.push(t, dev, pic) })
			}
		})
	}
}

// push draws pic and reads the glass back.
func (h Harness) push(t *testing.T, dev *Device, pic Picture) display.Receipt {
	t.Helper()
	before := dev.Refreshes()
	receipt, err := h.Driver.Push(t.Context(), dev.Display, pic.Frame)
	if err != nil {
		t.Fatalf("push %s: %v", pic.Name, err)
	}
	if receipt.At.IsZero() {
		t.Errorf("push %s: the receipt has no time", pic.Name)
	}
	if receipt.Ticket != "" {
		h.arrives(t, dev, receipt.Ticket, before+1)
	}
	if got := dev.Refreshes() - before; got != 1 {
		t.Errorf("push %s: the panel refreshed %d times, want once", pic.Name, got)
	}
	CheckGlass(t, dev.Glass(), dev.Display.Panel, pic.Frame.Image)
	if pic.Frame.Before == nil && receipt.Partial {
		t.Errorf("push %s: a full refresh was asked for and a partial one reported", pic.Name)
	}
	return receipt
}

func (h Harness) identicalPush(t *testing.T) {
	dev := h.start(t)
	pic := Noise(dev.Display.Panel, 1)
	h.push(t, dev, pic)
	if h.Gateway != nil && h.Gateway.Dedupes {
		h.pushAgain(t, dev, pic)
		return
	}
	h.push(t, dev, pic)
}

func (h Harness) frameStays(t *testing.T) {
	dev := h.start(t)
	pic := Noise(dev.Display.Panel, 2)
	before := slices.Clone(pic.Frame.Image.Pix)
	h.push(t, dev, pic)
	if !slices.Equal(before, pic.Frame.Image.Pix) {
		t.Error("the driver changed the frame")
	}
}

// wrongFrame: what does not fit the panel must not reach the glass.
func (h Harness) wrongFrame(t *testing.T) {
	dev := h.start(t)
	p := dev.Display.Panel
	larger := p
	larger.Width, larger.Height = p.Width+8, p.Height+8
	for name, f := range map[string]display.Frame{
		"no picture":  {},
		"wrong size":  Noise(larger, 3).Frame,
		"wrong shape": {Image: image.NewPaletted(image.Rect(0, 0, p.Bounds().Dy()+1, p.Bounds().Dx()), p.Scheme.Palette())},
	} {
		_, err := h.Driver.Push(t.Context(), dev.Display, f)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		CheckError(t, err)
	}
	if n := dev.Refreshes(); n != 0 {
		t.Errorf("the panel refreshed %d times", n)
	}
}

// manyAtOnce pushes to several devices with one driver value.
func (h Harness) manyAtOnce(t *testing.T) {
	for i := range 4 {
		t.Run("device", func(t *testing.T) {
			t.Parallel()
			dev := h.Start(t, h.Panels[i%len(h.Panels)])
			for n := range 3 {
				h.push(t, dev, Noise(dev.Display.Panel, uint64(10*i+n)))
			}
		})
	}
}

func (h Harness) contextEnded(t *testing.T) {
	dev := h.start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Driver.Probe(ctx, dev.Display.Address); !errors.Is(err, context.Canceled) {
		t.Errorf("probe: %v, want %v", err, context.Canceled)
	}
	if _, err := h.Driver.Push(ctx, dev.Display, Noise(dev.Display.Panel, 4).Frame); !errors.Is(err, context.Canceled) {
		t.Errorf("push: %v, want %v", err, context.Canceled)
	}
	if n := dev.Refreshes(); n != 0 {
		t.Errorf("the panel refreshed %d times", n)
	}
}

// cancelMidPush cancels while the driver waits for a silent device, by cancel and
// by deadline, and then expects the device to be free for the next push.
func (h Harness) cancelMidPush(t *testing.T) {
	for _, f := range []Fault{Hang, LostRefreshed} {
		if !slices.Contains(h.Faults, f) {
			continue
		}
		t.Run(string(f), func(t *testing.T) {
			t.Parallel() // mostly waiting
			dev := h.start(t)
			dev.SetFault(f)
			// The patient driver: only the context can end this in time.
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := h.Driver.Push(ctx, dev.Display, Noise(dev.Display.Panel, 5).Frame)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("push: %v, want %v", err, context.DeadlineExceeded)
			}
			if display.KindOf(err) != "" {
				t.Errorf("an ended context gave a display error: %v", err)
			}
			dev.SetFault(NoFault)
			h.push(t, dev, Noise(dev.Display.Panel, 6))
		})
	}
}

func (h Harness) faults(t *testing.T) {
	for _, f := range h.Faults {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel() // mostly waiting
			dev := h.start(t)
			dev.SetFault(f)
			driver := h.Driver
			if slices.Contains(wants[f], display.Timeout) {
				driver = h.Impatient
			}
			_, err := driver.Push(t.Context(), dev.Display, Noise(dev.Display.Panel, 7).Frame)
			if err == nil {
				t.Fatal("push: no error")
			}
			CheckError(t, err, wants[f]...)
			if f == Hang || f == Garbage {
				_, err := h.Impatient.Probe(t.Context(), dev.Display.Address)
				CheckError(t, err, wants[f]...)
			}
			dev.SetFault(NoFault)
			h.push(t, dev, Noise(dev.Display.Panel, 8))
		})
	}
}

func (h Harness) powerOff(t *testing.T) {
	dev := h.start(t)
	shown := Noise(dev.Display.Panel, 9)
	h.push(t, dev, shown)
	dev.SetPower(false)
	_, err := h.Driver.Push(t.Context(), dev.Display, Noise(dev.Display.Panel, 10).Frame)
	CheckError(t, err, display.Unreachable)
	_, err = h.Driver.Probe(t.Context(), dev.Display.Address)
	CheckError(t, err, display.Unreachable)
	CheckGlass(t, dev.Glass(), dev.Display.Panel, shown.Frame.Image)
	dev.SetPower(true)
	h.push(t, dev, Noise(dev.Display.Panel, 11))
}

func (h Harness) occupied(t *testing.T) {
	dev := h.start(t)
	if dev.Occupy == nil {
		return
	}
	release := dev.Occupy(t)
	_, err := h.Driver.Push(t.Context(), dev.Display, Noise(dev.Display.Panel, 12).Frame)
	CheckError(t, err, display.Occupied)
	_, err = h.Driver.Probe(t.Context(), dev.Display.Address)
	CheckError(t, err, display.Occupied)
	release()
	h.push(t, dev, Noise(dev.Display.Panel, 13))
}

func (h Harness) wrongDevice(t *testing.T) {
	dev := h.start(t)
	if dev.Replace == nil {
		return
	}
	dev.Replace(t)
	_, err := h.Driver.Push(t.Context(), dev.Display, Noise(dev.Display.Panel, 14).Frame)
	CheckError(t, err, display.WrongDevice)
	if n := dev.Refreshes(); n != 0 {
		t.Errorf("the other device refreshed %d times", n)
	}
}

// CheckError demands that err is a *display.Error of one of the given kinds, any
// kind if none is given, with words for a person.
func CheckError(t *testing.T, err error, kinds ...display.Kind) {
	t.Helper()
	var e *display.Error
	if !errors.As(err, &e) {
		t.Errorf("error %v (%T) is no *display.Error", err, err)
		return
	}
	if e.Kind == "" || len(kinds) > 0 && !slices.Contains(kinds, e.Kind) {
		t.Errorf("error is of kind %q, want one of %q: %v", e.Kind, kinds, err)
	}
	if e.Op == "" || e.Address == "" || e.Err == nil {
		t.Errorf("error lacks operation, address or cause: %#v", e)
	}
	if e.Remedy == "" && len(kinds) > 0 {
		t.Errorf("error says nothing of what to do: %v", err)
	}
	if s := err.Error(); strings.Contains(s, "%!") || !strings.Contains(s, e.Address) {
		t.Errorf("error reads badly: %q", s)
	}
}
