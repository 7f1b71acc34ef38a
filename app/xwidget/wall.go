package xwidget

import "fyne.io/fyne/v2"

// Wall lays objects out in as many columns of one width as there is room for, and
// gives all objects of a line the height of the highest. It remembers its width, so
// use a pointer, and one for each container.
type Wall struct {
	Least float32 // width of a column, at least
	Gap   float32 // between columns and between lines

	width float32
}

// columns is how many columns there are in a width, and how wide each is.
func (w *Wall) columns(width float32) (n int, each float32) {
	n = max(1, int((width+w.Gap)/(w.Least+w.Gap)))
	return n, (width - float32(n-1)*w.Gap) / float32(n)
}

func shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	var list []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			list = append(list, o)
		}
	}
	return list
}

// Layout implements fyne.Layout.
func (w *Wall) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w.width = size.Width
	objects = shown(objects)
	n, each := w.columns(size.Width)
	y := float32(0)
	for from := 0; from < len(objects); from += n {
		line := objects[from:min(from+n, len(objects))]
		for _, o := range line { // wrapped text knows its height only once it has its width
			o.Resize(fyne.NewSize(each, o.MinSize().Height))
		}
		height := highest(line)
		for i, o := range line {
			o.Move(fyne.NewPos(float32(i)*(each+w.Gap), y))
			o.Resize(fyne.NewSize(each, height))
		}
		y += height + w.Gap
	}
}

func highest(line []fyne.CanvasObject) (height float32) {
	for _, o := range line {
		height = max(height, o.MinSize().Height)
	}
	return height
}

// MinSize implements fyne.Layout.
func (w *Wall) MinSize(objects []fyne.CanvasObject) fyne.Size {
	objects = shown(objects)
	n, _ := w.columns(max(w.width, w.Least))
	height := -w.Gap
	for from := 0; from < len(objects); from += n {
		height += highest(objects[from:min(from+n, len(objects))]) + w.Gap
	}
	return fyne.NewSize(w.Least, max(0, height))
}
