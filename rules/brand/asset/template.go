package asset

import (
	"image"
	"math"
	"slices"
)

const (
	// A template is looked for in two resolutions: coarse in the first search, fine
	// where a place is looked at closely, if the scene has as many pixels.
	coarse, fine = 0, 1
	// shortest and longest are how many pixels a template's longer side has at least
	// and at most in the coarse resolution: as many as make coarseArea.
	shortest, longest = 32, 56
	coarseArea        = 28 * 28
	// scanned and aligned are how many edge points are looked up in each.
	scanned, aligned = 64, 200
	quietPoints      = 32
	// mostClasses is how many colours of a template are told apart, and cells how
	// many parts it has across and down.
	mostClasses, cells = 8, 3
)

// A feature is a point of an edge. Positions within a template are relative to
// its middle, its longer side being 1.
type feature struct {
	u, v  float64
	angle float64 // of the gradient, radians, 0 to π
}

// A point is one of the inside of a template.
type point struct {
	u, v   float64
	class  int     // of its colour; mostClasses outside
	cell   int     // of cells × cells
	weight float64 // less beside a change of colour
}

// A template is a reference as the search looks for it.
type template struct {
	wide, high float64 // at most 1
	classes    int
	full       bool         // the inside is all of the picture: nothing is around it
	sides      [2]int       // pixels of the longer side, coarse and fine
	features   [2][]feature // likewise
	quiet      [2][]feature // inside, far from edges
	edgePixels int          // in the first search
	points     [2][]point
	// edges and colours are what the fits are of a copy of the reference in
	// another size: less than 1 where much in it is fine or faint.
	edges, colours float64
	// grain is which part of the relief the classes don't tell.
	grain   float64
	reliefs [2]*relief
	glimpse *glimpse // of a picture that is known by its relief
}

// newTemplate takes a reference apart.
func newTemplate(p *picture) *template {
	part, inside := p.content()
	t := &template{}
	side := float64(max(part.Dx(), part.Dy()))
	t.wide, t.high = float64(part.Dx())/side, float64(part.Dy())/side
	t.sides[coarse] = min(max(int(math.Sqrt(coarseArea/(t.wide*t.high))), shortest), longest)
	t.sides[fine] = t.sides[coarse] * 13 / 8
	for detail := range t.sides {
		t.findFeatures(p, part, inside, detail)
		t.findClasses(p, part, inside, detail)
	}
	t.calibrate(p)
	t.reliefs = [2]*relief{newRelief(p, t, rough), newRelief(p, t, exactly)}
	if t.grain >= grainy && t.classes >= colourful && t.reliefs[1].even() >= spreadLeast {
		t.glimpse = newGlimpse(p, t)
	}
	return t
}

// calibrate finds what the fits of a copy are. Half of what a copy lacks is
// forgiven in edges: what is fine is also what is easily found elsewhere.
func (t *template) calibrate(p *picture) {
	const size = 150
	t.edges, t.colours = 1, 1
	s := newScene(shrunk(p.rgba(), p.rgba().Rect, size).rgba())
	best := s.best(t, s.whole(t))
	if best.score > 0 {
		t.edges, t.colours = (1+s.edgeFit(t, best.pose))/2, max(s.colourFit(t, best.pose), 0.5)
	}
}

// resolution is in which of the template's a length of the scene is looked at
// closely.
func (s *scene) resolution(t *template, length float64) (detail int, v *level) {
	detail = fine
	if 2*length < float64(t.sides[coarse]+t.sides[fine]) {
		detail = coarse
	}
	return detail, s.level(length, t.sides[detail])
}

// A sheet is the reference with a margin around it in a certain size.
type sheet struct {
	*picture
	margin float64 // pixels
	size   float64 // pixels of the longer side
	inside []bool
}

