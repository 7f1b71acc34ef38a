package settings_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/settings"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

type fake struct {
	policies []sign.Policy
	did      []string
	fail     error
	saved    map[string]string
	previews []engine.PreviewRequest
	logos    [][]byte
}

func (f *fake) Languages() []engine.Language { return apptest.Languages() }
func (f *fake) PreviewSign(_ context.Context, r engine.PreviewRequest) (engine.Preview, error) {
	f.previews = append(f.previews, r)
	return apptest.Preview(apptest.Snapshot(apptest.Noon), r), nil
}
func (f *fake) SetLogo(_ context.Context, data []byte) error {
	f.logos = append(f.logos, data)
	return f.fail
}

func (f *fake) SetPolicy(_ context.Context, p sign.Policy) error {
	f.policies = append(f.policies, p)
	return f.fail
}
func (f *fake) SetPaused(_ context.Context, on bool) error {
	f.did = append(f.did, map[bool]string{true: "pause", false: "resume"}[on])
	return f.fail
}
func (f *fake) Disconnect(context.Context) error    { f.did = append(f.did, "disconnect"); return f.fail }
func (f *fake) Unlock(context.Context) error        { f.did = append(f.did, "unlock"); return f.fail }
func (f *fake) ForgetSecrets(context.Context) error { f.did = append(f.did, "forget"); return f.fail }
func (f *fake) RenewKey(context.Context) error      { f.did = append(f.did, "renew"); return f.fail }

func (f *fake) ExportDiagnostics(_ context.Context, w io.Writer) error {
	f.did = append(f.did, "diagnostics")
	_, err := io.WriteString(w, "zip")
	return errors.Join(err, f.fail)
}
func (f *fake) Backup(_ context.Context, w io.Writer, passphrase string) error {
	f.did = append(f.did, "backup "+passphrase)
	_, err := io.WriteString(w, "sealed")
	return errors.Join(err, f.fail)
}
func (f *fake) Restore(_ context.Context, r io.Reader, passphrase string) error {
	data, err := io.ReadAll(r)
	f.did = append(f.did, "restore "+string(data)+" "+passphrase)
	return errors.Join(err, f.fail)
}

func (f *fake) NetInterfaces() ([]engine.NetInterface, error) {
	return (&apptest.Engine{}).NetInterfaces()
}
func (f *fake) SearchOn(_ context.Context, names ...string) error {
	f.did = append(f.did, "search on "+strings.Join(names, ","))
	return f.fail
}
func (f *fake) SaveServing(_ context.Context, s engine.ServingSettings) error {
	f.did = append(f.did, fmt.Sprintf("serve %s %d %v", s.Interface, s.Port, s.Wake))
	return f.fail
}

func (f *fake) save(name, data string) {
	if f.saved == nil {
		f.saved = map[string]string{}
	}
	f.saved[name] = data
}

// file is what a person chooses: none, or a picture.
func (f *fake) file() (string, []byte, error) {
	if len(f.logos) == 0 {
		return "", nil, context.Canceled
	}
	return "logo.png", []byte("picture"), nil
}

func open(t *testing.T, f *fake, s engine.Snapshot) (*settings.Page, fyne.Window) {
	t.Helper()
	return openWith(t, f, s)
}

func openWith(t *testing.T, f settings.Engine, s engine.Snapshot) (*settings.Page, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	p := settings.New(settings.Config{Engine: f, Hub: command.Inline(t.Context(), apptest.Explain), Window: w, Version: "1.2.3",
		Now: func() time.Time { return apptest.Noon },
		ChooseFile: func(_ []string, done func(string, []byte, error)) {
			done(f.(interface {
				file() (string, []byte, error)
			}).file())
		},
		SaveFile: func(name string, data []byte, done func(error)) {
			f.(interface{ save(name, data string) }).save(name, string(data))
			done(nil)
		}})
	w.SetContent(p.Content())
	w.Resize(fyne.NewSize(900, 1200))
	p.Prepare(s)()
	return p, w
}

func radio(w fyne.Window, option string) (found *widget.RadioGroup) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if r, ok := o.(*widget.RadioGroup); ok && slices.Contains(r.Options, option) {
			found = r
		}
	})
	return found
}

