package sign_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/sign"
)

// What privacy hides is in no part of a sign, whatever else the policy says.
func TestPrivacyLeaksNowhere(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	start := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	seen := make(map[string]int) // that the test sees what it looks for at all
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		a, account, p := randomInput(rng, loc, start)
		for i := range a.Meetings {
			m := &a.Meetings[i]
			m.Subject, m.Organizer = "open-subject", "open-organizer"
			if m.Private {
				m.Subject, m.Organizer = "secret-subject", "secret-organizer"
			}
		}
		for hour := range 24 {
			s, _ := sign.Compose(a, account, p, start.Add(time.Duration(hour)*time.Hour))
			text := fmt.Sprintf("%+v %+v", s, s.Current)
			hidden := []string{"secret-"}
			if p.Privacy != sign.Full {
				hidden = append(hidden, "open-subject")
			}
			if p.Privacy == sign.Masked {
				hidden = append(hidden, "open-organizer")
			}
			if account == sign.RoomRemoved {
				hidden = append(hidden, "open-")
			}
			for _, h := range hidden {
				if strings.Contains(text, h) {
					t.Fatalf("seed %d, privacy %s: %q is in %s", seed, p.Privacy, h, text)
				}
			}
			for _, what := range []string{"open-subject", "open-organizer"} {
				if strings.Contains(text, what) {
					seen[string(p.Privacy)+" "+what]++
				}
			}
		}
	}
	for _, what := range []string{"full open-subject", "full open-organizer", "organizer open-organizer"} {
		if seen[what] == 0 {
			t.Errorf("%s was never seen", what)
		}
	}
}
