// Package virtual holds displays made of software that speak the real protocols
// over real sockets: for tests, the demo and benchmarks.
//
// A virtual display behaves as the hardware does where that can hurt its owner:
// e-paper takes seconds to change, keeps its picture without power, serves one
// client at a time, drops idle ones, forgets a half-sent frame and fails in the
// ways that SetFault lists. What is on its Glass is what a person would see.
//
// OpenDisplay is the first: a "Flex LAN" device (framed TCP, the display is the
// server) as in the reference firmware's protocol header 2.2,
// OpenDisplay/Firmware include/opendisplay_protocol.h, section 9, plaintext.
//
//	display, err := virtual.New(virtual.Options{
//		Model: virtual.Panel75BW, MAC: "02:00:00:00:00:01", RefreshScale: 1,
//	})
//	if err := display.Listen(); err != nil { ... }
//	go display.Serve(ctx)
//	fmt.Println(display.Addr(), display.Glass().Pushes)
//
// Nothing here shares an encoder or decoder with the drivers under test: both are
// written from the protocol facts, so that one error can't hide in both.
package virtual
