package displays_test

import (
	"flag"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

var shots = flag.String("shots", "", "write pictures of the page to this folder")

// The page fits into the smallest window that is promised, whatever it has to say, and so
// do its dialogs.
func TestPageFits(t *testing.T) {
	apptest.Speak(t, "../translations")
	for name, act := range map[string]func(*displays.Page){
		"1-asks":         func(*displays.Page) {},
		"2-add":          (*displays.Page).AddDisplay,
		"3-gateways":     (*displays.Page).ShowGateways,
		"4-letIn":        (*displays.Page).LetIn,
		"5-instructions": func(p *displays.Page) { p.ShowInstructions("picture:1", "Library") },
		"6-gateway":      (*displays.Page).AddGateway,
		"7-picture":      (*displays.Page).AddPicture,
	} {
		t.Run(name, func(t *testing.T) {
			s := apptest.Snapshot(apptest.Noon)
			d := &s.Displays[0]
			d.Asks, d.Pull, d.Pulls, d.Sleeps, d.Delivery, d.Due = true, true, true, true, engine.Waiting, apptest.Noon.Add(13*time.Minute)
			d.Clear, d.Charge, d.DaysLeft, d.Battery, d.Signal = "The signs, and the display's key. With it others can see this sign, and no other.", 62, 140, 3870, -71
			d.Pressed = []display.Button{{Number: 2, At: apptest.Noon.Add(-3 * time.Minute)}}
			s.Serving = engine.Serving{On: true, URL: "http://192.168.20.5:8480", Port: 8480, Open: apptest.Noon.Add(29 * time.Minute)}
			s.Gateways = []engine.Gateway{
				{Hub: display.Hub{Protocol: "openepaperlink", Name: "Floor 1", Address: "192.168.20.40:80"}, InUse: true, Displays: 12},
				{Hub: display.Hub{Protocol: "syncsign", Name: "SyncSign hub SN0042", Address: "192.168.20.50:80"}, InUse: true, Keyed: true, HasKey: true,
					Problem: &engine.Explanation{Title: "The display wants a key, or another one"}},
				{Hub: display.Hub{Protocol: "openepaperlink", Name: "openepaperlink-c0ffee", Address: "192.168.20.41:80"}},
			}
			p, w := open(t, &fake{}, inline(t), s)
			if width := p.Content().MinSize().Width; width > apptest.NarrowestPage {
				t.Errorf("needs %v units", width)
			}
			act(p)
			if top := w.Canvas().Overlays().Top(); top != nil {
				if m := top.MinSize(); m.Width > 1000-40 || m.Height > 700-40 {
					t.Errorf("its dialog needs %v", m)
				}
			}
			if *shots != "" {
				w.Resize(fyne.NewSize(1000, 700))
				apptest.Picture(t, w, p.Content(), *shots, name)
			}
		})
	}
}
