package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/graph"
)

// directory is a Graph of places: rooms by number, and lists of them by address. It
// pages by $top and $skip and gives no links, as Graph did for years.
type directory struct {
	rooms    int
	lists    map[string][]int
	refuse   func(url string) (status int, body string)
	requests int
}

func (d *directory) source(t *testing.T) *graph.Source {
	return application(t, func(w http.ResponseWriter, r *http.Request) {
		d.requests++
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "$batch"):
			r.URL.Path = "/v1.0/$batch"
			answers(t, d.part)(w, r)
		case strings.HasSuffix(r.URL.Path, "getSchedule"):
			_, _ = io.WriteString(w, schedules(t, r.Body))
		default:
			q := r.URL.Query()
			_, _ = io.WriteString(w, cut(places("room", d.rooms), q.Get("$top"), q.Get("$skip")))
		}
	})
}

func places(kind string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(`{"id":"x","emailAddress":"%s%d@x.com","displayName":"%s %d"}`, kind, i, kind, i))
	}
	return all
}

func cut(all []string, top, skip string) string {
	n, _ := strconv.Atoi(top)
	from, _ := strconv.Atoi(skip)
	from = min(from, len(all))
	return listJSON("", all[from:min(from+n, len(all))]...)
}

func (d *directory) part(_ string, p sent) (int, string) {
	if d.refuse != nil {
		if status, body := d.refuse(p.URL); status != 0 {
			return status, body
		}
	}
	path, query, _ := strings.Cut(p.URL, "?")
	var top, skip int
	if _, err := fmt.Sscanf(query, "%%24top=%d&%%24skip=%d", &top, &skip); err != nil {
		return 400, `{}`
	}
	if path == "/places/microsoft.graph.roomlist" {
		return 200, cut(places("list", len(d.lists)), strconv.Itoa(top), strconv.Itoa(skip))
	}
	address := strings.TrimSuffix(strings.TrimPrefix(path, "/places/"), "/microsoft.graph.roomlist/rooms")
	members, ok := d.lists[address]
	if !ok {
		return 404, `{"error":{"code":"Request_ResourceNotFound","message":"m"}}`
	}
	var all []string
	for _, i := range members {
		all = append(all, fmt.Sprintf(`{"emailAddress":"Room%d@x.com"}`, i))
	}
	return 200, cut(all, strconv.Itoa(top), strconv.Itoa(skip))
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestRoomLists(t *testing.T) {
	d := &directory{rooms: 250, lists: map[string][]int{
		"list0@x.com": upTo(250), "list1@x.com": {1, 2}, "list2@x.com": {2, 3, 4}, "list3@x.com": {1, 5, 999}, "list4@x.com": {}}}
	rooms, err := d.source(t).Rooms(t.Context())
	if err != nil || len(rooms) != 250 {
		t.Fatalf("%d rooms, %v", len(rooms), err)
	}
	// The smallest list says the most.
	for room, want := range map[int]string{0: "list 0", 1: "list 1", 2: "list 1", 3: "list 2", 5: "list 3", 249: "list 0"} {
		if rooms[room].List != want || rooms[room].TimeZone == "" {
			t.Errorf("%+v, want %s", rooms[room], want)
		}
	}
}

// TestRequestsForTheDirectory counts what Rooms says that it costs.
func TestRequestsForTheDirectory(t *testing.T) {
	for _, n := range []struct{ rooms, lists, want int }{{20, 0, 2 + 1 + 1}, {100, 3, 2 + 2 + 2 + 5}, {500, 20, 6 + 2 + 2 + 25}, {500, 45, 6 + 2 + 5 + 25}} {
		d := &directory{rooms: n.rooms, lists: map[string][]int{}}
		for i := range n.lists {
			d.lists[fmt.Sprintf("list%d@x.com", i)] = []int{i, i + n.lists}
		}
		if rooms, err := d.source(t).Rooms(t.Context()); err != nil || len(rooms) != n.rooms || d.requests != n.want {
			t.Errorf("%d rooms in %d lists took %d requests, want %d: %v", n.rooms, n.lists, d.requests, n.want, err)
		}
	}
}

func TestRoomListsThatFailCostOnlyTheirNames(t *testing.T) {
	refusing := func(part string, status int, body string) func(string) (int, string) {
		return func(url string) (int, string) {
			if strings.Contains(url, part) {
				return status, body
			}
			return 0, ""
		}
	}
	for name, tt := range map[string]struct {
		refuse func(string) (int, string)
		want   string // lists of rooms 1 and 2
	}{
		"all":           {refusing("", 403, noRights), "/"},
		"the lists":     {refusing("/places/microsoft", 500, `{}`), "/"},
		"one":           {refusing("list0", 404, noResource), "/list 1"},
		"one, odd":      {refusing("list0", 200, `{"value":[null]}`), "/list 1"},
		"one, throttle": {refusing("list0", 429, `{}`), "/list 1"},
		"second page":   {refusing("24skip=1", 503, `{}`), "list 0/list 1"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &directory{rooms: 3, lists: map[string][]int{"list0@x.com": {1}, "list1@x.com": {2}}, refuse: tt.refuse}
			if name == "second page" {
				d.refuse = func(url string) (int, string) {
					if strings.Contains(url, "list0") || strings.Contains(url, "list1") {
						return refusing("24skip=1", 503, `{}`)(url)
					}
					return 0, ""
				}
			}
			rooms, err := d.source(t).Rooms(t.Context())
			if err != nil || len(rooms) != 3 || rooms[0].TimeZone == "" {
				t.Fatalf("%+v, %v", rooms, err)
			}
			if got := rooms[1].List + "/" + rooms[2].List; got != tt.want {
				t.Errorf("lists %q, want %q", got, tt.want)
			}
		})
	}
}