// newSheet continues the picture beyond its borders by what is there: nothing,
// or paper; a tile is continued by itself, so that its border is no edge.
func newSheet(p *picture, part image.Rectangle, inside []bool, size int) sheet {
	longest := max(part.Dx(), part.Dy())
	margin := (longest + 7) / 8
	wide := part.Inset(-margin)
	big := &picture{w: wide.Dx(), h: wide.Dy(), pix: make([]uint8, 4*wide.Dx()*wide.Dy())}
	mask := &picture{w: big.w, h: big.h, pix: make([]uint8, len(big.pix))}
	for y := range big.h {
		for x := range big.w {
			sx, sy := wide.Min.X+x, wide.Min.Y+y
			cx, cy := min(max(sx, 0), p.w-1), min(max(sy, 0), p.h-1)
			copy(big.pix[4*(y*big.w+x):], p.pix[4*(cy*p.w+cx):4*(cy*p.w+cx)+4])
			if sx == cx && sy == cy && inside[cy*p.w+cx] {
				for c := range 4 {
					mask.pix[4*(y*big.w+x)+c] = 255
				}
			}
		}
	}
	factor := float64(size) / float64(longest)
	w, h := int(float64(big.w)*factor+0.5), int(float64(big.h)*factor+0.5)
	small, smallMask := scaled(big.rgba(), big.rgba().Rect, w, h), scaled(mask.rgba(), mask.rgba().Rect, w, h)
	s := sheet{picture: small, margin: float64(margin) * factor, size: float64(size), inside: make([]bool, w*h)}
	for i := range s.inside {
		s.inside[i] = smallMask.pix[4*i] >= 128
	}
	return s
}

// place is where the middle of a pixel lies within the template.
func (s sheet) place(t *template, x, y int) (u, v float64) {
	return (float64(x)+0.5-s.margin)/s.size - t.wide/2, (float64(y)+0.5-s.margin)/s.size - t.high/2
}

func (t *template) findFeatures(p *picture, part image.Rectangle, inside []bool, detail int) {
	size := t.sides[detail]
	s := newSheet(p, part, inside, size)
	e := findEdges(s.picture)
	var on, off []feature
	near := e.spread(size/20+1, 0)
	strong := s.strong(e)
	for y := range s.h {
		for x := range s.w {
			u, v := s.place(t, x, y)
			switch b := e.bit[y*s.w+x]; {
			case b != 0 && strength(s.picture, x, y) >= strong:
				on = append(on, feature{u, v, gradientAngle(s.picture, x, y)})
			case b == 0 && s.inside[y*s.w+x] && near.bit[y*s.w+x] == 0:
				off = append(off, feature{u: u, v: v})
			}
		}
	}
	if detail == coarse {
		t.edgePixels = len(on)
	}
	t.features[detail], t.quiet[detail] = scattered(on, aligned*size/(shortest+20*detail)), scattered(off, quietPoints)
}

// strong is how strong an edge must be to be a feature: faint ones are lost in
// other sizes.
func (s sheet) strong(e edges) int {
	var all []int
	for y := range s.h {
		for x := range s.w {
			if e.bit[y*s.w+x] != 0 {
				all = append(all, strength(s.picture, x, y))
			}
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)*9/10] / 16 // of squares: a quarter
}

// strength is the square of the strongest change at a pixel that has neighbours
// on all sides.
func strength(p *picture, x, y int) int {
	s, _ := gradient(p, x, y)
	return s
}

// gradientAngle is the direction of the strongest change at a pixel that has
// neighbours on all sides.
func gradientAngle(p *picture, x, y int) float64 {
	_, a := gradient(p, x, y)
	return a
}

func gradient(p *picture, x, y int) (best int, angle float64) {
	a, b, d := p.at(x-1, y-1), p.at(x, y-1), p.at(x+1, y-1)
	f, g := p.at(x-1, y), p.at(x+1, y)
	k, l, m := p.at(x-1, y+1), p.at(x, y+1), p.at(x+1, y+1)
	for c := range 4 {
		dx := 3*(d[c]+m[c]-a[c]-k[c]) + 10*(g[c]-f[c])
		dy := 3*(k[c]+m[c]-a[c]-d[c]) + 10*(l[c]-b[c])
		if s := dx*dx + dy*dy; s > best {
			best, angle = s, math.Atan2(float64(dy), float64(dx))
		}
	}
	if angle < 0 {
		angle += math.Pi
	}
	return best, angle
}

// scattered picks at most that many, each as far from those before it as can
// be: any first part of them covers the whole.
func scattered(all []feature, most int) []feature {
	if len(all) == 0 {
		return nil
	}
	away := make([]float64, len(all))
	for i := range away {
		away[i] = math.Inf(1)
	}
	var out []feature
	for next := 0; len(out) < min(most, len(all)); {
		f := all[next]
		out = append(out, f)
		next = 0
		for i, o := range all {
			away[i] = min(away[i], (o.u-f.u)*(o.u-f.u)+(o.v-f.v)*(o.v-f.v))
			if away[i] > away[next] {
				next = i
			}
		}
	}
	return out
}

