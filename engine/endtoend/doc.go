// Package endtoend tests the main job on real sockets: a meeting booked in a
// calendar appears on a display's glass. The engine runs whole, with the Graph SDK,
// against a simulated Microsoft tenant and virtual displays, which are found over
// mDNS inside a network namespace (see simulator/loopnet).
package endtoend
