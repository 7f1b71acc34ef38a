package setup

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/xwidget"
)

// countdown shows how long Roomink still waits for the browser. It ticks only while
// it waits and somebody can see it.
type countdown struct {
	page *Page
	text *xwidget.Text
	stop func() // ends the ticking; nil while it doesn't tick
}

func newCountdown(p *Page) *countdown { return &countdown{page: p, text: xwidget.NewWhole("")} }

// seen reports whether a tick is of use.
func (c *countdown) seen() bool {
	p := c.page
	return p.content != nil && p.content.Visible() && !p.hidden && p.current == StepConnect &&
		p.connect.waiting() && !p.view.Account.SignInUntil.IsZero()
}

// set shows the time that is left and ticks, or stops.
func (c *countdown) set() {
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	c.text.Hidden = !c.seen()
	if c.text.Hidden {
		return
	}
	left := max(0, c.page.view.Account.SignInUntil.Sub(c.page.cfg.Now()))
	// Rounded up, so that it reads 0:00 only when it is over.
	seconds := int((left + time.Second - 1) / time.Second)
	c.text.SetText(lang.L("Roomink waits {{.Time}} more", map[string]any{"Time": fmt.Sprintf("%d:%02d", seconds/60, seconds%60)}))
	if left == 0 {
		return
	}
	next := left % time.Second // the next change of what is shown
	if next == 0 {
		next = time.Second
	}
	c.stop = c.page.after(next, func() {
		c.stop = nil
		c.set()
	})
}
