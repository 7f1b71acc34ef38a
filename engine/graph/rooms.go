package graph

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/places"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/zones"
)

const (
	roomsPage    = 100
	maxRoomPages = 200 // twenty thousand rooms; beyond, the directory repeats itself
	// scheduleSize is how many mailboxes one getSchedule may name.
	scheduleSize = 20
	// maxAskers is how many rooms are tried as the one that asks for twenty, and
	// maxRefusals how often none of them may: a room on premises or outside the
	// app's scope must not take the zones of all, nor cost a request a room.
	maxAskers   = 3
	maxRefusals = 5
)

// Rooms implements [syncer.Source]. A room's time zone and list are left empty where
// they can't be found out; that is no error. R rooms in L lists cost ⌈R/100⌉ + 1
// requests, ⌈R/20⌉ for the time zones, and those of addLists: 500 rooms in 20 lists
// take 35.
func (s *Source) Rooms(ctx context.Context) ([]calendar.Room, error) {
	var rooms []calendar.Room
	seen := map[calendar.RoomID]bool{}
	skip := int32(0)
	for range maxRoomPages {
		page, err := s.roomsPage(ctx, skip)
		if err != nil {
			return nil, s.fault(ctx, "list rooms", s.deniedPlaces(), err)
		}
		before := len(rooms)
		for _, r := range page {
			if r.ID != "" && !seen[r.ID] {
				seen[r.ID] = true
				rooms = append(rooms, r)
			}
		}
		if len(rooms) == before {
			break
		}
		skip += int32(len(page))
	}
	if len(rooms) == 0 {
		return nil, nil
	}
	if err := s.addLists(ctx, rooms); err != nil {
		return nil, err
	}
	if err := s.addZones(ctx, rooms); err != nil {
		return nil, err
	}
	return rooms, nil
}

// roomsPage reads one page. Links to the next one were missing for years, so
// pages are counted (graph.md 3.1).
func (s *Source) roomsPage(ctx context.Context, skip int32) (page []calendar.Room, err error) {
	top := int32(roomsPage)
	b := places.NewGraphRoomRequestBuilderInternal(pathParameters(s.o.BaseURL), s.adapter)
	err = s.do(ctx, "list rooms", 1, func(ctx context.Context) error {
		resp, err := b.Get(ctx, &places.GraphRoomRequestBuilderGetRequestConfiguration{
			QueryParameters: &places.GraphRoomRequestBuilderGetQueryParameters{Top: &top, Skip: &skip}})
		if err != nil {
			return err
		}
		if resp == nil || resp.GetValue() == nil {
			return errNoValue // or no rooms would look like an empty directory
		}
		for _, r := range resp.GetValue() {
			page = append(page, room(r))
		}
		return nil
	})
	return page, err
}

// room maps a place; one without an address has no ID.
func room(r models.Roomable) calendar.Room {
	out := calendar.Room{ID: calendar.NewRoomID(str(r.GetEmailAddress())), Name: str(r.GetDisplayName()),
		Building: str(r.GetBuilding()), Floor: str(r.GetFloorLabel()), Equipment: equipment(r)}
	if n := r.GetFloorNumber(); out.Floor == "" && n != nil {
		out.Floor = strconv.Itoa(int(*n))
	}
	if n := r.GetCapacity(); n != nil {
		out.Capacity = max(int(*n), 0)
	}
	return out
}

