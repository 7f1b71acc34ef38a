package syncsign

import (
	"strings"

	"github.com/roomink/roomink/engine/display"
)

// model is what is known of a kind of SyncSign display.
type model struct {
	panel display.Panel
	// wifi says that it fetches pictures by itself, over Wi-Fi. To all others the hub
	// forwards them over ZigBee or Bluetooth, which takes minutes.
	wifi bool
}

// sizes are the panels by the first letters of a model. Sources: syncsign/skills
// references/display-render-layout-knowledge.md (the sizes of what is sold now), the Hub
// SDK's BITMAP_URI sample (880×528 of the first 7.5-inch displays), sarahemm/ruby-syncsign
// lib/syncsign/node-display.rb (D29R and D75 have a colour, D29 and D42 none), the vendor's
// own test tool (D75C_LEWI, as hubs spell it) and shop page (D29C-LE-RED, D42C-LE-RED,
// D75C-LEWI-RED, D75C-LEWI-YELLOW), and template exports (7IN5_BWC).
var sizes = []struct {
	prefix        string
	width, height int
	scheme        display.Scheme
	wifi          bool
}{
	{"D29C", 296, 128, display.BWR, false},
	{"D29", 296, 128, display.Mono, false},
	{"2IN9", 296, 128, display.Mono, false},
	{"D42C", 400, 300, display.BWR, false},
	{"D42", 400, 300, display.Mono, false},
	{"4IN2", 400, 300, display.Mono, false},
	{"D75C", 800, 480, display.BWR, true},
	{"D75", 880, 528, display.BWR, true},
	{"7IN5", 880, 528, display.Mono, true},
}

// modelOf reads the name of a model, such as "D42", "D29R", "D75C_LEWI-YELLOW" or
// "7IN5_BWC". It reports false for one that nobody has told us of.
func modelOf(name string) (model, bool) {
	name = strings.ToUpper(strings.TrimSpace(name))
	for _, s := range sizes {
		rest, ok := strings.CutPrefix(name, s.prefix)
		if !ok {
			continue
		}
		m := model{panel: display.Panel{Width: s.width, Height: s.height, Scheme: s.scheme}, wifi: s.wifi}
		if scheme, told := inksOf(rest); told {
			m.panel.Scheme = scheme
		}
		return m, true
	}
	return model{}, false
}

// inksOf reads what the rest of a model's name says of its inks.
func inksOf(rest string) (display.Scheme, bool) {
	words := strings.FieldsFunc(rest, func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	for i, word := range words {
		switch word {
		case "RED", "BWR", "BWC":
			return display.BWR, true
		case "YELLOW", "BWY":
			return display.BWY, true
		case "BWRY", "RY":
			return display.BWRY, true
		case "BW":
			return display.Mono, true
		case "R", "Y": // right behind the size: D29R, D75Y
			if i == 0 && !strings.HasPrefix(rest, "-") && !strings.HasPrefix(rest, "_") {
				return map[string]display.Scheme{"R": display.BWR, "Y": display.BWY}[word], true
			}
		}
	}
	return "", false
}

// colours are what a layout calls the inks of a scheme, by palette index; nil if a
// SyncSign display has no such inks.
func colours(s display.Scheme) []string {
	switch s {
	case display.Mono:
		return []string{"BLACK", "WHITE"}
	case display.BWR:
		return []string{"BLACK", "WHITE", "RED"}
	case display.BWY:
		return []string{"BLACK", "WHITE", "YELLOW"}
	case display.BWRY:
		return []string{"BLACK", "WHITE", "YELLOW", "RED"}
	default:
		return nil
	}
}
