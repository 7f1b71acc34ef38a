package template_test

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/roomink/roomink/engine/template"
)

func source(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, source string) (*template.Template, []template.Problem) {
	t.Helper()
	parsed, problems, err := template.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return parsed, problems
}

func TestExport(t *testing.T) {
	parsed, problems := parse(t, string(source(t, "meeting-7in5.json")))
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if parsed.Name() != "Headquarters" || parsed.Size() != image.Pt(800, 480) || parsed.Addresses() != nil {
		t.Errorf("got %q, %v, %v", parsed.Name(), parsed.Size(), parsed.Addresses())
	}
	busy, free := parsed.Block(template.Busy), parsed.Block(template.Free)
	if len(busy.Items) != 15 || len(free.Items) != 7 || parsed.Block(template.Any) != nil {
		t.Errorf("%d items while busy, %d while free", len(busy.Items), len(free.Items))
	}
	if !free.Shows("NOTE_AVAILABLE") || busy.Shows("NOTE_AVAILABLE") {
		t.Error("NOTE_AVAILABLE stands in the block for free rooms alone")
	}
	want := &template.Text{
		ID: "ONGOING_EVENT_SUMMARY", Text: "%ONGOING_EVENT_SUMMARY%",
		Font: template.Font{Pixels: 44, Bold: true, Width: 72}, Ink: template.White, Ground: template.Red,
		LineSpace: 6, Area: template.Area{X: 32, Y: 104, W: 616, H: 96},
	}
	if got := busy.Items[1]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if frame := busy.Frame.Area.In(parsed.Size()); frame != image.Rect(0, 0, 800, 288) {
		t.Errorf("the background's rectangle is %v", frame)
	}
}

// The example that people start from is without a flaw.
func TestDocumentedExample(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "TEMPLATES.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(doc), "```json\n")
	example, _, _ = strings.Cut(example, "```")
	parsed, problems := parse(t, example)
	if len(problems) > 0 || parsed.Size() != image.Pt(400, 300) {
		t.Errorf("for %v: %v", parsed.Size(), problems)
	}
}

