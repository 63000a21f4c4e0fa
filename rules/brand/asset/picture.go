package asset

import (
	"image"
	"image/draw"

	scale "golang.org/x/image/draw"
)

// A picture is what the search works on: premultiplied colours with
// transparency, four bytes a pixel, row by row.
type picture struct {
	w, h int
	pix  []uint8
}

func (p *picture) rgba() *image.RGBA {
	return &image.RGBA{Pix: p.pix, Stride: 4 * p.w, Rect: image.Rect(0, 0, p.w, p.h)}
}

func (p *picture) at(x, y int) [4]int {
	q := p.pix[4*(y*p.w+x):]
	return [4]int{int(q[0]), int(q[1]), int(q[2]), int(q[3])}
}

// shrunk is the part of img, scaled down so that its longer side has at most
// longest pixels. Nothing is scaled up.
func shrunk(img image.Image, part image.Rectangle, longest int) *picture {
	w, h := part.Dx(), part.Dy()
	if m := max(w, h); m > longest {
		if m >= 2*longest {
			// What scales well takes memory by the image's height; this does not.
			img = binned(img, part, m/longest)
			part = img.Bounds()
		}
		w, h = max(1, (w*longest+m/2)/m), max(1, (h*longest+m/2)/m)
	}
	return scaled(img, part, w, h)
}

// binned is the part of img of which squares of that many pixels became one each;
// those beyond the last whole square count to it.
func binned(img image.Image, part image.Rectangle, side int) *image.RGBA {
	w, h := max(1, part.Dx()/side), max(1, part.Dy()/side)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	strip := image.NewRGBA(image.Rect(0, 0, part.Dx(), min(side, part.Dy())))
	sums := make([][5]int, w)
	for y := range h {
		to := (y + 1) * side
		if y == h-1 {
			to = part.Dy()
		}
		clear(sums)
		for from := y * side; from < to; from += side {
			rows := image.Rect(0, 0, part.Dx(), min(side, to-from))
			draw.Draw(strip, rows, img, part.Min.Add(image.Pt(0, from)), draw.Src)
			for row := range rows.Dy() {
				for x := range part.Dx() {
					q, s := strip.Pix[row*strip.Stride+4*x:], &sums[min(x/side, w-1)]
					for c := range 4 {
						s[c] += int(q[c])
					}
					s[4]++
				}
			}
		}
		for x, s := range sums {
			for c := range 4 {
				out.Pix[y*out.Stride+4*x+c] = uint8((s[c] + s[4]/2) / s[4])
			}
		}
	}
	return out
}

// scaled is the part of img in another size, each pixel the mean of what it
// covers.
func scaled(img image.Image, part image.Rectangle, w, h int) *picture {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == part.Dx() && h == part.Dy() {
		draw.Draw(out, out.Rect, img, part.Min, draw.Src)
	} else {
		scale.BiLinear.Scale(out, out.Rect, img, part, draw.Src, nil)
	}
	return &picture{w: w, h: h, pix: out.Pix}
}

// gray is the picture on a background of that brightness.
func (p *picture) gray(background int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, p.w, p.h))
	for i := range out.Pix {
		q := p.pix[4*i : 4*i+4]
		out.Pix[i] = uint8((299*int(q[0])+587*int(q[1])+114*int(q[2]))/1000 + background*(255-int(q[3]))/255)
	}
	return out
}

// content is the part of the picture that shows something: without a margin
// that is transparent, or of one colour that looks like paper (white, black,
// grey). inside says of each pixel of the picture whether it is no such
// background. A margin of a strong colour is part of the design.
func (p *picture) content() (part image.Rectangle, inside []bool) {
	inside = make([]bool, p.w*p.h)
	background, paper := p.paper()
	if paper {
		p.flood(inside, background)
	} else {
		for i := range inside {
			inside[i] = p.pix[4*i+3] >= 128
		}
	}
	part = image.Rectangle{Min: image.Pt(p.w, p.h)}
	for y := range p.h {
		for x := range p.w {
			if inside[y*p.w+x] {
				part.Min.X, part.Min.Y = min(part.Min.X, x), min(part.Min.Y, y)
				part.Max.X, part.Max.Y = max(part.Max.X, x+1), max(part.Max.Y, y+1)
			}
		}
	}
	if part.Empty() {
		return image.Rect(0, 0, p.w, p.h), inside
	}
	return part, inside
}

// paper is the one colour of an opaque picture's border, where it has one that
// looks like paper.
func (p *picture) paper() (colour [4]int, is bool) {
	var sum [4]int
	n := 0
	border := func(do func(q [4]int)) {
		for x := range p.w {
			do(p.at(x, 0))
			do(p.at(x, p.h-1))
		}
		for y := range p.h {
			do(p.at(0, y))
			do(p.at(p.w-1, y))
		}
	}
	border(func(q [4]int) {
		for c := range sum {
			sum[c] += q[c]
		}
		n++
	})
	for c := range sum {
		sum[c] /= n
	}
	if sum[3] < 250 || max(sum[0], sum[1], sum[2])-min(sum[0], sum[1], sum[2]) > 24 {
		return sum, false
	}
	same := 0
	border(func(q [4]int) {
		if near(q, sum, 24) {
			same++
		}
	})
	return sum, same*100 >= n*95
}

// flood sets inside for every pixel that no way of background leads to from
// the border.
func (p *picture) flood(inside []bool, background [4]int) {
	for i := range inside {
		inside[i] = true
	}
	var open []int
	visit := func(x, y int) {
		if x >= 0 && y >= 0 && x < p.w && y < p.h && inside[y*p.w+x] && near(p.at(x, y), background, 24) {
			inside[y*p.w+x] = false
			open = append(open, y*p.w+x)
		}
	}
	for x := range p.w {
		visit(x, 0)
		visit(x, p.h-1)
	}
	for y := range p.h {
		visit(0, y)
		visit(p.w-1, y)
	}
	for len(open) > 0 {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		x, y := at%p.w, at/p.w
		visit(x-1, y)
		visit(x+1, y)
		visit(x, y-1)
		visit(x, y+1)
	}
}

// near tells whether two colours differ by at most that much in every part.
func near(a, b [4]int, most int) bool {
	for c := range a {
		if d := a[c] - b[c]; d > most || d < -most {
			return false
		}
	}
	return true
}
