package engine

import "github.com/roomink/roomink/engine/display"

// inClear says what travels unencrypted to the displays of each protocol; SECURITY.md has
// the whole. drivers_test.go asks for each kind.
var inClear = map[string]string{
	"opendisplay":       "The signs, and the display's configuration, which may hold the password of its Wi-Fi.",
	"opendisplay-basic": "The signs. The display is known by its network address alone.",
	"openepaperlink":    "The signs. The access point has no password: whoever reaches it can draw on its tags.",
	"syncsign":          "The signs, and the key of the hub. With it others can draw on its displays.",
	"trmnl":             "The signs, and the display's key. With it others can see this sign, and no other.",
	"picture":           "The signs, and the address with its secret. With it others can see this sign, and no other.",
	"photoframe":        "The signs. The display has no password: whoever reaches it can draw on it.",
	"eink":              "The signs. The display has no password: whoever reaches it can draw on it.",
}

// clearWords says what travels to a display unencrypted, "" if nothing does.
func clearWords(d display.Display) string {
	if d.Secured {
		return ""
	}
	return inClear[d.Protocol]
}
