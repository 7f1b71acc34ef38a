package pull

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// lingerTime is how long [Send] waits for a display to hang up.
const lingerTime = 10 * time.Second

// sendBuffer is how much of a picture the system may hold that the display did not
// confirm: once the last byte is written, all but so much has arrived.
const sendBuffer = 4 << 10

// Send answers a request for a picture with body, status 200 and the headers in
// w.Header(), and reports whether the display took all of it, as far as can be known:
// Report.Shown depends on it.
//
// That the last byte was written says little, since the system takes a whole picture off
// our hands before the first byte is on the air. So Send ends the answer by closing its
// side of the connection, and waits until the display closes the other. One that went
// away in the middle is told by a reset. One that does neither for ten seconds is
// believed to have it: some devices fall asleep without closing anything.
//
// HEAD is answered without the body, and takes nothing.
func Send(w http.ResponseWriter, r *http.Request, body []byte) (taken bool) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return false
	}
	conn, buf, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) { // no server of ours: a test of a single page
		_, err := w.Write(body)
		return err == nil
	}
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(r.Context(), func() { _ = conn.Close() })()
	return sendOn(conn, head(w.Header()), body) && hungUp(conn, buf.Reader)
}

// head is the status line and the headers of an answer that is the last of its connection.
func head(h http.Header) []byte {
	h.Set("Connection", "close")
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", http.StatusOK, http.StatusText(http.StatusOK))
	_ = h.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	return b.Bytes()
}

func sendOn(conn net.Conn, head, body []byte) bool {
	if small, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = small.SetWriteBuffer(sendBuffer) // where it fails, we know less of the end
	}
	if conn.SetDeadline(time.Now().Add(writeTime)) != nil {
		return false
	}
	buffers := net.Buffers{head, body}
	if _, err := buffers.WriteTo(conn); err != nil {
		return false
	}
	half, ok := conn.(interface{ CloseWrite() error })
	return !ok || half.CloseWrite() == nil
}

// hungUp waits for the end of what the client says, and reports whether it was not a bad
// one. Whatever it says is passed over.
func hungUp(conn net.Conn, in *bufio.Reader) bool {
	if conn.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return false
	}
	for range maxBody {
		if _, err := in.ReadByte(); err != nil {
			return errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
	return false // it goes on talking
}
