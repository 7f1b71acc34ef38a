package trmnl

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	// sendTime bounds a whole download. The firmware gives up after 15 seconds without a
	// byte, and weak Wi-Fi moves a few kilobytes a second.
	sendTime = 2 * time.Minute
	// endTime is how long a device may take to close the connection after the last byte.
	endTime = 20 * time.Second
	// sendBuffer is how much of a picture may be on its way, as far as the system can be
	// asked: what is not in it was taken by the device.
	sendBuffer = 8 << 10
)

// send answers with a picture and reports whether the device took all of it. That a write
// went well says little, since the system takes a whole sign into its buffers. So the
// connection is ended with this answer, as the firmware wants it, and watched: a device
// that read everything closes it in order, and one that gave up midway leaves bytes
// unread, for which its system breaks the connection off.
func send(w http.ResponseWriter, r *http.Request, contentType string, file []byte) bool {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(file)))
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return true
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // not a connection of one's own: then the write must do
		_, err := w.Write(file)
		return err == nil && flushed(w)
	}
	defer conn.Close()
	defer context.AfterFunc(r.Context(), func() { conn.Close() })()
	return deliver(conn, h, file) == nil
}

func flushed(w http.ResponseWriter) bool {
	err := http.NewResponseController(w).Flush()
	return err == nil || errors.Is(err, http.ErrNotSupported)
}

func deliver(conn net.Conn, h http.Header, file []byte) error {
	if b, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = b.SetWriteBuffer(sendBuffer) // it is only more exact so
	}
	if err := conn.SetDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	if err := h.Write(&head); err != nil {
		return err
	}
	head.WriteString("\r\n")
	if _, err := (&net.Buffers{head.Bytes(), file}).WriteTo(conn); err != nil {
		return err
	}
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		if err := c.CloseWrite(); err != nil {
			return err
		}
	}
	if err := conn.SetReadDeadline(time.Now().Add(endTime)); err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, io.LimitReader(conn, sendBuffer))
	if n == sendBuffer {
		return errors.New("it goes on talking")
	}
	return err
}
