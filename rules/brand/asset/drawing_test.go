package asset_test

import (
	"image"
	"math"
	"math/rand/v2"
)

// What the detector is measured on is drawn here, from distances to shapes: by
// no code that the detector uses.

// A rgb is a colour, each part from 0 to 1.
type rgb [3]float64

// A shape tells how far a point is from its border, less than 0 inside. Points
// are in units of the drawing's side.
type shape func(x, y float64) float64

func circle(cx, cy, r float64) shape {
	return func(x, y float64) float64 { return math.Hypot(x-cx, y-cy) - r }
}

func ring(cx, cy, r, thick float64) shape {
	return func(x, y float64) float64 { return math.Abs(math.Hypot(x-cx, y-cy)-r) - thick/2 }
}

func box(cx, cy, hw, hh, round, turn float64) shape {
	sin, cos := math.Sincos(-turn)
	return func(x, y float64) float64 {
		x, y = x-cx, y-cy
		x, y = cos*x-sin*y, sin*x+cos*y
		dx, dy := math.Abs(x)-hw+round, math.Abs(y)-hh+round
		return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - round
	}
}

func line(ax, ay, bx, by, thick float64) shape {
	dx, dy := bx-ax, by-ay
	n := dx*dx + dy*dy
	return func(x, y float64) float64 {
		t := min(max(((x-ax)*dx+(y-ay)*dy)/max(n, 1e-12), 0), 1)
		return math.Hypot(x-ax-t*dx, y-ay-t*dy) - thick/2
	}
}

func polygon(points ...[2]float64) shape {
	return func(x, y float64) float64 {
		d, inside := math.Inf(1), false
		for i, a := range points {
			b := points[(i+1)%len(points)]
			d = min(d, line(a[0], a[1], b[0], b[1], 0)(x, y))
			if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
				inside = !inside
			}
		}
		if inside {
			return -d
		}
		return d
	}
}

// star has that many points; with inner equal to outer it is regular.
func star(cx, cy, outer, inner float64, points int, turn float64) shape {
	var list [][2]float64
	for i := range 2 * points {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		a := turn + math.Pi*float64(i)/float64(points)
		list = append(list, [2]float64{cx + r*math.Sin(a), cy - r*math.Cos(a)})
	}
	return polygon(list...)
}

func union(shapes ...shape) shape {
	return func(x, y float64) float64 {
		d := math.Inf(1)
		for _, s := range shapes {
			d = min(d, s(x, y))
		}
		return d
	}
}

func without(a, b shape) shape {
	return func(x, y float64) float64 { return max(a(x, y), -b(x, y)) }
}

func both(a, b shape) shape {
	return func(x, y float64) float64 { return max(a(x, y), b(x, y)) }
}

// strokes are letters, as lines between the points of a grid of 3 by 5, its
// corner above left being 0,0.
var strokes = map[rune][]string{
	'A': {"0410", "1024", "0222"}, 'B': {"0004", "0010", "1021", "2112", "0212", "1223", "2314", "0414"},
	'C': {"2000", "0004", "0424"}, 'D': {"0004", "0010", "1022", "2214", "1404"}, 'E': {"2000", "0004", "0424", "0222"},
	'F': {"2000", "0004", "0222"}, 'H': {"0004", "2024", "0222"}, 'K': {"0004", "2002", "0224"}, 'L': {"0004", "0424"},
	'M': {"0400", "0012", "1220", "2024"}, 'N': {"0400", "0024", "2420"}, 'O': {"0020", "2024", "2404", "0400"},
	'P': {"0004", "0020", "2022", "2202"}, 'R': {"0004", "0020", "2022", "2202", "0224"}, 'S': {"2000", "0002", "0222", "2224", "2404"},
	'T': {"0020", "1014"}, 'U': {"0004", "0424", "2420"}, 'V': {"0014", "1420"}, 'X': {"0024", "2004"},
	'Y': {"0012", "2012", "1214"}, 'Z': {"0020", "2004", "0424"}, 'W': {"0004", "0412", "1224", "2420"},
}

var letters = []rune("ABCDEFHKLMNOPRSTUVWXYZ")

// letter draws one in a box; thick is in units of its height.
func letter(r rune, x, y, w, h, thick float64) shape {
	var parts []shape
	for _, s := range strokes[r] {
		c := func(i int, n float64) float64 { return float64(s[i]-'0') / n }
		parts = append(parts, line(x+w*c(0, 2), y+h*c(1, 4), x+w*c(2, 2), y+h*c(3, 4), thick*h))
	}
	return union(parts...)
}

