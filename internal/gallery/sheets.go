package main

import (
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/internal/samples"
)

// sheet is one contact sheet.
type sheet struct {
	name, title string
	width       int // pixels; cells are set in rows of at most this width
	cells       []cell
}

// cell is one sign on a sheet.
type cell struct {
	caption string
	sign    sign.Sign
	panel   display.Panel
	look    *frame.Look
	reduce  int // its picture is this many times smaller than the panel; 0 = 1
}

// panels are the classes of panels, with the reduction at which they are shown.
var panels = []struct {
	width, height, reduce int
	scheme                display.Scheme
	name                  string
}{
	{296, 128, 1, display.BWR, "2.9″"},
	{400, 300, 1, display.BWY, "4.2″"},
	{640, 384, 1, display.Mono, "7.5″ (first generation)"},
	{800, 480, 1, display.Mono, "7.5″"},
	{960, 640, 2, display.BWR, "10.2″"},
	{960, 672, 2, display.BWRY, "11.6″"},
	{1200, 1600, 3, display.Spectra6, "13.3″"},
	{1872, 1404, 3, display.Gray16, "10.3″"},
}

func sheets(o samples.Office) []sheet {
	list := []sheet{designs(o), states(o), palettes(o), languages(o)}
	for _, d := range sign.Designs() {
		list = append(list, ofDesign(o, d))
	}
	return list
}

// designs shows a room in use and a free one in each design.
func designs(o samples.Office) sheet {
	s := sheet{name: "designs", title: "Designs", width: 1720}
	for _, d := range sign.Designs() {
		o.Policy.Design = d
		for _, meetings := range [][]calendar.Event{o.Meetings, o.Later()} {
			o.Meetings = meetings
			s.cells = append(s.cells, cell{caption: string(d), sign: o.Sign(),
				panel: display.Panel{Width: 800, Height: 480, Scheme: display.BWR}})
		}
		o.Meetings = samples.New(o.Location).Meetings
	}
	return s
}

// ofDesign shows a design on every class of panel, both ways up.
func ofDesign(o samples.Office, d sign.Design) sheet {
	o.Policy.Design = d
	s := sheet{name: string(d), title: "Design: " + string(d), width: 1720}
	for _, turned := range []bool{false, true} {
		for _, p := range panels {
			panel := display.Panel{Width: p.width, Height: p.height, Scheme: p.scheme}
			if turned {
				panel.Width, panel.Height = p.height, p.width
			}
			s.cells = append(s.cells, cell{
				caption: fmt.Sprintf("%s · %d×%d · %s", p.name, panel.Width, panel.Height, panel.Scheme),
				sign:    o.Sign(), panel: panel, reduce: p.reduce,
			})
		}
	}
	return s
}

// states shows all that a sign can say.
func states(o samples.Office) sheet {
	s := sheet{name: "states", title: "States", width: 1720}
	add := func(caption string, shown sign.Sign) {
		s.cells = append(s.cells, cell{caption: caption, sign: shown, panel: display.Panel{Width: 400, Height: 300, Scheme: display.BWRY}})
	}
	with := func(caption string, change func(*samples.Office)) { add(caption, o.With(change).Sign()) }
	with("free all day", func(o *samples.Office) { o.Meetings = nil })
	with("free until", func(o *samples.Office) { o.Meetings = o.Later() })
	with("starting soon", func(o *samples.Office) { o.Policy.Soon, o.Now = 10*time.Minute, o.At(11, 22); o.SyncedAt = o.Now })
	add("busy until", o.Sign())
	with("ending soon", func(o *samples.Office) { o.Policy.Soon, o.Now = 10*time.Minute, o.At(10, 55); o.SyncedAt = o.Now })
	with("all day", func(o *samples.Office) {
		m := o.Meeting(0, 0, 0, "Hackathon", "Annie Easley")
		m.AllDay, m.Start = true, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		m.End = m.Start.AddDate(0, 0, 1)
		o.Meetings = []calendar.Event{m}
	})
	with("private", func(o *samples.Office) { o.Meetings[len(o.Meetings)-1].Private = true })
	with("closed", func(o *samples.Office) {
		o.Policy.Outside, o.Now = sign.SayShut, o.At(19, 30)
		o.SyncedAt = o.Now
	})
	with("stale", func(o *samples.Office) { o.SyncedAt = o.At(8, 55) })
	with("the account needs attention", func(o *samples.Office) { o.Account = sign.AccountSignedOut })
	with("the room was removed", func(o *samples.Office) { o.Account = sign.RoomRemoved })
	with("never read", func(o *samples.Office) { o.SyncedAt = time.Time{} })
	add("not assigned", sign.ComposeUnassigned("Door 3", o.Policy))
	low, marked := o.With(func(o *samples.Office) { o.Meetings = o.Later() }), &frame.Look{Logo: samples.Logo()}
	add("low battery", low.Sign().WithLowBattery())
	low.Policy.Code, low.Policy.Text = sign.OutlookCode, "Please leave the room tidy"
	for _, d := range sign.Designs() {
		low.Policy.Design = d
		s.cells = append(s.cells, cell{caption: "code, logo and text: " + string(d), sign: low.Sign(), look: marked,
			panel: display.Panel{Width: 800, Height: 480, Scheme: display.BWRY}})
	}
	return s
}

// palettes shows an occupied and a free room in the inks of every kind of panel.
func palettes(o samples.Office) sheet {
	s := sheet{name: "palettes", title: "Palettes", width: 1720}
	for _, scheme := range display.Schemes() {
		panel := display.Panel{Width: 400, Height: 300, Scheme: scheme}
		s.cells = append(s.cells,
			cell{caption: string(scheme), sign: o.Sign(), panel: panel},
			cell{caption: string(scheme), sign: o.With(func(o *samples.Office) { o.Meetings = o.Later() }).Sign(), panel: panel})
	}
	return s
}

// languages shows every language.
func languages(o samples.Office) sheet {
	s := sheet{name: "languages", title: "Languages", width: 1720}
	for _, tag := range []string{"en", "de", "fr", "es", "ja", "ar"} {
		o.Policy.Language = tag
		panel := display.Panel{Width: 400, Height: 300, Scheme: display.BWR}
		for _, v := range []struct {
			name   string
			change func(*samples.Office)
		}{
			{"busy", func(*samples.Office) {}},
			{"free", func(o *samples.Office) { o.Meetings = o.Later() }},
			{"stale", func(o *samples.Office) { o.SyncedAt = o.At(8, 55) }},
			{"closed", func(o *samples.Office) {
				o.Policy.Outside, o.Now = sign.SayShut, o.At(19, 30)
				o.SyncedAt = o.Now
			}},
		} {
			s.cells = append(s.cells, cell{caption: tag + " · " + v.name, sign: o.With(v.change).Sign(), panel: panel})
		}
	}
	return s
}
