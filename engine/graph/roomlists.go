package graph

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomink/roomink/engine/calendar"
)

// roomList is a distribution group of rooms, such as those of a building. It is known
// by its address; its id does not do (graph.md 3.1).
type roomList struct {
	name, address string
	rooms         map[calendar.RoomID]bool
}

// addLists tells each room which list it is in. Where there are several it is the one
// with the fewest rooms, because a list of all rooms tells nothing. What can't be read
// leaves List empty; only the end of ctx is an error.
//
// It costs ⌈L/100⌉ + 1 requests for L lists and ⌈2L/20⌉, two at least, for the rooms in
// them, if no list holds more than a hundred: links to a next page were missing for years, so an
// empty page is the only sure end (graph.md 3.1).
func (s *Source) addLists(ctx context.Context, rooms []calendar.Room) error {
	const op = "read the room lists"
	var lists []*roomList
	seen := map[string]bool{}
	listings := []*listing{counted[models.RoomListCollectionResponseable](s, "/places/microsoft.graph.roomlist",
		models.CreateRoomListCollectionResponseFromDiscriminatorValue, func(m models.RoomListable) bool {
			l := newRoomList(m)
			known := l.address == "" || seen[strings.ToLower(l.address)]
			if !known {
				seen[strings.ToLower(l.address)] = true
				lists = append(lists, l)
			}
			return !known
		})}
	err := s.list(ctx, op, listings)
	if err == nil {
		members := make([]*listing, len(lists))
		for i, l := range lists {
			members[i] = s.members(l)
		}
		err = s.list(ctx, op, members)
		listings = append(listings, members...)
	}
	if ctx.Err() != nil {
		return s.fault(ctx, op, s.deniedPlaces(), err)
	}
	for _, l := range listings {
		err = cmp.Or(err, l.err)
	}
	if err != nil {
		s.o.Logger.Debug("some room lists are left out", "err", s.listFault(ctx, op, s.deniedPlaces(), err))
	}
	nameLists(rooms, lists)
	return nil
}

func newRoomList(m models.RoomListable) *roomList {
	address := strings.TrimSpace(str(m.GetEmailAddress()))
	return &roomList{address: address, name: cmp.Or(strings.TrimSpace(str(m.GetDisplayName())), address), rooms: map[calendar.RoomID]bool{}}
}

// members are the rooms of a list.
func (s *Source) members(l *roomList) *listing {
	return counted[models.RoomCollectionResponseable](s, "/places/"+url.PathEscape(l.address)+"/microsoft.graph.roomlist/rooms",
		models.CreateRoomCollectionResponseFromDiscriminatorValue, func(m models.Roomable) bool {
			id := calendar.NewRoomID(str(m.GetEmailAddress()))
			known := id == "" || l.rooms[id]
			l.rooms[id] = true
			return !known
		})
}

func nameLists(rooms []calendar.Room, lists []*roomList) {
	slices.SortFunc(lists, func(a, b *roomList) int {
		return cmp.Or(cmp.Compare(len(a.rooms), len(b.rooms)), cmp.Compare(a.name, b.name), cmp.Compare(a.address, b.address))
	})
	for i := range rooms {
		if at := slices.IndexFunc(lists, func(l *roomList) bool { return l.rooms[rooms[i].ID] }); at >= 0 {
			rooms[i].List = lists[at].name
		}
	}
}
