package frame_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

var update = flag.Bool("update", false, "rewrite the golden pictures in testdata")

// The panels on which every sample has a golden picture, and those on which a few do.
var (
	mainPanels  = []display.Panel{{Width: 800, Height: 480, Scheme: display.Mono}, {Width: 400, Height: 300, Scheme: display.Mono}}
	otherPanels = []display.Panel{
		{Width: 296, Height: 128, Scheme: display.Mono},
		{Width: 296, Height: 128, Scheme: display.Mono, Rotation: 90},
		{Width: 640, Height: 384, Scheme: display.Mono},
		{Width: 480, Height: 800, Scheme: display.Mono},
		{Width: 960, Height: 640, Scheme: display.Mono},
		{Width: 800, Height: 480, Scheme: display.BWR},
		{Width: 800, Height: 480, Scheme: display.BWRY},
		{Width: 400, Height: 300, Scheme: display.BWY},
	}
	otherSamples = []string{"free-until", "busy", "stale", "german"}
)

func newRenderer(t testing.TB) *frame.Renderer {
	t.Helper()
	r, err := frame.New(frame.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGolden(t *testing.T) {
	r := newRenderer(t)
	for _, s := range samples(t) {
		panels := mainPanels
		if slices.Contains(otherSamples, s.name) {
			panels = append(panels[:len(panels):len(panels)], otherPanels...)
		}
		for _, p := range panels {
			f, err := r.Frame(s.sign, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkGolden(t, fmt.Sprintf("%s-%dx%d-%s.png", s.name, p.Bounds().Dx(), p.Bounds().Dy(), p.Scheme), f.Image)
		}
	}
}

func TestGoldenTestPattern(t *testing.T) {
	r := newRenderer(t)
	for _, p := range []display.Panel{
		{Width: 800, Height: 480, Scheme: display.BWRY}, {Width: 400, Height: 300, Scheme: display.Mono}, {Width: 296, Height: 128, Scheme: display.Mono},
	} {
		f, err := r.TestPattern("Door 3 · Lovelace", p)
		if err != nil {
			t.Fatal(err)
		}
		checkGolden(t, fmt.Sprintf("pattern-%dx%d-%s.png", p.Width, p.Height, p.Scheme), f.Image)
	}
}

// checkGolden compares m with testdata/name, pixel by pixel.
func checkGolden(t *testing.T, name string, m *image.Paletted) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		var b bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; go test ./engine/frame -update makes it", err)
	}
	defer file.Close()
	decoded, err := png.Decode(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	want, ok := decoded.(*image.Paletted)
	if !ok || want.Rect != m.Rect || !bytes.Equal(want.Pix, m.Pix) {
		t.Errorf("%s is no longer what is drawn; look at the difference, then go test ./engine/frame -update", path)
	}
}
