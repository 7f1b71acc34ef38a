package displays

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Row is one display, ready to show.
type Row struct {
	ID     display.ID
	Name   string
	Sub    string // model and panel
	Stage  engine.Stage
	Room   calendar.RoomID
	RoomAs string // the room's name, or how far the display has come
	Tone   xwidget.Tone
	State  string
	Frame  *display.Frame
	// OnGlass says that the display confirmed Frame.
	OnGlass bool
	Panel   display.Panel

	Address string
	// Asks says that the device asks to be let in or, if it is ours, that somebody asks in
	// its name. Blank says that nobody knows what panel it has.
	Asks, Blank bool
	// Fetches says that it fetches its pictures, Switch that it could be pushed to as well,
	// and Own that it has an address of its own to fetch from.
	Fetches, Switch, Own bool
	Trouble              *xwidget.Words // what is wrong with it; nil when nothing is
	// Facts is what is known of it. It is worked out for the display in the details
	// alone: putting thousands into words would cost a snapshot its time.
	Facts func() []Fact
	// Clear says what travels to it unencrypted; "" if nothing does.
	Clear string
}

// Fact is one line of what is known of a display.
type Fact struct{ Name, Value string }

// Choice is a room that a display can be given.
type Choice struct {
	ID    calendar.RoomID
	Label string
}

// View is the whole page.
type View struct {
	Rows     []Row
	Rooms    []Choice
	Gateways []engine.Gateway
	Serving  engine.Serving
	Hours12  bool
}

// ViewOf is the page of a snapshot.
func ViewOf(s engine.Snapshot, now time.Time) View {
	v := View{Gateways: s.Gateways, Serving: s.Serving, Hours12: s.Policy.Hours12}
	names := make(map[calendar.RoomID]string, len(s.Rooms))
	for _, r := range s.Rooms {
		names[r.Room.ID] = r.Room.DisplayName()
	}
	v.Rooms = Choices(s.Rooms)
	for _, d := range s.Displays {
		v.Rows = append(v.Rows, rowOf(d, names, now, s.Policy.Hours12))
	}
	return v
}

// Choices are the rooms in their order, with labels that tell rooms of the same name
// apart by their address.
func Choices(rooms []engine.Room) []Choice {
	bearers := make(map[string]int, len(rooms))
	for _, r := range rooms {
		bearers[r.Room.DisplayName()]++
	}
	list := make([]Choice, 0, len(rooms))
	for _, r := range rooms {
		label := r.Room.DisplayName()
		if bearers[label] > 1 {
			label += " (" + string(r.Room.ID) + ")"
		}
		list = append(list, Choice{r.Room.ID, label})
	}
	return list
}

func rowOf(d engine.Display, names map[calendar.RoomID]string, now time.Time, hours12 bool) Row {
	r := Row{ID: d.ID, Name: d.Label(), Sub: sub(d), Stage: d.Stage, Room: d.Room, Frame: d.Frame, Panel: d.Panel,
		OnGlass: d.Delivery == engine.Delivered, Address: d.Address,
		Asks: d.Asks, Blank: d.Pull && d.Panel == (display.Panel{}), Fetches: d.Pull, Switch: d.Pulls && d.Stage != engine.Found,
		Clear: d.Clear, Own: d.Stage != engine.Found && (d.Pulls || d.Pull && d.Protocol == "picture"),
		Facts: func() []Fact { return facts(d, now, hours12) }}
	r.Tone, r.State = words.Display(d, now, hours12)
	switch d.Stage {
	case engine.Assigned:
		r.RoomAs = cmp.Or(names[d.Room], string(d.Room))
	default:
		r.RoomAs = words.Stage(d.Stage)
	}
	if d.Problem != nil {
		w := words.Explanation(*d.Problem)
		r.Trouble = &w
	} else if d.Asks && d.Stage != engine.Found {
		r.Trouble = &xwidget.Words{
			Title:  lang.L("Somebody asks for this sign in the display's name"),
			Text:   lang.L("A device calls itself this display, but has lost its key, or asks from another address. It gets nothing."),
			Remedy: lang.L("If you have set the display up anew, or it has a new address, approve it. Otherwise find out who asks."),
		}
	} else if d.Secured && d.Stage == engine.Found {
		r.Trouble = &xwidget.Words{
			Title:  lang.L("This display accepts encrypted connections only"),
			Text:   lang.L("Roomink can't encrypt the connection to this kind of display yet."),
			Remedy: lang.L("Switch its encryption off in the maker's tool, then adopt it here."),
		}
	}
	return r
}

