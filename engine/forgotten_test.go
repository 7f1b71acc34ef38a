package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// slowPanels take a second for a picture.
type slowPanels struct{ *life }

func (s slowPanels) Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error) {
	time.Sleep(time.Second)
	return s.life.Push(ctx, d, f)
}

// A display that is forgotten and adopted again while a push goes on gets the picture of
// its old room after all. Its sign must not stay there, nor be taken for somebody else's.
func TestForgottenDuringAPush(t *testing.T) {
	for name, torn := range map[string]bool{"push that arrives": false, "push that fails": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLife(1, 1)
				cfg := l.config(t, t.TempDir())
				cfg.Drivers = []display.Driver{slowPanels{l}}
				e, stop := run(t, cfg)
				settle(time.Minute)
				id, err := e.AddDisplay(t.Context(), "0000")
				must(t, err)
				l.set(func() { l.power[id] = !torn })
				must(t, e.Assign(t.Context(), id, roomID(0)))
				settle(500 * time.Millisecond) // the push goes on
				must(t, e.Forget(t.Context(), id))
				_, err = e.AddDisplay(t.Context(), "0000")
				must(t, err)
				settle(2 * time.Second)
				l.set(func() { l.power[id] = true })
				for _, when := range []string{"at once", "after a restart"} {
					settle(bound)
					d := e.Snapshot().Displays[0]
					if d.Room != "" || d.Sign == nil || d.Sign.State != sign.Unassigned || d.Delivery != Delivered || l.shows(id) != d.Frame.Hash {
						t.Errorf("%s: display %+v; want it to say that it has no room", when, d)
					}
					stop()
					e, stop = run(t, cfg)
				}
			})
		})
	}
}
