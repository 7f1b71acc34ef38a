package opendisplay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// The golden frames are the sample session in our protocol notes.
func TestPutFrame(t *testing.T) {
	var buf [headerLen + maxSend]byte
	for _, c := range []struct {
		name string
		op   uint16
		data []byte
		head []byte
		size int
	}{
		{"version", opFirmware, nil, []byte{0x02, 0x00, 0x00, 0x43}, 4},
		{"start", opWriteStart, nil, []byte{0x02, 0x00, 0x00, 0x70}, 4},
		{"largest chunk", opWriteData, make([]byte, 4092), []byte{0xfe, 0x0f, 0x00, 0x71}, 4096},
		{"end", opWriteEnd, []byte{0}, []byte{0x03, 0x00, 0x00, 0x72, 0x00}, 5},
	} {
		got := putFrame(buf[:], c.op, c.data)
		if len(got) != c.size || !bytes.HasPrefix(got, c.head) {
			t.Errorf("%s: %d bytes starting % x, want %d starting % x", c.name, len(got), got[:4], c.size, c.head)
		}
	}
}

func TestReadFrame(t *testing.T) {
	var buf [headerLen + maxReceive]byte
	t.Run("torn and joined reads", func(t *testing.T) {
		r := iotest.OneByteReader(bytes.NewReader([]byte{2, 0, 0, 0x72, 2, 0, 0, 0x73}))
		for _, want := range []byte{0x72, 0x73} {
			p, err := readFrame(r, buf[:])
			if err != nil || len(p) != 2 || p[1] != want {
				t.Fatalf("got % x, %v", p, err)
			}
		}
		if _, err := readFrame(r, buf[:]); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
	for _, c := range []struct {
		name string
		in   []byte
		want error
	}{
		{"empty frame", []byte{0, 0}, frameLenError(0)},
		{"too long", []byte{0x01, 0x10}, frameLenError(4097)},
		{"half a length", []byte{2}, io.ErrUnexpectedEOF},
		{"length alone", []byte{2, 0}, io.ErrUnexpectedEOF},
		{"truncated", []byte{2, 0, 0}, io.ErrUnexpectedEOF},
	} {
		if _, err := readFrame(bytes.NewReader(c.in), buf[:]); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	longest := append([]byte{0x00, 0x10}, make([]byte, 4096)...)
	if p, err := readFrame(bytes.NewReader(longest), buf[:]); err != nil || len(p) != 4096 {
		t.Errorf("homeplate's longest frame: %d bytes, %v", len(p), err)
	}
}

func TestParseReply(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      []byte
		op      uint16
		wantErr string
	}{
		{"ack", []byte{0x00, 0x70}, 0x70, ""},
		{"ack of homeplate", []byte{0x80, 0x70}, 0x70, ""},
		{"ack with data", []byte{0x00, 0x43, 2, 24, 0}, 0x43, ""},
		{"nack", []byte{0xff, 0x70}, 0, "refused command 0x0071"},
		{"nack with a code", []byte{0xff, 0x71, 0x06, 0x00}, 0, "with code 0x06"},
		{"nack without an echo", []byte{0xff, 0xff}, 0, "refused command 0x0071"},
		{"auth as documented", []byte{0xfe, 0x71}, 0, "authentication"},
		{"auth as sent", []byte{0x00, 0x71, 0xfe}, 0, "authentication"},
		{"one byte", []byte{0x00}, 0, "no opcode"},
		{"unknown status", []byte{0x42, 0x71}, 0, "unknown status 0x42"},
	} {
		r, err := parseReply(c.in, opWriteData)
		if c.wantErr == "" {
			if err != nil || r.op != c.op {
				t.Errorf("%s: op %#x, %v", c.name, r.op, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.wantErr) {
			t.Errorf("%s: error %v, want …%s…", c.name, err, c.wantErr)
		}
	}
}

func TestParseFirmware(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "", // homeplate's bare acknowledgement
		"\x02":                       "",
		"\x02\x18":                   "2.24",
		"\x02\x18\x00":               "2.24",
		"\x02\x18\x03abc":            "2.24",
		"\x02\x18\x03abc\x07":        "2.24.7",
		"\x02\x18\xffshort":          "2.24",
		"\x01\x00\x09homeplate":      "1.0",
		"\x02\x18\x03abc\x07unknown": "2.24.7",
	} {
		if got := parseFirmware([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParseMSD(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	raw := make([]byte, 14)
	raw[11], raw[12], raw[13] = 124, 0x90, 0x11 // 22 °C, 0x190 · 10 mV, bit 4 is a counter
	want := display.Telemetry{Battery: 4000, Temperature: 22, At: at}
	if got, err := parseMSD(raw, at); err != nil || got != want {
		t.Errorf("14 bytes: %+v, %v", got, err)
	}
	if got, err := parseMSD(append([]byte{0x46, 0x24}, raw...), at); err != nil || got != want {
		t.Errorf("16 bytes: %+v, %v", got, err)
	}
	for name, in := range map[string][]byte{
		"nothing":         nil,
		"short":           raw[:13],
		"long":            append(raw, 0, 0, 0),
		"another company": append([]byte{0x4c, 0x00}, raw...),
	} {
		if _, err := parseMSD(in, at); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParseConfig(t *testing.T) {
	legacyWiFi := append([]byte{4, packetWiFi}, make([]byte, wifiLegacySize)...)
	for _, c := range []struct {
		name string
		blob []byte
		want config
	}{
		{"four packets", sampleConfig(t800x480()),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1}},
		{"named", sampleConfig(t800x480(), extended("Acme", "Sign 7", "SN1", "Oslo\x00junk", "2nd floor")),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Acme Sign 7", name: "Oslo", displays: 1}},
		{"name with control characters", sampleConfig(t800x480(), extended("", "", "", " Os\x1b[31mlo\xff\n")),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", name: "Os[31mlo", displays: 1}},
		{"rotation as an index", sampleConfig(displayPacket(1, 400, 300, 3, 1, 0)),
			config{panel: panel(400, 300, 270, display.BWR), panelIC: 1, model: "Seeed reTerminal E1001", displays: 1}},
		{"rotation in degrees", sampleConfig(displayPacket(1, 400, 300, 180, 3, 3)),
			config{panel: panel(400, 300, 180, display.BWRY), panelIC: 1, modes: 3, model: "Seeed reTerminal E1001", displays: 1}},
		{"six inks in halves", sampleConfig(displayPacket(1, 1200, 1600, 0, 8, 0)),
			config{panel: panel(1200, 1600, 0, display.Spectra6), panelIC: 1, split: true, model: "Seeed reTerminal E1001", displays: 1}},
		{"four greys", sampleConfig(displayPacket(60, 800, 480, 0, 5, 3)),
			config{panel: panel(800, 480, 0, display.Gray4), panelIC: 60, modes: 3, model: "Seeed reTerminal E1001", displays: 1}},
		{"seven inks", sampleConfig(displayPacket(34, 800, 480, 0, 7, 3)),
			config{panel: panel(800, 480, 0, display.ACeP7), panelIC: 34, modes: 3, model: "Seeed reTerminal E1001", displays: 1}},
		{"updates of a part", sampleConfig(updating(t800x480(), 2)),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1, partial: partialWhole}},
		{"sleeps on its battery", sampleConfig(t800x480(), power(1, 900)),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1, sleeps: true}},
		{"would sleep on a battery", sampleConfig(t800x480(), power(2, 900)),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1, mains: true}},
		{"buttons, a ladder of them, one untold and one nowhere", sampleConfig(t800x480(), inputs(1, 0), inputs(3, 4), inputs(1, 0xff), inputs(9, 2)),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1, buttons: 0b10001}},
		{"two panels: the first", sampleConfig(t800x480(), append([]byte{9, packetDisplay}, displayPacket(2, 10, 10, 0, 0, 0)...)),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 2}},
		{"unknown packet ends it", sampleConfig(t800x480(), []byte{9, 0x77, 1, 2, 3}),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1}},
		{"short Wi-Fi packet at the end", sampleConfig(t800x480(), legacyWiFi),
			config{panel: panel(800, 480, 0, display.Mono), panelIC: 59, modes: 0x08, model: "Seeed reTerminal E1001", displays: 1}},
	} {
		if got, err := parseConfig(c.blob); err != nil || got != c.want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", c.name, got, err, c.want)
		}
	}
}

func TestParseConfigErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		blob []byte
		want string
	}{
		{"nothing", nil, "too short"},
		{"no packets", seal(nil), "describes no display"},
		{"wrong checksum", append(sampleConfig(t800x480())[:100], 1, 2), "wrong checksum"},
		{"truncated packet", seal([]byte{0, 0, 1, 0, packetDisplay, 1, 2, 3, 4, 5}), "needs 46 bytes, has 3"},
		{"no pixels", sampleConfig(displayPacket(1, 0, 300, 0, 0, 0)), "outside"},
		{"too many pixels", sampleConfig(displayPacket(1, 65535, 65535, 0, 0, 0)), "outside"},
		{"odd rotation", sampleConfig(displayPacket(1, 400, 300, 45, 0, 0)), "rotation 45"},
		{"four greys where the panel has two", sampleConfig(displayPacket(3003, 1200, 825, 0, 5, 0)), "of panel type 3003"},
		{"unknown inks", sampleConfig(displayPacket(1, 400, 300, 0, 101, 0)), "opendisplay 101"},
	} {
		if _, err := parseConfig(c.blob); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want …%s…", c.name, err, c.want)
		}
	}
	version2 := sampleConfig(t800x480())
	version2[2] = 2
	n := len(version2) - 2
	binary.LittleEndian.PutUint16(version2[n:], crc16(0xffff, version2[:n]))
	if _, err := parseConfig(version2); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("version 2: %v", err)
	}
}

