package display_test

import (
	"image/color"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// The measured colours belong to the same inks as the nominal ones.
func TestMeasured(t *testing.T) {
	for _, s := range display.Schemes() {
		nominal, measured := s.Palette(), s.Measured()
		if len(measured) != len(nominal) {
			t.Errorf("%s: %d measured colours for %d inks", s, len(measured), len(nominal))
			continue
		}
		darkest, lightest := int(display.Black), int(display.White)
		for i, c := range measured {
			if luminance(c) < luminance(measured[darkest]) {
				darkest = i
			}
			if luminance(c) > luminance(measured[lightest]) {
				lightest = i
			}
			if got, want := strongest(c), strongest(nominal[i]); i > 1 && got != want {
				t.Errorf("%s: ink %d is %v, strongest in %s; its nominal colour in %s", s, i, c, got, want)
			}
		}
		if darkest != int(display.Black) || lightest != int(display.White) {
			t.Errorf("%s: ink %d is the darkest, %d the lightest", s, darkest, lightest)
		}
	}
	if display.Scheme("cmyk").Measured() != nil {
		t.Error("an unknown scheme has colours")
	}
}

// The levels of grey rise evenly enough to be told apart.
func TestMeasuredGreysRise(t *testing.T) {
	for _, s := range []display.Scheme{display.Gray4, display.Gray16} {
		p := s.Measured()
		levels := append(append(color.Palette{p[0]}, p[2:]...), p[1])
		for i := 1; i < len(levels); i++ {
			if d := int(levels[i].(color.Gray).Y) - int(levels[i-1].(color.Gray).Y); d < 8 {
				t.Errorf("%s: level %d is %d lighter than the one below", s, i, d)
			}
		}
	}
}

func TestLightAndTone(t *testing.T) {
	for tone := range 256 {
		if got := display.Tone(display.Light(uint8(tone))); int(got) != tone {
			t.Errorf("tone %d comes back as %d", tone, got)
		}
	}
	if l := display.Light(188); l < 0.49 || l > 0.51 { // the tone of half the light
		t.Errorf("light of tone 188 is %v", l)
	}
	if display.Tone(-1) != 0 || display.Tone(2) != 255 {
		t.Error("light outside its range is not clamped")
	}
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*display.Light(uint8(r>>8)) + 0.7152*display.Light(uint8(g>>8)) + 0.0722*display.Light(uint8(b>>8))
}

// strongest names the channels that an ink is made of.
func strongest(c color.Color) string {
	r, g, b, _ := c.RGBA()
	switch top := max(r, g, b); {
	case r == g && g == b:
		return "none"
	case top == b:
		return "blue"
	case top == g:
		return "green"
	case g > r*2/3:
		return "red and green"
	default:
		return "red"
	}
}
