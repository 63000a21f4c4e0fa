package asset_test

import (
	"math"
	"math/rand/v2"
	"sync"
)

// A motif draws something of its family at a size, the longer side in pixels.
// The same motif at another size is the same design.
type motif struct {
	family string
	draw   func(size int) *canvas
}

// colours are few that go together and stand out from each other.
func colours(r *rand.Rand) (ground, first, second, third rgb) {
	h := r.Float64()
	ground = hue(h, between(r, 0.5, 0.9), between(r, 0.3, 0.45))
	first = hue(h+between(r, 0.3, 0.7), between(r, 0.1, 0.6), between(r, 0.85, 1))
	second = hue(h+between(r, 0.1, 0.2), 0.8, between(r, 0.6, 0.7))
	third = hue(h-between(r, 0.1, 0.2), 0.7, between(r, 0.12, 0.2))
	return
}

func flat(s shape, c rgb) layer { return layer{s, c, c} }

func shaded(r *rand.Rand, s shape, c rgb) layer {
	f := between(r, 0.75, 0.95)
	return layer{s, c, rgb{c[0] * f, c[1] * f, c[2] * f}}
}

// tile is the usual ground of an icon.
func tile(r *rand.Rand) shape {
	switch r.IntN(3) {
	case 0:
		return box(0.5, 0.5, 0.5, 0.5, between(r, 0.05, 0.25), 0)
	case 1:
		return circle(0.5, 0.5, 0.5)
	}
	return star(0.5, 0.5, 0.5, 0.5*math.Cos(math.Pi/6), 6, between(r, 0, 0.5))
}

// part is one shape of a design.
func part(r *rand.Rand, cx, cy, s float64) shape {
	switch r.IntN(8) {
	case 0:
		return circle(cx, cy, s)
	case 1:
		return ring(cx, cy, s*0.8, s*0.4)
	case 2:
		return box(cx, cy, s, s*between(r, 0.35, 0.9), s*0.1, between(r, 0, math.Pi))
	case 3:
		return star(cx, cy, s, s*0.45, 4+r.IntN(3), between(r, 0, 1))
	case 4:
		a := between(r, 0, 6)
		return star(cx, cy, s, s/2, 3, a)
	case 5:
		return without(circle(cx, cy, s), circle(cx+s*between(r, 0.3, 0.6), cy-s*between(r, -0.3, 0.3), s*0.75))
	case 6:
		a := between(r, 0, 6)
		return both(circle(cx, cy, s), box(cx+s*math.Cos(a), cy+s*math.Sin(a), s, s*2, 0, a))
	}
	return letter(pick(r, letters), cx-s*0.6, cy-s*0.8, s*1.2, s*1.6, between(r, 0.14, 0.24))
}

// emblem is a design of several shapes on a ground.
func emblem(r *rand.Rand) motif {
	ground, first, second, third := colours(r)
	d := drawing{shaded(r, tile(r), ground)}
	n := 3 + r.IntN(3)
	for i := range n {
		a := 2*math.Pi*float64(i)/float64(n) + between(r, -0.4, 0.4)
		d = append(d, flat(part(r, 0.5+0.2*math.Cos(a), 0.5+0.2*math.Sin(a), between(r, 0.09, 0.19)), [...]rgb{first, second, third}[i%3]))
	}
	return motif{"emblem", func(size int) *canvas { return square(d, size) }}
}

// monogram is a letter with persons or other marks, like the icons of meeting
// apps.
func monogram(r *rand.Rand, initial rune) motif { return monogramOf(r, initial, 1+r.IntN(3)) }

// imitation has a composition that only protected designs have.
func imitation(r *rand.Rand, initial rune) motif { return monogramOf(r, initial, 4*r.IntN(2)) }

