package graph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/roomink/roomink/engine/httpclient"
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
	checkTLS    = "Something between this computer and Microsoft answers with a certificate that this computer does not trust, such as a proxy that inspects traffic. " +
		"Install its root certificate in the operating system, and check the computer's clock."
)

// Remedies for calendars in the list of the signed-in account.
const (
	shareCalendar = "The owner of the calendar has to share it with the signed-in account, with titles and locations at least."
	calendarGone  = "The calendar is not in the list of the signed-in account: it was removed there, its owner does not share it any more, " +
		"or another account was signed in when it was chosen. Add it again in Outlook, choose another one, or connect with that account."
	signInInstead = "Calendars that an account has in its list can be read only while that account is signed in. Connect with an account, or choose the mailbox itself by its address."
)

// errNotDelegated is an application that is asked for what only a person has.
var errNotDelegated = errors.New("nobody is signed in: Roomink is connected with the application's own permissions")

func notDelegated(op string) error {
	return &syncer.Error{Kind: syncer.Denied, Op: op, Remedy: signInInstead, Err: errNotDelegated}
}

// Remedies for an application's own access. Exchange adds up what the directory
// and RBAC for Applications grant, and subtracts what an application access policy
// forbids (graph.md 2.1).
const (
	grantApp = "An administrator has to consent to the application permission Calendars.Read, or to give Roomink the role \"Application Calendars.Read\" " +
		"with RBAC for Applications, in a scope that holds the rooms. A change may take two hours."
	grantScope = "Roomink can read other calendars, but not this one. Where RBAC for Applications limits it to a scope, an Exchange administrator finds out whether the room is in it with: " +
		"Test-ServicePrincipalAuthorization -Identity <object ID of the enterprise application> -Resource %s. A change may take two hours."
	widenPolicy = "An application access policy keeps Roomink out of this mailbox. An Exchange administrator adds the room to the policy's group and checks with: " +
		"Test-ApplicationAccessPolicy -Identity %s -AppId <application (client) ID>. A change may take longer than an hour."
	grantAppPlaces = "An administrator has to consent to the application permission Place.Read.All. Until then, rooms can be added by their e-mail address."
	approveAgain   = "Connect again: an administrator has to approve Roomink for the organisation."
)

// remedy words what to do about a refusal.
type remedy func(e *replyError) string

func always(text string) remedy { return func(*replyError) string { return text } }

// deniedRoom is for a calendar that was refused.
func (s *Source) deniedRoom(room string) remedy {
	if !s.o.AppOnly {
		return always(fmt.Sprintf(grantFolder, room))
	}
	return func(e *replyError) string {
		switch {
		case byPolicy(e):
			return fmt.Sprintf(widenPolicy, room)
		case s.couldRead.Load():
			return fmt.Sprintf(grantScope, room)
		}
		return grantApp
	}
}

// deniedAll is for a refusal of the whole request.
func (s *Source) deniedAll() remedy {
	if s.o.AppOnly {
		return always(grantApp)
	}
	return always("")
}

// deniedPlaces is for the list of rooms.
func (s *Source) deniedPlaces() remedy {
	if s.o.AppOnly {
		return always(grantAppPlaces)
	}
	return always(grantPlaces)
}

// byPolicy knows the texts of an application access policy: its code is that of
// any other refusal.
func byPolicy(e *replyError) bool {
	return strings.Contains(e.Message, "Access to OData is disabled") || strings.Contains(e.Message, "[RAOP]")
}

// tokenProblem is what a source of tokens may tell of its errors.
type tokenProblem interface {
	error
	PersonNeeded() bool // trying again is useless until a person acts
	Advice() string
}

// fault words an error of a whole request. The end of ctx comes back as itself.
func (s *Source) fault(ctx context.Context, op string, denied remedy, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
	if e, ok := errors.AsType[*replyError](err); ok {
		return s.replyFault(op, denied, e)
	}
	if tf, ok := errors.AsType[*tokenFailure](err); ok {
		return tokenFault(op, tf.err)
	}
	return &syncer.Error{Kind: syncer.Offline, Op: op, Remedy: offlineRemedy(err), Err: err}
}

func offlineRemedy(err error) string {
	if e, ok := errors.AsType[*httpclient.ProxyError](err); ok {
		return e.Advice()
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return checkTLS
	}
	return checkNet
}

func tokenFault(op string, err error) error {
	if e, ok := errors.AsType[*syncer.Error](err); ok {
		return e
	}
	e := &syncer.Error{Kind: syncer.Offline, Op: op, Remedy: offlineRemedy(err), Err: err}
	if p, ok := errors.AsType[tokenProblem](err); ok {
		e.Remedy = p.Advice()
		if p.PersonNeeded() {
			e.Kind = syncer.SignIn
		}
	}
	return e
}

// replyFault words a reply that is no success, of a whole request or of one part
// of a batch. denied is the remedy if the account or the app lacks a right.
func (s *Source) replyFault(op string, denied remedy, e *replyError) *syncer.Error {
	f := &syncer.Error{Kind: syncer.Failed, Op: op, RetryAfter: e.RetryAfter, Err: e}
	switch code := strings.ToLower(e.Code); {
	case staleCursor(code), e.Status == http.StatusGone:
		f.Kind = syncer.Resync
	case code == "applicationthrottled", code == "toomanyrequests", e.Status == http.StatusTooManyRequests:
		f.Kind = syncer.Throttled
	case e.Status == http.StatusUnauthorized:
		f.Kind, f.Remedy = syncer.SignIn, signInAgain
		if s.o.AppOnly {
			f.Remedy = approveAgain
		}
	case code == "mailboxnotenabledforrestapi", code == "mailboxnotsupportedforrestapi":
		f.Kind, f.Remedy = syncer.NotFound, onPremises
	case e.Status == http.StatusForbidden:
		f.Kind, f.Remedy = syncer.Denied, denied(e)
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

// proven makes a refusal that is not known to be Microsoft's a failure that tells
// nothing: web filters and log-in pages of networks answer 403 and 404 too.
func proven(err error, known func(*replyError) bool) error {
	e, ok := errors.AsType[*syncer.Error](err)
	reply, isReply := errors.AsType[*replyError](err)
	if ok && isReply && (e.Kind == syncer.Denied || e.Kind == syncer.NotFound) && !known(reply) {
		e.Kind, e.Remedy = syncer.Failed, checkNet
	}
	return err
}