func sub(d engine.Display) string {
	var parts []string
	if d.Model != "" {
		parts = append(parts, d.Model)
	}
	if d.Panel.Width > 0 {
		parts = append(parts, panelSize(d.Panel))
	}
	if len(parts) == 0 {
		return d.Address
	}
	return strings.Join(parts, " · ")
}

func panelSize(p display.Panel) string { return p.String() }

func facts(d engine.Display, now time.Time, hours12 bool) []Fact {
	list := []Fact{
		{lang.L("Model"), cmp.Or(d.Model, "–")},
		{lang.L("Panel"), lang.L("not asked yet")},
		{lang.L("Address"), cmp.Or(d.Address, "–")},
		{lang.L("Firmware"), cmp.Or(d.Firmware, "–")},
		{lang.L("Battery"), words.Charge(d)},
		{lang.L("Reception"), words.Signal(d.Signal)},
		{lang.L("Temperature"), words.Temperature(d.Telemetry)},
		{lang.L("Last seen"), words.Ago(d.LastSeen, now, hours12)},
		{lang.L("Last shown"), words.Ago(d.DeliveredAt, now, hours12)},
		{lang.L("Buttons"), words.Presses(d.Pressed, now, hours12)},
		{lang.L("Identity"), string(d.ID)},
	}
	if d.Panel.Width > 0 {
		list[1].Value = panelSize(d.Panel)
	}
	return list
}

// Filter is a choice of rows.
type Filter int

// The filters.
const (
	Every Filter = iota
	Unadopted
	Roomless
	Roomed
	Troubled
)

// Filters are the names of the filters, by their value.
func Filters() []string {
	return []string{lang.L("All"), lang.L("New"), lang.L("Without a room"), lang.L("With a room"), lang.L("With a problem")}
}

func (f Filter) keeps(r Row) bool {
	switch f {
	case Unadopted:
		return r.Stage == engine.Found
	case Roomless:
		return r.Stage == engine.Adopted
	case Roomed:
		return r.Stage == engine.Assigned
	case Troubled:
		return r.Tone == xwidget.Bad || r.Tone == xwidget.Warn
	default:
		return true
	}
}

// The columns that sort.
const (
	byName = iota
	byRoom
	byState
)

// Choose gives the rows that the filter keeps and that hold the words of query, by
// the column, or as they are where column is negative.
func Choose(rows []Row, f Filter, query string, column int, descending bool) []Row {
	query = strings.ToLower(strings.TrimSpace(query))
	var list []Row
	for _, r := range rows {
		text := strings.ToLower(strings.Join([]string{r.Name, r.Sub, r.RoomAs, string(r.ID), r.Address}, " "))
		if f.keeps(r) && strings.Contains(text, query) {
			list = append(list, r)
		}
	}
	if column < 0 {
		return list
	}
	slices.SortStableFunc(list, func(a, b Row) int {
		c := 0
		switch column {
		case byName:
			c = cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		case byRoom:
			c = cmp.Compare(strings.ToLower(a.RoomAs), strings.ToLower(b.RoomAs))
		case byState:
			c = cmp.Compare(b.Tone, a.Tone) // what needs a person first
		}
		if descending {
			c = -c
		}
		return c
	})
	return list
}
