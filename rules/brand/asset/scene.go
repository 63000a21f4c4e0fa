package asset

import (
	"image"
	"math"
	"sync"
)

const (
	// largest is the longer side of an image, in pixels, in which is searched:
	// larger ones are scaled down to it.
	largest = 1024
	// least is the shorter length to which a small image's longer side is scaled
	// up, so that an icon of 16 pixels fills the first search's window.
	least = 96
	// octave is how many sizes there are until the next is half of it.
	octave = 4
	// beyond is which part of a template may lie outside an image.
	beyond = 0.15
)

// A scene is an image in all sizes that are searched.
type scene struct {
	w, h   int // as searched
	levels []*level
	part   image.Rectangle // its content, as searched
}

// A level is the scene in one size. What is not needed of it is not made.
type level struct {
	factor float64 // from the scene's pixels to its own
	pic    *picture
	raw    edges
	exact  edges   // edges, framed by pad
	near   edges   // edges one pixel around, framed by pad
	wide   edges   // edges two pixels around, framed by pad
	sums   []int32 // how many edge pixels lie above and left
	lit    sync.Once
	light  []float32 // see brightness
}

// pad frames a level's edges.
const pad = 24

// newScene prepares an image. Its cost grows with at most largest² pixels.
func newScene(img image.Image) *scene {
	b := img.Bounds()
	base := shrunk(img, b, largest)
	if m := max(base.w, base.h); m < least {
		f := float64(least) / float64(m)
		base = scaled(base.rgba(), base.rgba().Rect, max(1, int(float64(base.w)*f+0.5)), max(1, int(float64(base.h)*f+0.5)))
	}
	s := &scene{w: base.w, h: base.h}
	s.part, _ = base.content()
	for l := 0; ; l++ {
		f := math.Exp2(-float64(l) / octave)
		w, h := int(float64(base.w)*f+0.5), int(float64(base.h)*f+0.5)
		if l > 0 && (float64(max(w, h)) < shortest*(1-beyond) || min(w, h) < 4) {
			return s
		}
		pic := base
		if l > 0 {
			from := base
			if l >= octave {
				from = s.levels[l-octave].pic
			}
			pic = scaled(from.rgba(), from.rgba().Rect, w, h)
		}
		s.levels = append(s.levels, newLevel(pic, f))
	}
}

func newLevel(p *picture, factor float64) *level {
	v := &level{factor: factor, pic: p, raw: findEdges(p)}
	v.exact, v.near, v.wide = v.raw.spread(0, pad), v.raw.spread(1, pad), v.raw.spread(2, pad)
	v.sums = make([]int32, (p.w+1)*(p.h+1))
	for y := range p.h {
		row := int32(0)
		for x := range p.w {
			if v.raw.bit[y*p.w+x] != 0 {
				row++
			}
			v.sums[(y+1)*(p.w+1)+x+1] = v.sums[y*(p.w+1)+x+1] + row
		}
	}
	return v
}

// edgePixels is how many there are within bounds that may reach beyond.
func (v *level) edgePixels(x0, y0, x1, y1 int) int {
	w := v.pic.w + 1
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, v.pic.w), min(y1, v.pic.h)
	return int(v.sums[y1*w+x1] - v.sums[y0*w+x1] - v.sums[y1*w+x0] + v.sums[y0*w+x0])
}

// level returns the level in which a length of the scene has about that many
// pixels, or the largest.
func (s *scene) level(length float64, pixels int) *level {
	l := int(math.Round(octave * math.Log2(length/float64(pixels))))
	return s.levels[min(max(l, 0), len(s.levels)-1)]
}
