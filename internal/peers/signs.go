package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

const width, height = 800, 480

// writeSigns writes n signs of a room with five meetings, of which one goes on, as a JSON
// array of [sign.Sign]. Every one has other words, so that nobody gains by keeping lines
// of text; letters and their pairs come again, as they do in an office.
func writeSigns(path string, n int) error {
	signs := make([]sign.Sign, n)
	for i := range signs {
		signs[i] = agenda(i)
	}
	data, err := json.Marshal(signs)
	if err != nil {
		return fmt.Errorf("write the signs: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write the signs: %w", err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write the signs: %w", err)
	}
	return nil
}

// agenda is the sign of a room on a Monday at 10:10. The first is an ordinary one.
func agenda(i int) sign.Sign {
	room := calendar.Room{ID: "lovelace@example.com", Name: "Ada Lovelace", Building: "Building 3", Floor: "2"}
	titles := []string{"Quarterly business review", "Design review: onboarding", "Interview", "Budget 2027", "1:1"}
	who := []string{"Annie Easley", "Zoë Müller", "Human Resources", "Katherine Johnson", "Radia Perlman"}
	words := strings.Fields("alpha quarter review zone hiring offer launch north budget vendor security audit kitchen " +
		"mobile garden Zürich Größe façade Łódź legal intern travel retro sync onboarding pricing")
	word := func(k int) string { return words[(i*31+k*7+i*i*k)%len(words)] }
	if i > 0 {
		room.Name = fmt.Sprintf("Room %s %d", word(5), i)
		for k := range titles {
			titles[k] = fmt.Sprintf("%s %s %d", word(2*k), word(2*k+1), i)
			who[k] = fmt.Sprintf("%s %s", word(3*k), word(3*k+2))
		}
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC) }
	start := []time.Time{at(10, 0), at(11, 30), at(13, 30), at(15, i%30), at(16, 15+i%30)}
	end := []time.Time{at(11, i%30), at(12, 30), at(14, i%60), at(16, 0), at(17, i%60)}
	events := make([]calendar.Event, len(titles))
	for k := range events {
		events[k] = calendar.Event{
			ID: titles[k], Subject: titles[k], Organizer: who[k], Availability: calendar.Busy, Start: start[k], End: end[k],
		}
	}
	now := at(10, 10)
	s, _ := sign.Compose(calendar.NewAgenda(room, time.UTC, events, now), sign.AccountOK, sign.DefaultPolicy(), now)
	return s
}
