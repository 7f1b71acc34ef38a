package setup

import (
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// The steps, in their order.
const (
	Register = iota
	Enter
	Connect
	Adopt
	Assign
	steps
)

// Step is how one step stands.
type Step struct {
	Done    bool
	Summary string // what has been reached, or what is missing
}

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

// View is the whole page.
type View struct {
	Steps   [steps]Step
	Current int // the first step that is not done; steps when all are
	Account engine.Account
	Trouble *xwidget.Words // why the account is not connected, if something went wrong
	Found   []Item
	Adopted []Item
	Rooms   []Choice // those without a sign first
}

// ViewOf is the page of a snapshot. filledIn says that credentials wait in the form,
// as in the demo, so that only Connect is left to press.
func ViewOf(s engine.Snapshot, filledIn bool) View {
	v := View{Account: s.Account, Rooms: choices(s.Rooms)}
	assigned := 0
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
			assigned++
		}
	}
	if p := s.Account.Problem; p != nil {
		w := words.Explanation(*p)
		v.Trouble = &w
	}
	v.Steps = stepsOf(s.Account, len(v.Found), len(v.Adopted), assigned)
	if filledIn && s.Account.Credentials.ClientID == "" {
		v.Steps[Register] = Step{true, lang.L("Done for you")}
		v.Steps[Enter] = Step{true, lang.L("Filled in for you")}
	}
	for v.Current < steps && v.Steps[v.Current].Done {
		v.Current++
	}
	return v
}

func stepsOf(a engine.Account, found, adopted, assigned int) [steps]Step {
	entered := a.Credentials.ClientID != "" && a.Credentials.Tenant != ""
	s := [steps]Step{
		Register: {entered, lang.L("Once, in the Entra admin centre")},
		Enter:    {entered, lang.L("Tenant, client ID and secret")},
		Connect:  {a.State == engine.Connected, words.Account(a)},
		Adopt:    {adopted+assigned > 0, lang.L("None in sight yet")},
		Assign:   {assigned > 0, lang.L("No display has a room yet")},
	}
	if entered {
		s[Register].Summary = lang.L("Registered")
		s[Enter].Summary = a.Credentials.Tenant
	}
	n := func(text string, count int) string { return lang.L(text, map[string]any{"N": count}) }
	switch {
	case adopted+assigned > 0 && found > 0:
		s[Adopt].Summary = n("{{.N}} adopted", adopted+assigned) + " · " + n("{{.N}} new", found)
	case adopted+assigned > 0:
		s[Adopt].Summary = n("{{.N}} adopted", adopted+assigned)
	case found > 0:
		s[Adopt].Summary = n("{{.N}} found", found)
	}
	if assigned > 0 {
		s[Assign].Summary = n("{{.N}} with a room", assigned)
		if adopted > 0 {
			s[Assign].Summary += " · " + n("{{.N}} without", adopted)
		}
	}
	return s
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
