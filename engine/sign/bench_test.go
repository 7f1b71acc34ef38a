package sign_test

import (
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// One sign of a day with five meetings, as it is made for thousands of displays.
func BenchmarkCompose(b *testing.B) {
	o := newOffice(b)
	var events []calendar.Event
	for _, hour := range []int{9, 10, 13, 15, 17} {
		events = append(events, o.meeting(o.at(hour, 0), o.at(hour+1, 0)))
	}
	room := calendar.Room{ID: "lovelace@example.com", Name: "Lovelace", Building: "B", Floor: "2", Capacity: 12, Equipment: "Display, Phone"}
	now := o.at(10, 10)
	a := calendar.NewAgenda(room, o.loc, events, now.Add(-time.Minute))
	run := func(name string, change func(*sign.Policy)) {
		b.Run(name, func(b *testing.B) {
			p := sign.DefaultPolicy()
			change(&p)
			b.ReportAllocs()
			for b.Loop() {
				sign.Compose(a, sign.AccountOK, p, now)
			}
		})
	}
	run("usual", func(*sign.Policy) {})
	run("arabic", func(p *sign.Policy) { p.Language, p.Hours12 = "ar", true })
	run("all of it", func(p *sign.Policy) {
		p.Language, p.Soon, p.Outside, p.Code, p.Show.Equipment = "es-MX", 10*time.Minute, sign.SayShut, sign.OutlookCode, true
	})
	run("template", func(p *sign.Policy) { p.Design, p.Template = sign.Custom, "Ours" })
}

// What it costs to read all built-in languages, once in a run.
func BenchmarkNewCatalogue(b *testing.B) {
	for b.Loop() {
		sign.NewCatalogue()
	}
}
