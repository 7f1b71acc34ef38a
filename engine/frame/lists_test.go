package frame_test

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// dayAt composes the sign of a day at hour:minute in a design.
func dayAt(t testing.TB, design sign.Design, hour, minute int, meetings ...calendar.Event) sign.Sign {
	o := newOffice(t)
	o.policy.Design = design
	now := o.at(hour, minute)
	s, _ := sign.Compose(calendar.NewAgenda(o.room, o.loc, meetings, now.Add(-time.Minute)), o.account, o.policy, now)
	return s
}

// lists are the designs that this file is about.
var lists = []sign.Design{sign.Agenda, sign.Timeline}

// randomDay adds meetings, a week and marks to a random sign.
func randomDay(rng *rand.Rand, design sign.Design) sign.Sign {
	s := randomSign(rng)
	s.Meetings, s.Week = nil, nil
	s.Design, s.RightToLeft, s.Soon = design, rng.IntN(3) == 0, rng.IntN(3) == 0
	switch rng.IntN(8) {
	case 0:
		s.State, s.Current = sign.Closed, nil
	case 1:
		s = sign.Sign{Design: design, Room: s.Room, State: sign.Unassigned, Headline: s.Headline}
	}
	if s.Hours[1].After(s.Hours[0]) && rng.IntN(4) > 0 {
		total := int(s.Hours[1].Sub(s.Hours[0]) / time.Minute)
		now, at := rng.IntN(total), 0
		for at < total && len(s.Meetings) < 40 {
			from := at
			to := min(from+5+rng.IntN(120), total)
			m := sign.Meeting{
				Span:  sign.Span{From: s.Hours[0].Add(time.Duration(from) * time.Minute), To: s.Hours[0].Add(time.Duration(to) * time.Minute)},
				Line:  sign.Line{Time: "13:00 – 14:00", Title: "x" + randomText(rng, 8), Who: randomText(rng, 3)},
				Phase: sign.Ahead,
			}
			if to <= now {
				m.Phase = sign.Past
			} else if from <= now {
				m.Phase = sign.Now
			}
			s.Meetings = append(s.Meetings, m)
			at += rng.IntN(150)
		}
	}
	if rng.IntN(2) == 0 {
		for i := range 7 {
			s.Week = append(s.Week, sign.WeekDay{Name: []string{"Mo", "dim.", "月", "الاثنين"}[rng.IntN(4)], Day: fmt.Sprint(1 + i), Today: i == 3, Booked: rng.IntN(10) - 1})
		}
	}
	if rng.IntN(3) == 0 {
		s.Code, s.CodeLabel, s.Logo = "https://outlook.office.com/calendar/0/deeplink/compose?to=room@example.com", randomText(rng, 3), true
	}
	if rng.IntN(3) == 0 {
		s.LowBattery, s.Seats, s.Equipment, s.Text = "Battery low", "12 seats", randomText(rng, 5), randomText(rng, 6)
	}
	return s
}

func TestListsKeepTheirBoxes(t *testing.T) {
	r := newRenderer(t)
	look := &frame.Look{Logo: image.NewGray(image.Rect(0, 0, 120, 40))}
	for _, design := range lists {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", design, size[0], size[1]), func(t *testing.T) {
				p := display.Panel{Width: size[0], Height: size[1], Scheme: display.BWRY}
				seeds := uint64(60)
				if size[0]*size[1] > 1<<20 {
					seeds = 10
				}
				for seed := range seeds {
					s := randomDay(rand.New(rand.NewPCG(seed, 7)), design)
					lines, m, err := r.Observe(s, p, look)
					if err != nil {
						t.Fatal(err)
					}
					checkMarks(t, seed, &lines)
					checkLines(t, seed, lines, m.Rect)
					if size[0] >= 128 && size[1] >= 64 {
						checkSaid(t, seed, lines, s.Headline)
						checkSaid(t, seed, lines, s.Notice)
					}
					if t.Failed() {
						t.Fatalf("sign: %+v", s)
					}
				}
			})
		}
	}
}

