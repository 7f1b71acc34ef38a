// Package opendisplaybasic serves displays of the "OpenDisplay Basic standard": the AValue
// EPD-42S of 42 inches, and any Android tablet with balloob/opendisplay-android. It is the
// other profile of OpenDisplay over Wi-Fi: here the display dials, and Roomink announces
// _opendisplay._tcp. [Protocol] implements pull.Listener.
//
//	→ 0x02 request    battery percent (FF = mains), signal in dBm
//	← 0x83            who are you? (once)
//	→ 0x01            width, height, colours, rotation …
//	→ 0x02
//	← 0x81            nothing new: ask again in so many seconds
//	← 0x82            a picture, and when to ask again
//
// in frames of
//
//	[length][version 1] { [number][id][payload] } [CRC-16]
//
// The specification (opendisplay.org protocol/basic-standard.html) has lengths of two
// bytes, which no picture of 800×480 fits in; the programs that exist
// (balloob/py-opendisplay wifi/protocol.py, balloob/opendisplay-android) have four, for the
// frame and for the picture. Both are spoken: the first frame of a display tells which. A
// display with the short form is sent nothing that does not fit. All numbers are little-endian; the CRC is
// CCITT's (0x1021, from 0xFFFF) over version and packets.
//
// # Identity
//
// The protocol has none. A display is known by its network address, which must stay the
// same; the engine pins it, and a person approves another one. So anybody who can take that
// address gets its signs.
//
// # When a sign is shown
//
// The display says nothing of its panel. A picture counts as shown when the display asks
// again on the same connection, or hangs up in order after all of it was sent: it has read
// the picture by then.
//
// # In the clear
//
// All of it.
//
// Where to look: wire.go has frames and packets, pictures.go the bytes of a picture, and
// serve.go what is answered when.
package opendisplaybasic
