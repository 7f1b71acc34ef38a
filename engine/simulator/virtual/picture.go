package virtual

import (
	"bytes"
	"image"
)

// A packed frame is the bytes that a driver uploads: rows from the top, pixels
// from the left, the most significant bits leftmost, each row padded to a whole
// byte. Source: opendisplay.org protocol/display-data-format.html.

// rowBytes is the length of one packed row of one plane.
func (m Model) rowBytes() int {
	switch m.Scheme {
	case SchemeBWRY:
		return (m.Width + 3) / 4
	case SchemeSpectra6, SchemeGray16, SchemeACeP7:
		return (m.Width + 1) / 2
	case SchemeSpectra6Split: // both halves of a row, though they are not together
		return m.leftBytes() + (m.Width-m.Width/2+1)/2
	default:
		return (m.Width + 7) / 8
	}
}

// leftBytes is the length of a row of the left half of a split panel.
func (m Model) leftBytes() int { return (m.Width/2 + 1) / 2 }

func (m Model) planeBytes() int { return m.rowBytes() * m.Height }

// frameBytes is the length of a whole packed frame.
func (m Model) frameBytes() int {
	if m.Scheme == SchemeBWR || m.Scheme == SchemeBWY || m.Scheme == SchemeGray4 {
		return 2 * m.planeBytes()
	}
	return m.planeBytes()
}

// blank is the packed frame of an all-white glass, as panels leave the factory.
func (m Model) blank() []byte {
	switch m.Scheme {
	case SchemeBWRY:
		return bytes.Repeat([]byte{0b01010101}, m.frameBytes())
	case SchemeSpectra6, SchemeSpectra6Split, SchemeACeP7:
		return bytes.Repeat([]byte{0x11}, m.frameBytes())
	case SchemeGray4:
		return make([]byte, m.frameBytes())
	case SchemeGray16:
		return bytes.Repeat([]byte{0xff}, m.frameBytes())
	default:
		frame := make([]byte, m.frameBytes())
		copy(frame, bytes.Repeat([]byte{0xff}, m.planeBytes())) // the colour plane stays 0
		return frame
	}
}

// picture decodes a packed frame of the right length.
func (m Model) picture(frame []byte) *image.Paletted {
	pic := image.NewPaletted(image.Rect(0, 0, m.Width, m.Height), m.Palette())
	row := m.rowBytes()
	for y := range m.Height {
		packed, out := frame[y*row:(y+1)*row], pic.Pix[y*pic.Stride:(y+1)*pic.Stride]
		switch m.Scheme {
		case SchemeBWR, SchemeBWY:
			colour := frame[m.planeBytes()+y*row:]
			m.twoPlanes(out, packed, colour[:row])
		case SchemeGray4:
			m.fourGreys(out, packed, frame[m.planeBytes()+y*row:])
		case SchemeBWRY:
			m.twoBits(out, packed)
		case SchemeSpectra6, SchemeGray16, SchemeACeP7:
			m.fourBits(out, packed)
		case SchemeSpectra6Split:
			left := m.leftBytes()
			m.fourBits(out[:m.Width/2], frame[y*left:])
			m.fourBits(out[m.Width/2:], frame[m.Height*left+y*(row-left):])
		default:
			for x := range out {
				out[x] = bit(packed, x)
			}
		}
	}
	return pic
}

// pack makes a packed frame of palette indices: the way back from picture.
func (m Model) pack(ink func(x, y int) uint8) []byte {
	frame := make([]byte, m.frameBytes())
	for y := range m.Height {
		row := frame[y*m.rowBytes():][:m.rowBytes()]
		for x := range m.Width {
			i := ink(x, y)
			switch m.Scheme {
			case SchemeBWRY:
				row[x/4] |= i << (6 - 2*(x%4))
			case SchemeGray16:
				code := i - 1
				if i == indexBlack {
					code = 0
				} else if i == indexWhite {
					code = 15
				}
				row[x/2] |= code << (4 - 4*(x%2))
			case SchemeSpectra6:
				if i >= 4 {
					i++ // blue is 5, green 6
				}
				row[x/2] |= i << (4 - 4*(x%2))
			case SchemeACeP7:
				row[x/2] |= i << (4 - 4*(x%2))
			case SchemeBWR, SchemeBWY, SchemeGray4:
				first, second := m.planeBits(i)
				row[x/8] |= first << (7 - x%8)
				frame[m.planeBytes()+y*m.rowBytes()+x/8] |= second << (7 - x%8)
			default:
				row[x/8] |= i << (7 - x%8)
			}
		}
	}
	return frame
}

