package virtual_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"image"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestSampleSession is the session that the protocol facts write out for a
// plaintext 800x480 mono display.
func TestSampleSession(t *testing.T) {
	d := start(t, virtual.Options{Model: virtual.Panel75BW})
	c := dial(t, d)
	c.raw("02 00 00 43")
	c.expect("2e 00 00 43 02 18 28 " + hex.EncodeToString(bytes.Repeat([]byte("0"), 40)) + " 00")
	c.raw("02 00 00 44")
	c.expect("12 00 00 44 46 24 00 00 00 00 00 00 00 00 00 00 00 7c 90 03")

	frame := make([]byte, 48000)
	for i := range frame {
		frame[i] = byte(i ^ i>>8)
	}
	c.raw("02 00 00 70")
	c.expect("02 00 00 70")
	rest := frame
	for range 11 {
		c.raw("fe 0f 00 71")
		c.write(rest[:4092])
		c.expect("02 00 00 71")
		rest = rest[4092:]
	}
	if len(rest) != 2988 {
		t.Fatalf("%d bytes left", len(rest))
	}
	c.raw("ae 0b 00 71")
	c.write(rest)
	c.expect("02 00 00 72")
	c.expect("02 00 00 73")

	glass := d.Glass()
	if glass.Pushes != 1 || glass.Refreshing || glass.UpdatedAt.IsZero() || !glass.Powered {
		t.Fatalf("glass %+v", glass)
	}
	wantMono(t, glass, 800, frame)
}

func TestNewGlassIsWhite(t *testing.T) {
	for _, scheme := range []virtual.Scheme{virtual.SchemeMono, virtual.SchemeBWR, virtual.SchemeBWY, virtual.SchemeBWRY, virtual.SchemeSpectra6, virtual.SchemeGray4, virtual.SchemeGray16, virtual.SchemeACeP7, virtual.SchemeSpectra6Split} {
		m := tiny
		m.Width, m.Scheme, m.Partial = 13, scheme, false // rows are padded
		glass := newDisplay(t, virtual.Options{Model: m}).Glass()
		if glass.Pushes != 0 || !glass.UpdatedAt.IsZero() {
			t.Errorf("%v: %+v", scheme, glass)
		}
		want := image.NewGray(image.Rect(0, 0, 13, 4))
		for i := range want.Pix {
			want.Pix[i] = 0xff
		}
		wantPicture(t, glass, want)
	}
}

