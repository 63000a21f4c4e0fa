package asset_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"sync"

	scale "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/gofont/gosmallcaps"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The other hand draws by a rasterizer of paths and in real fonts, and resamples
// by cubic splines: neither the designs nor the method are those that the detector
// was made with.

var fonts = func() (out []*opentype.Font) {
	for _, data := range [][]byte{gobold.TTF, goregular.TTF, goitalic.TTF, gomedium.TTF, gosmallcaps.TTF, gomono.TTF} {
		f, err := opentype.Parse(data)
		if err != nil {
			panic(err)
		}
		out = append(out, f)
	}
	return out
}()

// A board is what the other hand draws on, in units of its width.
type board struct {
	*image.RGBA
	side float64
}

func newBoard(side, high int) board {
	return board{image.NewRGBA(image.Rect(0, 0, side, high)), float64(side)}
}

func (b board) canvas() *canvas {
	out := newCanvas(b.Rect.Dx(), b.Rect.Dy())
	for i := range out.pix {
		for k := range 4 {
			out.pix[i][k] = float64(b.Pix[4*i+k]) / 255
		}
	}
	return out
}

func (c rgb) opaque() color.NRGBA { return c.clear(1) }

func (c rgb) clear(cover float64) color.NRGBA {
	return color.NRGBA{uint8(c[0] * 255), uint8(c[1] * 255), uint8(c[2] * 255), uint8(cover * 255)}
}

// A shade is a colour that changes over the board, about a middle or across.
type shade struct {
	from, to rgb
	x, y, r  float64 // in pixels; r 0: downwards over y
	bounds   image.Rectangle
}

func (s shade) ColorModel() color.Model { return color.NRGBAModel }
func (s shade) Bounds() image.Rectangle { return s.bounds }
func (s shade) At(x, y int) color.Color {
	t := float64(y) / s.y
	if s.r > 0 {
		t = math.Hypot(float64(x)-s.x, float64(y)-s.y) / s.r
	}
	t = min(max(t, 0), 1)
	var c rgb
	for i := range c {
		c[i] = s.from[i]*(1-t) + s.to[i]*t
	}
	return c.opaque()
}

// fill fills a path of points in units of the width.
func (b board) fill(points [][2]float64, with image.Image) {
	v := vector.NewRasterizer(b.Rect.Dx(), b.Rect.Dy())
	at := func(i int) (float32, float32) {
		p := points[i%len(points)]
		return float32(p[0] * b.side), float32(p[1] * b.side)
	}
	v.MoveTo(at(0))
	for i := range points[1:] {
		v.LineTo(at(i + 1))
	}
	v.ClosePath()
	v.Draw(b.RGBA, b.Rect, with, image.Point{})
}

func (b board) flat(points [][2]float64, c rgb, cover float64) {
	b.fill(points, image.NewUniform(c.clear(cover)))
}

// blob is a round form that swings in and out.
func blob(r *rand.Rand, x, y, size, swing float64, arms int) (out [][2]float64) {
	phase, second := between(r, 0, 7), between(r, 0, 7)
	for i := range 90 {
		a := 2 * math.Pi * float64(i) / 90
		d := size * (1 + swing*math.Sin(float64(arms)*a+phase) + swing/2*math.Sin(float64(arms+1)*a+second))
		out = append(out, [2]float64{x + d*math.Cos(a), y + d*math.Sin(a)})
	}
	return out
}

// petal is a leaf from one point to another.
func petal(x0, y0, x1, y1, wide float64) (out [][2]float64) {
	dx, dy := x1-x0, y1-y0
	for i := range 40 {
		t := float64(i) / 20
		side := 1.0
		if t > 1 {
			t, side = 2-t, -1
		}
		w := side * wide * math.Sin(math.Pi*t)
		out = append(out, [2]float64{x0 + t*dx - w*dy, y0 + t*dy + w*dx})
	}
	return out
}

// write writes a text so high, in units of the width, from a point of its
// baseline, and returns where it ends.
func (b board) write(f *opentype.Font, text string, x, y, high float64, c rgb) float64 {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: high * b.side, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err)
	}
	d := font.Drawer{Dst: b.RGBA, Src: image.NewUniform(c.opaque()), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(x * b.side * 64), Y: fixed.Int26_6(y * b.side * 64)}}
	d.DrawString(text)
	return float64(d.Dot.X) / 64 / b.side
}

const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789&@%#?"

func sign(r *rand.Rand) string { n := r.IntN(len(signs)); return signs[n : n+1] }