// What SyncSign's users have comes in several wrappings.
func TestShapesOfFiles(t *testing.T) {
	const item = `{"type":"TEXT","data":{"text":"a","font":"DDIN_16","block":{"x":0,"y":0,"w":80,"h":16}}}`
	for name, c := range map[string]struct {
		source string
		status template.Status
	}{
		"pasted into SOPS":        {`{"layout":[{"status":"BUSY","items":[` + item + `]}],"displayType":"D42"}`, template.Busy},
		"export":                  {`{"id":"1","name":"n","version":"7","ownerId":"o","description":"","dataSource":"GENERAL","preImg":"","displayType":"D42","layout":[{"status":"FREE","items":[` + item + `]}]}`, template.Free},
		"export of the client":    {`[{"displayType":"D42","layout":[{"status":"ANY","items":[` + item + `]}]}]`, template.Any},
		"single render":           {`{"layout":{"items":[` + item + `]},"displayType":"D42"}`, template.Any},
		"batch of one render":     {`[{"nodeId":"00","layout":{"items":[` + item + `]}}]`, template.Any},
		"a layout and no more":    {`{"items":[` + item + `]}`, template.Any},
		"the blocks and no more":  {`[{"status":"BUSY","items":[` + item + `]}]`, template.Busy},
		"with a byte order mark":  {"\ufeff" + `{"items":[` + item + `]}`, template.Any},
		"with Windows line ends":  {"{\r\n\"items\":[" + item + "]\r\n}\r\n", template.Any},
		"status in small letters": {`{"layout":[{"status":" busy","items":[` + item + `]}]}`, template.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, _ := parse(t, c.source)
			if b := parsed.Block(c.status); b == nil || len(b.Items) != 1 {
				t.Errorf("the block for %s is %+v", c.status, b)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, source string
		line, column int
		text         string
	}{
		{"nothing", "", 1, 1, "too early"},
		{"white space", " \n ", 1, 1, "too early"},
		{"not closed", "{\n \"layout\": [", 2, 13, "too early"},
		{"comma before a bracket", "{\n \"layout\": [1,\n ]}", 3, 2, "remove the comma"},
		{"comma before a brace", `{"layout": [],}`, 1, 15, "remove the comma"},
		{"no comma between fields", "{\"a\": 1\n\"layout\": []}", 2, 1, "a comma or a closing bracket is missing"},
		{"no comma between items", "[{}\n{}]", 2, 1, "a comma or a closing bracket is missing"},
		{"no colon", `{"layout" []}`, 1, 11, "a colon is missing"},
		{"comment", "{\n  // BUSY\n}", 2, 3, "no comments"},
		{"curly quotation marks", "{“layout”: []}", 1, 2, "straight double quotation marks"},
		{"single quotation marks", "{'layout': []}", 1, 2, "straight double quotation marks"},
		{"name without marks", "{layout: []}", 1, 2, "the name of a field"},
		{"text over two lines", "{\"layout\": \"a\nb\"}", 1, 14, "closing quotation mark"},
		{"bad escape", `{"layout": "C:\pictures"}`, 1, 16, "backslash"},
		{"columns are characters", `{"größe": "äöü", ]`, 1, 18, "']'"},
		{"two templates after each other", `{"layout":[]} {"layout":[]}`, 1, 15, "follows the end"},
		{"word", `{"layout": yes}`, 1, 12, "'y' can't stand here"},
		{"not UTF-8", "{\"layout\":\n \"M\xfcller\"}", 2, 4, "UTF-8"},
		{"too large", strings.Repeat(" ", 256<<10) + "{}", 1, 1, "256 KiB"},
		{"too deep", strings.Repeat("[", 40) + strings.Repeat("]", 40), 1, 33, "32 deep"},
		{"far too deep", strings.Repeat("[", 20000) + strings.Repeat("]", 20000), 1, 10001, "32 deep"},
		{"number", " 12", 1, 2, "not a number"},
		{"empty list", "[]", 1, 1, "no block"},
		{"no layout", `{"name": "a"}`, 1, 1, `no "layout"`},
		{"layout is a text", `{"layout": "a"}`, 1, 12, "not a text"},
		{"no blocks", `{"layout": []}`, 1, 12, "no block"},
		{"no block with a status", "{\"layout\":\n[{\"status\": \"MAYBE\", \"items\": []}]}", 2, 1, "no block"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parsed, _, err := template.Parse([]byte(c.source))
			var failed *template.Error
			if !errors.As(err, &failed) || parsed != nil {
				t.Fatalf("got %v, %v", parsed, err)
			}
			if failed.Line != c.line || failed.Column != c.column || !strings.Contains(failed.Text, c.text) {
				t.Errorf("got %v; want line %d, column %d: …%s…", failed, c.line, c.column, c.text)
			}
		})
	}
}

// itemAt wraps one item so that it begins on line 3, column 1.
func itemAt(item string) string {
	return "{\"displayType\": \"D42\", \"layout\": {\"background\": {},\n\"items\": [\n" + item + "\n]}}"
}

func TestProblems(t *testing.T) {
	const (
		block = `"block":{"x":0,"y":0,"w":96,"h":96}`
		line  = `{"type":"LINE","data":{"block":{"x0":0,"y0":0,"x1":9,"y1":9},`
		text  = `{"type":"TEXT","data":{"text":"a","font":"DDIN_16",`
	)
	for _, c := range []struct {
		name, source string
		line, column int
		text         string
	}{
		{"unknown item", itemAt(`{"type":"VIDEO","data":{}}`), 3, 9, "VIDEO is unknown: it is not drawn"},
		{"buttons", itemAt(`{"type":"BOTTOM_CUSTOM_BUTTONS","data":{}}`), 3, 9, "buttons and lights: it is not drawn"},
		{"poll rate", itemAt(`{"type":"POLL_RATE","data":{"rate":10000}}`), 3, 9, "hub: it is not drawn"},
		{"no type", itemAt(`{"data":{}}`), 3, 1, "no type: not drawn"},
		{"no data", itemAt(`{"type":"TEXT"}`), 3, 1, "no data: not drawn"},
		{"data is a list", itemAt(`{"type":"TEXT","data":[]}`), 3, 23, "must be an object, not a list"},
		{"item is a text", itemAt(`"TEXT"`), 3, 1, "must be an object, not a text"},
		{"unknown field", itemAt(text + block + `,"bold":true}}`), 3, 88, `no field "bold": ignored`},
		{"unknown field of an item", itemAt(`{"type":"CIRCLE","colour":"RED","data":{"radius":9,"center":{"x":9,"y":9}}}`), 3, 18, `no field "colour"`},
		{"field twice", itemAt(text + `"text":"b",` + block + `}}`), 3, 52, "text is given twice"},
		{"unknown font", itemAt(`{"type":"TEXT","data":{"text":"a","font":"COMIC_SANS_24",` + block + `}}`), 3, 42, `no font "COMIC_SANS_24": drawn in the sign's own, 24 pixels high`},
		{"font without size", itemAt(`{"type":"TEXT","data":{"text":"a","font":"DDIN",` + block + `}}`), 3, 42, "no such size: drawn 16 pixels high"},
		{"monstrous font", itemAt(`{"type":"TEXT","data":{"text":"a","font":"DDIN_9999",` + block + `}}`), 3, 42, "no such size: drawn 400 pixels high"},
		{"icons", itemAt(`{"type":"TEXT","data":{"text":"\uf00c","font":"ICON_FA_SOLID",` + block + `}}`), 3, 47, "icons of the font ICON_FA_SOLID are not drawn"},
		{"no font", itemAt(`{"type":"TEXT","data":{"text":"a",` + block + `}}`), 3, 23, "no font: drawn in DDIN_16"},
		{"unknown colour", itemAt(text + block + `,"textColor":"GREEN"}}`), 3, 100, "drawn in BLACK"},
		{"unknown ground", itemAt(text + block + `,"backgroundColor":"#eee"}}`), 3, 106, "drawn in WHITE"},
		{"unknown alignment", itemAt(text + block + `,"text-align":"JUSTIFY"}}`), 3, 101, "taken for LEFT"},
		{"no block", itemAt(text + `"lineSpace":2}}`), 3, 23, "no block: not drawn"},
		{"block without height", itemAt(text + `"block":{"x":0,"y":0,"w":96}}}`), 3, 60, "no h: taken for 16"},
		{"block lower than the text", itemAt(text + `"block":{"x":0,"y":0,"w":96,"h":8}}}`), 3, 60, "16 pixels high, its block only 8"},
		{"word for a number", itemAt(text + `"block":{"x":"left","y":0,"w":96,"h":16}}}`), 3, 65, "x must be a number: taken for 0"},
		{"huge number", itemAt(text + `"block":{"x":0,"y":0,"w":1e9,"h":16}}}`), 3, 77, "taken for 8192"},
		{"number beyond all", itemAt(text + `"block":{"x":0,"y":0,"w":1e999,"h":16}}}`), 3, 77, "must be a number"},
		{"unknown placeholder", itemAt(text + `"id":"ONGOING_TITLE",` + block + `}}`), 3, 57, `no placeholder "ONGOING_TITLE"`},
		{"mail address", itemAt(text + `"id":"ONGOING_CREATOR_EMAIL",` + block + `}}`), 3, 57, "nothing to put in for ONGOING_CREATOR_EMAIL"},
		{"attendees", itemAt(text + `"id":"UPCOMING_2_ATTENDEES_LIST",` + block + `}}`), 3, 57, "nothing to put in for UPCOMING_2_ATTENDEES_LIST"},
		{"buttons to put in", itemAt(text + `"id":"BOTTOM_BUTTONS",` + block + `}}`), 3, 57, "nothing to put in for BOTTOM_BUTTONS"},
		{"upcoming nought", itemAt(text + `"id":"UPCOMING_0_TIME",` + block + `}}`), 3, 57, `no placeholder "UPCOMING_0_TIME"`},
		{"serial number", itemAt(`{"type":"TEXT","data":{"text":"No <SN>","font":"DDIN_16",` + block + `}}`), 3, 31, "<SN> is not known to Roomink: left out"},
		{"node", itemAt(`{"type":"TEXT","data":{"text":"<NODE_ID>","font":"DDIN_16",` + block + `}}`), 3, 31, "<NODE_ID> is not known"},
		{"to be filled in", itemAt(text + `"property":{"caption":"Left"},` + block + `}}`), 3, 63, `write it into "text"`},
		{"long text", itemAt(`{"type":"TEXT","data":{"text":"` + strings.Repeat("ä", 1025) + `","font":"DDIN_16",` + block + `}}`), 3, 31, "longer than 1024 characters"},
		{"text is a list", itemAt(`{"type":"TEXT","data":{"text":[],"font":"DDIN_16",` + block + `}}`), 3, 31, "must be a text, not a list"},
		{"unknown pattern", itemAt(line + `"linePattern":"WAVES"}}`), 3, 76, "drawn solid"},
		{"line without block", itemAt(`{"type":"LINE","data":{"lineColor":"RED"}}`), 3, 23, "no block: not drawn"},
		{"line without end", itemAt(`{"type":"LINE","data":{"block":{"x0":0,"y0":0,"y1":9}}}`), 3, 32, "no x1: taken for 0"},
		{"circle's fill", itemAt(`{"type":"CIRCLE","data":{"radius":9,"center":{"x":9,"y":9},"fillColor":"RED","strokeColor":"BLACK"}}`), 3, 72, "fill a circle in its strokeColor"},
		{"circle's dashes", itemAt(`{"type":"CIRCLE","data":{"radius":9,"center":{"x":9,"y":9},"strokePattern":"DASH_TINY"}}`), 3, 76, "drawn solid"},
		{"circle without radius", itemAt(`{"type":"CIRCLE","data":{"center":{"x":9,"y":9}}}`), 3, 25, "no radius"},
		{"circle without centre", itemAt(`{"type":"CIRCLE","data":{"radius":9}}`), 3, 25, "no center: taken for the top left corner"},
		{"negative radius", itemAt(`{"type":"CIRCLE","data":{"radius":-9,"center":{"x":9,"y":9}}}`), 3, 35, "radius is outside 0…8192"},
		{"image of one's own", itemAt(`{"type":"IMAGE","data":{"source":"CUSTOM","name":"cat.bin",` + block + `}}`), 3, 24, "the only image that is drawn is the logo"},
		{"picture from outside", itemAt(`{"type":"BITMAP_URI","data":{"uri":"https://Files.example.com:8443/a.bmp?v=2",` + block + `}}`), 3, 36, "allows the host Files.example.com"},
		{"picture from a disk", itemAt(`{"type":"BITMAP_URI","data":{"uri":"file:///etc/passwd",` + block + `}}`), 3, 36, "begins with http:// or https://"},
		{"picture with a password", itemAt(`{"type":"BITMAP_URI","data":{"uri":"https://a:b@example.com/a.bmp",` + block + `}}`), 3, 36, "not drawn"},
		{"picture without address", itemAt(`{"type":"BITMAP_URI","data":{` + block + `}}`), 3, 29, "no uri: not drawn"},
		{"code too long for its version", itemAt(`{"type":"QRCODE","data":{"text":"https://example.com/rooms/lovelace","position":{"x":0,"y":0},"scale":2,"version":1}}`), 3, 33, "not fit a QR code of version 1: drawn as version 3, 58 pixels"},
		{"code too long for any", itemAt(`{"type":"QRCODE","data":{"text":"` + strings.Repeat("x", 3000) + `","position":{"x":0,"y":0},"scale":2,"version":1}}`), 3, 33, "too long for any QR code"},
		{"code too large for the panel", itemAt(`{"type":"QRCODE","data":{"text":"x","position":{"x":200,"y":200},"scale":9,"version":1}}`), 3, 1, "no room at scale 9: drawn at scale 4"},
		{"code outside", itemAt(`{"type":"QRCODE","data":{"text":"x","position":{"x":395,"y":200},"scale":2,"version":1}}`), 3, 1, "reaches beyond the panel"},
		{"code without text", itemAt(`{"type":"QRCODE","data":{"position":{"x":0,"y":0},"scale":2,"version":1}}`), 3, 25, "says nothing"},
		{"unknown error correction", itemAt(`{"type":"QRCODE","data":{"text":"x","position":{"x":0,"y":0},"eccLevel":"BEST"}}`), 3, 73, "taken for MEDIUM"},
		{"outside the panel", itemAt(`{"type":"RECTANGLE","data":{"block":{"x":400,"y":0,"w":8,"h":8}}}`), 3, 1, "this RECTANGLE lies outside the panel of 400×300"},
		{"beyond the edge", itemAt(`{"type":"RECTANGLE","data":{"block":{"x":392,"y":0,"w":16,"h":8}}}`), 3, 1, "reaches beyond the panel of 400×300"},
		{"without size", itemAt(`{"type":"RECTANGLE","data":{"block":{"x":392,"y":0,"w":0,"h":8}}}`), 3, 1, "no width or no height"},
		{"too many items", itemAt(strings.TrimSuffix(strings.Repeat(line+"\"id\":\"\"}},\n", 501), ",\n")), 503, 1, "at most 500 items"},
		{"button zone", `{"displayType":"D42","layout":{"items":[],"background":{"enableButtonZone":true}}}`, 1, 76, "no buttons are drawn"},
		{"no refresh", `{"displayType":"D42","layout":{"items":[],"options":{"refreshScreen":false}}}`, 1, 70, "refreshScreen is ignored"},
		{"poll rate of a layout", `{"displayType":"D42","layout":{"items":[],"options":{"pollRate":10000}}}`, 1, 65, "pollRate is ignored"},
		{"neither true nor false", `{"displayType":"D42","layout":{"items":[],"options":{"refreshScreen":"maybe"}}}`, 1, 70, "must be true or false"},
		{"no items", `{"displayType":"D42","layout":{"status":"ANY"}}`, 1, 31, "no items"},
		{"items are an object", `{"displayType":"D42","layout":{"items":{}}}`, 1, 40, "items must be a list"},
		{"block is a text", `{"layout":["BUSY",{"status":"BUSY","items":[]}]}`, 1, 12, "must be an object, not a text"},
		{"no status", `{"layout":[{"items":[]}]}`, 1, 12, "no status: taken for ANY"},
		{"unknown status", `{"layout":[{"status":"MAYBE","items":[]},{"status":"ANY","items":[]}]}`, 1, 22, "must be BUSY, FREE or ANY"},
		{"status twice", `{"layout":[{"status":"ANY","items":[]},{"status":"ANY","items":[]}]}`, 1, 40, "a block for ANY already"},
		{"no block for free", `{"layout":[{"status":"BUSY","items":[]}]}`, 1, 11, "no block for FREE"},
		{"no block for busy", `{"layout":[{"status":"FREE","items":[]}]}`, 1, 11, "no block for BUSY"},
		{"two templates", `[{"layout":{"items":[]}}, {"layout":{"items":[]}}]`, 1, 27, "left out"},
		{"unknown field of a template", "{\"layout\":{\"items\":[]},\n \"autor\":\"me\"}", 2, 2, `no field "autor"`},
		{"unknown display type", "{\"layout\":{\"items\":[]},\n\"displayType\": \"13IN3\"}", 2, 16, `"13IN3" is unknown: drawn on panels of any size`},
		{"display type guessed", strings.Replace(itemAt(text+block+`}}`), `"displayType": "D42", `, "", 1), 1, 1, `taken for 296×128 pixels; write displayType "296x128"`},
		{"unknown display type guessed", strings.Replace(itemAt(text+block+`}}`), `"D42"`, `"D43"`, 1), 1, 17, "the display type is unknown: from its items taken for 296×128"},
		{"first 7.5-inch displays", strings.Replace(itemAt(`{"type":"RECTANGLE","data":{"block":{"x":0,"y":0,"w":880,"h":528}}}`), "D42", "7IN5_BWC", 1), 1, 17, "taken for 880×528"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := parse(t, c.source)
			if !slices.ContainsFunc(problems, func(p template.Problem) bool {
				return p.Line == c.line && p.Column == c.column && strings.Contains(p.Text, c.text)
			}) {
				t.Errorf("got %v; want line %d, column %d: …%s…", problems, c.line, c.column, c.text)
			}
			if len(problems) > 2 {
				t.Errorf("one cause, %d problems: %v", len(problems), problems)
			}
		})
	}
}

