package frame_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

var update = flag.Bool("update", false, "rewrite the golden pictures in testdata")

func newRenderer(t testing.TB) *frame.Renderer {
	t.Helper()
	r, err := frame.New(frame.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// goldenPanels are the panels of the golden pictures.
var goldenPanels = [][2]int{
	{296, 128}, {128, 296}, {400, 300}, {300, 400}, {640, 384}, {800, 480}, {480, 800}, {960, 672}, {1200, 1600}, {1872, 1404},
}

// Golden pictures, for people to look at: as few as show each two of design, panel,
// palette, state and language together. TestDigests covers all of them.
func TestGolden(t *testing.T) {
	r, look := newRenderer(t), brand()
	designs, schemes := sign.Designs(), display.Schemes()
	names := make(map[string]bool)
	for _, row := range pairwise(len(designs), len(goldenPanels), len(schemes), len(scenes), len(tongues)) {
		design, size, scheme, scene, tongue := designs[row[0]], goldenPanels[row[1]], schemes[row[2]], scenes[row[3]], tongues[row[4]]
		f, err := r.Frame(scene.compose(t, tongue, design), display.Panel{Width: size[0], Height: size[1], Scheme: scheme}, look)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s-%dx%d-%s-%s-%s.png", design, size[0], size[1], scheme, scene.name, tongue.language)
		names[name] = true
		checkGolden(t, filepath.Join("golden", name), f.Image)
	}
	files, err := os.ReadDir(filepath.Join("testdata", "golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		switch {
		case names[file.Name()]:
		case *update:
			if err := os.Remove(filepath.Join("testdata", "golden", file.Name())); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("nobody draws %s; go test ./engine/frame -update removes it", file.Name())
		}
	}
}

// pairwise gives rows of one choice for each factor, so that each two choices of two
// factors are together in one of them. It is greedy, and always the same.
func pairwise(factors ...int) (rows [][]int) {
	type pair struct{ f, a, g, b int }
	open := make(map[pair]bool)
	for g := range factors {
		for f := range g {
			for a := range factors[f] {
				for b := range factors[g] {
					open[pair{f, a, g, b}] = true
				}
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for len(open) > 0 {
		var best []int
		most := 0
		for range 300 {
			row := make([]int, len(factors))
			for f, n := range factors {
				row[f] = rng.IntN(n)
			}
			covers := 0
			for g := range row {
				for f := range g {
					if open[pair{f, row[f], g, row[g]}] {
						covers++
					}
				}
			}
			if covers > most {
				best, most = row, covers
			}
		}
		for g := range best {
			for f := range g {
				delete(open, pair{f, best[f], g, best[g]})
			}
		}
		if best != nil {
			rows = append(rows, best)
		}
	}
	return rows
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
