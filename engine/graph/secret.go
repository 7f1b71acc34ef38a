package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/roomink/roomink/engine/syncer"
)

// ErrNotAllowed is an app that may not read its own registration.
var ErrNotAllowed = errors.New("the app may not read its own registration")

const (
	maxRegistration = 1 << 20 // thousands of secrets; Microsoft allows a few hundred
	hintLength      = 3       // learn.microsoft.com/graph/api/resources/passwordcredential

	enterExpiry = "Enter the date that the portal shows beside the secret. To let Roomink look it up, an administrator can consent to the permission Application.Read.All."
	elsewhere   = "The app is registered in another organisation, which has to tell the date. If it is registered in this one, check the application (client) ID."
)

// SecretExpiry looks up in the app registration clientID when a client secret
// expires. It compares the first three characters, which is all that Microsoft
// tells of a secret; the secret itself is not sent. The time is zero if that does
// not settle it. Errors are of type *[syncer.Error] and wrap [ErrNotAllowed] if a
// permission is missing; the end of ctx comes back as itself.
//
// The request is worded by hand, as the SDK's builders for the directory would
// triple the size of the program (graph.md 5.5).
func (s *Source) SecretExpiry(ctx context.Context, clientID, secret string) (time.Time, error) {
	const op = "look up when the client secret expires"
	if utf8.RuneCountInString(secret) < hintLength {
		return time.Time{}, nil
	}
	id, err := uuid.Parse(clientID)
	if err != nil {
		return time.Time{}, &syncer.Error{Kind: syncer.Failed, Op: op, Remedy: "Check the application (client) ID.", Err: fmt.Errorf("the client ID: %w", err)}
	}
	var body []byte
	err = s.do(ctx, opSecret, 1, func(ctx context.Context) (err error) {
		body, err = s.getJSON(ctx, "/applications(appId='"+id.String()+"')?$select=passwordCredentials", maxRegistration)
		return err
	})
	var expires time.Time
	if err == nil {
		expires, err = secretExpiry(body, secret, s.o.Now())
	}
	if err == nil {
		return expires, nil
	}
	err = proven(s.fault(ctx, op, always(enterExpiry), err), func(e *replyError) bool { return e.Code != "" })
	e, ok := errors.AsType[*syncer.Error](err)
	reply, isReply := errors.AsType[*replyError](err)
	switch {
	case !ok || !isReply: // of the source of tokens, perhaps
	case e.Kind == syncer.Denied:
		e.Err = fmt.Errorf("%w: %w", ErrNotAllowed, reply)
	case e.Kind == syncer.NotFound:
		e.Remedy = elsewhere
	}
	return time.Time{}, err
}

// getJSON reads a JSON reply of at most limit bytes. path is relative to the
// version, with its query.
func (s *Source) getJSON(ctx context.Context, path string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.o.BaseURL+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := s.plain.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, &replyError{Status: http.StatusOK, Code: "unreadable", Message: fmt.Sprintf("the reply is larger than %d KiB", limit>>10)}
	}
	return body, nil
}

// secretExpiry finds the end of the secret that begins like secret. Of several it
// takes those that still hold, as a secret in use does; if these end at different
// times the answer is unknown, the zero time: too late a date would be worse than
// none.
func secretExpiry(body []byte, secret string, now time.Time) (time.Time, error) {
	var j struct {
		Credentials *[]struct {
			Hint string `json:"hint"`
			End  string `json:"endDateTime"`
		} `json:"passwordCredentials"`
	}
	if err := json.Unmarshal(body, &j); err != nil || j.Credentials == nil {
		return time.Time{}, &replyError{Status: http.StatusOK, Code: "unreadable", Message: "the reply is no app registration with passwordCredentials"}
	}
	var valid, expired []time.Time
	for _, c := range *j.Credentials {
		if utf8.RuneCountInString(c.Hint) != hintLength || !strings.HasPrefix(secret, c.Hint) {
			continue
		}
		end, err := time.Parse(time.RFC3339, c.End)
		switch {
		case c.End == "":
			return time.Time{}, nil
		case err != nil:
			return time.Time{}, &replyError{Status: http.StatusOK, Code: "unreadable", Message: fmt.Sprintf("a client secret ends on no date (%q)", clip(c.End, 60))}
		case end.After(now):
			valid = append(valid, end.UTC())
		default:
			expired = append(expired, end.UTC())
		}
	}
	switch {
	case len(valid) > 0 && sameTime(valid):
		return valid[0], nil
	case len(valid) > 0 || len(expired) == 0:
		return time.Time{}, nil
	}
	return slices.MaxFunc(expired, time.Time.Compare), nil
}

func sameTime(times []time.Time) bool {
	return !slices.ContainsFunc(times, func(t time.Time) bool { return !t.Equal(times[0]) })
}
