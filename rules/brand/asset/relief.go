package asset

import (
	"image"
	"math"
)

const (
	// rough and exactly are the sides of squares, in pixels, of as many pixels as
	// those in which relief is compared: first to move a place to where it fits, then
	// to tell whether it does.
	rough, exactly = 20, 44
	// sharp is how many pixels a scene must have for one of a relief: what is blurred
	// fits too much.
	sharp = 0.6
	// flat is the unevenness, of 255, that says nothing.
	flat = 4
)

// A relief is what in a picture is uneven: each colour less the mean of those
// around it. Photographs and paintings have no areas of one colour that could be
// told apart; their relief is as good as a fingerprint.
type relief struct {
	w, h   int
	size   float64 // pixels of the longer side
	inside []float32
	parts  [3][]float32
}

// newRelief is the relief of a template in that many pixels.
func newRelief(p *picture, t *template, side int) *relief {
	size := float64(side) / math.Sqrt(t.wide*t.high)
	r := &relief{w: max(4, int(size*t.wide+0.5)), h: max(4, int(size*t.high+0.5)), size: size}
	part, inside := p.content()
	from := scaled(p.rgba(), part, r.w, r.h)
	mask := &picture{w: p.w, h: p.h, pix: make([]uint8, 4*p.w*p.h)}
	for i, in := range inside {
		if in {
			mask.pix[4*i], mask.pix[4*i+1], mask.pix[4*i+2], mask.pix[4*i+3] = 255, 255, 255, 255
		}
	}
	small := scaled(mask.rgba(), part, r.w, r.h)
	r.inside = make([]float32, r.w*r.h)
	for i := range r.inside {
		if small.pix[4*i] >= 128 {
			r.inside[i] = 1
		}
	}
	for c := range r.parts {
		r.parts[c] = make([]float32, r.w*r.h)
		for i := range r.parts[c] {
			r.parts[c][i] = float32(from.pix[4*i+c])
		}
	}
	newBlur(r.w, r.h).flatten(r.inside, make([]float32, r.w*r.h), &r.parts)
	return r
}

// A blur takes sums of rectangles around pixels: as far to one side as to the
// other, so that what merely grows lighter to one side is even.
type blur struct {
	w, h, radius int
	sums         []float64 // of what lies above and left
	out          []float32
}

func newBlur(w, h int) *blur {
	return &blur{w: w, h: h, radius: max(2, min(w, h)/7), sums: make([]float64, (w+1)*(h+1)), out: make([]float32, w*h)}
}

// sum leaves the sums around each pixel in out.
func (b *blur) sum(in, out []float32) {
	w := b.w + 1
	for y := range b.h {
		row := 0.0
		for x := range b.w {
			row += float64(in[y*b.w+x])
			b.sums[(y+1)*w+x+1] = b.sums[y*w+x+1] + row
		}
	}
	for y := range b.h {
		ry := min(b.radius, y, b.h-1-y)
		for x := range b.w {
			rx := min(b.radius, x, b.w-1-x)
			top, low := (y-ry)*w, (y+ry+1)*w
			out[y*b.w+x] = float32(b.sums[low+x+rx+1] - b.sums[low+x-rx] - b.sums[top+x+rx+1] + b.sums[top+x-rx])
		}
	}
}

// flatten takes from each colour the mean around it of what is inside, and what
// is left of its own mean; what is not inside becomes nothing. weight has room.
func (b *blur) flatten(inside, weight []float32, parts *[3][]float32) {
	b.sum(inside, weight)
	for _, part := range parts {
		for i, in := range inside {
			part[i] *= in
		}
		b.sum(part, b.out)
		mean, n := 0.0, 0.0
		for i, in := range inside {
			if in > 0 {
				part[i] -= b.out[i] / weight[i]
				mean += float64(part[i])
				n++
			}
		}
		for i, in := range inside {
			part[i] -= in * float32(mean/max(n, 1))
		}
	}
}

// A bench is where the reliefs of scenes are made.
type bench struct {
	blur          *blur
	known, weight []float32
	parts         [3][]float32
}

func (r *relief) bench() *bench {
	b := &bench{blur: newBlur(r.w, r.h), known: make([]float32, r.w*r.h), weight: make([]float32, r.w*r.h)}
	for c := range b.parts {
		b.parts[c] = make([]float32, r.w*r.h)
	}
	return b
}

// reliefFit is which part of the unevenness of the scene there is told by that
// of the template, whose colours may be mixed anew in any way: 1 in a copy,
// inverted, grey or in other hues, near 0 in anything else.
func (s *scene) reliefFit(r *relief, b *bench, p pose) float64 {
	if p.size < sharp*r.size {
		return 0
	}
	v := s.level(p.size, int(r.size))
	sin, cos := math.Sincos(p.turn)
	size := p.size * v.factor
	px, py := p.x*v.factor-0.5, p.y*v.factor-0.5
	var q [4]float64
	all, known := 0, 0
	for y := range r.h {
		fy := (float64(y) + 0.5 - float64(r.h)/2) / r.size
		for x := range r.w {
			i := y*r.w + x
			b.known[i] = 0
			if r.inside[i] == 0 {
				continue
			}
			all++
			u := (float64(x) + 0.5 - float64(r.w)/2) / r.size * p.aspect
			if !v.pic.sample(px+size*(cos*u-sin*fy), py+size*(sin*u+cos*fy), &q) {
				continue
			}
			known++
			b.known[i] = 1
			for c := range b.parts {
				b.parts[c][i] = float32(q[c])
			}
		}
	}
	if known*100 < all*72 {
		return 0
	}
	b.blur.flatten(b.known, b.weight, &b.parts)
	_, told := mixed(&b.parts, &r.parts, b.known)
	return told
}

