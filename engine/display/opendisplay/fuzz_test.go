package opendisplay

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
)

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{2, 0, 0x00, 0x70})
	f.Add([]byte{0, 0})
	f.Add([]byte{0xff, 0xff, 1, 2, 3})
	f.Add([]byte{5, 0, 1})
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, stream []byte) {
		var buf [headerLen + maxReceive]byte
		r := bytes.NewReader(stream)
		for {
			before := r.Len()
			payload, err := readFrame(r, buf[:])
			if err != nil {
				var bad frameLenError
				if !errors.As(err, &bad) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("unexpected error %v", err)
				}
				if errors.Is(err, io.EOF) && before != 0 {
					t.Fatalf("clean end in the middle of %d bytes", before)
				}
				return
			}
			if len(payload) == 0 || before-r.Len() != len(payload)+headerLen {
				t.Fatalf("payload of %d bytes took %d", len(payload), before-r.Len())
			}
			_, _ = parseReply(payload, opWriteData)
			parseFirmware(payload)
		}
	})
}

func FuzzParseConfig(f *testing.F) {
	blob := sampleConfig(t800x480())
	f.Add(blob)
	f.Add(blob[:len(blob)/2])
	f.Add([]byte{0, 0, 1, 0, 0})
	f.Add(seal([]byte{0, 0, 1, 0, packetDisplay, 1, 2, 3}))
	f.Add(seal(append([]byte{0, 0, 1, 0, packetWiFi}, make([]byte, wifiLegacySize)...)))
	f.Fuzz(func(t *testing.T, blob []byte) {
		for _, b := range [][]byte{blob, seal(bytes.Clone(blob))} { // past the checksum, too
			c, err := parseConfig(b)
			if err != nil {
				continue
			}
			if err := c.panel.Validate(); err != nil {
				t.Fatalf("accepted a panel that is invalid: %v", err)
			}
			if c.displays < 1 || len(c.name) > 32 || len(c.model) > 65 {
				t.Fatalf("accepted %+v", c)
			}
		}
	})
}

func FuzzAssemble(f *testing.F) {
	f.Add([]byte{0, 0, 4, 0, 1, 2}, []byte{1, 0, 3, 4}, false)
	f.Add([]byte{0, 0, 0, 0}, []byte{}, false)
	f.Add([]byte{131, 0, 1}, []byte{}, true)
	f.Add([]byte{0, 0, 0xff, 0xff}, []byte{}, false)
	f.Fuzz(func(t *testing.T, first, rest []byte, single bool) {
		var a assembler
		done, err := a.add(reply{data: first, single: single})
		for i := 0; err == nil && !done; i++ {
			if i > maxConfig {
				t.Fatal("never ends")
			}
			done, err = a.add(reply{data: rest})
		}
		if len(a.blob) > maxConfig && !single {
			t.Fatalf("assembled %d bytes", len(a.blob))
		}
	})
}

func FuzzParseMSD(f *testing.F) {
	f.Add(make([]byte, 14))
	f.Add([]byte{0x46, 0x24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 124, 0x90, 0x11})
	f.Add([]byte{})
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parseMSD(b, at)
		if err != nil {
			return
		}
		if got.Battery < 0 || got.Battery > 5110 || got.Temperature < -40 || got.Temperature > 87.5 || !got.At.Equal(at) {
			t.Fatalf("impossible telemetry %+v", got)
		}
	})
}
