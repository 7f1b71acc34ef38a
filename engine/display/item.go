package display

import "image"

// ItemKind says what an [Item] is.
type ItemKind string

// The kinds of items.
const (
	TextItem ItemKind = "text" // Text in a box
	BoxItem  ItemKind = "box"  // a rectangle full of ink
	CodeItem ItemKind = "code" // Text as a QR code
)

// Item is one thing on a sign, for displays that draw by themselves because their radio
// is too slow for pictures. Later items lie on top of earlier ones.
type Item struct {
	Kind ItemKind
	Box  image.Rectangle // in pixels of the upright frame
	Ink  uint8           // palette index of text, box or code
	Over uint8           // palette index of what lies behind text or code
	Text string
	Size int // of text: pixels an em
	Bold bool
	// Align is where the text stands in its box: -1 left, 0 centre, 1 right.
	Align int
}
