package xwidget

import "fyne.io/fyne/v2"

// Pairs lays objects out in two columns, two to a line: the left ones as wide as the
// widest of them, the right ones in what is left. Each line is as high as it needs to be.
type Pairs struct {
	Gap  float32 // between the columns
	Line float32 // between the lines
}

// leastRight is the width that the right column asks for.
const leastRight = 60

func (Pairs) left(objects []fyne.CanvasObject) (width float32) {
	for i := 0; i < len(objects); i += 2 {
		width = max(width, objects[i].MinSize().Width)
	}
	return width
}

// Layout implements fyne.Layout.
func (p Pairs) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left, y := p.left(objects), float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		name, value := objects[i], objects[i+1]
		width := max(0, size.Width-left-p.Gap)
		// Wrapped text knows its height only once it has its width.
		value.Resize(fyne.NewSize(width, value.MinSize().Height))
		height := value.MinSize().Height
		value.Resize(fyne.NewSize(width, height))
		value.Move(fyne.NewPos(left+p.Gap, y))
		name.Resize(fyne.NewSize(left, name.MinSize().Height))
		name.Move(fyne.NewPos(0, y))
		y += max(height, name.MinSize().Height) + p.Line
	}
}

// MinSize implements fyne.Layout.
func (p Pairs) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(p.left(objects)+p.Gap+leastRight, -p.Line)
	for i := 0; i+1 < len(objects); i += 2 {
		size.Height += max(objects[i].MinSize().Height, objects[i+1].MinSize().Height) + p.Line
	}
	size.Height = max(0, size.Height)
	return size
}
