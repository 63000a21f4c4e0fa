package asset

import (
	"math/rand/v2"
	"testing"
)

// uneven are colours at random.
func uneven(r *rand.Rand, n int) (out [3][]float32) {
	for c := range out {
		out[c] = make([]float32, n)
		for i := range out[c] {
			out[c][i] = float32(r.NormFloat64() * 40)
		}
	}
	return out
}

// TestMixed: colours that are mixtures of others are told by them, inverted and
// grey ones too; others are not; and one bold part that fits does not make up for
// the rest.
func TestMixed(t *testing.T) {
	const side = 40
	r := &relief{w: side, h: side}
	known := make([]float32, side*side)
	for i := range known {
		known[i] = 1
	}
	random := rand.New(rand.NewPCG(4, 4))
	by := uneven(random, side*side)
	mix := func(m mixture) (out [3][]float32) {
		for c := range out {
			out[c] = make([]float32, side*side)
			for i := range out[c] {
				out[c][i] = float32(m[c][0])*by[0][i] + float32(m[c][1])*by[1][i] + float32(m[c][2])*by[2][i]
			}
		}
		return out
	}
	// Bold above left, as the reference; elsewhere faint, and something else.
	bold, part := uneven(random, side*side), uneven(random, side*side)
	for c := range part {
		for i := range part[c] {
			if i%side < side/2 && i/side < side/2 {
				bold[c][i] *= 5
				part[c][i] = bold[c][i]
			}
		}
	}
	for name, c := range map[string]struct {
		of          [3][]float32
		least, most float64
	}{
		"itself":        {by, 0.97, 1},
		"inverted":      {mix(mixture{{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}), 0.97, 1},
		"grey":          {mix(mixture{{0.3, 0.6, 0.1}, {0.3, 0.6, 0.1}, {0.3, 0.6, 0.1}}), 0.95, 1},
		"in other hues": {mix(mixture{{0, 0, 1}, {1, 0, 0}, {0.2, 0.8, 0}}), 0.95, 1},
		"another":       {uneven(random, side*side), 0, 0.05},
	} {
		if got := r.everywhere(&c.of, &by, known); got < c.least || got > c.most {
			t.Errorf("%s: %.3f, want %.2f to %.2f", name, got, c.least, c.most)
		}
	}
	_, told := mixed(&part, &bold, known)
	if got := r.everywhere(&part, &bold, known); told < 0.8 || got > told-0.15 {
		t.Errorf("of a picture with one bold part in common %.2f is told, %.2f by cells", told, got)
	}
}

// TestRelief: what grows lighter evenly has none; a line across has one that is
// not spread, a picture of many things one that is.
func TestRelief(t *testing.T) {
	const side = 60
	random := rand.New(rand.NewPCG(5, 5))
	for name, c := range map[string]struct {
		light func(x, y int) float64
		none  bool
		even  bool
	}{
		"a gradient":  {func(x, y int) float64 { return float64(2*x + y) }, true, false},
		"a horizon":   {func(_, y int) float64 { return map[bool]float64{true: 200, false: 50}[y < 25] }, false, false},
		"many things": {func(x, y int) float64 { return 100 + 60*random.NormFloat64() }, false, true},
	} {
		p := &picture{w: side, h: side, pix: make([]uint8, 4*side*side)}
		for y := range side {
			for x := range side {
				for k := range 3 {
					p.pix[4*(y*side+x)+k] = uint8(min(max(c.light(x, y), 0), 255))
				}
				p.pix[4*(y*side+x)+3] = 255
			}
		}
		r := newRelief(p, &template{wide: 1, high: 1}, exactly)
		most := float32(0)
		for _, v := range r.parts[0] {
			most = max(most, v)
		}
		if (most < 2) != c.none {
			t.Errorf("%s: its relief is at most %.1f", name, most)
		}
		if even := r.even(); !c.none && (even >= spreadLeast) != c.even {
			t.Errorf("%s: %.2f even", name, even)
		}
	}
}
