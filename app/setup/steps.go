package setup

import (
	"slices"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine"
)

// The names of the steps, in their order. They are kept in [engine.Draft].Step.
const (
	StepWay         = "way"
	StepPortal      = "portal"
	StepName        = "name"
	StepRedirect    = "redirect"
	StepIDs         = "ids"
	StepSecret      = "secret"
	StepPermissions = "permissions"
	StepConnect     = "connect"
	StepProof       = "proof"
	StepDisplays    = "displays"
	StepRooms       = "rooms"
	StepDone        = "done"
)

// order is the order of the steps.
var order = []string{
	StepWay, StepPortal, StepName, StepRedirect, StepIDs, StepSecret, StepPermissions,
	StepConnect, StepProof, StepDisplays, StepRooms, StepDone,
}

// indexOf is a step's place in the order, -1 for a name that is none.
func indexOf(step string) int { return slices.Index(order, step) }

// applies reports whether a step belongs to the way that was chosen.
func applies(step string, c engine.Credentials) bool {
	switch step {
	case StepSecret:
		return !c.Public
	case StepProof:
		return c.Mode == engine.Application
	}
	return indexOf(step) >= 0
}

// Steps are the names of the steps that apply to what was entered, in their order.
func (p *Page) Steps() []string {
	return slices.DeleteFunc(slices.Clone(order), func(step string) bool { return !applies(step, p.keep.credentials()) })
}

// neighbour is the next step that applies, in the direction of by (1 or -1); ""
// beyond the ends.
func neighbour(step string, by int, c engine.Credentials) string {
	for i := indexOf(step) + by; i >= 0 && i < len(order); i += by {
		if applies(order[i], c) {
			return order[i]
		}
	}
	return ""
}

// group is a heading of the list of steps, with the steps under it.
type group struct {
	title string
	steps []string
}

func groups() []group {
	return []group{
		{lang.L("Microsoft 365 registration"), order[:indexOf(StepConnect)]},
		{lang.L("Connection"), []string{StepConnect, StepProof}},
		{lang.L("Displays"), []string{StepDisplays, StepRooms, StepDone}},
	}
}

// brief is a step's name in the list of steps.
func brief(step string) string {
	switch step {
	case StepWay:
		return lang.L("Way to connect")
	case StepPortal:
		return lang.L("Admin centre")
	case StepName:
		return lang.L("Name")
	case StepRedirect:
		return lang.L("Redirect")
	case StepIDs:
		return lang.L("The two IDs")
	case StepSecret:
		return lang.L("Secret")
	case StepPermissions:
		return lang.L("Permissions")
	case StepConnect:
		return lang.L("Connect")
	case StepProof:
		return lang.L("Only rooms?")
	case StepDisplays:
		return lang.L("Adopt displays")
	case StepRooms:
		return lang.L("Give rooms")
	default:
		return lang.L("Where things stand")
	}
}

// title heads a step's screen.
func title(step string, c engine.Credentials) string {
	switch step {
	case StepWay:
		return lang.L("How should Roomink reach your calendars?")
	case StepPortal:
		return lang.L("Begin a registration in the admin centre")
	case StepName:
		return lang.L("Name it, and say who may use it")
	case StepRedirect:
		return lang.L("Say where Microsoft returns to")
	case StepIDs:
		return lang.L("Bring back two IDs")
	case StepSecret:
		return lang.L("Make a client secret and bring it back")
	case StepPermissions:
		return lang.L("Allow what Roomink may read")
	case StepConnect:
		if c.Mode == engine.Application {
			return lang.L("Approve for your organisation")
		}
		return lang.L("Sign in")
	case StepProof:
		return lang.L("Can Roomink read only rooms?")
	case StepDisplays:
		return lang.L("Adopt your displays")
	case StepRooms:
		return lang.L("Give each display a room")
	default:
		return lang.L("Where things stand")
	}
}
