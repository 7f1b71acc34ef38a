package frame_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	go_qr "github.com/piglig/go-qr"

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

// itemsOn is a template for a panel with items in its one block.
func itemsOn(displayType string, items ...string) string {
	return fmt.Sprintf(`{"displayType":%q,"layout":[{"status":"ANY","items":[%s]}]}`, displayType, strings.Join(items, ","))
}

// rows draws a template on a panel of its size and gives the pixels as text: "#" black,
// "." white, then the other inks by their palette index.
func rows(t *testing.T, scheme display.Scheme, look *frame.Look) []string {
	t.Helper()
	size := look.Template.Size()
	m, err := newRenderer(t).Draw(nil, sign.Sign{Design: sign.Custom, State: sign.Free}, display.Panel{Width: size.X, Height: size.Y, Scheme: scheme}, look)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for y := range size.Y {
		row := make([]byte, size.X)
		for x := range row {
			row[x] = "#.23456789"[m.ColorIndexAt(x, y)]
		}
		out = append(out, string(row))
	}
	return out
}

func TestTemplateShapes(t *testing.T) {
	for _, c := range []struct {
		name, item string
		want       []string
	}{
		{"rectangle", `{"type":"RECTANGLE","data":{"fillColor":"RED","strokeColor":"BLACK","strokeThickness":1,"block":{"x":1,"y":1,"w":6,"h":4}}}`, []string{
			"............",
			".######.....",
			".#2222#.....",
			".#2222#.....",
			".######.....",
			"............",
			"............",
			"............",
		}},
		{"rectangle of fill alone", `{"type":"RECTANGLE","data":{"fillColor":"BLACK","block":{"x":-4,"y":6,"w":8,"h":8}}}`, []string{
			"............",
			"............",
			"............",
			"............",
			"............",
			"............",
			"####........",
			"####........",
		}},
		{"stroke stronger than the rectangle", `{"type":"RECTANGLE","data":{"strokeColor":"RED","strokeThickness":9,"block":{"x":2,"y":2,"w":5,"h":3}}}`, []string{
			"............",
			"............",
			"..22222.....",
			"..22222.....",
			"..22222.....",
			"............",
			"............",
			"............",
		}},
		{"patterns", `{"type":"RECTANGLE","data":{"fillColor":"BLACK","fillPattern":"INTERLEAVE","strokeColor":"RED","strokePattern":"DASH_TINY","strokeThickness":1,"block":{"x":0,"y":0,"w":12,"h":8}}}`, []string{
			"22#.22#.22#.",
			"2#.#.#.#.#.2",
			"2.#.#.#.#.#2",
			".#.#.#.#.#.#",
			"#.#.#.#.#.#.",
			"2#.#.#.#.#.2",
			"2.#.#.#.#.#2",
			"22.#22.#22.#",
		}},
		{"percent", `{"type":"RECTANGLE","data":{"fillColor":"BLACK","block":{"x_percent":50,"y_percent":50,"w_percent":25,"h_percent":50}}}`, []string{
			"............",
			"............",
			"............",
			"............",
			"......###...",
			"......###...",
			"......###...",
			"......###...",
		}},
		{"line", `{"type":"LINE","data":{"lineColor":"BLACK","block":{"x0":1,"y0":1,"x1":10,"y1":6}}}`, []string{
			"............",
			".#..........",
			"..##........",
			"....##......",
			"......##....",
			"........##..",
			"..........#.",
			"............",
		}},
		{"dashed line backwards", `{"type":"LINE","data":{"lineColor":"BLACK","backgroundColor":"RED","linePattern":"DASH_MEDIUM","block":{"x0":11,"y0":3,"x1":0,"y1":3}}}`, []string{
			"............",
			"............",
			"............",
			"####2222####",
			"............",
			"............",
			"............",
			"............",
		}},
		{"transparent gaps", `{"type":"LINE","data":{"lineColor":"BLACK","backgroundColor":"RED","transparentColor":"RED","linePattern":"INTERLEAVE","block":{"x0":0,"y0":3,"x1":11,"y1":3}}}`, []string{
			"............",
			"............",
			"............",
			"#.#.#.#.#.#.",
			"............",
			"............",
			"............",
			"............",
		}},
		{"line of no pattern", `{"type":"LINE","data":{"linePattern":"NONE","block":{"x0":0,"y0":3,"x1":11,"y1":3}}}`, slices.Repeat([]string{"............"}, 8)},
		{"circle", `{"type":"CIRCLE","data":{"center":{"x":5,"y":3},"radius":3,"fillColor":"WHITE","strokeColor":"BLACK"}}`, []string{
			"....###.....",
			"...#...#....",
			"..#.....#...",
			"..#.....#...",
			"..#.....#...",
			"...#...#....",
			"....###.....",
			"............",
		}},
		{"disc at the edge", `{"type":"CIRCLE","data":{"center":{"x":11,"y":7},"radius":4,"fillColor":"RED","strokeColor":"RED"}}`, []string{
			"............",
			"............",
			"............",
			".........222",
			"........2222",
			".......22222",
			".......22222",
			".......22222",
		}},
		{"strong ring", `{"type":"CIRCLE","data":{"center":{"x":5,"y":3},"radius":3,"strokeThickness":2}}`, []string{
			"....###.....",
			"...#####....",
			"..##...##...",
			"..##...##...",
			"..##...##...",
			"...#####....",
			"....###.....",
			"............",
		}},
		{"point", `{"type":"CIRCLE","data":{"center":{"x":1,"y":1},"radius":0}}`, append([]string{
			"............",
			".#..........",
		}, slices.Repeat([]string{"............"}, 6)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := rows(t, display.BWR, &frame.Look{Template: parse(t, itemsOn("12x8", c.item))})
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// What a panel lacks becomes what stands out as much, and stays legible.
func TestTemplateColours(t *testing.T) {
	bar := func(c string, x int) string {
		return fmt.Sprintf(`{"type":"RECTANGLE","data":{"fillColor":%q,"block":{"x":%d,"y":0,"w":1,"h":1}}}`, c, x)
	}
	look := &frame.Look{Template: parse(t, itemsOn("4x1", bar("BLACK", 0), bar("WHITE", 1), bar("RED", 2), bar("YELLOW", 3)))}
	for scheme, want := range map[display.Scheme]string{
		display.Mono: "#.#.", display.BWR: "#.2.", display.BWY: "#.#2", display.BWRY: "#.32",
		display.Gray4: "#.23", display.Spectra6: "#.32", display.ACeP7: "#.32",
	} {
		if got := rows(t, scheme, look)[0]; got != want {
			t.Errorf("%s: %q, want %q", scheme, got, want)
		}
	}
	for _, c := range []struct{ ink, ground string }{{"BLACK", "RED"}, {"RED", "BLACK"}, {"YELLOW", "WHITE"}, {"WHITE", "YELLOW"}} {
		text := fmt.Sprintf(`{"type":"TEXT","data":{"text":"Wm","font":"DDIN_16","textColor":%q,"backgroundColor":%q,"block":{"x":0,"y":0,"w":40,"h":16}}}`, c.ink, c.ground)
		got := strings.Join(rows(t, display.Mono, &frame.Look{Template: parse(t, itemsOn("40x16", text))}), "")
		if !strings.Contains(got, "#") || !strings.Contains(got, ".") {
			t.Errorf("%s on %s can't be read in black and white", c.ink, c.ground)
		}
	}
}

func TestTemplatePictures(t *testing.T) {
	// A picture of 4×2: dark, light, transparent, dark over light, light, light, light.
	m := image.NewNRGBA(image.Rect(10, 10, 14, 12))
	for x, c := range []color.Color{color.Black, color.White, color.Transparent, color.NRGBA{R: 90, A: 255}} {
		m.Set(10+x, 10, c)
		m.Set(10+x, 11, color.White)
	}
	bitmap := func(more string) string {
		return `{"type":"BITMAP_URI","data":{"uri":"http://a.example.com/a.bmp",` + more + `}}`
	}
	red := `{"type":"RECTANGLE","data":{"fillColor":"RED","block":{"x":0,"y":0,"w":6,"h":3}}}`
	for _, c := range []struct {
		name  string
		items []string
		want  []string
	}{
		{"in its own size", []string{red, bitmap(`"foregroundColor":"BLACK","backgroundColor":"WHITE","block":{"x":1,"y":0,"w":5,"h":3}`)},
			[]string{"2#..#2", "2....2", "222222"}},
		{"dark pixels alone", []string{red, bitmap(`"foregroundColor":"BLACK","backgroundColor":"WHITE","transparentColor":"WHITE","block":{"x":1,"y":0,"w":4,"h":2}`)},
			[]string{"2#22#2", "222222", "222222"}},
		{"light pixels alone", []string{red, bitmap(`"foregroundColor":"BLACK","backgroundColor":"WHITE","transparentColor":"BLACK","block":{"x":1,"y":0,"w":4,"h":2}`)},
			[]string{"22..22", "2....2", "222222"}},
		{"cut at its block", []string{bitmap(`"foregroundColor":"RED","backgroundColor":"WHITE","block":{"x":4,"y":0,"w":4,"h":2}`)},
			[]string{"....2.", "......", "......"}},
		{"two layers", []string{bitmap(`"foregroundColor":"BLACK","backgroundColor":"WHITE","block":{"x":0,"y":0,"w":4,"h":2}`),
			bitmap(`"foregroundColor":"RED","backgroundColor":"WHITE","block":{"x":0,"y":0,"w":4,"h":2}`)},
			[]string{"2..2..", "......", "......"}},
		{"in its own colours", []string{bitmap(`"block":{"x":0,"y":0,"w":4,"h":2}`)}, []string{"#..#..", "......", "......"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			look := &frame.Look{Template: parse(t, itemsOn("6x3", c.items...)), Pictures: map[string]image.Image{"http://a.example.com/a.bmp": m}}
			if got := rows(t, display.BWR, look); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
	t.Run("larger than its block", func(t *testing.T) {
		look := &frame.Look{
			Template: parse(t, itemsOn("24x24", bitmap(`"foregroundColor":"BLACK","backgroundColor":"WHITE","block":{"x":0,"y":0,"w":24,"h":24}`))),
			Pictures: map[string]image.Image{"http://a.example.com/a.bmp": emblem()},
		}
		got := rows(t, display.Mono, look)
		if !strings.Contains(got[1], "##") || !strings.Contains(got[23], "##") || got[12][1:3] != "##" || got[12][22] != '#' || got[12][8] != '.' {
			t.Errorf("drawn as\n%s", strings.Join(got, "\n"))
		}
	})
	t.Run("not there", func(t *testing.T) {
		look := &frame.Look{Template: parse(t, itemsOn("80x30", bitmap(`"block":{"x":0,"y":0,"w":80,"h":30}`)))}
		lines, _, err := newRenderer(t).Observe(sign.Sign{Design: sign.Custom, State: sign.Free}, display.Panel{Width: 80, Height: 30, Scheme: display.Mono}, look)
		if err != nil || len(lines) != 1 || lines[0].Text != "a.bmp" {
			t.Errorf("drawn with %v, %v", lines, err)
		}
		if got := rows(t, display.Mono, look); got[0] != strings.Repeat("##..", 20) {
			t.Errorf("the outline is %q", got[0])
		}
	})
}

func TestTemplateCode(t *testing.T) {
	const address = "https://example.com/rooms/lovelace?from=door"
	for _, version := range []int{1, 3, 9} {
		look := &frame.Look{Template: parse(t, itemsOn("D42",
			fmt.Sprintf(`{"type":"QRCODE","data":{"text":%q,"position":{"x":40,"y":40},"scale":3,"version":%d,"eccLevel":"LOW"}}`, address, version)))}
		m, err := newRenderer(t).Draw(nil, sign.Sign{Design: sign.Custom, State: sign.Busy}, display.Panel{Width: 400, Height: 300, Scheme: display.Mono}, look)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := go_qr.Decode(m); got != address {
			t.Errorf("version %d reads %q, %v", version, got, err)
		}
	}
}

// A template that would not be true, or not fit, gives way to the usual design.
func TestTemplateFallsBack(t *testing.T) {
	r := newRenderer(t)
	busyFree := `{"displayType":"D42","layout":[{"status":"BUSY","items":[]},{"status":"FREE","items":[]}]}`
	for _, c := range []struct {
		name, template, sample string
		state                  sign.State // in place of the sample's
		drawn                  bool
	}{
		{"none", "", "busy", "", false},
		{"for another panel", itemsOn("D75"), "busy", "", false},
		{"for any panel", itemsOn(""), "busy", "", true},
		{"while busy", busyFree, "busy", "", true},
		{"while free", busyFree, "free-until", "", true},
		{"while closed", busyFree, "free-until", sign.Closed, true},
		{"while nothing is known", busyFree, "stale", "", false},
		{"while nothing is known, for any state", itemsOn("D42"), "stale", "", true},
		{"without a room", itemsOn("D42"), "free-until", sign.Unassigned, false},
		{"no block for busy", `{"displayType":"D42","layout":[{"status":"FREE","items":[]}]}`, "busy", "", false},
		{"no block for free", `{"displayType":"D42","layout":[{"status":"BUSY","items":[]}]}`, "free-until", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, panel := withValues(sampleNamed(t, c.sample)), display.Panel{Width: 400, Height: 300, Scheme: display.Mono}
			if c.state != "" {
				s.State = c.state
			}
			look := &frame.Look{}
			if c.template != "" {
				look.Template = parse(t, c.template)
			}
			got, err := r.Frame(s, panel, look)
			if err != nil {
				t.Fatal(err)
			}
			s.Design = sign.Status
			usual, err := r.Frame(s, panel, look)
			if err != nil {
				t.Fatal(err)
			}
			if drawn := got.Hash != usual.Hash; drawn != c.drawn {
				t.Errorf("drawn by the template: %t, want %t", drawn, c.drawn)
			}
		})
	}
}

// textsOf draws s by a template for 400×300 pixels and gives its texts.
func textsOf(t *testing.T, s sign.Sign, source string) (texts []string, m *image.Paletted) {
	t.Helper()
	lines, m, err := newRenderer(t).Observe(s, display.Panel{Width: 400, Height: 300, Scheme: display.Mono}, &frame.Look{Template: parse(t, source)})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		texts = append(texts, l.Text)
	}
	return texts, m
}

func TestTemplateWords(t *testing.T) {
	text := func(id, words string) string {
		return fmt.Sprintf(`{"type":"TEXT","data":{"id":%q,"text":%q,"font":"DDIN_16","block":{"x":0,"y":0,"w":400,"h":80}}}`, id, words)
	}
	s := withValues(sampleNamed(t, "busy"))
	delete(s.Values, "ONGOING_CREATOR")
	closed := withValues(sampleNamed(t, "free-until"))
	closed.State, closed.Headline, closed.Detail = sign.Closed, "Closed", "until Monday"
	delete(closed.Values, "NOTE_AVAILABLE")
	stale := withValues(sampleNamed(t, "stale"))
	silent := stale
	silent.Notice = ""
	for _, c := range []struct {
		name string
		sign sign.Sign
		item string
		want []string
	}{
		{"placeholder", s, text("ROOM_NAME", "Room"), []string{s.Room}},
		{"placeholder without a value", s, text("ONGOING_CREATOR", "Somebody"), nil},
		{"placeholder that is never filled", s, text("ONGOING_ATTENDEES", "12"), nil},
		{"words of its own", s, text("", "Room 12"), []string{"Room 12"}},
		{"words of its own with an id", s, text("LEFT_CELL", "Room 12"), []string{"Room 12"}},
		{"lines", s, text("", "a\n\nb"), []string{"a", "", "b"}},
		{"closed, in its place", closed, text("NOTE_AVAILABLE", "Free"), []string{"Closed"}},
		{"closed, without a place", closed, text("", "Room 12"), []string{"Room 12", "Closed · until Monday"}},
		{"what is wrong", stale, text("", "Room 12"), []string{"Room 12", stale.Notice}},
		{"that something is wrong", silent, text("", "Room 12"), []string{"Room 12", silent.Headline + " · " + silent.Detail}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := textsOf(t, c.sign, itemsOn("D42", c.item)); !slices.Equal(got, c.want) {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}

// Nothing may hide that a sign is not to be trusted.
func TestTemplateNeverHidesTheNotice(t *testing.T) {
	s := withValues(sampleNamed(t, "stale"))
	_, plain := textsOf(t, s, itemsOn("D42"))
	_, covered := textsOf(t, s, itemsOn("D42", `{"type":"RECTANGLE","data":{"fillColor":"BLACK","block":{"x":0,"y":0,"w":400,"h":300}}}`))
	band := func(m *image.Paletted) []byte { return m.Pix[(300-300/8)*m.Stride:] }
	if !bytes.Equal(band(plain), band(covered)) || bytes.Equal(plain.Pix, covered.Pix) {
		t.Error("the band of the notice depends on what is below it")
	}
}

func TestTemplateIsNotMirrored(t *testing.T) {
	s := withValues(sampleNamed(t, "busy"))
	look := &frame.Look{Template: templateNamed(t, "meeting-7in5")}
	r := newRenderer(t)
	want, err := r.Frame(s, mono800, look)
	if err != nil {
		t.Fatal(err)
	}
	s.RightToLeft = true
	if got, err := r.Frame(s, mono800, look); err != nil || got.Hash != want.Hash {
		t.Errorf("a template says itself where things are: %v", err)
	}
}

func TestTemplateBattery(t *testing.T) {
	s := withValues(sampleNamed(t, "busy"))
	low := s
	low.LowBattery = "Battery low"
	for name, c := range map[string]struct {
		template string
		shown    bool
	}{
		"room in a corner": {itemsOn("D42"), true},
		"on a ground":      {itemsOn("D42", `{"type":"RECTANGLE","data":{"fillColor":"BLACK","block":{"x":0,"y":0,"w":400,"h":300}}}`), true},
		"in a frame":       {`{"displayType":"D42","layout":{"background":{"rectangle":{"strokeThickness":8,"block":{"x_percent":0,"y_percent":0,"w_percent":100,"h_percent":100}}},"items":[]}}`, true},
		"no room":          {itemsOn("D42", `{"type":"TEXT","data":{"text":"a","font":"DDIN_16","block":{"x":0,"y":0,"w":400,"h":300}}}`), false},
	} {
		_, without := textsOf(t, s, c.template)
		_, with := textsOf(t, low, c.template)
		if shown := !bytes.Equal(without.Pix, with.Pix); shown != c.shown {
			t.Errorf("%s: shown is %t", name, shown)
		}
	}
}

func TestTemplateText(t *testing.T) {
	r := newRenderer(t)
	draw := func(panel display.Panel, items ...string) []frame.Drawn {
		t.Helper()
		look := &frame.Look{Template: parse(t, itemsOn(fmt.Sprintf("%dx%d", panel.Width, panel.Height), items...))}
		lines, _, err := r.Observe(sign.Sign{Design: sign.Custom, State: sign.Free}, panel, look)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	panel := display.Panel{Width: 400, Height: 300, Scheme: display.Mono}
	text := func(words, font, more, block string) string {
		return fmt.Sprintf(`{"type":"TEXT","data":{"text":%q,"font":%q,%s"block":{%s}}}`, words, font, more, block)
	}
	const block = `"x":100,"y":80,"w":200,"h":48`
	for _, c := range []struct {
		name, item string
		lines      int
		ink        image.Rectangle // in which all letters lie
		touches    func(ink image.Rectangle) bool
	}{
		{"left", text("Room", "DDIN_24", "", block), 1, image.Rect(100, 80, 300, 104), func(ink image.Rectangle) bool { return ink.Min.X < 104 }},
		{"centre", text("Room", "DDIN_24", `"textAlign":"CENTER",`, block), 1, image.Rect(100, 80, 300, 104),
			func(ink image.Rectangle) bool { return ink.Min.X-100-(300-ink.Max.X) < 4 && ink.Min.X > 150 }},
		{"right", text("Room", "DDIN_24", `"textAlign":"RIGHT",`, block), 1, image.Rect(100, 80, 300, 104), func(ink image.Rectangle) bool { return ink.Max.X > 296 }},
		{"moved", text("Room", "DDIN_24", `"offset":{"x":20,"y":10},`, block), 1, image.Rect(120, 90, 300, 114), func(ink image.Rectangle) bool { return ink.Min.X < 124 }},
		{"moved from the right", text("Room", "DDIN_24", `"textAlign":"RIGHT","offset":{"x":-20,"y":0},`, block), 1, image.Rect(100, 80, 280, 104), func(ink image.Rectangle) bool { return ink.Max.X > 276 }},
		{"wrapped", text("Quarterly business review", "DDIN_24", `"lineSpace":0,`, block), 2, image.Rect(100, 80, 300, 128), func(ink image.Rectangle) bool { return ink.Max.Y > 120 }},
		{"too long", text(strings.Repeat("Quarterly business review ", 9), "DDIN_24", `"lineSpace":0,`, block), 2, image.Rect(100, 80, 300, 128), func(ink image.Rectangle) bool { return ink.Max.X > 260 }},
		{"one word too long", text(strings.Repeat("Straßenbau", 9), "DDIN_24", `"lineSpace":0,`, block), 2, image.Rect(100, 80, 300, 128), func(ink image.Rectangle) bool { return ink.Max.X > 260 }},
		{"more lines than any block has", text("1\n2\n3\n4\n5\n6\n7", "DDIN_16", `"lineSpace":0,`, `"x":0,"y":0,"w":40,"h":112`), 7, image.Rect(0, 0, 40, 112), func(ink image.Rectangle) bool { return ink.Max.Y > 100 }},
		{"lower than its letters", text("gjpqy", "DDIN_24", "", `"x":100,"y":80,"w":200,"h":10`), 1, image.Rect(100, 80, 300, 106), func(ink image.Rectangle) bool { return true }},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := draw(panel, c.item)
			var ink image.Rectangle
			for _, l := range lines {
				ink = ink.Union(l.Ink)
			}
			if len(lines) != c.lines || !ink.In(c.ink) || !c.touches(ink) {
				t.Errorf("%d lines, letters in %v", len(lines), ink)
			}
		})
	}
	t.Run("accents reach out of the block, not out of sight", func(t *testing.T) {
		lines := draw(panel, text("ÄÖÜ", "DDIN_48", "", `"x":0,"y":80,"w":200,"h":48`))
		if ink := lines[0].Ink; !ink.In(lines[0].Box) || ink.Min.Y > 80 {
			t.Errorf("letters in %v, drawn in %v", ink, lines[0].Box)
		}
	})
	t.Run("one font, one size", func(t *testing.T) {
		lines := draw(panel, text("Budget", "DDIN_CONDENSED_24", "", `"x":0,"y":0,"w":200,"h":24`),
			text("Quarterly business review", "DDIN_CONDENSED_24", "", `"x":0,"y":40,"w":230,"h":24`), text("Budget", "DDIN_24", "", `"x":0,"y":80,"w":200,"h":24`))
		if len(lines) != 3 || lines[0].Size != lines[1].Size || lines[1].Size >= lines[2].Size {
			t.Errorf("drawn as %+v", lines)
		}
	})
	t.Run("never smaller than can be read", func(t *testing.T) {
		for _, l := range draw(panel, text("Room", "CHARRIOT_10", "", block), text("Room", "DDIN_1", "", `"x":0,"y":0,"w":100,"h":8`), text("四半期", "DDIN_16", "", `"x":0,"y":200,"w":100,"h":16`)) {
			if l.Size < 6 || l.Text == "四半期" && l.Size < 8 {
				t.Errorf("%q at x-height %d", l.Text, l.Size)
			}
		}
	})
}

// No template may break the drawing, whatever someone puts into it.
func FuzzTemplate(f *testing.F) {
	for _, name := range []string{"meeting-7in5", "meeting-4in2", "render-2in9"} {
		data, err := os.ReadFile(filepath.Join("..", "template", "testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), "busy", 0)
	}
	f.Add(itemsOn("40x30", `{"type":"TEXT","data":{"text":"a\n\n\u0301b","font":"DDIN_400_B","textAlign":"CENTER","offset":{"x":-9,"y":-99},"block":{"x":-5,"y":-5,"w":8000,"h":8000}}}`), "x", 1)
	f.Add(itemsOn("40x30", `{"type":"CIRCLE","data":{"radius":8000,"center":{"x":20,"y":-7980},"fillPattern":"DASH_WIDE","fillColor":"RED"}}`), "", 2)
	f.Add(itemsOn("40x30", `{"type":"LINE","data":{"linePattern":"DASH_TINY","block":{"x0":-8000,"y0":8000,"x1":8000,"y1":-7990}}}`), "", 3)
	f.Add(itemsOn("40x30", `{"type":"BITMAP_URI","data":{"uri":"http://a.example.com/","foregroundColor":"RED","block":{"x":-3,"y":-3,"w":700,"h":1}}}`), "", 4)
	r := newRenderer(f)
	states := []sign.State{sign.Free, sign.Busy, sign.Unknown, sign.Closed, sign.Unassigned}
	f.Fuzz(func(t *testing.T, source, words string, n int) {
		parsed, _, err := template.Parse([]byte(source))
		if err != nil || len(words) > 1024 {
			return
		}
		size := parsed.Size()
		if size == (image.Point{}) {
			size = image.Pt(120, 80)
		}
		if size.X*size.Y > 1<<20 {
			return
		}
		look := &frame.Look{Template: parsed, Logo: emblem()}
		if n&1 != 0 {
			look.Pictures = map[string]image.Image{}
			for _, address := range parsed.Addresses() {
				look.Pictures[address] = emblem()
			}
		}
		s := sign.Sign{Design: sign.Custom, State: states[uint(n)%5], Notice: words, LowBattery: words, Values: map[string]string{}}
		for _, id := range []string{"ROOM_NAME", "UPCOMING", "ONGOING_EVENT_SUMMARY", "NOTE_AVAILABLE"} {
			s.Values[id] = words
		}
		scheme := display.Schemes()[uint(n)%uint(len(display.Schemes()))]
		lines, m, err := r.Observe(s, display.Panel{Width: size.X, Height: size.Y, Scheme: scheme}, look)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Size > 0 && !l.Box.In(m.Rect) {
				t.Errorf("%q in %v leaves %v", l.Text, l.Box, m.Rect)
			}
		}
		if inks := len(m.Palette); int(slices.Max(m.Pix)) >= inks {
			t.Errorf("ink %d of %d", slices.Max(m.Pix), inks)
		}
	})
}

func BenchmarkTemplate(b *testing.B) {
	r := newRenderer(b)
	s := withValues(sampleNamed(b, "busy"))
	look := &frame.Look{Template: templateNamed(b, "meeting-7in5"), Logo: emblem()}
	var m *image.Paletted
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if m, err = r.Draw(m, s, mono800, look); err != nil {
			b.Fatal(err)
		}
	}
}
