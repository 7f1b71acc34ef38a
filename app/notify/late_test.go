package notify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/roomink/roomink/app/notify"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
)

// lateOf is a snapshot in which n of ten signs are late since a moment.
func lateOf(n int, since, at time.Time) engine.Snapshot {
	s := engine.Snapshot{At: at, State: engine.Attention, Account: engine.Account{State: engine.Connected}}
	for i := range 10 {
		d := engine.Display{Display: display.Display{ID: display.ID(fmt.Sprint(i))}, Stage: engine.Assigned, Delivery: engine.Delivered}
		if i < n {
			d.Delivery = engine.Retrying
			s.Problems = append(s.Problems, health.Problem{Code: engine.CodeNotUpdated, Subject: fmt.Sprint(i), Severity: health.Warning,
				Title: fmt.Sprintf("The sign at Room %d can't be updated", i), Since: since})
		}
		s.Displays = append(s.Displays, d)
	}
	return s
}

// A switch that fails takes forty signs with it: one word, not forty, not again after a
// restart, and not each time that a display comes and goes.
func TestLateSignsAreToldOnce(t *testing.T) {
	at := time.Date(2027, time.March, 1, 9, 0, 0, 0, time.UTC)
	m := memory{}
	var titles []string
	see := func(s engine.Snapshot) {
		notify.New(m, func(n notify.Notification) { titles = append(titles, n.Title) }).Watch(s)
	}
	expect := func(what string, want ...string) {
		t.Helper()
		if fmt.Sprint(titles) != fmt.Sprint(want) {
			t.Errorf("%s: told %q; want %q", what, titles, want)
		}
		titles = nil
	}
	see(lateOf(0, at, at))
	see(lateOf(1, at, at.Add(time.Minute)))
	see(lateOf(0, at, at.Add(2*time.Minute)))
	expect("a gap of two minutes")
	broke := at.Add(10 * time.Minute)
	for minute := range 60 {
		see(lateOf(1+min(minute, 7), broke, broke.Add(time.Duration(minute)*time.Minute)))
	}
	expect("an outage", "4 signs can't be updated")
	restarted := lateOf(0, at, broke.Add(61*time.Minute))
	for i := range restarted.Displays {
		restarted.Displays[i].Delivery = engine.Pending
	}
	see(restarted)
	see(lateOf(8, broke.Add(62*time.Minute), broke.Add(70*time.Minute)))
	expect("a restart in it")
	for i := range 12 { // comes and goes, each quarter of an hour
		since := broke.Add(2*time.Hour + time.Duration(i)*15*time.Minute)
		see(lateOf(0, at, since))
		see(lateOf(1, since, since.Add(5*time.Minute)))
	}
	if len(titles) > 1 {
		t.Errorf("told %q of a display that comes and goes for three hours", titles)
	}
	titles = nil
	later := broke.Add(24 * time.Hour)
	see(lateOf(0, at, later))
	see(lateOf(1, later, later.Add(5*time.Minute)))
	expect("another day", "The sign at Room 0 can't be updated")
}

func TestDigestIsToldOnceADay(t *testing.T) {
	at := time.Date(2027, time.March, 1, 8, 0, 30, 0, time.UTC)
	m := memory{}
	s := lateOf(0, at, at)
	s.Digest = engine.Digest{At: at, Signs: 10}
	if got := watch(m, s, s); len(got) != 0 {
		t.Errorf("told %q where all is well", got)
	}
	s.Digest = engine.Digest{At: at.AddDate(0, 0, 1), Signs: 10, Late: []string{"Bergen", "Lima", "Oslo", "Riga", "Turin"}}
	got := watch(m, s, s)
	if len(got) != 1 || got[0] != "Bergen, Lima, Oslo, Riga, …" {
		t.Errorf("told %q; want one digest", got)
	}
}
