package frame_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// panels are the classes of panels, both ways up.
var panels = [][2]int{
	{296, 128}, {128, 296}, {400, 300}, {300, 400}, {640, 384}, {384, 640}, {800, 480}, {480, 800},
	{960, 640}, {672, 960}, {1600, 1200}, {1200, 1600}, {1872, 1404}, {1404, 1872},
}

const digestFile = "testdata/golden.txt"

// Every design on every panel in every palette and every language, with signs in all
// states, as checksums: what changes is seen at once, without megabytes of pictures.
// Those that people look at are in TestGolden.
func TestDigests(t *testing.T) {
	if raceEnabled {
		t.Skip("TestGolden draws enough under the race detector")
	}
	r, look := newRenderer(t), brand()
	head := "# CRC-32C of the pixels: design, panel, scheme, then"
	for _, s := range scenes {
		head += " " + s.name
	}
	lines := []string{head}
	want := readDigests(t, head)
	for _, d := range sign.Designs() {
		for i, size := range panels {
			// States and languages take turns: each panel has all of both.
			signs := make([]sign.Sign, 0, len(scenes))
			for k, s := range scenes {
				signs = append(signs, s.compose(t, tongues[(i+k)%len(tongues)], d))
			}
			rows := make([]string, len(display.Schemes()))
			var wg sync.WaitGroup
			for k, scheme := range display.Schemes() {
				wg.Go(func() {
					p := display.Panel{Width: size[0], Height: size[1], Scheme: scheme}
					key := fmt.Sprintf("%s %dx%d %s", d, size[0], size[1], scheme)
					rows[k] = digests(t, r, signs, p, look, key, want[key])
				})
			}
			wg.Wait()
			lines = append(lines, rows...)
		}
	}
	if *update {
		if err := os.WriteFile(digestFile, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readDigests gives the checksums by what they are of.
func readDigests(t *testing.T, head string) map[string][]string {
	want := make(map[string][]string)
	if *update {
		return want
	}
	data, err := os.ReadFile(digestFile)
	if err != nil {
		t.Fatalf("%v; go test ./engine/frame -update makes it", err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if lines[0] != head {
		t.Fatalf("%s is about other signs; go test ./engine/frame -update makes it anew", digestFile)
	}
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		want[strings.Join(fields[:3], " ")] = fields[3:]
	}
	return want
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// digests draws the signs for a panel and gives their line; those that are not as wanted
// are kept as pictures.
func digests(t *testing.T, r *frame.Renderer, signs []sign.Sign, p display.Panel, look *frame.Look, key string, want []string) string {
	line := key
	var m *image.Paletted
	for i, s := range signs {
		if (i+len(key))%3 > 0 && p.Width*p.Height > 1<<20 {
			line += " -" // a third of the large ones tells as much
			continue
		}
		var err error
		if m, err = r.Draw(m, s, p, look); err != nil {
			t.Error(err)
			return line
		}
		if t.Failed() && !*update {
			return line // a few are enough to see what is the matter
		}
		sum := fmt.Sprintf("%08x", crc32.Checksum(m.Pix, castagnoli))
		line += " " + sum
		if !*update && (i >= len(want) || want[i] != sum) {
			name := key + " " + scenes[i].name + " " + s.Language
			t.Errorf("%s is no longer what is drawn; look at %s, then go test ./engine/frame -update", name, keep(t, name, m))
		}
	}
	return line
}

// keep writes a picture that is not as it should be to where it can be looked at.
func keep(t *testing.T, name string, m image.Image) string {
	dir := filepath.Join(os.TempDir(), "roomink-frames")
	path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".png")
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
