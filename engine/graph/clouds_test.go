package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

// wire is a transport that answers by itself.
type wire func(req *http.Request) string

func (f wire) RoundTrip(req *http.Request) (*http.Response, error) {
	body := f(req)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req}, nil
}

// everyCall makes all requests that there are.
func everyCall(t *testing.T, s *graph.Source, room syncer.Request) syncer.Change {
	t.Helper()
	if _, err := s.Rooms(t.Context()); err != nil {
		t.Errorf("rooms: %v", err)
	}
	if err := s.Probe(t.Context(), "ada@contoso.com"); err != nil {
		t.Errorf("probe: %v", err)
	}
	if _, err := s.SecretExpiry(t.Context(), clientID, secret); err != nil {
		t.Errorf("secret: %v", err)
	}
	got, err := s.Changes(t.Context(), []syncer.Request{room})
	if err != nil {
		t.Fatalf("changes: %v", err)
	}
	return got[0]
}

func calendarsOf(t *testing.T, s *graph.Source) error {
	t.Helper()
	_, err := s.Calendars(t.Context())
	return err
}

// cloudReplies answers as Graph, whose links begin with links.
func cloudReplies(t *testing.T, req *http.Request, links string) string {
	switch path := req.URL.Path; {
	case strings.HasSuffix(path, "/$batch"):
		var in struct{ Requests []sent }
		if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
			t.Errorf("batch: %v", err)
		}
		var parts []string
		for _, p := range in.Requests {
			body := page(next(links, "n"))
			switch {
			case strings.Contains(p.URL, "skiptoken=c"), strings.HasPrefix(p.URL, "/places/"):
				body = `{"value":[]}`
			case strings.HasPrefix(p.URL, "/me/calendar"):
				body = page(next(links, "c"))
			case strings.Contains(p.URL, "skiptoken"):
				body = page(end(links, "d"))
			}
			parts = append(parts, fmt.Sprintf(`{"id":%q,"status":200,"body":%s}`, p.ID, body))
		}
		return `{"responses":[` + strings.Join(parts, ",") + `]}`
	case strings.Contains(path, "/applications("):
		return `{"passwordCredentials":[]}`
	case strings.HasSuffix(path, "/graph.room") && req.URL.Query().Get("$skip") == "0":
		return `{"value":[{"emailAddress":"oslo@contoso.com"}]}`
	}
	return `{"value":[]}`
}

func TestEachCloudHasItsOwnAddress(t *testing.T) {
	clouds := entra.Clouds()
	if len(clouds) != 4 {
		t.Fatalf("%d clouds", len(clouds))
	}
	for i, cloud := range clouds {
		for _, appOnly := range []bool{false, true} {
			t.Run(fmt.Sprint(cloud.Name, " ", appOnly), func(t *testing.T) {
				base := cloud.Graph + "/v1.0"
				var paths []string
				transport := wire(func(req *http.Request) string {
					paths = append(paths, req.URL.Path)
					if got := req.URL.Scheme + "://" + req.URL.Host; got != cloud.Graph || !strings.HasPrefix(req.URL.Path, "/v1.0/") || req.Host != "" && req.Host != req.URL.Host {
						t.Errorf("%s %s went to %s, not to %s", req.Method, req.URL.Path, got, cloud.Graph)
					}
					return cloudReplies(t, req, base)
				})
				s := newSource(t, graph.Options{BaseURL: base, Token: staticToken, Transport: transport, AppOnly: appOnly, Now: func() time.Time { return monday }})
				if appOnly {
					wantKind(t, calendarsOf(t, s), syncer.Denied)
				} else if err := calendarsOf(t, s); err != nil || len(paths) != 2 {
					t.Errorf("%v after %d requests", err, len(paths))
				}
				paths = nil
				c := everyCall(t, s, syncer.Request{Room: "oslo@contoso.com", Window: syncer.DefaultWindow(monday)})
				if c.Err != nil || !strings.HasPrefix(c.Cursor, base+"/") {
					t.Errorf("%+v", c)
				}
				asker := "/v1.0/me/calendar/getSchedule"
				if appOnly {
					asker = "/v1.0/users/oslo@contoso.com/calendar/getSchedule"
				}
				if all := strings.Join(paths, " "); len(paths) != 8 || !strings.Contains(all, asker) {
					t.Errorf("asked for %s", all)
				}

				// A link or a cursor of another cloud would carry the token there.
				other := clouds[(i+1)%len(clouds)]
				foreign := newSource(t, graph.Options{BaseURL: base, Token: staticToken, Transport: wire(func(req *http.Request) string {
					if req.URL.Host != strings.TrimPrefix(cloud.Graph, "https://") {
						t.Errorf("the token went to %s", req.URL.Host)
					}
					return cloudReplies(t, req, other.Graph+"/v1.0")
				})})
				wantKind(t, calendarsOf(t, foreign), syncer.Failed)
				wantKind(t, everyCall(t, foreign, syncer.Request{Room: "oslo@contoso.com"}).Err, syncer.Failed)
				cursor := syncer.Request{Room: "oslo@contoso.com", Cursor: deltaCursor(other.Graph + "/v1.0")}
				wantKind(t, everyCall(t, foreign, cursor).Err, syncer.Resync)
			})
		}
	}
}

func TestDefaultTransportIsTheCommonOne(t *testing.T) {
	s := newSource(t, graph.Options{BaseURL: "https://graph.example/v1.0", Token: func(context.Context) (*oauth2.Token, error) { return nil, fmt.Errorf("none") }})
	wantKind(t, s.Probe(t.Context(), "ada@contoso.com"), syncer.Offline)
}
