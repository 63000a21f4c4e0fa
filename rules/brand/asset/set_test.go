package asset_test

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"slices"
)

// A hand draws designs and changes pictures.
type hand struct {
	designs  []func(*rand.Rand) motif // of the officer's reference images
	distinct []int                    // those of the designs that are of different kinds
	families []func(*rand.Rand) motif // of others' pictures: icons, a wordmark, an illustration, a photo
	resized  func(c *canvas, w, h int) *canvas
	turned   func(c *canvas, angle float64) *canvas
	screen   func(r *rand.Rand, w, h int) *canvas
}

var hands = map[string]hand{
	"first": {
		designs: []func(*rand.Rand) motif{
			emblem, emblem, outline, func(r *rand.Rand) motif { return imitation(r, 'T') }, func(r *rand.Rand) motif { return imitation(r, 'M') },
			wordmark, wordmark, illustration, photo, photo,
		},
		distinct: []int{0, 2, 3, 5, 7, 8},
		families: []func(*rand.Rand) motif{emblem, outline, func(r *rand.Rand) motif { return monogram(r, 'T') }, wordmark, illustration, photo},
		resized: func(c *canvas, w, h int) *canvas {
			sx, sy := float64(c.w)/float64(w), float64(c.h)/float64(h)
			return c.mapped(w, h, max(sx, sy), func(x, y float64) (float64, float64) { return x * sx, y * sy })
		},
		turned: (*canvas).turned,
		screen: app,
	},
	"other": {
		designs:  []func(*rand.Rand) motif{badge, crest, wire, lettered, city, still},
		distinct: []int{0, 1, 2, 3, 4, 5},
		families: []func(*rand.Rand) motif{badge, crest, wire, lettered, city, still},
		resized:  splined,
		turned:   splinedTurn,
		screen:   page,
	},
}

// A set is protected designs with their own changes and others. The method was
// made, and its threshold chosen, on the tuning sets alone; what DESIGN.md
// promises was measured afterwards on the reported ones, whose seeds and other
// hand it had not met.
type set struct {
	hand          string
	designs, seed uint64
	few           bool // one design of each kind
}

var (
	tuning   = []set{{"first", 1, 3, false}, {"first", 11, 13, false}, {"first", 12, 14, false}}
	reported = []set{
		{"first", 21, 51, true}, {"first", 22, 52, true}, {"first", 23, 53, true},
		{"other", 31, 61, true}, {"other", 32, 62, true}, {"other", 33, 63, true}, {"other", 34, 64, true}, {"other", 35, 65, true},
	}
)

// protected are the designs of a set.
func (s set) protected() (out []motif) {
	h := hands[s.hand]
	for i, m := range h.designs {
		if !s.few || slices.Contains(h.distinct, i) {
			out = append(out, m(rand.New(rand.NewPCG(s.designs, uint64(i)))))
		}
	}
	return out
}

// kinds are those of the assets, by the families that are drawn.
var kinds = map[string]string{
	"emblem": "icons", "outline": "icons", "monogram": "icons", "icon": "icons",
	"wordmark": "wordmarks", "illustration": "illustrations", "photo": "photos",
}

// A change makes a file that shows a design, or, of others, that does not.
type change struct {
	name string
	make func(r *rand.Rand, h hand, m motif) []byte
}

// smallest is how many pixels the longer side must have: 32, and 24 the shorter;
// a photo within another picture 64.
func smallest(c *canvas, m motif) float64 {
	if m.family == "photo" {
		return 64
	}
	return max(32, 24*float64(max(c.w, c.h))/float64(min(c.w, c.h)))
}

// scaledTo scales so that the width is that many pixels.
func (h hand) scaledTo(c *canvas, width float64) *canvas {
	return h.resized(c, max(1, int(width+0.5)), max(1, int(width*float64(c.h)/float64(c.w)+0.5)))
}

