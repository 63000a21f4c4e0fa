package asset

import (
	"cmp"
	"math"
	"slices"
)

const (
	// tolerated is which part of a template's edges the first search may miss.
	tolerated = 0.25
	// kept is how many places of a template are compared, and followed how many of
	// those, the best, are looked at closely.
	kept, followed = 250, 16
	// stride is how many pixels lie between the places of the first search.
	stride = 3
)

// rotations are those of the first search, in radians; what is between them is
// found when the place is aligned. Long templates need more.
var (
	rotations     = []float64{0, -9 * math.Pi / 180, 9 * math.Pi / 180}
	moreRotations = []float64{0, -5 * math.Pi / 180, 5 * math.Pi / 180, -10 * math.Pi / 180, 10 * math.Pi / 180}
)

// A pose is where and how a template may lie in a scene.
type pose struct {
	x, y   float64 // its middle
	size   float64 // of its longer side, pixels
	turn   float64 // radians
	aspect float64 // how much wider than it should be
}

// at is the point of the scene that a point of the template lies on.
func (p pose) at(u, v float64) (x, y float64) {
	sin, cos := math.Sincos(p.turn)
	u *= p.aspect
	return p.x + p.size*(cos*u-sin*v), p.y + p.size*(sin*u+cos*v)
}

// A place is a pose with how much speaks for it.
type place struct {
	pose
	level int
	score float64
}

// A look is a feature of a template where a scan looks for it.
type look struct {
	offset int
	mask   uint16
}

// looks turns features into offsets in a frame of that width.
func looks(features []feature, size, turn float64, width int) []look {
	out := make([]look, len(features))
	sin, cos := math.Sincos(turn)
	for i, f := range features {
		x, y := size*(cos*f.u-sin*f.v), size*(sin*f.u+cos*f.v)
		a := f.angle + turn
		out[i] = look{int(math.Floor(y+0.5))*width + int(math.Floor(x+0.5)), around(angleOf(math.Cos(a), math.Sin(a)))}
	}
	return out
}

func first(list []feature, n int) []feature { return list[:min(n, len(list))] }

// search finds the places of a scene that look most like the template: in every
// size and rotation, the part of its edges that lie there in their directions,
// less what lies where the template is quiet.
func (s *scene) search(t *template) []place {
	var found []place
	turns := rotations
	if t.sides[coarse] > 40 {
		turns = moreRotations
	}
	for n, v := range s.levels {
		for _, turn := range turns {
			found = v.scan(t, n, turn, found)
		}
	}
	slices.SortFunc(found, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.level, b.level), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x), cmp.Compare(a.turn, b.turn))
	})
	found = found[:min(len(found), kept)]
	for i := range found {
		found[i].score = s.fit(t, found[i].pose)
	}
	slices.SortStableFunc(found, func(a, b place) int { return cmp.Compare(b.score, a.score) })
	var best []place
	for _, p := range found {
		if !slices.ContainsFunc(best, p.beside) {
			if best = append(best, p); len(best) == followed {
				break
			}
		}
	}
	return best
}

// beside tells whether two places are so near that both would be aligned to
// the same.
func (p place) beside(o place) bool {
	d := min(p.size, o.size) / 5
	return math.Abs(p.x-o.x) < d && math.Abs(p.y-o.y) < d && max(p.size, o.size) < 1.25*min(p.size, o.size) && math.Abs(p.turn-o.turn) < 0.2
}

