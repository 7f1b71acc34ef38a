package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// maxPages is how many pages of one room are followed in a round. No window of
// some days holds two thousand meetings, but a wedged cursor gives the same page
// for ever (graph.md 3.3, quirk 7).
const maxPages = 40

// reading is one room on its way through a round: its pages, then the series
// masters that the pages left out. It has one request under way at most.
type reading struct {
	req   syncer.Request
	round round
	pages int
	url   string   // what to ask next, relative
	ask   []string // ids of masters still to ask for; asked for when link is set
	link  string   // the deltaLink that ended the pages
	err   error
	done  bool
}

func (r *reading) op() string { return "read the calendar of " + string(r.req.Room) }

// Changes implements [syncer.Source]. R rooms whose news fit on a page each cost
// ⌈R/20⌉ HTTP requests.
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
		n := min(batchSize, len(queue))
		now := queue[:n]
		queue = queue[n:]
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

// step asks for the next piece of up to batchSize readings in one request.
func (s *Source) step(ctx context.Context, readings []*reading) error {
	urls := make([]string, len(readings))
	for i, r := range readings {
		urls[i] = r.url
	}
	replies, err := s.batch(ctx, urls)
	if err != nil {
		return err
	}
	for _, reply := range replies {
		if reply != nil && reply.Status == http.StatusOK {
			s.couldRead.Store(true) // before any refusal of this batch is worded
		}
	}
	for i, r := range readings {
		if r.err = s.take(ctx, r, replies[i]); r.err != nil {
			continue
		}
		if r.link != "" {
			r.done = len(r.ask) == 0
		}
	}
	return nil
}

// take works one reply into its reading.
func (s *Source) take(ctx context.Context, r *reading, reply *batchReply) error {
	if reply == nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: errors.New("the batch has no answer for it")}
	}
	if r.link != "" {
		return s.takeMaster(ctx, r, reply)
	}
	if reply.Status != http.StatusOK {
		return s.pageFault(r, reply)
	}
	page, err := decode[users.ItemCalendarViewDeltaGetResponseable](s, reply.Body, users.CreateItemCalendarViewDeltaGetResponseFromDiscriminatorValue)
	if err == nil && page.GetValue() == nil {
		err = errNoValue // a page that got lost must not pass for an empty one
	}
	if err == nil {
		err = guarded(func() error { return r.round.add(page.GetValue()) })
	}
	if err != nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	r.pages++
	next, end := str(page.GetOdataNextLink()), str(page.GetOdataDeltaLink())
	switch {
	case end != "":
		if _, err := s.relative(end); err != nil {
			return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
		}
		r.link, r.ask = end, r.round.missingMasters()
		return s.askForMaster(ctx, r)
	case next == "":
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: errors.New("the page has no link to what follows")}
	case r.pages >= maxPages:
		return &syncer.Error{Kind: syncer.Resync, Op: r.op(), Err: fmt.Errorf("no end after %d pages", r.pages)}
	}
	if r.url, err = s.relative(next); err != nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	return nil
}

// pageFault words a failed page. A bad request can only mean the token in the
// link, as we wrote nothing else into it.
func (s *Source) pageFault(r *reading, reply *batchReply) error {
	e := newReplyError(reply.Status, reply.header(), reply.Body, s.o.Now())
	f := s.replyFault(r.op(), s.deniedRoom(string(r.req.Room)), e)
	if e.Status == http.StatusBadRequest && (r.req.Cursor != "" || r.pages > 0) {
		f.Kind = syncer.Resync
	}
	return f
}

// askForMaster words the request for the first master that is missing. Only what
// an occurrence takes from it is asked for.
func (s *Source) askForMaster(ctx context.Context, r *reading) error {
	if len(r.ask) == 0 {
		return nil
	}
	b := users.NewItemEventsEventItemRequestBuilderInternal(
		pathParameters("", "user-id", string(r.req.Room), "event-id", r.ask[0]), s.adapter)
	url, err := requestURL(b.ToGetRequestInformation(ctx, &users.ItemEventsEventItemRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.ItemEventsEventItemRequestBuilderGetQueryParameters{
			Select: []string{"subject", "organizer", "showAs", "sensitivity", "isCancelled", "isAllDay", "type", "start", "end"}}}))
	if err != nil {
		return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
	}
	r.url = url
	return nil
}

func (s *Source) takeMaster(ctx context.Context, r *reading, reply *batchReply) error {
	id := r.ask[0]
	switch reply.Status {
	case http.StatusNotFound:
		r.round.seriesGone(id)
	case http.StatusOK:
		master, err := decode[models.Eventable](s, reply.Body, models.CreateEventFromDiscriminatorValue)
		if err != nil {
			return &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}
		}
		r.round.masters[id] = master
	default:
		return s.replyFault(r.op(), s.deniedRoom(string(r.req.Room)), newReplyError(reply.Status, reply.header(), reply.Body, s.o.Now()))
	}
	r.ask = r.ask[1:]
	return s.askForMaster(ctx, r)
}

// change is the outcome of a reading.
func (r *reading) change() syncer.Change {
	c := syncer.Change{Room: r.req.Room, Full: r.req.Cursor == "", Cursor: r.link, Err: r.err}
	if c.Err != nil {
		return syncer.Change{Room: c.Room, Err: c.Err}
	}
	var events []calendar.Event
	err := guarded(func() (err error) { events, err = r.round.events(); return err })
	if err != nil {
		return syncer.Change{Room: c.Room, Err: &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: err}}
	}
	c.Events, c.Removed, c.Series = events, r.round.removedIDs(), r.round.toldSeries()
	return c
}
