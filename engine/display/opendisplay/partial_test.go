package opendisplay

import (
	"bytes"
	"compress/zlib"
	"image"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
)

// partial is a push of a 16×3 picture, all white but for one black pixel, to a glass that
// shows all white. FNV-1a gives "a" e40c292c and "b" e70c2de5 (the published test values).
func partial(degrees int) (display.Panel, display.Frame) {
	p := panel(16, 3, degrees, display.Mono)
	white := indices(display.Mono, slices.Repeat([]string{strings.Repeat("1", p.Bounds().Dx())}, p.Bounds().Dy())...)
	m := *white
	m.Pix = slices.Clone(m.Pix)
	return p, display.Frame{Image: &m, Hash: "b", Before: &display.Before{Image: white, Hash: "a"}}
}

func TestPartialGolden(t *testing.T) {
	for _, c := range []struct {
		name    string
		degrees int
		x, y    int // of the black pixel in the upright picture
		support byte
		head    string // x, y, width and height
		raw     []byte // the area before and after
	}{
		{"upright", 0, 9, 1, 1, "0008000100080001", []byte{0xff, 0xbf}},
		{"first pixel", 0, 0, 0, 1, "0000000000080001", []byte{0xff, 0x7f}},
		{"last pixel", 0, 15, 2, 1, "0008000200080001", []byte{0xff, 0xfe}},
		// The upright picture is 3×16. Its pixel x,y lands on 15-y,x turned by 90 degrees and
		// on y,2-x turned by 270.
		{"turned by 90", 90, 1, 9, 1, "0000000100080001", []byte{0xff, 0xfd}},
		{"turned by 180", 180, 9, 1, 1, "0000000100080001", []byte{0xff, 0xfd}},
		{"turned by 270", 270, 0, 9, 1, "0008000200080001", []byte{0xff, 0xbf}},
		{"all of it must be sent", 0, 9, 1, 2, "0000000000100003", []byte{
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xbf, 0xff, 0xff,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, f := partial(c.degrees)
			f.Image.SetColorIndex(c.x, c.y, display.Black)
			cfg := sampleConfig(updating(displayPacket(59, 16, 3, byte(c.degrees/90), 0, 3), c.support))
			s := &script{reply: obliging(cfg, 6, nil)}
			r, err := New(Options{}).Push(t.Context(), display.Display{Address: listen(t, s.serve), Panel: p}, f)
			if err != nil || !r.Partial || r.At.IsZero() {
				t.Fatalf("push: %+v, %v", r, err)
			}
			want := []string{"0040", "0076" + "00" + "e40c292c" + "e70c2de5" + c.head, "0072"}
			if !slices.Equal(s.heads, want) {
				t.Errorf("commands %q, want %q", s.heads, want)
			}
			if !bytes.Equal(s.raw, c.raw) {
				t.Errorf("stream % x, want % x", s.raw, c.raw)
			}
		})
	}
}

// A large part is compressed and comes in several pieces.
func TestPartialCompressed(t *testing.T) {
	p := panel(800, 480, 0, display.Mono)
	before := displaytest.Noise(p, 1).Frame.Image
	after := *before
	after.Pix = slices.Clone(before.Pix)
	for i := range 230 * 800 { // the upper half turns white
		after.Pix[i] = display.White
	}
	cfg := sampleConfig(updating(displayPacket(59, 800, 480, 0, 0, 3), 1))
	s := &script{reply: obliging(cfg, 48000, nil)}
	r, err := New(Options{}).Push(t.Context(), display.Display{Address: listen(t, s.serve), Panel: p},
		display.Frame{Image: &after, Hash: "b", Before: &display.Before{Image: before, Hash: "a"}})
	if err != nil || !r.Partial {
		t.Fatalf("push: %+v, %v", r, err)
	}
	if s.heads[1][4:6] != "01" || !bytes.HasPrefix(s.raw, zlibHeader) || len(s.raw) > 2*23000 {
		t.Errorf("start %s, stream of %d bytes % x…", s.heads[1], len(s.raw), s.raw[:2])
	}
	if got := inflated(t, s.raw); len(got) != 2*230*100 || !bytes.Equal(got[23000:], bytes.Repeat([]byte{0xff}, 23000)) {
		t.Errorf("stream holds %d bytes", len(got))
	}
}

