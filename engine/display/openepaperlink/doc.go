// Package openepaperlink drives e-paper shelf labels ("tags") behind an OpenEPaperLink
// access point: a microcontroller that speaks HTTP to us and its own radio to the tags.
// [Driver] implements display.Gateway, and searches for access points.
//
// A tag is "host:port/MAC". One frame goes like this:
//
//	→ GET  /get_db?mac=…           ← the tag's record: kind, battery, hash of its picture
//	→ GET  /tagtypes/HH.json       ← size and inks of that kind
//	→ POST /tag_cmd cmd=clear      only if something waits for the tag
//	→ POST /imgupload              ← 200: the JPEG is saved; 409: come back later
//	→ GET  /get_db?mac=…           until the access point has drawn it: nextupdate, pending
//	→ GET  /getdata?mac=…          ← what the tag will be sent; half its MD5 is the ticket
//
// and, when the tag has fetched it, over the websocket /ws:
//
//	← {"tags":[{"mac":…,"hash":…,"pending":0,…}]}   hash = ticket: it is on the glass
//
// The sources are OpenEPaperLink/OpenEPaperLink ESP32_AP-Flasher/src (web.cpp,
// contentmanager.cpp, newproto.cpp, tag_db.cpp, makeimage.cpp, udp.cpp) and
// resources/tagtypes, OpenEPaperLink/Home_Assistant_Integration, and the notes of
// jakobwesthoff/openepaperlink-rust-sdk (docs/openepaper-ap-web-protocol.md), which were
// checked against firmware 2.85. Comments name them where they settle a question.
//
// # Where to look
//
//   - record.go, tagtype.go: what an access point says of tags and kinds of tags. They are
//     pure parsers with fuzz targets.
//   - push.go: the upload, as a JPEG in which each ink survives (package flatjpeg).
//   - gate.go: one request at a time, and not too many of them.
//   - driver.go: Probe and Displays. push.go: Push. watch.go: Watch. search.go: discovery.
//
// # How long it takes
//
// The access point draws within some 3 s. A tag comes by itself: every 40 to 60 s while
// somebody listens on the websocket, as Watch does, and the access point's setting
// "shorten latency" (stopsleep) is on; otherwise as seldom as "maximum sleep" says, 10
// minutes by default. Fetching takes 5 to 20 s, the refresh 2 s (black and white) to 25 s
// (colours) after the access point has called the picture delivered. So a sign follows
// about one minute after its booking, and with the setting off up to ten minutes, while
// the battery lasts several times longer: that choice is the owner's, in the access point.
//
// # Identity
//
// A tag is its radio address, as the access point tells it, wherever the access point is.
// Nothing proves either: HTTP and websocket are unencrypted and without a password, so
// whoever is on the network can draw on the tags, and whoever has the access point's
// address answers for them. Push notices a tag of another size or other inks.
//
// # What to know of the firmware
//
//   - It drops a picture whose hash the tag's record has already. So the same frame pushed
//     twice is not drawn twice, and a full refresh can't be forced with it.
//   - A queue is lost when the access point restarts (by default each night at 3:56). The
//     hash stays the old one then, so that nothing is taken for delivered.
//   - The hash is of whatever the tag fetched last. A command, such as a flash of the LED
//     by the access point's own page, changes it as well; the frame is then pushed once
//     more, and drawn once more.
//   - A tag that starts shows a greeting. Newer firmware forgets the hash then, older does
//     not; there the frame comes back only when it changes.
//
// # Not supported
//
// Tags with segments or with screens that shine, LEDs, NFC, access points set to
// broadcast in place of multicast (they work by address), and firmware from before the
// queue (2024), whose deliveries can't be followed.
package openepaperlink
