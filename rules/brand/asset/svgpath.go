package asset

import (
	"math"
	"strconv"
	"strings"
)

// A matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f).
type matrix [6]float64

var unchanged = matrix{1, 0, 0, 1, 0, 0}

// after is what m does after n.
func (m matrix) after(n matrix) matrix {
	return matrix{m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1], m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5]}
}

func (m matrix) apply(p [2]float64) [2]float64 {
	return [2]float64{m[0]*p[0] + m[2]*p[1] + m[4], m[1]*p[0] + m[3]*p[1] + m[5]}
}

// scale is how much longer lengths become, on the mean.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }

// transform reads a list of transformations.
func transform(text string) matrix {
	m := unchanged
	for range 64 {
		name, rest, is := strings.Cut(text, "(")
		if !is {
			return m
		}
		inner, next, _ := strings.Cut(rest, ")")
		text = next
		v := numbers(inner, 6)
		at := func(i int) float64 {
			if i < len(v) {
				return v[i]
			}
			return 0
		}
		switch strings.Trim(name, " \t\r\n,") {
		case "matrix":
			m = m.after(matrix{at(0), at(1), at(2), at(3), at(4), at(5)})
		case "translate":
			m = m.after(matrix{1, 0, 0, 1, at(0), at(1)})
		case "scale":
			y := at(0)
			if len(v) > 1 {
				y = v[1]
			}
			m = m.after(matrix{at(0), 0, 0, y, 0, 0})
		case "rotate":
			sin, cos := math.Sincos(at(0) * math.Pi / 180)
			m = m.after(matrix{1, 0, 0, 1, at(1), at(2)}).after(matrix{cos, sin, -sin, cos, 0, 0}).after(matrix{1, 0, 0, 1, -at(1), -at(2)})
		case "skewX":
			m = m.after(matrix{1, 0, math.Tan(at(0) * math.Pi / 180), 1, 0, 0})
		case "skewY":
			m = m.after(matrix{1, math.Tan(at(0) * math.Pi / 180), 0, 1, 0, 0})
		}
	}
	return m
}

// numbers reads at most that many numbers of a list.
func numbers(text string, most int) []float64 {
	s := scanner{text: text}
	var out []float64
	for len(out) < most {
		v, ok := s.number()
		if !ok {
			break
		}
		out = append(out, v)
	}
	return out
}

// A scanner reads the little language of paths.
type scanner struct {
	text string
	at   int
}

func (s *scanner) skip() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n,", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) number() (float64, bool) {
	s.skip()
	from, point, exponent := s.at, false, false
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c >= '0' && c <= '9':
		case (c == '-' || c == '+') && (s.at == from || s.text[s.at-1]|0x20 == 'e'):
		case c == '.' && !point && !exponent:
			point = true
		case c|0x20 == 'e' && !exponent && s.at > from:
			exponent = true
		default:
			goto done
		}
		s.at++
	}