// A step changes a picture that is all that a file shows; file says that the rest
// is the format's.
type step struct {
	name string
	make func(r *rand.Rand, h hand, c *canvas) *canvas
}

var steps = []step{
	{"cropped", func(r *rand.Rand, _ hand, c *canvas) *canvas {
		h := float64(c.h) / float64(c.w)
		a, b := between(r, 0, 0.1), between(r, 0, 0.1)
		x, y := between(r, 0, a), between(r, 0, b)
		return c.cut(x, y*h, 1-a+x, (1-b+y)*h)
	}},
	{"rotated", func(r *rand.Rand, h hand, c *canvas) *canvas { return h.turned(c, between(r, -10, 10)*math.Pi/180) }},
	{"inverted", func(_ *rand.Rand, _ hand, c *canvas) *canvas { return c.recoloured(inverted) }},
	{"grey", func(_ *rand.Rand, _ hand, c *canvas) *canvas { return c.recoloured(greyed) }},
	{"other hue", func(r *rand.Rand, _ hand, c *canvas) *canvas { return c.recoloured(rehued(between(r, 0.5, 5.8))) }},
	{"other tones", func(r *rand.Rand, _ hand, c *canvas) *canvas {
		return c.recoloured(toned(between(r, 0.5, 1.4), between(r, -0.15, 0.15)))
	}},
	{"on a colour", func(r *rand.Rand, _ hand, c *canvas) *canvas {
		return c.opaque(paper(c.w+20+r.IntN(60), c.h+20+r.IntN(60), contrasting(r, c)))
	}},
	{"on a gradient", func(r *rand.Rand, _ hand, c *canvas) *canvas {
		w, h := c.w+20+r.IntN(60), c.h+20+r.IntN(60)
		return c.opaque(behind(c, func() *canvas { return ground(r, w, h, "shaded") }, func(g *canvas) (int, int) { return (g.w - c.w) / 2, (g.h - c.h) / 2 }))
	}},
	{"re-encoded", func(r *rand.Rand, _ hand, c *canvas) *canvas { return seen(encoded(r, c)) }},
	{"scaled", func(r *rand.Rand, h hand, c *canvas) *canvas { return h.scaledTo(c, float64(c.w)*between(r, 0.5, 2)) }},
}

// toned3 gives a photo as it is, darker and lighter.
func toned3(g *canvas) func() *canvas {
	lifts := []float64{0, -0.3, 0.3}
	return func() *canvas {
		lift := lifts[0]
		lifts = lifts[1:]
		return g.recoloured(toned(0.8, lift))
	}
}

// behind is a ground that the canvas stands out from where it is laid: the best of
// some.
func behind(c *canvas, ground func() *canvas, at func(*canvas) (x, y int)) (best *canvas) {
	most := -1.0
	for range 3 {
		g := ground()
		left, top := at(g)
		var all []float64
		for i := 0; i < len(c.pix); i += 5 {
			x, y := left+i%c.w, top+i/c.w
			if q := c.pix[i]; q[3] > 0.9 && x < g.w && y < g.h {
				d := 0.0
				for k := range 3 {
					d = max(d, math.Abs(q[k]-g.pix[y*g.w+x][k]))
				}
				all = append(all, d)
			}
		}
		slices.Sort(all)
		if d := all[len(all)/10]; d > most {
			best, most = g, d
		}
	}
	return best
}

// encoded is a file of low quality, on white.
func encoded(r *rand.Rand, c *canvas) []byte {
	white := c.opaque(paper(c.w, c.h, rgb{1, 1, 1}))
	if r.IntN(3) == 0 {
		return gifOf(white.image(), 16+r.IntN(48))
	}
	return jpegOf(white.image(), 20+r.IntN(40))
}

