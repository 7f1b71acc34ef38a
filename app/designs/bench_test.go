package designs_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/designs"
	"github.com/roomink/roomink/internal/signtest"
)

// BenchmarkSlider is one step of the slider: every design composed, drawn, turned into a
// picture and put on its glass.
func BenchmarkSlider(b *testing.B) {
	for name, panel := range map[string]int{"800x480": 0, "1200x1600": -1} {
		b.Run(name, func(b *testing.B) {
			test.NewTempApp(b)
			w := test.NewTempWindow(b, nil)
			s := office()
			e := apptest.NewEngine(s, s)
			e.Draw = signtest.New(b, apptest.Noon)
			p := designs.New(designs.Config{Engine: e, Hub: command.Inline(b.Context(), apptest.Explain), Window: w, Now: func() time.Time { return apptest.Noon }})
			w.SetContent(p.Content())
			p.Prepare(s)()
			list := panels(w)
			list.SetSelectedIndex((panel + len(list.Options)) % len(list.Options))
			minute := 0.0
			for b.Loop() {
				minute += 5
				if minute > 24*60 {
					minute = 0
				}
				slider(w).SetValue(minute)
			}
		})
	}
}