done:
	v, err := strconv.ParseFloat(s.text[from:s.at], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

// flag reads one digit: arcs may write their flags without space between.
func (s *scanner) flag() (float64, bool) {
	s.skip()
	if s.at < len(s.text) && (s.text[s.at] == '0' || s.text[s.at] == '1') {
		s.at++
		return float64(s.text[s.at-1] - '0'), true
	}
	return 0, false
}

// command reads a letter, if there is one.
func (s *scanner) command() (byte, bool) {
	s.skip()
	if s.at < len(s.text) && (s.text[s.at]|0x20 >= 'a' && s.text[s.at]|0x20 <= 'z') {
		s.at++
		return s.text[s.at-1], true
	}
	return 0, false
}

// A polyline is points, closed or open.
type polyline struct {
	points [][2]float64
	closed bool
}

// mostPoints is how many points a path may be flattened to.
const mostPoints = 200_000

// An outline is a path, its curves as short lines.
type outline struct {
	lines []polyline
	at    [2]float64
	n     int
}

func (o *outline) move(p [2]float64) {
	o.lines = append(o.lines, polyline{points: [][2]float64{p}})
	o.at = p
	o.n++
}

func (o *outline) to(p [2]float64) {
	if len(o.lines) == 0 || o.lines[len(o.lines)-1].closed {
		o.move(o.at)
	}
	if o.n++; o.n < mostPoints {
		l := &o.lines[len(o.lines)-1]
		l.points = append(l.points, p)
	}
	o.at = p
}

func (o *outline) close() {
	if len(o.lines) > 0 {
		l := &o.lines[len(o.lines)-1]
		l.closed = true
		o.at = l.points[0]
	}
}

func (o *outline) cube(b, c, d [2]float64) {
	const steps = 12
	a := o.at
	for i := 1; i <= steps; i++ {
		t := float64(i) / steps
		u := 1 - t
		var p [2]float64
		for k := range p {
			p[k] = u*u*u*a[k] + 3*u*u*t*b[k] + 3*u*t*t*c[k] + t*t*t*d[k]
		}
		o.to(p)
	}
}

func (o *outline) quad(b, c [2]float64) {
	a := o.at
	o.cube([2]float64{a[0] + 2*(b[0]-a[0])/3, a[1] + 2*(b[1]-a[1])/3}, [2]float64{c[0] + 2*(b[0]-c[0])/3, c[1] + 2*(b[1]-c[1])/3}, c)
}

// arc is the elliptical arc of SVG 2, appendix B.2.
func (o *outline) arc(rx, ry, turn float64, large, sweep bool, end [2]float64) {
	from := o.at
	rx, ry = math.Abs(rx), math.Abs(ry)
	if rx == 0 || ry == 0 || from == end {
		o.to(end)
		return
	}
	sin, cos := math.Sincos(turn * math.Pi / 180)
	dx, dy := (from[0]-end[0])/2, (from[1]-end[1])/2
	x, y := cos*dx+sin*dy, -sin*dx+cos*dy
	if over := x*x/(rx*rx) + y*y/(ry*ry); over > 1 {
		rx, ry = rx*math.Sqrt(over), ry*math.Sqrt(over)
	}
	k := math.Sqrt(max(0, (rx*rx*ry*ry-rx*rx*y*y-ry*ry*x*x)/(rx*rx*y*y+ry*ry*x*x)))
	if large == sweep {
		k = -k
	}
	cx, cy := k*rx*y/ry, -k*ry*x/rx
	a := math.Atan2((y-cy)/ry, (x-cx)/rx)
	b := math.Atan2((-y-cy)/ry, (-x-cx)/rx) - a
	if sweep && b < 0 {
		b += 2 * math.Pi
	} else if !sweep && b > 0 {
		b -= 2 * math.Pi
	}
	mx, my := (from[0]+end[0])/2, (from[1]+end[1])/2
	const steps = 24
	for i := 1; i < steps; i++ {
		s, c := math.Sincos(a + b*float64(i)/steps)
		px, py := cx+rx*c, cy+ry*s
		o.to([2]float64{cos*px - sin*py + mx, sin*px + cos*py + my})
	}
	o.to(end)
}

// pathOf reads path data as far as it is right.
func pathOf(text string) *outline {
	o := &outline{}
	s := scanner{text: text}
	var last [2]float64 // control point of the curve before
	before := byte(0)
	command := byte(0)
	for o.n < mostPoints {
		if c, ok := s.command(); ok {
			command = c
		} else if s.at >= len(s.text) {
			return o
		}
		if command == 'z' || command == 'Z' {
			o.close()
			before, command = 'z', 0
			continue
		}
		if !o.step(&s, command, before, &last) {
			return o
		}
		before = command | 0x20
		if command == 'M' {
			command = 'L'
		} else if command == 'm' {
			command = 'l'
		}
	}
	return o
}

// step draws one command's part.
func (o *outline) step(s *scanner, command, before byte, last *[2]float64) bool {
	ok := true
	base := o.at
	if command < 'a' {
		base = [2]float64{}
	}
	num := func() float64 {
		v, is := s.number()
		ok = ok && is
		return v
	}
	point := func() [2]float64 { x := num(); return [2]float64{base[0] + x, base[1] + num()} }
	mirrored := func(a, b byte) [2]float64 {
		if before == a || before == b {
			return [2]float64{2*o.at[0] - last[0], 2*o.at[1] - last[1]}
		}
		return o.at
	}
	switch command | 0x20 {
	case 'm':
		if p := point(); ok {
			o.move(p)
		}
	case 'l':
		if p := point(); ok {
			o.to(p)
		}
	case 'h':
		if x := num(); ok {
			o.to([2]float64{base[0] + x, o.at[1]})
		}
	case 'v':
		if y := num(); ok {
			o.to([2]float64{o.at[0], base[1] + y})
		}
	case 'c':
		if b, c, d := point(), point(), point(); ok {
			*last = c
			o.cube(b, c, d)
		}
	case 's':
		b := mirrored('c', 's')
		if c, d := point(), point(); ok {
			*last = c
			o.cube(b, c, d)
		}
	case 'q':
		if b, c := point(), point(); ok {
			*last = b
			o.quad(b, c)
		}
	case 't':
		b := mirrored('q', 't')
		if c := point(); ok {
			*last = b
			o.quad(b, c)
		}
	case 'a':
		rx, ry, turn := num(), num(), num()
		large, is := s.flag()
		sweep, too := s.flag()
		if end := point(); ok && is && too {
			o.arc(rx, ry, turn, large == 1, sweep == 1, end)
		} else {
			return false
		}
	default:
		return false
	}
	return ok
}
