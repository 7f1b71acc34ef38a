package discovery

import "fmt"

const (
	// keepRounds is for how many rounds a candidate that fell silent keeps its place:
	// ten minutes at the usual 15 s.
	keepRounds = 40
	// junkLimit bounds the candidates without an ID: a few are worth showing to a
	// person, a thousand are not.
	junkLimit = 50
)

// table bounds how many different candidates are reported. First come, first
// served: a flood can keep newcomers out, but no one who is in.
type table struct {
	limit int
	round int
	seen  map[string]int // round in which the candidate was last seen
	junk  int            // how many of them have no ID
	full  bool           // someone was kept out in this round
}

func newTable(limit int) *table {
	return &table{limit: limit, seen: map[string]int{}}
}

const junkMark = "?"

func key(c Candidate) string {
	if c.ID != "" {
		return string(c.ID)
	}
	return junkMark + c.Address + " " + c.Name
}

// admit says whether c may be reported.
func (t *table) admit(c Candidate) bool {
	k := key(c)
	_, known := t.seen[k]
	isJunk := c.ID == ""
	if !known && (len(t.seen) >= t.limit || isJunk && t.junk >= junkLimit) {
		t.full = true
		return false
	}
	if !known && isJunk {
		t.junk++
	}
	t.seen[k] = t.round
	return true
}

// endRound forgets candidates that have been silent for long, and says in words
// that others were kept out, "" if none was.
func (t *table) endRound() string {
	t.round++
	for k, last := range t.seen {
		if t.round-last > keepRounds {
			delete(t.seen, k)
			if k[:1] == junkMark {
				t.junk--
			}
		}
	}
	if !t.full {
		return ""
	}
	t.full = false
	return fmt.Sprintf("More displays announce themselves than Roomink keeps track of (%d, and %d announcements that make no sense). "+
		"Someone may be flooding the network; displays in use are not affected, new ones may not be found and can be added by address.",
		t.limit, junkLimit)
}