// badge is a shaded blob with leaves and a sign.
func badge(r *rand.Rand) motif {
	s := r.Uint64()
	return motif{"icon", func(size int) *canvas {
		r := rand.New(rand.NewPCG(s, 1))
		b := newBoard(size, size)
		ground, first, second, third := colours(r)
		b.fill(blob(r, 0.5, 0.5, 0.42, between(r, 0, 0.12), 3+r.IntN(6)), shade{ground, third, b.side * between(r, 0.2, 0.8), b.side * 0.3, b.side * 0.7, b.Rect})
		n, turn, wide := 3+r.IntN(5), between(r, 0, 7), between(r, 0.15, 0.4)
		for i := range n {
			a := turn + 2*math.Pi*float64(i)/float64(n)
			b.flat(petal(0.5, 0.5, 0.5+0.36*math.Cos(a), 0.5+0.36*math.Sin(a), wide), [...]rgb{first, second}[i%2], 1)
		}
		if r.IntN(2) == 0 {
			b.flat(blob(r, 0.5, 0.5, 0.16, 0, 1), ground, 1)
			b.write(fonts[0], sign(r), 0.41, 0.59, 0.26, first)
		}
		return b.canvas()
	}}
}

// crest is a form of some corners in stripes, with two letters.
func crest(r *rand.Rand) motif {
	s := r.Uint64()
	return motif{"icon", func(size int) *canvas {
		r := rand.New(rand.NewPCG(s, 2))
		b := newBoard(size, size)
		ground, first, second, third := colours(r)
		corners, turn := 3+r.IntN(6), between(r, 0, 7)
		var form [][2]float64
		for i := range corners {
			a, d := turn+2*math.Pi*(float64(i)+between(r, -0.2, 0.2))/float64(corners), between(r, 0.4, 0.49)
			form = append(form, [2]float64{0.5 + d*math.Cos(a), 0.5 + d*math.Sin(a)})
		}
		b.fill(form, shade{from: ground, to: third, y: b.side, bounds: b.Rect})
		a, wide := between(r, 0, 3.2), between(r, 0.04, 0.09)
		dx, dy := math.Cos(a), math.Sin(a)
		for i := range 1 + r.IntN(3) {
			d := between(r, -0.15, 0.05) + (wide+0.05)*float64(i)
			x, y, l := 0.5-d*dy, 0.5+d*dx, between(r, 0.15, 0.3)
			b.flat([][2]float64{{x - l*dx, y - l*dy}, {x + l*dx, y + l*dy}, {x + l*dx - wide*dy, y + l*dy + wide*dx}, {x - l*dx - wide*dy, y - l*dy + wide*dx}}, second, 1)
		}
		b.write(pick(r, fonts[:2]), sign(r)+sign(r), between(r, 0.2, 0.4), between(r, 0.45, 0.7), between(r, 0.25, 0.38), first)
		return b.canvas()
	}}
}

// wire is a sign of bent lines in one colour.
func wire(r *rand.Rand) motif {
	s := r.Uint64()
	return motif{"icon", func(size int) *canvas {
		r := rand.New(rand.NewPCG(s, 3))
		b := newBoard(size, size)
		_, _, _, c := colours(r)
		for range 3 + r.IntN(2) {
			x, y, radius := between(r, 0.3, 0.7), between(r, 0.3, 0.7), between(r, 0.14, 0.26)
			begin, sweep, grow := between(r, 0, 7), between(r, 3, 6.2), between(r, -0.08, 0.08)
			var outer, inner [][2]float64
			for i := range 60 {
				a, d := begin+sweep*float64(i)/59, radius+grow*float64(i)/59
				outer = append(outer, [2]float64{x + (d+0.04)*math.Cos(a), y + (d+0.04)*math.Sin(a)})
				inner = append([][2]float64{{x + (d-0.04)*math.Cos(a), y + (d-0.04)*math.Sin(a)}}, inner...)
			}
			b.flat(append(outer, inner...), c, 1)
		}
		return b.canvas()
	}}
}

var syllables = strings.Fields("ka lo mi ren tas vor del qui zan bru fi gor hel jo nex pra sul tri wen yar con nort adat fab rik lite ware")

// name is a company's.
func name(r *rand.Rand) string {
	n := pick(r, syllables) + pick(r, syllables)
	if r.IntN(2) == 0 {
		n += pick(r, syllables)
	}
	return strings.ToUpper(n[:1]) + n[1:]
}

