package frame_test

import (
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	qr "github.com/piglig/go-qr"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// sizes are the panels on which nothing may overlap, be cut or fall off.
var sizes = [][2]int{
	{800, 480}, {400, 300}, {296, 128}, {640, 384}, {480, 800}, {250, 122}, {200, 200}, {128, 296},
	{648, 480}, {960, 640}, {960, 672}, {1360, 480}, {300, 400}, {1200, 1600}, {1872, 1404}, {2560, 1440}, {152, 152}, {64, 64}, {8, 8}, {1, 1}, {4096, 16}, {16, 4096},
}

func TestNothingOverlapsOrLeavesItsBox(t *testing.T) {
	r, look := newRenderer(t), brand()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			seeds := uint64(60)
			if size[0]*size[1] > 1<<20 {
				seeds = 8
			}
			if raceEnabled {
				seeds /= 10
			}
			for seed := range seeds {
				rng := rand.New(rand.NewPCG(seed, 3))
				s := randomSign(rng)
				s.Design = sign.Designs()[seed%4]
				p := display.Panel{Width: size[0], Height: size[1], Scheme: display.Schemes()[rng.IntN(len(display.Schemes()))]}
				lines, m, err := r.Observe(s, p, look)
				if err != nil {
					t.Fatal(err)
				}
				checkLines(t, seed, lines, m.Rect)
				checkOwnsUp(t, seed, s, lines, m)
				if t.Failed() {
					t.Fatalf("see %s; sign: %+v", keep(t, fmt.Sprintf("property %d %v", seed, m.Rect), m), s)
				}
			}
			for _, name := range []string{"", "Door", strings.Repeat("Very long name ", 20), strings.Repeat("W", 300)} {
				lines, m, err := r.ObservePattern(name, display.Panel{Width: size[0], Height: size[1], Scheme: display.BWRY})
				if err != nil {
					t.Fatal(err)
				}
				checkLines(t, 0, lines, m.Rect)
			}
		})
	}
}

// checkOwnsUp demands that a sign on a panel of any use says its state and owns up to
// problems, and that codes keep their paper.
func checkOwnsUp(t *testing.T, seed uint64, s sign.Sign, lines []frame.Drawn, m *image.Paletted) {
	t.Helper()
	said := func(what string) bool {
		return slices.ContainsFunc(lines, func(l frame.Drawn) bool { return l.Size > 0 && strings.Contains(l.Text, what) })
	}
	if w, h := m.Rect.Dx(), m.Rect.Dy(); min(w, h) >= 64 && max(w, h) >= 128 {
		if !said(s.Headline) {
			t.Errorf("seed %d: %s does not say %q", seed, s.Design, s.Headline)
		}
		if !said(s.Notice) {
			t.Errorf("seed %d: %s does not say %q", seed, s.Design, s.Notice)
		}
	}
	for _, l := range lines {
		if l.Size == 0 && l.Text == frame.CodeMark {
			checkPaper(t, seed, l.Box, m)
		}
	}
}

// checkPaper demands white paper around a code: a module is at least two pixels, so its
// quiet zone at least eight.
func checkPaper(t *testing.T, seed uint64, box image.Rectangle, m *image.Paletted) {
	t.Helper()
	inner := box.Inset(8)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if !image.Pt(x, y).In(inner) && m.ColorIndexAt(x, y) != display.White {
				t.Errorf("seed %d: ink at %d,%d in the paper of a code at %v", seed, x, y, box)
				return
			}
		}
	}
}

