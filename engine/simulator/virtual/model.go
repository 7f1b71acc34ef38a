package virtual

import (
	"fmt"
	"image/color"
	"time"
)

// Scheme says which colours a panel shows and how its frames are packed. The
// values are those of OpenDisplay's DisplayConfig.color_scheme.
type Scheme uint8

// The schemes that a virtual display can decode.
const (
	SchemeMono Scheme = 0 // one plane, 1 = white
	SchemeBWR  Scheme = 1 // two planes, red = 1,1
	SchemeBWY  Scheme = 2 // two planes, yellow = 0,1
	SchemeBWRY Scheme = 3 // two bits a pixel: black, white, yellow, red

	SchemeSpectra6 Scheme = 4 // four bits: black, white, yellow, red, 5 blue, 6 green
	SchemeGray4    Scheme = 5 // two planes whose codes depend on the panel
	SchemeGray16   Scheme = 6 // four bits: 0 black to 15 white
	SchemeACeP7    Scheme = 7 // four bits: black, white, yellow, red, blue, green, orange
	// SchemeSpectra6Split has the inks of SchemeSpectra6 on a panel with a controller for
	// each half: all rows of the left half come first, then those of the right one.
	SchemeSpectra6Split Scheme = 8
)

// String is the scheme's common short name.
func (s Scheme) String() string {
	switch s {
	case SchemeMono:
		return "BW"
	case SchemeBWR:
		return "BWR"
	case SchemeBWY:
		return "BWY"
	case SchemeBWRY:
		return "BWRY"
	case SchemeSpectra6, SchemeSpectra6Split:
		return "Spectra 6"
	case SchemeGray4:
		return "4 greys"
	case SchemeGray16:
		return "16 greys"
	case SchemeACeP7:
		return "7 colours"
	default:
		return fmt.Sprintf("scheme %d", uint8(s))
	}
}

func (s Scheme) known() bool { return s <= SchemeSpectra6Split }

// Model describes a panel and the board behind it.
type Model struct {
	Name         string // for people, at most 31 bytes are sent
	Manufacturer string // for people, at most 31 bytes are sent

	Width, Height             int // pixels, as the panel is mounted: 1..4096
	ActiveWidth, ActiveHeight int // visible area in mm, 0 = unknown

	// Rotation is how far the panel is mounted turned: 0, 90, 180 or 270 degrees. The
	// display only tells it; whoever sends a picture must have turned it.
	Rotation int

	Scheme Scheme
	// PanelIC is DisplayConfig.panel_ic_type. 29 swaps the codes of red and yellow in
	// SchemeBWRY, 40 and 72 those of the middle greys in SchemeGray4, as those panels do.
	PanelIC uint16

	// FullRefresh and FastRefresh are how long the panel is busy. FastRefresh
	// holds for fast and for partial refreshes; zero means that the panel has
	// neither and does a full one.
	FullRefresh, FastRefresh time.Duration
	// FullRefreshCharge is what a full refresh costs in millicoulombs, 0 = unknown.
	FullRefreshCharge int

	Partial bool // opcode 0x0076 works; needs SchemeMono
	// PartialFullFrame makes of a part what such panels do: what lies outside of it turns
	// white. They are told apart by DisplayConfig.partial_update_support; needs Partial.
	PartialFullFrame bool
	Zlib             bool // compressed uploads with a 512-byte window work
}

// Models for tests and the demo. Refresh times are the busy times that
// ZinggJM/GxEPD2 documents for the panels named.
var (
	// Panel75BW is a 7.5" black/white panel (GDEY075T7).
	Panel75BW = Model{
		Name: `7.5" black/white`, Manufacturer: "Roomink Virtual",
		Width: 800, Height: 480, ActiveWidth: 163, ActiveHeight: 98, PanelIC: 59,
		FullRefresh: 1200 * time.Millisecond, FastRefresh: 450 * time.Millisecond,
		FullRefreshCharge: 42, Partial: true, Zlib: true,
	}
	// Panel42BW is a 4.2" black/white panel (GDEY042T81).
	Panel42BW = Model{
		Name: `4.2" black/white`, Manufacturer: "Roomink Virtual",
		Width: 400, Height: 300, ActiveWidth: 85, ActiveHeight: 64, PanelIC: 2,
		FullRefresh: 1200 * time.Millisecond, FastRefresh: 400 * time.Millisecond,
		Partial: true, Zlib: true,
	}
	// Panel75BWR is a 7.5" black/white/red panel: slow, and full refreshes only.
	Panel75BWR = Model{
		Name: `7.5" black/white/red`, Manufacturer: "Roomink Virtual",
		Width: 800, Height: 480, ActiveWidth: 163, ActiveHeight: 98, PanelIC: 38,
		Scheme: SchemeBWR, FullRefresh: 18 * time.Second, Zlib: true,
	}
)

// Colours as they are sent, not as ink looks.
var (
	black  = color.RGBA{A: 0xff}
	white  = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	red    = color.RGBA{R: 0xff, A: 0xff}
	yellow = color.RGBA{R: 0xff, G: 0xff, A: 0xff}
	blue   = color.RGBA{B: 0xff, A: 0xff}
	green  = color.RGBA{G: 0xff, A: 0xff}
	orange = color.RGBA{R: 0xff, G: 0x80, A: 0xff}
)

// Indices into a Palette that hold in every scheme.
const (
	indexBlack  = 0
	indexWhite  = 1
	indexColour = 2 // red in BWR, yellow in BWY
)

// Palette is the palette of the model's glass: black, white, then red (BWR),
// yellow (BWY), yellow and red (BWRY), blue and green as well (Spectra 6), and orange
// (seven colours), in pure colours; or the greys from dark to light.
func (m Model) Palette() color.Palette {
	switch m.Scheme {
	case SchemeBWR:
		return color.Palette{black, white, red}
	case SchemeBWY:
		return color.Palette{black, white, yellow}
	case SchemeBWRY:
		return color.Palette{black, white, yellow, red}
	case SchemeSpectra6, SchemeSpectra6Split:
		return color.Palette{black, white, yellow, red, blue, green}
	case SchemeACeP7:
		return color.Palette{black, white, yellow, red, blue, green, orange}
	case SchemeGray4:
		return color.Palette{black, white, color.RGBA{R: 85, G: 85, B: 85, A: 0xff}, color.RGBA{R: 170, G: 170, B: 170, A: 0xff}}
	case SchemeGray16:
		p := color.Palette{black, white}
		for level := uint8(1); level < 15; level++ {
			p = append(p, color.RGBA{R: 17 * level, G: 17 * level, B: 17 * level, A: 0xff})
		}
		return p
	default:
		return color.Palette{black, white}
	}
}

func (m Model) check() error {
	const most = 4096
	switch {
	case m.Width < 1 || m.Width > most || m.Height < 1 || m.Height > most:
		return fmt.Errorf("model %q: size %dx%d, want 1..%d each way", m.Name, m.Width, m.Height, most)
	case m.Rotation%90 != 0 || m.Rotation < 0 || m.Rotation >= 360:
		return fmt.Errorf("model %q: rotation %d, want 0, 90, 180 or 270", m.Name, m.Rotation)
	case !m.Scheme.known():
		return fmt.Errorf("model %q: %v is not simulated", m.Name, m.Scheme)
	case m.Partial && m.Scheme != SchemeMono:
		return fmt.Errorf("model %q: partial refresh needs a black/white panel", m.Name)
	case m.PartialFullFrame && !m.Partial:
		return fmt.Errorf("model %q: a kind of partial refresh and no partial refresh", m.Name)
	}
	return nil
}
