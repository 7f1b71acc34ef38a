package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	absser "github.com/microsoft/kiota-abstractions-go/serialization"
)

// batchSize is how many requests one $batch may hold
// (learn.microsoft.com/graph/json-batching).
const batchSize = 20

// preferences go with every request for events, the ones that follow a link as
// well: pages of fifty, UTC, ids that survive a move, and plain text, because
// invitations carry kilobytes of HTML and change tracking can't leave them out.
const preferences = `odata.maxpagesize=50, outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"`

type batchPart struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"` // relative to the version
	Headers map[string]string `json:"headers"`
}

type batchReply struct {
	ID      string                     `json:"id"`
	Status  int                        `json:"status"`
	Headers map[string]json.RawMessage `json:"headers"`
	Body    json.RawMessage            `json:"body"`
}

// header gives the reply's headers that errors are read from.
func (r *batchReply) header() http.Header {
	h := http.Header{}
	for name, raw := range r.Headers {
		var v string
		if json.Unmarshal(raw, &v) != nil {
			v = strings.Trim(string(raw), `"`) // a bare number
		}
		h.Set(name, v)
	}
	return h
}

// batch gets up to batchSize relative URLs in one request. Replies come in the
// order of urls; one that Graph left out is nil. token is what it was sent with.
func (s *Source) batch(ctx context.Context, op string, urls []string) (replies []*batchReply, token string, err error) {
	parts := make([]batchPart, len(urls))
	for i, u := range urls {
		parts[i] = batchPart{ID: strconv.Itoa(i + 1), Method: http.MethodGet, URL: u,
			Headers: map[string]string{"Accept": "application/json", "Prefer": preferences}}
	}
	content, err := json.Marshal(map[string]any{"requests": parts})
	if err != nil {
		return nil, "", fmt.Errorf("word a batch: %w", err)
	}
	info := abs.NewRequestInformation()
	info.Method, info.UrlTemplate, info.Content = abs.POST, "{+baseurl}/$batch", content
	info.Headers.Add("Content-Type", "application/json")
	info.Headers.Add("Accept", "application/json")

	err = s.do(ctx, op, len(urls), func(ctx context.Context) error {
		got, err := s.adapter.SendPrimitive(ctx, info, "[]byte", nil)
		if err != nil {
			return err
		}
		raw, _ := got.([]byte)
		if replies, err = sortReplies(raw, len(urls)); err != nil {
			return err
		}
		c := callOf(ctx)
		c.count(replies)
		token = c.token
		return nil
	})
	return replies, token, err
}

func sortReplies(raw []byte, n int) ([]*batchReply, error) {
	var j struct {
		Responses []batchReply `json:"responses"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, &replyError{Status: http.StatusOK, Code: "unreadable", Message: "the reply to a batch is no JSON of the known form"}
	}
	out := make([]*batchReply, n)
	for i := range j.Responses {
		if id, err := strconv.Atoi(j.Responses[i].ID); err == nil && id >= 1 && id <= n {
			out[id-1] = &j.Responses[i]
		}
	}
	return out, nil
}

var errForeignLink = errors.New("the link leads away from Microsoft Graph")

// relative makes a link of Graph's fit for a batch, byte for byte. A link to any
// other server is refused: following it would hand over the access token.
func (s *Source) relative(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", errForeignLink // the text of err would repeat the link
	}
	path, inside := strings.CutPrefix(u.EscapedPath(), s.base.EscapedPath()+"/")
	if u.Scheme != s.base.Scheme || !strings.EqualFold(u.Host, s.base.Host) || u.User != nil || !inside ||
		strings.HasPrefix(path, "/") || strings.Contains(u.Path+"/", "/../") {
		return "", errForeignLink
	}
	rel := "/" + path
	if u.RawQuery != "" {
		rel += "?" + u.RawQuery
	}
	return rel, nil
}

// requestURL is where a request that the SDK built goes, relative to the version.
func requestURL(info *abs.RequestInformation, err error) (string, error) {
	if err != nil {
		return "", err
	}
	u, err := info.GetUri()
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// decode reads a JSON object as a model of the SDK.
func decode[T absser.Parsable](s *Source, body []byte, factory absser.ParsableFactory) (model T, err error) {
	err = guarded(func() error {
		node, err := s.nodes.GetRootParseNode("application/json", body)
		if err != nil {
			return err
		}
		parsed, err := node.GetObjectValue(factory)
		if err != nil {
			return err
		}
		var ok bool
		if model, ok = parsed.(T); !ok {
			return errors.New("not the expected object")
		}
		return nil
	})
	return model, err
}
