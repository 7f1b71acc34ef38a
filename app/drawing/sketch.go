package drawing

import "strconv"

// sketch collects the shapes of a scene, from back to front.
type sketch struct {
	width  float32
	shapes []shape
}

// wide is the width of a picture of the portal; margin is the empty space inside.
const (
	wide   = 560
	margin = 18
)

var (
	plain  = font{size: 12.5}
	strong = font{size: 12.5, bold: true}
	small  = font{size: 11.5}
	code   = font{size: 12, mono: true}
	digit  = font{size: 12, bold: true}
)

func (k *sketch) add(s ...shape) { k.shapes = append(k.shapes, s...) }

// finish makes the scene; height is to hold all that was drawn.
func (k *sketch) finish(height float32, alt string) Scene {
	return Scene{width: k.width, height: height, alt: alt, shapes: k.shapes}
}

// capital is the height of a capital letter in Noto Sans, in parts of the size.
const capital = 0.714

// write puts words with their left end at x and their capitals centred on y. It
// returns where they end.
func (k *sketch) write(x, y float32, words string, f font, r role) (end float32) {
	w := f.width(words)
	k.add(text{x: x, base: y + capital/2*f.size, width: w, words: words, font: f, role: r})
	return x + w
}

// centre puts words with their middle at x, y.
func (k *sketch) centre(x, y float32, words string, f font, r role) {
	k.write(x-f.width(words)/2, y, words, f, r)
}

// bones are grey bars in place of text, from x on, centred on y.
func (k *sketch) bones(x, y float32, widths ...float32) {
	for _, w := range widths {
		k.add(rect{x: x, y: y - 4, w: w, h: 8, radius: 4, fill: solid(bone)})
		x += w + 8
	}
}

// page draws a window of the portal, from the top of the picture to height, with the
// way to the page in its bar.
func (k *sketch) page(height float32, way ...string) {
	const bar = 32
	k.add(rect{w: k.width, h: height, radius: 8, fill: solid(paper)},
		rect{w: k.width, h: bar, radius: 8, fill: solid(chrome)},
		rect{y: bar - 8, w: k.width, h: 8, fill: solid(chrome)}, // squares the lower corners
		rect{y: bar, w: k.width, h: 1, fill: solid(edge)},
		rect{w: k.width, h: height, radius: 8, stroke: solid(edge), thick: 1})
	x := float32(margin)
	for i, step := range way {
		last := i == len(way)-1
		switch {
		case last:
			k.write(x, bar/2, step, strong, ink)
		default:
			x = k.chevron(k.write(x, bar/2, step, plain, muted)+9, bar/2) + 9
		}
	}
}

// chevron points from one step of a way to the next.
func (k *sketch) chevron(x, y float32) (end float32) {
	k.add(line{x1: x, y1: y - 3.5, x2: x + 3.5, y2: y, stroke: solid(muted), thick: 1.3},
		line{x1: x + 3.5, y1: y, x2: x, y2: y + 3.5, stroke: solid(muted), thick: 1.3})
	return x + 3.5
}

// box is a field, a list to choose from or a button.
func (k *sketch) box(x, y, w, h float32) {
	k.add(rect{x: x, y: y, w: w, h: h, radius: 4, fill: solid(paper), stroke: solid(edge), thick: 1})
}

// mark draws the eye to a region.
func (k *sketch) mark(x, y, w, h float32, r role) {
	k.add(rect{x: x, y: y, w: w, h: h, radius: 6, fill: tint(r), stroke: solid(r), thick: 2})
}

// marked draws the eye to a region and numbers it, at the middle of its right edge.
func (k *sketch) marked(n int, x, y, w, h float32, r role) {
	k.mark(x, y, w, h, r)
	k.badge(x+w, y+h/2, n, r)
}

// badge is a number in a disc of radius 10, centred on x, y.
func (k *sketch) badge(x, y float32, n int, r role) {
	k.add(disc{x: x, y: y, r: 10, fill: solid(r)})
	k.centre(x, y, strconv.Itoa(n), digit, r.on())
}

