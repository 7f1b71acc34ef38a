package overview

import (
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Card is one sign of the wall, ready to show.
type Card struct {
	ID      display.ID
	Room    string
	Place   string
	Frame   *display.Frame // nil until the first one is drawn
	Panel   display.Panel
	Tone    xwidget.Tone // of Line
	Line    string       // how the delivery stands
	Trouble bool         // the glass may be wrong
}

// View is the whole wall.
type View struct {
	Cards   []Card
	Summary string
	Empty   Empty // what to say when there are no cards
}

// Empty says what to do next, and on which page.
type Empty struct{ Title, Text, Action, Page string }

// ViewOf is the wall of a snapshot.
func ViewOf(s engine.Snapshot, now time.Time) View {
	rooms := make(map[calendar.RoomID]calendar.Room, len(s.Rooms))
	for _, r := range s.Rooms {
		rooms[r.Room.ID] = r.Room
	}
	var v View
	trouble := 0
	for _, d := range s.Displays {
		if d.Stage != engine.Assigned {
			continue
		}
		room, ok := rooms[d.Room]
		if !ok {
			room = calendar.Room{ID: d.Room} // assigned, and no longer in the directory
		}
		c := Card{ID: d.ID, Room: room.DisplayName(), Place: words.Place(room), Frame: d.Frame, Panel: d.Panel}
		c.Tone, c.Line = words.Display(d, now, s.Policy.Hours12)
		if c.Trouble = c.Tone == xwidget.Bad || c.Tone == xwidget.Warn; c.Trouble {
			trouble++
		}
		v.Cards = append(v.Cards, c)
	}
	v.Summary = summary(len(v.Cards), trouble)
	if len(v.Cards) == 0 {
		v.Empty = emptyOf(s)
	}
	return v
}

func summary(signs, trouble int) string {
	text := lang.L("{{.N}} signs", map[string]any{"N": signs})
	if signs == 1 {
		text = lang.L("1 sign")
	}
	if trouble > 0 {
		text += " · " + lang.L("{{.N}} with a problem", map[string]any{"N": trouble})
	}
	return text
}

func emptyOf(s engine.Snapshot) Empty {
	switch {
	case s.Account.State != engine.Connected:
		return Empty{lang.L("No signs yet"), lang.L("Connect Microsoft 365, so that Roomink can read your rooms' calendars."), lang.L("Go to Setup"), "setup"}
	case len(s.Displays) == 0:
		return Empty{lang.L("No displays yet"), lang.L("Switch a display on in this network. It appears by itself, or add it by its address."), lang.L("Go to Displays"), "displays"}
	default:
		return Empty{lang.L("No signs yet"), lang.L("Your displays are waiting: give each one a room, and its sign appears here."), lang.L("Go to Displays"), "displays"}
	}
}

// Matching are the cards whose room or place holds the words of query.
func Matching(cards []Card, query string) []Card {
	query = strings.ToLower(strings.TrimSpace(query))
	if query == "" {
		return cards
	}
	var list []Card
	for _, c := range cards {
		if strings.Contains(strings.ToLower(c.Room+" "+c.Place), query) {
			list = append(list, c)
		}
	}
	return list
}
