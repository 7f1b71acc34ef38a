package syncsign

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"image"
	"slices"
)

// A layout is what a display draws. Its source is the Hub SDK's "Render Layout Template"
// (dev.sync-sign.com/hubsdk/guides/render_layout.html) with the rules that the vendor
// learnt from devices since (syncsign/skills, references/display-render-layout-knowledge.md):
//
//   - of a TEXT's block, y or h is a multiple of 8; x and w better are, too, or there are
//     stray pixels beside it;
//   - of a RECTANGLE's block, x and w are multiples of 8;
//   - w·h/8 of a block is below 6,640: it is drawn in a display's memory of that size;
//   - a background makes the display refresh all of its panel.
type layout struct {
	Background *background `json:"background,omitempty"`
	Items      []item      `json:"items"`
	Options    options     `json:"options"`
}

type background struct {
	BgColor          string `json:"bgColor"`
	EnableButtonZone bool   `json:"enableButtonZone"`
}

type options struct {
	RefreshScreen bool `json:"refreshScreen"`
}

// item is one thing to draw: Data is a *text, *rectangle, *qrCode or *bitmap.
type item struct {
	Type string `json:"type"`
	Data any    `json:"data"`

	weight int // what it is worth: the least is left out first where all is too much
}

type text struct {
	Text            string  `json:"text"`
	Font            string  `json:"font"`
	TextColor       string  `json:"textColor,omitempty"`       // default BLACK
	BackgroundColor string  `json:"backgroundColor,omitempty"` // default WHITE
	TextAlign       string  `json:"textAlign"`
	Block           block   `json:"block"`
	Offset          *offset `json:"offset,omitempty"`
}

type rectangle struct {
	FillColor       string `json:"fillColor"`
	StrokeColor     string `json:"strokeColor,omitempty"`
	StrokeThickness int    `json:"strokeThickness"`
	Block           block  `json:"block"`
}

type qrCode struct {
	Text     string `json:"text"`
	Position offset `json:"position"`
	Scale    int    `json:"scale"`
	Version  int    `json:"version"`
	ECCLevel string `json:"eccLevel"`
}

// bitmap is a picture of one bit a pixel: its dark pixels are drawn in one colour, its
// light ones in another.
type bitmap struct {
	URI              string `json:"uri"`
	ForegroundColor  string `json:"foregroundColor"`
	BackgroundColor  string `json:"backgroundColor"`
	TransparentColor string `json:"transparentColor,omitempty"` // is not drawn
	Block            block  `json:"block"`
}

type block struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

func blockOf(r image.Rectangle) block { return block{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} }

type offset struct {
	X int `json:"x"`
	Y int `json:"y"`
}

const (
	// maxBlock is how many pixels a block may have: w·h/8 < 6640.
	maxBlock = 6640*8 - 1
	// maxLayout is how long a layout may be, in bytes. Hubs refuse those over about 10 KB.
	maxLayout = 9800
)

// full makes the display refresh all of its panel, on paper.
func (l *layout) full() {
	l.Background, l.Options.RefreshScreen = &background{BgColor: "WHITE"}, true
}

// pushed is the layout as a hub takes it. Where it is too long, the least worthy items are
// left out, from the last on; left is how many.
func (l *layout) pushed() (body []byte, left int, err error) {
	if left, err = l.shorten(maxLayout - len(`{"layout":}`)); err != nil {
		return nil, 0, err
	}
	body, err = encode(struct {
		Layout *layout `json:"layout"`
	}{l})
	return body, left, err
}

// shorten leaves items out until the layout has at most most bytes.
func (l *layout) shorten(most int) (left int, err error) {
	all, err := encode(l)
	if err != nil || len(all) <= most {
		return 0, err
	}
	order := make([]int, len(l.Items)) // the least worthy first
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(l.Items[a].weight, l.Items[b].weight), cmp.Compare(b, a))
	})
	gone, length := make([]bool, len(l.Items)), len(all)
	for _, i := range order {
		if length <= most {
			break
		}
		one, err := encode(l.Items[i])
		if err != nil {
			return 0, err
		}
		gone[i] = true
		length -= len(one) + len(",")
		left++
	}
	kept := l.Items[:0]
	for i, it := range l.Items {
		if !gone[i] {
			kept = append(kept, it)
		}
	}
	if len(kept) == 0 {
		return 0, errors.New("not one part of the sign fits into what a hub takes")
	}
	l.Items = kept
	return left, nil
}

// encode writes JSON as it is, without <, > and & in hexadecimal: those are six bytes each.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
