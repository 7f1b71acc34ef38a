package virtual_test

import (
	"bytes"
	"compress/zlib"
	"os"
	"testing"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// squeezed is the frame ff00aa55f00f1234 as zlib makes it with a 512-byte window
// (Python: compressobj(9, DEFLATED, 9)).
const (
	squeezed   = "18 d3 fb cf b0 2a f4 03 bf 90 09 00 11 ea 03 44"
	unsqueezed = "ff 00 aa 55 f0 0f 12 34"
)

func TestCompressedUpload(t *testing.T) {
	for name, send := range map[string]func(c *client){
		"all in the start": func(c *client) {
			c.send("00 70 08 00 00 00" + squeezed)
		},
		"piece by piece": func(c *client) {
			c.send("00 70 08 00 00 00")
			c.expect("02 00 00 70")
			stream := unhex(t, squeezed)
			for _, b := range stream[:len(stream)-1] {
				c.send("00 71", b)
				c.expect("02 00 00 71")
			}
			c.send("00 71", stream[len(stream)-1])
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := start(t, virtual.Options{})
			c := dial(t, d)
			send(c)
			if reply := c.reply(); reply[0] != 0 {
				t.Fatalf("reply % x", reply)
			}
			if d.Glass().Pushes != 0 {
				t.Fatal("a compressed upload ended by itself")
			}
			c.raw("07 00 00 72 01 11 22 33 44")
			c.expect("02 00 00 72 02 00 00 73")
			wantMono(t, d.Glass(), 16, unhex(t, unsqueezed))
		})
	}
}

// TestCompressedFrame unpacks a whole 800x480 frame that zlib 1.2 (through
// Python) compressed with a 512-byte window: byte i is 7i in every third run of
// 100 bytes, else ff.
func TestCompressedFrame(t *testing.T) {
	stream, err := os.ReadFile("testdata/frame800x480.zlib")
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, virtual.Options{Model: virtual.Panel75BW})
	c := dial(t, d)
	c.send("00 70 80 bb 00 00")
	c.expect("02 00 00 70")
	for len(stream) > 0 {
		n := min(len(stream), 4092)
		c.send("00 71", stream[:n]...)
		c.expect("02 00 00 71")
		stream = stream[n:]
	}
	c.raw("03 00 00 72 01")
	c.expect("02 00 00 72 02 00 00 73")
	want := bytes.Repeat([]byte{0xff}, 48000)
	for i := range want {
		if i/100%3 == 0 {
			want[i] = byte(i * 7)
		}
	}
	wantMono(t, d.Glass(), 800, want)
}

