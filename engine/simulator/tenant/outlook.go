package tenant

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// localMinute is how an <input type="datetime-local"> writes a time.
const localMinute = "2006-01-02T15:04"

// serveOutlook serves the demo's pages: /, /outlook and the forms behind it.
func (t *Tenant) serveOutlook(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, "/assets/"); ok && r.Method == http.MethodGet {
		serveAsset(w, r, name)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /":
		t.writePage(w, http.StatusOK, "index.html", page{Title: t.office.Company, Company: t.office.Company, Username: t.office.Admin.Address, Tenant: tenantID})
	case "GET /outlook", "GET /outlook/":
		day, _ := strconv.Atoi(r.URL.Query().Get("day")) // anything else is today
		t.outlookPage(w, http.StatusOK, day, r.URL.Query().Get("done"), "")
	case "GET /outlook/version":
		w.Header().Set("Cache-Control", "no-store")
		_, _ = fmt.Fprint(w, t.version())
	case "POST /outlook/book":
		t.outlookPost(w, r, t.postBook)
	case "POST /outlook/move":
		t.outlookPost(w, r, t.postMove)
	case "POST /outlook/cancel":
		t.outlookPost(w, r, t.postCancel)
	default:
		http.NotFound(w, r)
	}
}

// version changes whenever any calendar does; the page reloads itself on it.
func (t *Tenant) version() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	var n int64
	for _, b := range t.order {
		n += b.seq
	}
	return n
}

// outlookPost runs a form's action and goes back to the day that was shown.
func (t *Tenant) outlookPost(w http.ResponseWriter, r *http.Request, act func(url.Values) (done string, err error)) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if !t.sameOrigin(r) {
		http.Error(w, "This form was not posted from Simulated Outlook.", http.StatusForbidden)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, "This form can't be read.", http.StatusBadRequest)
		return
	}
	day, _ := strconv.Atoi(r.PostForm.Get("day"))
	done, err := act(r.PostForm)
	if err != nil {
		t.outlookPage(w, http.StatusBadRequest, day, "", upperFirst(err.Error())+".")
		return
	}
	http.Redirect(w, r, "/outlook?"+url.Values{"day": {strconv.Itoa(day)}, "done": {done}}.Encode(), http.StatusSeeOther)
}

// times reads start (local to the room, as datetime-local writes it) and minutes.
func (t *Tenant) times(f url.Values) (start, end time.Time, err error) {
	loc, err := t.zoneOf(f.Get("room"))
	if err != nil {
		return start, end, err
	}
	if start, err = time.ParseInLocation(localMinute, f.Get("start"), loc); err != nil {
		return start, end, fmt.Errorf("the start %q is no date and time", f.Get("start"))
	}
	minutes, err := strconv.Atoi(f.Get("minutes"))
	if err != nil || minutes < 1 || minutes > 31*24*60 {
		return start, end, fmt.Errorf("the length %q is no number of minutes", f.Get("minutes"))
	}
	return start, start.Add(time.Duration(minutes) * time.Minute), nil
}

func (t *Tenant) zoneOf(room string) (*time.Location, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(room)
	if err != nil {
		return nil, err
	}
	return b.loc, nil
}

func (t *Tenant) postBook(f url.Values) (string, error) {
	start, end, err := t.times(f)
	if err != nil {
		return "", err
	}
	m := Meeting{Subject: strings.TrimSpace(f.Get("subject")), Organizer: t.person(f.Get("organizer")), Start: start, End: end}
	if f.Get("private") != "" {
		m.Sensitivity = "private"
	}
	if _, err := t.Book(f.Get("room"), m); err != nil {
		return "", err
	}
	return "booked", nil
}

// person finds an address for a typed name.
func (t *Tenant) person(name string) Person {
	name = strings.TrimSpace(name)
	if name == "" {
		name = t.office.Admin.Name
	}
	for _, p := range demoPeople {
		if p.Name == name {
			return p
		}
	}
	local := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '.' || r == '-':
			return '.'
		}
		return -1
	}, strings.ToLower(name))
	return Person{name, strings.Trim(local, ".") + "@" + t.office.Domain}
}

func (t *Tenant) postMove(f url.Values) (string, error) {
	start, end, err := t.times(f)
	if err != nil {
		return "", err
	}
	if err := t.Move(f.Get("room"), f.Get("id"), start, end); err != nil {
		return "", err
	}
	return "moved", nil
}

// postCancel cancels as the organizer does (mode "cancel", the default) or
// removes the event altogether (mode "delete").
func (t *Tenant) postCancel(f url.Values) (string, error) {
	switch f.Get("mode") {
	case "", "cancel":
		return "cancelled", t.Cancel(f.Get("room"), f.Get("id"))
	case "delete":
		return "deleted", t.Delete(f.Get("room"), f.Get("id"))
	}
	return "", errors.New("the form asks for neither cancel nor delete")
}