func TestPolicyIsAppliedOnlyWhenAsked(t *testing.T) {
	f := &fake{}
	s := apptest.Snapshot(apptest.Noon)
	p, w := open(t, f, s)
	apply, revert := apptest.Find[*widget.Button](w, "Apply to all signs"), apptest.Find[*widget.Button](w, "Revert")
	if !apply.Disabled() || !revert.Disabled() {
		t.Error("there is something to apply at first")
	}
	apptest.Find[*widget.Select](w, "English").SetSelected("Deutsch")
	radio(w, "2:30 PM").SetSelected("2:30 PM")
	radio(w, "Subject and organiser").SetSelected("Only that the room is booked")
	apptest.Find[*widget.Select](w, "15 minutes").SetSelected("1 hour")
	p.Prepare(s)() // a snapshot must not take the draft away
	if apply.Disabled() || len(f.policies) != 0 {
		t.Fatalf("apply disabled %v, policies %v", apply.Disabled(), f.policies)
	}
	f.fail = &apptest.Failure{Title: "The disk is full"}
	test.Tap(apply)
	if !apptest.Shows(w, "The disk is full") || apply.Disabled() {
		t.Errorf("a refusal is not told, or the draft is lost: %q", apptest.Texts(w))
	}
	f.fail = nil
	test.Tap(apply)
	want := sign.DefaultPolicy()
	want.Language, want.Hours12, want.Privacy, want.StaleAfter = "de", true, sign.Masked, time.Hour
	if len(f.policies) != 2 || f.policies[1] != want {
		t.Errorf("applied %+v, want %+v", f.policies, want)
	}
	if !apply.Disabled() {
		t.Error("what was applied can be applied again")
	}
	apptest.Find[*widget.Select](w, "Deutsch").SetSelected("English")
	test.Tap(revert)
	if apptest.Find[*widget.Select](w, "Deutsch") == nil || !apply.Disabled() {
		t.Error("Revert does not bring back what is in force")
	}
}

