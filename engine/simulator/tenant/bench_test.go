package tenant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// bigOffice is a tenant of 500 rooms × 40 events, a token, and the batches that
// read all of it.
func bigOffice(b *testing.B) (*tenant.Tenant, string, [][]byte) {
	b.Helper()
	c := &clock{at: monday}
	o := tenant.Options{Now: c.now, BaseURL: "http://tenant.example", EmptyPageEvery: -1}
	tn, err := tenant.New(o)
	if err != nil {
		b.Fatal(err)
	}
	if err := tn.Populate(500, 40); err != nil {
		b.Fatal(err)
	}
	tn.GrantAdminConsent()
	creds := tn.Credentials()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {creds.ClientID}, "client_secret": {creds.ClientSecret},
		"scope": {"https://graph.microsoft.com/.default"}}
	r, _ := http.NewRequest("POST", "http://tenant.example/"+creds.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := &kept{header: http.Header{}}
	tn.ServeHTTP(w, r)
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Bytes(), &token); err != nil || token.AccessToken == "" {
		b.Fatalf("%v: %s", err, w.Bytes())
	}
	var urls []string
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, room := range tn.Rooms() {
		urls = append(urls, "/users/"+url.PathEscape(room.Address)+"/calendarView/delta()?"+span(from, from.AddDate(0, 0, 9)))
	}
	return tn, token.AccessToken, batchesOf(urls)
}

func batchesOf(urls []string) (bodies [][]byte) {
	for len(urls) > 0 {
		n := min(20, len(urls))
		parts := make([]map[string]any, n)
		for i, u := range urls[:n] {
			parts[i] = map[string]any{"id": fmt.Sprint(i + 1), "method": "GET", "url": u, "headers": map[string]string{
				"Accept": "application/json", "Prefer": `odata.maxpagesize=50, outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"`}}
		}
		raw, _ := json.Marshal(map[string]any{"requests": parts})
		bodies, urls = append(bodies, raw), urls[n:]
	}
	return bodies
}

type kept struct {
	bytes.Buffer
	header http.Header
	status int
}

func (k *kept) Header() http.Header { return k.header }
func (k *kept) WriteHeader(s int)   { k.status = s }

func readAll(b *testing.B, tn *tenant.Tenant, token string, bodies [][]byte, zip bool) (links []string, size int) {
	for _, body := range bodies {
		r, _ := http.NewRequest("POST", "http://tenant.example/v1.0/$batch", bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		if zip {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		w := &kept{header: http.Header{}}
		tn.ServeHTTP(w, r)
		if size += w.Len(); w.status != 200 {
			b.Fatalf("%d %s", w.status, w.Bytes()[:min(300, w.Len())])
		}
		if !zip {
			for _, part := range bytes.Split(w.Bytes(), []byte(`"@odata.deltaLink":"`))[1:] {
				link, _, _ := bytes.Cut(part, []byte{'"'})
				links = append(links, strings.TrimPrefix(string(link), "http://tenant.example/v1.0"))
			}
		}
	}
	return links, size
}

func BenchmarkPopulate(b *testing.B) {
	for b.Loop() {
		tn, err := tenant.New(tenant.Options{})
		if err == nil {
			err = tn.Populate(500, 40)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstRound and BenchmarkQuietRound are what serving 500 rooms takes.
func BenchmarkFirstRound(b *testing.B) {
	for _, zip := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "gzip"}[zip], func(b *testing.B) {
			tn, token, bodies := bigOffice(b)
			b.ReportAllocs()
			for b.Loop() {
				_, size := readAll(b, tn, token, bodies, zip)
				b.ReportMetric(float64(size)/1e6, "MB")
			}
		})
	}
}

func BenchmarkQuietRound(b *testing.B) {
	tn, token, bodies := bigOffice(b)
	links, _ := readAll(b, tn, token, bodies, false)
	if len(links) != 500 {
		b.Fatalf("%d links", len(links))
	}
	bodies = batchesOf(links)
	b.ReportAllocs()
	for b.Loop() {
		readAll(b, tn, token, bodies, true)
	}
}
