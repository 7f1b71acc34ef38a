package virtual

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// wsClient is somebody who listens on the websocket.
type wsClient struct {
	out  chan []byte
	stop context.CancelFunc
}

// wsQueue is how many messages wait for a client before it is dropped, as in
// ESPAsyncWebServer.
const wsQueue = 32

func (ap *AccessPoint) socket(rw http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(rw, r, nil)
	if err != nil {
		return // it has answered
	}
	defer conn.CloseNow()
	ctx, stop := context.WithCancel(conn.CloseRead(context.WithoutCancel(r.Context())))
	defer stop()
	c := &wsClient{out: make(chan []byte, wsQueue), stop: stop}
	ap.mu.Lock()
	ap.clients[c] = struct{}{}
	ap.mu.Unlock()
	defer func() {
		ap.mu.Lock()
		defer ap.mu.Unlock()
		delete(ap.clients, c)
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case body := <-c.out:
			if conn.Write(ctx, websocket.MessageText, body) != nil {
				return
			}
		}
	}
}

// tell sends a message to all who listen. ap.mu is held.
func (ap *AccessPoint) tell(v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("virtual access point: %v", err)) // our own types
	}
	for c := range ap.clients {
		select {
		case c.out <- body:
		default:
			c.stop()
		}
	}
}

// tellTag is wsSendTaginfo. ap.mu is held.
func (ap *AccessPoint) tellTag(t *Tag) {
	ap.tell(map[string]any{"tags": []tagRecord{t.record()}})
}

func (ap *AccessPoint) dropClients() {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	for c := range ap.clients {
		c.stop()
	}
}

// Listeners counts who listens on the websocket.
func (ap *AccessPoint) Listeners() int {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	return len(ap.clients)
}

// beats tells of the access point itself now and then.
func (ap *AccessPoint) beats(ctx context.Context) {
	for sleep(ctx, ap.opts.Heartbeat) {
		ap.mu.Lock()
		state := 2
		if !ap.running {
			state = 1
		}
		ap.tell(map[string]any{"sys": map[string]any{
			"currtime": time.Now().Unix(), "heap": 245760, "recordcount": len(ap.tags), "dbsize": 98304,
			"littlefsfree": 1048576, "apstate": 1, "runstate": state, "rssi": -55, "wifistatus": 3,
			"wifissid": "office", "uptime": int(time.Since(ap.started).Seconds()),
		}})
		ap.mu.Unlock()
	}
}
