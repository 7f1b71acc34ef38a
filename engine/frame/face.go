package frame

import (
	"bytes"
	"fmt"

	"github.com/go-text/typesetting/font"

	"github.com/roomink/roomink/assets"
)

// style is a voice of the design; each has its own chain of faces.
type style uint8

const (
	medium style = iota
	bold
	styles
)

// faceID is an index into faces.all.
type faceID uint8

// faces is the typeface in memory. It is immutable and shared by all drawers.
type faces struct {
	all []*face
	// chain lists the faces to look for a character in, the style's own first. The
	// own face's .notdef box stands for what none of them has.
	chain [styles][]faceID
}

// face is one font file with what is needed to fit it to pixels, in font units.
type face struct {
	font    *font.Font
	upem    float32
	xHeight float32 // of the flat x; 0 where the script has no such line
	cap     float32 // height of the flat H
	// overshoot is how far round letters reach beyond the flat ones.
	overshoot float32
	// How far its letters reach above and below the baseline, in thousandths of an em.
	ascender, descender float32
}

func parseFaces() (*faces, error) {
	f := &faces{}
	for _, file := range []struct {
		name string
		data []byte
	}{
		{"IBM Plex Sans Medium", assets.PlexSansMedium},
		{"IBM Plex Sans Bold", assets.PlexSansBold},
		{"IBM Plex Sans Arabic Medium", assets.PlexSansArabicMedium},
	} {
		parsed, err := font.ParseTTF(bytes.NewReader(file.data))
		if err != nil {
			return nil, fmt.Errorf("parse built-in font %s: %w", file.name, err)
		}
		f.all = append(f.all, newFace(parsed.Font))
	}
	const plexMedium, plexBold, arabic = 0, 1, 2
	f.chain = [styles][]faceID{medium: {plexMedium, arabic}, bold: {plexBold, arabic}}
	return f, nil
}

func newFace(f *font.Font) *face {
	measure := font.NewFace(f)
	top := func(r rune) float32 {
		gid, ok := measure.NominalGlyph(r)
		if !ok {
			return 0
		}
		extents, _ := measure.GlyphExtents(gid)
		return extents.YBearing
	}
	line, _ := measure.FontHExtents()
	unit := 1000 / float32(f.Upem())
	return &face{
		ascender: line.Ascender * unit, descender: -line.Descender * unit,
		font: f, upem: float32(f.Upem()),
		xHeight: top('x'), cap: top('H'), overshoot: max(top('o')-top('x'), top('O')-top('H'), 0),
	}
}

// size is a size of type as the height of a lower-case x in pixels. Only whole
// pixels exist: at them the x-height falls on a pixel edge, which is what makes
// one-bit text crisp.
type size uint8

// em is the font size in pixels per em of a style at size s.
func (f *faces) em(st style, s size) float32 {
	own := f.all[f.chain[st][0]]
	return float32(s) * own.upem / own.xHeight
}

// scale is pixels per font unit of face id where style st is set at size s: faces
// of a chain share the em, so that they look as large as each other.
func (f *faces) scale(id faceID, st style, s size) float32 {
	return f.em(st, s) / f.all[id].upem
}

// The line's box in thousandths of an em: room for accented capitals above and for
// descenders below, and the space between the lines of a paragraph.
const (
	ascentMille  = 960
	descentMille = 250
	leadMille    = 40
)
