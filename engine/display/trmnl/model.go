package trmnl

import "github.com/roomink/roomink/engine/display"

// model is a kind of board that runs the firmware.
type model struct {
	title         string // for people
	width, height int    // pixels
	scheme        display.Scheme
	roomy         bool // it has the memory for large pictures, see limit
}

// models are the boards by what they call themselves (include/config.h DEVICE_MODEL and
// src/display.cpp of trmnl-firmware 1.8; sizes of panels also from terminus). The three
// and four colour builds of some boards call themselves what the black and white ones
// do, and are driven as such.
var models = map[string]model{
	"og":                  {"TRMNL", 800, 480, display.Mono, false},
	"og_gen2":             {"TRMNL, 2nd generation", 800, 480, display.Mono, false},
	"x":                   {"TRMNL X", 1872, 1404, display.Gray16, true},
	"xteink_x4":           {"Xteink X4", 800, 480, display.Mono, false},
	"papers3":             {"M5Stack PaperS3", 960, 540, display.Gray16, true},
	"paper_s3":            {"M5Stack PaperS3", 960, 540, display.Gray16, true},
	"lilygo":              {"LilyGo T5", 960, 540, display.Gray16, true},
	"waveshare":           {"Waveshare e-Paper", 800, 480, display.Mono, false},
	"waveshare_397":       {"Waveshare 3.97 inch", 800, 480, display.Mono, false},
	"seeed_esp32c3":       {"Seeed XIAO ESP32-C3", 800, 480, display.Mono, false},
	"seeed_esp32s3":       {"Seeed XIAO ESP32-S3", 800, 480, display.Mono, false},
	"xiao_epaper_display": {"Seeed XIAO ePaper", 800, 480, display.Mono, false},
	"reterminal_e1001":    {"Seeed reTerminal E1001", 800, 480, display.Mono, false},
	"reterminal_e1002":    {"Seeed reTerminal E1002", 800, 480, display.Spectra6, true},
	"reterminal_e1003":    {"Seeed reTerminal E1003", 1872, 1404, display.Gray16, true},
}

// known gives the model of the caller. One that nobody knows is taken as the first device
// of the kind: firmware of that time did not tell its model, and later firmware tells the
// size of its panel beside it.
func (c caller) known() model {
	if m, ok := models[c.model]; ok {
		return m
	}
	m := models["og"]
	if c.model != "" {
		m.title = "TRMNL (" + c.model + ")"
	}
	return m
}

// The largest pictures that the firmware takes, in bytes (include/config.h MAX_IMAGE_SIZE;
// src/display.cpp draws only what is smaller).
const (
	maxSmall = 90_000 - 1
	maxLarge = 750_000 - 1
)

// limit is the largest picture that the caller takes. Before 1.8.14, for all that we know,
// the TRMNL X alone used the memory that other boards have as well.
func (c caller) limit() int {
	m := models[c.model]
	if c.model == "x" || m.roomy && atLeast(c.firmware, [3]int{1, 8, 14}) {
		return maxLarge
	}
	return maxSmall
}

// pngs says that the caller's firmware decodes PNG: from 1.5.2 on (larapaper,
// ImageGenerationService). One that does not tell its version at all is no TRMNL
// firmware of that time, but one of the many clients for other hardware, and they do.
func (c caller) pngs() bool { return c.firmware == "" || atLeast(c.firmware, [3]int{1, 5, 2}) }
