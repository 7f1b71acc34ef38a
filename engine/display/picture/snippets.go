package picture

import (
	"fmt"

	"github.com/roomink/roomink/engine/display"
)

// snippets are ready to paste. address is without the ending.
func snippets(address string, p display.Panel) []display.Snippet {
	// A binary image has its bits set where it is bright; the panel's driver draws a set bit
	// in the first colour, and its COLOR_ON is ink.
	kind, colours := "RGB565", ""
	switch p.Scheme {
	case display.Mono:
		kind, colours = "BINARY", ", COLOR_OFF, COLOR_ON"
	case display.Gray4, display.Gray16:
		kind = "GRAYSCALE"
	}
	return []display.Snippet{
		{Title: "Browser", Text: address},
		{Title: "ESPHome", Text: fmt.Sprintf(esphome, p.Width, p.Height, address, kind, colours)},
		{Title: "Inkplate", Text: fmt.Sprintf(inkplate, address)},
		{Title: "Kindle", Text: fmt.Sprintf(kindle, address)},
	}
}

// esphome.io/components/online_image: the display's own part stays as it is, but for its
// lambda.
const esphome = `# Roomink: the sign of a room, for a panel of %d × %d pixels.
http_request:
  timeout: 20s
  verify_ssl: false

online_image:
  - id: roomink_sign
    url: "%s.png"
    format: PNG
    type: %s
    update_interval: 1min   # an unchanged sign is not sent again
    on_download_finished:
      then:
        - if:
            condition:
              lambda: return !cached;   # else the panel would refresh every minute
            then:
              - component.update: my_display

display:
  - platform: waveshare_epaper   # your own: keep what is here
    id: my_display
    update_interval: never
    lambda: |-
      it.image(0, 0, id(roomink_sign)%s);
`

const inkplate = `// Roomink: draws the sign, then sleeps for ten minutes.
#include "Inkplate.h"
Inkplate display(INKPLATE_1BIT);

void setup() {
  display.begin();
  display.connectWiFi("NETWORK", "PASSWORD");
  if (display.drawImage("%s.bmp", display.BMP, 0, 0)) display.display();
  esp_sleep_enable_timer_wakeup(600ULL * 1000000ULL);
  esp_deep_sleep_start();
}

void loop() {}
`

const kindle = `# Roomink: a line for the crontab of a jailbroken Kindle.
* * * * * curl -fsS -o /tmp/sign.png "%s.png" && eips -g /tmp/sign.png
`
