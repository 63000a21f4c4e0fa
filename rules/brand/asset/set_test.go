package asset_test

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"slices"
)

// seeds keep the protected designs, the others and the changes apart.
const protectedSeed, otherSeed, changeSeed = 1, 2, 3

// protected are the designs of the officer's reference images.
func protected() []motif {
	var out []motif
	makers := []func(*rand.Rand) motif{
		emblem, emblem, emblem, outline, outline, wordmark, illustration, photo,
		func(r *rand.Rand) motif { return imitation(r, 'T') }, func(r *rand.Rand) motif { return imitation(r, 'T') },
		func(r *rand.Rand) motif { return imitation(r, 'T') }, func(r *rand.Rand) motif { return imitation(r, 'M') }, func(r *rand.Rand) motif { return imitation(r, 'E') },
	}
	for i, m := range makers {
		out = append(out, m(rand.New(rand.NewPCG(protectedSeed, uint64(i)))))
	}
	return out
}

// A change makes an image that shows a design.
type change struct {
	name string
	make func(r *rand.Rand, m motif) image.Image
}

// smallest is how many pixels the longer side must have: 32, and 24 the shorter.
func smallest(c *canvas) float64 {
	return max(32, 24*float64(max(c.w, c.h))/float64(min(c.w, c.h)))
}

// promised are the changes that the rule promises to see through.
var promised = []change{
	{"as it is", func(r *rand.Rand, m motif) image.Image { return m.draw(128 + r.IntN(200)).image() }},
	{"scaled", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(256)
		return c.resized(smallest(c) * pick(r, []float64{1, 1.2, 1.5, 2, 3, 5}) / 256).image()
	}},
	{"re-encoded", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(96 + r.IntN(200))
		c = c.opaque(ground(r, c.w, c.h, "colour").recoloured(func(rgb) rgb { return rgb{1, 1, 1} }))
		if r.IntN(3) == 0 {
			return decoded(gifOf(c.image(), 16+r.IntN(200)))
		}
		return decoded(jpegOf(c.image(), 25+r.IntN(60)))
	}},
	{"cropped", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(256)
		h := float64(c.h) / float64(c.w)
		a, b := between(r, 0, 0.1), between(r, 0, 0.1)
		x, y := between(r, 0, a), between(r, 0, b)
		return c.cut(x, y*h, 1-a+x, (1-b+y)*h).image()
	}},
	{"rotated", func(r *rand.Rand, m motif) image.Image {
		return m.draw(128 + r.IntN(128)).turned(between(r, -15, 15) * math.Pi / 180).image()
	}},
	{"inverted", func(r *rand.Rand, m motif) image.Image { return m.draw(128 + r.IntN(128)).recoloured(inverted).image() }},
	{"grey", func(r *rand.Rand, m motif) image.Image { return m.draw(128 + r.IntN(128)).recoloured(greyed).image() }},
	{"other hue", func(r *rand.Rand, m motif) image.Image {
		return m.draw(128 + r.IntN(128)).recoloured(rehued(between(r, 0.5, 5.8))).image()
	}},
	{"other tones", func(r *rand.Rand, m motif) image.Image {
		return m.draw(128 + r.IntN(128)).recoloured(toned(between(r, 0.5, 1.4), between(r, -0.15, 0.15))).image()
	}},
	{"on a colour", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(96 + r.IntN(160))
		g := contrasting(r, c)
		return c.opaque(paper(c.w+20+r.IntN(60), c.h+20+r.IntN(60), g)).image()
	}},
	{"on a gradient", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(96 + r.IntN(160))
		return c.opaque(ground(r, c.w+20+r.IntN(60), c.h+20+r.IntN(60), "shaded")).image()
	}},
	{"on a photo", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(96 + r.IntN(160))
		g := ground(r, 300, 300, "photo")
		g.paste(c, r.IntN(max(1, 300-c.w)), r.IntN(max(1, 300-c.h)))
		return g.image()
	}},
	{"in a screenshot", func(r *rand.Rand, m motif) image.Image {
		s := app(r, 640+r.IntN(500), 480+r.IntN(300))
		c := m.draw(256)
		c = c.resized(smallest(c) * between(r, 1, 4) / 256)
		x, y := r.IntN(s.w-c.w), r.IntN(s.h-c.h)
		s.rect(x-8, y-8, x+c.w+8, y+c.h+8, contrasting(r, c))
		s.paste(c, x, y)
		if r.IntN(2) == 0 {
			return decoded(jpegOf(s.image(), 50+r.IntN(40)))
		}
		return s.image()
	}},
	{"in a frame of a video", func(r *rand.Rand, m motif) image.Image {
		s := ground(r, 640, 360, "photo")
		c := m.draw(60 + r.IntN(160)).turned(between(r, -8, 8) * math.Pi / 180)
		s.paste(c, r.IntN(s.w-c.w), r.IntN(max(1, s.h-c.h)))
		return decoded(jpegOf(s.image(), 40+r.IntN(40)))
	}},
	{"several at once", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(256).recoloured(pick(r, []func(rgb) rgb{inverted, greyed, rehued(between(r, 1, 5)), toned(0.7, 0.1)}))
		c = c.turned(between(r, -10, 10) * math.Pi / 180).resized(between(r, 0.25, 0.9))
		g := contrasting(r, c)
		return decoded(jpegOf(c.opaque(paper(c.w+r.IntN(100), c.h+r.IntN(100), g)).image(), 40+r.IntN(50)))
	}},
}

