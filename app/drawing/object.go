package drawing

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// largest is how far a picture grows where there is room.
const largest = 1.4

// Object draws the scene in the colours of the theme. Its least size is the scene's
// own; in a larger place it grows by up to two fifths from the top left, and keeps
// its proportions. Each call makes a new object.
func (s Scene) Object() fyne.CanvasObject {
	p := &picture{scene: s}
	p.ExtendBaseWidget(p)
	return p
}

type picture struct {
	widget.BaseWidget
	scene Scene
}

func (p *picture) MinSize() fyne.Size {
	p.ExtendBaseWidget(p)
	return p.scene.Size()
}

func (p *picture) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	r := &pictureRenderer{p: p}
	for _, s := range p.scene.shapes {
		switch s.(type) {
		case rect:
			r.objects = append(r.objects, canvas.NewRectangle(color.Transparent))
		case line:
			r.objects = append(r.objects, canvas.NewLine(color.Transparent))
		case disc:
			r.objects = append(r.objects, canvas.NewCircle(color.Transparent))
		case text:
			r.objects = append(r.objects, canvas.NewText("", color.Transparent))
		}
	}
	r.paint()
	r.Layout(p.scene.Size())
	return r
}

type pictureRenderer struct {
	p       *picture
	objects []fyne.CanvasObject // one for each shape
}

func (r *pictureRenderer) Layout(size fyne.Size) {
	full := r.p.scene.Size()
	scale := max(0, min(size.Width/full.Width, size.Height/full.Height, largest))
	for i, s := range r.p.scene.shapes {
		r.place(r.objects[i], s, scale)
	}
}

func (r *pictureRenderer) place(o fyne.CanvasObject, s shape, scale float32) {
	at := func(x, y float32) fyne.Position { return fyne.NewPos(x*scale, y*scale) }
	switch s := s.(type) {
	case rect:
		o := o.(*canvas.Rectangle)
		o.CornerRadius, o.StrokeWidth = s.radius*scale, s.thick
		o.Move(at(s.x, s.y))
		o.Resize(fyne.NewSize(s.w*scale, s.h*scale))
	case line:
		o := o.(*canvas.Line)
		o.Position1, o.Position2, o.StrokeWidth = at(s.x1, s.y1), at(s.x2, s.y2), s.thick*scale
	case disc:
		o := o.(*canvas.Circle)
		o.StrokeWidth = s.thick
		o.Move(at(s.x-s.r, s.y-s.r))
		o.Resize(fyne.NewSize(2*s.r*scale, 2*s.r*scale))
	case text:
		o := o.(*canvas.Text)
		o.Text, o.TextSize, o.TextStyle = s.words, s.font.size*scale, s.font.style()
		size, base := fyne.CurrentApp().Driver().RenderedTextSize(o.Text, o.TextSize, o.TextStyle, nil)
		o.Move(at(s.x, s.base).SubtractXY(0, base))
		o.Resize(size)
	}
}

func (r *pictureRenderer) paint() {
	th, v := r.p.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	of := func(p paint) color.Color { return covering(th.Color(p.role.name(), v), p.cover) }
	for i, s := range r.p.scene.shapes {
		switch s := s.(type) {
		case rect:
			o := r.objects[i].(*canvas.Rectangle)
			o.FillColor, o.StrokeColor = of(s.fill), of(s.stroke)
		case line:
			r.objects[i].(*canvas.Line).StrokeColor = of(s.stroke)
		case disc:
			o := r.objects[i].(*canvas.Circle)
			o.FillColor, o.StrokeColor = of(s.fill), of(s.stroke)
		case text:
			r.objects[i].(*canvas.Text).Color = of(solid(s.role))
		}
	}
}

// covering is c with a share of its opacity.
func covering(c color.Color, share float32) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(float32(n.A)*share + 0.5)
	return n
}

func (r *pictureRenderer) MinSize() fyne.Size { return r.p.scene.Size() }

func (r *pictureRenderer) Refresh() {
	r.paint()
	r.Layout(r.p.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}

func (r *pictureRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *pictureRenderer) Destroy()                     {}