// equipment is what a place says it has, each thing once.
func equipment(r models.Roomable) string {
	all := []string{str(r.GetVideoDeviceName()), str(r.GetDisplayDeviceName()), str(r.GetAudioDeviceName())}
	if yes := r.GetIsWheelChairAccessible(); yes != nil && *yes {
		all = append(all, "wheelchair accessible")
	}
	var out []string
	for _, name := range append(all, r.GetTags()...) {
		name = strings.Join(strings.Fields(name), " ")
		if name != "" && !slices.ContainsFunc(out, func(s string) bool { return strings.EqualFold(s, name) }) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// addZones finds the rooms' time zones in their working hours, the one place
// where an account without rights on the mailbox can read them. A failure ends
// it, but for mailboxes that may not ask, of which some are put up with; only the
// end of ctx is an error.
func (s *Source) addZones(ctx context.Context, rooms []calendar.Room) error {
	refused := 0
	for from := 0; from < len(rooms); from += scheduleSize {
		part := rooms[from:min(from+scheduleSize, len(rooms))]
		zones, err := s.zones(ctx, part)
		if err != nil {
			err = s.fault(ctx, "read the rooms' time zones", s.deniedAll(), err)
			if ctx.Err() != nil {
				return err
			}
			if s.mayNotAsk(err) && refused < maxRefusals {
				refused++
				continue
			}
			s.o.Logger.Debug("rooms keep no time zone", "rooms", len(rooms)-from, "err", err)
			return nil
		}
		for i := range part {
			part[i].TimeZone = zones[part[i].ID]
		}
	}
	return nil
}

// zones asks as the signed-in account, as Options.Mailbox, or as one of the rooms.
func (s *Source) zones(ctx context.Context, rooms []calendar.Room) (map[calendar.RoomID]string, error) {
	if s.o.Mailbox != "" || !s.o.AppOnly {
		return s.zonesAskedBy(ctx, s.o.Mailbox, rooms)
	}
	var byRoom map[calendar.RoomID]string
	var err error
	for _, r := range rooms[:min(len(rooms), maxAskers)] {
		byRoom, err = s.zonesAskedBy(ctx, string(r.ID), rooms)
		if err == nil || !s.mayNotAsk(s.fault(ctx, "", s.deniedAll(), err)) {
			break
		}
	}
	return byRoom, err
}

// mayNotAsk reports whether another room may have more luck.
func (s *Source) mayNotAsk(err error) bool {
	e, ok := errors.AsType[*syncer.Error](err)
	return ok && s.o.AppOnly && s.o.Mailbox == "" && (e.Kind == syncer.Denied || e.Kind == syncer.NotFound)
}

// zonesAskedBy asks as a mailbox; "" is the signed-in account.
func (s *Source) zonesAskedBy(ctx context.Context, mailbox string, rooms []calendar.Room) (map[calendar.RoomID]string, error) {
	b := users.NewItemCalendarGetScheduleRequestBuilder(s.o.BaseURL+"/me/calendar/getSchedule", s.adapter)
	if mailbox != "" {
		b = users.NewItemCalendarGetScheduleRequestBuilderInternal(pathParameters(s.o.BaseURL, "user-id", mailbox), s.adapter)
	}
	found := map[calendar.RoomID]string{}
	err := s.do(ctx, "read time zones", 1, func(ctx context.Context) error {
		resp, err := b.PostAsGetSchedulePostResponse(ctx, s.scheduleBody(rooms),
			&users.ItemCalendarGetScheduleRequestBuilderPostRequestConfiguration{Headers: prefer(abs.NewRequestHeaders())})
		if err != nil || resp == nil {
			return err
		}
		for _, info := range resp.GetValue() {
			if h := info.GetWorkingHours(); h != nil && h.GetTimeZone() != nil {
				found[calendar.NewRoomID(str(info.GetScheduleId()))] = zones.IANA(strings.TrimSpace(str(h.GetTimeZone().GetName())))
			}
		}
		return nil
	})
	return found, err
}

// scheduleBody asks for as little as getSchedule allows: working hours come with
// any answer.
func (s *Source) scheduleBody(rooms []calendar.Room) *users.ItemCalendarGetSchedulePostRequestBody {
	body := users.NewItemCalendarGetSchedulePostRequestBody()
	var addresses []string
	for _, r := range rooms {
		addresses = append(addresses, string(r.ID))
	}
	body.SetSchedules(addresses)
	now := s.o.Now().UTC()
	body.SetStartTime(utc(now))
	body.SetEndTime(utc(now.Add(time.Hour)))
	interval := int32(60)
	body.SetAvailabilityViewInterval(&interval)
	return body
}

func utc(t time.Time) *models.DateTimeTimeZone {
	d := models.NewDateTimeTimeZone()
	at, zone := t.Format("2006-01-02T15:04:05"), "UTC"
	d.SetDateTime(&at)
	d.SetTimeZone(&zone)
	return d
}
