package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

// BenchmarkChanges reads 500 rooms of 40 events each, and then none that is new, over
// loopback. What the other end spends on its words is in it too.
func BenchmarkChanges(b *testing.B) {
	for name, events := range map[string]int{"first": 40, "quiet": 0} {
		b.Run(name, func(b *testing.B) {
			s, requests := office(b, 500, events)
			b.ReportAllocs()
			for b.Loop() {
				changes, err := s.Changes(b.Context(), requests)
				if err != nil {
					b.Fatal(err)
				}
				for _, c := range changes {
					if c.Err != nil || len(c.Events) != events {
						b.Fatalf("%+v", c)
					}
				}
			}
		})
	}
}

// office is a Graph that has the same page ready for every room.
func office(b *testing.B, rooms, events int) (*graph.Source, []syncer.Request) {
	b.Helper()
	text := strings.Repeat(`Agenda point: figures, staff, outlook.\r\n`, 20)
	var all []string
	for i := range events {
		all = append(all, strings.NewReplacer(`"id":"S"`, fmt.Sprintf(`"id":"E%d"`, i), `"unheardOf"`, `"body":{"contentType":"text","content":"`+text+`"},
			"attendees":[`+strings.TrimSuffix(strings.Repeat(`{"type":"required","status":{"response":"none","time":"0001-01-01T00:00:00Z"},"emailAddress":{"name":"Grace Hopper","address":"grace@contoso.com"}},`, 8), ",")+`],
			"location":{"displayName":"Oslo","locationType":"conferenceRoom","uniqueId":"oslo@contoso.com","uniqueIdType":"directory","locationEmailAddress":"oslo@contoso.com"},"unheardOf"`).Replace(single))
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Requests []sent }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		ready := page(end("http://"+r.Host+"/v1.0", "z"), all...)
		_, _ = io.WriteString(w, `{"responses":[`)
		for i, p := range in.Requests {
			_, _ = fmt.Fprintf(w, `%s{"id":%q,"status":200,"headers":{"Content-Type":"application/json"},"body":%s}`, map[bool]string{true: "", false: ","}[i == 0], p.ID, ready)
		}
		_, _ = io.WriteString(w, `]}`)
	}))
	b.Cleanup(srv.Close)
	s, err := graph.New(graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken})
	if err != nil {
		b.Fatal(err)
	}
	requests := make([]syncer.Request, rooms)
	for i := range requests {
		requests[i] = syncer.Request{Room: calendar.RoomID(fmt.Sprintf("room%d@contoso.com", i)), Window: syncer.DefaultWindow(monday)}
		if events == 0 {
			requests[i].Cursor = deltaCursor(srv.URL + "/v1.0")
		}
	}
	return s, requests
}
