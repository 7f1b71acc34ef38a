package frame_test

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

var mono800 = display.Panel{Width: 800, Height: 480, Scheme: display.Mono}

func TestDrawReusesItsImage(t *testing.T) {
	r := newRenderer(t)
	first, err := r.Draw(nil, sampleNamed(t, "busy"), mono800, nil)
	if err != nil {
		t.Fatal(err)
	}
	busy := frame.Hash(first)
	second, err := r.Draw(first, sampleNamed(t, "free-until"), mono800, nil)
	if err != nil {
		t.Fatal(err)
	}
	if second != first {
		t.Error("an image of the right size was not reused")
	}
	fresh, err := r.Frame(sampleNamed(t, "free-until"), mono800, nil)
	if err != nil {
		t.Fatal(err)
	}
	if frame.Hash(second) != fresh.Hash || fresh.Hash == busy {
		t.Error("what was there before shows through")
	}
	turned := mono800
	turned.Rotation = 90
	third, err := r.Draw(second, sampleNamed(t, "busy"), turned, nil)
	if err != nil {
		t.Fatal(err)
	}
	if third == second || third.Rect != image.Rect(0, 0, 480, 800) {
		t.Errorf("drew a turned panel into %v", third.Rect)
	}
	part := second.SubImage(image.Rect(0, 0, 400, 300)).(*image.Paletted)
	small, err := r.Draw(part, sampleNamed(t, "busy"), display.Panel{Width: 400, Height: 300, Scheme: display.Mono}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if small == part {
		t.Error("a part of a larger image was reused: its rows are not its own")
	}
}

func TestBadPanels(t *testing.T) {
	r := newRenderer(t)
	for _, p := range []display.Panel{
		{}, {Width: 800, Height: 480}, {Width: -1, Height: 480, Scheme: display.Mono},
		{Width: 1 << 20, Height: 1 << 20, Scheme: display.Mono}, {Width: 800, Height: 480, Scheme: "cmyk"},
		{Width: 800, Height: 480, Scheme: display.Mono, Rotation: 45},
	} {
		if _, err := r.Frame(sign.Sign{}, p, nil); err == nil || !strings.Contains(err.Error(), "panel") {
			t.Errorf("Frame for %+v: error %v", p, err)
		}
		if _, err := r.TestPattern("x", p); err == nil {
			t.Errorf("TestPattern for %+v: no error", p)
		}
	}
}

func TestEmptySign(t *testing.T) {
	f, err := newRenderer(t).Frame(sign.Sign{}, mono800, nil)
	if err != nil || f.Image.Rect != mono800.Bounds() {
		t.Fatalf("%v, %v", f.Image, err)
	}
}

// Only inks that the panel has may be used, and the accent where it is meant.
func TestInks(t *testing.T) {
	r := newRenderer(t)
	for _, c := range []struct {
		scheme display.Scheme
		sample string
		accent []uint8
	}{
		{display.Mono, "busy", nil}, {display.Mono, "stale", nil},
		{display.BWR, "free-until", nil}, {display.BWR, "busy", []uint8{2}}, {display.BWR, "stale", []uint8{2}},
		{display.BWY, "busy", nil}, {display.BWY, "stale", []uint8{2}},
		{display.BWRY, "free-until", nil}, {display.BWRY, "busy", []uint8{3}}, {display.BWRY, "stale", []uint8{2}},
		{display.Spectra6, "busy", []uint8{display.Red4}}, {display.Spectra6, "stale", []uint8{display.Yellow4}},
		{display.ACeP7, "busy", []uint8{display.Red4}}, {display.ACeP7, "stale", []uint8{display.Yellow4}},
	} {
		f, err := r.Frame(sampleNamed(t, c.sample), display.Panel{Width: 800, Height: 480, Scheme: c.scheme}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var accents []uint8
		for ink := uint8(2); ink < 16; ink++ {
			if bytes.IndexByte(f.Image.Pix, ink) >= 0 {
				accents = append(accents, ink)
			}
		}
		if !slices.Equal(accents, c.accent) {
			t.Errorf("%s on %s: accent inks %v, want %v", c.sample, c.scheme, accents, c.accent)
		}
	}
}

// Frames must not depend on what else is drawn at the same time, or was before.
func TestConcurrentUse(t *testing.T) {
	all := samples(t)
	want := make([]string, len(all))
	for i, s := range all {
		f, err := newRenderer(t).Frame(s.sign, mono800, nil)
		if err != nil {
			t.Fatal(err)
		}
		want[i] = f.Hash
	}
	r := newRenderer(t)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range all {
				i = (i + worker*3) % len(all)
				f, err := r.Frame(all[i].sign, mono800, nil)
				if err != nil || f.Hash != want[i] {
					t.Errorf("%s drawn among others differs: %v", all[i].name, err)
				}
				if _, err := r.TestPattern(all[i].name, display.Panel{Width: 200, Height: 100, Scheme: display.BWR}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestHash(t *testing.T) {
	picture := func() *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, 9, 4), display.BWR.Palette())
	}
	base := frame.Hash(picture())
	if len(base) != 64 || base != frame.Hash(picture()) {
		t.Fatalf("hash %q is not a stable SHA-256", base)
	}
	pixel := picture()
	pixel.SetColorIndex(8, 3, 1)
	shape := image.NewPaletted(image.Rect(0, 0, 4, 9), display.BWR.Palette())
	inks := picture()
	inks.Palette = display.BWY.Palette()
	fewer := picture()
	fewer.Palette = display.Mono.Palette()
	for name, m := range map[string]*image.Paletted{"pixel": pixel, "shape": shape, "inks": inks, "fewer inks": fewer} {
		if frame.Hash(m) == base {
			t.Errorf("another %s, same hash", name)
		}
	}
	// The memory around a picture is not part of it.
	wide := image.NewPaletted(image.Rect(0, 0, 20, 20), display.BWR.Palette())
	if frame.Hash(wide.SubImage(image.Rect(0, 0, 9, 4)).(*image.Paletted)) != base {
		t.Error("a part of a larger image has another hash")
	}
}

func TestPack1(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 10, 2), display.BWRY.Palette())
	copy(m.Pix, []uint8{
		0, 1, 0, 0, 0, 0, 0, 2, 3, 0,
		1, 1, 1, 1, 1, 1, 1, 1, 0, 1,
	})
	want := []byte{0b0100_0001, 0b1000_0000, 0b1111_1111, 0b0100_0000}
	if got := frame.Pack1(nil, m); !bytes.Equal(got, want) {
		t.Errorf("got %08b, want %08b", got, want)
	}
}