func word(text string, x, y, w, h, thick float64) shape {
	var parts []shape
	n := float64(len(text))
	for i, r := range text {
		parts = append(parts, letter(r, x+w*float64(i)/n, y, w/n*0.7, h, thick))
	}
	return union(parts...)
}

// A layer is a shape in a colour, or from one to another from above to below.
type layer struct {
	shape    shape
	from, to rgb
}

// A drawing is layers, the last on top.
type drawing []layer

// A canvas is a picture while it is drawn: premultiplied, with transparency.
type canvas struct {
	w, h int
	pix  [][4]float64
}

func newCanvas(w, h int) *canvas { return &canvas{w, h, make([][4]float64, w*h)} }

func paper(w, h int, c rgb) *canvas {
	out := newCanvas(w, h)
	for i := range out.pix {
		out.pix[i] = [4]float64{c[0], c[1], c[2], 1}
	}
	return out
}

func (c *canvas) over(x, y int, col rgb, cover float64) {
	p := &c.pix[y*c.w+x]
	for i := range col {
		p[i] = col[i]*cover + p[i]*(1-cover)
	}
	p[3] = cover + p[3]*(1-cover)
}

// draw draws within a square of that side.
func (c *canvas) draw(d drawing, left, top, side float64) {
	for _, l := range d {
		for y := max(0, int(top-2)); y < min(c.h, int(top+side+3)); y++ {
			for x := max(0, int(left-2)); x < min(c.w, int(left+side+3)); x++ {
				u, v := (float64(x)+0.5-left)/side, (float64(y)+0.5-top)/side
				if cover := min(max(0.5-l.shape(u, v)*side, 0), 1); cover > 0 {
					t := min(max(v, 0), 1)
					var col rgb
					for i := range col {
						col[i] = l.from[i]*(1-t) + l.to[i]*t
					}
					c.over(x, y, col, cover)
				}
			}
		}
	}
}

// rect fills a rectangle of whole pixels.
func (c *canvas) rect(x0, y0, x1, y1 int, col rgb) {
	for y := max(0, y0); y < min(c.h, y1); y++ {
		for x := max(0, x0); x < min(c.w, x1); x++ {
			c.over(x, y, col, 1)
		}
	}
}

// paste lays another canvas on this one.
func (c *canvas) paste(o *canvas, left, top int) {
	for y := range o.h {
		for x := range o.w {
			if q := o.pix[y*o.w+x]; q[3] > 0 && left+x >= 0 && top+y >= 0 && left+x < c.w && top+y < c.h {
				c.over(left+x, top+y, rgb{q[0] / q[3], q[1] / q[3], q[2] / q[3]}, q[3])
			}
		}
	}
}

// image is the canvas as a decoder would give it.
func (c *canvas) image() *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, c.w, c.h))
	for i, q := range c.pix {
		for k := range 3 {
			if q[3] > 0 {
				out.Pix[4*i+k] = uint8(min(max(q[k]/q[3], 0), 1)*255 + 0.5)
			}
		}
		out.Pix[4*i+3] = uint8(min(max(q[3], 0), 1)*255 + 0.5)
	}
	return out
}

func hue(h, s, l float64) rgb {
	f := func(n float64) float64 {
		k := math.Mod(n+h*12, 12)
		return l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))
	}
	return rgb{f(0), f(8), f(4)}
}

func between(r *rand.Rand, a, b float64) float64 { return a + (b-a)*r.Float64() }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// clouds is smooth noise of several sizes, from 0 to 1.
func clouds(r *rand.Rand, w, h int, coarsest float64) []float64 {
	out := make([]float64, w*h)
	weight, sum := 1.0, 0.0
	for cell := coarsest; cell >= 3; cell /= 2 {
		gw := int(float64(w)/cell) + 2
		values := make([]float64, gw*(int(float64(h)/cell)+2))
		for i := range values {
			values[i] = r.Float64()
		}
		for y := range h {
			gy := float64(y) / cell
			iy := int(gy)
			fy := (gy - float64(iy)) * (gy - float64(iy)) * (3 - 2*(gy-float64(iy)))
			for x := range w {
				gx := float64(x) / cell
				ix := int(gx)
				fx := (gx - float64(ix)) * (gx - float64(ix)) * (3 - 2*(gx-float64(ix)))
				a := values[iy*gw+ix]*(1-fx) + values[iy*gw+ix+1]*fx
				b := values[(iy+1)*gw+ix]*(1-fx) + values[(iy+1)*gw+ix+1]*fx
				out[y*w+x] += weight * (a*(1-fy) + b*fy)
			}
		}
		sum += weight
		weight *= 0.55
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
