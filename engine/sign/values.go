package sign

import (
	"strconv"
	"strings"
)

// leastUpcoming is how many of the UPCOMING_N_… values there are at least, so that a
// template with more places than meetings has them empty, not with its sample texts.
const leastUpcoming = 12

// values are the texts of the placeholders in SyncSign's templates (syncsign.md,
// "Calendar templates"), from what the sign says already: so privacy holds here too.
// What Roomink does not know, the addresses and those who attend, is left out. While
// the state is unknown no meeting is named, because a template has no heading that
// says how old they are; NOTICE, a name of our own, says what is wrong.
func (c *composer) values(s *Sign) map[string]string {
	v := make(map[string]string, 12+3*leastUpcoming)
	v["ROOM_NAME"] = s.Room
	v["BOTTOM_BUTTONS"] = ""
	v["NOTE_AVAILABLE"] = s.Headline
	v["NOTE_UNTIL"] = s.Detail
	v["NOTE_UNTIL_WITH_YEAR"] = s.Detail
	v["NOTICE"] = s.Notice
	current := Line{}
	if s.Current != nil {
		current = *s.Current
	}
	v["ONGOING_EVENT_SUMMARY"] = current.Title
	v["ONGOING_CREATOR"] = current.Who
	v["ONGOING_TIME"] = current.Time
	v["ONGOING_TIME_WITH_YEAR"] = c.withYear(current.Time)
	c.upcoming(v, s)
	return v
}

// upcoming adds what follows today, and nothing that is old or of another day.
func (c *composer) upcoming(v map[string]string, s *Sign) {
	next := s.Next
	if s.State == Unknown || c.otherDay {
		next = nil
	}
	var list strings.Builder
	for i := range max(len(next), leastUpcoming) {
		var l Line
		if i < len(next) {
			l = next[i]
			if i > 0 {
				list.WriteByte('\n')
			}
			list.WriteString(l.Time + "  " + l.Title)
		}
		name := "UPCOMING_" + strconv.Itoa(i+1)
		v[name+"_SUMMARY"], v[name+"_TIME"], v[name+"_CREATOR"] = l.Title, l.Time, l.Who
	}
	v["UPCOMING"] = list.String()
}

// withYear puts today's date before a time of day.
func (c *composer) withYear(clock string) string {
	if clock == "" {
		return ""
	}
	return c.words.moment.with(c.words.dayAndYear(c.now), clock)
}
