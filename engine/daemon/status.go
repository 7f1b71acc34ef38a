package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/roomink/roomink/engine"
)

// statusFile is in the data folder. It is how "status" learns of a program that runs: that
// one holds the folder, and a socket would need a guard of its own.
const statusFile = "status.json"

const (
	statusEvery = 2 * time.Second  // at most
	statusBeat  = 30 * time.Second // at least
	statusDead  = 90 * time.Second // after which the program that wrote it has ended, or hangs
)

// status is what the file holds. It names rooms and displays, as the app does, and no
// meeting, person or secret.
type status struct {
	At      time.Time    `json:"at"`
	Version string       `json:"version"`
	PID     int          `json:"pid"`
	Ended   bool         `json:"ended,omitempty"` // the program said goodbye
	State   engine.State `json:"state"`
	Account string       `json:"account"`
	Rooms   int          `json:"rooms"`
	// LastOK is when all calendars were last read; zero = never.
	LastOK   time.Time                    `json:"calendarsRead"`
	Displays map[engine.DeliveryState]int `json:"displays"` // those with a room, by delivery
	Problems []problem                    `json:"problems"`
}

type problem struct {
	Code     string    `json:"code"`
	Severity string    `json:"severity"`
	Title    string    `json:"title"`
	Remedy   string    `json:"remedy,omitempty"`
	Since    time.Time `json:"since"`
}

func statusOf(s engine.Snapshot, version string) status {
	st := status{At: s.At, Version: version, PID: os.Getpid(), State: s.State, Account: string(s.Account.State),
		Rooms: len(s.Rooms), LastOK: s.Sync.LastOK, Displays: byDelivery(s), Problems: []problem{}}
	for _, p := range s.Problems {
		st.Problems = append(st.Problems, problem{string(p.Code), p.Severity.String(), p.Title, p.Remedy, p.Since})
	}
	return st
}

// byDelivery counts the displays with a room by how they stand.
func byDelivery(s engine.Snapshot) map[engine.DeliveryState]int {
	by := make(map[engine.DeliveryState]int)
	for _, d := range s.Displays {
		if d.Stage == engine.Assigned {
			by[d.Delivery]++
		}
	}
	return by
}

// keepStatus writes the file whenever something changed, until ctx ends.
func keepStatus(ctx context.Context, dir, version string, e *engine.Engine) error {
	changes := e.Watch(ctx)
	beat := time.NewTicker(statusBeat)
	defer beat.Stop()
	var failed error // a full disk passes
	for {
		failed = writeStatus(dir, statusOf(e.Snapshot(), version))
		select {
		case <-ctx.Done():
		case <-time.After(statusEvery):
		}
		select {
		case <-ctx.Done():
			last := statusOf(e.Snapshot(), version)
			last.Ended = true
			return errors.Join(failed, writeStatus(dir, last))
		case <-changes:
		case <-beat.C:
		}
	}
}

// writeStatus replaces the file as a whole.
func writeStatus(dir string, s status) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, statusFile)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func readStatus(dir string) (s status, err error) {
	data, err := os.ReadFile(filepath.Join(dir, statusFile))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("read the status: %w", err)
	}
	return s, nil
}

// running says why the program that wrote the status does not run, "" if it does. Whoever
// was killed says no goodbye, but holds the folder no more.
func (s status) running(dir string, now time.Time) string {
	if held, err := engine.InUse(dir); err == nil && !held && !s.Ended {
		return "roominkd ended without a word, after " + s.At.Local().Format(time.DateTime)
	}
	switch age := now.Sub(s.At).Abs(); {
	case s.Ended:
		return "roominkd ended at " + s.At.Local().Format(time.DateTime)
	case age > statusDead:
		return fmt.Sprintf("roominkd has not been heard of for %s: it ended without a word, or hangs", age.Round(time.Second))
	}
	return ""
}

// showStatus prints the status; something that is wrong with a sign is an exit code of 1.
func showStatus(args []string, cfg Config) error {
	var o options
	f := flags("status", cfg, &o)
	asJSON := f.Bool("json", false, "print JSON")
	if err := parse(f, args, &o); err != nil {
		return err
	}
	s, err := readStatus(o.dir)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(cfg.Stdout, "roominkd has not run with the data folder", o.dir)
		return errUnwell
	}
	if err != nil {
		return err
	}
	ended := s.running(o.dir, time.Now())
	if *asJSON {
		data, err := json.MarshalIndent(struct {
			status
			Running bool `json:"running"`
		}{s, ended == ""}, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(cfg.Stdout, string(data))
	} else if err := s.print(cfg.Stdout, ended); err != nil {
		return err
	}
	if ended != "" || s.State == engine.Attention {
		return errUnwell
	}
	return nil
}

var stateWords = map[engine.State]string{
	engine.Starting: "starting", engine.SetUp: "not set up yet", engine.Working: "updating signs", engine.InOrder: "in order",
	engine.Attention: "needs attention", engine.Paused: "paused",
}

func (s status) print(w io.Writer, ended string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if ended != "" {
		fmt.Fprintf(t, "%s. What follows is how it stood then.\n", ended)
	}
	fmt.Fprintf(t, "As of\t%s, %s ago\n", s.At.Local().Format(time.DateTime), time.Since(s.At).Round(time.Second))
	signs := 0
	for _, n := range s.Displays {
		signs += n
	}
	read := "never"
	if !s.LastOK.IsZero() {
		read = s.LastOK.Local().Format(time.DateTime)
	}
	fmt.Fprintf(t, "State\t%s\nVersion\t%s, process %d\nAccount\t%s\nRooms\t%d, calendars last read %s\nSigns\t%d of %d show what they should\n",
		stateWords[s.State], s.Version, s.PID, s.Account, s.Rooms, read, s.Displays[engine.Delivered], signs)
	for _, p := range s.Problems {
		fmt.Fprintf(t, "%s\t%s (since %s)\n", p.Severity, p.Title, p.Since.Local().Format(time.DateTime))
		if p.Remedy != "" {
			fmt.Fprintf(t, "\t%s\n", p.Remedy)
		}
	}
	return t.Flush()
}
