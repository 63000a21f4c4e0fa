package asset

import (
	"image"
	"math"
	"strings"
)

const (
	// drawnSide is the longer side, in pixels, in which an SVG is drawn.
	drawnSide = 384
	// drawnWork bounds the drawing of an SVG: pixels covered and lines crossed.
	drawnWork = 40_000_000
)

// svg draws the shapes of an SVG. Pictures within it are frames of their own.
func (d *decoder) svg(data []byte) {
	f, err := d.parseSVG(data)
	if err != nil {
		d.say(Undecodable, "svg: %v", err)
	}
	if f == nil {
		return
	}
	p := newPainter(d, f)
	p.draw(f.root, p.view, ink{fill: "black", opacity: 1, fillOpacity: 1, strokeOpacity: 1, width: 1, colour: "black"}, 0)
	d.show(p.canvas, 0)
}

// An ink is what elements inherit.
type ink struct {
	fill, stroke, colour                string
	opacity, fillOpacity, strokeOpacity float64
	width                               float64
	evenOdd, hidden                     bool
}

type painter struct {
	d      *decoder
	file   *svgFile
	canvas *image.RGBA
	view   matrix
	w, h   float64 // of the view, in the file's own units
	drawn  int     // elements
	work   int
}

func newPainter(d *decoder, f *svgFile) *painter {
	p := &painter{d: d, file: f}
	var x, y float64
	p.w, p.h = length(f.root.attrs["width"], 0), length(f.root.attrs["height"], 0)
	if v := numbers(f.root.attrs["viewBox"], 4); len(v) == 4 && v[2] > 0 && v[3] > 0 {
		x, y, p.w, p.h = v[0], v[1], v[2], v[3]
	}
	if p.w <= 0 || p.h <= 0 || p.w > 1e6 || p.h > 1e6 {
		p.w, p.h = 100, 100
	}
	k := drawnSide / max(p.w, p.h)
	p.view = matrix{k, 0, 0, k, -k * x, -k * y}
	p.canvas = image.NewRGBA(image.Rect(0, 0, max(1, int(k*p.w+0.5)), max(1, int(k*p.h+0.5))))
	return p
}

// style is what the element itself says, by attribute, rule and style, the
// later first.
func (p *painter) style(e *node) func(name string) string {
	own := map[string]string{}
	for _, selector := range append([]string{e.name}, classes(e)...) {
		for k, v := range p.file.rules[selector] {
			own[k] = v
		}
	}
	if id := e.attrs["id"]; id != "" {
		for k, v := range p.file.rules["#"+id] {
			own[k] = v
		}
	}
	declarations(e.attrs["style"], own)
	return func(name string) string {
		if v, has := own[name]; has {
			return v
		}
		return strings.TrimSpace(e.attrs[name])
	}
}

func classes(e *node) []string {
	out := strings.Fields(e.attrs["class"])
	for i := range out {
		out[i] = "." + out[i]
	}
	return out
}

// draw draws an element and what is within it.
func (p *painter) draw(e *node, m matrix, k ink, depth int) {
	if p.drawn++; p.drawn > p.d.limits.Elements || depth > svgDepth || p.work > drawnWork {
		p.d.say(NotDrawn, "it has more to draw than is drawn")
		return
	}
	style := p.style(e)
	if style("display") == "none" {
		return
	}
	k = inherit(k, style, max(p.w, p.h))
	for _, name := range [...]string{"filter", "mask", "clip-path"} {
		if v := style(name); v != "" && v != "none" && !p.wholeClip(v) {
			p.d.say(NotDrawn, "it has a %s, without which it is drawn", name)
		}
	}
	m = m.after(transform(e.attrs["transform"]))
	switch e.name {
	case "svg", "g", "a", "symbol":
		for _, c := range e.children {
			p.draw(c, m, k, depth+1)
		}
	case "switch":
		if len(e.children) > 0 {
			p.draw(e.children[0], m, k, depth+1)
		}
	case "use":
		if to := p.file.ids[strings.TrimPrefix(strings.TrimSpace(e.attrs["href"]), "#")]; to != nil && to != e {
			at := matrix{1, 0, 0, 1, length(e.attrs["x"], p.w), length(e.attrs["y"], p.h)}
			p.draw(to, m.after(at), k, depth+1)
		}
	case "image":
		if data := embedded(e.attrs["href"]); data != nil && format(data) != "svg" && len(p.d.asset.Frames) < p.d.limits.Frames {
			p.d.still(data, len(p.d.asset.Frames)+1)
		} else if strings.HasPrefix(strings.ToLower(strings.TrimSpace(e.attrs["href"])), "data:") {
			p.d.say(NotDrawn, "it has a picture within, which can't be read")
		}
	default:
		if o := p.shape(e); o != nil && !k.hidden {
			if o.n >= mostPoints {
				p.d.say(NotDrawn, "it has a path of more than %d points", mostPoints)
			}
			p.paint(o, m, k)
		}
	}
}

// inherit is the ink within an element. Opacities of groups are multiplied.
func inherit(k ink, style func(string) string, side float64) ink {
	text := func(name string, into *string) {
		if v := style(name); v != "" && v != "inherit" {
			*into = v
		}
	}
	part := func(name string, into *float64, times bool) {
		if v := numbers(style(name), 1); len(v) == 1 {
			x := v[0]
			if strings.HasSuffix(style(name), "%") {
				x /= 100
			}
			if x = min(max(x, 0), 1); times {
				x *= *into
			}
			*into = x
		}
	}
	text("fill", &k.fill)
	text("stroke", &k.stroke)
	text("color", &k.colour)
	part("opacity", &k.opacity, true)
	part("fill-opacity", &k.fillOpacity, false)
	part("stroke-opacity", &k.strokeOpacity, false)
	if v := style("stroke-width"); v != "" {
		k.width = length(v, side)
	}
	if v := style("fill-rule"); v != "" {
		k.evenOdd = v == "evenodd"
	}
	if v := style("visibility"); v != "" {
		k.hidden = v != "visible"
	}
	return k
}