// lettered is a name in a font, with a sign before it or a line below.
func lettered(r *rand.Rand) motif {
	s := r.Uint64()
	return motif{"wordmark", func(size int) *canvas {
		r := rand.New(rand.NewPCG(s, 4))
		b := newBoard(size, size)
		ground, _, second, third := colours(r)
		f, n, x := pick(r, fonts[:5]), name(r), 0.02
		if r.IntN(3) > 0 {
			b.flat(blob(r, 0.1, 0.5, 0.08, 0.15, 2+r.IntN(4)), ground, 1)
			x = 0.22
		}
		high := min(0.2, 1.6*(0.97-x)/float64(len(n)))
		end := b.write(f, n, x, 0.5+high/3, high, third)
		if r.IntN(2) == 0 {
			b.flat([][2]float64{{x, 0.62}, {end, 0.62}, {end, 0.645}, {x, 0.645}}, second, 1)
		}
		return b.canvas().cut(0, 0.35, min(1, end+0.03), 0.67)
	}}
}

// city is an illustration: houses before hills and a sun.
func city(r *rand.Rand) motif {
	s := r.Uint64()
	return motif{"illustration", func(size int) *canvas {
		r := rand.New(rand.NewPCG(s, 5))
		b := newBoard(size, size*3/4)
		ground, first, second, third := colours(r)
		b.fill([][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}}, shade{from: hue(r.Float64(), 0.5, 0.85), to: ground, y: b.side, bounds: b.Rect})
		b.flat(blob(r, between(r, 0.2, 0.8), between(r, 0.12, 0.3), between(r, 0.05, 0.12), 0, 1), first, 1)
		for layer := range 2 {
			hill, phase, waves := [][2]float64{{0, 1}}, between(r, 0, 7), between(r, 3, 9)
			for i := range 41 {
				x := float64(i) / 40
				hill = append(hill, [2]float64{x, 0.42 + 0.1*float64(layer) + 0.06*math.Sin(waves*x+phase)})
			}
			b.flat(append(hill, [2]float64{1, 1}), [...]rgb{second, third}[layer], 0.85)
		}
		for x := between(r, 0, 0.06); x < 0.95; {
			w, top := between(r, 0.07, 0.14), between(r, 0.25, 0.6)
			wall := pick(r, []rgb{first, third, hue(r.Float64(), 0.4, 0.4), hue(r.Float64(), 0.4, 0.7)})
			b.flat([][2]float64{{x, 0.75}, {x, top}, {x + w*between(r, 0, 1), top - between(r, 0, 0.08)}, {x + w, top}, {x + w, 0.75}}, wall, 1)
			for y := top + 0.03; y < 0.68; y += 0.07 {
				for wx := x + 0.015; wx < x+w-0.03; wx += 0.035 {
					if r.IntN(3) > 0 {
						b.flat([][2]float64{{wx, y}, {wx + 0.02, y}, {wx + 0.02, y + 0.035}, {wx, y + 0.035}}, hue(0.14, 0.7, between(r, 0.6, 0.9)), 1)
					}
				}
			}
			x += w + between(r, 0, 0.05)
		}
		return b.canvas()
	}}
}

// still is like a photo: lit balls with shadows on ground of waves and noise.
func still(r *rand.Rand) motif {
	s := r.Uint64()
	const w, h = 480, 360
	whole := sync.OnceValue(func() *canvas {
		r := rand.New(rand.NewPCG(s, 6))
		c := newCanvas(w, h)
		type wave struct{ x, y, phase, high float64 }
		var waves []wave
		for range 14 {
			a, f := between(r, 0, 7), math.Exp(between(r, math.Log(4), math.Log(70)))
			waves = append(waves, wave{f * math.Cos(a), f * math.Sin(a), between(r, 0, 7), 1.4 / f})
		}
		type ball struct {
			x, y, r float64
			c       rgb
		}
		var balls []ball
		for range 3 + r.IntN(4) {
			balls = append(balls, ball{between(r, 0.1, 0.9), between(r, 0.15, 0.65), between(r, 0.06, 0.17), hue(r.Float64(), between(r, 0.2, 0.7), between(r, 0.3, 0.7))})
		}
		low, high := hue(r.Float64(), 0.4, 0.25), hue(r.Float64(), 0.3, 0.75)
		lx, ly := between(r, -0.6, 0.6), between(r, -0.7, -0.2)
		for y := range h {
			for x := range w {
				u, v := float64(x)/w, float64(y)/w
				level, slope := 0.0, 0.0
				for _, k := range waves {
					a := k.x*u + k.y*v + k.phase
					level += k.high * math.Sin(a)
					slope += k.high * math.Cos(a) * (k.x*lx + k.y*ly)
				}
				t := min(max(0.5+level, 0), 1)
				lit := min(max(0.7+0.12*slope-0.25*v, 0.1), 1.1)
				var col rgb
				for i := range col {
					col[i] = lit * (low[i]*(1-t) + high[i]*t)
				}
				for _, o := range balls {
					dx, dy := (u-o.x)/o.r, (v-o.y)/o.r
					if d := math.Hypot(dx+0.7*lx, (dy+0.5*ly)*1.3); d < 1.1 {
						for i := range col {
							col[i] *= 0.45 + 0.5*min(1, d/1.1)
						}
					}
					if d := dx*dx + dy*dy; d < 1 {
						z := math.Sqrt(1 - d)
						l := max(0, dx*lx+dy*ly+z*0.7)
						for i := range col {
							col[i] = o.c[i]*(0.25+0.75*l) + 0.6*math.Pow(l, 30)
						}
					}
				}
				for i := range col {
					col[i] = min(max(col[i]+0.025*r.NormFloat64(), 0), 1)
				}
				c.pix[y*w+x] = [4]float64{col[0], col[1], col[2], 1}
			}
		}
		return c
	})
	return motif{"photo", func(size int) *canvas { return splined(whole(), size, size*h/w) }}
}

