package asset

import "math"

// noise is the difference of colours, of 255, that says nothing.
const noise = 6

// colourFit is which part of the differences between the scene's colours there
// is told by the template's classes: 1 where each class has one colour, whatever
// colours they are; near 0 where the scene shows something else. It is measured
// cell by cell, so that light and shade over the whole tell nothing, and a part
// that is missing is not made up for by others.
func (s *scene) colourFit(t *template, p pose) float64 {
	type class struct {
		sum     [4]float64
		squares float64
		n       float64
	}
	detail, v := s.resolution(t, p.size)
	var of [cells * cells][mostClasses + 1]class
	sin, cos := math.Sincos(p.turn)
	size := p.size * v.factor
	px, py := p.x*v.factor-0.5, p.y*v.factor-0.5
	known, all := 0.0, 0.0
	var q [4]float64
	for i := range t.points[detail] {
		f := &t.points[detail][i]
		all += f.weight
		u := f.u * p.aspect
		if !v.pic.sample(px+size*(cos*u-sin*f.v), py+size*(sin*u+cos*f.v), &q) {
			continue
		}
		known += f.weight
		c := &of[f.cell][f.class]
		c.n += f.weight
		for i, x := range q {
			c.sum[i] += f.weight * x
			c.squares += f.weight * x * x
		}
	}
	if known < 0.72*all || known == 0 {
		return 0
	}
	fit, weight := 0.0, 0.0
	for cell := range of {
		var sum [4]float64
		within, squares, n, inside, same := 0.0, 0.0, 0.0, 0.0, 0.0
		for k := range of[cell] {
			c := &of[cell][k]
			if c.n == 0 {
				continue
			}
			n += c.n
			same += c.n * c.n
			squares += c.squares
			for i, x := range c.sum {
				sum[i] += x
			}
			if k == mostClasses {
				continue // what is around may be of many colours
			}
			inside += c.n
			within += c.squares
			for _, x := range c.sum {
				within -= x * x / c.n
			}
		}
		if inside == 0 {
			continue
		}
		total := squares
		for _, x := range sum {
			total -= x * x / n
		}
		// A cell counts by how mixed the template's classes are there.
		w := n - same/n
		fit += w * max(0, total/n-within/inside) / (total/n + noise*noise)
		weight += w
	}
	if weight == 0 {
		return 0
	}
	return fit / weight
}

// sample is the colour at a point between pixels, or false outside.
func (p *picture) sample(x, y float64, out *[4]float64) bool {
	ix, iy := int(x+1)-1, int(y+1)-1
	if x < -1 || y < -1 || ix >= p.w || iy >= p.h {
		return false
	}
	fx, fy := x-float64(ix), y-float64(iy)
	x0, x1, y0, y1 := max(ix, 0), min(ix+1, p.w-1), max(iy, 0), min(iy+1, p.h-1)
	a, b := p.pix[4*(y0*p.w+x0):], p.pix[4*(y0*p.w+x1):]
	c, d := p.pix[4*(y1*p.w+x0):], p.pix[4*(y1*p.w+x1):]
	for i := range out {
		top := float64(a[i]) + fx*(float64(b[i])-float64(a[i]))
		low := float64(c[i]) + fx*(float64(d[i])-float64(c[i]))
		out[i] = top + fy*(low-top)
	}
	return true
}
