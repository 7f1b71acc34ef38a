// Package notify decides what is worth a notification of the operating system: few
// things, each said once. The window and the tray show everything else.
package notify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/health"
)

// Notification is what the system shows.
type Notification struct{ Title, Text string }

// Memory outlives the program, so that nothing is said again after a restart. Fyne's
// preferences are one.
type Memory interface {
	String(key string) string
	SetString(key, value string)
}

// Keys of the memory.
const (
	keySecret  = "notified.secret"  // the end of the secret and the last warning given for it
	keyAccount = "notified.account" // the state of the account that was told
	keyLate    = "notified.late"    // whether it was said that signs are late, and when last
	keyDigest  = "notified.digest"  // the day of the last digest that was told
)

// Notifier watches snapshots. It is not safe for concurrent use.
type Notifier struct {
	memory Memory
	send   func(Notification)
}

// New makes a notifier that remembers in memory what it has sent.
func New(memory Memory, send func(Notification)) *Notifier {
	return &Notifier{memory: memory, send: send}
}

// Watch looks at a snapshot and sends what is new and worth it.
func (n *Notifier) Watch(s engine.Snapshot) {
	if s.State == engine.Starting {
		return
	}
	n.account(s.Account)
	n.secret(s)
	n.late(s)
	n.digest(s.Digest)
}

// lateAfter is how long a sign must be late to be worth a word: most gaps in a Wi-Fi are
// shorter, and those who are late with it are told of together.
const lateAfter = 3 * time.Minute

// lateAgain is the least time between two words on it: a display that comes and goes is not
// worth one each time.
const lateAgain = 4 * time.Hour

// late tells once that signs can't be updated, however many follow, until all are well
// again. The digest of the next working day reminds of those that stay late.
func (n *Notifier) late(s engine.Snapshot) {
	var first time.Time
	var titles []string
	for _, p := range s.Problems {
		if p.Code != engine.CodeNotUpdated || p.Severity < health.Warning {
			continue
		}
		titles = append(titles, p.Title)
		if first.IsZero() || p.Since.Before(first) {
			first = p.Since
		}
	}
	state, at, _ := strings.Cut(n.memory.String(keyLate), " ")
	last, err := time.Parse(time.RFC3339, at)
	recent := err == nil && s.At.Sub(last).Abs() < lateAgain
	switch {
	case len(titles) == 0:
		if state == stateTold && allShown(s) { // right after a start nothing is known yet
			n.memory.SetString(keyLate, stateWell+" "+at)
		}
	case state == stateTold, recent, s.At.Sub(first) < lateAfter:
	default:
		n.memory.SetString(keyLate, stateTold+" "+s.At.Format(time.RFC3339))
		title := titles[0]
		if len(titles) > 1 {
			title = lang.L("{{.N}} signs can't be updated", map[string]any{"N": len(titles)})
		}
		n.send(Notification{title, lang.L("Open Roomink to see why.")})
	}
}

// What is remembered of signs that are late, before the time of the last word on it.
const stateTold, stateWell = "told", "well"

// allShown reports whether every sign at a room shows what it should.
func allShown(s engine.Snapshot) bool {
	return !slices.ContainsFunc(s.Displays, func(d engine.Display) bool {
		return d.Stage == engine.Assigned && d.Delivery != engine.Delivered
	})
}

// digest reminds once a working day of the signs that are late.
func (n *Notifier) digest(d engine.Digest) {
	day := d.At.Format(time.DateOnly)
	if d.At.IsZero() || n.memory.String(keyDigest) == day {
		return
	}
	n.memory.SetString(keyDigest, day)
	if len(d.Late) == 0 {
		return
	}
	names := strings.Join(d.Late[:min(len(d.Late), namesMost)], ", ")
	if len(d.Late) > namesMost {
		names += ", …"
	}
	n.send(Notification{lang.L("{{.N}} of {{.All}} signs can't be updated", map[string]any{"N": len(d.Late), "All": d.Signs}), names})
}

// namesMost is how many rooms fit into a notification.
const namesMost = 4

// account tells once that the connection needs a person, and forgets it when it is
// well again.
func (n *Notifier) account(a engine.Account) {
	told := ""
	var what Notification
	switch a.State {
	case engine.Connecting:
		return // not decided yet
	case engine.NeedsSignIn:
		what = Notification{lang.L("Sign in again"), lang.L("Microsoft 365 asks for a new sign-in. Until then the signs can't be kept up to date.")}
		told = string(a.State)
	case engine.NeedsSecret:
		what = Notification{lang.L("A new client secret is needed"), lang.L("Microsoft 365 refuses the client secret. Until there is a new one the signs can't be kept up to date.")}
		told = string(a.State)
	case engine.Locked:
		what = Notification{lang.L("The saved sign-in is locked"), lang.L("Unlock the keychain of this computer. Until then the signs can't be kept up to date.")}
		told = string(a.State)
	}
	if n.memory.String(keyAccount) == told {
		return
	}
	n.memory.SetString(keyAccount, told)
	if told != "" {
		n.send(what)
	}
}

// secret warns once at each of [engine.SecretWarnings] before the client secret ends.
func (n *Notifier) secret(s engine.Snapshot) {
	c := s.Account.Credentials
	if s.Account.State == engine.NeedsSecret { // which says it all
		return
	}
	if !s.Account.HasSecret || c.Public || c.SecretExpires.IsZero() {
		return
	}
	left := engine.DaysLeft(c.SecretExpires, s.At)
	due := -1 // the warning that the number of days has come down to
	for _, w := range engine.SecretWarnings() {
		if left <= w {
			due = w
		}
	}
	if due < 0 {
		return
	}
	told := c.SecretExpires.UTC().Format(time.DateOnly) + " " + strconv.Itoa(due)
	if n.memory.String(keySecret) == told {
		return
	}
	n.memory.SetString(keySecret, told)
	title := lang.L("The client secret is about to end")
	text := lang.L("The client secret ends in {{.N}} days. Make a new one in the portal and enter it in Roomink: the signs don't notice.", map[string]any{"N": left})
	switch {
	case left <= 0:
		title = lang.L("The client secret has ended")
		text = lang.L("Make a new one in the portal and enter it in Roomink.")
	case left == 1:
		text = lang.L("The client secret ends within a day. Make a new one in the portal and enter it in Roomink: the signs don't notice.")
	}
	n.send(Notification{title, text})
}
