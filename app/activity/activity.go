// Package activity is a page.
package activity

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// Config is what the page needs.
type Config struct {
	Now  func() time.Time
	Open func(page string) // shows another page
}

// Page is the page.
type Page struct{ content fyne.CanvasObject }

// New makes the page.
func New(cfg Config) *Page {
	return &Page{content: xwidget.NewEmptyState(theme.HistoryIcon(), "Activity", "", "", nil)}
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare implements the app's page.
func (p *Page) Prepare(s engine.Snapshot) func() { return func() {} }
