package settings_test

import (
	"context"
	"flag"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/settings"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/internal/signtest"
)

var shots = flag.String("shots", "", "write pictures of the page to this folder")

// real draws real signs.
type real struct {
	fake
	s    engine.Snapshot
	draw signtest.Draw
}

func (r *real) PreviewSign(_ context.Context, request engine.PreviewRequest) (engine.Preview, error) {
	return r.draw(r.s, request)
}

// The page fits into the smallest window that is promised.
func TestPageFits(t *testing.T) {
	apptest.Speak(t, "../translations")
	scroll := func(w fyne.Window, part float32) {
		apptest.Walk(w, func(o fyne.CanvasObject) {
			if s, ok := o.(*container.Scroll); ok && s.Direction == container.ScrollVerticalOnly {
				s.ScrollToOffset(fyne.NewPos(0, part))
			}
		})
	}
	for name, then := range map[string]func(*engine.Snapshot) float32{
		"1-top":  func(*engine.Snapshot) float32 { return 0 },
		"2-logo": func(s *engine.Snapshot) float32 { s.Designs.Logo = apptest.Logo(); return 500 },
		"3-address": func(s *engine.Snapshot) float32 {
			s.Policy.Code, s.Policy.CodeAddress = sign.AddressCode, "book.example.com/{room}"
			return 1000
		},
		"4-end": func(*engine.Snapshot) float32 { return 10000 },
	} {
		t.Run(name, func(t *testing.T) {
			s := apptest.Snapshot(apptest.Noon)
			s.Account.KeyPlace = "the keychain of this computer"
			at := then(&s)
			p, w := openWith(t, &real{s: s, draw: signtest.New(t, apptest.Noon)}, s)
			if width := p.Content().MinSize().Width; width > apptest.NarrowestPage {
				t.Errorf("needs %v units", width)
			}
			for range 3 {
				w.Resize(fyne.NewSize(925, 635))
				p.Content().Refresh()
				w.Resize(fyne.NewSize(926, 635))
			}
			scroll(w, at)
			if *shots != "" {
				apptest.Picture(t, w, p.Content(), *shots, name)
			}
		})
	}
}

var _ settings.Engine = (*real)(nil)