// beyondPromise are changes that are measured and not promised.
var beyondPromise = []change{
	{"turned by 15 to 45 degrees", func(r *rand.Rand, m motif) image.Image {
		return m.draw(200).turned(between(r, 15, 45) * math.Pi / 180 * pick(r, []float64{-1, 1})).image()
	}},
	{"cropped by a quarter", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(256)
		return c.cut(0, 0, 0.75, float64(c.h)/float64(c.w)).image()
	}},
	{"16 to 24 pixels", func(r *rand.Rand, m motif) image.Image { return m.draw(256).resized(between(r, 16, 24) / 256).image() }},
	{"mirrored", func(r *rand.Rand, m motif) image.Image {
		c := m.draw(200)
		for y := range c.h {
			slices.Reverse(c.pix[y*c.w : (y+1)*c.w])
		}
		return c.image()
	}},
	{"in one colour", func(r *rand.Rand, m motif) image.Image {
		return m.draw(200).recoloured(func(rgb) rgb { return rgb{0.2, 0.2, 0.2} }).image()
	}},
}

// others are images that show none of the protected designs.
var others = []change{
	{"other designs", func(r *rand.Rand, _ motif) image.Image {
		return pick(r, append(families, wordmark))(r).draw(64 + r.IntN(200)).image()
	}},
	{"plain shapes and letters", func(r *rand.Rand, _ motif) image.Image { return plain(r).draw(48 + r.IntN(200)).image() }},
	{"other designs with a T", func(r *rand.Rand, _ motif) image.Image { return monogram(r, 'T').draw(48 + r.IntN(200)).image() }},
	{"photos", func(r *rand.Rand, _ motif) image.Image { return photo(r).draw(200 + r.IntN(400)).image() }},
	{"illustrations", func(r *rand.Rand, _ motif) image.Image { return illustration(r).draw(200 + r.IntN(300)).image() }},
	{"noise", func(r *rand.Rand, _ motif) image.Image {
		w, h := 64+r.IntN(300), 64+r.IntN(300)
		c := newCanvas(w, h)
		n := clouds(r, w, h, between(r, 3, 60))
		for i := range c.pix {
			c.pix[i] = [4]float64{n[i], n[i], n[i], 1}
		}
		return c.recoloured(toned(between(r, 1, 4), 0)).image()
	}},
	{"screenshots", func(r *rand.Rand, _ motif) image.Image {
		return app(r, 640+r.IntN(500), 480+r.IntN(300)).image()
	}},
}

// imitations have the composition of a protected design with other measures, and
// often another letter. Whether such a one is confusable is for people to say:
// they are measured apart.
var imitations = change{"imitations", func(r *rand.Rand, _ motif) image.Image {
	return imitation(r, pick(r, letters)).draw(64 + r.IntN(200)).image()
}}

func decoded(data []byte) image.Image {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	return img
}
