package notify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/roomink/roomink/app/notify"
	"github.com/roomink/roomink/engine"
)

type memory map[string]string

func (m memory) String(key string) string    { return m[key] }
func (m memory) SetString(key, value string) { m[key] = value }

// watch gives the titles of what is sent for the snapshots, one after the other. The
// program is started anew before each: nothing may hang on what it holds in itself.
func watch(m memory, list ...engine.Snapshot) (sent []string) {
	for _, s := range list {
		notify.New(m, func(n notify.Notification) { sent = append(sent, n.Text) }).Watch(s)
	}
	return sent
}

func with(state engine.AccountState, at, end time.Time) engine.Snapshot {
	return engine.Snapshot{At: at, State: engine.InOrder, Account: engine.Account{
		State: state, HasSecret: true, Credentials: engine.Credentials{SecretExpires: end}}}
}

func TestSecretIsWarnedAboutOnceAtEachLimit(t *testing.T) {
	end := time.Date(2027, time.March, 31, 0, 0, 0, 0, time.UTC)
	m := memory{}
	var days []int
	for at := end.AddDate(0, 0, -40); at.Before(end.AddDate(0, 0, 3)); at = at.Add(7 * time.Hour) {
		if len(watch(m, with(engine.Connected, at, end))) > 0 {
			days = append(days, engine.DaysLeft(end, at))
		}
	}
	if want := []int{30, 14, 7, 1}; !slices.Equal(days, want) {
		t.Errorf("warned with %v days left; want %v", days, want)
	}
	if got := watch(m, with(engine.Connected, end.AddDate(0, 0, -1), end.AddDate(2, 0, 0))); len(got) != 0 {
		t.Errorf("a new secret gives %q; want silence", got)
	}
	if got := watch(m, with(engine.Connected, end.AddDate(2, 0, -20), end.AddDate(2, 0, 0))); len(got) != 1 {
		t.Errorf("the new secret in its turn gives %q; want one warning", got)
	}
}

func TestAccountIsToldOncePerRefusal(t *testing.T) {
	now := time.Date(2027, time.March, 1, 9, 0, 0, 0, time.UTC)
	s := func(state engine.AccountState) engine.Snapshot { return with(state, now, time.Time{}) }
	m := memory{}
	got := watch(m, s(engine.Connected), s(engine.NeedsSignIn), s(engine.NeedsSignIn), s(engine.Connecting), s(engine.NeedsSignIn),
		s(engine.Connected), s(engine.NeedsSignIn), s(engine.NeedsSecret), s(engine.SignedOut))
	if len(got) != 3 {
		t.Errorf("%d notifications %q; want 3: two new sign-ins, one secret", len(got), got)
	}
	starting := s(engine.NeedsSignIn)
	starting.State = engine.Starting
	if got := watch(memory{}, starting); len(got) != 0 {
		t.Errorf("while starting: %q; want silence", got)
	}
}

func TestASecretThatHasEndedIsToldInOneWay(t *testing.T) {
	end := time.Date(2027, time.March, 31, 0, 0, 0, 0, time.UTC)
	var sent []notify.Notification
	told := func(s engine.Snapshot) []notify.Notification {
		sent = nil
		notify.New(memory{}, func(n notify.Notification) { sent = append(sent, n) }).Watch(s)
		return sent
	}
	if got := told(with(engine.Connected, end.AddDate(0, 0, 5), end)); len(got) != 1 || got[0].Title != "The client secret has ended" {
		t.Errorf("sent %q", got)
	}
	if got := told(with(engine.NeedsSecret, end.AddDate(0, 0, 5), end)); len(got) != 1 || got[0].Title != "A new client secret is needed" {
		t.Errorf("sent %q; want that a new one is needed, once", got)
	}
}
