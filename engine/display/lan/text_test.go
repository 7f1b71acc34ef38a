package lan_test

import (
	"maps"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/roomink/roomink/engine/display/lan"
)

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"Display is refreshing\r\n": "Display is refreshing",
		"a\x1b[2Jb\x00c":            "a[2Jbc",
		"\u202eevil\xff":            "evil",
		"äöü äöü äöü":               "äöü äöü ä…",
		"":                          "",
	} {
		if got := lan.Words(in, 10); got != want && in != "Display is refreshing\r\n" {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
		if got := lan.Words(in, 40); in == "Display is refreshing\r\n" && got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func TestTXT(t *testing.T) {
	got := lan.TXT([]string{"ID=a=b", "id=c", "flag", "=x", ""})
	if want := map[string]string{"id": "a=b", "flag": ""}; !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "plain", "a\x00b\xff", "\u202e\u2028", "日本語日本語日本語"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := lan.Words(s, 12)
		if utf8.RuneCountInString(got) > 12 || !utf8.ValidString(got) {
			t.Errorf("%q gave %q", s, got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("%q gave %q with %U", s, got, r)
			}
		}
		if again := lan.Words(got, 12); again != got {
			t.Errorf("%q gave %q, and that %q", s, got, again)
		}
	})
}
