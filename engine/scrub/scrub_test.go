package scrub_test

import (
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/scrub"
)

func TestText(t *testing.T) {
	s := scrub.New()
	s.Hide("room", "Oslo", "Oslo North", "oslo@contoso.com")
	s.Hide("person", "Ada Lovelace", "ab")
	for _, secret := range []string{
		"Oslo", "OSLO north", "Oslo North", "oslo", "ada lovelace", "bob.o'neil@example.co.uk", "müller@exämple.de",
		"2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401", "A4:CF:12:00:00:01", "a4-cf-12-00-00-01", "192.168.20.31", "fe80::1ff:fe23:4567:890a%eth0",
		"2001:db8:0:1:1:1:1:1", "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiIw.c2lnbmF0dXJl", "Sx08Q~aV3kZ1yB7mPq9tLw2rE5uI8oA4sD6fGhJk",
		"door-3.office.local", "0123456789abcdef0123456789abcdef",
	} {
		line := "time=12:00 level=WARN msg=\"can't reach\" what=" + secret + " err=timeout"
		got := s.Text(line)
		if strings.Contains(strings.ToLower(got), strings.ToLower(secret)) || !strings.Contains(got, "err=timeout") || !strings.Contains(got, "level=WARN") {
			t.Errorf("%q becomes %q", line, got)
		}
	}
	for _, keep := range []string{
		`level=INFO msg="Starting" version=1.2.3`, "github.com/roomink/roomink/engine/reconcile.(*Reconciler).round(0x1)",
		"goroutine 12 [select, 5 minutes]:", "engine/store/migrations/00001_initial.sql", "AADSTS7000222", "display.notUpdated", "context deadline exceeded",
	} {
		if got := s.Text(keep); got != keep {
			t.Errorf("%q becomes %q", keep, got)
		}
	}
	if a, b := s.Text("Oslo"), s.Text("in oslo"); !strings.HasSuffix(b, a) {
		t.Errorf("%q and %q; want the same name for the same thing", a, b)
	}
	if other := scrub.New(); other.Pseudonym("room", "Oslo") == s.Pseudonym("room", "Oslo") {
		t.Error("two files can be matched by their pseudonyms")
	}
}

func FuzzText(f *testing.F) {
	f.Add("the sign at Oslo 192.0.2.7 ada@contoso.com", "Oslo")
	f.Fuzz(func(t *testing.T, text, secret string) {
		s := scrub.New()
		s.Hide("x", secret)
		got := s.Text(text)
		trimmed := strings.TrimSpace(secret)
		// Inside of pseudonyms any few letters may come up.
		if len(trimmed) >= 12 && strings.Contains(got, trimmed) {
			t.Errorf("%q is left in %q", trimmed, got)
		}
	})
}
