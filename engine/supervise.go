package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/thejerf/suture/v4"

	"github.com/roomink/roomink/engine/health"
)

// service gives a function a name in the supervisor tree.
type service struct {
	name  string
	serve func(context.Context) error
}

func (s service) Serve(ctx context.Context) error { return s.serve(ctx) }
func (s service) String() string                  { return s.name }

// How parts that fail are started again: at once, until one fails more than a few times in
// a minute; then only each quarter of a minute, until it holds.
const (
	failuresMost  = 5
	failuresDecay = 30 // seconds in which half of the failures is forgotten
	failuresPause = 15 * time.Second
	// stopPatience is how long Run waits, once ctx has ended, for parts that don't heed that,
	// such as a push by a driver that hangs. Whoever shuts the computer down waits no longer;
	// the glass counts as unknown then.
	stopPatience = 1500 * time.Millisecond
)

func (e *Engine) supervisor(name string) *suture.Supervisor {
	return suture.New(name, suture.Spec{EventHook: e.onSupervisorEvent, Timeout: stopPatience,
		FailureThreshold: failuresMost, FailureDecay: failuresDecay, FailureBackoff: failuresPause})
}

// onSupervisorEvent takes in that a part stopped or panicked; the tree starts it again.
func (e *Engine) onSupervisorEvent(event suture.Event) {
	switch ev := event.(type) {
	case suture.EventServicePanic:
		e.log.Error("A part of the engine panicked and is started again", "part", ev.ServiceName, "panic", ev.PanicMsg, "stack", ev.Stacktrace)
		e.panicked(ev.ServiceName, ev.PanicMsg, ev.Stacktrace)
	case suture.EventServiceTerminate:
		if err, ok := ev.Err.(error); ok && errors.Is(err, context.Canceled) {
			return
		}
		e.mu.Lock()
		e.state.failing = ev.ServiceName
		e.mu.Unlock()
		e.log.Error("A part of the engine stopped and is started again", "part", ev.ServiceName, "err", ev.Err)
	case suture.EventStopTimeout:
		e.log.Warn("A part of the engine did not stop in time", "part", ev.ServiceName)
	case suture.EventBackoff:
		e.mu.Lock()
		part := e.state.failing
		e.mu.Unlock()
		e.log.Error("A part of the engine fails again and again", "part", part)
		e.health.Set(health.Problem{Code: codeCrashLoop, Severity: health.Error,
			Title:  fmt.Sprintf("Roomink keeps failing at one of its tasks: %s", part),
			Text:   "It is tried again every 15 seconds. Everything else goes on.",
			Remedy: "Restart Roomink. If it comes back, export the diagnostics in the settings and send them to whoever helps you."})
	case suture.EventResume:
		// Only a part that holds for a while is well again; see housekeeping.
		e.mu.Lock()
		e.state.resumed = e.cfg.Now()
		e.mu.Unlock()
	}
}

// wellAfter is how long a part that failed again and again must hold to count as mended.
const wellAfter = 2 * time.Minute

// noteMended ends the report of a part that failed again and again.
func (e *Engine) noteMended() {
	e.mu.Lock()
	at := e.state.resumed
	e.mu.Unlock()
	if !at.IsZero() && e.cfg.Now().Sub(at) >= wellAfter {
		e.mu.Lock()
		if e.state.resumed.Equal(at) {
			e.state.resumed = time.Time{}
		}
		e.mu.Unlock()
		e.health.Clear(codeCrashLoop, "")
	}
}

// Reports of panics lie in a folder of their own, the oldest of too many is removed.
const (
	reportsDir  = "reports"
	reportsMost = 20
)

// panicked writes a report of a panic that was caught, and tells of it.
func (e *Engine) panicked(part, message, stack string) {
	e.mu.Lock()
	e.state.failing = part
	e.mu.Unlock()
	where, err := e.writeReport(part, message, stack)
	if err != nil {
		e.log.Error("The report of a panic could not be written", "err", err)
		where = "the log"
	}
	e.health.Set(health.Problem{Code: codePanicked, Subject: part, Severity: health.Notice,
		Title:  fmt.Sprintf("Roomink had an internal error and went on: %s", part),
		Text:   "This is a mistake in Roomink. The part was started again. What happened is in " + where + ".",
		Remedy: "If signs are wrong, restart Roomink. Please send that file to whoever helps you."})
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

func (e *Engine) writeReport(part, message, stack string) (path string, err error) {
	dir := filepath.Join(e.cfg.Dir, reportsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder for reports: %w", err)
	}
	now := e.cfg.Now().UTC()
	name := fmt.Sprintf("panic-%s-%s.txt", now.Format("20060102T150405.000"), notInNames.ReplaceAllString(strings.ToLower(part), "-"))
	path = filepath.Join(dir, name)
	text := fmt.Sprintf("%s\n%s: %s\n%s %s/%s\n\n%s\n", now.Format(time.RFC3339), part, message, runtime.Version(), runtime.GOOS, runtime.GOARCH, stack)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write the report: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "panic-*.txt"))
	if err != nil {
		return path, nil // the pattern is good
	}
	slices.Sort(old) // by time
	for _, path := range old[:max(0, len(old)-reportsMost)] {
		if err := os.Remove(path); err != nil {
			e.log.Warn("An old report could not be removed", "err", err)
		}
	}
	return path, nil
}