// promised are the changes that the rule promises to see through.
var promised = func() []change {
	out := []change{
		{"as it is", func(r *rand.Rand, _ hand, m motif) []byte { return pngOf(m.draw(64 + r.IntN(128)).image()) }},
		{"scaled", func(r *rand.Rand, h hand, m motif) []byte {
			c := m.draw(256)
			return pngOf(h.scaledTo(c, smallest(c, m)*pick(r, []float64{1, 1.2, 1.5, 2, 3, 5})).image())
		}},
		{"re-encoded", func(r *rand.Rand, _ hand, m motif) []byte { return encoded(r, m.draw(96+r.IntN(96))) }},
	}
	for _, s := range steps[:8] {
		out = append(out, change{s.name, func(r *rand.Rand, h hand, m motif) []byte {
			return pngOf(s.make(r, h, m.draw(80+r.IntN(80))).image())
		}})
	}
	return append(out,
		change{"on a photo", func(r *rand.Rand, _ hand, m motif) []byte {
			c := m.draw(80 + r.IntN(80))
			x, y := r.IntN(240-c.w), r.IntN(max(1, 240-c.h))
			g := behind(c, toned3(ground(r, 240, 240, "photo")), func(*canvas) (int, int) { return x, y })
			g.paste(c, x, y)
			return pngOf(g.image())
		}},
		change{"in a screenshot", func(r *rand.Rand, h hand, m motif) []byte {
			s := h.screen(r, 480+r.IntN(320), 360+r.IntN(200))
			c := m.draw(256)
			c = h.scaledTo(c, smallest(c, m)*between(r, 1, 4))
			x, y := r.IntN(max(1, s.w-c.w)), r.IntN(max(1, s.h-c.h))
			s.rect(x-8, y-8, x+c.w+8, y+c.h+8, contrasting(r, c))
			s.paste(c, x, y)
			if r.IntN(2) == 0 {
				return jpegOf(s.image(), 50+r.IntN(40))
			}
			return pngOf(s.image())
		}},
		change{"in a frame of a video", func(r *rand.Rand, h hand, m motif) []byte {
			c := h.turned(m.draw(80+r.IntN(80)), between(r, -5, 5)*math.Pi/180)
			x, y := r.IntN(400-c.w), r.IntN(max(1, 240-c.h))
			g := ground(r, 400, 240, "photo")
			s := behind(c, toned3(g), func(*canvas) (int, int) { return x, y })
			s.paste(c, x, y)
			return aviOf(r.IntN(2) == 0, jpegOf(g.image(), 60), jpegOf(s.image(), 40+r.IntN(40)))
		}},
		change{"two of these", func(r *rand.Rand, h hand, m motif) []byte {
			c := m.draw(96 + r.IntN(80))
			first := r.IntN(len(steps))
			second := (first + 1 + r.IntN(len(steps)-1)) % len(steps)
			return pngOf(steps[second].make(r, h, steps[first].make(r, h, c)).image())
		}},
	)
}()

// beyondPromise are changes that are measured and not promised.
var beyondPromise = []change{
	{"turned by 15 to 45 degrees", func(r *rand.Rand, h hand, m motif) []byte {
		return pngOf(h.turned(m.draw(200), between(r, 15, 45)*math.Pi/180*pick(r, []float64{-1, 1})).image())
	}},
	{"cropped by a quarter", func(_ *rand.Rand, _ hand, m motif) []byte {
		c := m.draw(256)
		return pngOf(c.cut(0, 0, 0.75, float64(c.h)/float64(c.w)).image())
	}},
	{"16 to 24 pixels", func(r *rand.Rand, h hand, m motif) []byte {
		return pngOf(h.scaledTo(m.draw(256), between(r, 16, 24)).image())
	}},
	{"mirrored", func(_ *rand.Rand, _ hand, m motif) []byte {
		c := m.draw(200)
		for y := range c.h {
			slices.Reverse(c.pix[y*c.w : (y+1)*c.w])
		}
		return pngOf(c.image())
	}},
	{"in one colour", func(_ *rand.Rand, _ hand, m motif) []byte {
		return pngOf(m.draw(200).recoloured(func(rgb) rgb { return rgb{0.2, 0.2, 0.2} }).image())
	}},
}