// findClasses sorts the inside into few colours. What another picture has there
// may be of any colours, but of one for each class: that survives every change
// of colours, and nothing else looks so.
func (t *template) findClasses(p *picture, part image.Rectangle, inside []bool, detail int) {
	const unlike = 40 // how far a colour must be from all others to be another
	s := newSheet(p, part, inside, t.sides[detail])
	var means [][4]int
	var class []int
	var at []image.Point
	for y := range s.h {
		for x := range s.w {
			if s.inside[y*s.w+x] {
				at = append(at, image.Pt(x, y))
			}
		}
	}
	if len(at) == 0 {
		return
	}
	// Colours as far apart as can be, then moved to the middle of what is theirs.
	means = append(means, s.at(at[len(at)/2].X, at[len(at)/2].Y))
	for len(means) < mostClasses {
		far, which := 0, 0
		for i, q := range at {
			if d := distance2(s.at(q.X, q.Y), means[nearest(means, s.at(q.X, q.Y))]); d > far {
				far, which = d, i
			}
		}
		if far < unlike*unlike {
			break
		}
		means = append(means, s.at(at[which].X, at[which].Y))
	}
	class = make([]int, len(at))
	for range 8 {
		sum, n := make([][4]int, len(means)), make([]int, len(means))
		for i, q := range at {
			c := s.at(q.X, q.Y)
			k := nearest(means, c)
			class[i] = k
			n[k]++
			for j := range c {
				sum[k][j] += c[j]
			}
		}
		for k := range means {
			for j := range means[k] {
				if n[k] > 0 {
					means[k][j] = sum[k][j] / n[k]
				}
			}
		}
	}
	t.classes = len(means)
	if detail == fine {
		t.grain = s.grain(at, means, class)
	}
	t.full = !slices.Contains(inside, false)

	of := make([]int, s.w*s.h) // 1 + class
	for i, q := range at {
		of[q.Y*s.w+q.X] = 1 + class[i]
	}
	t.keep(s, of, detail)
}

// keep keeps the points of the inside, and those of a ring around it.
func (t *template) keep(s sheet, of []int, detail int) {
	const around = 0.35 // what a point of the ring weighs: it may be of anything
	for y := 1; y < s.h-1; y++ {
		for x := 1; x < s.w-1; x++ {
			u, v := s.place(t, x, y)
			p := point{u: u, v: v, class: mostClasses, weight: around}
			p.cell = min(max(int(cells*(u/t.wide+0.5)), 0), cells-1) + cells*min(max(int(cells*(v/t.high+0.5)), 0), cells-1)
			if own := of[y*s.w+x]; own > 0 {
				p.class, p.weight = own-1, 1
				for _, d := range [...]int{-s.w, -1, 1, s.w} {
					if of[y*s.w+x+d] != own {
						p.weight = 0.2
					}
				}
			} else if t.full || beside(of, s.w, s.h, x, y, 1) || !beside(of, s.w, s.h, x, y, 2) && !beside(of, s.w, s.h, x, y, 3) {
				continue
			}
			t.points[detail] = append(t.points[detail], p)
		}
	}
}

// beside tells whether something of the inside is r pixels away in one of eight
// directions.
func beside(of []int, w, h, x, y, r int) bool {
	for _, d := range [...]image.Point{{-r, 0}, {r, 0}, {0, -r}, {0, r}, {-r, -r}, {r, r}, {-r, r}, {r, -r}} {
		if q := image.Pt(x+d.X, y+d.Y); q.In(image.Rect(0, 0, w, h)) && of[q.Y*w+q.X] > 0 {
			return true
		}
	}
	return false
}

func distance2(a, b [4]int) (d int) {
	for c := range a {
		d += (a[c] - b[c]) * (a[c] - b[c])
	}
	return d
}

func nearest(means [][4]int, c [4]int) (which int) {
	least := math.MaxInt
	for k, m := range means {
		if d := distance2(m, c); d < least {
			which, least = k, d
		}
	}
	return which
}
