package theme_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/theme"
)

// WCAG 2.1: relative luminance and contrast ratio.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestTextHasContrastOnEverySurface(t *testing.T) {
	surfaces := []fyne.ThemeColorName{
		fynetheme.ColorNameBackground, fynetheme.ColorNameOverlayBackground,
		fynetheme.ColorNameInputBackground, fynetheme.ColorNameHeaderBackground,
	}
	inks := []fyne.ThemeColorName{
		fynetheme.ColorNameForeground, fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameHyperlink,
		fynetheme.ColorNameSuccess, fynetheme.ColorNameWarning, fynetheme.ColorNameError,
	}
	pairs := [][2]fyne.ThemeColorName{
		{fynetheme.ColorNamePrimary, fynetheme.ColorNameForegroundOnPrimary},
		{fynetheme.ColorNameSuccess, fynetheme.ColorNameForegroundOnSuccess},
		{fynetheme.ColorNameWarning, fynetheme.ColorNameForegroundOnWarning},
		{fynetheme.ColorNameError, fynetheme.ColorNameForegroundOnError},
		{fynetheme.ColorNameButton, fynetheme.ColorNameForeground},
	}
	for _, s := range surfaces {
		for _, i := range inks {
			pairs = append(pairs, [2]fyne.ThemeColorName{s, i})
		}
	}
	for _, dark := range []bool{false, true} {
		th := theme.Forced(dark)
		for _, p := range pairs {
			a, b := th.Color(p[0], 0), th.Color(p[1], 0)
			if got := contrast(a, b); got < 4.5 {
				t.Errorf("dark=%v: %s on %s has contrast %.2f, want at least 4.5", dark, p[1], p[0], got)
			}
		}
	}
}

func TestFollowsTheSystemUnlessForced(t *testing.T) {
	name := fynetheme.ColorNameBackground
	l, d := theme.New().Color(name, fynetheme.VariantLight), theme.New().Color(name, fynetheme.VariantDark)
	if l == d {
		t.Fatal("light and dark have the same background")
	}
	if got := theme.Forced(true).Color(name, fynetheme.VariantLight); got != d {
		t.Errorf("forced dark gives %v, want %v", got, d)
	}
	if got := theme.Forced(false).Color(name, fynetheme.VariantDark); got != l {
		t.Errorf("forced light gives %v, want %v", got, l)
	}
}
