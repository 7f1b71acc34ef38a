// Package preview shows what signs would look like: a [Chooser] for whose sign, on
// which panel and at which moment of the day, and a [Stage] with one picture of it.
// The pages that let a person change signs share them.
package preview

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Engine is what previews ask of the engine. It may block and is called off the UI
// goroutine.
type Engine interface {
	PreviewSign(context.Context, engine.PreviewRequest) (engine.Preview, error)
}

// Scene is what is looked at.
type Scene struct {
	Room  calendar.RoomID // "" = an example
	Panel display.Panel
	At    time.Time // zero = now
}

// Request asks for the picture of a sign with a policy.
func (s Scene) Request(p sign.Policy) engine.PreviewRequest {
	return engine.PreviewRequest{Room: s.Room, Panel: s.Panel, Policy: p, At: s.At}
}

// Room is a room to choose.
type Room struct {
	ID       calendar.RoomID // "" = the example
	Label    string
	Zone     *time.Location
	Sign     *display.Panel // at its door; nil = none
	Override sign.Override
}

// Panel is a panel to choose.
type Panel struct {
	Label string
	Panel display.Panel
}

// View is what there is to choose from.
type View struct {
	Rooms   []Room // never empty
	Panels  []Panel
	Policy  sign.Policy
	Now     time.Time
	Hours12 bool
}

// ViewOf is the choice that a snapshot offers: its rooms, or an example where there
// are none, and the panels of its displays before common ones.
func ViewOf(s engine.Snapshot, now time.Time) View {
	v := View{Policy: s.Policy, Now: now, Hours12: s.Policy.Hours12, Panels: panels(s.Displays)}
	signs := make(map[calendar.RoomID]*display.Panel)
	for _, d := range s.Displays {
		if d.Stage == engine.Assigned && d.Panel.Validate() == nil && signs[d.Room] == nil {
			signs[d.Room] = &d.Panel
		}
	}
	bearers := make(map[string]int, len(s.Rooms))
	for _, r := range s.Rooms {
		bearers[r.Room.DisplayName()]++
	}
	for _, r := range s.Rooms {
		label := r.Room.DisplayName()
		if bearers[label] > 1 {
			label += " (" + string(r.Room.ID) + ")"
		}
		zone := r.Location
		if zone == nil {
			zone = now.Location()
		}
		v.Rooms = append(v.Rooms, Room{r.Room.ID, label, zone, signs[r.Room.ID], r.Override})
	}
	if len(v.Rooms) == 0 {
		v.Rooms = []Room{{Label: lang.L("Example"), Zone: now.Location()}}
	}
	return v
}

// Room gives a room by its id, or the first.
func (v View) Room(id calendar.RoomID) Room {
	return v.Rooms[max(0, slices.IndexFunc(v.Rooms, func(r Room) bool { return r.ID == id }))]
}

// PolicyOf is what is in force for a room.
func (v View) PolicyOf(id calendar.RoomID) sign.Policy {
	return v.Room(id).Override.Apply(v.Policy)
}

// usual is the panel to begin with: one of the displays, or else the most common.
func (v View) usual() display.Panel {
	common := Common()
	if v.Panels[0] != common[0] {
		return v.Panels[0].Panel
	}
	i := slices.IndexFunc(common, func(p Panel) bool { return p.Panel.Width == 800 })
	return common[i].Panel
}

// Common are panels that signs are often made of.
func Common() []Panel {
	list := []struct {
		inch          string
		width, height int
		scheme        display.Scheme
	}{
		{"2.9″", 296, 128, display.BWR}, {"4.2″", 400, 300, display.BWR}, {"5.8″", 648, 480, display.Mono},
		{"7.5″", 800, 480, display.Mono}, {"7.5″", 800, 480, display.BWR}, {"7.3″", 800, 480, display.Spectra6},
		{"10.2″", 960, 640, display.BWR}, {"10.3″", 1872, 1404, display.Gray16}, {"13.3″", 1200, 1600, display.Spectra6},
	}
	var panels []Panel
	for _, c := range list {
		p := display.Panel{Width: c.width, Height: c.height, Scheme: c.scheme}
		panels = append(panels, Panel{c.inch + " · " + PanelName(p), p})
	}
	return panels
}

// PanelName is a panel's size and colours, as it hangs.
func PanelName(p display.Panel) string {
	size := p.Bounds().Size()
	return strconv.Itoa(size.X) + "×" + strconv.Itoa(size.Y) + ", " + words.Inks(p.Scheme)
}

// panels lists each panel of the displays once, and common ones that are not among
// them.
func panels(displays []engine.Display) []Panel {
	var list []Panel
	names := make(map[display.Panel][]string)
	for _, d := range displays {
		if d.Panel.Validate() != nil {
			continue // not asked yet, or of a kind that nothing can be drawn for
		}
		if names[d.Panel] == nil {
			list = append(list, Panel{Panel: d.Panel})
		}
		names[d.Panel] = append(names[d.Panel], d.Label())
	}
	for i, p := range list {
		list[i].Label = bearers(names[p.Panel]) + " · " + PanelName(p.Panel)
	}
	for _, c := range Common() {
		if !slices.ContainsFunc(list, func(p Panel) bool { return alike(p.Panel, c.Panel) }) {
			list = append(list, c)
		}
	}
	return list
}

func alike(a, b display.Panel) bool {
	return a.Scheme == b.Scheme && a.Bounds() == b.Bounds()
}

// bearers names the displays that have a panel: all of a few, or the first of many.
func bearers(names []string) string {
	const most, longest = 2, 24
	if len(names) <= most && len([]rune(strings.Join(names, ", "))) <= longest {
		return strings.Join(names, ", ")
	}
	first := []rune(names[0])
	if len(first) > longest {
		first = append(first[:longest-1], '…')
	}
	if len(names) == 1 {
		return string(first)
	}
	return lang.L("{{.Name}} and {{.N}} more", map[string]any{"Name": string(first), "N": len(names) - 1})
}
