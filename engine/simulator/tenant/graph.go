package tenant

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxBody bounds a request body, also after decompression.
const maxBody = 4 << 20

// gcall is one Graph request, whether it came alone or inside a $batch.
type gcall struct {
	method  string
	path    []string // decoded segments after /v1.0
	link    string   // escaped path after /v1.0, for links
	query   url.Values
	header  http.Header
	body    []byte
	base    string
	grant   *grant
	limited bool   // by the rights on the calendar's folder
	outcome string // what Preference-Applied says
	mailbox string // or other object that the path names, as it does
	fault   Fault  // that a storm has for it
}

// greply is the answer to a gcall.
type greply struct {
	status int
	header http.Header
	body   any   // nil for none
	spoilt Fault // on its way
}

// gerror is a Graph error. It implements error, so that handlers can return it.
type gerror struct {
	status        int
	code, message string
	header        http.Header
}

func (e *gerror) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.message) }

func refuse(status int, code, format string, args ...any) *gerror {
	return &gerror{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func errDenied() *gerror {
	return refuse(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
}

func errNotFoundEvent() *gerror {
	return refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
}

// serveGraph answers one HTTP request to Graph.
func (t *Tenant) serveGraph(w http.ResponseWriter, r *http.Request) {
	if status := t.faults.outageStatus(); status != 0 {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body><h2>"+strconv.Itoa(status)+" "+http.StatusText(status)+"</h2></body></html>")
		return
	}
	batch := strings.EqualFold(strings.Trim(r.URL.Path, "/"), "v1.0/$batch")
	whole := t.faults.whole(batch)
	if whole != "" {
		if reply := t.faultReply(whole, t.baseOf(r), r.Header); reply != nil {
			t.send(w, r, reply)
			return
		}
	}
	c, reply := t.open(r)
	if reply == nil {
		if batch {
			reply = t.batch(r.Context(), c)
		} else {
			reply = t.answer(r.Context(), c)
		}
	}
	if whole != "" {
		reply.spoilt = whole
	}
	t.send(w, r, reply)
}

// open reads and authenticates a request.
func (t *Tenant) open(r *http.Request) (*gcall, *greply) {
	c := &gcall{method: r.Method, header: r.Header, base: t.baseOf(r)}
	if err := c.setURL(strings.TrimPrefix(r.URL.EscapedPath(), "/v1.0"), r.URL.RawQuery); err != nil {
		return nil, failed(refuse(http.StatusBadRequest, "BadRequest", "Invalid URL: %v", err), r.Header)
	}
	g, bad := t.authenticate(r)
	if bad != nil {
		return nil, failed(bad, r.Header)
	}
	c.grant = g
	body, err := readBody(r)
	if err != nil {
		return nil, failed(refuse(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload: %v", err), r.Header)
	}
	c.body = body
	return c, nil
}

func (c *gcall) setURL(escapedPath, rawQuery string) error {
	c.link = escapedPath
	for s := range strings.SplitSeq(strings.Trim(escapedPath, "/"), "/") {
		un, err := url.PathUnescape(s)
		if err != nil {
			return err
		}
		c.path = append(c.path, un)
	}
	q, err := url.ParseQuery(rawQuery)
	c.query = q
	return err
}

func (t *Tenant) authenticate(r *http.Request) (*grant, *gerror) {
	denied := func(message string) *gerror { return errToken(t.baseOf(r), message) }
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return nil, denied("Access token is empty.")
	}
	g, expired := t.entra.lookup(token)
	switch {
	case expired:
		return nil, denied("Lifetime validation failed, the token is expired.")
	case g == nil:
		return nil, denied("CompactToken parsing failed with error code: 80049217")
	}
	return g, nil
}

func errToken(base, message string) *gerror {
	e := refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
	e.header = http.Header{"Www-Authenticate": {`Bearer realm="", authorization_uri="` + base + `/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`}}
	return e
}

func readBody(r *http.Request) ([]byte, error) {
	var src io.Reader = io.LimitReader(r.Body, maxBody)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fmt.Errorf("body is not gzip as its Content-Encoding says: %w", err)
		}
		src = io.LimitReader(z, maxBody)
	}
	return io.ReadAll(src)
}

// answer routes a call and turns errors into replies.
func (t *Tenant) answer(ctx context.Context, c *gcall) *greply {
	if status, after, failing := t.faults.next(); failing {
		return failed(orderedFailure(status, after), c.header)
	}
	reply, err := t.route(ctx, c)
	if err != nil {
		var g *gerror
		if !errors.As(err, &g) {
			g = refuse(http.StatusBadRequest, "ErrorInvalidRequest", "%s", upperFirst(err.Error()+"."))
		}
		return failed(g, c.header)
	}
	if c.outcome != "" {
		if reply.header == nil {
			reply.header = http.Header{}
		}
		reply.header.Set("Preference-Applied", c.outcome)
	}
	return reply
}

func orderedFailure(status int, after time.Duration) *gerror {
	codes := map[int][2]string{
		http.StatusTooManyRequests:     {"ApplicationThrottled", "Application is over its MailboxConcurrency limit."},
		http.StatusInternalServerError: {"ErrorInternalServerTransientError", "Cannot open mailbox."},
		http.StatusServiceUnavailable:  {"serviceNotAvailable", "The service is temporarily unavailable. Please retry."},
		http.StatusGatewayTimeout:      {"UnknownError", "The gateway did not get a reply in time."},
		http.StatusForbidden:           {"ErrorAccessDenied", "Access is denied. Check credentials and try again."},
		http.StatusNotFound:            {"MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."},
	}
	words, ok := codes[status]
	if !ok {
		words = [2]string{"UnknownError", http.StatusText(status)}
	}
	e := refuse(status, words[0], "%s", words[1])
	e.header = retryAfter(after)
	return e
}

// failed words an error as Graph does (graph.md 3.8).
func failed(e *gerror, in http.Header) *greply {
	id := uuid.NewString()
	inner := map[string]any{"date": "", "request-id": id, "client-request-id": cmp.Or(in.Get("client-request-id"), id)}
	return &greply{status: e.status, header: e.header, body: map[string]any{
		"error": map[string]any{"code": e.code, "message": e.message, "innerError": inner}}}
}

// stamp fills in what every error carries and only the sender knows.
func (t *Tenant) stamp(reply *greply) string {
	if m, ok := reply.body.(map[string]any); ok {
		if e, ok := m["error"].(map[string]any); ok {
			if inner, ok := e["innerError"].(map[string]any); ok {
				inner["date"] = t.now().UTC().Format("2006-01-02T15:04:05")
				return inner["request-id"].(string)
			}
		}
	}
	return uuid.NewString()
}

func (t *Tenant) send(w http.ResponseWriter, r *http.Request, reply *greply) {
	id := t.stamp(reply)
	h := w.Header()
	for k, v := range reply.header {
		h[k] = v
	}
	h.Set("request-id", id)
	h.Set("client-request-id", cmp.Or(r.Header.Get("client-request-id"), id))
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"LOOPBACK"}}`)
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Cache-Control", "private")
	if reply.body == nil && reply.spoilt == "" {
		w.WriteHeader(reply.status)
		return
	}
	body, err := encode(reply.body)
	if err != nil {
		t.log.Error("encode simulated Graph reply", "error", err)
		http.Error(w, "encode reply", http.StatusInternalServerError)
		return
	}
	if reply.spoilt != "" {
		t.sendSpoilt(w, reply, body)
		return
	}
	h.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	if len(body) > 1024 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		h.Set("Vary", "Accept-Encoding")
		w.WriteHeader(reply.status)
		z, _ := t.zippers.Get().(*gzip.Writer)
		if z == nil {
			z, _ = gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is right
		}
		z.Reset(w)
		_, _ = z.Write(body)
		_ = z.Close() // the client hung up: nothing left to tell it
		t.zippers.Put(z)
		return
	}
	w.WriteHeader(reply.status)
	_, _ = w.Write(body)
}

func encode(body any) ([]byte, error) {
	if raw, ok := body.(rawJSON); ok {
		return raw, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(body)
	return buf.Bytes(), err
}

func ok(body any) *greply { return &greply{status: http.StatusOK, body: body} }

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