// scan looks at every third place of a level.
func (v *level) scan(t *template, n int, turn float64, found []place) []place {
	width, side := v.wide.w, float64(t.sides[coarse])
	features := looks(first(t.features[coarse], scanned), side, turn, width)
	quiet := looks(t.quiet[coarse], side, turn, width)
	misses := int(tolerated * float64(len(features)))
	halfX, halfY := side*t.wide/2, side*t.high/2
	if float64(v.pic.w) < 2*halfX*(1-beyond) || float64(v.pic.h) < 2*halfY*(1-beyond) {
		return found
	}
	fromX, toX := int(halfX*(1-2*beyond)), int(float64(v.pic.w)-halfX*(1-2*beyond))
	fromY, toY := int(halfY*(1-2*beyond)), int(float64(v.pic.h)-halfY*(1-2*beyond))
	few := t.edgePixels * 2 / 5
	noisy := len(quiet) * 4 / 10
	best := newBoard(v.pic.w+pad, v.pic.h+pad)
	for y := fromY; y <= toY; y += stride {
		for x := fromX; x <= toX; x += stride {
			if v.edgePixels(x-int(halfX)-2, y-int(halfY)-2, x+int(halfX)+3, y+int(halfY)+3) < few {
				continue
			}
			at := (y+pad)*width + x + pad
			loud := 0
			for _, q := range quiet {
				if b := v.exact.bit[at+q.offset]; b != 0 && b != unknown {
					if loud++; loud > noisy {
						break
					}
				}
			}
			if loud > noisy {
				continue
			}
			missed := 0
			for _, f := range features {
				if v.wide.bit[at+f.offset]&f.mask == 0 {
					if missed++; missed > misses {
						break
					}
				}
			}
			if missed > misses {
				continue
			}
			near := 0
			for _, f := range features {
				if v.near.bit[at+f.offset]&f.mask != 0 {
					near++
				}
			}
			score := float64(len(features)-missed+near) / float64(2*len(features))
			if len(quiet) > 0 {
				score -= float64(loud) / float64(len(quiet))
			}
			best.offer(x, y, place{pose{float64(x) / v.factor, float64(y) / v.factor, side / v.factor, turn, 1}, n, score})
		}
	}
	return best.all(found)
}

// A board keeps the best place of each square of a level.
type board struct {
	across int
	places []place
}

const boardSquare = 8 // pixels

func newBoard(w, h int) board {
	b := board{across: w/boardSquare + 1}
	b.places = make([]place, b.across*(h/boardSquare+1))
	return b
}

func (b board) offer(x, y int, p place) {
	if at := &b.places[y/boardSquare*b.across+x/boardSquare]; p.score > at.score {
		*at = p
	}
}

func (b board) all(found []place) []place {
	for _, p := range b.places {
		if p.score > 0 {
			found = append(found, p)
		}
	}
	return found
}

// whole are the places at which the template would fill the scene, or what the
// scene shows.
func (s *scene) whole(t *template) []place {
	var out []place
	for i, r := range [...][4]int{{s.part.Min.X, s.part.Min.Y, s.part.Max.X, s.part.Max.Y}, {0, 0, s.w, s.h}} {
		w, h := float64(r[2]-r[0]), float64(r[3]-r[1])
		aspect := w / h / (t.wide / t.high)
		if aspect < 0.8 || aspect > 1.25 || i == 1 && s.part.Dx() == s.w && s.part.Dy() == s.h {
			continue
		}
		out = append(out, place{pose: pose{float64(r[0]+r[2]) / 2, float64(r[1]+r[3]) / 2, h / t.high, 0, aspect}, level: -1, score: 1})
	}
	return out
}

// align moves a place to where its edges fit best, and returns which part of
// them do.
func (s *scene) align(t *template, p pose) (pose, float64) {
	best := s.edgeFit(t, p)
	step := pose{x: p.size / 24, y: p.size / 24, size: p.size / 20, turn: 0.06, aspect: 0.04}
	for range 4 {
		for moved := true; moved; {
			moved = false
			for _, d := range step.ways() {
				q := p.plus(d)
				if math.Abs(q.turn) > 0.4 || math.Abs(q.aspect-1) > 0.25 || q.size < 8 {
					continue
				}
				if f := s.edgeFit(t, q); f > best+1e-9 {
					p, best, moved = q, f, true
				}
			}
		}
		step = step.half()
	}
	return p, best
}

// edgeFit is which part of the template's edges the scene has there, in their
// directions: exactly, or within a pixel of a template in its fine resolution.
func (s *scene) edgeFit(t *template, p pose) float64 {
	detail, v := s.resolution(t, p.size)
	sin, cos := math.Sincos(p.turn)
	size := p.size * v.factor
	px, py := p.x*v.factor+pad, p.y*v.factor+pad
	hits, known := 0, 0
	for _, f := range t.features[detail] {
		u := f.u * p.aspect
		x, y := int(px+size*(cos*u-sin*f.v)), int(py+size*(sin*u+cos*f.v))
		if x < pad || y < pad || x >= pad+v.pic.w || y >= pad+v.pic.h {
			continue
		}
		known++
		a := int((f.angle+p.turn)*angles/math.Pi+angles+0.5) % angles
		if m := around(a); v.near.bit[y*v.near.w+x]&m != 0 {
			hits += 2
			if v.raw.bit[(y-pad)*v.pic.w+x-pad]&m != 0 {
				hits++
			}
		}
	}
	if n := len(t.features[detail]); known == 0 || 2*known < n {
		return 0
	}
	return float64(hits) / float64(3*known)
}