// checkMarks demands that marks lie in the picture and touch no text and no other
// mark, and takes them out of lines.
func checkMarks(t *testing.T, seed uint64, lines *[]frame.Drawn) {
	t.Helper()
	var texts []frame.Drawn
	for i, a := range *lines {
		if a.Size > 0 {
			texts = append(texts, a)
			continue
		}
		for j, b := range *lines {
			if i != j && a.Box.Overlaps(b.Ink) {
				t.Errorf("seed %d: %s in %v lies on %q in %v", seed, a.Text, a.Box, b.Text, b.Ink)
			}
		}
	}
	*lines = texts
}

// checkSaid demands that a text was drawn, or at least its beginning.
func checkSaid(t *testing.T, seed uint64, lines []frame.Drawn, text string) {
	t.Helper()
	for _, l := range lines {
		if text == "" || l.Text == text {
			return
		}
	}
	t.Errorf("seed %d: %q was not drawn", seed, text)
}

// observed draws a sign and gives the line of text that begins with a title.
func observed(t *testing.T, s sign.Sign, p display.Panel, title string) (frame.Drawn, *image.Paletted) {
	t.Helper()
	lines, m, err := newRenderer(t).Observe(s, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if strings.HasPrefix(l.Text, title) {
			return l, m
		}
	}
	t.Fatalf("%s on %s: %q was not drawn", s.Design, p, title)
	return frame.Drawn{}, nil
}

// count is how many pixels of a box have an ink.
func count(m *image.Paletted, box image.Rectangle, ink uint8) (n int) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if m.ColorIndexAt(x, y) == ink {
				n++
			}
		}
	}
	return n
}

// listPanels are some on which both designs name the meetings.
var listPanels = []display.Panel{
	{Width: 800, Height: 480, Scheme: display.BWRY}, {Width: 480, Height: 800, Scheme: display.BWRY},
	{Width: 400, Height: 300, Scheme: display.BWRY}, {Width: 960, Height: 672, Scheme: display.BWRY},
	{Width: 1872, Height: 1404, Scheme: display.BWRY},
}

// What goes on stands on the ink of the occupied room, all else on paper; where
// nothing is sure, nothing does.
func TestWhatGoesOnIsMarked(t *testing.T) {
	o := newOffice(t)
	meetings := append(o.rest(), o.meeting(1000, 1100, "Quarterly business review", "Annie Easley"))
	for _, design := range lists {
		s := dayAt(t, design, 10, 10, meetings...)
		stale := s
		stale.State, stale.Notice, stale.Meetings, stale.Current = sign.Unknown, "Last updated 23 Nov, 08:55", nil, nil
		stale.Next = append([]sign.Line{*s.Current}, s.Next...)
		for _, p := range listPanels {
			for _, c := range []struct {
				sign   sign.Sign
				title  string
				marked bool
			}{{s, "Quarterly business", true}, {s, "Budget 2027", false}, {stale, "Quarterly business", false}} {
				l, m := observed(t, c.sign, p, c.title)
				red := count(m, l.Ink, display.Red4)
				if marked := red > l.Ink.Dx()*l.Ink.Dy()/3; marked != c.marked {
					t.Errorf("%s on %s: %q marked %v, want %v", design, p, c.title, marked, c.marked)
				}
			}
		}
	}
}

// What is over stands back behind the same meeting while it lies ahead.
func TestWhatIsOverStandsBack(t *testing.T) {
	o := newOffice(t)
	for _, design := range lists {
		for _, p := range listPanels[:2] {
			var weight [2]int
			for i, hour := range []int{8, 12} {
				s := dayAt(t, design, hour, 0, o.meeting(1000, 1100, "Review", "Annie Easley"), o.meeting(1400, 1500, "Interview", "Human Resources"))
				if design == sign.Timeline && p.Width > p.Height { // named by its block alone
					_, m := observed(t, s, p, "Interview")
					weight[i] = count(m, m.Rect, display.Black)
					continue
				}
				l, m := observed(t, s, p, map[sign.Design]string{sign.Agenda: "10:00", sign.Timeline: "Review"}[design])
				weight[i] = count(m, l.Ink, display.Black)
			}
			if weight[1] >= weight[0] {
				t.Errorf("%s on %s: %d black pixels when over, %d before", design, p, weight[1], weight[0])
			}
		}
	}
}

