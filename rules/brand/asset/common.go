package asset

import (
	"image"
	"math"
	"sync"
)

// A commonShape is one that no company has for itself.
type commonShape struct {
	name   string
	inside func(x, y float64) bool // of the square from -1 to 1
}

var commonShapes = [...]commonShape{
	{"a disc", func(x, y float64) bool { return math.Hypot(x, y) < 0.9 }},
	{"a ring", func(x, y float64) bool { r := math.Hypot(x, y); return r < 0.9 && r > 0.6 }},
	{"a square", func(x, y float64) bool { return max(math.Abs(x), math.Abs(y)) < 0.9 }},
	{"a rounded square", func(x, y float64) bool {
		return math.Hypot(max(math.Abs(x)-0.5, 0), max(math.Abs(y)-0.5, 0)) < 0.4
	}},
	{"a frame", func(x, y float64) bool { m := max(math.Abs(x), math.Abs(y)); return m < 0.9 && m > 0.65 }},
	{"a bar", func(x, y float64) bool { return math.Abs(x) < 0.9 && math.Abs(y) < 0.3 }},
	{"a diamond", func(x, y float64) bool { return math.Abs(x)+math.Abs(y) < 0.9 }},
	{"a triangle", func(x, y float64) bool { return y < 0.8 && math.Abs(x) < (y+0.9)*0.53 }},
	{"a cross", func(x, y float64) bool {
		return min(math.Abs(x), math.Abs(y)) < 0.25 && max(math.Abs(x), math.Abs(y)) < 0.9
	}},
	{"a disc in a square", func(x, y float64) bool {
		return max(math.Abs(x), math.Abs(y)) < 0.9 && math.Hypot(x, y) > 0.5
	}},
}

// common is the shape that the template looks like, if one.
func (t *template) common() string {
	if len(t.features[fine]) < 12 {
		return "a plain area"
	}
	const (
		alike    = 15  // the distance of what is the shape
		hopeless = 0.4 // a fit that moving does not make good
	)
	for i, s := range commonScenes() {
		for _, p := range s.whole(t) {
			if s.fit(t, p.pose) < hopeless {
				continue
			}
			if p := s.best(t, []place{p}); distanceOf(p) <= alike {
				return commonShapes[i].name
			}
		}
	}
	return ""
}

// commonScenes are the shapes, drawn.
var commonScenes = sync.OnceValue(func() (out []*scene) {
	for _, c := range commonShapes {
		out = append(out, newScene(c.draw()))
	}
	return out
})

func (c commonShape) draw() image.Image {
	const side, parts = 96, 4
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			n := 0
			for i := range parts * parts {
				if c.inside((2*(float64(x)+(float64(i%parts)+0.5)/parts))/side-1, (2*(float64(y)+(float64(i/parts)+0.5)/parts))/side-1) {
					n++
				}
			}
			v := uint8(255 * n / (parts * parts))
			out.Pix[4*(y*side+x)], out.Pix[4*(y*side+x)+1], out.Pix[4*(y*side+x)+2], out.Pix[4*(y*side+x)+3] = 0, 0, 0, v
		}
	}
	return out
}
