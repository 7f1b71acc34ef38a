package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// Bounds on what is followed for one room in a round. A wedged cursor gives the same
// page, or empty ones, with a new link for ever (graph.md 3.3, quirk 7), so pages that
// tell nothing new end it; a few of those in a row are normal (quirk 4).
const (
	maxBarren = 40
	maxPages  = 1000 // fifty thousand events
)

// reading is one calendar on its way through a round: its pages, one after the other,
// then the series masters that the pages left out.
type reading struct {
	req     syncer.Request
	view    bool // read in full, not by change tracking: see view.go
	round   round
	pages   int
	barren  int      // pages in a row that told nothing new
	renewed bool     // the token was refused once for it
	url     string   // the next page, relative
	link    string   // the deltaLink that ended the pages
	masters []master // still to ask for, once link is set
	err     error
	done    bool
}

// master is a series master to be read: its id and where, relative.
type master struct{ id, at string }

// part is one request of a batch: the next page of a reading, or a master.
type part struct {
	*reading
	master
}

// part gives what a reading has to ask next, as its nth request of a batch.
func (r *reading) part(nth int) (p part, ok bool) {
	switch {
	case r.link != "" && nth < len(r.masters):
		return part{r, r.masters[nth]}, true
	case r.link == "" && nth == 0:
		return part{r, master{at: r.url}}, true
	}
	return part{}, false
}

func (r *reading) op() string {
	if r.view {
		return "read a calendar of the signed-in account"
	}
	return "read the calendar of " + string(r.req.Room)
}

// Changes implements [syncer.Source]. R rooms whose news fit on a page each cost
// ⌈R/20⌉ HTTP requests, calendars of the account like rooms. Outlook runs up to four
// parts of a batch at once, so that even a batch that is all for one mailbox keeps to
// its limit (graph.md 4.2).
func (s *Source) Changes(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error) {
	readings := make([]*reading, len(requests))
	var queue []*reading
	for i, req := range requests {
		readings[i] = s.begin(ctx, req)
		if readings[i].err == nil {
			queue = append(queue, readings[i])
		}
	}
	var whole error
	for len(queue) > 0 {
		now := queue[:min(batchSize, len(queue))]
		queue = queue[len(now):]
		if err := s.step(ctx, now); err != nil {
			whole = s.fault(ctx, fmt.Sprintf("read %d calendars", len(requests)), s.deniedAll(), err)
			breakOff(readings, whole)
			break
		}
		for _, r := range now {
			if r.err == nil && !r.done {
				queue = append(queue, r)
			}
		}
	}
	changes := make([]syncer.Change, len(requests))
	for i, r := range readings {
		changes[i] = r.change()
	}
	return changes, whole
}

// breakOff gives every room that is not read yet the error that ended the round.
func breakOff(readings []*reading, err error) {
	for _, r := range readings {
		if r.err == nil && !r.done {
			r.err = err
		}
	}
}

// begin words the first request for a room.
func (s *Source) begin(ctx context.Context, req syncer.Request) *reading {
	r := &reading{req: req, round: newRound()}
	if id, ok := req.Room.Calendar(); ok {
		s.beginView(r, id)
		return r
	}
	if req.Cursor != "" {
		url, err := s.relative(req.Cursor)
		if err != nil { // of another cloud, perhaps: read anew from this one
			r.err = &syncer.Error{Kind: syncer.Resync, Op: r.op(), Err: err}
		}
		r.url = url
		return r
	}
	from, to := req.Window.From.UTC().Format(time.RFC3339), req.Window.To.UTC().Format(time.RFC3339)
	b := users.NewItemCalendarViewDeltaRequestBuilderInternal(pathParameters("", "user-id", string(req.Room)), s.adapter)
	url, err := requestURL(b.ToGetRequestInformation(ctx, &users.ItemCalendarViewDeltaRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.ItemCalendarViewDeltaRequestBuilderGetQueryParameters{StartDateTime: &from, EndDateTime: &to}}))
	if err != nil {
		r.err = &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	r.url = url
	return r
}

// step asks for something of each of up to batchSize readings in one request, and for
// more of the masters that they lack where it has places left.
func (s *Source) step(ctx context.Context, readings []*reading) error {
	var parts []part
	for nth, before := 0, -1; before < len(parts); nth++ {
		before = len(parts)
		for _, r := range readings {
			if p, ok := r.part(nth); ok && len(parts) < batchSize {
				parts = append(parts, p)
			}
		}
	}
	urls := make([]string, len(parts))
	for i, p := range parts {
		urls[i] = p.at
	}
	replies, token, err := s.batch(ctx, "read calendars", urls)
	if err != nil {
		return err
	}
	for _, reply := range replies {
		if reply != nil && reply.Status == http.StatusOK {
			s.couldRead.Store(true) // before any refusal of this batch is worded
		}
	}
	again := s.renew(parts, replies, token)
	for i, p := range parts {
		if p.err == nil && !again[i] {
			p.err = s.take(ctx, p, replies[i])
		}
	}
	return nil
}

