package asset_test

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
)

// mapped is another canvas, each pixel the mean of what from says it shows.
// step is how many of this canvas's pixels one of the other's covers.
func (c *canvas) mapped(w, h int, step float64, from func(x, y float64) (float64, float64)) *canvas {
	out := newCanvas(w, h)
	n := max(2, int(math.Ceil(step*1.5)))
	for y := range h {
		for x := range w {
			var sum [4]float64
			for j := range n {
				for i := range n {
					fx, fy := from(float64(x)+(float64(i)+0.5)/float64(n), float64(y)+(float64(j)+0.5)/float64(n))
					q := c.between(fx-0.5, fy-0.5)
					for k := range sum {
						sum[k] += q[k]
					}
				}
			}
			for k := range sum {
				out.pix[y*w+x][k] = sum[k] / float64(n*n)
			}
		}
	}
	return out
}

// between is the colour between pixels; nothing outside.
func (c *canvas) between(x, y float64) (out [4]float64) {
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	fx, fy := x-float64(x0), y-float64(y0)
	for j := range 2 {
		for i := range 2 {
			px, py := x0+i, y0+j
			if px < 0 || py < 0 || px >= c.w || py >= c.h {
				continue
			}
			wt := math.Abs(1-float64(i)-fx) * math.Abs(1-float64(j)-fy)
			for k, v := range c.pix[py*c.w+px] {
				out[k] += wt * v
			}
		}
	}
	return out
}

func (c *canvas) resized(factor float64) *canvas {
	w, h := max(1, int(float64(c.w)*factor+0.5)), max(1, int(float64(c.h)*factor+0.5))
	sx, sy := float64(c.w)/float64(w), float64(c.h)/float64(h)
	return c.mapped(w, h, max(sx, sy), func(x, y float64) (float64, float64) { return x * sx, y * sy })
}

// cut keeps a part, in units of the canvas's width.
func (c *canvas) cut(x0, y0, x1, y1 float64) *canvas {
	s := float64(c.w)
	left, top := int(x0*s), int(y0*s)
	out := newCanvas(max(1, int(x1*s)-left), max(1, int(y1*s)-top))
	out.paste(c, -left, -top)
	return out
}

// turned is the canvas rotated about its middle, on a larger one.
func (c *canvas) turned(angle float64) *canvas {
	sin, cos := math.Sincos(angle)
	w := int(math.Abs(cos)*float64(c.w)+math.Abs(sin)*float64(c.h)) + 2
	h := int(math.Abs(sin)*float64(c.w)+math.Abs(cos)*float64(c.h)) + 2
	return c.mapped(w, h, 1, func(x, y float64) (float64, float64) {
		x, y = x-float64(w)/2, y-float64(h)/2
		return cos*x + sin*y + float64(c.w)/2, -sin*x + cos*y + float64(c.h)/2
	})
}

// recoloured changes each colour, not the transparency.
func (c *canvas) recoloured(f func(rgb) rgb) *canvas {
	out := newCanvas(c.w, c.h)
	for i, q := range c.pix {
		if q[3] > 0 {
			n := f(rgb{q[0] / q[3], q[1] / q[3], q[2] / q[3]})
			out.pix[i] = [4]float64{n[0] * q[3], n[1] * q[3], n[2] * q[3], q[3]}
		}
	}
	return out
}

func inverted(c rgb) rgb { return rgb{1 - c[0], 1 - c[1], 1 - c[2]} }

func greyed(c rgb) rgb {
	l := 0.299*c[0] + 0.587*c[1] + 0.114*c[2]
	return rgb{l, l, l}
}

// rehued turns the colours about the grey axis.
func rehued(angle float64) func(rgb) rgb {
	sin, cos := math.Sincos(angle)
	return func(c rgb) rgb {
		var out rgb
		for i := range out {
			a, b, d := c[i], c[(i+1)%3], c[(i+2)%3]
			mean := (a + b + d) / 3
			out[i] = min(max(mean+cos*(a-mean)+sin*(b-d)/math.Sqrt(3), 0), 1)
		}
		return out
	}
}

// toned changes contrast and brightness.
func toned(gain, lift float64) func(rgb) rgb {
	return func(c rgb) rgb {
		for i := range c {
			c[i] = min(max((c[i]-0.5)*gain+0.5+lift, 0), 1)
		}
		return c
	}
}

