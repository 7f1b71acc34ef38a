package virtual

import (
	"bytes"
	"testing"
)

// What an access point sends to a tag of 16×2 pixels, by hand (makeimage.cpp). Row 0 has
// codes 0 1 2 3 and then zeros, row 1 ends with code 1.
//
//	plane of black  0101 0000 0000 0000  0000 0000 0000 0001
//	plane of colour 0011 0000 0000 0000  0
//	4 bits a pixel  01 23 00 … , 00 … 01
func TestRawByHand(t *testing.T) {
	pixels := make([]uint8, 32)
	copy(pixels, []uint8{0, 1, 2, 3})
	pixels[31] = 1
	two := TagKind{Width: 16, Height: 2, BPP: 2, Colors: TagBWRY}
	if got, want := two.raw(pixels), []byte{0x50, 0, 0, 0x01, 0x30, 0, 0, 0}; !bytes.Equal(got, want) {
		t.Errorf("two planes % x, want % x", got, want)
	}
	four := TagKind{Width: 16, Height: 2, BPP: 4, Colors: TagSpectra}
	if got, want := four.raw(pixels), append(append([]byte{0x01, 0x23}, make([]byte, 13)...), 0x01); !bytes.Equal(got, want) {
		t.Errorf("four bits % x, want % x", got, want)
	}
	black := make([]uint8, 32)
	black[0] = 1
	turned := TagKind{Width: 16, Height: 2, Turned: 2, BPP: 1, Colors: TagBW} // upside down: the last pixel
	if got, want := turned.raw(black), []byte{0, 0, 0, 0x01}; !bytes.Equal(got, want) {
		t.Errorf("turned % x, want % x", got, want)
	}
}

// Near grey stays grey, however near a colour is.
func TestNearest(t *testing.T) {
	k := TagKind{Colors: TagBWRY}
	for c, want := range map[[3]int]uint8{{0, 0, 0}: 1, {255, 255, 255}: 0, {255, 0, 0}: 2, {255, 255, 0}: 3, {140, 140, 125}: 0, {12, 0, 12}: 1} {
		if got := k.nearest(c); got != want {
			t.Errorf("%v became code %d, want %d", c, got, want)
		}
	}
}
