package tenant_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// TestBrowse: the played browser ends at the app's own loopback page.
func TestBrowse(t *testing.T) {
	w := start(t)
	var got url.Values
	app := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		got = r.URL.Query()
		_, _ = rw.Write([]byte("welcome back"))
	}))
	defer app.Close()
	u, err := url.Parse(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, accept := range []bool{false, true, true} { // the second yes finds no consent page
		q := w.authorizeQuery("openid Calendars.Read")
		q.Set("redirect_uri", "http://localhost:"+u.Port()+"/roomink")
		page, err := w.tenant.Browse(t.Context(), w.url+"/"+w.creds.TenantID+"/oauth2/v2.0/authorize?"+q.Encode(), accept)
		if err != nil || page != "welcome back" || got.Get("state") != "st4te" || (got.Get("code") != "") != accept || (got.Get("error") == "access_denied") == accept {
			t.Errorf("accept %t: %q %v %v", accept, page, err, got)
		}
	}
	q := w.authorizeQuery("openid")
	q.Set("redirect_uri", "http://localhost:1/roomink") // nobody listens
	if _, err := w.tenant.Browse(t.Context(), w.url+"/"+w.creds.TenantID+"/oauth2/v2.0/authorize?"+q.Encode(), true); err == nil {
		t.Error("a dead app is no error")
	}
}