// pill is a short call-out on a coloured ground, its middle at x, y.
func (k *sketch) pill(x, y float32, words string, r role) {
	w := strong.width(words) + 20
	k.add(rect{x: x - w/2, y: y - 11, w: w, h: 22, radius: 11, fill: solid(r)})
	k.centre(x, y, words, strong, r.on())
}

// aside is a call-out that must not draw the eye, its left end at x.
func (k *sketch) aside(x, y float32, words string) {
	w := small.width(words) + 16
	k.add(rect{x: x, y: y - 10, w: w, h: 20, radius: 10, stroke: solid(edge), thick: 1})
	k.write(x+8, y, words, small, muted)
}

// up is an arrow from below, its point at x, y.
func (k *sketch) up(x, y, length float32, r role) {
	k.add(line{x1: x, y1: y, x2: x, y2: y + length, stroke: solid(r), thick: 2},
		line{x1: x - 4, y1: y + 4, x2: x, y2: y, stroke: solid(r), thick: 2},
		line{x1: x, y1: y, x2: x + 4, y2: y + 4, stroke: solid(r), thick: 2})
}

// right is an arrow from the left, its point at x, y.
func (k *sketch) right(x, y, length float32, r role) {
	k.add(line{x1: x - length, y1: y, x2: x, y2: y, stroke: solid(r), thick: 2},
		line{x1: x - 5, y1: y - 5, x2: x, y2: y, stroke: solid(r), thick: 2},
		line{x1: x, y1: y, x2: x - 5, y2: y + 5, stroke: solid(r), thick: 2})
}

// strike crosses out what is written from x1 to x2 at y.
func (k *sketch) strike(x1, x2, y float32) {
	k.add(line{x1: x1 - 3, y1: y, x2: x2 + 3, y2: y, stroke: solid(bad), thick: 2, struck: true})
}

// tick is a check mark in a disc of radius 8, centred on x, y.
func (k *sketch) tick(x, y float32) {
	k.add(disc{x: x, y: y, r: 8, fill: solid(good)},
		line{x1: x - 3.5, y1: y + 0.3, x2: x - 1, y2: y + 2.8, stroke: solid(onGood), thick: 1.8},
		line{x1: x - 1, y1: y + 2.8, x2: x + 3.6, y2: y - 2.4, stroke: solid(onGood), thick: 1.8})
}

// plus is the sign before a button that adds something, centred on x, y.
func (k *sketch) plus(x, y float32, r role) {
	k.add(line{x1: x - 4.5, y1: y, x2: x + 4.5, y2: y, stroke: solid(r), thick: 1.6},
		line{x1: x, y1: y - 4.5, x2: x, y2: y + 4.5, stroke: solid(r), thick: 1.6})
}

// copyIcon is the portal's sign for "copy": two sheets, centred on x, y.
func (k *sketch) copyIcon(x, y float32, r role) {
	k.add(rect{x: x - 5, y: y - 6, w: 8, h: 10, radius: 1.5, stroke: solid(r), thick: 1},
		rect{x: x - 2.5, y: y - 3.5, w: 8, h: 10, radius: 1.5, fill: solid(paper), stroke: solid(r), thick: 1})
}

// point is one line of a legend.
type point struct {
	n     int // of the badge; 0 = none
	role  role
	words string
}

// legend explains the badges below a page that ends at y: side by side where there
// is room, else one below the other. It returns where it ends.
func (k *sketch) legend(y float32, points ...point) (end float32) {
	const badge, gap, row = 28, 28, 28
	total := float32(-gap)
	for _, p := range points {
		total += badge + plain.width(p.words) + gap
	}
	x, y := float32(4), y+10+row/2
	for i, p := range points {
		k.badge(x+10, y, p.n, p.role)
		right := k.write(x+badge, y, p.words, plain, ink)
		switch {
		case total <= k.width-8:
			x = right + gap
		case i < len(points)-1:
			y += row
		}
	}
	return y + row/2
}

// fit shortens words in their middle to the width: both ends of an address matter.
func fit(words string, f font, width float32) string {
	runes := []rune(words)
	for n := len(runes) - 1; f.width(words) > width && n > 1; n-- {
		words = string(runes[:n-n/2]) + "…" + string(runes[len(runes)-n/2:])
	}
	return words
}
