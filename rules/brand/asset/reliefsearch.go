package asset

import (
	"cmp"
	"math"
	"slices"
)

const (
	// glance is the longer side, in pixels, in which places for a relief are
	// looked for: so few that a rotation of ten degrees matters little.
	glance = 20
	// seenFrom is how many pixels of a scene a template's longer side must have to be
	// known by its relief.
	seenFrom = 48
	// glances are how many places are moved to where they fit.
	glances = 12
	// promising is the part of the brightness that a place must have told.
	promising = 0.3
)

// A glimpse is a template in few pixels: independent mixtures of its colours, as
// brightness, each of mean 0 and length 1.
type glimpse struct {
	w, h   int
	points []glimpsed
}

type glimpsed struct {
	x, y int
	of   [3]float32
}

func newGlimpse(p *picture, t *template) *glimpse {
	g := &glimpse{w: max(4, int(glance*t.wide+0.5)), h: max(4, int(glance*t.high+0.5))}
	part, inside := p.content()
	from := scaled(p.rgba(), part, g.w, g.h)
	kx, ky := float64(part.Dx())/float64(g.w), float64(part.Dy())/float64(g.h)
	var mean [3]float64
	for y := range g.h {
		for x := range g.w {
			if inside[(part.Min.Y+int((float64(y)+0.5)*ky))*p.w+part.Min.X+int((float64(x)+0.5)*kx)] {
				q := from.at(x, y)
				g.points = append(g.points, glimpsed{x, y, [3]float32{float32(q[0]), float32(q[1]), float32(q[2])}})
				for c := range mean {
					mean[c] += float64(q[c])
				}
			}
		}
	}
	n := float64(len(g.points))
	for c := range mean {
		for i := range g.points {
			g.points[i].of[c] -= float32(mean[c] / n)
		}
		length := g.product(c, c)
		for d := range c {
			k := g.product(c, d)
			for i := range g.points {
				g.points[i].of[c] -= k * g.points[i].of[d]
			}
		}
		rest := g.product(c, c)
		k := float32(0)
		if rest > 0.02*length && float64(rest) > n*flat*flat {
			k = float32(1 / math.Sqrt(float64(rest)))
		}
		for i := range g.points {
			g.points[i].of[c] *= k
		}
	}
	return g
}

func (g *glimpse) product(c, d int) (sum float32) {
	for _, p := range g.points {
		sum += p.of[c] * p.of[d]
	}
	return sum
}

// turned are the places at which the template, turned, would fill the scene or what
// it shows: with its corners in the margin, or cut off.
func (s *scene) turned(t *template) (out []place) {
	for _, r := range [...][4]int{{s.part.Min.X, s.part.Min.Y, s.part.Max.X, s.part.Max.Y}, {0, 0, s.w, s.h}} {
		w, h := float64(r[2]-r[0]), float64(r[3]-r[1])
		for _, turn := range [...]float64{0, -5, 5, -11, 11} {
			sin, cos := math.Sincos(turn * math.Pi / 180)
			sin = math.Abs(sin)
			for _, size := range [...][2]float64{{w / (t.wide*cos + t.high*sin), h / (t.wide*sin + t.high*cos)}, {w / t.wide, h / t.high}} {
				if size[0] < 1.25*size[1] && size[1] < 1.25*size[0] {
					out = append(out, place{pose: pose{float64(r[0]+r[2]) / 2, float64(r[1]+r[3]) / 2, size[1], turn * math.Pi / 180, size[0] / size[1]}, level: -1, score: 1})
				}
			}
		}
		if s.part.Dx() == s.w && s.part.Dy() == s.h {
			break
		}
	}
	return out
}

// glimpses are the places of the scene whose brightness is best told by the
// template.
func (s *scene) glimpses(g *glimpse) []place {
	var found []place
	offsets := make([]int, len(g.points))
	for n, v := range s.levels {
		if glance < seenFrom*v.factor {
			continue
		}
		light := v.brightness()
		for _, turn := range [...]float64{0, -8 * math.Pi / 180, 8 * math.Pi / 180} {
			sin, cos := math.Sincos(turn)
			sin = math.Abs(sin)
			halfX, halfY := (float64(g.w)*cos+float64(g.h)*sin)/2, (float64(g.w)*sin+float64(g.h)*cos)/2
			sin = math.Sin(turn)
			for i, p := range g.points {
				u, w := float64(p.x)+0.5-float64(g.w)/2, float64(p.y)+0.5-float64(g.h)/2
				offsets[i] = int(math.Floor(halfY+sin*u+cos*w))*v.pic.w + int(math.Floor(halfX+cos*u-sin*w))
			}
			best := newBoard(v.pic.w, v.pic.h)
			for y := 0; y+int(2*halfY+1) <= v.pic.h; y += 2 {
				for x := 0; x+int(2*halfX+1) <= v.pic.w; x += 2 {
					if told := g.told(light[y*v.pic.w+x:], offsets); told >= promising {
						mx, my := float64(x)+halfX, float64(y)+halfY
						best.offer(x, y, place{pose{mx / v.factor, my / v.factor, glance / v.factor, turn, 1}, n, told})
					}
				}
			}
			found = best.all(found)
		}
	}
	slices.SortFunc(found, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.level, b.level), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
	})
	var out []place
	for _, p := range found {
		if !slices.ContainsFunc(out, p.beside) {
			if out = append(out, p); len(out) == glances {
				break
			}
		}
	}
	return out
}

