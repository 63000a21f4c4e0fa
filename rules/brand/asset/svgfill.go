package asset

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// A paint gives the colour at a pixel: red, green, blue and opacity, 0 to 1.
type paint func(x, y float64) [4]float64

// crossed bounds the lines that one shape crosses, counted as work.
const crossed = 20_000_000

// rows is how many lines of a row of pixels are looked at.
const rows = 4

// A crossing is where an edge crosses a line, and which way.
type crossing struct {
	x  float64
	up int
}

// fill fills polygons by the rule of even and odd, or of not zero.
func (p *painter) fill(polygons [][][2]float64, evenOdd bool, c paint) {
	w, h := p.canvas.Rect.Dx(), p.canvas.Rect.Dy()
	lines := make([][]crossing, rows*h)
	before := p.work
	for _, points := range polygons {
		for i, a := range points {
			p.cross(lines, a, points[(i+1)%len(points)])
			if p.work > drawnWork || p.work-before > crossed {
				p.d.say(NotDrawn, "it has more to draw than is drawn")
				return
			}
		}
	}
	cover := make([]float64, w+1)
	for y := range h {
		clear(cover)
		any := false
		for _, l := range lines[rows*y : rows*(y+1)] {
			slices.SortFunc(l, func(a, b crossing) int {
				switch {
				case a.x < b.x:
					return -1
				case a.x > b.x:
					return 1
				}
				return 0
			})
			wind := 0
			for i, e := range l {
				if was := wind; evenOdd {
					wind = (i + 1) % 2
				} else {
					wind = was + e.up
				}
				if wind != 0 && i+1 < len(l) {
					any = true
					span(cover[:w], e.x, l[i+1].x)
				}
			}
		}
		if any {
			p.work += w
			p.blend(y, cover[:w], c)
		}
	}
}

// cross adds the crossings of an edge.
func (p *painter) cross(lines [][]crossing, a, b [2]float64) {
	const far = 1e6 // pixels: what is further away is cut there
	for i := range 2 {
		if math.IsNaN(a[i]) || math.IsNaN(b[i]) {
			return
		}
		a[i], b[i] = min(max(a[i], -far), far), min(max(b[i], -far), far)
	}
	up := 1
	if a[1] > b[1] {
		a, b, up = b, a, -1
	}
	if a[1] == b[1] {
		return
	}
	from := max(0, math.Ceil(a[1]*rows-0.5))
	to := min(float64(len(lines)-1), math.Ceil(b[1]*rows-0.5)-1)
	for n := from; n <= to; n++ {
		y := (n + 0.5) / rows
		x := a[0] + (b[0]-a[0])*(y-a[1])/(b[1]-a[1])
		lines[int(n)] = append(lines[int(n)], crossing{x, up})
		p.work += 8
	}
}

// span covers what lies between two points of a line.
func span(cover []float64, from, to float64) {
	from, to = max(from, 0), min(to, float64(len(cover)))
	for x := int(from); float64(x) < to; x++ {
		cover[x] += (min(to, float64(x+1)) - max(from, float64(x))) / rows
	}
}

func (p *painter) blend(y int, cover []float64, c paint) {
	for x, v := range cover {
		if v <= 0 {
			continue
		}
		q := c(float64(x)+0.5, float64(y)+0.5)
		alpha := min(v, 1) * q[3]
		pix := p.canvas.Pix[y*p.canvas.Stride+4*x:][:4]
		for i := range 3 {
			pix[i] = uint8(math.Round(255*q[i]*alpha + float64(pix[i])*(1-alpha)))
		}
		pix[3] = uint8(math.Round(255*alpha + float64(pix[3])*(1-alpha)))
	}
}

// colour is what a fill or stroke says: nothing, a colour or a gradient.
func (p *painter) colour(text string, k ink, opacity float64, m matrix, o *outline) (paint, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "url(") {
		ref, fallback, _ := strings.Cut(text[4:], ")")
		if g := p.file.ids[strings.Trim(ref, `"' #`)]; g != nil && (g.name == "linearGradient" || g.name == "radialGradient") {
			return p.gradient(g, k, opacity, m, o)
		}
		text = strings.TrimSpace(fallback)
	}
	if strings.EqualFold(text, "currentColor") {
		text = k.colour
	}
	c, is := parseColour(text)
	c[3] *= opacity
	return func(_, _ float64) [4]float64 { return c }, is && c[3] > 0
}

