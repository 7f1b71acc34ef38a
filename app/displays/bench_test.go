package displays_test

import (
	"fmt"
	"testing"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/engine/display"
)

// A snapshot of a large office must cost the window little: several arrive a second.
func BenchmarkView2000(b *testing.B) {
	s := apptest.Snapshot(apptest.Noon)
	few := s.Displays
	s.Displays = nil
	for i := range 2000 {
		d := few[i%len(few)]
		d.ID = display.ID(fmt.Sprint(i))
		s.Displays = append(s.Displays, d)
	}
	for b.Loop() {
		v := displays.ViewOf(s, apptest.Noon)
		displays.Choose(v.Rows, displays.Every, "", -1, false)
	}
}
