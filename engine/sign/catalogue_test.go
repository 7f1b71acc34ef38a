package sign_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/assets"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

func TestBuiltInLanguages(t *testing.T) {
	c, problems := sign.NewCatalogue()
	if len(problems) > 0 {
		t.Errorf("the built-in languages have problems: %v", errors.Join(problems...))
	}
	want := []sign.Language{
		{Tag: "ar", Name: "العربية", RightToLeft: true}, {Tag: "de", Name: "Deutsch"}, {Tag: "en", Name: "English"},
		{Tag: "es", Name: "Español"}, {Tag: "fr", Name: "Français"}, {Tag: "ja", Name: "日本語"},
	}
	if diff := cmp.Diff(want, c.Languages()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, sign.Languages()); diff != "" {
		t.Error(diff)
	}
}

// A language of our own is complete: as an extra file under another tag it would be
// told of everything that is missing.
func TestBuiltInLanguagesAreComplete(t *testing.T) {
	for _, l := range sign.Languages() {
		data, err := assets.Languages.ReadFile("languages/" + l.Tag + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		_, problems := sign.NewCatalogue(sign.File{Name: "pl.toml", Data: data})
		if len(problems) != 1 || !strings.Contains(problems[0].Error(), "these names are missing") {
			t.Errorf("%s: %v", l.Tag, problems)
		}
	}
}

func TestLanguageOfATag(t *testing.T) {
	c, problems := sign.NewCatalogue(
		sign.File{Name: "de-CH.toml", Data: []byte("[messages]\nfloor = \"Stock {{.Number}}\"\n")},
		sign.File{Name: `C:\languages\pt-BR.toml`, Data: []byte("[language]\nname = \"Português\"\n[messages]\nfree = \"Livre\"\n")},
	)
	if len(problems) != 2 {
		t.Errorf("only Portuguese lacks messages and names: %v", problems)
	}
	for _, want := range []struct{ tag, language, headline, place string }{
		{"de", "de", "Frei", "Etage 2"}, {"DE", "de", "Frei", "Etage 2"}, {"de-AT", "de", "Frei", "Etage 2"}, {"de_AT", "de", "Frei", "Etage 2"},
		{"de-CH", "de-CH", "Frei", "Stock 2"}, {"de-ch-1996", "de-CH", "Frei", "Stock 2"},
		{"pt-BR", "pt-BR", "Livre", "Floor 2"}, {"pt", "en", "Free", "Floor 2"},
		{"xx", "en", "Free", "Floor 2"}, {"", "en", "Free", "Floor 2"}, {"-", "en", "Free", "Floor 2"}, {"dex", "en", "Free", "Floor 2"},
	} {
		p := sign.DefaultPolicy()
		p.Language = want.tag
		now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		s, _ := c.Compose(calendar.NewAgenda(calendar.Room{ID: "r@example.com", Floor: "2"}, nil, nil, now), sign.AccountOK, p, now)
		if s.Language != want.language || s.Headline != want.headline || s.Place != want.place {
			t.Errorf("%q: %s, %s, %s; want %+v", want.tag, s.Language, s.Headline, s.Place, want)
		}
	}
}

// polish is a language file that adds a language, with what it needs and no more.
const polish = `
[language]
name = "Polski"

[messages]
free = "Wolne"
until = "do {{ .Clock }}"
date = "{{.Weekday}}, {{.Day}} {{.Month}}"
low_battery = "Słaba bateria"

[messages.seats]
one = "{{.Count}} miejsce"
few = "{{.Count}} miejsca"
many = "{{.Count}} miejsc"
other = "{{.Count}} miejsca"

[names]
weekdays = ["niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota"]
months = ["stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"]
`

func TestExtraLanguage(t *testing.T) {
	o := newOffice(t)
	c, problems := sign.NewCatalogue(sign.File{Name: "languages/pl.toml", Data: []byte(polish)})
	text := errors.Join(problems...).Error()
	for _, want := range []string{
		"languages/pl.toml: these messages are missing and stay English: busy, closed,",
		"languages/pl.toml: these names are missing and stay English: weekdays_short, months_short",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	p := sign.DefaultPolicy()
	p.Language = "pl-PL"
	for seats, want := range map[int]string{1: "1 miejsce", 3: "3 miejsca", 12: "12 miejsc", 22: "22 miejsca"} {
		a := calendar.NewAgenda(calendar.Room{Capacity: seats}, o.loc, []calendar.Event{o.meeting(o.at(11, 0), o.at(12, 0))}, o.at(9, 0))
		s, _ := c.Compose(a, sign.AccountOK, p, o.at(9, 0))
		got := fmt.Sprint(s.Seats, "|", s.Headline, "|", s.Detail, "|", s.Date, "|", s.NextHead, "|", s.Week[0].Name, "|", s.Language)
		if got != want+"|Wolne|do 11:00|Poniedziałek, 23 listopada|Next|Mo|pl" {
			t.Error(got)
		}
		if low := c.WithLowBattery(s).LowBattery; low != "Słaba bateria" {
			t.Error(low)
		}
	}
	if s := c.Unassigned("x", p); s.Headline != "Not assigned" || s.Language != "pl" {
		t.Errorf("%+v", s)
	}
	if got := c.Languages(); len(got) != 7 || got[6] != (sign.Language{Tag: "pl", Name: "Polski"}) {
		t.Errorf("%+v", got)
	}
}

// A file of a built-in language changes it message by message, and lacks nothing.
func TestRewordedLanguage(t *testing.T) {
	c, problems := sign.NewCatalogue(sign.File{Name: "en.toml", Data: []byte("[messages]\nfree = \"Available\"\n")})
	if len(problems) > 0 {
		t.Error(problems)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, language := range []string{"en", "xx"} {
		p := sign.DefaultPolicy()
		p.Language = language
		s, _ := c.Compose(calendar.NewAgenda(calendar.Room{}, nil, nil, now), sign.AccountOK, p, now)
		if s.Headline != "Available" || s.Detail != "all day" {
			t.Errorf("%s: %s, %s", language, s.Headline, s.Detail)
		}
	}
}

// A variant needs no more than what differs, also from English.
func TestVariantOfEnglish(t *testing.T) {
	c, problems := sign.NewCatalogue(sign.File{Name: "en-GB.toml", Data: []byte("[messages]\nbusy = \"Engaged\"\n")})
	if len(problems) > 0 {
		t.Error(problems)
	}
	p := sign.DefaultPolicy()
	p.Language = "en-GB"
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s, _ := c.Compose(calendar.NewAgenda(calendar.Room{}, nil, nil, now), sign.AccountOK, p, now)
	if s.Language != "en-GB" || s.Headline != "Free" {
		t.Errorf("%s, %s", s.Language, s.Headline)
	}
}

func TestBrokenLanguageFiles(t *testing.T) {
	for _, c := range []struct {
		name, file, data string
		want             string // in the errors
		kept             bool   // the language is of use all the same
	}{
		{"no TOML", "nl.toml", "[messages]\nfree = Vrij\n", "nl.toml:2: ", false},
		{"twice", "nl.toml", "[messages]\nfree = \"a\"\n\nfree = \"b\"\n", "nl.toml:4: ", false},
		{"wrong kind", "nl.toml", "[language]\nname = 3\n", "nl.toml: line 2 ", false},
		{"UTF-16", "nl.toml", "\xff\xfe[\x00m\x00", "save the file as UTF-8", false},
		{"too large", "nl.toml", "#" + strings.Repeat(" ", 300<<10), "are too many", false},
		{"no language", "Dutch words.toml", "", "BCP 47", false},
		{"no tag", ".toml", "", "BCP 47", false},
		{"no plural rules", "tlh.toml", "", "plural rules", false},
		{"unknown message", "nl.toml", "[messages]\nfree = \"Vrij\"\nfreee = \"Vrij\"\n", `nl.toml:3: "freee": no such message`, true},
		{"unknown entry", "nl.toml", "[language]\nname = \"x\"\nrtl = true\n[messages]\nfree = \"Vrij\"\n", `nl.toml:3: "rtl": no such entry`, true},
		{"unknown placeholder", "nl.toml", "[messages]\nfree = \"Vrij\"\nuntil = \"tot {{.Time}}\"\n",
			`nl.toml:3: "until": {{.Time}} is not filled in here; its placeholders are {{.Clock}}`, true},
		{"missing placeholder", "nl.toml", "[messages]\nfree = \"Vrij\"\nuntil = \"tot\"\n",
			`nl.toml:3: "until": {{.Clock}} is missing; its placeholders are {{.Clock}}`, true},
		{"template code", "nl.toml", "[messages]\nfree = \"Vrij\"\nuntil = \"{{range 9}}{{.Clock}}{{end}}\"\n", `nl.toml:3: "until": {{.range 9}}`, true},
		{"placeholder in a text", "nl.toml", "[messages]\nfree = \"Vrij\"\nbusy = \"{{.Clock}}\"\n", `nl.toml:3: "busy": {{.Clock}} is not filled in here; it has no placeholders`, true},
		{"open placeholder", "nl.toml", "[messages]\nfree = \"Vrij\"\nuntil = \"tot {{.Clock\"\n", `nl.toml:3: "until": a placeholder is not closed`, true},
		{"empty", "nl.toml", "[messages]\nfree = \"Vrij\"\nbusy = \" \"\n", `nl.toml:3: "busy": the text is empty`, true},
		{"line break", "nl.toml", "[messages]\nfree = \"Vrij\"\nbusy = \"a\\nb\"\n", `nl.toml:3: "busy": the text holds a line break`, true},
		{"long", "nl.toml", "[messages]\nfree = \"Vrij\"\nbusy = \"" + strings.Repeat("ä", 201) + "\"\n", `nl.toml:3: "busy": the text is longer than 200`, true},
		{"a number", "nl.toml", "[messages]\nfree = \"Vrij\"\nbusy = 5\n", `nl.toml:3: "busy": a message is a text`, true},
		{"no other", "nl.toml", "[messages]\nfree = \"Vrij\"\n[messages.seats]\none = \"x\"\n", `nl.toml:3: "seats": the text is missing; of plural forms`, true},
		{"plural where there is none", "nl.toml", "[messages]\nfree = \"Vrij\"\n[messages.busy]\none = \"x\"\nother = \"y\"\n", `nl.toml:3: "busy": this message has no plural forms`, true},
		{"names", "nl.toml", "[messages]\nfree = \"Vrij\"\n[names]\nmonths = [\"januari\"]\n", `nl.toml:4: "months": 1 names in place of 12`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			good := sign.File{Name: "pl.toml", Data: []byte(polish)}
			cat, problems := sign.NewCatalogue(sign.File{Name: c.file, Data: []byte(c.data)}, good)
			text := fmt.Sprint(problems)
			if !strings.Contains(text, c.want) {
				t.Errorf("%q is not in %s", c.want, text)
			}
			now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
			headline := func(language string) string {
				p := sign.DefaultPolicy()
				p.Language = language
				s, _ := cat.Compose(calendar.NewAgenda(calendar.Room{}, nil, nil, now), sign.AccountOK, p, now)
				return s.Headline
			}
			if got, want := headline("nl"), map[bool]string{true: "Vrij", false: "Free"}[c.kept]; got != want {
				t.Errorf("Dutch says %q, want %q", got, want)
			}
			if headline("pl") != "Wolne" || headline("de") != "Frei" {
				t.Error("a broken file broke others")
			}
		})
	}
}

// No file makes a sign that can't be drawn, or keeps the others from being made.
func FuzzLanguageFile(f *testing.F) {
	f.Add([]byte(polish))
	f.Add([]byte("[messages]\nfree = \"{{.Clock}}\"\nbare_12 = \"{{.Minute}}\"\n"))
	f.Add([]byte("[messages.until]\none = \"1 {{.Clock}}\"\nother = \"{{.Clock}}{{.Clock}}\"\n[names]\nmonths=[]\n"))
	for _, l := range sign.Languages() {
		data, err := assets.Languages.ReadFile("languages/" + l.Tag + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	events := []calendar.Event{{ID: "a", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour), Availability: calendar.Busy}}
	a := calendar.NewAgenda(calendar.Room{ID: "r@example.com", Floor: "1", Capacity: 2}, nil, events, now)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _ := sign.NewCatalogue(sign.File{Name: "pl.toml", Data: data})
		p := sign.DefaultPolicy()
		p.Language, p.Hours12 = "pl", len(data)%2 == 0
		for _, at := range []time.Time{now, now.Add(90 * time.Minute), now.Add(time.Hour * 24)} {
			s, _ := c.Compose(a, sign.AccountOK, p, at)
			checkSign(t, s, p)
			for _, text := range []string{s.Headline, s.Detail, s.Date, s.Place, s.Seats} {
				if strings.Contains(text, "{{") || strings.ContainsAny(text, "\n\x00") {
					t.Errorf("%q is not fit to draw", text)
				}
			}
		}
	})
}

// A catalogue is shared by all that compose signs.
func TestCatalogueIsShared(t *testing.T) {
	c, _ := sign.NewCatalogue()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for seats := 1; seats < 20; seats++ {
				p := sign.DefaultPolicy()
				p.Language = []string{"ar", "es"}[i%2]
				s, _ := c.Compose(calendar.NewAgenda(calendar.Room{Capacity: seats}, nil, nil, now), sign.AccountOK, p, now)
				if want := map[bool]string{true: "مقعد", false: "plaza"}[i%2 == 0]; !strings.Contains(s.Seats, want) && seats > 10 {
					t.Errorf("%d seats: %q", seats, s.Seats)
				}
			}
		})
	}
	wait.Wait()
}