// What is decided on another page while a draft is not applied yet is not undone by it.
func TestADraftFollowsWhatIsDecidedElsewhere(t *testing.T) {
	f := &fake{}
	s := apptest.Snapshot(apptest.Noon)
	p, w := open(t, f, s)
	radio(w, "2:30 PM").SetSelected("2:30 PM")
	s.Policy.Design = sign.Agenda
	p.Prepare(s)()
	test.Tap(apptest.Find[*widget.Button](w, "Apply to all signs"))
	want := s.Policy
	want.Hours12 = true
	if len(f.policies) != 1 || f.policies[0] != want {
		t.Errorf("applied %+v, want %+v", f.policies, want)
	}
	s.Policy = want
	p.Prepare(s)()
	if !apptest.Shows(w, "In force on all signs") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestAnUncommonPolicyIsShownAsItIs(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Policy = sign.Policy{Language: "xx", Privacy: sign.Organizer, StaleAfter: 7 * time.Minute}
	f := &fake{}
	_, w := open(t, f, s)
	if !apptest.Shows(w, "7 minutes") || radio(w, "The organiser alone").Selected != "The organiser alone" {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	if len(f.policies) != 0 {
		t.Error("showing a policy changed it")
	}
}

func TestPauseAndDisconnect(t *testing.T) {
	f := &fake{}
	s := apptest.Snapshot(apptest.Noon)
	p, w := open(t, f, s)
	pause := apptest.Find[*widget.Check](w, "Pause all updates")
	s.State, s.Paused = engine.Attention, true // something else is wrong as well
	p.Prepare(s)()
	if !pause.Checked || len(f.did) != 0 {
		t.Errorf("checked %v, did %q: the state of the engine is no command", pause.Checked, f.did)
	}
	pause.SetChecked(false)
	test.Tap(apptest.Find[*widget.Button](w, "Disconnect…"))
	test.Tap(apptest.Find[*widget.Button](w, "Cancel"))
	test.Tap(apptest.Find[*widget.Button](w, "Disconnect…"))
	test.Tap(apptest.Find[*widget.Button](w, "Disconnect"))
	if !slices.Equal(f.did, []string{"resume", "disconnect"}) {
		t.Errorf("did %q", f.did)
	}
	s.Account = engine.Account{State: engine.SignedOut}
	p.Prepare(s)()
	if apptest.Find[*widget.Button](w, "Disconnect…") != nil || !apptest.Shows(w, "Not connected") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	if !apptest.Shows(w, "Roomink 1.2.3") {
		t.Error("no version")
	}
}

func TestSecrets(t *testing.T) {
	f := &fake{}
	s := apptest.Snapshot(apptest.Noon)
	s.Account.KeyPlace = "the keychain of this computer"
	p, w := open(t, f, s)
	if !apptest.Shows(w, "Their key lies in the keychain of this computer.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	if apptest.Find[*widget.Button](w, "Try again") != nil || apptest.Find[*widget.Button](w, "Give up the saved secrets…") != nil {
		t.Error("a key that is in use can be given up")
	}
	test.Tap(apptest.Find[*widget.Button](w, "Renew the key"))

	s.Account.State, s.Account.KeyPlace = engine.Locked, ""
	p.Prepare(s)()
	if !apptest.Shows(w, "The saved sign-in is locked") || apptest.Find[*widget.Button](w, "Renew the key") != nil {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	test.Tap(apptest.Find[*widget.Button](w, "Try again"))
	test.Tap(apptest.Find[*widget.Button](w, "Give up the saved secrets…"))
	test.Tap(apptest.Find[*widget.Button](w, "Cancel"))
	test.Tap(apptest.Find[*widget.Button](w, "Give up the saved secrets…"))
	test.Tap(apptest.Find[*widget.Button](w, "Give them up"))
	if !slices.Equal(f.did, []string{"renew", "unlock", "forget"}) {
		t.Errorf("did %q", f.did)
	}
}

// A change is seen before it is applied: on the chosen room, with what that does
// otherwise.
func TestADraftIsSeenAtOnce(t *testing.T) {
	f := &fake{}
	s := apptest.Snapshot(apptest.Noon)
	text := "Quiet, please"
	s.Rooms[0].Override.Text = &text
	_, w := open(t, f, s)
	apptest.Find[*widget.Select](w, "English").SetSelected("Français")
	last := f.previews[len(f.previews)-1]
	if last.Policy.Language != "fr" || last.Policy.Text != text || last.Room != "aurora@contoso.com" || last.Panel.Width != 800 {
		t.Errorf("asked for %+v", last)
	}
	if !apptest.Shows(w, "Not applied yet") || len(f.policies) != 0 {
		t.Errorf("applied %v, shows %q", f.policies, apptest.Texts(w))
	}
	test.Tap(apptest.Find[*widget.Button](w, "Revert"))
	if last := f.previews[len(f.previews)-1]; last.Policy.Language != "en" || !apptest.Shows(w, "In force on all signs") {
		t.Errorf("asked for %+v", last)
	}
}

func TestWhatIsNotRightIsNotApplied(t *testing.T) {
	f := &fake{}
	_, w := open(t, f, apptest.Snapshot(apptest.Noon))
	radio(w, "An address of your own").SetSelected("An address of your own")
	if !apptest.Find[*widget.Button](w, "Apply to all signs").Disabled() || !apptest.Shows(w, "Something is not right yet") {
		t.Errorf("a code without an address can be applied; shows %q", apptest.Texts(w))
	}
}

// The logo is in force at once, and leaves the draft alone.
func TestLogo(t *testing.T) {
	f := &fake{}
	s := apptest.Snapshot(apptest.Noon)
	p, w := open(t, f, s)
	apptest.Find[*widget.Select](w, "English").SetSelected("Deutsch")
	choose := apptest.Find[*widget.Button](w, "Choose a picture…")
	test.Tap(choose)
	if len(f.logos) != 0 || apptest.Find[*widget.Button](w, "Remove") != nil {
		t.Error("nothing was chosen, and something was set")
	}
	f.logos = [][]byte{nil} // a person chooses a file from now on
	f.fail = &apptest.Failure{Title: "This is no picture"}
	test.Tap(choose)
	if !apptest.Shows(w, "This is no picture") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	f.fail = nil
	test.Tap(choose)
	s.Designs.Logo = apptest.Logo()
	p.Prepare(s)()
	if apptest.Shows(w, "No logo yet.") || !apptest.Shows(w, "Not applied yet") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	test.Tap(apptest.Find[*widget.Button](w, "Remove"))
	if n := len(f.logos); n != 4 || string(f.logos[2]) != "picture" || f.logos[3] != nil {
		t.Errorf("set %q", f.logos)
	}
}

func TestNetwork(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Serving = engine.Serving{On: true, URL: "http://192.168.20.5:8480", Port: 8480, Wake: 15 * time.Minute}
	f := &fake{}
	p, w := open(t, f, s)
	if !apptest.Shows(w, "Listens at http://192.168.20.5:8480") || apptest.Find[*widget.Check](w, "vEthernet (WSL)  –  172.20.0.1") != nil {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	apptest.Find[*widget.Check](w, "Wi-Fi  –  10.0.4.17").SetChecked(false)
	choose := func(from, to string) {
		apptest.Walk(w, func(o fyne.CanvasObject) {
			if s, ok := o.(*widget.Select); ok && s.Selected == from {
				s.SetSelected(to)
			}
		})
	}
	choose("15 minutes", "30 minutes")
	choose("Roomink chooses", "Ethernet")
	p.SaveServing()
	want := []string{"search on Ethernet", "serve Ethernet 8480 30m0s"}
	if !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
	s.Serving = engine.Serving{Port: 80, Wake: time.Minute, Problem: &engine.Explanation{Title: "The port is taken"}}
	p.Prepare(s)()
	p.SaveServing() // a port that can't be
	if len(f.did) != 2 || !apptest.Shows(w, "The port is taken") {
		t.Errorf("did %q, shows %q", f.did, apptest.Texts(w))
	}
}