// told is the part of the variance of some brightness that the glimpse tells.
func (g *glimpse) told(light []float32, offsets []int) float64 {
	var sum, squares, a, b, c float32
	for i := range g.points {
		q := light[offsets[i]]
		of := &g.points[i].of
		sum += q
		squares += q * q
		a += q * of[0]
		b += q * of[1]
		c += q * of[2]
	}
	n := float32(len(offsets))
	total := squares - sum*sum/n
	return float64((a*a + b*b + c*c) / (total + n*flat*flat))
}

// brightness is that of each pixel, less a middle one, so that sums are exact
// enough. It is made once.
func (v *level) brightness() []float32 {
	v.lit.Do(func() {
		v.light = make([]float32, v.pic.w*v.pic.h)
		for i := range v.light {
			q := v.pic.pix[4*i:]
			v.light[i] = float32(299*int(q[0])+587*int(q[1])+114*int(q[2]))/1000 - 128
		}
	})
	return v.light
}

// reliefAt is how well the template's relief fits at the best of some places,
// each moved to where it fits best.
func (s *scene) reliefAt(t *template, places []place) (best place) {
	const (
		begun   = 0.08 // what of the relief a place must tell to be moved,
		hopeful = 0.3  // and to be looked at exactly,
		closely = 3    // of which there are so many
	)
	first := t.reliefs[0].bench()
	var near []place
	for _, p := range places {
		fit := s.reliefFit(t.reliefs[0], first, p.pose)
		if fit < begun {
			continue
		}
		p.pose, p.score = s.move(t.reliefs[0], first, p.pose, fit, 3)
		near = append(near, p)
	}
	slices.SortStableFunc(near, func(a, b place) int { return cmp.Compare(b.score, a.score) })
	second := t.reliefs[1].bench()
	for _, p := range near[:min(len(near), closely)] {
		if p.score < hopeful {
			break
		}
		fit := s.reliefFit(t.reliefs[1], second, p.pose)
		p.pose, _ = s.move(t.reliefs[1], second, p.pose, fit, 3)
		p.score = s.agrees(t.reliefs[1], second, p.pose)
		if p.score > best.score {
			best = p
		}
	}
	best.score = byRelief(best.score)
	return best
}

// byRelief is how like a template that is known by its relief a place is: as near
// as may be taken for it where half of the relief is told.
func byRelief(told float64) float64 { return 1 - math.Pow(1-told, 2.75) }

// relieve judges a place of a drawing by its relief too: what is much like it in
// both is more so than what is in one.
func (s *scene) relieve(t *template, p place) place {
	const doubtful, enough = 0.6, 0.95
	if t.glimpse == nil && p.score >= doubtful && p.score < enough {
		b := t.reliefs[1].bench()
		at, _ := s.move(t.reliefs[1], b, p.pose, s.reliefFit(t.reliefs[1], b, p.pose), 2)
		p.score = max(p.score, (p.score+s.agrees(t.reliefs[1], b, at))/2)
	}
	return p
}

// move moves a place to where a relief fits best, in steps that are halved.
func (s *scene) move(r *relief, b *bench, p pose, fit float64, halvings int) (pose, float64) {
	step := pose{x: p.size / r.size, y: p.size / r.size, size: 2 * p.size / r.size, turn: 2 / r.size, aspect: 1.5 / r.size}
	for range halvings {
		for moved := 0; moved < 6; moved++ {
			from := fit
			for _, d := range step.ways() {
				q := p.plus(d)
				if math.Abs(q.turn) > 0.4 || math.Abs(q.aspect-1) > 0.25 || q.size < 8 {
					continue
				}
				if f := s.reliefFit(r, b, q); f > fit {
					p, fit = q, f
				}
			}
			if fit < from+1e-3 {
				break
			}
		}
		step = step.half()
	}
	return p, fit
}