// TestADirectoryThatIgnoresSkip covers lists that repeat themselves.
func TestADirectoryThatIgnoresSkip(t *testing.T) {
	n := 0
	s := application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "$batch"):
			answers(t, func(_ string, p sent) (int, string) {
				n++
				if strings.Contains(p.URL, "/rooms?") {
					return 200, `{"value":[{"emailAddress":"room0@x.com"},{"emailAddress":null}]}`
				}
				return 200, `{"value":[{"displayName":" House ","emailAddress":"house@x.com"},{"emailAddress":"HOUSE@x.com"},{"displayName":"no address"}]}`
			})(w, r)
		case strings.HasSuffix(r.URL.Path, "getSchedule"):
			_, _ = io.WriteString(w, `{"value":[]}`)
		default:
			_, _ = io.WriteString(w, listJSON("", places("room", 1)...))
		}
	})
	rooms, err := s.Rooms(t.Context())
	if err != nil || len(rooms) != 1 || rooms[0].List != "House" || n != 4 {
		t.Errorf("%+v, %v after %d parts", rooms, err, n)
	}
}

func TestEndOfContextDuringTheLists(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := application(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "$batch") {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, listJSON("", places("room", 1)...))
	})
	if got, err := s.Rooms(ctx); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEquipment(t *testing.T) {
	for body, want := range map[string]string{
		`{}`: "",
		`{"audioDeviceName":"Jabra  Speak","videoDeviceName":"Teams Rooms","displayDeviceName":"Surface Hub","isWheelChairAccessible":true,"tags":["whiteboard"," Bean bags "]}`: "Teams Rooms, Surface Hub, Jabra Speak, wheelchair accessible, whiteboard, Bean bags",
		`{"audioDeviceName":"Teams","videoDeviceName":"teams","displayDeviceName":"","isWheelChairAccessible":false,"tags":["TEAMS","",null]}`:                                   "teams",
		`{"audioDeviceName":null,"isWheelChairAccessible":null,"tags":null}`:                                                                                                     "",
	} {
		s := application(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, map[bool]string{true: listJSON("", `{"emailAddress":"a@x.com",`+strings.TrimPrefix(strings.Replace(body, "{}", `{"id":"x"}`, 1), "{")), false: `{"value":[]}`}[r.URL.Query().Get("$skip") == "0"])
		})
		rooms, err := s.Rooms(t.Context())
		if err != nil || len(rooms) != 1 || rooms[0].Equipment != want {
			t.Errorf("%s gives %+v, %v", body, rooms, err)
		}
	}
}
