package engine

import (
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// Languages lists the languages that signs can speak.
func (e *Engine) Languages() []Language { return nil }

// say composes a sign in the languages that there are.
func (e *Engine) say(a calendar.Agenda, account sign.Account, p sign.Policy, now time.Time) (sign.Sign, time.Time) {
	return sign.Compose(a, account, p, now)
}

// sayUnassigned is the sign of a display without a room.
func (e *Engine) sayUnassigned(label string, p sign.Policy) sign.Sign {
	return sign.Sign{Design: p.Design, Room: label, State: sign.Unassigned, Headline: "Not assigned", Language: "en"}
}

// sayLowBattery adds the mark of a low battery.
func (e *Engine) sayLowBattery(s sign.Sign) sign.Sign {
	s.LowBattery = "Battery low"
	return s
}

// checkPolicy refuses a policy that can't hold.
func checkPolicy(p sign.Policy) error {
	if p.StaleAfter < time.Minute {
		return errShortLimit
	}
	return nil
}
