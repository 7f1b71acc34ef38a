package openepaperlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"maps"
	"slices"
	"strings"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// tagType is a kind of tag, as /tagtypes/HH.json describes it (resources/tagtypes).
type tagType struct {
	name  string
	panel display.Panel
	inks  []color.RGBA // by palette index: the colour that the access point turns into that ink
	fast  bool         // it has a waveform without repeats
}

// tagTypeFile is the part of the file that matters here. Width and height are those of the
// picture as a person sees it; how the tag's memory lies to it (rotatebuffer) is the
// access point's business (src/makeimage.cpp, spr2color).
type tagTypeFile struct {
	Name     string            `json:"name"`
	Width    int               `json:"width"`
	Height   int               `json:"height"`
	BPP      int               `json:"bpp"`
	ShortLUT number            `json:"shortlut"`
	Colors   map[string][3]int `json:"colortable"`
}

// parseTagType reads the description of a kind of tag. The error is in words for a person.
func parseTagType(body []byte) (tagType, error) {
	var f tagTypeFile
	if err := json.Unmarshal(body, &f); err != nil {
		return tagType{}, errTypeFile
	}
	t := tagType{name: lan.Words(f.Name, 40), fast: f.ShortLUT > 0}
	colors := make(map[string]color.RGBA, len(f.Colors))
	for name, c := range f.Colors {
		if c != [3]int{c[0] & 0xff, c[1] & 0xff, c[2] & 0xff} {
			return t, errTypeFile
		}
		colors[name] = color.RGBA{R: uint8(c[0]), G: uint8(c[1]), B: uint8(c[2]), A: 0xff}
	}
	if f.BPP < 1 || f.BPP > 4 {
		return t, fmt.Errorf("its glass has %d bits a pixel, which is no e-paper that Roomink knows", f.BPP)
	}
	scheme, inks := schemeOf(f.Name, colors)
	if scheme == "" || f.BPP == 1 && scheme != display.Mono || 1<<f.BPP < len(inks) {
		return t, fmt.Errorf("its inks, %s at %d bits a pixel, are those of no display that Roomink knows",
			lan.Words(strings.Join(slices.Sorted(maps.Keys(colors)), ", "), 100), f.BPP)
	}
	t.panel = display.Panel{Width: f.Width, Height: f.Height, Scheme: scheme}
	for _, ink := range inks {
		t.inks = append(t.inks, colors[ink])
	}
	return t, t.panel.Validate()
}

var errTypeFile = errors.New("its description of this kind of tag is damaged")

// inksOf names the inks of the schemes, in the order of their palettes.
var inksOf = map[display.Scheme][]string{
	display.Mono:     {"black", "white"},
	display.BWR:      {"black", "white", "red"},
	display.BWY:      {"black", "white", "yellow"},
	display.BWRY:     {"black", "white", "yellow", "red"},
	display.Spectra6: {"black", "white", "yellow", "red", "blue", "green"},
	display.ACeP7:    {"black", "white", "yellow", "red", "blue", "green", "orange"},
}

// schemeOf finds the scheme whose inks are those of the table, "" if there is none.
func schemeOf(name string, colors map[string]color.RGBA) (display.Scheme, []string) {
	n := len(colors)
	if _, orange := colors["orange"]; orange && strings.Contains(strings.ToLower(name), "spectra") {
		n-- // C2.json keeps the place of ACeP's orange, which the glass lacks
	}
	for scheme, inks := range inksOf {
		missing := func(ink string) bool { _, ok := colors[ink]; return !ok }
		if len(inks) == n && !slices.ContainsFunc(inks, missing) {
			return scheme, inks
		}
	}
	return "", nil
}