// Pack1 against the plain way, for all widths that its steps of 8 and 64 meet.
func TestPack1AgainstPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var packed []byte
	for width := 1; width <= 200; width++ {
		m := image.NewPaletted(image.Rect(0, 0, width, 3), make(color.Palette, 256))
		for i := range m.Pix {
			switch rng.IntN(3) {
			case 0:
				m.Pix[i] = uint8(rng.IntN(256))
			case 1:
				m.Pix[i] = uint8(i / 70 % 2)
			}
		}
		want := make([]byte, (width+7)/8*3)
		for y := range 3 {
			for x := range width {
				if m.Pix[y*m.Stride+x] != 0 {
					want[y*((width+7)/8)+x/8] |= 0x80 >> (x % 8)
				}
			}
		}
		for i := range packed {
			packed[i] = 0xaa // what was there before must not matter
		}
		if packed = frame.Pack1(packed, m); !bytes.Equal(packed, want) {
			t.Fatalf("width %d: got %08b, want %08b", width, packed, want)
		}
	}
	if again := frame.Pack1(packed, image.NewPaletted(image.Rect(0, 0, 8, 1), nil)); &again[0] != &packed[0] {
		t.Error("the buffer was not reused")
	}
}

// The budget of DESIGN.md for memory: a warm sign, other texts each time.
func TestWarmSignAllocatesLittle(t *testing.T) {
	r := newRenderer(t)
	signs := variants(sampleNamed(t, "busy"), 200)
	var m *image.Paletted
	var packed []byte
	draw := func(s sign.Sign) {
		var err error
		if m, err = r.Draw(m, s, mono800, nil); err != nil {
			t.Fatal(err)
		}
		packed = frame.Pack1(packed, m)
	}
	for _, s := range signs {
		draw(s)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, s := range signs {
		draw(s)
	}
	runtime.ReadMemStats(&after)
	if perSign := (after.TotalAlloc - before.TotalAlloc) / uint64(len(signs)); perSign > 16<<10 {
		t.Errorf("%d bytes allocated a sign, the budget is 16 KiB", perSign)
	}
}
