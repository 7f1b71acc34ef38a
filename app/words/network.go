package words

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// Protocol is the usual name of a kind of display.
func Protocol(protocol string) string {
	switch protocol {
	case "opendisplay":
		return "OpenDisplay"
	case "opendisplay-basic":
		return "OpenDisplay Basic"
	case "openepaperlink":
		return lang.L("OpenEPaperLink access point")
	case "syncsign":
		return lang.L("SyncSign hub")
	case "trmnl":
		return "TRMNL"
	case "photoframe":
		return "esp32-photoframe"
	case "picture":
		return lang.L("Web address")
	case "eink":
		return "_eink._tcp"
	default:
		return protocol
	}
}

// Displays counts displays.
func Displays(n int) string {
	if n == 1 {
		return lang.L("1 display")
	}
	return lang.L("{{.N}} displays", map[string]any{"N": n})
}

// daysLeft is how long a battery may last.
func daysLeft(n int) string {
	if n == 1 {
		return lang.L("about a day left")
	}
	return lang.L("about {{.N}} days left", map[string]any{"N": n})
}

// Charge is what is left of a battery, and how long it may last.
func Charge(d engine.Display) string {
	if d.Charge == 0 {
		return Battery(d.Battery)
	}
	text := fmt.Sprintf("%d %%", d.Charge)
	if d.Battery > 0 {
		text += " · " + Battery(d.Battery)
	}
	if d.DaysLeft > 0 {
		text += " · " + daysLeft(d.DaysLeft)
	}
	return text
}

// Signal is how well a display's radio is heard, in words with the figure.
func Signal(dBm int) string {
	word := lang.L("good")
	switch {
	case dBm == 0:
		return lang.L("not told")
	case dBm < -85:
		word = lang.L("very weak")
	case dBm < -75:
		word = lang.L("weak")
	case dBm < -65:
		word = lang.L("fair")
	}
	return fmt.Sprintf("%s (%d dBm)", word, dBm)
}

// Temperature is that at a display.
func Temperature(d display.Telemetry) string {
	if d.At.IsZero() || d.Temperature == 0 {
		return lang.L("not told")
	}
	return fmt.Sprintf("%.0f °C", d.Temperature)
}

// Presses are the last presses of a display's buttons.
func Presses(list []display.Button, now time.Time, hours12 bool) string {
	if len(list) == 0 {
		return lang.L("none")
	}
	return lang.L("button {{.N}}, {{.When}}", map[string]any{"N": list[0].Number, "When": Ago(list[0].At, now, hours12)})
}

// Imported is what became of a list of displays.
func Imported(got engine.Imported) string {
	lines := []string{lang.L("Answered: {{.Displays}}.", map[string]any{"Displays": Displays(got.Added)})}
	for i, p := range got.Problems {
		if i == 12 {
			lines = append(lines, lang.L("… and {{.N}} more lines", map[string]any{"N": len(got.Problems) - i}))
			break
		}
		lines = append(lines, lang.L("Line {{.Line}}: {{.What}}", map[string]any{"Line": p.Line, "What": p.Text}))
	}
	return strings.Join(lines, "\n")
}
