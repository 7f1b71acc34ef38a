package opendisplay

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// script is a device that answers by rule: reply gets an opcode and its data and
// gives the payloads to send back, none for silence. It stands for devices that no
// simulator should be like.
type script struct {
	reply func(op uint16, data []byte) [][]byte

	mu    sync.Mutex
	log   []string // every command, as hexadecimal with data cut short
	raw   []byte   // the picture bytes that came in 0x0071
	heads []string // whole commands other than 0x0071, in hexadecimal
	conns int
}

func (s *script) serve(conn net.Conn) {
	defer conn.Close()
	s.mu.Lock()
	s.conns++
	s.mu.Unlock()
	for {
		var head [2]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		payload := make([]byte, binary.LittleEndian.Uint16(head[:]))
		if _, err := io.ReadFull(conn, payload); err != nil {
			return
		}
		op, data := binary.BigEndian.Uint16(payload), payload[2:]
		s.mu.Lock()
		s.log = append(s.log, fmt.Sprintf("%04x+%d", op, len(data)))
		if op == opWriteData {
			s.raw = append(s.raw, data...)
		} else {
			s.heads = append(s.heads, hex.EncodeToString(payload))
		}
		s.mu.Unlock()
		for _, p := range s.reply(op, data) {
			if _, err := conn.Write(append(binary.LittleEndian.AppendUint16(nil, uint16(len(p))), p...)); err != nil {
				return
			}
		}
	}
}

func (s *script) commands() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, " ")
}

func ack(op uint16, data ...byte) []byte { return append([]byte{0, byte(op)}, data...) }

// obliging answers as the reference firmware does, for a device of the given
// configuration and picture size, with exceptions by opcode.
func obliging(config []byte, size int, except map[uint16][][]byte) func(uint16, []byte) [][]byte {
	got := 0
	compressed := false
	return func(op uint16, data []byte) [][]byte {
		if r, ok := except[op]; ok {
			return r
		}
		switch op {
		case opFirmware:
			return [][]byte{ack(op, 2, 24, 0, 1)}
		case opReadConfig:
			first := min(len(config), 94)
			total := binary.LittleEndian.AppendUint16([]byte{0, 0}, uint16(len(config)))
			replies := [][]byte{ack(op, append(total, config[:first]...)...)}
			for n, rest := byte(1), config[first:]; len(rest) > 0; n++ {
				k := min(len(rest), 96)
				replies = append(replies, ack(op, append([]byte{n, 0}, rest[:k]...)...))
				rest = rest[k:]
			}
			return replies
		case opReadMSD:
			return [][]byte{ack(op, append([]byte{0x46, 0x24}, make([]byte, 14)...)...)}
		case opWriteStart:
			compressed, got = len(data) >= 4, 0
			return [][]byte{ack(op)}
		case opPartial:
			compressed = true // that is, it does not end by itself
			return [][]byte{ack(op)}
		case opDeepSleep:
			return [][]byte{{0xff, 0x53, 1, 0}}
		case opWriteData:
			got += len(data)
			if !compressed && got >= size {
				return [][]byte{ack(opWriteEnd), ack(opRefreshDone)}
			}
			return [][]byte{ack(op)}
		case opWriteEnd:
			return [][]byte{ack(op), ack(opRefreshDone)}
		default:
			return nil
		}
	}
}

// listen runs f for each connection to a port on loopback.
func listen(t *testing.T, f func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			wg.Go(func() { defer stop(); f(conn) })
		}
	})
	t.Cleanup(func() { cancel(); l.Close(); wg.Wait() })
	return l.Addr().String()
}