func monogramOf(r *rand.Rand, initial rune, composition int) motif {
	ground, first, second, third := colours(r)
	var d drawing
	switch composition {
	case 0: // persons behind a tile
		d = drawing{
			flat(circle(between(r, 0.68, 0.78), 0.2, between(r, 0.09, 0.13)), second),
			flat(box(0.72, 0.58, between(r, 0.18, 0.24), between(r, 0.22, 0.3), 0.12, 0), second),
			flat(circle(between(r, 0.42, 0.52), 0.15, between(r, 0.11, 0.15)), ground),
			flat(box(0.5, 0.6, 0.24, between(r, 0.25, 0.32), 0.1, 0), ground),
			shaded(r, box(0.28, 0.54, between(r, 0.22, 0.27), 0.25, 0.04, 0), third),
			flat(letter(initial, 0.17, 0.4, 0.22, 0.28, between(r, 0.16, 0.22)), first),
		}
	case 3: // a person before a tile
		d = drawing{
			shaded(r, box(0.62, 0.5, 0.36, between(r, 0.3, 0.45), 0.06, 0), ground),
			flat(letter(initial, 0.55, 0.3, 0.32, between(r, 0.3, 0.4), between(r, 0.14, 0.2)), first),
			flat(circle(between(r, 0.15, 0.3), 0.35, between(r, 0.1, 0.14)), third),
			flat(box(0.22, between(r, 0.65, 0.75), 0.2, 0.2, 0.1, 0), third),
		}
	case 1: // a speech bubble
		d = drawing{
			shaded(r, union(box(0.5, 0.42, 0.48, 0.38, between(r, 0.1, 0.3), 0), polygon([2]float64{0.2, 0.7}, [2]float64{between(r, 0.1, 0.3), 1}, [2]float64{0.5, 0.75})), ground),
			flat(letter(initial, between(r, 0.3, 0.38), 0.2, 0.3, 0.42, between(r, 0.12, 0.2)), first),
			flat(circle(0.8, between(r, 0.15, 0.65), 0.09), second),
		}
	case 4: // a tile between rings
		d = drawing{
			flat(ring(between(r, 0.2, 0.3), between(r, 0.2, 0.3), 0.18, 0.08), second),
			flat(ring(between(r, 0.7, 0.8), between(r, 0.7, 0.8), 0.18, 0.08), second),
			flat(polygon([2]float64{0.5, 0.05}, [2]float64{0.95, 0.5}, [2]float64{0.5, 0.95}, [2]float64{0.05, 0.5}), ground),
			flat(letter(initial, between(r, 0.34, 0.38), 0.32, between(r, 0.25, 0.3), 0.38, between(r, 0.15, 0.2)), first),
		}
	default: // a tile with a corner of another colour
		s := tile(r)
		d = drawing{
			shaded(r, s, ground),
			flat(both(s, box(between(r, 0.8, 1), between(r, 0.8, 1), 0.4, 0.4, 0, between(r, 0, 1))), third),
			flat(letter(initial, 0.28, between(r, 0.2, 0.28), between(r, 0.3, 0.42), 0.5, between(r, 0.12, 0.22)), first),
			flat(line(0.2, 0.85, between(r, 0.5, 0.8), 0.85, 0.06), second),
		}
	}
	return motif{"monogram", func(size int) *canvas { return square(d, size) }}
}

// outline is a design of lines in one colour on nothing.
func outline(r *rand.Rand) motif {
	_, _, _, c := colours(r)
	thick := between(r, 0.07, 0.1)
	d := drawing{flat(ring(0.5, 0.5, 0.45, thick), c)}
	if r.IntN(2) == 0 {
		d = drawing{flat(without(box(0.5, 0.5, 0.5, 0.4, 0.12, 0), box(0.5, 0.5, 0.5-thick, 0.4-thick, 0.07, 0)), c)}
	}
	for range 3 {
		switch r.IntN(3) {
		case 0:
			d = append(d, flat(ring(between(r, 0.3, 0.7), between(r, 0.3, 0.7), between(r, 0.1, 0.16), thick), c))
		case 1:
			d = append(d, flat(line(between(r, 0.2, 0.4), between(r, 0.2, 0.8), between(r, 0.6, 0.8), between(r, 0.2, 0.8), thick), c))
		default:
			d = append(d, flat(letter(pick(r, letters), between(r, 0.2, 0.4), between(r, 0.25, 0.4), 0.25, 0.35, 0.25), c))
		}
	}
	return motif{"outline", func(size int) *canvas { return square(d, size) }}
}

