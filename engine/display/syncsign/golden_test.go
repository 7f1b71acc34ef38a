package syncsign_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/syncsign"
)

// A 10×3 picture in black, white and red, as two BMPs by hand: in the one black pixels are
// dark, in the other red ones; 1 is light, rows come from the bottom, of four bytes each.
func TestBitmapBytes(t *testing.T) {
	p := display.Panel{Width: 10, Height: 3, Scheme: display.BWR}
	m := image.NewPaletted(p.Bounds(), p.Scheme.Palette())
	copy(m.Pix, []uint8{
		0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
		2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 0,
	})
	desk := displaytest.NewDesk()
	id := display.ID("syncsign:00124b0000abcdef")
	desk.Adopt(display.Display{ID: id, Protocol: syncsign.Name, Model: "SyncSign D75C", Panel: p, Pull: true})
	desk.Show(id, display.Frame{Image: m, Hash: "0123456789abcdef"}, time.Minute)
	mux := http.NewServeMux()
	syncsign.New(syncsign.Options{}).Routes(mux, desk)
	s := httptest.NewServer(mux)
	defer s.Close()
	get := func(url string) []byte {
		t.Helper()
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	var doc struct {
		Data []struct {
			Content struct {
				Items []struct {
					Data struct {
						URI, ForegroundColor, BackgroundColor, TransparentColor string
					}
				}
			}
		}
	}
	if err := json.Unmarshal(get(s.URL+"/renders/node/00124B0000ABCDEF"), &doc); err != nil || len(doc.Data) != 1 || len(doc.Data[0].Content.Items) != 2 {
		t.Fatalf("%+v, %v", doc, err)
	}
	head := []byte{
		'B', 'M', 74, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0,
		40, 0, 0, 0, 10, 0, 0, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0x13, 0x0b, 0, 0, 0x13, 0x0b, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 255, 255, 255, 0,
	}
	for i, want := range []struct {
		colour, clear string
		rows          []byte
	}{
		// black: 0110110110, all light, 1111111110
		{"BLACK", "", []byte{0xff, 0x80, 0, 0, 0xff, 0xc0, 0, 0, 0x6d, 0x80, 0, 0}},
		// red: 1101101101, all dark, all light
		{"RED", "WHITE", []byte{0xff, 0xc0, 0, 0, 0x00, 0x00, 0, 0, 0xdb, 0x40, 0, 0}},
	} {
		d := doc.Data[0].Content.Items[i].Data
		if d.ForegroundColor != want.colour || d.BackgroundColor != "WHITE" || d.TransparentColor != want.clear {
			t.Errorf("item %d: %+v", i, d)
		}
		if got := get(d.URI); !bytes.Equal(got, append(bytes.Clone(head), want.rows...)) {
			t.Errorf("%s: % x,\nwant % x", want.colour, got[len(head):], want.rows)
		}
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// What a hub is sent for a drawing: the rules of blocks, fonts and colours are in the file.
func TestDrawingGolden(t *testing.T) {
	p := display.Panel{Width: 400, Height: 300, Scheme: display.BWR}
	var sent []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			var err error
			if sent, err = io.ReadAll(r.Body); err != nil {
				t.Error(err)
			}
		}
		_, _ = io.WriteString(w, `{"code":200,"data":{"renderId":"1","isRendered":true}}`)
	}))
	defer s.Close()
	f := displaytest.Noise(p, 1).Frame
	f.Items = []display.Item{
		{Kind: display.BoxItem, Box: image.Rect(0, 0, 400, 186), Ink: 2},
		{Kind: display.TextItem, Box: image.Rect(14, 40, 300, 90), Ink: 1, Over: 2, Text: "In use", Size: 50, Bold: true, Align: -1},
		{Kind: display.TextItem, Box: image.Rect(200, 10, 386, 28), Ink: 1, Over: 2, Text: "Monday — 23 November…", Size: 15, Align: 1},
		{Kind: display.BoxItem, Box: image.Rect(14, 280, 386, 282), Ink: 0},
		{Kind: display.BoxItem, Box: image.Rect(80, 200, 200, 240), Ink: 0},
		{Kind: display.BoxItem, Box: image.Rect(82, 202, 198, 238), Ink: 1},
		{Kind: display.CodeItem, Box: image.Rect(300, 200, 380, 280), Ink: 0, Over: 1, Text: "https://book.example.com/oslo"},
	}
	d := syncsign.New(syncsign.Options{}).WithKey("key")
	_, err := d.Push(t.Context(), display.Display{ID: "syncsign:00124b0000abcdef", Protocol: syncsign.Name, Model: "SyncSign D42C",
		Address: strings.TrimPrefix(s.URL, "http://") + "/00124b0000abcdef", Panel: p}, f)
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, sent, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	path := filepath.Join("testdata", "drawing.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(pretty.Bytes(), want) {
		t.Errorf("%v; sent\n%s", err, &pretty)
	}
}
