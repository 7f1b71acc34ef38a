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
//   - session.go: one connection, its deadlines and what its errors mean.
//   - driver.go: Probe and Push.
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
// panel differs.
//
// # Not supported
//
// Encrypted devices (TXT tls=1, TLS 1.2 with a pre-shared key, which Go's
// crypto/tls lacks), partial refresh, and the colour schemes of four greys (5) and
// seven colours (7). They are refused with an error of kind display.Unsupported.
package opendisplay