func TestBadUploads(t *testing.T) {
	var wide bytes.Buffer // as compress/zlib writes it: a 32 KiB window
	w := zlib.NewWriter(&wide)
	if _, err := w.Write(unhex(t, unsqueezed)); err != nil {
		t.Fatal(err)
	}
	w.Close()

	noZlib := tiny
	noZlib.Zlib = false
	for _, c := range []struct {
		name  string
		model virtual.Model
		talk  func(c *client)
	}{
		{"size is not the frame's", tiny, func(c *client) {
			c.send("00 70 09 00 00 00" + squeezed)
			c.expect("02 00 ff 70")
		}},
		{"no zlib on board", noZlib, func(c *client) {
			c.send("00 70 08 00 00 00" + squeezed)
			c.expect("02 00 ff 70")
		}},
		{"window too large, in the start", tiny, func(c *client) {
			c.send("00 70 08 00 00 00", wide.Bytes()...)
			c.expect("02 00 ff 70")
		}},
		{"window too large, in the data", tiny, func(c *client) {
			c.send("00 70 08 00 00 00")
			c.expect("02 00 00 70")
			c.send("00 71", wide.Bytes()...)
			c.expect("02 00 ff 71")
		}},
		{"checksum wrong", tiny, func(c *client) {
			c.send("00 70 08 00 00 00 18 d3 fb cf b0 2a f4 03 bf 90 09 00 11 ea 03 45")
			c.expect("02 00 00 70")
			c.send("00 72 00")
			c.expect("02 00 ff 72")
		}},
		{"cut short", tiny, func(c *client) {
			c.send("00 70 08 00 00 00 18 d3 fb cf b0")
			c.expect("02 00 00 70")
			c.send("00 72 00")
			c.expect("02 00 ff 72")
		}},
		{"bytes after the end", tiny, func(c *client) {
			c.send("00 70 08 00 00 00" + squeezed + "00")
			c.expect("02 00 00 70")
			c.send("00 72 00")
			c.expect("02 00 ff 72")
		}},
		{"a flood", tiny, func(c *client) {
			c.send("00 70 08 00 00 00 18 d3")
			c.expect("02 00 00 70")
			c.send("00 71", make([]byte, 4000)...)
			c.expect("02 00 ff 71")
		}},
		{"end without all data", tiny, func(c *client) {
			c.send("00 70")
			c.expect("02 00 00 70")
			c.send("00 71 01 02 03")
			c.expect("02 00 00 71")
			c.send("00 72 00")
			c.expect("02 00 ff 72")
		}},
		{"a new start drops the old frame", tiny, func(c *client) {
			c.send("00 70")
			c.expect("02 00 00 70")
			c.send("00 71 01 02 03 04 05 06 07")
			c.expect("02 00 00 71")
			c.send("00 70")
			c.expect("02 00 00 70")
			c.send("00 71 08")
			c.expect("02 00 00 71")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := start(t, virtual.Options{Model: c.model})
			cl := dial(t, d)
			c.talk(cl)
			if glass := d.Glass(); glass.Pushes != 0 || glass.Refreshing {
				t.Fatalf("glass %+v", glass)
			}
			wantMono(t, d.Glass(), 16, blank)
			// Without an upload data and end get no answer; the next frame works.
			cl.send("00 70")
			cl.expect("02 00 00 70")
			cl.send("00 71" + unsqueezed)
			cl.expect("02 00 00 72 02 00 00 73")
			cl.send("00 71 55")
			cl.send("00 72 00")
			cl.send("00 99")
			cl.expect("02 00 ff 99")
			wantMono(t, d.Glass(), 16, unhex(t, unsqueezed))
		})
	}
}

// withEtag puts a white frame with etag 0xa1b2c3d4 on the glass: stored, not
// compressed, in a zlib stream.
func withEtag(c *client) {
	c.t.Helper()
	c.send("00 70 08 00 00 00 18 19 01 08 00 f7 ff ff ff ff ff ff ff ff ff 23 e4 07 f9")
	c.expect("02 00 00 70")
	c.send("00 72 00 a1 b2 c3 d4")
	c.expect("02 00 00 72 02 00 00 73")
}

func TestPartialUpdate(t *testing.T) {
	d := start(t, virtual.Options{})
	c := dial(t, d)
	withEtag(c)
	// Right half, rows 1 and 2, was white, becomes 81 and 7e.
	c.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02 ff")
	c.expect("02 00 00 76")
	c.send("00 71 ff 81 7e")
	c.expect("02 00 00 71") // a partial one does not end by itself
	c.send("00 72")
	c.expect("02 00 00 72 02 00 00 73")
	wantMono(t, d.Glass(), 16, unhex(t, "ff ff ff 81 ff 7e ff ff"))

	// The new etag holds now. This stream is compressed (a stored block).
	c.send("00 76 01 00 00 00 02 00 00 00 03 00 00 00 00 00 08 00 01" +
		"18 19 01 02 00 fd ff ff 00 02 00 01 00")
	c.expect("02 00 00 76")
	c.send("00 72 02")
	c.expect("02 00 00 72 02 00 00 73")
	wantMono(t, d.Glass(), 16, unhex(t, "00 ff ff 81 ff 7e ff ff"))
	if pushes := d.Glass().Pushes; pushes != 3 {
		t.Fatalf("%d pushes", pushes)
	}
}

// TestPartialUpdateGhosts: the panel drives the pixels that it is told differ. A
// driver that is wrong about the old picture leaves parts of it standing.
func TestPartialUpdateGhosts(t *testing.T) {
	d := start(t, virtual.Options{})
	c := dial(t, d)
	withEtag(c)
	c.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 00 00 00 00 08 00 01 0f 00")
	c.expect("02 00 00 76")
	c.send("00 72")
	c.expect("02 00 00 72 02 00 00 73")
	wantMono(t, d.Glass(), 16, unhex(t, "f0 ff ff ff ff ff ff ff"))
}

