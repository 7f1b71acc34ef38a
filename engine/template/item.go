package template

import (
	"image"

	go_qr "github.com/piglig/go-qr"
)

// Color is one of the inks that templates name.
type Color uint8

// The colours. None is left as it is.
const (
	None Color = iota
	Black
	White
	Red
	Yellow
)

// Pattern is how a line or an area is painted.
type Pattern uint8

// The patterns, from solid to the widest dashes.
const (
	Solid      Pattern = iota
	Interleave         // every second pixel
	DashTiny
	DashMedium
	DashWide
)

// On reports whether the pixel n of a line is painted.
func (p Pattern) On(n int) bool {
	switch p {
	case Interleave:
		return n&1 == 0
	case DashTiny:
		return n&3 < 2
	case DashMedium:
		return n&7 < 4
	case DashWide:
		return n&15 < 8
	default:
		return true
	}
}

// Align is where the lines of a text stand in their area.
type Align uint8

// The alignments. They are those of the panel: no language turns them.
const (
	Left Align = iota
	Center
	Right
)

// Area is a rectangle of a panel: in pixels, or in hundredths of a percent of its
// sides.
type Area struct {
	X, Y, W, H int
	Percent    bool
}

// In is the rectangle in pixels on a panel of a size.
func (a Area) In(panel image.Point) image.Rectangle {
	if a.Percent {
		const whole = 100 * 100
		return image.Rect(panel.X*a.X/whole, panel.Y*a.Y/whole, panel.X*(a.X+a.W)/whole, panel.Y*(a.Y+a.H)/whole)
	}
	return image.Rect(a.X, a.Y, a.X+a.W, a.Y+a.H)
}

// Item is something to draw: a [Text], [Rectangle], [Line], [Circle], [QRCode],
// [Logo] or [Bitmap].
type Item interface {
	// Bounds is what it takes of a panel of a size.
	Bounds(panel image.Point) image.Rectangle
}

// Text is a TEXT. Where its ID is a [Placeholder], the sign says the words.
type Text struct {
	ID, Text    string
	Font        Font
	Ink, Ground Color
	Align       Align
	LineSpace   int // pixels between two lines
	Area        Area
	Offset      image.Point // moves the words, not the area, which they stay inside
}

// Rectangle is a RECTANGLE. The stroke lies inside the area.
type Rectangle struct {
	Area                       Area
	Fill, Stroke               Color
	FillPattern, StrokePattern Pattern
	Thickness                  int // of the stroke, pixels
}

// Line is a LINE, one pixel strong, both ends included.
type Line struct {
	From, To    image.Point
	Ink, Ground Color // Ground is that of the gaps of a pattern
	Pattern     Pattern
}

// Circle is a CIRCLE. The stroke lies inside its radius.
type Circle struct {
	Center       image.Point
	Radius       int // pixels from the centre's pixel to the outermost
	Fill, Stroke Color
	FillPattern  Pattern
	Thickness    int // of the stroke, pixels
}

// QRCode is a QRCODE, encoded.
type QRCode struct {
	At    image.Point // of its top left module; the quiet zone is the template's
	Scale int         // pixels a module
	Text  string      // that it says
	code  *go_qr.QrCode
}

// Modules is the number of modules along a side.
func (q *QRCode) Modules() int { return q.code.Size() }

// Dark reports whether a module is black.
func (q *QRCode) Dark(x, y int) bool { return q.code.Module(x, y) }

// Logo is an IMAGE of the built-in logo.
type Logo struct{ Area Area }

// Bitmap is a BITMAP_URI.
type Bitmap struct {
	URI  string
	Area Area
	// Where Plain is false, the picture's dark pixels become Ink and its light ones
	// Ground; None leaves what is there. Where it is true, the template names no
	// colours and the picture keeps its own.
	Plain       bool
	Ink, Ground Color
}

func (t *Text) Bounds(panel image.Point) image.Rectangle      { return t.Area.In(panel) }
func (r *Rectangle) Bounds(panel image.Point) image.Rectangle { return r.Area.In(panel) }
func (l *Logo) Bounds(panel image.Point) image.Rectangle      { return l.Area.In(panel) }
func (b *Bitmap) Bounds(panel image.Point) image.Rectangle    { return b.Area.In(panel) }

func (l *Line) Bounds(image.Point) image.Rectangle {
	r := image.Rectangle{Min: l.From, Max: l.To}.Canon()
	r.Max = r.Max.Add(image.Pt(1, 1))
	return r
}

func (c *Circle) Bounds(image.Point) image.Rectangle {
	return image.Rect(c.Center.X-c.Radius, c.Center.Y-c.Radius, c.Center.X+c.Radius+1, c.Center.Y+c.Radius+1)
}

func (q *QRCode) Bounds(image.Point) image.Rectangle {
	side := q.Modules() * q.Scale
	return image.Rect(q.At.X, q.At.Y, q.At.X+side, q.At.Y+side)
}
