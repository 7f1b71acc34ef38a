package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomink/roomink/engine/syncer"
)

// Probe finds out whether a mailbox's calendar can be read, and keeps nothing of
// it: it asks for the id of one event of the coming minute. nil means that it can.
// Otherwise the error is a *[syncer.Error]: of kind Denied only if Exchange itself
// refused, NotFound if there is no such mailbox in Exchange Online, and any other
// kind if nothing was found out. The end of ctx comes back as itself.
func (s *Source) Probe(ctx context.Context, mailbox string) error {
	op := "read the calendar of " + mailbox
	if strings.TrimSpace(mailbox) == "" {
		return &syncer.Error{Kind: syncer.Failed, Op: "read a calendar", Err: errors.New("no mailbox is given")}
	}
	err := s.do(ctx, opProbe, 1, func(ctx context.Context) error {
		info, err := s.probeRequest(ctx, mailbox)
		if err != nil {
			return err
		}
		raw, err := s.adapter.SendPrimitive(ctx, info, "[]byte", nil)
		if err != nil {
			return err
		}
		body, _ := raw.([]byte)
		var list struct{ Value *[]json.RawMessage }
		if json.Unmarshal(body, &list) != nil || list.Value == nil {
			return errNoValue
		}
		return nil
	})
	if err == nil {
		return nil
	}
	return proven(s.fault(ctx, op, s.deniedRoom(mailbox), err), provesNoAccess)
}

func (s *Source) probeRequest(ctx context.Context, mailbox string) (*abs.RequestInformation, error) {
	now := s.o.Now().UTC()
	from, to := now.Format(time.RFC3339), now.Add(time.Minute).Format(time.RFC3339)
	top := int32(1)
	b := users.NewItemCalendarViewRequestBuilderInternal(pathParameters(s.o.BaseURL, "user-id", mailbox), s.adapter)
	return b.ToGetRequestInformation(ctx, &users.ItemCalendarViewRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.ItemCalendarViewRequestBuilderGetQueryParameters{
			StartDateTime: &from, EndDateTime: &to, Top: &top, Select: []string{"id"}}})
}

// provesNoAccess knows Graph's answers about a mailbox that can't be read. Other
// 403s, such as those of conditional access, are about something else.
func provesNoAccess(e *replyError) bool {
	switch strings.ToLower(e.Code) {
	case "erroraccessdenied", "authorization_requestdenied":
		return true
	}
	return e.Status == http.StatusNotFound && e.Code != ""
}
