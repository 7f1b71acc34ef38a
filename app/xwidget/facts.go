package xwidget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Fact is one line of what is known of something.
type Fact struct{ Name, Value string }

// Facts lists what is known of something in small print: the names as wide as the
// longest, the values wrapped beside them.
type Facts struct {
	widget.BaseWidget
	list []Fact
	box  *fyne.Container
}

// NewFacts makes a list without any.
func NewFacts() *Facts {
	f := &Facts{box: container.New(factsLayout{})}
	f.ExtendBaseWidget(f)
	return f
}

// Set changes the list. One without a value is left out.
func (f *Facts) Set(list ...Fact) {
	list = slices.DeleteFunc(slices.Clone(list), func(x Fact) bool { return x.Value == "" })
	if slices.Equal(f.list, list) {
		return
	}
	if len(f.list) != len(list) {
		f.box.RemoveAll()
		for range list {
			name, value := NewMuted(""), NewCaption("")
			name.TextSize, name.Whole = theme.SizeNameCaptionText, true
			value.segment.Style.ColorName = theme.ColorNameForeground
			f.box.Add(name)
			f.box.Add(value)
		}
	}
	f.list = list
	for i, x := range list {
		f.box.Objects[2*i].(*Text).SetText(x.Name)
		f.box.Objects[2*i+1].(*Paragraph).SetText(x.Value)
	}
	f.Refresh()
}

// List is what the facts say now.
func (f *Facts) List() []Fact { return slices.Clone(f.list) }

// CreateRenderer implements fyne.Widget.
func (f *Facts) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// factsLayout puts names and values in two columns.
type factsLayout struct{}

const factsGap, factsLine = 12, 5

func names(objects []fyne.CanvasObject) (width float32) {
	for i := 0; i < len(objects); i += 2 {
		width = max(width, objects[i].MinSize().Width)
	}
	return width
}

func (factsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left, y := names(objects), float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		name, value := objects[i], objects[i+1]
		width := max(0, size.Width-left-factsGap)
		// Wrapped text knows its height only once it has its width.
		value.Resize(fyne.NewSize(width, value.MinSize().Height))
		height := value.MinSize().Height
		value.Resize(fyne.NewSize(width, height))
		value.Move(fyne.NewPos(left+factsGap, y))
		name.Resize(fyne.NewSize(left, name.MinSize().Height))
		name.Move(fyne.NewPos(0, y))
		y += max(height, name.MinSize().Height) + factsLine
	}
}

func (factsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(names(objects)+factsGap+60, 0)
	for i := 0; i+1 < len(objects); i += 2 {
		size.Height += max(objects[i].MinSize().Height, objects[i+1].MinSize().Height) + factsLine
	}
	return size
}
