package virtual

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// wrap deflates data with the given level and declares a 512-byte window, true or
// not.
func wrap(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	out.Write([]byte{0x18, 0x19})
	w, err := flate.NewWriter(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return binary.BigEndian.AppendUint32(out.Bytes(), adler32.Checksum(data))
}

// near is data whose repetitions all lie within 512 bytes.
func near(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i % 200 / 7)
	}
	return data
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

func TestInflate(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "one": {1}, "short": near(30), "long": near(100_000), "noise": noise(70_000),
	} {
		for _, level := range []int{flate.NoCompression, flate.HuffmanOnly} {
			got, err := inflate(wrap(t, data, level), len(data))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s, level %d: %d bytes, %v", name, level, len(got), err)
			}
		}
	}
	// Matches, in fixed and in dynamic trees.
	for _, n := range []int{30, 500} {
		data := near(n)
		got, err := inflate(wrap(t, data, flate.BestCompression), n)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes with matches: %v", n, err)
		}
	}
}

func TestInflateRefusesWhatTheDeviceCannot(t *testing.T) {
	far := append(noise(600), noise(600)...)
	good := wrap(t, near(300), flate.HuffmanOnly)
	for name, c := range map[string]struct {
		stream []byte
		want   int
		says   string
	}{
		"looks back too far": {wrap(t, far, flate.BestCompression), len(far), "looks back 600 bytes"},
		"declares 32 KiB":    {append([]byte{0x78, 0x9c}, good[2:]...), 300, "window of 32768"},
		"no zlib":            {append([]byte{0x1f, 0x8b}, good[2:]...), 300, "header"},
		"dictionary":         {append([]byte{0x18, 0x20}, good[2:]...), 300, "header"},
		"empty":              {nil, 300, "too early"},
		"too long":           {good, 299, "more than"},
		"too short":          {good, 301, "holds 300"},
		"no checksum":        {good[:len(good)-1], 300, "too early"},
		"surplus":            {append(bytes.Clone(good), 0), 300, "after the end"},
		"block type 3":       {[]byte{0x18, 0x19, 0x07}, 300, "unknown type"},
		"stored, wrong":      {[]byte{0x18, 0x19, 0x01, 1, 0, 1, 0, 9}, 1, "wrong length"},
		"before the start":   {[]byte{0x18, 0x19, 0x03, 0x02, 0x00}, 300, "beyond its start"},
	} {
		_, err := inflate(c.stream, c.want)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// FuzzInflate: whatever this decoder unpacks, the standard library unpacks to the
// same bytes.
func FuzzInflate(f *testing.F) {
	f.Add(wrap(f, near(300), flate.BestCompression), uint16(300))
	f.Add(wrap(f, near(30), flate.BestCompression), uint16(30))
	f.Add(wrap(f, noise(50), flate.NoCompression), uint16(50))
	f.Add([]byte{0x18, 0x19, 0x03, 0x02, 0x00}, uint16(3))
	f.Fuzz(func(t *testing.T, stream []byte, want uint16) {
		got, err := inflate(stream, int(want))
		if err != nil {
			return
		}
		r, err := zlib.NewReader(bytes.NewReader(stream))
		if err != nil {
			t.Fatalf("the library refuses the header: %v", err)
		}
		// The library is stricter about incomplete codes than the firmware is.
		if theirs, err := io.ReadAll(r); err == nil && !bytes.Equal(got, theirs) {
			t.Fatalf("got % x, the library % x", got, theirs)
		}
	})
}
