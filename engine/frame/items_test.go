package frame_test

import (
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// Every text that a picture shows is in the drawing list, where it stands in the picture
// and in the same words; so is every code.
func TestItemsSayAllThatThePictureSays(t *testing.T) {
	r, look := newRenderer(t), brand()
	said := 0
	for _, size := range sizes {
		for seed := range uint64(16) {
			rng := rand.New(rand.NewPCG(seed, 7))
			s := randomSign(rng)
			s.Design = sign.Designs()[seed%4]
			p := display.Panel{Width: size[0], Height: size[1], Scheme: display.Schemes()[rng.IntN(len(display.Schemes()))]}
			items, lines, m, err := r.ObserveItems(s, p, look)
			if err != nil {
				t.Fatal(err)
			}
			said += checkListed(t, items, lines, m.Rect)
			if t.Failed() {
				t.Fatalf("%s on %v, seed %d: %+v", s.Design, p, seed, s)
			}
		}
	}
	if said < 1000 {
		t.Errorf("only %d lines were compared", said)
	}
}

// checkListed compares a drawing list with what was seen while it was made, and gives the
// number of lines.
func checkListed(t *testing.T, items []display.Item, lines []frame.Drawn, bounds image.Rectangle) int {
	t.Helper()
	var texts, codes []display.Item
	for _, i := range items {
		if i.Box.Empty() || !i.Box.In(bounds) {
			t.Errorf("item %+v leaves %v", i, bounds)
		}
		switch i.Kind {
		case display.TextItem:
			texts = append(texts, i)
			if i.Text == "" || i.Size < 6 || i.Align < -1 || i.Align > 1 {
				t.Errorf("text item is not complete: %+v", i)
			}
		case display.CodeItem:
			codes = append(codes, i)
		}
	}
	n, marks := 0, 0
	for _, l := range lines {
		switch {
		case l.Size == 0 && l.Text == frame.CodeMark:
			marks++
		case l.Size > 0 && !l.Ink.Empty():
			at := slices.IndexFunc(texts, func(i display.Item) bool { return i.Box == l.Box })
			if at < 0 {
				t.Errorf("%q in %v is in no item", l.Text, l.Box)
				continue
			}
			if piece := texts[at].Text; !isPart(piece, l.Text) {
				t.Errorf("item says %q, the picture a part of %q", piece, l.Text)
			}
			n++
		}
	}
	if marks != len(codes) {
		t.Errorf("%d codes in the list, %d in the picture", len(codes), marks)
	}
	return n
}

// isPart reports whether piece, an ellipsis at its end aside, stands in whole; spaces and
// what turns the direction of reading do not count.
func isPart(piece, whole string) bool {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || unicode.In(r, unicode.Cc) || r >= '\u2066' && r <= '\u2069' {
				return -1
			}
			return r
		}, s)
	}
	return strings.Contains(bare(whole), strings.TrimSuffix(bare(piece), "…"))
}

// What is broken into lines, and not cut, is in the list whole.
func TestItemsKeepWholeTexts(t *testing.T) {
	r := newRenderer(t)
	for _, size := range [][2]int{{296, 128}, {400, 300}, {800, 480}, {300, 400}} {
		for _, sc := range scenes {
			s := sc.compose(t, tongues[1], sign.Status)
			items, err := r.Items(s, display.Panel{Width: size[0], Height: size[1], Scheme: display.BWR}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, i := range items {
				all = append(all, i.Text)
			}
			if whole := strings.Join(all, " "); !strings.Contains(whole, s.Headline) {
				t.Errorf("%s on %v: %q does not say %q", sc.name, size, whole, s.Headline)
			}
		}
	}
}

// Recording changes no pixel, and nothing is recorded that the next sign could inherit.
func TestItemsLeaveThePicture(t *testing.T) {
	r := newRenderer(t)
	p := display.Panel{Width: 400, Height: 300, Scheme: display.BWR}
	s := sampleNamed(t, "busy")
	plain, err := r.Frame(s, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, recorded, err := r.ObserveItems(s, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if frame.Hash(recorded) != plain.Hash {
		t.Error("recording changed the picture")
	}
	if plain.Items != nil {
		t.Error("a frame that nobody asked items of has some")
	}
	a, _ := r.Items(s, p, nil)
	b, _ := r.Items(s, p, nil)
	if !slices.Equal(a, b) {
		t.Error("two lists of one sign differ")
	}
}

// The inks of the state: white on what fills a busy room's panel.
func TestItemsHaveTheGround(t *testing.T) {
	r := newRenderer(t)
	items, err := r.Items(sampleNamed(t, "busy"), display.Panel{Width: 800, Height: 480, Scheme: display.BWR}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		if i.Kind == display.TextItem && i.Text == "In use" {
			if i.Ink != display.White || i.Over != 2 || !i.Bold || i.Size < 40 {
				t.Errorf("the headline is %+v", i)
			}
			return
		}
	}
	t.Errorf("no headline in %+v", items)
}

// Two boxes, one in the other, say an outline; stripes are dashes, and few.
func TestItemsOfShapes(t *testing.T) {
	r := newRenderer(t)
	for _, name := range []string{"stale", "never-synced", "german-stale"} {
		items, err := r.Items(sampleNamed(t, name), display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, nil)
		if err != nil {
			t.Fatal(err)
		}
		boxes := 0
		for _, i := range items {
			if i.Kind == display.BoxItem {
				boxes++
			}
		}
		if boxes < 4 || boxes > 80 {
			t.Errorf("%s is %d boxes", name, boxes)
		}
	}
}

// A test pattern is a drawing list, too: displays that draw must be told apart as well.
func TestPatternHasItems(t *testing.T) {
	f, err := newRenderer(t).TestPattern("Door 7", display.Panel{Width: 296, Height: 128, Scheme: display.BWR})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(f.Items, func(i display.Item) bool { return i.Kind == display.TextItem && i.Text == "Door 7" }) {
		t.Errorf("no name in %s", fmt.Sprint(f.Items))
	}
}

// BenchmarkItems is a drawing list of a sign of usual size.
func BenchmarkItems(b *testing.B) {
	r := newRenderer(b)
	s := sampleNamed(b, "busy")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Items(s, display.Panel{Width: 400, Height: 300, Scheme: display.BWR}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
