package frame

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"

	"github.com/roomink/roomink/assets"
)

// style is a voice of the design; each has its own chain of faces.
type style uint8

const (
	medium style = iota
	bold
	styles
)

// faceID names a face: first the built-in ones, then those of the system.
type faceID uint16

// noFace stands for characters that no face has; see missing.go.
const noFace faceID = 1<<16 - 1

// script is a group of writing systems that one built-in face a style covers.
type script uint8

const (
	alphabets script = iota // Latin, Greek, Cyrillic
	arabic
	hebrew
	devanagari
	japanese
	scripts
	builtIns = faceID(styles) * faceID(scripts)
)

// builtIn is the face of a style for a script.
func builtIn(st style, sc script) faceID { return faceID(sc)*faceID(styles) + faceID(st) }

// builtInFiles are the fonts of each script, by style.
var builtInFiles = [scripts][styles][]byte{
	alphabets:  {assets.PlexSansMedium, assets.PlexSansBold},
	arabic:     {assets.PlexSansArabicMedium, assets.PlexSansArabicBold},
	hebrew:     {assets.PlexSansHebrewMedium, assets.PlexSansHebrewBold},
	devanagari: {assets.PlexSansDevanagariMedium, assets.PlexSansDevanagariBold},
	japanese:   {assets.NotoSansJapaneseMedium, assets.NotoSansJapaneseBold},
}

// scriptFor is the built-in script beside the alphabets in whose face r may be.
func scriptFor(r rune) (script, bool) {
	switch {
	case r >= 0x590 && r < 0x600, r >= 0xfb1d && r < 0xfb50:
		return hebrew, true
	case r >= 0x600 && r < 0x780, r >= 0x8a0 && r < 0x900, r >= 0xfb50 && r < 0xfe00, r >= 0xfe70 && r < 0xff00:
		return arabic, true
	case r >= 0x900 && r < 0x980, r >= 0x1cd0 && r < 0x1d00, r >= 0xa8e0 && r < 0xa900:
		return devanagari, true
	case r >= 0x2000 && r < 0xa000, r >= 0xf900 && r < 0xfb00, r >= 0xfe30 && r < 0xfe50, r >= 0xff00 && r < 0xfff0,
		r >= 0x20000 && r < 0x30000: // with symbols such as ① and ★
		return japanese, true
	}
	return 0, false
}

// faces is the typeface in memory, shared by all drawers. Faces are parsed when the
// first character needs them: most signs never need more than the alphabets.
type faces struct {
	own    [styles]*face // that of the alphabets, which gives a style its em
	parsed [builtIns]struct {
		once sync.Once
		face *face
	}
	system systemFaces
}

// face is one font file with what is needed to fit it to pixels, in font units.
type face struct {
	font *font.Font
	upem float32
	// lines are the heights above the baseline of its flat edges, ascending, which are to
	// lie on pixel edges: x-height and capitals, or the head line of Devanagari. None = its
	// letters have no edge in common.
	lines []float32
	// overshoot is how far round letters reach beyond the flat ones.
	overshoot float32
	// stem is how wide its upright strokes are; 0 = they are not fitted.
	stem float32
	// How far its letters reach above and below the baseline in whatever shape they take,
	// without marks, in thousandths of an em.
	ascender, descender float32
	// least is how much of a pixel, of 255, its small letters must cover to ink it.
	least uint8
}

// How much of a pixel makes ink. Ideographs need more: their strokes lie so close that
// half-covered pixels run into each other. Letters of the system's fonts need less:
// their strokes may be thin.
const (
	halfCovered  = 128
	denseCovered = 152
	thinCovered  = 112
)

func newFaces(fallback Fallback) (*faces, error) {
	f := &faces{system: newSystemFaces(fallback)}
	for st := range styles {
		if f.own[st] = f.face(builtIn(st, alphabets)); f.own[st] == nil {
			return nil, fmt.Errorf("parse built-in font %d: the file is damaged", builtIn(st, alphabets))
		}
	}
	return f, nil
}