// Whatever the device dislikes of an update, it gets all of the picture at once, and the
// etag with it.
func TestPartialFallsBack(t *testing.T) {
	nack := func(op byte, code ...byte) [][]byte { return [][]byte{append([]byte{0xff, op}, code...)} }
	for name, except := range map[string]map[uint16][][]byte{
		"another etag":           {opPartial: nack(0x76, 1, 0)},
		"out of bounds":          {opPartial: nack(0x76, 3, 0)},
		"not aligned":            {opPartial: nack(0x76, 4, 0)},
		"flags":                  {opPartial: nack(0x76, 5, 0)},
		"not on this panel":      {opPartial: nack(0x76, 7, 0)},
		"without a code":         {opPartial: nack(0x76)},
		"without an echo":        {opPartial: nack(0xff)},
		"in the middle":          {opWriteData: nack(0x71, 6, 0)},
		"at the end":             {opWriteEnd: nack(0x72, 6, 0)},
		"an unknown command":     {opPartial: nack(0x76, 0xff, 0xff, 0xff)},
		"in the middle, no code": {opWriteData: nack(0x71)},
	} {
		t.Run(name, func(t *testing.T) {
			p, f := partial(0)
			f.Image.SetColorIndex(9, 1, display.Black)
			cfg := sampleConfig(updating(displayPacket(59, 16, 3, 0, 0, 3), 1))
			good := obliging(cfg, 6, nil)
			started := false
			s := &script{}
			s.reply = func(op uint16, data []byte) [][]byte {
				started = started || op == opWriteStart
				if r, bad := except[op]; bad && !started {
					return r
				}
				return good(op, data)
			}
			r, err := New(Options{}).Push(t.Context(), display.Display{Address: listen(t, s.serve), Panel: p}, f)
			if err != nil || r.Partial || s.conns != 1 {
				t.Fatalf("push: %+v, %v over %d connections", r, err, s.conns)
			}
			got := s.heads[len(s.heads)-2:]
			if want := []string{"007006000000", "007200e70c2de5"}; !slices.Equal(got, want) {
				t.Errorf("commands end %q, want %q", got, want)
			}
			_, stream, _ := bytes.Cut(s.raw, zlibHeader)
			if got := inflated(t, append(slices.Clone(zlibHeader), stream...)); !bytes.Equal(got, []byte{0xff, 0xff, 0xff, 0xbf, 0xff, 0xff}) {
				t.Errorf("picture % x", got)
			}
		})
	}
}

// What is no refusal must not be taken for one: the glass is unknown then.
func TestPartialFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		except map[uint16][][]byte
		kind   display.Kind
		words  string
	}{
		{"silent", map[uint16][][]byte{opPartial: {}}, display.Timeout, silent},
		{"never refreshed", map[uint16][][]byte{opWriteEnd: {ack(opWriteEnd)}}, display.Timeout, silent},
		{"panel stuck", map[uint16][][]byte{opWriteEnd: {ack(opWriteEnd), ack(opRefreshLate)}}, display.Timeout, "panel did not finish"},
		{"ends by itself", map[uint16][][]byte{opWriteData: {ack(opWriteEnd)}}, display.Protocol, "by itself"},
		{"wants encryption", map[uint16][][]byte{opPartial: {{0, 0x76, 0xfe}}}, display.Unsupported, "authentication"},
		{"another answer", map[uint16][][]byte{opPartial: {ack(opWriteStart)}}, display.Protocol, "with 0x70"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, f := partial(0)
			f.Image.SetColorIndex(9, 1, display.Black)
			s := &script{reply: obliging(sampleConfig(updating(displayPacket(59, 16, 3, 0, 0, 3), 1)), 6, c.except)}
			_, err := driverFor(c.words).Push(t.Context(), display.Display{Address: listen(t, s.serve), Panel: p}, f)
			displaytest.CheckError(t, err, c.kind)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want …%s…", err, c.words)
			}
			if strings.Contains(s.commands(), "0070") {
				t.Errorf("fell back: %s", s.commands())
			}
		})
	}
}

