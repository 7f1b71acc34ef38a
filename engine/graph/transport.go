package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds on what is read into memory.
const (
	maxReply = 64 << 20 // a batch of twenty pages of fifty events with their texts
	maxError = 64 << 10
)

// transport sends what the SDK made: it adds the access token, refuses to send
// it anywhere but to Graph, and lets nothing but JSON of a successful reply
// through to the SDK.
type transport struct {
	o    *Options
	base *url.URL
}

// RoundTrip implements http.RoundTripper. A reply that is no success is a
// *replyError.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != t.base.Scheme || !strings.EqualFold(req.URL.Host, t.base.Host) {
		return nil, fmt.Errorf("refused to send the access token to %s instead of %s", req.URL.Host, t.base.Host)
	}
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		_ = req.Body.Close() // a byte slice of the SDK's
		if err != nil {
			return nil, fmt.Errorf("read own request: %w", err)
		}
	}
	resp, used, err := t.send(req, body)
	if re, ok := errors.AsType[*replyError](err); ok && re.Status == http.StatusUnauthorized && t.o.Rejected != nil {
		t.o.Rejected(used)
		resp, _, err = t.send(req, body)
	}
	return resp, err
}

func (t *transport) send(req *http.Request, body []byte) (resp *http.Response, token string, err error) {
	tok, err := t.o.Token(req.Context())
	if err != nil {
		return nil, "", &tokenFailure{err}
	}
	out := req.Clone(req.Context())
	out.Header.Set("Authorization", "Bearer "+tok.AccessToken)
	out.Body, out.ContentLength = nil, 0
	if len(body) > 0 {
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	c := callOf(req.Context())
	c.sends(tok.AccessToken)
	resp, err = t.o.Transport.RoundTrip(out)
	if err != nil {
		return nil, tok.AccessToken, err
	}
	c.answers(resp.StatusCode)
	if err := t.check(resp); err != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxError)) // so that the connection can be used again
		_ = resp.Body.Close()
		return nil, tok.AccessToken, err
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxReply, end: c.read}
	return resp, tok.AccessToken, nil
}

// check turns everything but a successful JSON reply into an error.
func (t *transport) check(resp *http.Response) error {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	isJSON := err == nil && kind == "application/json"
	switch {
	case resp.StatusCode == http.StatusOK && isJSON && resp.ContentLength != 0:
		return nil
	case resp.StatusCode == http.StatusOK:
		return &replyError{Status: resp.StatusCode, Code: "notGraph",
			Message: "something other than Microsoft Graph answered, such as a proxy or a log-in page of the network"}
	}
	var body []byte
	if isJSON {
		if body, err = io.ReadAll(io.LimitReader(resp.Body, maxError)); err != nil {
			body = nil // the status says enough
		}
	}
	return newReplyError(resp.StatusCode, resp.Header, body, t.o.Now())
}

// replyError is a reply of Graph's, or of something before it, that is no
// success. The SDK's own error type panics when an error has no message.
type replyError struct {
	Status        int
	Code, Message string
	RequestID     string // for Microsoft's support
	RetryAfter    time.Duration
}

func (e *replyError) Error() string {
	s := "HTTP status " + strconv.Itoa(e.Status)
	if e.Code != "" {
		s += ", " + e.Code
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.RequestID != "" {
		s += " (request-id " + e.RequestID + ")"
	}
	return s
}

// errNoValue is a successful reply of another form than Graph's collections.
var errNoValue = &replyError{Status: http.StatusOK, Code: "unreadable", Message: "the reply is no list"}

// newReplyError reads an error body of the form that graph.md 3.8 shows;
// whatever else the body holds is ignored.
func newReplyError(status int, h http.Header, body []byte, now time.Time) *replyError {
	e := &replyError{Status: status, RequestID: clip(h.Get("request-id"), 64), RetryAfter: retryAfter(h.Get("Retry-After"), now)}
	var j struct {
		Error struct {
			Code       string `json:"code"`
			Message    string `json:"message"`
			InnerError struct {
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &j) == nil {
		e.Code, e.Message = clip(j.Error.Code, 100), clip(j.Error.Message, 400)
		if id := j.Error.InnerError.RequestID; id != "" {
			e.RequestID = clip(id, 64)
		}
	}
	return e
}

// retryAfter reads seconds or a date (RFC 9110 10.2.3).
func retryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	if s, err := strconv.Atoi(v); err == nil {
		return time.Duration(min(max(s, 0), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), 24*time.Hour)
	}
	return 0
}

// clip bounds foreign text before it reaches a screen or a log.
func clip(s string, n int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// tokenFailure marks an error of Options.Token.
type tokenFailure struct{ err error }

func (e *tokenFailure) Error() string { return e.err.Error() }
func (e *tokenFailure) Unwrap() error { return e.err }

// boundedBody fails a reply that is larger than anything Graph sends.
type boundedBody struct {
	io.ReadCloser
	left int64
	end  func() // called when there is no more to read
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the reply is larger than %d MiB", maxReply>>20)
	}
	return n, err
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
