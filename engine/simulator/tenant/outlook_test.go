package tenant_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const freeRoom = "ember@nordlicht.example"

func TestOutlookForms(t *testing.T) {
	w := start(t)
	if page := w.get("/"); page.status != 200 || !strings.Contains(page.body, `href="/outlook"`) {
		t.Errorf("index: %d", page.status)
	}
	if w.tenant.OutlookURL() != w.url+"/outlook" {
		t.Error(w.tenant.OutlookURL())
	}
	page := w.get("/outlook")
	for _, want := range []string{"Simulated Outlook", "Polarlicht", "Hudson Loft", "Free all day", "Lichtkonzept", "Mitarbeitergespräch", "Launch party planning 🎉"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	version := w.get("/outlook/version").body

	booked := w.post("/outlook/book", url.Values{"room": {freeRoom}, "subject": {"<b>Talk</b> & tea"}, "organizer": {"Kim Ro-se"}, "start": {"2026-11-23T14:00"}, "minutes": {"45"}, "private": {"on"}})
	if booked.status != http.StatusSeeOther || booked.header.Get("Location") != "/outlook?day=0&done=booked" {
		t.Fatalf("%d %s %s", booked.status, booked.header.Get("Location"), booked.body)
	}
	noon := time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC) // 14:00 in New York
	list, err := w.tenant.Meetings(freeRoom, monday, monday.AddDate(0, 0, 1))
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	b := list[0]
	if b.Subject != "<b>Talk</b> & tea" || b.Organizer.Name != "Kim Ro-se" || b.Organizer.Address != "kim.ro.se@nordlicht.example" || !b.Start.Equal(noon) || b.End.Sub(b.Start) != 45*time.Minute || b.Sensitivity != "private" {
		t.Errorf("%+v", b)
	}
	page = w.get("/outlook?done=booked")
	if !strings.Contains(page.body, "&lt;b&gt;Talk&lt;/b&gt; &amp; tea") || !strings.Contains(page.body, "Meeting booked.") {
		t.Error("booking is not on the page, or not escaped")
	}
	if w.get("/outlook/version").body == version {
		t.Error("version did not change")
	}
	w.post("/outlook/move", url.Values{"room": {freeRoom}, "id": {b.ID}, "start": {"2026-11-23T15:00"}, "minutes": {"30"}, "day": {"1"}})
	list, _ = w.tenant.Meetings(freeRoom, monday, monday.AddDate(0, 0, 1))
	if !list[0].Start.Equal(noon.Add(time.Hour)) {
		t.Errorf("not moved: %v", list[0].Start)
	}
	w.post("/outlook/cancel", url.Values{"room": {freeRoom}, "id": {b.ID}})
	list, _ = w.tenant.Meetings(freeRoom, monday, monday.AddDate(0, 0, 1))
	if len(list) != 1 || !list[0].Cancelled || !strings.HasPrefix(list[0].Subject, "Canceled: ") || list[0].ShowAs != "free" {
		t.Errorf("cancelled: %+v", list)
	}
	if a := w.post("/outlook/cancel", url.Values{"room": {freeRoom}, "id": {b.ID}, "mode": {"delete"}}); a.header.Get("Location") != "/outlook?day=0&done=deleted" {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
	if list, _ = w.tenant.Meetings(freeRoom, monday, monday.AddDate(0, 0, 1)); len(list) != 0 {
		t.Errorf("not removed: %v", list)
	}
}

func TestOutlookRefusals(t *testing.T) {
	w := start(t)
	good := url.Values{"room": {freeRoom}, "subject": {"x"}, "start": {"2026-11-23T14:00"}, "minutes": {"30"}}
	for k, v := range map[string]string{"room": "nowhere@x.example", "start": "soon", "minutes": "0", "subject": strings.Repeat("x", 256)} {
		f := url.Values{}
		for a, b := range good {
			f[a] = b
		}
		f.Set(k, v)
		if a := w.post("/outlook/book", f); a.status != 400 || !strings.Contains(a.body, `class="problem"`) {
			t.Errorf("%s=%s: %d", k, v, a.status)
		}
	}
	if a := w.post("/outlook/cancel", url.Values{"room": {freeRoom}, "id": {"made-up"}}); a.status != 400 {
		t.Errorf("made-up id: %d", a.status)
	}
	if a := w.post("/outlook/cancel", url.Values{"mode": {"burn"}}); a.status != 400 {
		t.Errorf("mode: %d", a.status)
	}
	for _, c := range [][2]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "same-site"}, {"Host", "rebound.example"}} {
		r := w.request("POST", "/outlook/book", strings.NewReader(good.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(c[0], c[1])
		if c[0] == "Host" {
			r.Host = c[1]
		}
		if a := w.do(r); a.status != http.StatusForbidden {
			t.Errorf("%v: %d", c, a.status)
		}
	}
	r := w.request("POST", "/outlook/book", strings.NewReader(good.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", w.url)
	if a := w.do(r); a.status != http.StatusSeeOther {
		t.Errorf("own origin: %d", a.status)
	}
	for _, path := range []string{"/assets/../tenant.go", "/assets/login.html", "/outlook/none"} {
		if a := w.get(path); a.status != 404 && a.status != 301 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for _, path := range []string{"/assets/entra.css", "/assets/outlook.css", "/assets/outlook.js"} {
		if a := w.get(path); a.status != 200 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	// Any day renders, at any hour, DST changes and meetings over midnight included.
	w.clock.advance(11*time.Hour + 40*time.Minute)
	for _, day := range []string{"-30", "-1", "0", "1", "7", "125", "9999999", "x"} {
		if a := w.get("/outlook?day=" + day); a.status != 200 {
			t.Errorf("day %s: %d", day, a.status)
		}
	}
}
