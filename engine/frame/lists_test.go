package frame_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// dayOf gives s the meetings of its day by hand, as "from-to" in hhmm.
func dayOf(s sign.Sign, design sign.Design, now int, meetings ...dayMeeting) sign.Sign {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	at := func(hhmm int) time.Time {
		return day.Add(time.Duration(hhmm/100)*time.Hour + time.Duration(hhmm%100)*time.Minute)
	}
	s.Design = design
	s.Hours = [2]time.Time{at(800), at(1800)}
	s.Ticks = nil
	for h := 8; h <= 18; h++ {
		s.Ticks = append(s.Ticks, sign.Tick{At: at(h * 100), Label: fmt.Sprint(h)})
	}
	s.Meetings, s.Day, s.Current, s.Next = nil, nil, nil, nil
	for _, m := range meetings {
		one := sign.Meeting{Span: sign.Span{From: at(m.from), To: at(m.to)}, Phase: sign.Ahead,
			Line: sign.Line{Time: fmt.Sprintf("%02d:%02d – %02d:%02d", m.from/100, m.from%100, m.to/100, m.to%100), Title: m.title, Who: m.who}}
		switch {
		case m.to <= now:
			one.Phase = sign.Past
		case m.from <= now:
			one.Phase = sign.Now
			s.Current = &one.Line
		default:
			s.Next = append(s.Next, one.Line)
		}
		s.Meetings = append(s.Meetings, one)
		s.Day = append(s.Day, one.Span)
	}
	for i, name := range []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"} {
		s.Week = append(s.Week, sign.WeekDay{Name: name, Day: fmt.Sprint(23 + i), Today: i == 0, Booked: []int{5, 3, 8, 2, 1, 0, 0}[i]})
	}
	return s
}

type dayMeeting struct {
	from, to   int
	title, who string
}

var ordinaryDay = []dayMeeting{
	{830, 930, "Stand-up", "Grace Hopper"},
	{1000, 1100, "Quarterly business review", "Annie Easley"},
	{1130, 1230, "Design review: onboarding", "Zoë Müller"},
	{1330, 1415, "Interview", "Human Resources"},
	{1500, 1600, "Budget 2027", "Katherine Johnson"},
	{1615, 1700, "1:1", "Radia Perlman"},
}

var fullDay = []dayMeeting{
	{800, 815, "Daily", "Ops"},
	{815, 900, "Sprint planning", "Mary Jackson"},
	{900, 1000, "Stand-up", "Grace Hopper"},
	{1000, 1100, "Quarterly business review with the whole leadership team", "Annie Easley"},
	{1030, 1130, "Second booking by mistake", "Dorothy Vaughan"},
	{1130, 1200, "Design review: onboarding", "Zoë Müller"},
	{1200, 1230, "Lunch talk", ""},
	{1230, 1330, "Interview", "Human Resources"},
	{1330, 1415, "Interview II", "Human Resources"},
	{1430, 1600, "Budget 2027", "Katherine Johnson"},
	{1600, 1615, "1:1", "Radia Perlman"},
	{1615, 1730, "Retrospective of the year: what went well, and what did not", "Radia Perlman"},
}

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	r := newRenderer(t)
	free, busy, stale := sampleNamed(t, "free-until"), sampleNamed(t, "busy"), sampleNamed(t, "stale")
	for _, design := range []sign.Design{sign.Agenda, sign.Timeline} {
		quiet := dayOf(sampleNamed(t, "free-all-day"), design, 1010)
		st := dayOf(stale, design, 1010, ordinaryDay...)
		st.Next, st.Current, st.Meetings = stale.Next, nil, nil
		never := sampleNamed(t, "never-synced")
		never.Design = design
		unassigned := sign.Sign{Design: design, Room: "Lobby display", State: sign.Unassigned, Headline: "Not assigned"}
		closed := dayOf(free, design, 1900, ordinaryDay...)
		closed.State, closed.Headline, closed.Detail = sign.Closed, "Closed", "until tomorrow, 08:00"
		german := dayOf(sampleNamed(t, "german"), design, 1010, ordinaryDay...)
		hidden := busy
		hidden.Design, hidden.Next, hidden.NextHead, hidden.NextNone = design, nil, "", ""
		hidden.Hours, hidden.Day, hidden.Ticks = [2]time.Time{}, nil, nil
		rtl := dayOf(sampleNamed(t, "rtl"), design, 1010, ordinaryDay...)
		rtl.RightToLeft = true
		all := []struct {
			name string
			s    sign.Sign
		}{
			{"busy", dayOf(busy, design, 1010, ordinaryDay...)},
			{"free", dayOf(free, design, 1105, ordinaryDay...)},
			{"full", dayOf(busy, design, 1010, fullDay...)},
			{"quiet", quiet}, {"stale", st}, {"never", never}, {"unassigned", unassigned}, {"closed", closed},
			{"german", german}, {"hidden", hidden}, {"rtl", rtl},
		}
		for _, size := range [][2]int{{800, 480}, {400, 300}, {296, 128}, {640, 384}, {480, 800}, {128, 296}, {300, 400}, {152, 152}, {960, 672}, {1360, 480}, {1200, 1600}, {1872, 1404}} {
			sheet := image.NewRGBA(image.Rect(0, 0, 4*(size[0]+12)+12, 3*(size[1]+12)+12))
			draw.Draw(sheet, sheet.Rect, image.NewUniform(color.Gray{Y: 0x90}), image.Point{}, draw.Src)
			if only := os.Getenv("SIZE"); only != "" && only != fmt.Sprintf("%dx%d", size[0], size[1]) {
				continue
			}
			scheme := display.Mono
			if size == [2]int{960, 672} {
				scheme = display.BWR
			}
			for i, one := range all {
				f, err := r.Frame(one.s, display.Panel{Width: size[0], Height: size[1], Scheme: scheme}, nil)
				if err != nil {
					t.Fatal(err)
				}
				at := image.Pt(12+i%4*(size[0]+12), 12+i/4*(size[1]+12))
				draw.Draw(sheet, f.Image.Rect.Add(at), f.Image, image.Point{}, draw.Src)
			}
			zoom := 1
			for zoom*size[0] < 300 {
				zoom++
			}
			save(t, filepath.Join(dir, fmt.Sprintf("%s-%dx%d.png", design, size[0], size[1])), sheet, zoom)
		}
	}
}

func save(t *testing.T, path string, m *image.RGBA, zoom int) {
	big := image.NewRGBA(image.Rect(0, 0, m.Rect.Dx()*zoom, m.Rect.Dy()*zoom))
	for y := range big.Rect.Dy() {
		for x := range big.Rect.Dx() {
			copy(big.Pix[y*big.Stride+4*x:][:4], m.Pix[y/zoom*m.Stride+x/zoom*4:][:4])
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, big); err != nil {
		t.Fatal(err)
	}
}