// Where room is short, what is over is left out first, and what remains is counted.
func TestShortListKeepsWhatMatters(t *testing.T) {
	o := newOffice(t)
	var meetings []calendar.Event
	for hour := 7; hour < 20; hour++ {
		meetings = append(meetings, o.meeting(hour*100, hour*100+45, fmt.Sprintf("Meeting of %d", hour), "Annie Easley"))
	}
	for _, p := range []display.Panel{{Width: 296, Height: 128, Scheme: display.Mono}, {Width: 200, Height: 200, Scheme: display.Mono}, {Width: 400, Height: 300, Scheme: display.Mono}} {
		s := dayAt(t, sign.Agenda, 12, 10, meetings...)
		lines, _, err := newRenderer(t).Observe(s, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		drawn, counted := map[string]bool{}, false
		for _, l := range lines {
			drawn[l.Text] = true
			counted = counted || strings.HasPrefix(l.Text, "+")
		}
		if drawn["Meeting of 7"] || !drawn["Meeting of 12"] || !drawn["Meeting of 13"] || drawn["Meeting of 19"] == counted {
			t.Errorf("on %s: %v", p, drawn)
		}
	}
}

// Meetings that overlap stand beside each other, each with its title.
func TestOverlapsHaveLanes(t *testing.T) {
	o := newOffice(t)
	s := dayAt(t, sign.Timeline, 9, 0,
		o.meeting(1000, 1200, "First", ""), o.meeting(1030, 1130, "Second", ""), o.meeting(1100, 1230, "Third", ""), o.meeting(1230, 1330, "Last", ""))
	p := display.Panel{Width: 480, Height: 800, Scheme: display.Mono}
	var boxes []image.Rectangle
	for _, title := range []string{"First", "Second", "Third", "Last"} {
		l, _ := observed(t, s, p, title)
		boxes = append(boxes, l.Box)
	}
	if !(boxes[0].Max.X <= boxes[1].Min.X && boxes[1].Max.X <= boxes[2].Min.X) {
		t.Errorf("lanes %v", boxes[:3])
	}
	if boxes[3].Min.X != boxes[0].Min.X || boxes[3].Max.X < boxes[2].Max.X {
		t.Errorf("what overlaps nothing is in %v, the others in %v", boxes[3], boxes[:3])
	}
}

// BenchmarkLists800x480 draws and packs warm signs of these designs, ≤ 0.3 ms and
// ≤ 16 KiB. Every iteration has other texts.
func BenchmarkLists800x480(b *testing.B) {
	for _, design := range lists {
		b.Run(string(design), func(b *testing.B) {
			r := newRenderer(b)
			base := sampleNamed(b, "busy")
			base.Design = design
			signs := variants(base, 1000)
			for i := range signs {
				s := &signs[i]
				texts := append([]sign.Line{*s.Current}, s.Next...)
				s.Meetings = append([]sign.Meeting(nil), s.Meetings...)
				for k := range s.Meetings {
					s.Meetings[k].Line = texts[k%len(texts)]
				}
			}
			var m *image.Paletted
			var packed []byte
			draw := func(s sign.Sign) {
				var err error
				if m, err = r.Draw(m, s, mono800, nil); err != nil {
					b.Fatal(err)
				}
				packed = frame.Pack1(packed, m)
			}
			for _, s := range signs {
				draw(s)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				draw(signs[i%len(signs)])
				i++
			}
		})
	}
}
