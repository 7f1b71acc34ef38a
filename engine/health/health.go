// Package health is the list of what needs a person. Whoever knows of a problem
// sets it, the same one clears it, and the app and the tray show what is set.
package health

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// Severity orders problems: the worst one decides what the tray shows.
type Severity int

// The severities, from harmless to grave.
const (
	Notice  Severity = iota + 1 // worth knowing; nothing is wrong on a sign
	Warning                     // something will go wrong, or one sign is affected
	Error                       // signs are wrong or stale until a person acts
)

// String is "notice", "warning" or "error".
func (s Severity) String() string {
	switch s {
	case Notice:
		return "notice"
	case Warning:
		return "warning"
	default:
		return "error"
	}
}

// Code names a kind of problem, such as "account.signedOut". It is stable.
type Code string

// Problem is one thing that is wrong with one subject, in words fit to show.
type Problem struct {
	Code     Code
	Subject  string // identity of the display, room or file it is about; "" = the app
	Severity Severity
	Title    string    // one line: what is wrong, with what
	Text     string    // the cause, in plain words; may be empty
	Remedy   string    // what to do next; may be empty
	Since    time.Time // when it was first set; filled in by the registry
}

type key struct {
	code    Code
	subject string
}

// Registry holds the problems that are set. It is safe for concurrent use.
type Registry struct {
	now      func() time.Time
	onChange func()

	mu       sync.Mutex
	problems map[key]Problem
}

// NewRegistry makes an empty registry. now is the clock; onChange, if not nil, is
// called after every real change, without locks held, and must not block.
func NewRegistry(now func() time.Time, onChange func()) *Registry {
	return &Registry{now: now, onChange: onChange, problems: make(map[key]Problem)}
}

// Set records a problem, or replaces the one with the same code and subject,
// keeping the time at which it began.
func (r *Registry) Set(p Problem) {
	k := key{p.Code, p.Subject}
	r.mu.Lock()
	old, known := r.problems[k]
	p.Since = r.now()
	if known {
		p.Since = old.Since
	}
	r.problems[k] = p
	r.mu.Unlock()
	if !known || old != p {
		r.changed()
	}
}

// Clear removes a problem; it is no error if it was not set.
func (r *Registry) Clear(code Code, subject string) {
	k := key{code, subject}
	r.mu.Lock()
	_, known := r.problems[k]
	delete(r.problems, k)
	r.mu.Unlock()
	if known {
		r.changed()
	}
}

// ClearAll removes the problems with this code, whatever their subjects.
func (r *Registry) ClearAll(code Code) {
	r.mu.Lock()
	before := len(r.problems)
	maps.DeleteFunc(r.problems, func(k key, _ Problem) bool { return k.code == code })
	changed := len(r.problems) != before
	r.mu.Unlock()
	if changed {
		r.changed()
	}
}

// Problems gives what is set, the gravest and then the oldest first.
func (r *Registry) Problems() []Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Problem, 0, len(r.problems))
	for _, p := range r.problems {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), a.Since.Compare(b.Since),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Subject, b.Subject))
	})
	return list
}

func (r *Registry) changed() {
	if r.onChange != nil {
		r.onChange()
	}
}