// others are files that show none of the protected designs.
var others = []change{
	{"other icons", func(r *rand.Rand, h hand, _ motif) []byte {
		return pngOf(pick(r, h.families[:3])(r).draw(48 + r.IntN(112)).image())
	}},
	{"other wordmarks", func(r *rand.Rand, h hand, _ motif) []byte {
		return pngOf(h.families[3](r).draw(96 + r.IntN(128)).image())
	}},
	{"other illustrations", func(r *rand.Rand, h hand, _ motif) []byte {
		return pngOf(h.families[4](r).draw(96 + r.IntN(96)).image())
	}},
	{"other photos", func(r *rand.Rand, h hand, _ motif) []byte {
		return pngOf(h.families[5](r).draw(96 + r.IntN(96)).image())
	}},
	{"seas and skies", func(r *rand.Rand, _ hand, _ motif) []byte {
		return jpegOf(sea(r, 96+r.IntN(96)).image(), 60+r.IntN(35))
	}},
	{"plain shapes and letters", func(r *rand.Rand, _ hand, _ motif) []byte { return pngOf(plain(r).draw(48 + r.IntN(112)).image()) }},
	{"noise", func(r *rand.Rand, _ hand, _ motif) []byte {
		w, h := 64+r.IntN(96), 64+r.IntN(96)
		c := newCanvas(w, h)
		n := clouds(r, w, h, between(r, 3, 60))
		for i := range c.pix {
			c.pix[i] = [4]float64{n[i], n[i], n[i], 1}
		}
		return pngOf(c.recoloured(toned(between(r, 1, 4), 0)).image())
	}},
	{"screenshots", func(r *rand.Rand, h hand, _ motif) []byte {
		return pngOf(h.screen(r, 480+r.IntN(320), 360+r.IntN(200)).image())
	}},
}

// imitations have the composition of a protected design with other measures, and
// often another letter. Whether such a one is confusable is for people to say:
// they are measured apart.
var imitations = change{"imitations", func(r *rand.Rand, _ hand, _ motif) []byte {
	return pngOf(imitation(r, pick(r, letters)).draw(64 + r.IntN(200)).image())
}}

// sea is what many photos show: a sky, a horizon and a sun.
func sea(r *rand.Rand, w int) *canvas {
	h := w * 3 / 4
	c := newCanvas(w, h)
	line, sx, sy := between(r, 0.3, 0.7), between(r, 0.1, 0.9), between(r, 0.1, 0.5)
	top, low, water := hue(r.Float64(), 0.5, 0.6), hue(r.Float64(), 0.6, 0.8), hue(r.Float64(), 0.5, 0.3)
	for y := range h {
		for x := range w {
			v := float64(y) / float64(h)
			t, from, to := v/line, top, low
			if v > line {
				t, from, to = (v-line)/(1-line), water, rgb{0.05, 0.05, 0.1}
			}
			glow := math.Exp(-math.Hypot(float64(x)/float64(w)-sx, v-sy) * 9)
			for k := range 3 {
				c.pix[y*w+x][k] = min(max(from[k]*(1-t)+to[k]*t+0.8*glow+0.02*r.NormFloat64(), 0), 1)
			}
			c.pix[y*w+x][3] = 1
		}
	}
	return c
}

// seen is a file as a canvas.
func seen(data []byte) *canvas {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	b := img.Bounds()
	out := newCanvas(b.Dx(), b.Dy())
	for y := range out.h {
		for x := range out.w {
			r, g, bl, a := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			out.pix[y*out.w+x] = [4]float64{float64(r) / 65535, float64(g) / 65535, float64(bl) / 65535, float64(a) / 65535}
		}
	}
	return out
}
