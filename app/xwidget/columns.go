package xwidget

import "fyne.io/fyne/v2"

// Column is the width of a column: Min units, and its Share of what is left over.
type Column struct {
	Min   float32
	Share float32
	// Below, if not 0, leaves the column out where all columns together have less
	// than this width. Such a column asks for no room.
	Below float32
}

// Columns lays objects out in one row of columns, so that a header and the rows of
// a list line up whatever the width. Objects beyond the columns are not placed.
type Columns struct {
	Cols []Column
	Gap  float32
}

// Layout implements fyne.Layout.
func (c Columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	fixed, shares := -c.Gap, float32(0)
	for _, col := range c.Cols {
		if !col.out(size.Width) {
			fixed += col.Min + c.Gap
			shares += col.Share
		}
	}
	spare := max(0, size.Width-fixed)
	x := float32(0)
	for i, col := range c.Cols {
		out := col.out(size.Width)
		if i < len(objects) && objects[i].Visible() == out {
			setVisible(objects[i], !out)
		}
		if out {
			continue
		}
		w := col.Min
		if shares > 0 {
			w += spare * col.Share / shares
		}
		if i < len(objects) {
			objects[i].Move(fyne.NewPos(x, 0))
			objects[i].Resize(fyne.NewSize(w, size.Height))
		}
		x += w + c.Gap
	}
}

func (c Column) out(width float32) bool { return width < c.Below }

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

// MinSize implements fyne.Layout.
func (c Columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(-c.Gap, 0)
	for i, col := range c.Cols {
		if col.Below == 0 {
			size.Width += col.Min + c.Gap
		}
		if i < len(objects) {
			size.Height = max(size.Height, objects[i].MinSize().Height)
		}
	}
	return size
}
