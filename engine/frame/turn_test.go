package frame_test

import (
	"image"
	"slices"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

func TestTurn(t *testing.T) {
	// 0 1 2
	// 3 3 0, inside a larger picture
	whole := image.NewPaletted(image.Rect(0, 0, 5, 4), display.BWRY.Palette())
	copy(whole.Pix[5+1:], []uint8{0, 1, 2})
	copy(whole.Pix[10+1:], []uint8{3, 3, 0})
	m := whole.SubImage(image.Rect(1, 1, 4, 3)).(*image.Paletted)
	for degrees, want := range map[int][]uint8{
		90:  {3, 0, 3, 1, 0, 2},
		180: {0, 3, 3, 2, 1, 0},
		270: {2, 0, 1, 3, 0, 3},
	} {
		dst := &image.Paletted{Pix: slices.Repeat([]uint8{9}, 40)} // a larger picture was here
		got := frame.Turn(dst, m, degrees)
		size := image.Pt(2, 3)
		if degrees == 180 {
			size = image.Pt(3, 2)
		}
		if got.Rect != (image.Rectangle{Max: size}) || !slices.Equal(got.Pix, want) {
			t.Errorf("turned by %d: %v %v, want %v %v", degrees, got.Rect, got.Pix, size, want)
		}
	}
	if frame.Turn(new(image.Paletted), m, 0) != m {
		t.Error("turned by 0: not the picture itself")
	}
}