// ground is something to lay a logo on: of one colour, shaded, or a photo.
func ground(r *rand.Rand, w, h int, kind string) *canvas {
	switch kind {
	case "photo":
		c := photo(r).draw(max(w, h*4/3+1))
		out := paper(w, h, rgb{0.5, 0.5, 0.5})
		out.paste(c, 0, 0)
		return out
	case "shaded":
		a, b := hue(r.Float64(), 0.6, between(r, 0.2, 0.9)), hue(r.Float64(), 0.6, between(r, 0.2, 0.9))
		out := newCanvas(w, h)
		for y := range h {
			for x := range w {
				t := (float64(x)/float64(w) + float64(y)/float64(h)) / 2
				for k := range 3 {
					out.pix[y*w+x][k] = a[k]*(1-t) + b[k]*t
				}
				out.pix[y*w+x][3] = 1
			}
		}
		return out
	}
	return paper(w, h, hue(r.Float64(), between(r, 0, 0.8), between(r, 0.05, 0.98)))
}

// contrasting is a colour that the canvas stands out from: the best of some.
func contrasting(r *rand.Rand, c *canvas) rgb {
	best, most := rgb{}, -1.0
	for range 25 {
		g := hue(r.Float64(), between(r, 0, 0.8), between(r, 0.03, 0.98))
		least := math.Inf(1)
		for i := 0; i < len(c.pix); i += 7 {
			if q := c.pix[i]; q[3] > 0.9 {
				d := 0.0
				for k := range 3 {
					d = max(d, math.Abs(q[k]-g[k]))
				}
				least = min(least, d)
			}
		}
		if least > most {
			best, most = g, least
		}
	}
	return best
}

// app is a screen of an app with a bar, lists, texts, buttons, pictures and
// icons of others.
func app(r *rand.Rand, w, h int) *canvas {
	dark := r.IntN(3) == 0
	back, ink, card := rgb{0.97, 0.97, 0.98}, rgb{0.15, 0.15, 0.18}, rgb{1, 1, 1}
	if dark {
		back, ink, card = rgb{0.11, 0.11, 0.13}, rgb{0.88, 0.88, 0.9}, rgb{0.18, 0.18, 0.21}
	}
	accent := hue(r.Float64(), 0.6, 0.45)
	c := paper(w, h, back)
	c.rect(0, 0, w, h/14, accent)
	for x := 20; x < w*2/3; x += 40 + r.IntN(60) {
		text(c, r, x, h/40, 36, 10, rgb{1, 1, 1})
	}
	side := w / 5
	c.rect(0, h/14, side, h, card)
	for y := h/14 + 16; y < h-30; y += 34 + r.IntN(14) {
		c.paste(pick(r, families)(r).draw(22), 10, y)
		text(c, r, 40, y+5, side-60, 11, ink)
	}
	for y := h/14 + 20; y < h-60; {
		tall := 60 + r.IntN(120)
		c.rect(side+20, y, w-20, y+tall, card)
		switch r.IntN(4) {
		case 0:
			p := photo(r).draw(tall * 4 / 3)
			c.paste(p, side+30, y)
			text(c, r, side+40+p.w, y+12, (w-side)/3, 13, ink)
		case 1:
			for x := side + 40; x < w-80; x += 90 {
				c.paste(pick(r, families)(r).draw(min(tall-16, 64)), x, y+8)
			}
		default:
			for line := y + 10; line < y+tall-14; line += 20 {
				text(c, r, side+34, line, int(float64(w-side-80)*between(r, 0.4, 1)), 11, ink)
			}
			c.draw(drawing{flat(box(0.5, 0.5, 0.5, 0.2, 0.1, 0), accent)}, float64(w-130), float64(y+tall/2-40), 80)
		}
		y += tall + 16
	}
	return c
}

// text is words that say nothing.
func text(c *canvas, r *rand.Rand, x, y, w, h int, col rgb) {
	for end := x + w; x < end; x += h * 2 / 3 {
		if r.IntN(6) == 0 {
			continue
		}
		c.draw(drawing{flat(letter(pick(r, letters), 0.1, 0.05, 0.42, 0.9, 0.15), col)}, float64(x), float64(y), float64(h))
	}
}

// families are the kinds of icons that screens show.
var families = []func(*rand.Rand) motif{emblem, outline, plain, func(r *rand.Rand) motif { return monogram(r, pick(r, letters)) }}

// opaque lays a canvas on a ground of its own size.
func (c *canvas) opaque(on *canvas) *canvas {
	on.paste(c, (on.w-c.w)/2, (on.h-c.h)/2)
	return on
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegOf(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func gifOf(img image.Image, colours int) []byte {
	var b bytes.Buffer
	if err := gif.Encode(&b, img, &gif.Options{NumColors: colours}); err != nil {
		panic(err)
	}
	return b.Bytes()
}
