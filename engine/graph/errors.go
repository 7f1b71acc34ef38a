package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/roomink/roomink/engine/syncer"
)

// Remedies, by what was attempted.
const (
	grantFolder = "The signed-in account needs rights on the room's calendar. An Exchange administrator grants them with: " +
		"Set-MailboxFolderPermission %s:\\Calendar -User Default -AccessRights LimitedDetails"
	grantPlaces = "An administrator has to grant this app the permission Place.Read.All. Until then, rooms can be added by their e-mail address."
	noMailbox   = "Check the room's e-mail address. A new room may take up to 48 hours to appear."
	onPremises  = "The room's mailbox is not in Exchange Online: it is on premises, has been deleted or has no licence. Move it to Exchange Online to show it."
	signInAgain = "Sign in again."
	checkNet    = "Check this computer's internet connection and proxy."
)

// tokenProblem is what a source of tokens may tell of its errors.
type tokenProblem interface {
	error
	PersonNeeded() bool // trying again is useless until a person acts
	Advice() string
}

// fault words an error of a whole request. The end of ctx comes back as itself.
func fault(ctx context.Context, op, denied string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
	if e, ok := errors.AsType[*replyError](err); ok {
		return replyFault(op, denied, e)
	}
	if tf, ok := errors.AsType[*tokenFailure](err); ok {
		return tokenFault(op, tf.err)
	}
	return &syncer.Error{Kind: syncer.Offline, Op: op, Remedy: checkNet, Err: err}
}

func tokenFault(op string, err error) error {
	if e, ok := errors.AsType[*syncer.Error](err); ok {
		return e
	}
	e := &syncer.Error{Kind: syncer.Offline, Op: op, Remedy: checkNet, Err: err}
	if p, ok := errors.AsType[tokenProblem](err); ok {
		e.Remedy = p.Advice()
		if p.PersonNeeded() {
			e.Kind = syncer.SignIn
		}
	}
	return e
}

// replyFault words a reply that is no success, of a whole request or of one part
// of a batch. denied is the remedy if the account lacks a right.
func replyFault(op, denied string, e *replyError) *syncer.Error {
	f := &syncer.Error{Kind: syncer.Failed, Op: op, RetryAfter: e.RetryAfter, Err: e}
	switch code := strings.ToLower(e.Code); {
	case staleCursor(code), e.Status == http.StatusGone:
		f.Kind = syncer.Resync
	case code == "applicationthrottled", code == "toomanyrequests", e.Status == http.StatusTooManyRequests:
		f.Kind = syncer.Throttled
	case e.Status == http.StatusUnauthorized:
		f.Kind, f.Remedy = syncer.SignIn, signInAgain
	case code == "mailboxnotenabledforrestapi", code == "mailboxnotsupportedforrestapi":
		f.Kind, f.Remedy = syncer.NotFound, onPremises
	case e.Status == http.StatusForbidden:
		f.Kind, f.Remedy = syncer.Denied, denied
	case e.Status == http.StatusNotFound:
		f.Kind, f.Remedy = syncer.NotFound, noMailbox
	case e.Status >= 500, e.Status == http.StatusRequestTimeout:
		f.Kind = syncer.Offline
	case code == "notgraph", e.Status >= 300 && e.Status < 400:
		f.Kind, f.Remedy = syncer.Offline, checkNet
	}
	return f
}

// staleCursor knows the codes of a cursor that is too old; their case differs
// between the documentation and real replies (graph.md 3.3).
func staleCursor(code string) bool {
	switch strings.ToLower(code) {
	case "syncstatenotfound", "syncstateinvalid", "resyncrequired":
		return true
	}
	return false
}
