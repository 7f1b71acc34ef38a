package main

import (
	"image"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/internal/samples"
)

func TestSheetsHoldEverySignOnce(t *testing.T) {
	o := samples.New(time.UTC)
	names := make(map[string]bool)
	for _, s := range sheets(o) {
		if names[s.name] || len(s.cells) == 0 {
			t.Errorf("sheet %q comes twice or is empty", s.name)
		}
		names[s.name] = true
		var pictures []*image.RGBA
		for _, c := range s.cells {
			if err := c.panel.Validate(); err != nil {
				t.Errorf("%s: %s: %v", s.name, c.caption, err)
			}
			size := c.panel.Bounds().Size().Div(max(1, c.reduce))
			pictures = append(pictures, &image.RGBA{Rect: image.Rectangle{Max: size}})
		}
		at, height := place(s, pictures)
		var taken []image.Rectangle
		for i, p := range pictures {
			box := p.Rect.Add(at[i])
			box.Max.Y += caption
			if !box.In(image.Rect(0, 0, s.width, height)) {
				t.Errorf("%s: %s leaves the sheet", s.name, s.cells[i].caption)
			}
			for _, other := range taken {
				if box.Overlaps(other) {
					t.Errorf("%s: %s lies on another", s.name, s.cells[i].caption)
				}
			}
			taken = append(taken, box)
		}
	}
}

func TestASheetShowsTheColoursOfTheGlass(t *testing.T) {
	r, err := frame.New(frame.Options{})
	if err != nil {
		t.Fatal(err)
	}
	panel := display.Panel{Width: 296, Height: 128, Scheme: display.BWR}
	m, err := paint(r, sheet{title: "One", width: 400, cells: []cell{{caption: "busy", sign: samples.New(time.UTC).Sign(), panel: panel}}})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[[3]uint32]bool)
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			r, g, b, _ := m.At(x, y).RGBA()
			seen[[3]uint32{r, g, b}] = true
		}
	}
	for i, c := range display.BWR.Measured() {
		r, g, b, _ := c.RGBA()
		if !seen[[3]uint32{r, g, b}] {
			t.Errorf("ink %d is not on the sheet", i)
		}
	}
}
