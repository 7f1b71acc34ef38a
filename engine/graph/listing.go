package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	absser "github.com/microsoft/kiota-abstractions-go/serialization"

	"github.com/roomink/roomink/engine/syncer"
)

// maxListPages bounds a listing whose links never end.
const maxListPages = 100

// listing is a collection that is read page by page, along with others in one batch.
type listing struct {
	url   string // what to ask next, relative; "" at the end
	take  func(body []byte) (next string, err error)
	pages int
	err   error // why it is not complete
}

// list reads collections, up to batchSize at once in a request. The failure of one is
// in its err; that of a whole request is returned, and ends it.
func (s *Source) list(ctx context.Context, op string, all []*listing) error {
	queue := append([]*listing(nil), all...)
	for len(queue) > 0 {
		now := queue[:min(batchSize, len(queue))]
		queue = queue[len(now):]
		urls := make([]string, len(now))
		for i, l := range now {
			urls[i] = l.url
		}
		replies, _, err := s.batch(ctx, op, urls)
		if err != nil {
			return err
		}
		for i, l := range now {
			if l.err = l.answered(replies[i], s); l.err == nil && l.url != "" {
				queue = append(queue, l)
			}
		}
	}
	return nil
}

func (l *listing) answered(reply *batchReply, s *Source) (err error) {
	if reply == nil {
		return errors.New("the batch has no answer for it")
	}
	if reply.Status != http.StatusOK {
		return newReplyError(reply.Status, reply.header(), reply.Body, s.o.Now())
	}
	if l.url, err = l.take(reply.Body); err != nil {
		return err
	}
	if l.pages++; l.pages >= maxListPages {
		l.url = ""
	}
	return nil
}

// collection is a list of the SDK's models.
type collection[T any] interface {
	absser.Parsable
	GetValue() []T
	GetOdataNextLink() *string
}

// follow makes a listing that follows the links of its pages.
func follow[C collection[T], T any](s *Source, url string, factory absser.ParsableFactory, each func(T)) *listing {
	return &listing{url: url, take: func(body []byte) (string, error) {
		page, err := values[C](s, body, factory, each)
		if err != nil || str(page.GetOdataNextLink()) == "" {
			return "", err
		}
		return s.relative(*page.GetOdataNextLink())
	}}
}

// counted makes a listing that counts what it got, until a page tells nothing new; add
// says whether it was. A service that ignores $skip repeats itself.
func counted[C collection[T], T any](s *Source, path string, factory absser.ParsableFactory, add func(T) (fresh bool)) *listing {
	skip := 0
	next := func() string { return fmt.Sprintf("%s?%%24top=%d&%%24skip=%d", path, roomsPage, skip) }
	return &listing{url: next(), take: func(body []byte) (string, error) {
		fresh := false
		page, err := values[C](s, body, factory, func(v T) { fresh = add(v) || fresh })
		if err != nil || !fresh {
			return "", err
		}
		skip += len(page.GetValue())
		return next(), nil
	}}
}

func values[C collection[T], T any](s *Source, body []byte, factory absser.ParsableFactory, each func(T)) (page C, err error) {
	if page, err = decode[C](s, body, factory); err != nil {
		return page, err
	}
	if page.GetValue() == nil {
		return page, errNoValue
	}
	return page, guarded(func() error { // a null in the list is met here
		for _, v := range page.GetValue() {
			each(v)
		}
		return nil
	})
}

// listFault words the failure of one listing, as fault does that of a request.
func (s *Source) listFault(ctx context.Context, op string, denied remedy, err error) error {
	if e, ok := errors.AsType[*replyError](err); ok {
		return s.replyFault(op, denied, e)
	}
	if ctx.Err() != nil {
		return s.fault(ctx, op, denied, err)
	}
	return &syncer.Error{Kind: syncer.Failed, Op: op, Err: err}
}
