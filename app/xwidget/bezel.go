package xwidget

import (
	"image/color"

	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Bezel shows a picture in the housing of a wall device, in the picture's own
// proportions, as large as there is room.
type Bezel struct {
	widget.BaseWidget
	picture image.Image
	aspect  float32 // width / height of the glass
	caption string  // on the empty glass
	min     fyne.Size
	off     bool
}

// NewBezel makes a device of at least the given size, with an empty glass.
func NewBezel(min fyne.Size) *Bezel {
	b := &Bezel{aspect: 800.0 / 480, min: min}
	b.ExtendBaseWidget(b)
	return b
}

// SetPicture puts p on the glass; the proportions are p's.
func (b *Bezel) SetPicture(p image.Image) {
	if p == nil || p == b.picture {
		return
	}
	b.picture, b.caption = p, ""
	if s := p.Bounds().Size(); s.X > 0 && s.Y > 0 {
		b.aspect = float32(s.X) / float32(s.Y)
	}
	b.Refresh()
}

// SetLeast changes the size that the device has at least.
func (b *Bezel) SetLeast(min fyne.Size) {
	if b.min != min {
		b.min = min
		b.Refresh()
	}
}

// SetEmpty clears the glass of a device of width×height pixels (0 = unknown) and
// writes a caption on it.
func (b *Bezel) SetEmpty(width, height int, caption string) {
	if width <= 0 || height <= 0 {
		width, height = 800, 480
	}
	aspect := float32(width) / float32(height)
	if b.picture == nil && b.caption == caption && b.aspect == aspect {
		return
	}
	b.picture, b.caption, b.aspect = nil, caption, aspect
	b.Refresh()
}

// SetOff greys the housing of a device without power.
func (b *Bezel) SetOff(off bool) {
	if b.off != off {
		b.off = off
		b.Refresh()
	}
}

// Picture is what is on the glass; nil if it is empty.
func (b *Bezel) Picture() image.Image { return b.picture }

// CreateRenderer implements fyne.Widget.
func (b *Bezel) CreateRenderer() fyne.WidgetRenderer {
	r := &bezelRenderer{
		b: b, housing: canvas.NewRectangle(color.Transparent), glass: canvas.NewRectangle(color.Transparent),
		image: &canvas.Image{FillMode: canvas.ImageFillStretch}, caption: NewMuted(""),
	}
	r.housing.CornerRadius = 9
	r.glass.CornerRadius = 2
	r.caption.Align = fyne.TextAlignCenter
	r.apply()
	return r
}

type bezelRenderer struct {
	b       *Bezel
	housing *canvas.Rectangle
	glass   *canvas.Rectangle
	image   *canvas.Image
	caption *Text
}

func (r *bezelRenderer) apply() {
	th, v := r.b.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	fill := theme.ColorNameButton
	if r.b.off {
		fill = theme.ColorNameDisabledButton
	}
	r.housing.FillColor = th.Color(fill, v)
	r.housing.StrokeColor = th.Color(theme.ColorNameInputBorder, v)
	r.housing.StrokeWidth = 1
	r.glass.StrokeColor = th.Color(theme.ColorNameInputBorder, v)
	r.glass.StrokeWidth = 1
	r.glass.FillColor = th.Color(theme.ColorNameInputBackground, v)
	r.image.Image = r.b.picture
	r.image.Hidden = r.b.picture == nil
	if r.b.off {
		r.image.Translucency = 0.3
	} else {
		r.image.Translucency = 0
	}
	r.caption.Text = r.b.caption
	r.caption.Hidden = r.b.picture != nil
}

// rim is the width of the housing around the glass, in units per unit of width.
const rim = 0.035

func (r *bezelRenderer) Layout(size fyne.Size) {
	edge := max(6, size.Width*rim)
	w, h := size.Width-2*edge, size.Height-2*edge
	if w <= 0 || h <= 0 {
		return
	}
	if w/h > r.b.aspect {
		w = h * r.b.aspect
	} else {
		h = w / r.b.aspect
	}
	x, y := (size.Width-w)/2, (size.Height-h)/2
	r.housing.Move(fyne.NewPos(x-edge, y-edge))
	r.housing.Resize(fyne.NewSize(w+2*edge, h+2*edge))
	for _, o := range []fyne.CanvasObject{r.glass, r.image} {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	r.caption.Move(fyne.NewPos(x+4, y))
	r.caption.Resize(fyne.NewSize(max(0, w-8), h))
}

func (r *bezelRenderer) MinSize() fyne.Size { return r.b.min }
func (r *bezelRenderer) Refresh() {
	r.apply()
	r.Layout(r.b.Size())
	r.housing.Refresh()
	r.glass.Refresh()
	r.image.Refresh()
	r.caption.Refresh()
	canvas.Refresh(r.b)
}
func (r *bezelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.housing, r.glass, r.image, r.caption}
}
func (r *bezelRenderer) Destroy() {}
