package graph

import (
	"context"
	"net/http"
	"time"
)

// RequestInfo tells of one HTTP request, for whoever counts them.
type RequestInfo struct {
	// Op is what it was for, such as "read calendars": a name, not for translation.
	Op string
	// Parts is what Graph counts against its limits: the requests in a $batch, or 1.
	Parts int
	// Throttled of Parts were turned away for having asked too often.
	Throttled int
	// Failed of Parts failed in another way or were not answered.
	Failed int
	Status int           // of HTTP; 0 without an answer
	Took   time.Duration // until the reply was read
}

// What questions are for that a refusal answers as well.
const (
	opProbe  = "probe a calendar"
	opSecret = "look up the client secret"
)

// call is what becomes of one call of do: usually one HTTP request, two if the first
// token was refused. It belongs to one goroutine.
type call struct {
	report  func(RequestInfo) // may be nil
	info    RequestInfo
	open    bool // a request was sent and is not reported yet
	counted bool // info tells of the parts
	began   time.Time
	token   string // what the last request was sent with
}

type callKey struct{}

func (c *call) in(ctx context.Context) context.Context { return context.WithValue(ctx, callKey{}, c) }

// callOf gives the call that a request was made for.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// sends notes that a request goes out with a token.
func (c *call) sends(token string) {
	c.end(false)
	c.open, c.token, c.began = true, token, time.Now()
	c.info.Status, c.info.Took = 0, 0
}

func (c *call) answers(status int) { c.info.Status = status }

// read notes that the reply has come to its end.
func (c *call) read() { c.info.Took = time.Since(c.began) }

// count notes how the parts of a batch fared.
func (c *call) count(replies []*batchReply) {
	c.counted = true
	for _, r := range replies {
		switch {
		case r == nil || r.Status != http.StatusOK && r.Status != http.StatusTooManyRequests:
			c.info.Failed++
		case r.Status == http.StatusTooManyRequests:
			c.info.Throttled++
		}
	}
}

// end reports the request that was sent last, if any; well says that it succeeded.
func (c *call) end(well bool) {
	if !c.open {
		return
	}
	c.open = false
	info := c.info
	if info.Took == 0 {
		info.Took = time.Since(c.began)
	}
	switch {
	case c.counted || well:
	case info.Status/100 == 4 && info.Status != http.StatusTooManyRequests && (info.Op == opProbe || info.Op == opSecret):
		// a refusal is an answer to these
	case info.Status == http.StatusTooManyRequests:
		info.Throttled = info.Parts
	default:
		info.Failed = info.Parts
	}
	if c.report != nil {
		c.report(info)
	}
}