// wordmark is a name in letters, with a mark before it.
func wordmark(r *rand.Rand) motif {
	ground, _, second, third := colours(r)
	var text []byte
	for range 5 + r.IntN(3) {
		text = append(text, byte(pick(r, letters)))
	}
	p := part(r, 0.12, 0.5, 0.1)
	thick := between(r, 0.12, 0.2)
	d := drawing{flat(p, ground), flat(word(string(text), 0.28, 0.42, 0.74, 0.16, thick), third), flat(line(0.28, 0.62, between(r, 0.5, 0.95), 0.62, 0.02), second)}
	return motif{"wordmark", func(size int) *canvas { return square(d, size).cut(0, 0.36, 1, 0.66) }}
}

// illustration is a scene of many shaded things.
func illustration(r *rand.Rand) motif {
	ground, first, second, third := colours(r)
	d := drawing{{box(0.5, 0.5, 0.6, 0.6, 0, 0), hue(r.Float64(), 0.4, 0.85), ground}}
	for range 9 {
		c := pick(r, []rgb{first, second, third, hue(r.Float64(), 0.6, 0.5)})
		d = append(d, shaded(r, part(r, between(r, 0.1, 0.9), between(r, 0.1, 0.9), between(r, 0.06, 0.2)), c))
	}
	return motif{"illustration", func(size int) *canvas { return square(d, size).cut(0, 0.1, 1, 0.9) }}
}

// photo is like one: hills, light and noise.
func photo(r *rand.Rand) motif {
	a, b := r.Uint64(), r.Uint64()
	h := r.Float64()
	things := drawing{}
	for range 4 {
		things = append(things, shaded(r, part(r, between(r, 0.1, 0.9), between(r, 0.2, 0.7), between(r, 0.08, 0.2)), hue(r.Float64(), 0.4, between(r, 0.2, 0.8))))
	}
	const w, hgt = 512, 384
	whole := sync.OnceValue(func() *canvas {
		s := rand.New(rand.NewPCG(a, b))
		far, fine := clouds(s, w, hgt, 200), clouds(s, w, hgt, 40)
		c := newCanvas(w, hgt)
		for i := range c.pix {
			q := hue(h+far[i]*0.5, 0.5, min(max(far[i]*1.6-0.3+0.3*(fine[i]-0.5), 0.02), 0.98))
			c.pix[i] = [4]float64{q[0], q[1], q[2], 1}
		}
		c.draw(things, 0, -64, 512)
		grain := clouds(s, w, hgt, 6)
		for i := range c.pix {
			for k := range 3 {
				c.pix[i][k] += 0.12 * (grain[i] - 0.5)
			}
		}
		return c
	})
	return motif{"photo", func(size int) *canvas { return whole().resized(float64(size) / w) }}
}

func square(d drawing, size int) *canvas {
	c := newCanvas(size, size)
	c.draw(d, 0, 0, float64(size))
	return c
}

// plain is what every designer uses: a square, a disc, a letter, an arrow.
func plain(r *rand.Rand) motif {
	ground, first, _, _ := colours(r)
	var d drawing
	switch r.IntN(5) {
	case 0:
		d = drawing{flat(tile(r), ground)}
	case 1:
		d = drawing{flat(letter(pick(r, letters), 0.15, 0.1, 0.7, 0.8, between(r, 0.1, 0.22)), ground)}
	case 2:
		d = drawing{flat(tile(r), ground), flat(letter(pick(r, letters), 0.3, 0.22, 0.4, 0.56, between(r, 0.1, 0.22)), first)}
	case 3:
		d = drawing{flat(tile(r), ground), flat(part(r, 0.5, 0.5, 0.25), first)}
	default:
		d = drawing{flat(part(r, 0.5, 0.5, 0.45), ground)}
	}
	return motif{"plain", func(size int) *canvas { return square(d, size) }}
}
