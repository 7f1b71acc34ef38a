package tenant

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
)

// proxyPage is what stands between Graph and its client says in its own words.
const proxyPage = "<html><head><title>Sign in to the network</title></head><body><h2>Something is in the way.</h2></body></html>"

// spoil makes of an encoded answer what a fault leaves of it.
func spoil(body []byte, f Fault) []byte {
	switch half := len(body) / 2; f {
	case FaultTruncated:
		return body[:half]
	case FaultMalformed:
		return append(append(bytes.Clone(body[:half]), `"}{`...), body[half:]...)
	case FaultBadGateway, FaultPortal:
		return []byte(proxyPage)
	}
	return body
}

// sendSpoilt sends an answer that a fault got at.
func (t *Tenant) sendSpoilt(w http.ResponseWriter, reply *greply, body []byte) {
	body, h := spoil(body, reply.spoilt), w.Header()
	switch reply.spoilt {
	case FaultBadGateway, FaultPortal:
		h.Set("Content-Type", "text/html; charset=utf-8")
	case FaultDropped:
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(reply.status)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush() // a recorder may not know how
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(reply.status)
	_, _ = w.Write(body)
}

// spoiltPart is the body of a part that a fault got at: text, in base64, as Graph
// words what is no JSON.
func spoiltPart(body []byte, f Fault) string {
	return base64.StdEncoding.EncodeToString(spoil(body, f))
}
