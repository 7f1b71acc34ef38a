// Package photoframe drives displays with the firmware esp32-photoframe: Waveshare
// PhotoPainter, Seeed XIAO EE02, EE03 and EE04, reTerminal E1002, E1003 and E1004. [Driver]
// implements display.Announcer, which pushes to a display while it is awake, and
// pull.Addressed, for one that sleeps and fetches.
//
// A push, over plain HTTP:
//
//	→ GET  /api/system-info   ← {"device_id":"aabbccddeeff","board_name":…,"width":800,"height":480,…}
//	→ GET  /api/config        ← {"deep_sleep_enabled":true,"display_rotation_deg":180,…}
//	→ POST /api/display-image   a form with an EPDGZ: gzip of 4 bits a pixel, the left one in the high bits
//	← 200 {"status":"success"}  up to 30 s later, when the panel has been refreshed
//
// Firmware that knows no EPDGZ gets a PNG in pure colours, which it shows without
// dithering.
//
// # Displays that sleep
//
// By default the display is in deep sleep, off the network, between two rotations. There
// are two ways:
//
//   - It tells Roomink when it wakes: its setting ha_url is Roomink's address, and it posts
//     /api/esp32_photoframe/notify (main/ha_integration.c). Roomink then pushes at once. The
//     note is not signed, so it is taken for a hint and nothing else: it neither changes the
//     address of the display nor says anything of its glass.
//   - It fetches: rotation_mode is "url", and image_url is an address of its own with a
//     secret in it. It keeps the ETag over deep sleep, so that an unchanged sign costs no
//     refresh. When it wakes its own cron rules say; Instructions sets them.
//
// # Identity
//
// The hardware address, which /api/system-info tells as device_id. It is asked before each
// push. The announcement by mDNS does not tell it, so a display is first known by its
// address and, once it was asked, for life.
//
// # How it hangs
//
// The firmware turns what it gets by display_rotation_deg (Paint_SetPixel), so pictures are
// sent as a person sees them; at 90 and 270 degrees width and height change places. For
// display_orientation "portrait" on a panel that lies, Roomink turns the picture by 90
// degrees. Which way such a frame hangs was not verified on hardware.
//
// # In the clear
//
// All of it, and nothing asks for a password: whoever reaches the display can draw on it.
//
// Sources: aitjcize/esp32-photoframe docs/API.md, main/mdns_service.c, main/ha_integration.c,
// components/epaper_src/GUI_EPDGZfile.h.
package photoframe
