package xwidget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// Limit centres its objects and lets them grow no wider than the given width:
// long lines are hard to read.
type Limit float32

// Layout implements fyne.Layout.
func (l Limit) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := min(size.Width, float32(l))
	for _, o := range objects {
		o.Move(fyne.NewPos((size.Width-w)/2, 0))
		o.Resize(fyne.NewSize(w, size.Height))
	}
}

// MinSize implements fyne.Layout.
func (l Limit) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// Narrow lets its objects grow no wider than the given width, at the left.
type Narrow float32

// Layout implements fyne.Layout.
func (n Narrow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(fyne.NewSize(min(size.Width, float32(n)), size.Height))
		o.Move(fyne.Position{})
	}
}

// MinSize implements fyne.Layout.
func (n Narrow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return Limit(n).MinSize(objects)
}

// Pad surrounds an object with empty space.
func Pad(o fyne.CanvasObject, top, right, bottom, left float32) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(top, bottom, left, right), o)
}

// Stack puts objects under each other with the given gap.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(gap), objects...)
}

// Row puts objects beside each other with the given gap, each at its least width
// and in the middle of the height.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(row(gap), objects...)
}

type row float32

func (r row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		o.Resize(m)
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += m.Width + float32(r)
	}
}

func (r row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if size.Width > 0 {
			size.Width += float32(r)
		}
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
	}
	return size
}

// Slim gives an object this height, however much it asks for.
func Slim(o fyne.CanvasObject, height float32) *fyne.Container {
	return container.New(slim(height), o)
}

type slim float32

func (s slim) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
		o.Move(fyne.Position{})
	}
}

func (s slim) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, float32(s)) }

// Fixed gives an object at least this size.
func Fixed(o fyne.CanvasObject, width, height float32) *fyne.Container {
	strut := canvas.NewRectangle(color.Transparent)
	strut.SetMinSize(fyne.NewSize(width, height))
	return container.NewStack(strut, o)
}

// Scaled shows a drawing as wide as its place, but no larger than most times its least
// size, and in its own proportions. The height that it asks for follows from the width
// it got last.
func Scaled(o fyne.CanvasObject, most float32) *fyne.Container {
	return container.New(&scaled{most: most}, o)
}

type scaled struct{ most, width float32 }

func (s *scaled) fit(natural fyne.Size) fyne.Size {
	if s.width <= 0 || natural.Width <= 0 {
		return natural
	}
	by := min(s.width/natural.Width, s.most)
	return fyne.NewSize(natural.Width*by, natural.Height*by)
}

func (s *scaled) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s.width = size.Width
	for _, o := range objects {
		o.Resize(s.fit(o.MinSize()))
		o.Move(fyne.Position{})
	}
}

func (s *scaled) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(s.fit(o.MinSize()))
	}
	return fyne.NewSize(0, size.Height)
}

// Middle puts each object at its least height in the middle of the height.
type Middle struct{}

// Layout implements fyne.Layout.
func (Middle) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		h := min(size.Height, o.MinSize().Height)
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, (size.Height-h)/2))
	}
}

// MinSize implements fyne.Layout.
func (Middle) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return Limit(0).MinSize(objects)
}

// Shown gives the objects that show all of its place, and leaves the others alone; of
// objects that are costly to lay out, only the one on show is.
type Shown struct{}

// Layout implements fyne.Layout.
func (Shown) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		if o.Visible() {
			o.Resize(size)
			o.Move(fyne.Position{})
		}
	}
}

// MinSize implements fyne.Layout.
func (Shown) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			size = size.Max(o.MinSize())
		}
	}
	return size
}

// SetVisible shows or hides an object. Setting Hidden of a button would leave it without
// its icon, which Fyne makes only where a button shows when it is drawn first.
func SetVisible(o fyne.CanvasObject, on bool) {
	switch {
	case o.Visible() == on:
	case on:
		o.Show()
	default:
		o.Hide()
	}
}

// SetAble enables or disables a widget, and draws it again only if that changes it.
func SetAble(w fyne.Disableable, on bool) {
	switch {
	case on == !w.Disabled():
	case on:
		w.Enable()
	default:
		w.Disable()
	}
}

// ScrollTo shows a part of what is scrolled vertically, from 0 (its top) to 1 (its end).
func ScrollTo(s *container.Scroll, part float32) {
	spare := max(0, s.Content.MinSize().Height-s.Size().Height)
	s.ScrollToOffset(fyne.NewPos(0, spare*part))
}

// Relayout lays a container and the visible containers inside it out anew, without a
// refresh of what they hold.
func Relayout(c *fyne.Container) {
	if c.Layout != nil {
		c.Layout.Layout(c.Objects, c.Size())
	}
	for _, o := range c.Objects {
		if inner, ok := o.(*fyne.Container); ok && inner.Visible() {
			Relayout(inner)
		}
	}
}
