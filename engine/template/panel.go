package template

import (
	"image"
	"strconv"
	"strings"

	"github.com/roomink/roomink/engine/display"
)

// panelOf is the size of a display type: SyncSign's own, such as 7IN5_BWC or D42
// (syncsign.md, "Displays"), or one written out, such as 960x640. Zero if unknown.
func panelOf(displayType string) image.Point {
	name := strings.ToUpper(strings.TrimSpace(displayType))
	for _, known := range []struct {
		prefixes []string
		size     image.Point
	}{
		{[]string{"2IN9", "2.9", "D29"}, image.Pt(296, 128)},
		{[]string{"4IN2", "4.2", "D42"}, image.Pt(400, 300)},
		{[]string{"7IN5", "7.5", "D75"}, image.Pt(800, 480)},
	} {
		for _, p := range known.prefixes {
			if strings.HasPrefix(name, p) {
				return known.size
			}
		}
	}
	w, h, _ := strings.Cut(strings.ReplaceAll(name, "×", "X"), "X")
	width, err1 := strconv.Atoi(strings.TrimSpace(w))
	height, err2 := strconv.Atoi(strings.TrimSpace(h))
	if err1 != nil || err2 != nil || width < 1 || height < 1 || width > display.MaxSide || height > display.MaxSide {
		return image.Point{}
	}
	return image.Pt(width, height)
}

// older is the size of the first 7.5-inch displays, which share the display type of
// those of today.
func older() image.Point { return image.Pt(880, 528) }

// smallest is the size of the smallest panel that has room for extent: SyncSign's
// first, then other common ones. Zero if none has. Authors are generous with the blocks
// of texts, so a twentieth may stick out.
func smallest(extent image.Point) image.Point {
	for _, size := range []image.Point{
		{296, 128}, {400, 300}, {800, 480}, older(), {960, 640}, {960, 672}, {1600, 1200}, {1872, 1404},
	} {
		if extent.X*20 <= size.X*21 && extent.Y*20 <= size.Y*21 {
			return size
		}
	}
	return image.Point{}
}