// parseColour reads a colour of CSS; hue and other spaces are not known.
func parseColour(text string) (c [4]float64, is bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	c[3] = 1
	switch {
	case text == "" || text == "none" || text == "transparent":
		return c, false
	case text[0] == '#':
		hex := text[1:]
		if len(hex) == 3 || len(hex) == 4 {
			var long []byte
			for i := range len(hex) {
				long = append(long, hex[i], hex[i])
			}
			hex = string(long)
		}
		v, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || len(hex) != 6 && len(hex) != 8 {
			return c, false
		}
		if len(hex) == 6 {
			v = v<<8 | 255
		}
		for i := range c {
			c[i] = float64(v>>(24-8*i)&255) / 255
		}
		return c, true
	case strings.HasPrefix(text, "rgb"):
		_, list, _ := strings.Cut(text, "(")
		v := numbers(strings.ReplaceAll(strings.ReplaceAll(list, "%", " "), "/", " "), 4)
		if len(v) < 3 {
			return c, false
		}
		whole := 255.0
		if strings.Contains(list, "%") {
			whole = 100
		}
		for i, x := range v {
			if i < 3 {
				x /= whole
			}
			c[i] = min(max(x, 0), 1)
		}
		return c, true
	}
	n, known := colornames.Map[text]
	return [4]float64{float64(n.R) / 255, float64(n.G) / 255, float64(n.B) / 255, 1}, known
}

// A stop is a colour of a gradient.
type stop struct {
	at     float64
	colour [4]float64
}

// stops are those of a gradient, or of the one that it refers to.
func (p *painter) stops(g *node, k ink) (out []stop) {
	for range 8 {
		for _, e := range g.children {
			if e.name != "stop" || len(out) == 256 {
				continue
			}
			style := p.style(e)
			text := style("stop-color")
			if text == "" {
				text = "black"
			} else if strings.EqualFold(text, "currentColor") {
				text = k.colour
			}
			c, _ := parseColour(text)
			if v := numbers(style("stop-opacity"), 1); len(v) == 1 {
				c[3] *= min(max(v[0], 0), 1)
			}
			out = append(out, stop{length(e.attrs["offset"], 1), c})
		}
		next := p.file.ids[strings.TrimPrefix(g.attrs["href"], "#")]
		if len(out) > 0 || next == nil {
			return out
		}
		g = next
	}
	return out
}

// gradient is the paint of a linear or radial gradient; its focus is its middle.
func (p *painter) gradient(g *node, k ink, opacity float64, m matrix, o *outline) (paint, bool) {
	stops := p.stops(g, k)
	if len(stops) == 0 {
		return nil, false
	}
	box := unchanged
	wide, high := p.w, p.h
	if g.attrs["gradientUnits"] != "userSpaceOnUse" {
		box = o.bounds()
		wide, high = 1, 1
	}
	m = m.after(box).after(transform(g.attrs["gradientTransform"]))
	of := func(name, otherwise string, whole float64) float64 {
		if v := g.attrs[name]; v != "" {
			return length(v, whole)
		}
		return length(otherwise, whole)
	}
	var along func(x, y float64) float64
	if g.name == "linearGradient" {
		a := m.apply([2]float64{of("x1", "0%", wide), of("y1", "0%", high)})
		b := m.apply([2]float64{of("x2", "100%", wide), of("y2", "0%", high)})
		dx, dy := b[0]-a[0], b[1]-a[1]
		n := max(dx*dx+dy*dy, 1e-9)
		along = func(x, y float64) float64 { return ((x-a[0])*dx + (y-a[1])*dy) / n }
	} else {
		c := m.apply([2]float64{of("cx", "50%", wide), of("cy", "50%", high)})
		r := max(of("r", "50%", max(wide, high))*m.scale(), 1e-9)
		along = func(x, y float64) float64 { return math.Hypot(x-c[0], y-c[1]) / r }
	}
	return func(x, y float64) [4]float64 {
		c := betweenStops(stops, along(x, y))
		c[3] *= opacity
		return c
	}, opacity > 0
}

func betweenStops(stops []stop, t float64) [4]float64 {
	for i, s := range stops {
		if t > s.at && i < len(stops)-1 {
			continue
		}
		if i == 0 || t >= s.at {
			return s.colour
		}
		before := stops[i-1]
		f := (t - before.at) / max(s.at-before.at, 1e-9)
		var c [4]float64
		for j := range c {
			c[j] = before.colour[j] + f*(s.colour[j]-before.colour[j])
		}
		return c
	}
	return stops[0].colour
}

// bounds maps the unit square to the box about an outline.
func (o *outline) bounds() matrix {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, l := range o.lines {
		for _, q := range l.points {
			x0, y0, x1, y1 = min(x0, q[0]), min(y0, q[1]), max(x1, q[0]), max(y1, q[1])
		}
	}
	if x0 > x1 {
		return unchanged
	}
	return matrix{x1 - x0, 0, 0, y1 - y0, x0, y0}
}