// splined resamples by cubic splines.
func splined(c *canvas, w, h int) *canvas {
	from, out := c.premultiplied(), newBoard(w, h)
	scale.CatmullRom.Scale(out, out.Rect, from, from.Rect, scale.Src, nil)
	return out.canvas()
}

// splinedTurn rotates on a larger canvas, likewise.
func splinedTurn(c *canvas, angle float64) *canvas {
	sin, cos := math.Sincos(angle)
	w := int(math.Abs(cos)*float64(c.w)+math.Abs(sin)*float64(c.h)) + 2
	h := int(math.Abs(sin)*float64(c.w)+math.Abs(cos)*float64(c.h)) + 2
	from, out := c.premultiplied(), newBoard(w, h)
	cx, cy := float64(c.w)/2, float64(c.h)/2
	scale.CatmullRom.Transform(out, f64.Aff3{cos, -sin, float64(w)/2 - cos*cx + sin*cy, sin, cos, float64(h)/2 - sin*cx - cos*cy}, from, from.Rect, scale.Src, nil)
	return out.canvas()
}

func (c *canvas) premultiplied() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	for i, q := range c.pix {
		for k := range 4 {
			out.Pix[4*i+k] = uint8(min(max(q[k], 0), 1)*255 + 0.5)
		}
	}
	return out
}

// page is a page of an app or site in real fonts, with icons and pictures.
func page(r *rand.Rand, w, h int) *canvas {
	b := newBoard(w, h)
	back, ink := rgb{1, 1, 1}, rgb{0.13, 0.13, 0.16}
	if r.IntN(3) == 0 {
		back, ink = ink, rgb{0.92, 0.92, 0.94}
	}
	scale.Draw(b, b.Rect, image.NewUniform(back.opaque()), image.Point{}, scale.Src)
	accent := hue(r.Float64(), 0.7, 0.45)
	k := 1 / b.side
	b.flat([][2]float64{{0, 0}, {1, 0}, {1, 44 * k}, {0, 44 * k}}, accent, 1)
	b.write(fonts[0], name(r)+" "+name(r), 20*k, 30*k, 22*k, rgb{1, 1, 1})
	for y := 70.0; y < float64(h)-20; {
		switch r.IntN(5) {
		case 0:
			b.write(pick(r, fonts), name(r)+" "+name(r), 20*k, (y+26)*k, 28*k, ink)
			y += 40
		case 1:
			for x := 20; x < w-90; x += 110 {
				paste(b, pick(r, otherFamilies[:3])(r).draw(48+r.IntN(24)), x, int(y))
			}
			y += 84
		case 2:
			paste(b, pick(r, otherFamilies[4:])(r).draw(160+r.IntN(120)), 20, int(y))
			y += 220
		default:
			f := pick(r, fonts[1:4])
			for range 3 + r.IntN(3) {
				var words []string
				for range w / 60 {
					words = append(words, strings.ToLower(name(r)))
				}
				b.write(f, strings.Join(words, " "), 20*k, (y+12)*k, 14*k, ink)
				y += 19
			}
			y += 12
		}
	}
	return b.canvas()
}

func paste(b board, c *canvas, x, y int) {
	from := c.premultiplied()
	scale.Draw(b, from.Rect.Add(image.Pt(x, y)), from, image.Point{}, scale.Over)
}

// otherFamilies are the kinds of designs of the other hand.
var otherFamilies []func(*rand.Rand) motif

func init() { otherFamilies = []func(*rand.Rand) motif{badge, crest, wire, lettered, city, still} }