// face gives a face by its name. It is nil for a built-in font that can't be parsed,
// which only a wrong build can have.
func (f *faces) face(id faceID) *face {
	if id >= builtIns {
		return f.system.face(id)
	}
	slot := &f.parsed[id]
	slot.once.Do(func() {
		sc := script(id / faceID(styles))
		if parsed, err := font.ParseTTF(bytes.NewReader(builtInFiles[sc][id%faceID(styles)])); err == nil {
			slot.face = newFace(parsed.Font, sc)
		}
	})
	return slot.face
}

// newFace measures a font that is built in for a script, or of the system (scripts).
func newFace(f *font.Font, sc script) *face {
	measure := font.NewFace(f)
	line, _ := measure.FontHExtents()
	unit := 1000 / float32(f.Upem())
	made := &face{font: f, upem: float32(f.Upem()), ascender: line.Ascender * unit, descender: -line.Descender * unit, least: halfCovered}
	switch sc {
	case alphabets:
		top := func(r rune) float32 {
			gid, _ := measure.NominalGlyph(r)
			extents, _ := measure.GlyphExtents(gid)
			return extents.YBearing
		}
		made.lines = []float32{top('x'), top('H')}
		made.overshoot = max(top('o')-top('x'), top('O')-top('H'), 0)
		gid, _ := measure.NominalGlyph('n')
		outline, _ := measure.GlyphDataOutline(gid)
		if of := stems(outline, made.lines[0]*0.4, made.upem/4); len(of) > 0 {
			made.stem = of[0].right - of[0].left
		}
	case arabic: // the stroke that joins the letters, and the height of an alef
		made.lines = flatEdges(measure, "ـا")
		made.ascender, made.descender = 760, 310
	case hebrew: // the bars at the foot and the head
		made.lines = flatEdges(measure, "בל")
		made.ascender, made.descender = 740, 210
	case devanagari: // the line from which the letters hang
		made.lines = flatEdges(measure, "ा")
		made.ascender, made.descender = 940, 310
	case japanese:
		made.least = denseCovered
		made.ascender, made.descender = 880, 120
	case scripts:
		made.least = thinCovered
	}
	return made
}

// flatEdges gives the heights above the baseline of the horizontal edges in the
// letters, ascending.
func flatEdges(f *font.Face, letters string) (lines []float32) {
	for _, r := range letters {
		gid, _ := f.NominalGlyph(r)
		outline, _ := f.GlyphDataOutline(gid)
		var last ot.SegmentPoint
		for i := range outline.Segments {
			s := &outline.Segments[i]
			args := s.ArgsSlice()
			at := args[len(args)-1]
			if s.Op == ot.SegmentOpLineTo && at.Y == last.Y && at.Y > 0 && !slices.Contains(lines, at.Y) {
				lines = append(lines, at.Y)
			}
			last = at
		}
	}
	slices.Sort(lines)
	return lines
}

// size is a size of type as the height of a lower-case x in pixels. Only whole
// pixels exist: at them the x-height falls on a pixel edge, which is what makes
// one-bit text crisp.
type size uint8

// em is the font size in pixels per em of a style at size s.
func (f *faces) em(st style, s size) float32 {
	own := f.own[st]
	return float32(s) * own.upem / own.lines[0]
}

// scale is pixels per font unit of a face where style st is set at size s: all faces
// share the em, so that they look as large as each other. Ideographs, which fill the
// em, get whole pixels of it, so that all of them fall alike on the grid.
func (f *faces) scale(face *face, st style, s size) float32 {
	em := f.em(st, s)
	if len(face.lines) == 0 {
		em = float32(round(em))
	}
	return em / face.upem
}

// The line's box in thousandths of an em: room for accented capitals above and for
// descenders below, and the space between the lines of a paragraph.
const (
	ascentMille  = 960
	descentMille = 250
	leadMille    = 40
)
