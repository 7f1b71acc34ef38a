package frame_test

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/template"
)

// templateNamed reads one of the templates that package template is tested with.
func templateNamed(t testing.TB, name string) *template.Template {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "template", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(data))
}

func parse(t testing.TB, source string) *template.Template {
	t.Helper()
	parsed, _, err := template.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// withValues is a sign with the texts of SyncSign's placeholders.
func withValues(s sign.Sign) sign.Sign {
	s.Design = sign.Custom
	s.Values = map[string]string{"ROOM_NAME": s.Room, "NOTE_AVAILABLE": s.Headline, "NOTE_UNTIL": s.Detail}
	if s.Current != nil {
		s.Values["ONGOING_EVENT_SUMMARY"], s.Values["ONGOING_TIME"], s.Values["ONGOING_CREATOR"] = s.Current.Title, s.Current.Time, s.Current.Who
	}
	for i, l := range s.Next {
		s.Values[fmt.Sprintf("UPCOMING_%d_TIME", i+1)], s.Values[fmt.Sprintf("UPCOMING_%d_SUMMARY", i+1)] = l.Time, l.Title
		if i > 0 {
			s.Values["UPCOMING"] += "\n"
		}
		s.Values["UPCOMING"] += l.Time + "  " + l.Title
	}
	return s
}

// emblem is a one-bit logo of 96×96.
func emblem() image.Image {
	m := image.NewPaletted(image.Rect(0, 0, 96, 96), color.Palette{color.Black, color.White})
	for y := range 96 {
		for x := range 96 {
			dx, dy := x-48, y-48
			if d := dx*dx + dy*dy; d > 46*46 || d < 24*24 && x < y {
				m.SetColorIndex(x, y, 1)
			}
		}
	}
	return m
}

func TestTemplateGolden(t *testing.T) {
	r := newRenderer(t)
	for _, c := range []struct {
		template, sample string
		panel            display.Panel
	}{
		{"meeting-7in5", "busy", display.Panel{Width: 800, Height: 480, Scheme: display.BWR}},
		{"meeting-7in5", "long", display.Panel{Width: 800, Height: 480, Scheme: display.Mono}},
		{"meeting-7in5", "free-until", display.Panel{Width: 800, Height: 480, Scheme: display.Mono}},
		{"meeting-7in5", "german", display.Panel{Width: 800, Height: 480, Scheme: display.BWRY}},
		{"meeting-4in2", "busy", display.Panel{Width: 400, Height: 300, Scheme: display.Mono}},
		{"meeting-4in2", "free-until", display.Panel{Width: 400, Height: 300, Scheme: display.Mono}},
		{"meeting-4in2", "rtl", display.Panel{Width: 400, Height: 300, Scheme: display.Mono}},
		{"render-2in9", "free-until", display.Panel{Width: 296, Height: 128, Scheme: display.Mono}},
		{"render-2in9", "stale", display.Panel{Width: 296, Height: 128, Scheme: display.BWY}},
	} {
		look := &frame.Look{Logo: emblem(), Template: templateNamed(t, c.template)}
		f, err := r.Frame(withValues(sampleNamed(t, c.sample)), c.panel, look)
		if err != nil {
			t.Fatal(err)
		}
		checkGolden(t, fmt.Sprintf("template-%s-%s-%s.png", c.template, c.sample, c.panel.Scheme), f.Image)
	}
}
