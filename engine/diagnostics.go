package engine

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/scrub"
	"github.com/roomink/roomink/engine/sign"
)

// logMost is how much of the end of each log file goes into the diagnostics, in bytes.
const logMost = 2 << 20

// ExportDiagnostics writes a zip for whoever helps an administrator: how the signs stand and
// what the logs say. It names no person, no meeting, no room, no device and no secret: they
// have pseudonyms, the same within one zip and others in the next.
func (e *Engine) ExportDiagnostics(ctx context.Context, w io.Writer) error {
	s := e.Snapshot()
	hide := e.hidden(s)
	z := zip.NewWriter(w)
	add := func(name string, data []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.At.UTC()})
		if err == nil {
			_, err = f.Write(data)
		}
		return err
	}
	summary, err := json.MarshalIndent(diagnosticsOf(s, hide), "", "  ")
	if err != nil {
		return fmt.Errorf("export the diagnostics: %w", err)
	}
	var routines bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&routines, 1); err != nil {
		return fmt.Errorf("export the diagnostics: %w", err)
	}
	errs := []error{add("summary.json", append(summary, '\n')), add("goroutines.txt", routines.Bytes())}
	logs, err := e.logFiles()
	errs = append(errs, err)
	for _, path := range logs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text, err := tail(path, logMost)
		if err != nil {
			text = err.Error() // one that can't be read keeps nobody from the others
		}
		errs = append(errs, add("logs/"+hide.Text(filepath.Base(path)), []byte(hide.Text(text))))
	}
	if err := errors.Join(append(errs, z.Close())...); err != nil {
		return fmt.Errorf("export the diagnostics: %w", err)
	}
	return nil
}

// logFiles are the logs, and the reports of panics; not those that are compressed.
func (e *Engine) logFiles() (list []string, err error) {
	for _, pattern := range []string{"*.log", "crash.txt", filepath.Join(reportsDir, "*.txt")} {
		found, globErr := filepath.Glob(filepath.Join(e.cfg.Dir, pattern))
		list, err = append(list, found...), errors.Join(err, globErr)
	}
	return list, err
}

// tail reads the end of a file, from the begin of a line on.
func tail(path string, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	cut := info.Size() > most
	if cut {
		if _, err := f.Seek(-most, io.SeekEnd); err != nil {
			return "", err
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, most))
	if _, rest, ok := bytes.Cut(data, []byte("\n")); ok && cut {
		data = rest
	}
	return string(data), err
}

// hidden is a scrubber that knows everything of a snapshot that must not be told.
func (e *Engine) hidden(s Snapshot) *scrub.Scrubber {
	h := scrub.New()
	c, d := s.Account.Credentials, s.Account.Draft
	h.Hide("account", append(strings.Fields(s.Account.Name), s.Account.Username, s.Account.Name)...)
	for _, tenant := range []string{s.Account.Tenant, c.Tenant, d.Tenant} {
		name, _, _ := strings.Cut(tenant, ".") // of "contoso.onmicrosoft.com", say
		h.Hide("tenant", tenant, name)
	}
	h.Hide("client", c.ClientID, d.ClientID)
	h.Hide("mailbox", d.Mailbox, s.Account.Exposure.Mailbox)
	h.Hide("user", e.cfg.Actor, currentUser())
	if home, err := os.UserHomeDir(); err == nil {
		h.Hide("home", home)
	}
	if host, err := os.Hostname(); err == nil {
		h.Hide("host", host)
	}
	h.Hide("folder", e.cfg.Dir)
	texts := []string{s.Policy.Text, s.Policy.CodeAddress}
	for _, r := range s.Rooms {
		h.Hide("room", string(r.Room.ID), r.Room.Name, r.Room.DisplayName())
		h.Hide("place", r.Room.Building, r.Room.Floor)
		for _, m := range r.Meetings {
			h.Hide("meeting", m.Subject)
			h.Hide("person", append(strings.Fields(m.Organizer), m.Organizer)...)
		}
		o := r.Override
		for _, text := range []*string{o.Text, o.CodeAddress} {
			if text != nil {
				texts = append(texts, *text)
			}
		}
	}
	h.Hide("text", texts...)
	for _, d := range s.Displays {
		h.Hide("display", string(d.ID), d.Name)
		h.Hide("address", d.Address, d.Gateway(), hostOf(d.Address))
	}
	for _, g := range s.Gateways {
		h.Hide("gateway", g.Name)
		h.Hide("address", g.Address, hostOf(g.Address))
	}
	for _, t := range s.Designs.Templates {
		h.Hide("template", t.Name)
	}
	h.Hide("host", s.Designs.PictureHosts...)
	return h
}

