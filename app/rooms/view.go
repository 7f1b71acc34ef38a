package rooms

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Row is one room, ready to show.
type Row struct {
	ID        calendar.RoomID
	Name      string
	Place     string
	Seats     string // "" = unknown
	Signs     int    // displays that hang at its door
	Tone      xwidget.Tone
	Now       string
	Next      string
	Events    string         // entries known; "" until it has been read
	Read      string         // when the calendar was last read
	Trouble   *xwidget.Words // why it can't be read; nil if it can
	Removed   *xwidget.Words // why it is not in the directory; nil if it is, or need not be
	Concealed bool           // its mailbox puts the organiser in place of the subject
	Override  sign.Override  // what its sign does otherwise
	// Details is what else is known of it. It is worked out for the room in the details
	// alone: putting thousands into words would cost a snapshot its time.
	Details func() Details

	capacity, events int
	read             time.Time
	words            string // to search in
}

// View is the whole page.
type View struct {
	Rows  []Row
	Empty Empty
	Pace  Pace
	// Calendars says that there is a signed-in account, whose calendars can be shown.
	Calendars bool
	Account   string // its name
	Policy    sign.Policy
	Templates []engine.Template
	// Scenes are what previews can show; worked out when a person wants one.
	Scenes func() preview.View
}

// Empty says why there are no rooms and what to do, on which page; without an
// action there is nothing to do but wait.
type Empty struct{ Title, Text, Action, Page string }

// ViewOf is the page of a snapshot.
func ViewOf(s engine.Snapshot, now time.Time) View {
	v := View{Pace: PaceOf(s), Account: s.Account.Username, Policy: s.Policy, Templates: s.Designs.Templates,
		Scenes:    func() preview.View { return preview.ViewOf(s, now) },
		Calendars: s.Account.State == engine.Connected && s.Account.Mode == engine.Delegated}
	look := outlook{now: now, hours12: s.Policy.Hours12, mode: s.Account.Mode, signs: make(map[display.ID]string, len(s.Displays))}
	for _, d := range s.Displays {
		look.signs[d.ID] = d.Label()
	}
	v.Rows = make([]Row, 0, len(s.Rooms))
	said := phrases{place: make(map[[2]string]string), now: make(map[moment]phrase)}
	for _, r := range s.Rooms {
		v.Rows = append(v.Rows, look.row(r, said))
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

// outlook is what the words about every room depend on.
type outlook struct {
	now     time.Time
	hours12 bool
	mode    engine.Mode
	signs   map[display.ID]string // what displays are called
}

// phrases are what was said of other rooms already: rooms share buildings, and meetings
// the hours that they end at, while a translation costs as much as all else in a row.
type phrases struct {
	place map[[2]string]string
	now   map[moment]phrase
}

type moment struct {
	unreadable, read, busy bool
	freeAt, next           int64 // Unix time in ns; 0 = none
	zone                   *time.Location
}

type phrase struct {
	tone xwidget.Tone
	text string
}

func (p phrases) placeOf(r calendar.Room) string {
	key := [2]string{r.Building, r.Floor}
	text, ok := p.place[key]
	if !ok {
		text = words.Place(r)
		p.place[key] = text
	}
	return text
}

func (p phrases) nowOf(r engine.Room, o outlook) (xwidget.Tone, string) {
	key := moment{unreadable: r.Problem != nil, read: !r.SyncedAt.IsZero(), busy: r.Now.Busy, zone: r.Location}
	if !r.Now.FreeAt.IsZero() {
		key.freeAt = r.Now.FreeAt.UnixNano()
	}
	if r.Now.Next != nil {
		key.next = r.Now.Next.Start.UnixNano()
	}
	said, ok := p.now[key]
	if !ok {
		said.tone, said.text = words.Now(r, o.now, o.hours12)
		p.now[key] = said
	}
	return said.tone, said.text
}

func (o outlook) row(r engine.Room, said phrases) Row {
	row := Row{
		ID: r.Room.ID, Name: r.Room.DisplayName(), Place: said.placeOf(r.Room), Signs: len(r.Display),
		Read: words.Ago(r.SyncedAt, o.now, o.hours12), Concealed: r.Concealed, Override: r.Override,
		capacity: r.Room.Capacity, events: r.Events, read: r.SyncedAt,
		Details: func() Details { return o.details(r) },
	}
	row.words = strings.ToLower(strings.Join([]string{row.Name, row.Place, r.Room.List, string(row.ID)}, " "))
	row.Tone, row.Now = said.nowOf(r, o)
	if r.Room.Capacity > 0 {
		row.Seats = strconv.Itoa(r.Room.Capacity)
	}
	if !r.SyncedAt.IsZero() {
		row.Events = strconv.Itoa(r.Events)
	}
	if next := r.Now.Next; next != nil && r.Problem == nil {
		// The subject is left out: a list on a screen is no place for the meetings
		// of others.
		row.Next = words.When(next.Start.In(r.Location), o.now.In(r.Location), o.hours12)
	}
	if r.Problem != nil {
		w := words.Explanation(*r.Problem)
		row.Trouble = &w
	}
	if !r.RemovedAt.IsZero() {
		row.Tone, row.Now = xwidget.Warn, lang.L("No longer listed")
		w := o.removed(r)
		row.Removed = &w
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
	byEvents
	byRead
)

// Filter narrows the list.
type Filter int

// The filters, in the order in which they are offered.
const (
	Every     Filter = iota
	Troubled         // can't be read, or no longer in the directory
	Hidden           // Exchange hides what its meetings are about
	Signless         // no display at its door
	filterEnd        // how many there are
)

// Filters are the names of the filters.
func Filters() []string {
	names := make([]string, filterEnd)
	names[Every] = lang.L("All")
	names[Troubled] = lang.L("With a problem")
	names[Hidden] = lang.L("Titles hidden")
	names[Signless] = lang.L("Without a sign")
	return names
}

func (f Filter) keeps(r Row) bool {
	switch f {
	case Troubled:
		return r.Trouble != nil || r.Removed != nil
	case Hidden:
		return r.Concealed
	case Signless:
		return r.Signs == 0
	}
	return true
}

// Choose gives the rows that pass the filter and hold the words of query, by the
// column, or as they are where column is negative.
func Choose(rows []Row, f Filter, query string, column int, descending bool) []Row {
	query = strings.ToLower(strings.TrimSpace(query))
	var list []Row
	for _, r := range rows {
		if f.keeps(r) && strings.Contains(r.words, query) {
			list = append(list, r)
		}
	}
	order := map[int]func(a, b Row) int{
		byName:   func(a, b Row) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		byPlace:  func(a, b Row) int { return cmp.Compare(a.Place, b.Place) },
		bySeats:  func(a, b Row) int { return cmp.Compare(a.capacity, b.capacity) },
		byNow:    func(a, b Row) int { return cmp.Compare(b.Tone, a.Tone) },
		byEvents: func(a, b Row) int { return cmp.Compare(a.events, b.events) },
		byRead:   func(a, b Row) int { return a.read.Compare(b.read) },
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
