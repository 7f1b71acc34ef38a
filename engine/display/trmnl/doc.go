// Package trmnl serves displays with TRMNL's firmware: TRMNL OG and X, reTerminal E100x,
// XIAO ePaper and the many boards that it was built for. Roomink is what the makers call
// a BYOS, "bring your own server". [Protocol] implements pull.Protocol.
//
// The device sleeps, wakes, asks over HTTP and sleeps again; it announces nothing and
// looks for nobody. A person types Roomink's address as "Custom Server" into the page that
// the device shows during its set-up. From then on:
//
//	→ GET /api/setup     ID: AA:BB:CC:DD:EE:FF       who is there? (only without a key)
//	← 200 {"status":404, "message":"Approve …"}      not yet: it sleeps 15 minutes
//	← 200 {"status":200, "api_key":…, "friendly_id":"DDEEFF", "image_url":…}
//
//	→ GET /api/display   ID, Access-Token, Battery-Voltage, RSSI, FW-Version, Model, Width …
//	← 200 {"status":0, "filename":"3f…e1.png", "image_url":…, "refresh_rate":612}
//	→ GET image_url      only if flash holds no file of that name
//	← 200 PNG of 1, 2 or 4 bits, or for old firmware the one BMP that it knows
//	  … draws, sleeps refresh_rate seconds
//
//	→ POST /api/log      {"logs":[{"message":…,"battery_voltage":4.1,…}]}
//
// The sources are usetrmnl/trmnl-firmware (1.8.14 and versions down to 1.5: src/bl.cpp,
// src/services/device_setup.cpp, src/filesystem.cpp, src/display.cpp, lib/trmnl/src),
// usetrmnl/larapaper and usetrmnl/terminus, two other servers.
//
// # Where to look
//
//   - device.go: what a device says of itself in headers. model.go: boards and panels.
//   - trmnl.go: the pages and who may see them. answer.go: what a display is told to show.
//   - encode.go, depth.go: from palette indices to files. notice.go: words for devices
//     that have no sign. send.go: pictures on their way, and whether they arrived.
//   - log.go: what is taken from the device's log.
//
// # Identity
//
// A display is its Wi-Fi hardware address, [ID], which it tells in the header ID with
// every request, together with the token that it got when it was approved. Both must
// fit. The address alone is printed on the device and can be claimed by anybody, so a
// person approves each device, while they stand beside it. A device that tells a token
// with another address, or an unknown token, gets a picture that says what to do, and
// is told to the desk, as if it had knocked.
//
// Such a device keeps the key of its former server over a change of its Wi-Fi: the
// firmware forgets it only when its button is held for 15 seconds. There is an answer
// that makes the firmware forget it at once, {"status":500}; it forgets its Wi-Fi and
// Roomink's address with it, so that somebody has to climb up and set the device up
// again because a server lost a table. We never send it. We never answer 404 or 202 to
// /api/display either: the one makes the device try five times in each wake and put an
// error on its glass at last, the other makes it wake every five seconds.
//
// # When a sign is shown
//
// The firmware has no word for "it is on the glass". A picture counts as shown when the
// device took all of it and then closed the connection in order; it is drawn seconds
// later. A device that failed to draw asks again after 15 seconds. And it counts when the
// device says that it had the picture in flash (Image-Cached) about the answer that named
// it: see answer.go.
//
// # How long it takes, and what it costs
//
// A change waits until the device wakes: refresh_rate is computed so that it wakes just
// after the next moment at which its sign changes by itself. A wake takes about ten
// seconds, a refresh of the 7.5-inch panel one to four of them, and 0.19 mAh of the
// battery (README of the firmware): 15 minutes apart about four months.
//
// # Not supported
//
// HTTPS: everything travels in the clear, the token, too, and whoever can listen on that
// network can fetch that sign in the display's place. Firmware updates and the special
// functions of buttons are never asked for. The builds for three and four inks that call
// themselves what the black and white ones do are driven in black and white.
package trmnl