// diagnostics is summary.json.
type diagnostics struct {
	At         time.Time
	Version    string
	Go, System string
	CPUs       int
	State      State
	Account    struct {
		State      AccountState
		Mode       Mode
		Cloud      string
		Public     bool
		HasSecret  bool
		SecretDays int // left; 0 = not known
		Directory  bool
		Booking    bool
		AADSTS     int // of the last problem; 0 = none
	}
	Sync     Sync
	Policy   sign.Policy
	Digest   struct{ Signs, Late int }
	Rooms    []roomDiagnostics
	Displays []displayDiagnostics
	Gateways int
	Problems []problemDiagnostics
	Activity []activityDiagnostics
}

type roomDiagnostics struct {
	Room     string
	Zone     string
	Events   int
	Read     time.Time
	Denied   bool
	Problem  bool
	Displays int
	Own      bool // it has settings of its own
}

type displayDiagnostics struct {
	Display, Room   string
	Kind            string
	Model, Firmware string
	Panel           string
	Rotation        int
	Stage           Stage
	Delivery        DeliveryState
	Shown, Seen     time.Time
	NextTry, Held   time.Time
	Problem         string // its title
	Pull, Sleeps    bool
	Silent          bool
	Telemetry       display.Telemetry
}

type problemDiagnostics struct {
	Code, Severity, Subject string
	Since                   time.Time
}

type activityDiagnostics struct {
	At               time.Time
	Kind             ActivityKind
	Problem, ByHuman bool
}

func diagnosticsOf(s Snapshot, h *scrub.Scrubber) diagnostics {
	d := diagnostics{At: s.At, Version: buildVersion(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		State: s.State, Sync: s.Sync, Policy: s.Policy, Gateways: len(s.Gateways)}
	d.Sync.Problem = nil // whose words may hold anything; the problems below tell
	d.Policy.Text, d.Policy.CodeAddress, d.Policy.Template = h.Text(d.Policy.Text), h.Text(d.Policy.CodeAddress), h.Text(d.Policy.Template)
	a, c := &d.Account, s.Account.Credentials
	a.State, a.Mode, a.Cloud, a.Public, a.HasSecret, a.Directory, a.Booking = s.Account.State, s.Account.Mode, c.Cloud, c.Public, s.Account.HasSecret, c.Directory, c.Booking
	if !c.SecretExpires.IsZero() {
		a.SecretDays = DaysLeft(c.SecretExpires, s.At)
	}
	if p := s.Account.Problem; p != nil {
		a.AADSTS = p.Code
	}
	d.Digest.Signs, d.Digest.Late = s.Digest.Signs, len(s.Digest.Late)
	for _, r := range s.Rooms {
		d.Rooms = append(d.Rooms, roomDiagnostics{Room: h.Pseudonym("room", string(r.Room.ID)), Zone: r.Room.TimeZone, Events: r.Events,
			Read: r.SyncedAt, Denied: r.Denied, Problem: r.Problem != nil, Displays: len(r.Display), Own: !r.Override.Empty()})
	}
	for _, x := range s.Displays {
		one := displayDiagnostics{Display: h.Pseudonym("display", string(x.ID)), Kind: x.Protocol, Model: h.Text(x.Model), Firmware: h.Text(x.Firmware),
			Panel: x.Panel.String(), Rotation: x.Panel.Rotation, Stage: x.Stage, Delivery: x.Delivery, Shown: x.DeliveredAt, Seen: x.LastSeen,
			NextTry: x.NextTry, Held: x.HeldUntil, Pull: x.Pull, Sleeps: x.Sleeps, Silent: x.Silent, Telemetry: x.Telemetry}
		if x.Room != "" {
			one.Room = h.Pseudonym("room", string(x.Room))
		}
		if x.Problem != nil {
			one.Problem = h.Text(x.Problem.Title)
		}
		d.Displays = append(d.Displays, one)
	}
	for _, p := range s.Problems {
		subject := ""
		if p.Subject != "" {
			subject = h.Pseudonym("subject", p.Subject)
			if slices.ContainsFunc(s.Displays, func(x Display) bool { return string(x.ID) == p.Subject }) {
				subject = h.Pseudonym("display", p.Subject)
			}
		}
		d.Problems = append(d.Problems, problemDiagnostics{string(p.Code), p.Severity.String(), subject, p.Since})
	}
	for _, x := range s.Activity {
		d.Activity = append(d.Activity, activityDiagnostics{x.At, x.Kind, x.Problem, x.Actor != ""})
	}
	return d
}

// buildVersion is what the build says of itself.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value
		}
	}
	return version
}
