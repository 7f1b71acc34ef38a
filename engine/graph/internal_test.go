package graph

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

func testSource(t testing.TB) *Source {
	s, err := New(Options{BaseURL: "https://graph.example/v1.0", Token: func(context.Context) (*oauth2.Token, error) { return &oauth2.Token{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// FuzzPage feeds pages of change tracking: whatever comes, the outcome is an error or
// events with an id and times, and never other ones than the SDK's decoder finds.
func FuzzPage(f *testing.F) {
	for _, s := range []string{
		`{"value":[{"id":"a","type":"singleInstance","subject":"x","showAs":"busy","start":{"dateTime":"2026-11-23T12:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-11-23T13:00:00.0000000","timeZone":"UTC"}}],"@odata.deltaLink":"https://graph.example/v1.0/x"}`,
		`{"value":[{"id":"a","@removed":{"reason":"deleted"}}]}`,
		`{"value":[{"id":"o","type":"occurrence","seriesMasterId":"m","start":{"dateTime":"2026-11-23T12:00:00"},"end":{"dateTime":"2026-11-23T12:00:00"}},{"id":"m","type":"seriesMaster"}],"@odata.nextLink":"//evil"}`,
		`{"value":[{"id":"d","isAllDay":true,"start":{"dateTime":"2026-11-23T00:00:00","timeZone":"Tokyo Standard Time"},"end":{"dateTime":"2026-11-24T00:00:00"}}]}`,
		`{"value":[null]}`, `{"value":5}`, `{}`, `null`, `[]`, `{"value":[{"id":{}}]}`, `{"value":[{"id":"x","organizer":{"emailAddress":null},"start":[]}]}`,
	} {
		f.Add([]byte(s))
	}
	s := testSource(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		sameAsTheSDK(t, s, body)
		r := &reading{req: syncer.Request{Room: "r", Cursor: "c"}, round: newRound()}
		reply := &batchReply{Status: 200, Body: body}
		if err := s.take(t.Context(), part{reading: r}, reply); err != nil {
			return
		}
		c := r.change()
		for _, e := range c.Events {
			if e.ID == "" || e.Start.IsZero() || e.Start.Location() != time.UTC {
				t.Errorf("%q gives %+v", body, e)
			}
		}
		if r.link != "" && !strings.HasPrefix(strings.ToLower(r.link), "https://graph.example/v1.0/") {
			t.Errorf("link %q", r.link)
		}
	})
}

// FuzzBatchReply feeds whole replies to a batch.
func FuzzBatchReply(f *testing.F) {
	for _, s := range []string{`{"responses":[{"id":"1","status":429,"headers":{"Retry-After":"7"},"body":{"error":{"code":"x","message":"y"}}}]}`,
		`{"responses":[{"id":"1","status":500,"headers":{"Retry-After":7,"a":[null]},"body":"PGh0bWw+"}]}`,
		`{"responses":[{"id":"99","status":-1}]}`, `{"responses":null}`, `[]`, ``, `{"responses":[{"id":1}]}`} {
		f.Add([]byte(s))
	}
	source := testSource(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		replies, err := sortReplies(raw, 2)
		if err != nil {
			return
		}
		for _, r := range replies {
			if r == nil {
				continue
			}
			e := source.replyFault("op", always(""), newReplyError(r.Status, r.header(), r.Body, time.Time{}))
			if e.Kind == "" || e.RetryAfter < 0 || len(e.Error()) > 4000 {
				t.Errorf("%+v", e)
			}
		}
	})
}

// FuzzListing feeds lists of calendars and of rooms: no panic, and no link that leads
// away.
func FuzzListing(f *testing.F) {
	for _, s := range []string{`{"value":[{"id":"a","name":"Calendar","isDefaultCalendar":true,"owner":{"name":"Ada","address":"a@x"}}],"@odata.nextLink":"https://graph.example/v1.0/me/calendars?$skip=10"}`,
		`{"value":[{"emailAddress":"oslo@x","tags":["a",null],"isWheelChairAccessible":true}]}`, `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/x"}`,
		`{"value":[null]}`, `{"value":[{"owner":null,"id":"x"},{"id":5}]}`, `{"value":{}}`, `{}`, `null`, `[]`, ``} {
		f.Add([]byte(s))
	}
	s := testSource(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		c := calendarList{group: map[string]string{}}
		list := &roomList{rooms: map[calendar.RoomID]bool{}}
		for _, l := range []*listing{s.calendarsAt("/me/calendars", "g", &c), s.members(list)} {
			next, err := l.take(body)
			if err == nil && next != "" && (!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//")) {
				t.Errorf("%q leads to %q", body, next)
			}
		}
		for _, r := range c.rooms() {
			if id, ok := r.ID.Calendar(); !ok || id == "" {
				t.Errorf("%q gives %+v", body, r)
			}
		}
	})
}

// FuzzSecretExpiry feeds app registrations: the outcome is an error of bounded
// length, nothing known, or a time that stands in the reply.
func FuzzSecretExpiry(f *testing.F) {
	for _, s := range []string{
		`{"passwordCredentials":[{"hint":"Abc","endDateTime":"2027-11-23T00:00:00Z"}]}`,
		`{"passwordCredentials":[{"hint":"Abc","endDateTime":"2027-11-23T00:00:00.1234567+01:00"},{"hint":"Abc","endDateTime":"2020-01-01T00:00:00Z"}]}`,
		`{"passwordCredentials":[{"hint":null,"endDateTime":null},null]}`, `{"passwordCredentials":[{"hint":"Abc","endDateTime":"soon"}]}`,
		`{"passwordCredentials":null}`, `{"passwordCredentials":{}}`, `{}`, `null`, `[]`, ``, `{"PASSWORDCREDENTIALS":[{"hint":"Äöü"}]}`,
	} {
		f.Add([]byte(s), "Abc8Q~x")
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte, secret string) {
		got, err := secretExpiry(body, secret, now)
		switch {
		case err != nil && (!got.IsZero() || len(err.Error()) > 1000):
			t.Errorf("%v, %v", got, err)
		case !got.IsZero() && !strings.Contains(string(body), got.Format("05")): // seconds survive any offset
			t.Errorf("%q gives %v", body, got)
		}
	})
}
