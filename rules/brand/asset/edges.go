package asset

import "math"

const (
	// angles is how many directions of edges are told apart. A direction is
	// that of the edge, not of its light side: an inverted logo has the same.
	angles = 16
	// faintest is the contrast, of 255 on each of four pixels around, from which
	// there is an edge.
	faintest = 14
)

// edges are the directions of the edges of a picture: for each pixel a bit of
// an angle, or 0 where there is no edge.
type edges struct {
	w, h int
	bit  []uint16
}

// unknown stands for every direction.
const unknown = 1<<angles - 1

// relative is how strong an edge must be, of the strongest that is at most block to
// two blocks away: what is fainter may be what re-encoding left there.
const (
	relative = 0.18
	block    = 8 // pixels
)

// findEdges looks in each channel for the strongest change of colour or
// transparency, so that edges between colours of the same brightness count too.
func findEdges(p *picture) edges {
	e := edges{w: p.w, h: p.h, bit: make([]uint16, p.w*p.h)}
	strong := make([]int32, p.w*p.h)
	across, down := p.w/block+1, p.h/block+1
	most := make([]int32, across*down)
	stride := 4 * p.w
	for y := 1; y < p.h-1; y++ {
		for x := 1; x < p.w-1; x++ {
			i := y*stride + 4*x
			bestX, bestY, best := 0, 0, 0
			for c := range 4 {
				j := i + c
				a, b, d := int(p.pix[j-stride-4]), int(p.pix[j-stride]), int(p.pix[j-stride+4])
				f, g := int(p.pix[j-4]), int(p.pix[j+4])
				k, l, m := int(p.pix[j+stride-4]), int(p.pix[j+stride]), int(p.pix[j+stride+4])
				// Scharr's operator: its angles are truer than Sobel's.
				dx := 3*(d+m-a-k) + 10*(g-f)
				dy := 3*(k+m-a-d) + 10*(l-b)
				if s := dx*dx + dy*dy; s > best {
					bestX, bestY, best = dx, dy, s
				}
			}
			if best >= 16*16*faintest*faintest {
				e.bit[y*p.w+x] = 1 << angleOf(float64(bestX), float64(bestY))
				strong[y*p.w+x] = int32(best)
				if b := &most[y/block*across+x/block]; int32(best) > *b {
					*b = int32(best)
				}
			}
		}
	}
	for by := range down {
		for bx := range across {
			limit := int32(0)
			for y := max(0, by-1); y <= min(down-1, by+1); y++ {
				for x := max(0, bx-1); x <= min(across-1, bx+1); x++ {
					limit = max(limit, most[y*across+x])
				}
			}
			limit = int32(relative * relative * float64(limit))
			for y := by * block; y < min(p.h, (by+1)*block); y++ {
				for x := bx * block; x < min(p.w, (bx+1)*block); x++ {
					if i := y*p.w + x; strong[i] < limit {
						e.bit[i] = 0
					}
				}
			}
		}
	}
	return e
}

// angleOf is which of the angles a gradient has; opposite gradients have the
// same.
func angleOf(dx, dy float64) int {
	a := math.Atan2(dy, dx)
	if a < 0 {
		a += math.Pi
	}
	return int(a*angles/math.Pi+0.5) % angles
}

// around is the angle with its two neighbours.
func around(angle int) uint16 {
	return 1<<angle | 1<<((angle+1)%angles) | 1<<((angle+angles-1)%angles)
}

// spread gives each pixel the directions of all edges up to radius pixels away,
// within a frame of pad pixels in which every direction is there: what lies
// outside the picture is not known.
func (e edges) spread(radius, pad int) edges {
	w, h := e.w+2*pad, e.h+2*pad
	rows := make([]uint16, e.w*e.h)
	for y := range e.h {
		in, out := e.bit[y*e.w:(y+1)*e.w], rows[y*e.w:(y+1)*e.w]
		for x := range out {
			var m uint16
			for _, v := range in[max(0, x-radius):min(e.w, x+radius+1)] {
				m |= v
			}
			out[x] = m
		}
	}
	s := edges{w: w, h: h, bit: make([]uint16, w*h)}
	for i := range s.bit {
		s.bit[i] = unknown
	}
	for y := range e.h {
		out := s.bit[(y+pad)*w+pad : (y+pad)*w+pad+e.w]
		clear(out)
		for r := max(0, y-radius); r <= min(e.h-1, y+radius); r++ {
			for x, v := range rows[r*e.w : (r+1)*e.w] {
				out[x] |= v
			}
		}
	}
	return s
}
