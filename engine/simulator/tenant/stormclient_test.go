package tenant_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// stormClient reads one room by the rules of graph.md 3.3 and puts up with
// whatever goes wrong: a round that fails is forgotten as a whole.
type stormClient struct {
	w       *world
	room    string
	from    time.Time
	to      time.Time
	link    string
	events  map[string]map[string]any
	masters map[string]map[string]any
}

var (
	errLost   = errors.New("the sync state is lost")
	errFailed = errors.New("the request failed")
)

const immutableUTC = `IdType="ImmutableId", odata.maxpagesize=7`

// try is a request that may fail in any way.
func (c *stormClient) try(target string) (map[string]any, error) {
	c.w.Helper()
	if !strings.HasPrefix(target, "http") {
		target = c.w.url + "/v1.0" + target
	}
	if !strings.HasPrefix(target, c.w.url+"/") {
		return nil, fmt.Errorf("%w: %s", errFailed, target) // the token must not go there
	}
	r := c.w.request("GET", target, nil)
	r.Header.Set("Authorization", "Bearer "+c.w.token)
	r.Header.Set("Prefer", immutableUTC)
	res, err := c.w.http.Do(r)
	if err != nil {
		return nil, errors.Join(errFailed, err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	switch {
	case res.StatusCode == http.StatusGone:
		return nil, errLost
	case err != nil || res.StatusCode != http.StatusOK:
		return nil, errFailed
	}
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil || m["id"] == nil && m["value"] == nil {
		return nil, errFailed
	}
	return m, nil
}

// round reads a round and applies it.
func (c *stormClient) round() error {
	c.w.Helper()
	var got []map[string]any
	next, end := c.link, ""
	if next == "" {
		next = "/users/" + url.PathEscape(c.room) + "/calendarView/delta?" + span(c.from, c.to)
	}
	for pages := 0; end == ""; pages++ {
		m, err := c.try(next)
		if errors.Is(err, errLost) || pages > 30 {
			c.link, c.events, c.masters = "", map[string]map[string]any{}, map[string]map[string]any{}
			return errLost
		}
		if err != nil {
			return err
		}
		got = append(got, values(m)...)
		next, _ = m["@odata.nextLink"].(string)
		end, _ = m["@odata.deltaLink"].(string)
	}
	if !strings.HasPrefix(end, c.w.url+"/v1.0/") {
		return errFailed
	}
	masters, err := c.mastersOf(got)
	if err != nil {
		return err
	}
	c.apply(got, masters)
	c.link = end
	return nil
}

// mastersOf finds the masters that a round has stubs of but doesn't hold.
func (c *stormClient) mastersOf(got []map[string]any) (map[string]map[string]any, error) {
	masters := map[string]map[string]any{}
	for _, it := range got {
		if it["type"] == "seriesMaster" {
			masters[it["id"].(string)] = it
		}
	}
	for _, it := range got {
		id, _ := it["seriesMasterId"].(string)
		if it["type"] != "occurrence" || masters[id] != nil {
			continue
		}
		m, err := c.try("/users/" + c.room + "/events/" + id)
		if err != nil {
			return nil, err
		}
		masters[id] = m
	}
	return masters, nil
}

func (c *stormClient) apply(got []map[string]any, masters map[string]map[string]any) {
	last := map[string]map[string]any{}
	for _, it := range got {
		last[it["id"].(string)] = it
	}
	drop := func(series string) {
		maps.DeleteFunc(c.events, func(_ string, e map[string]any) bool { return e["seriesMasterId"] == series })
	}
	for id, it := range last {
		if it["type"] == "seriesMaster" || it["@removed"] != nil {
			delete(c.events, id)
			drop(id)
		}
	}
	maps.Copy(c.masters, masters)
	for id, it := range last {
		if it["@removed"] == nil && it["type"] != "seriesMaster" {
			c.events[id] = it
		}
	}
}

// knows words what the client has like truth does.
func (c *stormClient) knows() (out []string) {
	for id, it := range c.events {
		full := it
		if it["type"] == "occurrence" {
			full = c.masters[it["seriesMasterId"].(string)]
		}
		at := func(side string) string { return it[side].(map[string]any)["dateTime"].(string)[:16] }
		series, _ := it["seriesMasterId"].(string)
		who := full["organizer"].(map[string]any)["emailAddress"].(map[string]any)["name"]
		out = append(out, fmt.Sprint(at("start"), " ", at("end"), " ", full["subject"], " ", who, " ", full["isAllDay"], full["isCancelled"],
			full["sensitivity"] != "normal", " ", full["showAs"], " ", id, " ", series))
	}
	slices.Sort(out)
	return out
}

func (c *stormClient) truth() (out []string) {
	c.w.Helper()
	list, err := c.w.tenant.Truth(c.room, c.from, c.to)
	if err != nil {
		c.w.Fatal(err)
	}
	for _, e := range list {
		const minute = "2006-01-02T15:04"
		out = append(out, fmt.Sprint(e.Start.Format(minute), " ", e.End.Format(minute), " ", e.Subject, " ", e.Organizer, " ", e.AllDay, e.Cancelled,
			e.Private, " ", e.Availability, " ", e.ID, " ", e.SeriesID))
	}
	slices.Sort(out)
	return out
}
