package hostile

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"
)

// pace is the time between two bytes of a slow answer: quick enough that no limit between
// two reads ever strikes, slow enough that the whole takes half a minute.
const pace = 20 * time.Millisecond

const (
	head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	word = `{"id":"0123456789ab","width":800,"height":480,"status":"ready"}`
)

// acts are what the kinds do with a connection on which a request came. It is closed
// when they return.
var acts = map[Kind]func(*Server, net.Conn){
	Silence: func(s *Server, _ net.Conn) { <-s.done },
	Hangup:  func(*Server, net.Conn) {},
	Reset: func(_ *Server, c net.Conn) {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	},
	NoHTTP: func(_ *Server, c net.Conn) {
		r := rand.NewPCG(1, 2)
		junk := []byte("\x00\xff\x1b[2J\n")
		for range 400 {
			junk = append(junk, byte(r.Uint64()))
		}
		say(c, string(junk))
	},
	// An alert "unexpected message" in a TLS 1.2 record.
	TLS:           func(_ *Server, c net.Conn) { say(c, "\x15\x03\x03\x00\x02\x02\x0a") },
	EndlessBody:   func(_ *Server, c net.Conn) { repeat(c, head+"\r\n{\"id\":\"", strings.Repeat("a", 4096)) },
	EndlessChunks: func(_ *Server, c net.Conn) { repeat(c, head+"Transfer-Encoding: chunked\r\n\r\n", "4\r\n[[[[\r\n") },
	EndlessHeader: func(_ *Server, c net.Conn) { repeat(c, head, "X-More: "+strings.Repeat("b", 500)+"\r\n") },
	EndlessLine:   func(_ *Server, c net.Conn) { repeat(c, "HTTP/1.1 200 ", strings.Repeat("c", 4096)) },
	Informational: func(_ *Server, c net.Conn) { repeat(c, "", "HTTP/1.1 100 Continue\r\n\r\n") },
	SlowLoris: func(s *Server, c net.Conn) {
		s.trickle(c, head+"Content-Length: 1063\r\n\r\n"+word+strings.Repeat(" ", 1000), 1)
	},
	SlowHeader: func(s *Server, c net.Conn) { s.trickle(c, head+strings.Repeat("X-More: and more\r\n", 1500), 18) },
	ShortBody:  func(_ *Server, c net.Conn) { say(c, head+"Content-Length: 1000\r\n\r\n"+word[:20]) },
	LongBody:   func(_ *Server, c net.Conn) { say(c, head+"Content-Length: 20\r\n\r\n"+word) },
	HugeLength: func(_ *Server, c net.Conn) { say(c, head+"Content-Length: 4611686018427387904\r\n\r\n"+word) },
	BadLength:  func(_ *Server, c net.Conn) { say(c, head+"Content-Length: -1\r\n\r\n"+word) },
	TwoLengths: func(_ *Server, c net.Conn) { say(c, head+"Content-Length: 63\r\nContent-Length: 7\r\n\r\n"+word) },
	BadChunks:  func(_ *Server, c net.Conn) { say(c, head+"Transfer-Encoding: chunked\r\n\r\n-5\r\n"+word+"\r\n") },
	GzipBomb:   func(_ *Server, c net.Conn) { say(c, head+"Content-Encoding: gzip\r\n\r\n"+Bomb()) },
	Nested:     func(_ *Server, c net.Conn) { say(c, head+"\r\n"+strings.Repeat("[", 1e6)+strings.Repeat("]", 1e6)) },
	RedirectLoop: func(s *Server, c net.Conn) {
		say(c, "HTTP/1.1 302 Found\r\nLocation: "+s.URL()+"/again\r\nContent-Length: 0\r\n\r\n")
	},
	RedirectAway: func(s *Server, c net.Conn) {
		say(c, "HTTP/1.1 302 Found\r\nLocation: http://"+s.awayAddr+"/\r\nContent-Length: 0\r\n\r\n")
	},
	RedirectAwayRaw: func(s *Server, c net.Conn) {
		say(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://"+s.awayAddr+"/\r\nContent-Length: 0\r\n\r\n")
	},
}

// Bomb is 1 GiB of zeros as gzip, about 1 MB.
var Bomb = sync.OnceValue(func() string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	zeros := make([]byte, 1<<20)
	for range 1024 {
		_, _ = w.Write(zeros) // a bytes.Buffer takes all
	}
	_ = w.Close()
	return b.String()
})

// say writes, and then waits shortly for the peer to read it: closing with the request's
// body unread would reset the connection and take the answer with it.
func say(c net.Conn, answer string) {
	if _, err := io.WriteString(c, answer); err != nil {
		return
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(io.Discard, c)
}

// repeat writes the same until nobody takes it any more.
func repeat(c net.Conn, first, again string) {
	block := []byte(strings.Repeat(again, 1+4096/len(again)))
	_, err := io.WriteString(c, first)
	for err == nil {
		_, err = c.Write(block)
	}
}

// trickle writes n bytes at a time.
func (s *Server) trickle(c net.Conn, answer string, n int) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for len(answer) > 0 {
		piece := answer[:min(n, len(answer))]
		answer = answer[len(piece):]
		if _, err := io.WriteString(c, piece); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-s.done:
			return
		}
	}
}
