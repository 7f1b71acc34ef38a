// Package syncsign drives SyncSign displays without SyncSign's server: those behind a hub,
// through the hub's own API on the network, and those that are set to fetch from a server
// of one's own. [Driver] implements display.Gateway and pull.Protocol.
//
// A push, all over plain HTTP:
//
//	→ POST /key/<hub key>/nodes/<node id>/renders  {"layout":{"background":{},"items":[…],"options":{}}}
//	← {"code":200,"data":{"renderId":"…"}}                 the hub has it
//	→ GET  /key/<hub key>/renders/<render id>              every few seconds, for a minute
//	← {"code":200,"data":{"isRendered":true}}              it is on the glass
//
// After that minute Push gives a ticket, and Watch goes on asking. A display that asks by
// itself:
//
//	→ GET /renders/node/<node id>   (or /renders/nodes/<node id>)
//	← {"code":200,"data":[{"renderId":"…","nodeId":"…","isRendered":false,"content":{…}}]}
//	→     /renders/<render id>      it is on the glass
//
// # Drawings and pictures
//
// To a display behind a hub, a picture of 400×300 pixels takes three to five minutes by
// radio, and a drawing seconds. So it gets display.Frame.Items in the display's own fonts,
// by the rules in layout.go. Those fonts are for English: signs with other letters than
// Latin-1 go as a picture, whatever that takes. Displays with Wi-Fi fetch pictures, exact
// to the pixel, from the shelf of Roomink's server; where that does not run, they get the
// drawing.
//
// # Where to look
//
//   - hub.go: the hub's answers, and what its errors mean. nodes.go: its list of displays.
//   - models.go: the kinds of displays, their sizes and inks.
//   - layout.go, draw.go, words.go, fonts.go: from a drawing list to a layout. bmp.go:
//     from a picture to bitmaps.
//   - driver.go and compose.go: Probe, Displays and Push. watch.go: Watch.
//   - server.go: what displays are answered that ask by themselves.
//
// Sources: syncsign/skills (layout rules, models, the cloud's API, which hubs follow), the
// vendor's test tool for hubs, which polls a render's result every 20 seconds for three
// minutes (its config names the mode HUB_PORTAL), sarahemm/ruby-syncsign (the hub's
// address and key), fireduck64/syncsign (partial updates), tommzn/hdb-renderer-syncsign
// (the server for displays), dev.sync-sign.com.
//
// # Identity
//
// A display is known by its node id, 16 hexadecimal digits that its radio came with. Behind
// a hub the id is as good as the hub's word; the hub itself is known by its address and by
// taking the key, which anybody who answers there learns. A display that asks by itself
// proves nothing: the engine pins the address that it asks from.
//
// # In the clear
//
// All of it: the hub's key in the path of each request, the signs, and the pictures.
//
// # Not supported
//
// Buttons (hubs tell them to programs that run on the hub only), the organisation's logo,
// HTTPS, and a display of a model that nobody has told us of, until a person says its size
// and colours. A display that hangs turned gets pictures, never drawings.
package syncsign
