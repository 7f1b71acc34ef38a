package setup

import (
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Item is a display that waits for a click.
type Item struct {
	ID   display.ID
	Name string
	Sub  string
}

// Choice is a room to choose.
type Choice struct {
	ID    calendar.RoomID
	Label string
}

// View is what the page shows of a snapshot; what a person has entered is the page's.
type View struct {
	Known    bool // the engine has read its store
	Account  engine.Account
	Found    []Item
	Adopted  []Item
	Assigned int      // displays with a room
	Rooms    []Choice // those without a sign first
}

// ViewOf is the view of a snapshot. It is pure.
func ViewOf(s engine.Snapshot) View {
	v := View{Known: s.State != engine.Starting && s.State != "", Account: s.Account, Rooms: choices(s.Rooms)}
	for _, d := range s.Displays {
		item := Item{ID: d.ID, Name: d.Label(), Sub: d.Model}
		if item.Sub == "" {
			item.Sub = d.Address
		}
		switch d.Stage {
		case engine.Found:
			v.Found = append(v.Found, item)
		case engine.Adopted:
			v.Adopted = append(v.Adopted, item)
		default:
			v.Assigned++
		}
	}
	return v
}

// Entered reports whether there are credentials to connect with.
func (v View) Entered() bool {
	return v.Account.Credentials.ClientID != "" && v.Account.Credentials.Tenant != ""
}

// Owned is how many displays were adopted.
func (v View) Owned() int { return len(v.Adopted) + v.Assigned }

// Finished reports whether nothing is left to set up.
func (v View) Finished() bool { return v.Account.State == engine.Connected && v.Assigned > 0 }

// Begin is the step to begin with: where a person left off, or what is to be done next.
func (v View) Begin() string {
	left := v.Account.Draft.Step
	switch state := v.Account.State; {
	case state == engine.NeedsSecret:
		return StepSecret
	case state == engine.NeedsSignIn || state == engine.Locked:
		return StepConnect
	case state == engine.Connected:
		return v.afterConnect(left)
	case indexOf(left) >= 0 && indexOf(left) <= indexOf(StepConnect):
		return left
	case v.Entered():
		return StepConnect
	}
	return StepWay
}

func (v View) afterConnect(left string) string {
	switch {
	case left == StepSecret && v.Account.Draft.HasSecret:
		return left // a new secret waits to be used
	case v.Account.Mode == engine.Application && v.Account.Exposure.State == engine.NotChecked &&
		v.Assigned == 0 && indexOf(left) <= indexOf(StepProof):
		return StepProof
	case v.Owned() == 0:
		return StepDisplays
	case v.Assigned == 0:
		return StepRooms
	}
	return StepDone
}

// displaysLine is how far the displays have come.
func (v View) displaysLine() string {
	n := func(text string, count int) string { return lang.L(text, map[string]any{"N": count}) }
	switch {
	case v.Owned() > 0 && len(v.Found) > 0:
		return n("{{.N}} adopted", v.Owned()) + " · " + n("{{.N}} new", len(v.Found))
	case v.Owned() > 0:
		return n("{{.N}} adopted", v.Owned())
	case len(v.Found) > 0:
		return n("{{.N}} found", len(v.Found))
	}
	return lang.L("None in sight yet")
}

// roomsLine is how many displays have a room.
func (v View) roomsLine() string {
	n := func(text string, count int) string { return lang.L(text, map[string]any{"N": count}) }
	switch {
	case v.Assigned == 0:
		return lang.L("No display has a room yet")
	case len(v.Adopted) > 0:
		return n("{{.N}} with a room", v.Assigned) + " · " + n("{{.N}} without", len(v.Adopted))
	}
	return n("{{.N}} with a room", v.Assigned)
}

func choices(rooms []engine.Room) []Choice {
	var free, taken []Choice
	for i, labelled := range displays.Choices(rooms) {
		c := Choice(labelled)
		if len(rooms[i].Display) > 0 {
			c.Label = lang.L("{{.Room}} (has a sign)", map[string]any{"Room": c.Label})
			taken = append(taken, c)
			continue
		}
		free = append(free, c)
	}
	return append(free, taken...)
}