// wholeClip tells whether what clips is a rectangle about the whole view, as
// design tools write it: then it clips nothing.
func (p *painter) wholeClip(ref string) bool {
	c := p.file.ids[strings.Trim(strings.TrimSuffix(strings.TrimPrefix(ref, "url("), ")"), `"'#`)]
	if c == nil || c.name != "clipPath" || len(c.children) != 1 || c.children[0].name != "rect" {
		return false
	}
	r := c.children[0].attrs
	return r["transform"] == "" && length(r["x"], p.w) <= 0 && length(r["y"], p.h) <= 0 && length(r["width"], p.w) >= 0.99*p.w && length(r["height"], p.h) >= 0.99*p.h
}

// shape is the path of a basic shape.
func (p *painter) shape(e *node) *outline {
	x := func(name string) float64 { return length(e.attrs[name], p.w) }
	y := func(name string) float64 { return length(e.attrs[name], p.h) }
	o := &outline{}
	switch e.name {
	case "path":
		return pathOf(e.attrs["d"])
	case "rect":
		w, h, rx, ry := x("width"), y("height"), x("rx"), y("ry")
		if w <= 0 || h <= 0 {
			return nil
		}
		if e.attrs["ry"] == "" {
			ry = rx
		} else if e.attrs["rx"] == "" {
			rx = ry
		}
		rounded(o, x("x"), y("y"), w, h, min(max(rx, 0), w/2), min(max(ry, 0), h/2))
	case "circle":
		r := length(e.attrs["r"], max(p.w, p.h))
		rounded(o, x("cx")-r, y("cy")-r, 2*r, 2*r, r, r)
	case "ellipse":
		rx, ry := x("rx"), y("ry")
		rounded(o, x("cx")-rx, y("cy")-ry, 2*rx, 2*ry, rx, ry)
	case "line":
		o.move([2]float64{x("x1"), y("y1")})
		o.to([2]float64{x("x2"), y("y2")})
	case "polyline", "polygon":
		v := numbers(e.attrs["points"], mostPoints)
		for i := 0; i+1 < len(v); i += 2 {
			if i == 0 {
				o.move([2]float64{v[0], v[1]})
			} else {
				o.to([2]float64{v[i], v[i+1]})
			}
		}
		if e.name == "polygon" {
			o.close()
		}
	default:
		return nil
	}
	return o
}

func rounded(o *outline, x, y, w, h, rx, ry float64) {
	o.move([2]float64{x + rx, y})
	o.to([2]float64{x + w - rx, y})
	o.arc(rx, ry, 0, false, true, [2]float64{x + w, y + ry})
	o.to([2]float64{x + w, y + h - ry})
	o.arc(rx, ry, 0, false, true, [2]float64{x + w - rx, y + h})
	o.to([2]float64{x + rx, y + h})
	o.arc(rx, ry, 0, false, true, [2]float64{x, y + h - ry})
	o.to([2]float64{x, y + ry})
	o.arc(rx, ry, 0, false, true, [2]float64{x + rx, y})
	o.close()
}

// length reads a length; percentages are of whole.
func length(text string, whole float64) float64 {
	v := numbers(text, 1)
	if len(v) == 0 {
		return 0
	}
	if strings.HasSuffix(strings.TrimSpace(text), "%") {
		return v[0] * whole / 100
	}
	return min(max(v[0], -1e7), 1e7)
}

// paint fills an outline and draws its line.
func (p *painter) paint(o *outline, m matrix, k ink) {
	var fill [][][2]float64
	for _, l := range o.lines {
		points := make([][2]float64, len(l.points))
		for i, q := range l.points {
			points[i] = m.apply(q)
		}
		fill = append(fill, points)
	}
	if c, is := p.colour(k.fill, k, k.opacity*k.fillOpacity, m, o); is {
		p.fill(fill, k.evenOdd, c)
	}
	if c, is := p.colour(k.stroke, k, k.opacity*k.strokeOpacity, m, o); is && k.width > 0 {
		lines, whole := stroked(o, fill, k.width*m.scale()/2)
		if !whole {
			p.d.say(NotDrawn, "it has a line of more than %d parts", len(lines))
		}
		p.fill(lines, false, c)
	}
}

// stroked are the parts of a line of that half width, all turning the same way.
// Its joints are round. whole is false where it has more than are drawn.
func stroked(o *outline, lines [][][2]float64, half float64) (out [][][2]float64, whole bool) {
	const corners = 12
	for n, l := range lines {
		closed := o.lines[n].closed
		for i, a := range l {
			if len(out) > mostPoints/4 {
				return out, false
			}
			if closed || i > 0 && i < len(l)-1 {
				disc := make([][2]float64, corners)
				for j := range disc {
					sin, cos := math.Sincos(2 * math.Pi * float64(j) / corners)
					disc[j] = [2]float64{a[0] + half*cos, a[1] + half*sin}
				}
				out = append(out, disc)
			}
			if i == len(l)-1 && !closed {
				break
			}
			b := l[(i+1)%len(l)]
			dx, dy := b[0]-a[0], b[1]-a[1]
			n := math.Hypot(dx, dy)
			if n == 0 {
				continue
			}
			dx, dy = dx/n*half, dy/n*half
			out = append(out, [][2]float64{{a[0] + dy, a[1] - dx}, {b[0] + dy, b[1] - dx}, {b[0] - dy, b[1] + dx}, {a[0] - dy, a[1] + dx}})
		}
	}
	return out, true
}
