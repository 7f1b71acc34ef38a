package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// Explain puts an error of the engine into words for a person. It is the one place
// that does; nil gives an empty explanation.
func Explain(err error) Explanation {
	if err == nil {
		return Explanation{}
	}
	if errors.Is(err, context.Canceled) {
		return Explanation{Title: "Cancelled"}
	}
	if x, ok := explainKnown(err); ok {
		if x.Details == "" {
			x.Details = err.Error()
		}
		return x
	}
	title, text, split := strings.Cut(sentence(err.Error()), ": ")
	if !split {
		return Explanation{Title: title}
	}
	return Explanation{Title: title, Text: sentence(text), Details: err.Error()}
}

func explainKnown(err error) (Explanation, bool) {
	if e, ok := errors.AsType[*entra.Error](err); ok {
		return explainSignIn(e), true
	}
	if x, ok := explainFields(err); ok {
		return x, true
	}
	if e, ok := errors.AsType[*display.Error](err); ok {
		return explainDisplay(e), true
	}
	if e, ok := errors.AsType[*syncer.Error](err); ok {
		x := Explanation{Title: sentence(e.Op) + " did not work", Remedy: e.Remedy}
		if e.Err != nil {
			x.Text = sentence(e.Err.Error())
		}
		return x, true
	}
	if e, ok := errors.AsType[*store.NewerError](err); ok {
		return Explanation{Title: "The data was written by a newer Roomink", Text: sentence(e.Error())}, true
	}
	if x, ok := explainDisk(err); ok {
		return x, true
	}
	if x, ok := explainBackup(err); ok {
		return x, true
	}
	switch {
	case errors.Is(err, vault.ErrWrongKey):
		return Explanation{Title: "A saved secret can't be opened any more", Remedy: "Enter it again."}, true
	case errors.Is(err, context.DeadlineExceeded):
		return Explanation{Title: "It took too long", Text: sentence(err.Error()), Remedy: "Try again."}, true
	case errors.Is(err, fs.ErrPermission):
		return Explanation{Title: "Roomink lacks the right to do this", Text: sentence(err.Error()),
			Remedy: "Check the rights of the data folder."}, true
	}
	return Explanation{}, false
}

// explainDisk words what keeps Roomink from saving. All of it passes without a restart.
func explainDisk(err error) (Explanation, bool) {
	switch {
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC):
		return Explanation{Title: "The disk is full", Text: sentence(err.Error()) + ".",
			Remedy: "Free some space on the disk of the data folder."}, true
	case errors.Is(err, store.ErrReadOnly), errors.Is(err, syscall.EROFS):
		return Explanation{Title: "The data folder can't be written to", Text: sentence(err.Error()) + ".",
			Remedy: "Check that the disk of the data folder is not read-only, and that this user may write to the folder and the files in it."}, true
	case errors.Is(err, store.ErrBusy):
		return Explanation{Title: "Another program holds the database", Text: sentence(err.Error()) + ".",
			Remedy: "Wait until it is done, or end it: a backup program, say, or a tool that shows databases."}, true
	case errors.Is(err, store.ErrDisk):
		return Explanation{Title: "The disk of the data folder does not work as it should", Text: sentence(err.Error()) + ".",
			Remedy: "Check the disk. If the folder is on a network drive, move it to a disk of this computer."}, true
	}
	return Explanation{}, false
}

// explainBackup words what is wrong with a backup or its passphrase.
func explainBackup(err error) (Explanation, bool) {
	switch {
	case errors.Is(err, errPassphrase):
		return Explanation{Title: "The passphrase is too short", Text: "Whoever guesses it has the client secret and the keys of all displays.",
			Remedy: fmt.Sprintf("Choose at least %d characters.", MinPassphrase)}, true
	case errors.Is(err, errBadPassphrase):
		return Explanation{Title: "The passphrase does not open the backup", Text: "Nothing was changed.",
			Remedy: "Check it for capital letters and the keyboard's language, and that it is the right file."}, true
	case errors.Is(err, errNoBackup):
		return Explanation{Title: "The file is no backup of Roomink, or not all of it", Text: "Nothing was changed.", Remedy: "Choose another file."}, true
	case errors.Is(err, errNewerBackup):
		return Explanation{Title: "The backup was made by a newer Roomink", Text: "Nothing was changed.", Remedy: "Install that version, then restore the backup."}, true
	}
	return Explanation{}, false
}

func explainSignIn(e *entra.Error) Explanation {
	x := Explanation{Title: e.Title, Text: e.Description, Remedy: e.Remedy, Code: e.Code}
	if e.Err != nil && x.Text == "" {
		x.Text = sentence(e.Err.Error())
	}
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("What", e.Op)
	if e.Code != 0 {
		line("Code", fmt.Sprintf("AADSTS%d", e.Code))
	}
	line("Error", strings.TrimSpace(e.OAuth+" "+e.SubError))
	line("Correlation ID", e.CorrelationID)
	if !e.At.IsZero() {
		line("Time", e.At.UTC().Format(time.RFC3339))
	}
	line("Microsoft says", e.Description)
	x.Details = strings.TrimSpace(b.String())
	return x
}

// explainFields words credentials that can't be right, field by field.
func explainFields(err error) (Explanation, bool) {
	var problems []string
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) {
		case *entra.FieldError:
			problems = append(problems, fieldNames[e.Field]+": "+e.Problem+".")
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				walk(inner)
			}
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		}
	}
	walk(err)
	if len(problems) == 0 {
		return Explanation{}, false
	}
	return Explanation{Title: "The credentials are not complete", Text: strings.Join(problems, "\n")}, true
}

var fieldNames = map[string]string{
	"Cloud": "Cloud", "Tenant": "Tenant", "ClientID": "Application (client) ID", "Secret": "Client secret",
	"RedirectPath": "Redirect URI", "Port": "Port",
}

func explainDisplay(e *display.Error) Explanation {
	title := map[display.Kind]string{
		display.Unreachable: "The display can't be reached",
		display.Occupied:    "The display is busy with another program",
		display.Timeout:     "The display stopped answering",
		display.Protocol:    "The display answered something strange",
		display.Refused:     "The display refused the picture",
		display.Unsupported: "This display is not supported yet",
		display.WrongDevice: "Another device answers at the display's address",
		display.KeyRefused:  "The display or its hub wants a key, or another one",
	}[e.Kind]
	if title == "" {
		title = "The display can't be used"
	}
	x := Explanation{Title: title, Remedy: e.Remedy}
	if e.Err != nil {
		x.Text = sentence(e.Err.Error())
	}
	return x
}

// sentence makes the first letter of an error's text a capital.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
