package tenant

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// maxBatch is the number of requests that one $batch may hold
// (learn.microsoft.com/graph/json-batching).
const maxBatch = 20

type batchInput struct {
	Requests []batchPart `json:"requests"`
}

type batchPart struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch runs the parts and answers in reverse: Graph promises no order, so a
// client that trusts one is found out here.
func (t *Tenant) batch(ctx context.Context, c *gcall) *greply {
	if c.method != http.MethodPost {
		return failed(refuse(http.StatusMethodNotAllowed, "BadRequest", "A $batch must be posted."), c.header)
	}
	var in batchInput
	if err := decode(c, &in); err != nil {
		return failed(err.(*gerror), c.header)
	}
	if bad := in.check(); bad != nil {
		return failed(bad, c.header)
	}
	replies := t.parts(ctx, c, in.Requests)
	size := 0
	for _, r := range replies {
		body, _ := r.body.(rawJSON) // what is not is short
		size += len(body) + 512
	}
	o := newObject(make([]byte, 0, size), nil)
	o.name("responses")
	o.b = append(o.b, '[')
	for i := len(replies) - 1; i >= 0; i-- {
		if replies[i].spoilt == FaultDropped {
			continue
		}
		if o.b[len(o.b)-1] != '[' {
			o.b = append(o.b, ',')
		}
		o.b = t.appendPart(o.b, in.Requests[i].ID, replies[i])
	}
	o.b = append(o.b, ']')
	return ok(rawJSON(o.end()))
}

// parts runs the parts of a batch: one after another where one depends on another
// or none takes time, which makes faults fall on the same parts in every run, or
// else four at once, as Outlook does (graph.md 4.1).
func (t *Tenant) parts(ctx context.Context, c *gcall, parts []batchPart) []*greply {
	replies := make([]*greply, len(parts))
	if t.opts.PartLatency <= 0 || slices.ContainsFunc(parts, func(p batchPart) bool { return len(p.DependsOn) > 0 }) {
		status := map[string]int{}
		for i, p := range parts {
			replies[i] = t.part(ctx, c, p, status)
			status[strings.ToLower(p.ID)] = replies[i].status
		}
		return replies
	}
	var running sync.WaitGroup
	lanes := make(chan struct{}, maxInFlight)
	for i, p := range parts {
		lanes <- struct{}{}
		running.Go(func() {
			replies[i] = t.part(ctx, c, p, nil)
			<-lanes
		})
	}
	running.Wait()
	return replies
}

func (in batchInput) check() *gerror {
	bad := func(format string, args ...any) *gerror {
		return refuse(http.StatusBadRequest, "BadRequest", format, args...)
	}
	if n := len(in.Requests); n == 0 || n > maxBatch {
		return bad("Number of batch request steps must be from 1 to %d, not %d.", maxBatch, n)
	}
	seen := map[string]bool{}
	for _, p := range in.Requests {
		id := strings.ToLower(p.ID)
		switch {
		case p.ID == "" || p.Method == "" || p.URL == "":
			return bad("Each batch request needs id, method and url.")
		case seen[id]:
			return bad("Duplicate batch request id '%s'.", p.ID)
		case strings.Contains(p.URL, "://"):
			return bad("Batch request '%s' has an absolute url; it must be relative.", p.ID)
		case strings.HasSuffix(strings.ToLower(p.URL), "$batch"):
			return bad("A batch can't hold a batch.")
		case len(p.Body) > 0 && string(p.Body) != "null" && header(p.Headers).Get("Content-Type") == "":
			return bad("Write request id : %s does not contain Content-Type header or body.", p.ID)
		}
		for _, d := range p.DependsOn {
			if !seen[strings.ToLower(d)] {
				return bad("Batch request '%s' depends on '%s', which doesn't come before it.", p.ID, d)
			}
		}
		seen[id] = true
	}
	return nil
}

func header(m map[string]string) http.Header {
	h := http.Header{}
	for k, v := range m {
		h.Set(k, v)
	}
	return h
}

// part answers one request of a batch under the batch's token.
func (t *Tenant) part(ctx context.Context, outer *gcall, p batchPart, status map[string]int) *greply {
	h := header(p.Headers)
	for _, d := range p.DependsOn {
		if status[strings.ToLower(d)] >= 400 {
			return failed(refuse(http.StatusFailedDependency, "FailedDependency", "Request '%s' failed, on which this one depends.", d), h)
		}
	}
	inner := &gcall{method: strings.ToUpper(p.Method), header: h, base: outer.base, grant: outer.grant, body: p.Body}
	path, query, _ := strings.Cut("/"+strings.TrimPrefix(p.URL, "/"), "?")
	if err := inner.setURL(strings.TrimPrefix(path, "/v1.0"), query); err != nil {
		return failed(refuse(http.StatusBadRequest, "BadRequest", "Invalid URL: %v", err), h)
	}
	if string(inner.body) == "null" {
		inner.body = nil
	}
	// A batch may carry a body as base64 text instead of JSON.
	var text string
	if json.Unmarshal(inner.body, &text) == nil && text != "" {
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
			inner.body = raw
		}
	}
	return t.answer(ctx, inner)
}

// appendPart writes one answer of a batch.
func (t *Tenant) appendPart(b []byte, id string, reply *greply) []byte {
	o := newObject(b, nil)
	o.str("id", id)
	o.raw("status", strconv.Itoa(reply.status))
	headers := map[string]string{"request-id": t.stamp(reply)}
	for k, v := range reply.header {
		headers[wireName(k)] = v[0]
	}
	if reply.body != nil {
		headers["Content-Type"] = "application/json"
	}
	if reply.spoilt == FaultBadGateway || reply.spoilt == FaultPortal {
		headers["Content-Type"] = "text/html"
	}
	o.value("headers", headers)
	if reply.spoilt != "" {
		body, _ := encode(reply.body) // words and numbers, which can be encoded
		o.str("body", spoiltPart(body, reply.spoilt))
		return o.end()
	}
	switch body := reply.body.(type) {
	case nil:
	case rawJSON:
		o.name("body")
		o.b = append(o.b, body...)
	default:
		o.value("body", body)
	}
	return o.end()
}

// wireName gives header names the case that Graph writes inside a batch.
func wireName(k string) string {
	if k == "Etag" {
		return "ETag"
	}
	return k
}