// planeBits are the bits of an ink on a panel of two planes.
func (m Model) planeBits(i uint8) (first, second uint8) {
	switch {
	case m.Scheme == SchemeGray4:
		return [4]uint8{1, 0, 1, 0}[i], [4]uint8{1, 0, 0, 1}[i]
	case i == indexColour && m.Scheme == SchemeBWY:
		return 0, 1
	case i == indexColour:
		return 1, 1
	}
	return i, 0
}

// twoPlanes decodes one row of a three-colour panel. Codes that the format does
// not define show what the first plane says: a driver that mistakes red's code
// (1,1) for yellow's (0,1) must be seen to be wrong.
func (m Model) twoPlanes(out []uint8, first, second []byte) {
	ofColour := uint8(1) // red is 1,1
	if m.Scheme == SchemeBWY {
		ofColour = 0 // yellow is 0,1
	}
	for x := range out {
		out[x] = bit(first, x)
		if bit(second, x) == 1 && out[x] == ofColour {
			out[x] = indexColour
		}
	}
}

// fourGreys decodes one row of a panel of four greys, whose controller combines a bit of
// each of two memories: neither bit is white, both are black, and one of them is dark
// grey, which one by panel. Source: bitbank2/bb_epaper src/bb_ep.inl, tables u8Colors_4gray
// and u8Colors_4gray_v2, of which the panels EP426 (40) and EP368 (72) have the latter.
func (m Model) fourGreys(out []uint8, first, second []byte) {
	const dark, light = 2, 3
	shown := [4]uint8{indexWhite, dark, light, indexBlack} // by first + 2*second
	if m.PanelIC == 40 || m.PanelIC == 72 {
		shown[1], shown[2] = light, dark
	}
	for x := range out {
		out[x] = shown[bit(first, x)+2*bit(second, x)]
	}
}

// twoBits decodes one row of a four-colour panel. The panel 30 is not swapped, though
// bb_epaper has it so: on hardware it is as the others (py-opendisplay 7.17.1).
func (m Model) twoBits(out []uint8, packed []byte) {
	swapped := m.PanelIC == 29
	for x := range out {
		code := packed[x/4] >> (6 - 2*(x%4)) & 0b11
		if swapped && code >= indexColour {
			code ^= 1
		}
		out[x] = code
	}
}

// fourBits decodes one row of a panel of six or seven inks or sixteen greys. Codes that the
// format does not define show as black.
func (m Model) fourBits(out []uint8, packed []byte) {
	for x := range out {
		code := packed[x/2] >> (4 - 4*(x%2)) & 0x0f
		switch {
		case m.Scheme == SchemeGray16 && code == 15:
			out[x] = indexWhite
		case m.Scheme == SchemeGray16 && code > 0:
			out[x] = code + 1
		case m.Scheme != SchemeGray16 && code <= 3, m.Scheme == SchemeACeP7 && code <= 6:
			out[x] = code
		case m.Scheme != SchemeGray16 && m.Scheme != SchemeACeP7 && (code == 5 || code == 6):
			out[x] = code - 1
		default:
			out[x] = indexBlack
		}
	}
}

func bit(packed []byte, x int) uint8 { return packed[x/8] >> (7 - x%8) & 1 }

// region is the rectangle of a partial update. X and Width are multiples of 8.
type region struct{ x, y, width, height int }

func (r region) planeBytes() int { return (r.width + 7) / 8 * r.height }

// drive returns the packed mono frame after a partial refresh. A panel moves only
// the pixels that differ between the old and the new picture it is told: pixels
// called unchanged stay as they are. So a driver that is wrong about what is on
// the glass leaves ghosts, as it would on hardware.
func (m Model) drive(glass []byte, r region, before, after []byte) []byte {
	next := bytes.Clone(glass)
	if m.PartialFullFrame {
		next = m.blank()
		for y := range r.height { // what is told of the part is right
			at := (r.y+y)*m.rowBytes() + r.x/8
			copy(next[at:at+r.width/8], glass[at:])
		}
	}
	row := r.width / 8
	for y := range r.height {
		target := next[(r.y+y)*m.rowBytes()+r.x/8:]
		for i := range row {
			moved := before[y*row+i] ^ after[y*row+i]
			target[i] = target[i]&^moved | after[y*row+i]&moved
		}
	}
	return next
}