// What a panel shows as a code must say what the sign says.
func TestCodesAreRead(t *testing.T) {
	r := newRenderer(t)
	for _, design := range sign.Designs() {
		read := 0
		for _, size := range sizes[:16] {
			for _, name := range []string{"all-marks", "outlook-code"} {
				s := sceneNamed(t, name).compose(t, tongues[0], design)
				lines, m, err := r.Observe(s, display.Panel{Width: size[0], Height: size[1], Scheme: display.Mono}, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range lines {
					if l.Text != frame.CodeMark {
						continue
					}
					got, err := qr.Decode(m.SubImage(l.Box))
					if err != nil || got != s.Code {
						t.Errorf("%s on %v reads %q, %v; want %q", design, size, got, err, s.Code)
					}
					read++
				}
			}
		}
		if read == 0 {
			t.Errorf("%s draws no codes", design)
		}
	}
}

// A sign that reads from right to left is laid out as the mirror image of the other
// one, letters excepted.
func TestRightToLeftIsMirrored(t *testing.T) {
	r := newRenderer(t)
	for _, size := range sizes[:12] {
		p := display.Panel{Width: size[0], Height: size[1], Scheme: display.Mono}
		for _, sample := range samples(t) {
			s := sample.sign
			plain, _, err := r.Observe(s, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			s.RightToLeft = true
			mirrored, m, err := r.Observe(s, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(plain) != len(mirrored) {
				t.Fatalf("%s on %v: %d lines, mirrored %d", sample.name, size, len(plain), len(mirrored))
			}
			for i, a := range plain {
				b := mirrored[i]
				if a.Box.Min.X != m.Rect.Max.X-b.Box.Max.X || a.Box.Max.X != m.Rect.Max.X-b.Box.Min.X || a.Box.Min.Y != b.Box.Min.Y {
					t.Errorf("%s on %v: line %d in %v, mirrored %v", sample.name, size, i, a.Box, b.Box)
				}
			}
		}
	}
}

// Anyone can send an invitation to a room: no title may break the drawing.
func FuzzTitles(f *testing.F) {
	for _, word := range vocabulary {
		f.Add(word, uint16(400), uint16(300))
	}
	f.Add("\u2067a\u2068b", uint16(296), uint16(128))
	r := newRenderer(f)
	busy := sampleNamed(f, "busy")
	f.Fuzz(func(t *testing.T, title string, width, height uint16) {
		if len(title) > 1024 || width > 1000 || height > 1000 {
			return // what package sign and package display let through
		}
		p := display.Panel{Width: int(width), Height: int(height), Scheme: display.Mono}
		s, current := busy, *busy.Current
		current.Title = title
		s.Current, s.Room = &current, title
		lines, m, err := r.Observe(s, p, nil)
		if p.Validate() != nil {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if !l.Box.In(m.Rect) {
				t.Errorf("box %v leaves %v", l.Box, m.Rect)
			}
		}
	})
}

// checkLines demands that text stays in its box, boxes in the picture, and that no
// two meet.
func checkLines(t *testing.T, seed uint64, lines []frame.Drawn, bounds image.Rectangle) {
	t.Helper()
	const least = 6 // pixels of x-height: smaller is not read
	for i, a := range lines {
		if !a.Box.In(bounds) || a.Box.Empty() {
			t.Errorf("seed %d: box %v of %q leaves %v", seed, a.Box, a.Text, bounds)
		}
		if a.Size > 0 && a.Size < least {
			t.Errorf("seed %d: text of x-height %d", seed, a.Size)
		}
		// Bold round letters may lean a pixel out of their advance, and letters that change
		// their shape where a word is cut a little more out of their line.
		room := a.Box.Inset(-1)
		room.Min.Y, room.Max.Y = room.Min.Y-1, room.Max.Y+1
		if !a.Ink.Empty() && !a.Ink.In(room) {
			t.Errorf("seed %d: ink %v of %q leaves its box %v", seed, a.Ink, a.Text, a.Box)
		}
		for _, b := range lines[:i] {
			if a.Box.Overlaps(b.Box) && a.Ink.Overlaps(b.Ink) {
				t.Errorf("seed %d: %v and %v overlap", seed, a, b)
			}
		}
	}
}

var vocabulary = strings.Fields(`Budget Review Q4 Straßenbau ÅÄÖ Ñandú Ç façade Łódź Ψηφίο Совещание Ёлка مراجعة ميزانية פגישה
	四半期レビュー 한국어 Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft https://example.com/a/very/long/path?x=1 👩‍💻 1:1 – … i\u0301 W`)

func randomText(rng *rand.Rand, most int) string {
	words := make([]string, rng.IntN(most+1))
	for i := range words {
		words[i] = vocabulary[rng.IntN(len(vocabulary))]
	}
	if rng.IntN(12) == 0 {
		words = append(words, strings.Repeat("MW", 120))
	}
	return strings.Join(words, " ")
}

func randomSign(rng *rand.Rand) sign.Sign {
	line := func() sign.Line {
		return sign.Line{
			Time:  []string{"13:00 – 14:00", "11:30 AM – 12:30 PM", "All day", "until tomorrow, 12:30 PM"}[rng.IntN(4)],
			Title: "x" + randomText(rng, 12), Who: randomText(rng, 3),
		}
	}
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	s := sign.Sign{
		Room: randomText(rng, 6), Place: randomText(rng, 4), Date: []string{"Mon, 1 May", "Donnerstag, 24. September", ""}[rng.IntN(3)],
		State:    []sign.State{sign.Free, sign.Busy, sign.Unknown, sign.Closed, sign.Unassigned}[rng.IntN(5)],
		Soon:     rng.IntN(3) == 0,
		Headline: []string{"Free", "Belegt", "Noch nicht bereit", "Indisponible", "Ég", "x" + randomText(rng, 3)}[rng.IntN(6)],
		Detail:   []string{"", "until 14:30", "bis einschließlich Donnerstag, 24. September"}[rng.IntN(3)],
		NextHead: []string{"", "Next", "Zuletzt bekannt"}[rng.IntN(3)], NextNone: randomText(rng, 5), Language: "en",
	}
	if s.State == sign.Busy {
		current := line()
		s.Current = &current
	}
	if s.State == sign.Unknown {
		s.Notice = []string{"Calendar not read yet", "Abgemeldet. Stand: 23. Sept., 13:59", "x" + randomText(rng, 9)}[rng.IntN(3)]
	}
	for range rng.IntN(9) {
		s.Next = append(s.Next, line())
	}
	randomMarks(rng, &s)
	if rng.IntN(4) > 0 {
		first, last := rng.IntN(12), 13+rng.IntN(12)
		s.Hours = [2]time.Time{midnight.Add(time.Duration(first) * time.Hour), midnight.Add(time.Duration(last) * time.Hour)}
		for h := first; h <= last; h++ {
			s.Ticks = append(s.Ticks, sign.Tick{At: midnight.Add(time.Duration(h) * time.Hour), Label: fmt.Sprint(h)})
			if rng.IntN(3) == 0 && h < last {
				from := midnight.Add(time.Duration(h) * time.Hour)
				span := sign.Span{From: from, To: from.Add(time.Duration(1+rng.IntN(60)) * time.Minute)}
				s.Day = append(s.Day, span)
				for range rng.IntN(3) {
					phase := []sign.Phase{sign.Past, sign.Now, sign.Ahead}[rng.IntN(3)]
					s.Meetings = append(s.Meetings, sign.Meeting{Span: span, Line: line(), Phase: phase})
				}
			}
		}
	}
	for day := range rng.IntN(2) * 7 {
		s.Week = append(s.Week, sign.WeekDay{Name: "Mo", Day: fmt.Sprint(23 + day), Today: day == 0, Booked: rng.IntN(10) - 1})
	}
	return s
}

// randomMarks adds what is no meeting.
func randomMarks(rng *rand.Rand, s *sign.Sign) {
	some := func(text string) string {
		if rng.IntN(2) == 0 {
			return ""
		}
		return text
	}
	s.Seats, s.Equipment, s.Text = some("12 seats"), some(randomText(rng, 6)), some(randomText(rng, 9))
	s.Code = some("https://example.com/" + strings.Repeat("x", rng.IntN(300)))
	s.CodeLabel, s.LowBattery, s.Logo = some(randomText(rng, 4)), some("Battery low"), rng.IntN(2) == 0
	s.RightToLeft = rng.IntN(3) == 0
}