// SyncSign takes more than it documents.
func TestLeniency(t *testing.T) {
	for name, item := range map[string]string{
		"numbers in quotation marks": `{"type":"TEXT","data":{"text":"a","font":"DDIN_16","lineSpace":" 4","block":{"x":"8","y":"8.4","w":"80","h":"16"}}}`,
		"text-align":                 `{"type":"TEXT","data":{"text":"a","font":"DDIN_16","text-align":"right","block":{"x":0,"y":0,"w":80,"h":16}}}`,
		"small letters":              `{"type":"text","data":{"text":"a","font":"ddin_16","textColor":"red","block":{"x":0,"y":0,"w":80,"h":16}}}`,
		"null for nothing":           `{"type":"TEXT","data":{"text":"a","id":null,"font":"DDIN_16","offset":null,"block":{"x":0,"y":0,"w":80,"h":16}}}`,
		"a number as text":           `{"type":"TEXT","data":{"text":12,"font":"DDIN_16","block":{"x":0,"y":0,"w":80,"h":16}}}`,
		"percent":                    `{"type":"RECTANGLE","data":{"fillColor":"BLACK","block":{"x_percent":"0","y_percent":50,"w_percent":"33.3%","h_percent":50}}}`,
		"a size no display has":      `{"type":"TEXT","data":{"text":"a","font":"DDIN_40","block":{"x":0,"y":0,"w":80,"h":40}}}`,
		"no colour at all":           `{"type":"RECTANGLE","data":{"fillColor":"NONE","strokeColor":"","block":{"x":0,"y":0,"w":80,"h":40}}}`,
		"opaque":                     `{"type":"LINE","data":{"transparentColor":"OPAQUE","block":{"x0":0,"y0":0,"x1":80,"y1":40}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			parsed, problems := parse(t, itemAt(item))
			if len(problems) > 0 || len(parsed.Block(template.Any).Items) != 1 {
				t.Errorf("%v", problems)
			}
		})
	}
}

func TestSize(t *testing.T) {
	for displayType, want := range map[string]image.Point{
		"2IN9_BWR": {296, 128}, "D29R": {296, 128}, "4IN2_BW": {400, 300}, "D42": {400, 300}, "d42b": {400, 300},
		"7IN5_BWC": {800, 480}, "D75": {800, 480}, "960x640": {960, 640}, "480 × 800": {480, 800}, "": {}, "0x10": {}, "9999x9999": {}, "x": {},
	} {
		parsed, _ := parse(t, `{"displayType":"`+displayType+`","layout":{"items":[]}}`)
		if parsed.Size() != want {
			t.Errorf("%q is %v, want %v", displayType, parsed.Size(), want)
		}
	}
	for _, c := range []struct{ extent, want image.Point }{
		{image.Pt(200, 100), image.Pt(296, 128)}, {image.Pt(100, 200), image.Pt(400, 300)}, {image.Pt(304, 134), image.Pt(296, 128)},
		{image.Pt(296, 135), image.Pt(400, 300)}, {image.Pt(421, 10), image.Pt(800, 480)}, {image.Pt(841, 10), image.Pt(880, 528)}, {image.Pt(930, 600), image.Pt(960, 640)},
		{image.Pt(2000, 3000), image.Pt(2000, 3000)}, {image.Pt(8000, 3000), image.Pt(4096, 3000)},
	} {
		parsed, _ := parse(t, strings.NewReplacer("W", strconv.Itoa(c.extent.X), "H", strconv.Itoa(c.extent.Y)).Replace(
			`{"layout":{"items":[{"type":"RECTANGLE","data":{"block":{"x":0,"y":0,"w":"W","h":"H"}}}]}}`))
		if parsed.Size() != c.want {
			t.Errorf("items as far as %v: %v, want %v", c.extent, parsed.Size(), c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	bitmap := func(uri string) string {
		return `{"type":"BITMAP_URI","data":{"uri":"` + uri + `","block":{"x":0,"y":0,"w":8,"h":8}}}`
	}
	parsed, _ := parse(t, `{"layout":[
		{"status":"BUSY","items":[`+bitmap("https://b.example.com/1.bmp")+`,`+bitmap("http://a.example.com/2.bmp")+`]},
		{"status":"FREE","items":[`+bitmap("https://b.example.com/1.bmp")+`,`+bitmap("ftp://a.example.com/2.bmp")+`,`+bitmap("https:///3.bmp")+`]}]}`)
	if want := []string{"http://a.example.com/2.bmp", "https://b.example.com/1.bmp"}; !slices.Equal(parsed.Addresses(), want) {
		t.Errorf("got %v, want %v", parsed.Addresses(), want)
	}
}

// A black and a red picture in one place are two inks of one picture.
func TestLayers(t *testing.T) {
	const format = `{"type":"BITMAP_URI","data":{"uri":"http://a.example.com/%.bmp","foregroundColor":"%","backgroundColor":"WHITE","block":{"x":0,"y":0,"w":8,"h":8}}}`
	parsed, _ := parse(t, `{"layout":{"items":[`+strings.ReplaceAll(format, "%", "BLACK")+`,`+strings.ReplaceAll(format, "%", "RED")+`]}}`)
	items := parsed.Block(template.Any).Items
	black, red := items[0].(*template.Bitmap), items[1].(*template.Bitmap)
	if black.Ink != template.Black || black.Ground != template.White || red.Ink != template.Red || red.Ground != template.None || red.Plain {
		t.Errorf("got %+v over %+v", red, black)
	}
}

func TestProblemsAreInOrderAndNotEndless(t *testing.T) {
	parsed, problems := parse(t, itemAt(strings.TrimSuffix(strings.Repeat(`{"type":"VIDEO"},`, 400), ",")))
	if parsed == nil || len(problems) != 201 || problems[200].Line != 0 || problems[200].Text != "and 200 more" {
		t.Fatalf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
	if !slices.IsSortedFunc(problems[:200], func(a, b template.Problem) int { return (a.Line-b.Line)*1_000_000 + a.Column - b.Column }) {
		t.Error("not in the order of the file")
	}
}

// A host that goes with no problem of its own must not make another one look settled.
func TestHostsPastTheLastProblem(t *testing.T) {
	_, problems := parse(t, itemAt(strings.Repeat(`{"type":"VIDEO"},`, 200)+
		`{"type":"BITMAP_URI","data":{"uri":"http://a.example.com/1.bmp","block":{"x":0,"y":0,"w":8,"h":8}}}`))
	if i := slices.IndexFunc(problems, func(p template.Problem) bool { return p.Host != "" }); len(problems) != 201 || i >= 0 {
		t.Errorf("%d problems, number %d with a host: %+v", len(problems), i, problems[max(i, 0)])
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"meeting-7in5.json", "meeting-4in2.json", "render-2in9.json"} {
		f.Add(source(f, name))
	}
	f.Add([]byte("\ufeff{\"items\":[]}"))
	f.Add([]byte(itemAt(`{"type":"CIRCLE","data":{"radius":"9","center":{"x":-9,"y":1e5}}}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, problems, err := template.Parse(data)
		if (parsed == nil) != (err != nil) {
			t.Fatalf("got %v and %v", parsed, err)
		}
		inside := func(line, column int) {
			lines := strings.Split(string(data), "\n")
			if line == 0 && column == 0 {
				return
			}
			if line < 1 || line > len(lines) || column < 1 || column > utf8.RuneCountInString(lines[line-1])+1 {
				t.Errorf("line %d, column %d is no place in the source", line, column)
			}
		}
		for _, p := range problems {
			if inside(p.Line, p.Column); p.Text == "" || !utf8.ValidString(p.Text) {
				t.Errorf("problem %q", p.Text)
			}
		}
		if err != nil {
			var failed *template.Error
			if !errors.As(err, &failed) {
				t.Fatalf("%T", err)
			}
			inside(failed.Line, failed.Column)
			return
		}
		if s := parsed.Size(); s.X < 0 || s.Y < 0 || s.X > 4096 || s.Y > 4096 || (s.X == 0) != (s.Y == 0) {
			t.Errorf("size %v", s)
		}
		for _, s := range []template.Status{template.Busy, template.Free, template.Any} {
			if b := parsed.Block(s); b != nil {
				for _, item := range b.Items {
					const far = 1 << 17
					if r := item.Bounds(parsed.Size()); r.Min.X < -far || r.Min.Y < -far || r.Max.X > far || r.Max.Y > far {
						t.Errorf("%T at %v", item, r)
					}
				}
			}
		}
		again, _, _ := template.Parse(data)
		if !reflect.DeepEqual(parsed, again) {
			t.Error("parsed twice, it is not the same")
		}
	})
}
