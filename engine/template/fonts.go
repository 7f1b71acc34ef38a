package template

import (
	"fmt"
	"strconv"
	"strings"
)

// Font is a typeface of SyncSign's displays as far as it matters for ours.
type Font struct {
	// Pixels is the height of a line, ascenders and descenders included: what the
	// number in the name means.
	Pixels int
	Bold   bool
	// Width is how wide its letters are, in percent of those of our sign face at the
	// same size. Words that would not fit otherwise are set as much smaller, so that
	// what had room on the old sign has room on the new one.
	Width int
	// Icons is true of a font of pictures, which we don't have.
	Icons bool
}

// family is a typeface of SyncSign's displays.
type family struct {
	bold  bool
	width int // percent, see Font; estimated from their specimens, rather too narrow
}

// families are SyncSign's typefaces (syncsign.md, "Fonts").
func families() map[string]family {
	return map[string]family{
		"DDIN":              {width: 92},
		"DDIN_CONDENSED":    {width: 72},
		"CHARRIOT":          {width: 95},
		"APRILSANS":         {width: 95},
		"ROBOTO_CONDENSED":  {width: 82},
		"ROBOTO_SLAB":       {width: 98},
		"YANONE_KAFFEESATZ": {bold: true, width: 72},
		"KAUSHAN_SCRIPT":    {width: 85},
		"SRIRACHA":          {width: 90},
		"DORSA":             {width: 50},
		"LONDRINA_OUTLINE":  {bold: true, width: 85},
		"BUNGEE_SHADE":      {bold: true, width: 100},
		"NOTO_SERIF":        {width: 100},
		"NOTO_SANS":         {width: 100},
	}
}

// The size of text whose font is unknown, and those that are drawn at all. Displays
// have a few sizes of each font; ours have them all.
const (
	usualPixels = 16
	minPixels   = 6
	maxPixels   = 400
)

// fontNamed gives the font of a name such as DDIN_CONDENSED_16, and what is to say
// about it: nothing for one that displays have.
func fontNamed(name string) (f Font, remark string) {
	upper := strings.ToUpper(strings.TrimSpace(name))
	if strings.HasPrefix(upper, "ICON_") {
		return Font{Pixels: usualPixels, Width: 100, Icons: true}, fmt.Sprintf("icons of the font %s are not drawn", upper)
	}
	stem, bold := strings.CutSuffix(upper, "_B")
	stem, digits, sized := cutLast(stem, "_")
	pixels, err := strconv.Atoi(digits)
	if !sized || err != nil {
		stem, pixels = upper, usualPixels
	}
	known, ok := families()[stem]
	f = Font{Pixels: clamp(pixels, minPixels, maxPixels), Bold: known.bold || bold, Width: known.width}
	if !ok {
		f.Width = 100
		return f, fmt.Sprintf("there is no font %q: drawn in the sign's own, %d pixels high", shorten(name), f.Pixels)
	}
	if !sized || err != nil || f.Pixels != pixels {
		return f, fmt.Sprintf("the font %s has no such size: drawn %d pixels high", stem, f.Pixels)
	}
	return f, ""
}

func clamp(n, low, high int) int { return min(max(n, low), high) }

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