func TestSchemes(t *testing.T) {
	var (
		k = color.RGBA{A: 255}
		w = color.RGBA{R: 255, G: 255, B: 255, A: 255}
		r = color.RGBA{R: 255, A: 255}
		y = color.RGBA{R: 255, G: 255, A: 255}
		b = color.RGBA{B: 255, A: 255}
		g = color.RGBA{G: 255, A: 255}
		o = color.RGBA{R: 255, G: 128, A: 255}
		d = color.RGBA{R: 85, G: 85, B: 85, A: 255}
		l = color.RGBA{R: 170, G: 170, B: 170, A: 255}
	)
	for _, c := range []struct {
		name   string
		model  virtual.Model
		frame  string
		pixels []color.RGBA // one row, the second is white
	}{
		{"mono, one is white", virtual.Model{Width: 8, Height: 2}, "b2 ff",
			[]color.RGBA{w, k, w, w, k, k, w, k}},
		{"mono, padded row", virtual.Model{Width: 3, Height: 2}, "a0 e0",
			[]color.RGBA{w, k, w}},
		{"red is 1,1", virtual.Model{Width: 4, Height: 2, Scheme: virtual.SchemeBWR}, "60 f0 30 00",
			[]color.RGBA{k, w, r, k}}, // 0,0 1,0 1,1 and the undefined 0,1
		{"yellow is 0,1", virtual.Model{Width: 4, Height: 2, Scheme: virtual.SchemeBWY}, "60 f0 30 00",
			[]color.RGBA{k, w, w, y}}, // 0,0 1,0 the undefined 1,1 and 0,1
		{"four colours", virtual.Model{Width: 5, Height: 2, Scheme: virtual.SchemeBWRY}, "1b c0 55 40",
			[]color.RGBA{k, w, y, r, r}},
		{"four colours, controller 29 swaps two", virtual.Model{Width: 4, Height: 2, Scheme: virtual.SchemeBWRY, PanelIC: 29}, "1b 55",
			[]color.RGBA{k, w, r, y}},
		{"six inks, and a code without one", virtual.Model{Width: 7, Height: 2, Scheme: virtual.SchemeSpectra6}, "01 23 56 40 11 11 11 10",
			[]color.RGBA{k, w, y, r, b, g, k}},
		{"six inks in halves", virtual.Model{Width: 7, Height: 2, Scheme: virtual.SchemeSpectra6Split}, "01 20 11 10 35 60 11 11",
			[]color.RGBA{k, w, y, r, b, g, k}},
		{"four colours, controller 30 swaps nothing", virtual.Model{Width: 4, Height: 2, Scheme: virtual.SchemeBWRY, PanelIC: 30}, "1b 55",
			[]color.RGBA{k, w, y, r}},
		// Codes 3 1 2 0, first plane 1 1 0 0, second plane 1 0 1 0.
		{"four greys", virtual.Model{Width: 4, Height: 2, Scheme: virtual.SchemeGray4, PanelIC: 60}, "c0 00 a0 00",
			[]color.RGBA{k, d, l, w}},
		{"four greys, middle ones the other way round", virtual.Model{Width: 4, Height: 2, Scheme: virtual.SchemeGray4, PanelIC: 40}, "c0 00 a0 00",
			[]color.RGBA{k, l, d, w}},
		{"seven inks, and a code without one", virtual.Model{Width: 8, Height: 2, Scheme: virtual.SchemeACeP7}, "01 23 45 67 11 11 11 11",
			[]color.RGBA{k, w, y, r, b, g, o, k}},
		{"sixteen greys", virtual.Model{Width: 3, Height: 2, Scheme: virtual.SchemeGray16}, "0f 10 ff f0",
			[]color.RGBA{k, w, {R: 17, G: 17, B: 17, A: 255}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := start(t, virtual.Options{Model: c.model})
			dial(t, d).upload(unhex(t, c.frame))
			want := image.NewRGBA(image.Rect(0, 0, c.model.Width, 2))
			for x, p := range c.pixels {
				want.Set(x, 0, p)
				want.Set(x, 1, w)
			}
			wantPicture(t, d.Glass(), want)
		})
	}
}

