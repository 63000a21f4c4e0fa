package asset

import (
	"cmp"
	"math"
	"slices"
)

// fit is how like the template the scene is at a pose, from 0 to 1: by edges and
// by colours, each as much as a copy of the reference has.
func (s *scene) fit(t *template, p pose) float64 {
	return math.Sqrt(min(1, s.edgeFit(t, p)/t.edges) * min(1, s.colourFit(t, p)/t.colours))
}

// best aligns places and keeps the one that fits best.
func (s *scene) best(t *template, places []place) (best place) {
	const (
		settled  = 3   // how many are settled
		hopeless = 0.5 // a fit that settling does not make good
	)
	var near []place
	for _, p := range places {
		near = append(near, place{pose: p.pose, score: s.fit(t, p.pose)})
		q, _ := s.align(t, p.pose)
		near = append(near, place{pose: q, score: s.fit(t, q)})
	}
	slices.SortStableFunc(near, func(a, b place) int { return cmp.Compare(b.score, a.score) })
	for _, p := range near[:min(len(near), settled)] {
		if p.score >= hopeless {
			p.pose, p.score = s.settle(t, p.pose)
		}
		if p.score > best.score {
			best = p
		}
	}
	return best
}

// settle moves a place that is nearly right to where it fits best.
func (s *scene) settle(t *template, p pose) (pose, float64) {
	best := s.fit(t, p)
	step := pose{x: p.size / 48, y: p.size / 48, size: p.size / 40, turn: 0.03, aspect: 0.02}
	for range 2 {
		for _, d := range step.ways() {
			for range 3 {
				q := p.plus(d)
				f := s.fit(t, q)
				if f <= best {
					break
				}
				p, best = q, f
			}
		}
		step = step.half()
	}
	return p, best
}

// ways are the moves by a step, forth and back.
func (p pose) ways() [10]pose {
	return [...]pose{{x: p.x}, {x: -p.x}, {y: p.y}, {y: -p.y}, {size: p.size}, {size: -p.size}, {turn: p.turn}, {turn: -p.turn}, {aspect: p.aspect}, {aspect: -p.aspect}}
}

func (p pose) plus(d pose) pose {
	return pose{p.x + d.x, p.y + d.y, p.size + d.size, p.turn + d.turn, p.aspect + d.aspect}
}

func (p pose) half() pose { return pose{p.x / 2, p.y / 2, p.size / 2, p.turn / 2, p.aspect / 2} }