func TestPartialRules(t *testing.T) {
	const good = "00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02"
	noPartial := tiny
	noPartial.Partial = false
	for _, c := range []struct {
		name, send, reply string
		model             virtual.Model
	}{
		{name: "wrong old etag", send: "00 76 00 a1 b2 c3 d5 00 00 00 02 00 08 00 01 00 08 00 02", reply: "ff 76 01 00"},
		{name: "old etag 0", send: "00 76 00 00 00 00 00 00 00 00 02 00 08 00 01 00 08 00 02", reply: "ff 76 01 00"},
		{name: "new etag 0", send: "00 76 00 a1 b2 c3 d4 00 00 00 00 00 08 00 01 00 08 00 02", reply: "ff 76 01 00"},
		{name: "no width", send: "00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 00 00 02", reply: "ff 76 03 00"},
		{name: "too wide", send: "00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 10 00 02", reply: "ff 76 03 00"},
		{name: "too low", send: "00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 03 00 08 00 02", reply: "ff 76 03 00"},
		{name: "x not aligned", send: "00 76 00 a1 b2 c3 d4 00 00 00 02 00 04 00 01 00 08 00 02", reply: "ff 76 04 00"},
		{name: "width not aligned", send: "00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 07 00 02", reply: "ff 76 04 00"},
		{name: "unknown flag", send: "00 76 02 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02", reply: "ff 76 05 00"},
		{name: "header too short", send: "00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00", reply: "ff 76 06 00"},
		{name: "too much data", send: good + "01 02 03 04 05", reply: "ff 76 06 00"},
		{name: "not on this panel", send: good, reply: "ff 76 07 00", model: noPartial},
	} {
		t.Run(c.name, func(t *testing.T) {
			model := c.model
			if model.Width == 0 {
				model = tiny
			}
			d := start(t, virtual.Options{Model: model})
			cl := dial(t, d)
			withEtag(cl)
			cl.send(c.send)
			cl.expect("04 00" + c.reply)
			cl.send(good)
			cl.expect("04 00 ff 76 01 00") // the etag is gone after any refusal
			wantMono(t, d.Glass(), 16, blank)
		})
	}

	t.Run("errors after the start", func(t *testing.T) {
		d := start(t, virtual.Options{})
		cl := dial(t, d)
		for _, talk := range [][2]string{
			{"00 71 01 02 03 04 05", "04 00 ff 71 06 00"},    // too much
			{"00 72", "04 00 ff 72 06 00"},                   // too little
			{"00 72 00 00 00 00 09", "04 00 ff 72 06 00"},    // a second etag
			{"00 76 00 00 00 00 09 00", "04 00 ff 76 06 00"}, // replaced by nonsense
			{"00 70", "02 00 00 70"},                         // replaced by a full one
		} {
			withEtag(cl)
			cl.send(good)
			cl.expect("02 00 00 76")
			cl.send(talk[0])
			cl.expect(talk[1])
		}
		wantMono(t, d.Glass(), 16, blank)
	})

	t.Run("a panel that wants all of it turns white elsewhere", func(t *testing.T) {
		whole := tiny
		whole.PartialFullFrame = true
		d := start(t, virtual.Options{Model: whole})
		cl := dial(t, d)
		withEtag(cl)
		cl.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 00 00 00 00 10 00 04" + "ffffffffffffffff" + "0000ffffffff0000")
		cl.expect("02 00 00 76")
		cl.send("00 72")
		cl.expect("02 00 00 72 02 00 00 73")
		wantMono(t, d.Glass(), 16, unhex(t, "00 00 ff ff ff ff 00 00"))
		cl.send("00 76 00 00 00 00 02 00 00 00 03 00 00 00 00 00 08 00 01 00 0f")
		cl.expect("02 00 00 76")
		cl.send("00 72")
		cl.expect("02 00 00 72 02 00 00 73")
		wantMono(t, d.Glass(), 16, unhex(t, "0f ff ff ff ff ff ff ff"))
	})

	t.Run("a frame without an etag ends partial updates", func(t *testing.T) {
		d := start(t, virtual.Options{})
		cl := dial(t, d)
		withEtag(cl)
		cl.upload(blank)
		cl.send(good)
		cl.expect("04 00 ff 76 01 00")
	})
}