// renew gives up a token that ended while the batch ran, and tells which parts are to
// be sent again with a new one: those that were refused, once for each reading. A room
// that was refused with the new one as well does not cost a token again until it has
// been read: it is not the token then.
func (s *Source) renew(parts []part, replies []*batchReply, token string) (again map[int]bool) {
	again = map[int]bool{}
	for i, reply := range replies {
		room := parts[i].req.Room
		switch {
		case reply == nil || s.o.Rejected == nil:
		case reply.Status == http.StatusOK:
			s.stubborn.Delete(room)
		case reply.Status != http.StatusUnauthorized:
		case parts[i].renewed:
			s.stubborn.Store(room, true)
		default:
			_, stubborn := s.stubborn.Load(room)
			again[i] = !stubborn
		}
	}
	maps.DeleteFunc(again, func(_ int, yes bool) bool { return !yes })
	for i := range again {
		parts[i].renewed = true
	}
	if len(again) > 0 {
		s.o.Rejected(token)
	}
	return again
}

// take works one reply into its reading.
func (s *Source) take(ctx context.Context, p part, reply *batchReply) error {
	r := p.reading
	switch {
	case reply == nil:
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: errors.New("the batch has no answer for it")}
	case p.id != "":
		return s.takeMaster(r, p.id, reply)
	}
	if reply.Status != http.StatusOK {
		return s.pageFault(r, reply)
	}
	page, err := decodePage(reply.Body)
	if err != nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	fresh, err := r.round.add(page.Value)
	if err != nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	if r.barren++; fresh {
		r.barren = 0
	}
	r.pages++
	switch {
	case r.view && page.NextLink == "":
		r.done = true
		return nil
	case page.DeltaLink != "" && !r.view:
		if _, err := s.relative(page.DeltaLink); err != nil {
			return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
		}
		r.link = page.DeltaLink
		return s.askForMasters(ctx, r)
	case page.NextLink == "":
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: errors.New("the page has no link to what follows")}
	case r.barren >= maxBarren, r.pages >= maxPages:
		return r.endless()
	}
	if r.url, err = s.relative(page.NextLink); err != nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	return nil
}

func (r *reading) endless() error {
	e := &syncer.Error{Kind: syncer.Resync, Op: r.op(), Err: fmt.Errorf("no end after %d pages", r.pages)}
	if r.view {
		e.Kind = syncer.Failed // there is no cursor to do without
	}
	return e
}

// pageFault words a failed page. A bad request can only mean the token in the link, as
// we wrote nothing else into it.
func (s *Source) pageFault(r *reading, reply *batchReply) error {
	if r.view {
		return s.viewFault(r, reply)
	}
	e := newReplyError(reply.Status, reply.header(), reply.Body, s.o.Now())
	f := s.replyFault(r.op(), s.deniedRoom(string(r.req.Room)), e)
	switch e.Status {
	case http.StatusBadRequest:
		if r.req.Cursor != "" || r.pages > 0 {
			f.Kind = syncer.Resync
		}
	case http.StatusForbidden, http.StatusNotFound:
		if r.req.Cursor != "" && r.pages == 0 && !leadsTo(r.req.Cursor, r.req.Room) {
			f.Kind = syncer.Resync
		}
	}
	return f
}

// leadsTo reports whether a cursor names its room. Graph repeats the address that was
// asked for; a cursor that names its mailbox by something else, such as the id that it
// had in the tenant that was connected before, says nothing about the room when it is
// refused.
func leadsTo(cursor string, room calendar.RoomID) bool {
	u, err := url.Parse(cursor)
	if err != nil {
		return false
	}
	path := strings.ToLower(u.Path)
	return strings.Contains(path, "/"+string(room)+"/") || strings.Contains(path, "('"+string(room)+"')")
}

// askForMasters words the requests for the masters that are missing. Only what an
// occurrence takes from them is asked for.
func (s *Source) askForMasters(ctx context.Context, r *reading) error {
	for _, id := range r.round.missingMasters() {
		b := users.NewItemEventsEventItemRequestBuilderInternal(pathParameters("", "user-id", string(r.req.Room), "event-id", id), s.adapter)
		url, err := requestURL(b.ToGetRequestInformation(ctx, &users.ItemEventsEventItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.ItemEventsEventItemRequestBuilderGetQueryParameters{Select: needed}}))
		if err != nil {
			return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
		}
		r.masters = append(r.masters, master{id, url})
	}
	r.done = len(r.masters) == 0
	return nil
}

func (s *Source) takeMaster(r *reading, id string, reply *batchReply) error {
	switch reply.Status {
	case http.StatusNotFound:
		r.round.seriesGone(id)
	case http.StatusOK:
		m, err := decodeItem(reply.Body)
		if err != nil {
			return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
		}
		r.round.masters[id] = m
	default:
		return s.replyFault(r.op(), s.deniedRoom(string(r.req.Room)), newReplyError(reply.Status, reply.header(), reply.Body, s.o.Now()))
	}
	r.masters = slices.DeleteFunc(r.masters, func(m master) bool { return m.id == id })
	r.done = len(r.masters) == 0
	return nil
}

// change is the outcome of a reading.
func (r *reading) change() syncer.Change {
	c := syncer.Change{Room: r.req.Room, Full: r.req.Cursor == "", Cursor: r.link, Err: r.err}
	if c.Err != nil {
		return syncer.Change{Room: c.Room, Err: c.Err}
	}
	events, err := r.round.events()
	switch {
	case err != nil:
		return syncer.Change{Room: c.Room, Err: &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}}
	case r.view:
		return r.viewChange(events)
	}
	c.Events, c.Removed, c.Series = events, r.round.removedIDs(), r.round.toldSeries()
	return c
}
