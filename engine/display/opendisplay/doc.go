// Package opendisplay drives displays that speak OpenDisplay's "Flex LAN transport"
// (opendisplay.org, called profile A1 in our notes): the display is a TCP server on
// port 2446 and Roomink pushes pictures to it. [Driver] implements display.Driver.
//
// One session looks like this; every message is a frame of a 16-bit little-endian
// length and a payload, a request starts with a 16-bit big-endian opcode and a
// reply with a status byte and the opcode's low byte:
//
//	→ 0x0043 firmware version      ← version
//	→ 0x0040 read configuration    ← chunks: panel size, inks, rotation, abilities
//	→ 0x0070 start upload          ← ack
//	→ 0x0071 picture bytes …       ← ack each
//	→ 0x0072 end, full refresh     ← ack, and seconds later 0x73 "refreshed" unasked
//
// Where the frame tells what the glass shows, 0x0076 starts the upload of a rectangle in
// place of 0x0070, and where the device runs on a battery 0x0053 sends it to sleep at last.
//
// The sources are OpenDisplay/Firmware include/opendisplay_protocol.h (protocol
// 2.2), src/wifi_service.cpp, src/communication.cpp and src/display_service.cpp,
// OpenDisplay/py-opendisplay, and lanrat/homeplate for a second device
// implementation; comments name them where they settle a question.
//
// # Where to look
//
//   - wire.go: frames and replies. config.go: the configuration blob. msd.go:
//     telemetry. txt.go: the mDNS TXT record. Each is a pure parser with a fuzz target.
//   - pack.go and deflate.go: from palette indices to the bytes of the panel.
//   - session.go: one connection, its deadlines and what its errors mean. upload.go and
//     partial.go: a picture, or what differs in it.
//   - driver.go: Probe and Push. announce.go: what displays announce, and their buttons.
//
// # Identity
//
// The protocol's identity is the Bluetooth address, and a device tells it only in
// its mDNS record (key "mac"); no message over TCP carries it while encryption is
// off. (The configuration has fields for a serial number and a device id, but they
// are free text from a set-up tool, empty or the same on many devices.) So [MACID]
// names a display that was discovered, and [Driver.Probe], which knows an address
// alone, gives a display.AddressID. Whoever adds a display by hand must first ask
// whether discovery saw a display at that very address and prefer its identity.
// Where mDNS does not reach, the AddressID stays, which is honest: such a display
// needs a fixed network address.
//
// For the same reason Push can tell that the wrong device answers only if its
// panel differs. The address is no secret and nothing proves it: anybody on the network
// can announce it. Two displays that do are for the engine to notice.
//
// # Updates of a part
//
// The device remembers 32 bits, the etag, of the picture on its glass and refuses an update
// that names another one; so a mistaken display.Before costs one exchange and ends in a
// full upload, never in ghosts. Etags are made from the hashes of the frames. They survive
// deep sleep, and not a restart. Two limits are the firmware's: it does updates with one bit
// a pixel only, and stores no etag of an uncompressed picture. And one is a defect of
// versions before mid-2026: an upload without an etag leaves the old one standing, so that
// a picture which another program drew so goes unnoticed until the next full refresh.
//
// # Sleep
//
// A device with a battery and a deep-sleep time in its configuration (display.Display.Sleeps)
// can't be reached while it sleeps: a push is Unreachable until it wakes, announces itself
// and stays awake for some seconds. So a change of its sign comes as late as that time is
// long. Sending it to sleep after a push saves those seconds of Wi-Fi.
//
// # How long it takes
//
// The network's part is well under a second for 800×480 in black and white; the glass takes
// 1 to 7 seconds in black and white, less than one for a part, and 15 to 40 in colour.
//
// # What travels in the clear
//
// Everything: pictures, and the configuration, which holds the display's Wi-Fi password and
// is sent to whoever asks. Roomink forgets it at once. Whoever is on the network can draw on
// such a display. Encryption protects from that, but see below.
//
// # Not supported
//
// Encrypted devices (TXT tls=1, port 2447, TLS 1.2 with ECDHE_PSK_WITH_AES_128_CBC_SHA256,
// which Go's crypto/tls lacks). They are listed, refused with an error of kind
// display.Unsupported, and never dialled in the clear; see [Options]. Nor are the schemes
// RGB565, RGB888 and 16 bits a channel (100 to 102), which are not of e-paper, and four
// greys on a panel driven by FastEPD with one bit a pixel, which no firmware draws.
//
// After a restart by loss of power the firmware draws a screen of its own, unless its
// configuration says otherwise, and announces a flag for "restarted". It does so after each
// deep sleep, too, which draws nothing, so the flag does not tell that the glass is unknown.
package opendisplay