// A mixture says how some colours follow from others: for each, how much of each.
type mixture [3][3]float64

// mixed is the mixture of some colours that tells most of others, where known, and
// the part of all their variance that it tells.
func mixed(of, by *[3][]float32, known []float32) (m mixture, told float64) {
	var own, with [3][3]float64
	total, n := 0.0, 0
	for i, k := range known {
		if k == 0 {
			continue
		}
		n++
		a := [3]float64{float64(by[0][i]), float64(by[1][i]), float64(by[2][i])}
		for c := range of {
			q := float64(of[c][i])
			total += q * q
			for j := range a {
				with[c][j] += q * a[j]
			}
		}
		for j := range a {
			for l := range j + 1 {
				own[j][l] += a[j] * a[l]
			}
		}
	}
	// By Cholesky's decomposition; a little is added so that grey pictures, whose
	// colours are all the same, have one.
	little := 1e-3*(own[0][0]+own[1][1]+own[2][2]) + 1e-6
	var low [3][3]float64
	for j := range 3 {
		for l := range j + 1 {
			sum := own[j][l]
			for k := range l {
				sum -= low[j][k] * low[l][k]
			}
			if j == l {
				low[j][j] = math.Sqrt(max(sum+little, little*1e-3))
			} else {
				low[j][l] = sum / low[l][l]
			}
		}
	}
	explained := 0.0
	for c := range with {
		var z [3]float64
		for j := range z {
			z[j] = with[c][j]
			for l := range j {
				z[j] -= low[j][l] * z[l]
			}
			z[j] /= low[j][j]
			explained += z[j] * z[j]
		}
		for j := 2; j >= 0; j-- {
			m[c][j] = z[j]
			for l := j + 1; l < 3; l++ {
				m[c][j] -= low[l][j] * m[c][l]
			}
			m[c][j] /= low[j][j]
		}
	}
	return m, explained / (total + 3*float64(n)*flat*flat)
}

// everywhere is how well some colours are told by a mixture of others, each cell
// of the picture counting by how uneven it is: one thing that is strong and fits
// does not make up for others that don't.
func (r *relief) everywhere(of, by *[3][]float32, known []float32) float64 {
	const across = 4
	m, _ := mixed(of, by, known)
	var total, rest [across * across]float64
	for y := range r.h {
		for x := range r.w {
			i := y*r.w + x
			if known[i] == 0 {
				continue
			}
			cell := y*across/r.h*across + x*across/r.w
			total[cell] += 3 * flat * flat
			rest[cell] += 3 * flat * flat
			for c := range of {
				q := float64(of[c][i])
				d := q - m[c][0]*float64(by[0][i]) - m[c][1]*float64(by[1][i]) - m[c][2]*float64(by[2][i])
				total[cell] += q * q
				rest[cell] += d * d
			}
		}
	}
	fit, weight := 0.0, 0.0
	for cell, t := range total {
		if t > 0 {
			w := math.Sqrt(t)
			fit += w * max(0, 1-rest[cell]/t)
			weight += w
		}
	}
	if weight == 0 {
		return 0
	}
	return fit / weight
}

// agrees is how well the relief and the scene at a pose tell each other.
func (s *scene) agrees(r *relief, b *bench, p pose) float64 {
	if s.reliefFit(r, b, p) == 0 {
		return 0
	}
	return math.Sqrt(r.everywhere(&b.parts, &r.parts, b.known) * r.everywhere(&r.parts, &b.parts, b.known))
}

// even is how evenly the relief is spread over the picture, from 0 to 1. A
// horizon or a frame alone, which many pictures have, is not.
func (r *relief) even() float64 {
	const across = 6
	var energy [across * across]float64
	for y := range r.h {
		for x := range r.w {
			for _, part := range r.parts {
				v := float64(part[y*r.w+x])
				energy[y*across/r.h*across+x*across/r.w] += v * v
			}
		}
	}
	sum, squares := 0.0, 0.0
	for _, e := range energy {
		sum += e
		squares += e * e
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / (across * across * squares)
}

const (
	// A picture is known by its relief where its classes of colours, at least
	// colourful, leave at least grainy of it untold, and it is spread that evenly.
	grainy, spreadLeast = 0.1, 0.28
	colourful           = 6
)

// grain is which part of the sheet's relief is within the classes of its colours:
// little in drawings.
func (s sheet) grain(at []image.Point, means [][4]int, class []int) float64 {
	inside := make([]float32, s.w*s.h)
	var own, rest [3][]float32
	for c := range own {
		own[c], rest[c] = make([]float32, s.w*s.h), make([]float32, s.w*s.h)
	}
	for i, q := range at {
		n := q.Y*s.w + q.X
		inside[n] = 1
		colour := s.at(q.X, q.Y)
		for c := range own {
			own[c][n], rest[c][n] = float32(colour[c]), float32(colour[c]-means[class[i]][c])
		}
	}
	b, weight := newBlur(s.w, s.h), make([]float32, s.w*s.h)
	b.flatten(inside, weight, &own)
	b.flatten(inside, weight, &rest)
	of := func(parts [3][]float32) (sum float64) {
		for _, part := range parts {
			for _, v := range part {
				sum += float64(v) * float64(v)
			}
		}
		return sum
	}
	return of(rest) / (of(own) + 1)
}
