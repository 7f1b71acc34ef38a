package sign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/sign"
)

func TestLineTitles(t *testing.T) {
	const rlo, zwsp, shy = "\u202E", "\u200B", "\u00AD"
	o := newOffice(t)
	line := func(title, who string) sign.Line { return sign.Line{Time: "09:00 – 10:00", Title: title, Who: who} }
	for _, c := range []struct {
		name               string
		subject, organizer string
		private            bool
		full, who, masked  sign.Line
	}{
		{"plain", "Budget", "Ada", false, line("Budget", "Ada"), line("Ada", ""), line("Booked", "")},
		{"private", "Secret", "Ada", true, line("Private meeting", ""), line("Private meeting", ""), line("Booked", "")},
		{"subject is the organiser", "ada lovelace ", "Ada Lovelace", false, line("Ada Lovelace", ""), line("Ada Lovelace", ""), line("Booked", "")},
		{"no subject", "  ", "Ada", false, line("Ada", ""), line("Ada", ""), line("Booked", "")},
		{"no organiser", "Budget", "", false, line("Budget", ""), line("Booked", ""), line("Booked", "")},
		{"nothing", "", "", false, line("Booked", ""), line("Booked", ""), line("Booked", "")},
		{"entities", "R&amp;D &lt;Q4&gt; caf&eacute;", "A&#39;a", false, line("R&D <Q4> café", "A'a"), line("A'a", ""), line("Booked", "")},
		{"white space", "\tOne\r\n two\u2028three\u00a0 four ", "Ada", false, line("One two three four", "Ada"), line("Ada", ""), line("Booked", "")},
		{"controls", "a\x00b\x1b[31mc\x7f\u0085d", "Ada", false, line("ab[31mc d", "Ada"), line("Ada", ""), line("Booked", "")},
		{"bidi tricks", rlo + "gnp.exe" + zwsp + shy, "Ada", false, line("gnp.exe", "Ada"), line("Ada", ""), line("Booked", "")},
		{"entity hides a control", "a&#x202E;b&#10;c", "Ada", false, line("ab c", "Ada"), line("Ada", ""), line("Booked", "")},
		{"broken UTF-8", "a\xffb", "Ada", false, line("a\uFFFDb", "Ada"), line("Ada", ""), line("Booked", "")},
		{"emoji keep their joiner", "👩\u200D💻", "Ada", false, line("👩\u200D💻", "Ada"), line("Ada", ""), line("Booked", "")},
		{"only invisible", zwsp + rlo, "Ada", false, line("Ada", ""), line("Ada", ""), line("Booked", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := o.meeting(o.at(9, 0), o.at(10, 0))
			e.Subject, e.Organizer, e.Private = c.subject, c.organizer, c.private
			for privacy, want := range map[sign.Privacy]sign.Line{
				sign.Full: c.full, sign.Organizer: c.who, sign.Masked: c.masked,
				"": line("Booked", ""), // an unknown policy must not leak
			} {
				if privacy == "" && c.private {
					want = c.full
				}
				p := sign.DefaultPolicy()
				p.Privacy = privacy
				s := o.compose(p, o.at(9, 0), e)
				if diff := cmp.Diff(&want, s.Current); diff != "" {
					t.Errorf("privacy %q: %s", privacy, diff)
				}
				if s := o.compose(p, o.at(8, 0), e); !cmp.Equal([]sign.Line{want}, s.Next) {
					t.Errorf("privacy %q: next = %+v", privacy, s.Next)
				}
			}
		})
	}
}

func TestLongSubjectIsBounded(t *testing.T) {
	o := newOffice(t)
	e := o.meeting(o.at(9, 0), o.at(10, 0))
	e.Subject = strings.Repeat("ä", 100_000)
	if s := o.compose(sign.DefaultPolicy(), o.at(9, 0), e); len(s.Current.Title) > 1024 || len(s.Current.Title) < 500 {
		t.Errorf("title of %d bytes", len(s.Current.Title))
	}
}

func TestLineTimes(t *testing.T) {
	o := newOffice(t)
	at := o.at
	for _, c := range []struct {
		name         string
		from, to     time.Time
		en, en12, de string
	}{
		{"morning", at(9, 5), at(10, 30), "09:05 – 10:30", "9:05 – 10:30 AM", "09:05 – 10:30"},
		{"across noon", at(11, 0), at(12, 30), "11:00 – 12:30", "11:00 AM – 12:30 PM", "11:00 – 12:30"},
		{"afternoon", at(12, 0), at(13, 0), "12:00 – 13:00", "12:00 – 1:00 PM", "12:00 – 13:00"},
		{"to midnight", at(22, 0), at(24, 0), "22:00 – 24:00", "10:00 PM – 12:00 AM", "22:00 – 24:00"},
		{"from yesterday", at(-2, 0), at(11, 0), "until 11:00", "until 11:00 AM", "bis 11:00"},
		{"into tomorrow", at(9, 0), at(30, 0), "from 09:00", "from 9:00 AM", "ab 09:00"},
		{"whole day without being one", at(0, 0), at(24, 0), "All day", "All day", "Ganztägig"},
		{"longer than the day", at(-5, 0), at(40, 0), "All day", "All day", "Ganztägig"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sign.DefaultPolicy()
			for _, v := range []struct {
				language string
				hours12  bool
				want     string
			}{{"en", false, c.en}, {"en", true, c.en12}, {"de", false, c.de}} {
				p.Language, p.Hours12 = v.language, v.hours12
				now := at(10, 0)
				if !c.from.Before(now) {
					now = c.from
				}
				if got := o.compose(p, now, o.meeting(c.from, c.to)).Current.Time; got != v.want {
					t.Errorf("%s, 12 hours %v: %q, want %q", v.language, v.hours12, got, v.want)
				}
			}
		})
	}
}
