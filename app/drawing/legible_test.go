package drawing_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/theme"
)

// area is a place in a picture; x1 and y1 are its right and lower end.
type area struct{ x0, y0, x1, y1 float32 }

func (a area) within(b area) bool {
	return a.x0 >= b.x0 && a.y0 >= b.y0 && a.x1 <= b.x1 && a.y1 <= b.y1
}
func (a area) meets(b area) bool {
	return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}
func (a area) centre() area {
	x, y := (a.x0+a.x1)/2, (a.y0+a.y1)/2
	return area{x, y, x, y}
}
func (a area) size() float32 { return (a.x1 - a.x0) * (a.y1 - a.y0) }

func areaOf(o fyne.CanvasObject) area {
	p, s := o.Position(), o.Size()
	return area{p.X, p.Y, p.X + s.Width, p.Y + s.Height}
}

// inked is where a text leaves ink, as the app's own font measures it: from the top
// of its capitals to the end of its descenders.
func inked(text *canvas.Text) area {
	size, base := fyne.CurrentApp().Driver().RenderedTextSize(text.Text, text.TextSize, text.TextStyle, nil)
	p := text.Position()
	return area{p.X, p.Y + base - 0.75*text.TextSize, p.X + size.Width, p.Y + base + 0.22*text.TextSize}
}

// Each text of each picture, in each language, at 100 % and grown: stays inside the
// smallest box or disc it was put into, and is crossed by no other text, disc or
// line, but for the one that strikes it out.
func TestTextsHaveTheirPlace(t *testing.T) {
	for _, tag := range []string{"en", "de"} {
		apptest.In(t, tag, "../translations")
		test.NewTempApp(t)
		test.ApplyTheme(t, theme.Forced(false))
		for name, s := range scenes() {
			for _, scale := range []float32{1, 1.17, 1.4} {
				t.Run(fmt.Sprint(tag, " ", name, " ", scale), func(t *testing.T) {
					size := fyne.NewSize(s.Size().Width*scale, s.Size().Height*scale)
					list := objects(s, size)
					checkPlaces(t, list, area{0, 0, size.Width, size.Height})
					checkPills(t, list)
				})
			}
		}
	}
}

func checkPlaces(t *testing.T, list []fyne.CanvasObject, whole area) {
	struckOut := theme.Forced(false).Color(fynetheme.ColorNameError, 0)
	for i, o := range list {
		text, ok := o.(*canvas.Text)
		if !ok {
			continue
		}
		at, home := inked(text), whole
		for j, other := range list {
			switch other := other.(type) {
			case *canvas.Rectangle, *canvas.Circle:
				a := areaOf(other)
				_, round := other.(*canvas.Circle)
				if at.centre().within(a) && a.size() < home.size() {
					home = a
				} else if round && at.meets(a) {
					t.Errorf("a disc at %v touches %q", a, text.Text)
				}
			case *canvas.Line:
				if other.StrokeColor != struckOut && at.meets(areaOf(other)) {
					t.Errorf("a line crosses %q", text.Text)
				}
			case *canvas.Text:
				if j > i && at.meets(inked(other)) {
					t.Errorf("%q and %q overlap", text.Text, other.Text)
				}
			}
		}
		if !at.within(home) || !home.within(whole) {
			t.Errorf("%q at %v sticks out of %v or of the picture", text.Text, at, home)
		}
	}
}

// checkPills reports call-outs, and bars in place of text, that run into each other.
func checkPills(t *testing.T, list []fyne.CanvasObject) {
	var pills []area
	for _, o := range list {
		if r, ok := o.(*canvas.Rectangle); ok && r.CornerRadius > 0 && abs(2*r.CornerRadius-r.Size().Height) < 0.1 {
			a := areaOf(r)
			for _, other := range pills {
				if a.meets(other) {
					t.Errorf("call-outs at %v and %v overlap", a, other)
				}
			}
			pills = append(pills, a)
		}
	}
}

// Texts stand out from what is painted under them by 4.5 to 1, as WCAG 2.2 asks of
// small text (1.4.3), in light and in dark.
func TestTextsAreLegible(t *testing.T) {
	for _, dark := range []bool{false, true} {
		test.NewTempApp(t)
		th := theme.Forced(dark)
		test.ApplyTheme(t, th)
		for name, s := range scenes() {
			list := objects(s, s.Size())
			for i, o := range list {
				text, ok := o.(*canvas.Text)
				if !ok {
					continue
				}
				ground := th.Color(fynetheme.ColorNameOverlayBackground, 0) // legends stand on the window
				for _, under := range list[:i] {
					if inked(text).centre().within(areaOf(under)) {
						ground = over(ground, fill(under))
					}
				}
				if c := contrast(text.Color, ground); c < 4.5 {
					t.Errorf("%s, dark %v: %q has a contrast of %.1f", name, dark, text.Text, c)
				}
			}
		}
	}
}

func fill(o fyne.CanvasObject) color.Color {
	switch o := o.(type) {
	case *canvas.Rectangle:
		return o.FillColor
	case *canvas.Circle:
		return o.FillColor
	}
	return color.Transparent
}

func over(below, above color.Color) color.Color {
	b, a := color.NRGBAModel.Convert(below).(color.NRGBA), color.NRGBAModel.Convert(above).(color.NRGBA)
	mix := func(b, a, alpha uint8) uint8 { return uint8((int(b)*(255-int(alpha)) + int(a)*int(alpha)) / 255) }
	return color.NRGBA{R: mix(b.R, a.R, a.A), G: mix(b.G, a.G, a.A), B: mix(b.B, a.B, a.A), A: 255}
}

func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(n.R) + 0.7152*part(n.G) + 0.0722*part(n.B)
}

// The property test above would be worth nothing if it saw no text at all.
func TestPicturesHaveTexts(t *testing.T) {
	test.NewTempApp(t)
	n := 0
	for _, o := range objects(drawing.Secret(), drawing.Secret().Size()) {
		if _, ok := o.(*canvas.Text); ok {
			n++
		}
	}
	if n < 15 {
		t.Errorf("%d texts in the table of secrets", n)
	}
}