// Encoders disagree over what the checksum covers; see checkCRC.
func TestChecksumForms(t *testing.T) {
	if got := crc16(0xffff, []byte("123456789")); got != 0x29b1 { // the algorithm's published check value
		t.Fatalf("crc16 = %#04x, want 0x29b1", got)
	}
	blob := sampleConfig(t800x480())
	binary.LittleEndian.PutUint16(blob, uint16(len(blob)))
	n := len(blob) - 2
	for name, sum := range map[string]uint16{
		"length as zero": crc16(0xffff, append([]byte{0, 0}, blob[2:n]...)),
		"without length": crc16(0xffff, blob[2:n]),
		"as it stands":   crc16(0xffff, blob[:n]),
	} {
		binary.LittleEndian.PutUint16(blob[n:], sum)
		if _, err := parseConfig(blob); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAssembler(t *testing.T) {
	blob := sampleConfig(t800x480())
	t.Run("chunks of the reference firmware", func(t *testing.T) {
		var a assembler
		rest := blob
		for n := uint16(0); ; n++ {
			d := binary.LittleEndian.AppendUint16(nil, n)
			if n == 0 {
				d = binary.LittleEndian.AppendUint16(d, uint16(len(blob)))
			}
			size := min(98-len(d), len(rest))
			d, rest = append(d, rest[:size]...), rest[size:]
			done, err := a.add(reply{data: d})
			if err != nil {
				t.Fatal(err)
			}
			if done != (len(rest) == 0) {
				t.Fatalf("done %v with %d bytes to come", done, len(rest))
			}
			if done {
				break
			}
		}
		if !bytes.Equal(a.blob, blob) {
			t.Error("blob differs")
		}
	})
	for _, single := range []bool{true, false} {
		var a assembler
		whole := bytes.Clone(blob)
		binary.LittleEndian.PutUint16(whole, uint16(len(whole)))
		if done, err := a.add(reply{data: whole, single: single}); err != nil || !done {
			t.Errorf("whole blob, high bit %v: %v, %v", single, done, err)
		}
	}
	for name, chunks := range map[string][][]byte{
		"no number":        {{0}},
		"no total":         {{0, 0, 9}},
		"out of order":     {{0, 0, 9, 0, 1}, {2, 0, 1}},
		"again the first":  {{0, 0, 9, 0, 1}, {0, 0, 9, 0, 1}},
		"empty chunk":      {{0, 0, 9, 0, 1}, {1, 0}},
		"more than total":  {{0, 0, 2, 0, 1}, {1, 0, 2, 3}},
		"absurd total":     {{0, 0, 0xff, 0xff, 1}},
		"no configuration": {{0, 0, 0, 0}},
	} {
		var a assembler
		var err error
		for _, c := range chunks {
			if _, err = a.add(reply{data: c}); err != nil {
				break
			}
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
