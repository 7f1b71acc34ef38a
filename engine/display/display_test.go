package display_test

import (
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

func TestPanelValidate(t *testing.T) {
	good := display.Panel{Width: 800, Height: 480, Scheme: display.Mono}
	for name, c := range map[string]struct {
		change func(*display.Panel)
		want   string
	}{
		"good":         {func(*display.Panel) {}, ""},
		"one pixel":    {func(p *display.Panel) { p.Width, p.Height = 1, 1 }, ""},
		"largest":      {func(p *display.Panel) { p.Width = display.MaxSide }, ""},
		"turned":       {func(p *display.Panel) { p.Rotation = 270 }, ""},
		"no width":     {func(p *display.Panel) { p.Width = 0 }, "size"},
		"negative":     {func(p *display.Panel) { p.Height = -1 }, "size"},
		"too wide":     {func(p *display.Panel) { p.Width = display.MaxSide + 1 }, "size"},
		"a full turn":  {func(p *display.Panel) { p.Rotation = 360 }, "rotation"},
		"turned back":  {func(p *display.Panel) { p.Rotation = -90 }, "rotation"},
		"slanted":      {func(p *display.Panel) { p.Rotation = 45 }, "rotation"},
		"no inks":      {func(p *display.Panel) { p.Scheme = "" }, "not supported yet"},
		"unknown inks": {func(p *display.Panel) { p.Scheme = "cmyk" }, "cmyk"},
		"six inks":     {func(p *display.Panel) { p.Scheme = display.Spectra6 }, ""},
	} {
		p := good
		c.change(&p)
		err := p.Validate()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
	}
}

func TestPanelBounds(t *testing.T) {
	for rotation, want := range map[int]image.Point{0: {800, 480}, 90: {480, 800}, 180: {800, 480}, 270: {480, 800}} {
		p := display.Panel{Width: 800, Height: 480, Rotation: rotation}
		if got := p.Bounds(); got.Min != (image.Point{}) || got.Size() != want {
			t.Errorf("turned by %d: %v, want %v", rotation, got, want)
		}
	}
}

// Every palette begins with black and white, whose indices have names.
func TestPalettes(t *testing.T) {
	want := map[display.Scheme]int{
		display.Mono: 2, display.BWR: 3, display.BWY: 3, display.BWRY: 4,
		display.Gray4: 4, display.Gray16: 16, display.Spectra6: 6, display.ACeP7: 7,
	}
	for _, s := range display.Schemes() {
		p, inks := s.Palette(), want[s]
		if len(p) != inks {
			t.Errorf("%s: %d inks, want %d", s, len(p), inks)
			continue
		}
		for index, want := range map[uint8]uint32{display.Black: 0, display.White: 0xffff} {
			if r, g, b, _ := p[index].RGBA(); r != want || g != want || b != want {
				t.Errorf("%s: ink %d is %v", s, index, p[index])
			}
		}
	}
}

func TestError(t *testing.T) {
	e := &display.Error{Kind: display.Occupied, Op: "connect", Address: "192.0.2.7:2446"}
	if got := e.Error(); got != "connect at 192.0.2.7:2446: occupied" {
		t.Errorf("without a cause: %q", got)
	}
	e.Err = io.ErrUnexpectedEOF
	wrapped := fmt.Errorf("push: %w", e)
	if got := wrapped.Error(); got != "push: connect at 192.0.2.7:2446: unexpected EOF" {
		t.Errorf("with a cause: %q", got)
	}
	if !errors.Is(wrapped, io.ErrUnexpectedEOF) || display.KindOf(wrapped) != display.Occupied {
		t.Error("cause or kind got lost")
	}
	if k := display.KindOf(io.EOF); k != "" {
		t.Errorf("kind of another error is %q", k)
	}
}

func TestAddressID(t *testing.T) {
	id := display.AddressID("opendisplay", "192.0.2.7:2446")
	if id != "opendisplay:@192.0.2.7:2446" || id.Address() != "192.0.2.7:2446" {
		t.Errorf("id %q of address %q", id, id.Address())
	}
	if at := display.AddressID("x", "[2001:DB8::7]:2446").Address(); at != "[2001:db8::7]:2446" {
		t.Errorf("address %q", at)
	}
	for _, id := range []display.ID{"", "opendisplay:a4:cf:12:00:00:01"} {
		if at := id.Address(); at != "" {
			t.Errorf("id %q has address %q", id, at)
		}
	}
}
