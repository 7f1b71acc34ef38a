package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// Change tracking is for primary calendars only (graph.md 3.3), so any other calendar
// of the signed-in account is read in full each time, twenty of them a batch like
// rooms. Its cursor is a digest of what was read: as long as that stays the same there
// is nothing to write.

// viewPage is how many events a page of such a calendar may hold; Graph's own choice
// is ten.
const viewPage = 100

const viewCursor = "view:"

// beginView words the first request for a calendar by its id. Pages are counted by
// the service, so they need an order.
func (s *Source) beginView(r *reading, id string) {
	r.view = true
	if s.o.AppOnly {
		r.err = notDelegated(r.op())
		return
	}
	query := url.Values{
		"startDateTime": {r.req.Window.From.UTC().Format(time.RFC3339)}, "endDateTime": {r.req.Window.To.UTC().Format(time.RFC3339)},
		"$top": {strconv.Itoa(viewPage)}, "$orderby": {"start/dateTime"}, "$select": {strings.Join(needed, ",")}}
	r.url = "/me/calendars/" + url.PathEscape(id) + "/calendarView?" + query.Encode()
}

// viewChange is all there is, or nothing if that was known.
func (r *reading) viewChange(events []calendar.Event) syncer.Change {
	digest, err := json.Marshal(struct {
		From, To time.Time
		Events   []calendar.Event // in the order of their ids
	}{r.req.Window.From.UTC(), r.req.Window.To.UTC(), events})
	if err != nil {
		return syncer.Change{Room: r.req.Room, Err: &syncer.Error{Kind: syncer.Failed, Op: r.op(), Err: fmt.Errorf("word its digest: %w", err)}}
	}
	sum := sha256.Sum256(digest)
	cursor := viewCursor + hex.EncodeToString(sum[:16])
	if cursor == r.req.Cursor {
		return syncer.Change{Room: r.req.Room, Cursor: cursor}
	}
	return syncer.Change{Room: r.req.Room, Full: true, Events: events, Cursor: cursor}
}

// viewFault words the failure of a page. What Graph says of the mailbox here is said of
// whoever owns the calendar.
func (s *Source) viewFault(r *reading, reply *batchReply) error {
	e := newReplyError(reply.Status, reply.header(), reply.Body, s.o.Now())
	f := s.replyFault(r.op(), always(shareCalendar), e)
	switch {
	case f.Kind == syncer.Resync:
		f.Kind = syncer.Failed // there is no cursor to do without
	case e.Status == http.StatusNotFound && f.Remedy == noMailbox, e.Status == http.StatusBadRequest && foreignID(e.Code):
		f.Kind, f.Remedy = syncer.NotFound, calendarGone
	}
	return f
}

// foreignID knows the codes for the id of something in another mailbox, such as that of
// the account that was signed in before
// (learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode).
func foreignID(code string) bool {
	switch strings.ToLower(code) {
	case "errorinvalididmalformed", "errorinvalidid", "errorinvalidmailboxitemid", "errorinvalididstoreobjectidtoolong":
		return true
	}
	return false
}