// When all of the picture is sent although the frame tells what the glass shows.
func TestPartialNotWorthIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		packet []byte
		change func(*display.Panel, *display.Frame)
	}{
		{"no support", updating(displayPacket(59, 16, 3, 0, 0, 3), 0), nil},
		{"unknown support", updating(displayPacket(59, 16, 3, 0, 0, 3), 3), nil},
		{"nothing inflates", updating(displayPacket(59, 16, 3, 0, 0, 8), 1), nil},
		{"three inks", updating(displayPacket(59, 16, 3, 0, 1, 3), 1), func(p *display.Panel, f *display.Frame) {
			p.Scheme = display.BWR
		}},
		{"full refresh asked for", updating(displayPacket(59, 16, 3, 0, 0, 3), 1), func(_ *display.Panel, f *display.Frame) { f.Before = nil }},
		{"nothing differs", updating(displayPacket(59, 16, 3, 0, 0, 3), 1), func(_ *display.Panel, f *display.Frame) { f.Before.Image = f.Image }},
		{"much differs", updating(displayPacket(59, 16, 3, 0, 0, 3), 1), func(_ *display.Panel, f *display.Frame) {
			f.Image.SetColorIndex(0, 0, display.Black)
			f.Image.SetColorIndex(15, 1, display.Black)
		}},
		{"frame without a hash", updating(displayPacket(59, 16, 3, 0, 0, 3), 1), func(_ *display.Panel, f *display.Frame) { f.Hash = "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, f := partial(0)
			f.Image.SetColorIndex(9, 1, display.Black)
			if c.change != nil {
				c.change(&p, &f)
			}
			s := &script{reply: obliging(sampleConfig(c.packet), 6*max(1, len(p.Scheme.Palette())-1), nil)}
			r, err := New(Options{}).Push(t.Context(), display.Display{Address: listen(t, s.serve), Panel: p}, f)
			if err != nil || r.Partial || strings.Contains(s.commands(), "0076") {
				t.Errorf("push: %+v, %v; %s", r, err, s.commands())
			}
		})
	}
}

// The picture of a display that does partial updates is sent compressed even where that
// makes it longer, since no other way leaves an etag behind.
func TestFullLeavesEtag(t *testing.T) {
	s := &script{reply: obliging(sampleConfig(updating(displayPacket(59, 800, 480, 0, 0, 3), 1)), 48000, nil)}
	d, f := mono(listen(t, s.serve))
	f.Hash = "a"
	if _, err := New(Options{}).Push(t.Context(), d, f); err != nil {
		t.Fatal(err)
	}
	if want := []string{"0040", "007080bb0000", "007200e40c292c"}; !slices.Equal(s.heads, want) {
		t.Errorf("commands %q, want %q", s.heads, want)
	}
}

func TestEtag(t *testing.T) {
	// The shortest text whose 32-bit FNV-1a is zero (C. L. Noll's list).
	for hash, want := range map[string]uint32{"": 0, "a": 0xe40c292c, "\xcc\x24\x31\xc4": 1} {
		if got := etagOf(hash); got != want {
			t.Errorf("%q: %08x, want %08x", hash, got, want)
		}
	}
}

// The difference is compared with one that is found pixel by pixel.
func TestDifference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		w, h := 8*(1+r.IntN(5)), 1+r.IntN(9)
		a := noise(display.Mono, w, h)
		b := *a
		b.Pix = slices.Clone(a.Pix)
		var want image.Rectangle
		for range r.IntN(4) {
			x, y := r.IntN(w), r.IntN(h)
			if b.Pix[y*b.Stride+x] == a.Pix[y*a.Stride+x] {
				b.Pix[y*b.Stride+x] ^= 1
				want = want.Union(image.Rect(x&^7, y, x&^7+8, y+1))
			}
		}
		if got := difference(a, &b); got != want && !(got.Empty() && want.Empty()) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

// inflated unpacks a stream with another decoder than the simulator's.
func inflated(t *testing.T, stream []byte) []byte {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
