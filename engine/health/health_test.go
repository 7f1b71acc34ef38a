package health_test

import (
	"testing"
	"time"

	"github.com/roomink/roomink/engine/health"
)

func TestRegistry(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	changes := 0
	r := health.NewRegistry(func() time.Time { return now }, func() { changes++ })
	want := func(n int, codes ...health.Code) {
		t.Helper()
		got := r.Problems()
		ok := len(got) == len(codes) && changes == n
		for i := range min(len(got), len(codes)) {
			ok = ok && got[i].Code == codes[i]
		}
		if !ok {
			t.Errorf("problems %+v after %d changes; want %v after %d", got, changes, codes, n)
		}
	}
	warn := health.Problem{Code: "display.notUpdated", Subject: "d1", Severity: health.Warning, Title: "a"}
	r.Set(warn)
	want(1, "display.notUpdated")
	now = now.Add(time.Hour)
	r.Set(warn) // still wrong: no change, and it began when it began
	want(1, "display.notUpdated")
	r.Set(health.Problem{Code: "account.needsSignIn", Severity: health.Error, Title: "b"})
	want(2, "account.needsSignIn", "display.notUpdated")
	warn.Text = "now with a cause"
	r.Set(warn)
	want(3, "account.needsSignIn", "display.notUpdated")
	if since := r.Problems()[1].Since; !since.Equal(now.Add(-time.Hour)) {
		t.Errorf("since %v; want the first time", since)
	}
	r.Clear("display.notUpdated", "d2")
	want(3, "account.needsSignIn", "display.notUpdated")
	r.Clear("display.notUpdated", "d1")
	want(4, "account.needsSignIn")
	r.Set(warn)
	r.Set(health.Problem{Code: warn.Code, Subject: "d2", Severity: health.Notice})
	r.ClearAll(warn.Code)
	want(7, "account.needsSignIn")
	r.ClearAll(warn.Code)
	want(7, "account.needsSignIn")
}