// TestConfigGolden reads the configuration in chunks and compares the blob with
// golden bytes, and with a checksum computed elsewhere (Python's
// binascii.crc_hqx with 0xffff over the blob with a length of 0).
func TestConfigGolden(t *testing.T) {
	for _, c := range []struct {
		name string
		opts virtual.Options
		crc  string
	}{
		{"panel75bw", virtual.Options{Model: virtual.Panel75BW, FriendlyName: "Ada Lovelace", Location: "2nd floor",
			Power: virtual.Power{CapacityMAh: 0x012345, DeepSleep: 15 * time.Minute, Latch: true}}, "9dc7"},
		{"panel75bwr-usb", virtual.Options{Model: virtual.Panel75BWR, Power: virtual.Power{Source: virtual.USB},
			FriendlyName: "Besprechungsraum Fröschenteicher Höhe"}, "fddf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := dial(t, start(t, c.opts))
			cl.raw("02 00 00 40")
			var blob []byte
			total := 0
			for chunk := 0; chunk == 0 || len(blob) < total; chunk++ {
				reply := cl.reply()
				if len(reply) > 100 {
					t.Fatalf("chunk %d is %d bytes long", chunk, len(reply))
				}
				if want := []byte{0, 0x40, byte(chunk), 0}; !bytes.Equal(reply[:4], want) {
					t.Fatalf("chunk %d starts % x", chunk, reply[:4])
				}
				if reply = reply[4:]; chunk == 0 {
					total = int(reply[0]) | int(reply[1])<<8
					reply = reply[2:]
				}
				blob = append(blob, reply...)
			}
			if total != 423 || len(blob) != total {
				t.Fatalf("announced %d bytes, sent %d", total, len(blob))
			}
			if got := hex.EncodeToString(blob[421:]); got != c.crc {
				t.Errorf("checksum bytes %s, want %s", got, c.crc)
			}
			golden(t, "config-"+c.name+".hex", []byte(hex.Dump(blob)))
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from golden bytes:\n%s", name, got)
	}
}

func TestServiceGolden(t *testing.T) {
	d := start(t, virtual.Options{})
	s := d.Service()
	if s.Instance != "ODABCDEF" || s.Host != "ODABCDEF" || s.Type != "_opendisplay._tcp" || s.Port == 0 {
		t.Fatalf("%+v", s)
	}
	want := []string{
		"cm=05",
		"fw=2.24",
		"id=5eabcdef",
		"mac=02:00:5e:ab:cd:ef",
		"msd=00000000000000000000007c9003",
		"pv=2.2",
		"tls=0",
	}
	if got := s.Records(); !slices.Equal(got, want) {
		t.Fatalf("TXT %q", got)
	}
}

func TestTelemetry(t *testing.T) {
	for _, c := range []struct {
		give virtual.Telemetry
		want string // temperature, battery, status with reboot flag and one loop
	}{
		{virtual.Telemetry{Millivolts: 3700, Celsius: 21.5}, "7b 72 13"},
		{virtual.Telemetry{Millivolts: 2550, Celsius: 0}, "50 ff 12"},
		{virtual.Telemetry{Millivolts: 9999, Celsius: 999}, "ff ff 13"},
		{virtual.Telemetry{Millivolts: -5, Celsius: -60}, "00 00 12"},
	} {
		d := newDisplay(t, virtual.Options{})
		d.SetTelemetry(c.give)
		msd := unhex(t, d.Service().TXT["msd"])
		if !bytes.Equal(msd[11:], unhex(t, c.want)) {
			t.Errorf("%+v: % x, want %s", c.give, msd[11:], c.want)
		}
	}
	// Once somebody has connected the reboot flag is gone.
	d := start(t, virtual.Options{})
	c := dial(t, d)
	c.raw("02 00 00 0e 02 00 00 44") // an unknown opcode does no harm
	c.expect("02 00 ff 0e 12 00 00 44 46 24 00 00 00 00 00 00 00 00 00 00 00 7c 90 03")
	c.conn.Close()
	c = dial(t, d)
	c.raw("02 00 00 44")
	c.expect("12 00 00 44 46 24 00 00 00 00 00 00 00 00 00 00 00 7c 90 01")
}

func TestUnknownOpcodesAreRefused(t *testing.T) {
	c := dial(t, start(t, virtual.Options{}))
	for _, op := range []string{"41", "50", "73", "77", "80", "81", "82", "83"} {
		c.raw("02 00 00" + op)
		c.expect("02 00 ff" + op)
	}
	c.raw("02 00 12 70") // the high byte counts
	c.expect("02 00 ff 70")
	c.raw("01 00 00") // too short to be a command: no answer
	c.raw("02 00 00 70")
	c.expect("02 00 00 70")
}

func TestFrameLengthLimits(t *testing.T) {
	d := start(t, virtual.Options{})
	for _, length := range []string{"00 00", "ff 0f", "00 10", "ff ff"} {
		c := dial(t, d)
		c.raw(length)
		c.expectClosed()
	}
	c := dial(t, d)
	c.raw("02 00 00 70")
	c.expect("02 00 00 70")
	c.raw("fe 0f 00 71") // 4,094 is the most
	c.write(make([]byte, 4092))
	c.expect("02 00 00 72 02 00 00 73") // what is too much is cut off
	wantMono(t, d.Glass(), 16, make([]byte, 8))
}

func TestFramesMayArriveInPieces(t *testing.T) {
	c := dial(t, start(t, virtual.Options{}))
	for _, piece := range []string{"02", "00 00", "70 06 00 00 71 00", "00 00", "00 06"} {
		c.raw(piece)
	}
	c.expect("02 00 00 70 02 00 00 71")
	c.raw("00 00 71 ff ff ff ff 02 00 00 44")
	c.expect("02 00 00 72 02 00 00 73 12 00 00 44")
}

func TestOptionsAreChecked(t *testing.T) {
	good := virtual.Options{Model: tiny, MAC: "02:00:00:00:00:01"}
	for name, spoil := range map[string]func(*virtual.Options){
		"no MAC":       func(o *virtual.Options) { o.MAC = "" },
		"long MAC":     func(o *virtual.Options) { o.MAC = "02:00:00:00:00:00:00:01" },
		"no model":     func(o *virtual.Options) { o.Model = virtual.Model{} },
		"huge":         func(o *virtual.Options) { o.Model.Width = 5000 },
		"scheme":       func(o *virtual.Options) { o.Model.Scheme = 9 },
		"rotation":     func(o *virtual.Options) { o.Model.Rotation = 45 },
		"nine buttons": func(o *virtual.Options) { o.Buttons = 9 },
		"full-frame parts and none": func(o *virtual.Options) {
			o.Model.Partial, o.Model.PartialFullFrame = false, true
		},
		"partial red":    func(o *virtual.Options) { o.Model.Scheme = virtual.SchemeBWR },
		"negative scale": func(o *virtual.Options) { o.RefreshScale = -1 },
	} {
		bad := good
		spoil(&bad)
		if _, err := virtual.New(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := virtual.New(good); err != nil {
		t.Error(err)
	}
	bad := good
	bad.Addr = "127.0.0.1:99999"
	d := newDisplay(t, bad)
	if err := d.Serve(t.Context()); err == nil {
		t.Error("an impossible address was accepted")
	}
}

func TestHomeplateProfile(t *testing.T) {
	d := start(t, virtual.Options{Profile: virtual.Homeplate})
	if txt := d.Service().TXT; len(slices.Collect(maps.Keys(txt))) != 1 || txt["msd"] == "" {
		t.Fatalf("TXT %v", txt)
	}
	c := dial(t, d)
	c.raw("02 00 00 43")
	c.expect("02 00 80 43")
	c.raw("02 00 00 40")
	if reply := c.reply(); len(reply) != 2+423 || !bytes.Equal(reply[:5], unhex(t, "80 40 a7 01 01")) {
		t.Fatalf("config reply of %d bytes: % x", len(reply), reply[:8])
	}
	c.raw("02 00 00 99")
	c.expect("02 00 ff 99")
	c.raw("02 00 00 70")
	c.expect("02 00 80 70")
	c.raw("0a 00 00 71 01 02 03 04 05 06 07 08")
	c.expect("02 00 80 71") // it does not end by itself
	if d.Glass().Pushes != 0 {
		t.Fatal("the glass changed before 0x0072")
	}
	c.raw("03 00 00 72 00")
	c.expect("02 00 80 72 02 00 80 73")
	wantMono(t, d.Glass(), 16, unhex(t, "01 02 03 04 05 06 07 08"))

	c.raw("02 00 00 70")
	c.expect("02 00 80 70")
	c.raw("0b 00 00 71 01 02 03 04 05 06 07 08 09") // one too many
	c.expect("02 00 ff 71")
	c.raw("00 10") // 4,096 is allowed here
	c.write(append([]byte{0, 0x71}, make([]byte, 4094)...))
	c.raw("01 10")
	c.expectClosed()
}
