package rooms

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
)

// Row is one room, ready to show.
type Row struct {
	ID       calendar.RoomID
	Name     string
	Place    string
	Seats    string // "" = unknown
	Signs    string // how many displays hang at its door; "" = none
	Tone     xwidget.Tone
	Now      string
	Next     string
	Read     string // when the calendar was last read
	Trouble  *xwidget.Words
	capacity int
	read     time.Time
}

// View is the whole page.
type View struct {
	Rows  []Row
	Empty Empty
}

// Empty says why there are no rooms and what to do, on which page; without an
// action there is nothing to do but wait.
type Empty struct{ Title, Text, Action, Page string }

// ViewOf is the page of a snapshot.
func ViewOf(s engine.Snapshot, now time.Time) View {
	var v View
	for _, r := range s.Rooms {
		v.Rows = append(v.Rows, rowOf(r, now, s.Policy.Hours12))
	}
	switch {
	case len(v.Rows) > 0:
	case s.Account.State != engine.Connected:
		v.Empty = Empty{lang.L("No rooms yet"), lang.L("Rooms come from Microsoft 365, once it is connected."), lang.L("Go to Setup"), "setup"}
	default:
		v.Empty = Empty{Title: lang.L("No rooms yet"),
			Text: lang.L("The directory named no rooms, or an administrator has not allowed the room list yet. Add a room by its e-mail address.")}
	}
	return v
}

func rowOf(r engine.Room, now time.Time, hours12 bool) Row {
	row := Row{
		ID: r.Room.ID, Name: r.Room.DisplayName(), Place: words.Place(r.Room), capacity: r.Room.Capacity,
		Read: words.Ago(r.SyncedAt, now, hours12), read: r.SyncedAt,
	}
	row.Tone, row.Now = words.Now(r, now, hours12)
	if r.Room.Capacity > 0 {
		row.Seats = strconv.Itoa(r.Room.Capacity)
	}
	if n := len(r.Display); n > 0 {
		row.Signs = strconv.Itoa(n)
	}
	if next := r.Now.Next; next != nil && r.Problem == nil {
		// The subject is left out: a list on a screen is no place for the meetings
		// of others.
		row.Next = words.When(next.Start.In(r.Location), now.In(r.Location), hours12)
	}
	if r.Problem != nil {
		w := words.Explanation(*r.Problem)
		row.Trouble = &w
	}
	return row
}

// The columns that sort.
const (
	byName = iota
	byPlace
	bySeats
	byNow
	byNext
	byRead
)

// Choose gives the rows that hold the words of query, by the column, or as they are
// where column is negative.
func Choose(rows []Row, query string, column int, descending bool) []Row {
	query = strings.ToLower(strings.TrimSpace(query))
	var list []Row
	for _, r := range rows {
		if strings.Contains(strings.ToLower(r.Name+" "+r.Place+" "+string(r.ID)), query) {
			list = append(list, r)
		}
	}
	order := map[int]func(a, b Row) int{
		byName:  func(a, b Row) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		byPlace: func(a, b Row) int { return cmp.Compare(a.Place, b.Place) },
		bySeats: func(a, b Row) int { return cmp.Compare(a.capacity, b.capacity) },
		byNow:   func(a, b Row) int { return cmp.Compare(b.Tone, a.Tone) },
		byRead:  func(a, b Row) int { return a.read.Compare(b.read) },
	}[column]
	if order != nil {
		slices.SortStableFunc(list, func(a, b Row) int {
			if descending {
				return order(b, a)
			}
			return order(a, b)
		})
	}
	return list
}

// CheckAddress says what is wrong with what a person typed as a room's e-mail
// address; nil if it can be tried.
func CheckAddress(text string) error {
	text = strings.TrimSpace(text)
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(text, " \t,;<>") {
		return errAddress{}
	}
	return nil
}

type errAddress struct{}

func (errAddress) Error() string {
	return lang.L("Type the room's e-mail address, such as oslo@contoso.com.")
}
