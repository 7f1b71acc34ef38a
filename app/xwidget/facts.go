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
	f := &Facts{box: container.New(Pairs{Gap: 12, Line: 5})}
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
