package compliance

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/reports/spreadsheet"
)

// px is a coordinate of a picture, to a tenth of a pixel: no more than is
// seen, and the same in every run.
func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// rect is a bar of a picture, with what is said of it when it is pointed at.
type rect struct{ Class, X, Y, W, H, Title string }

func bar(class string, x, y, w, h float64, title string) rect {
	return rect{class, px(x), px(y), px(w), px(h), title}
}

// label is a text in a picture.
type label struct{ Class, X, Y, Text string }

// A part is the number of obligations of one result.
type part struct {
	class, name string
	n           int64
}

func parts(c Counts) []part {
	return []part{{"pass", "reported in time", c.Pass}, {"late", "reported late", c.Late}, {"missed", "missed", c.Missed}, {"none", "no evidence", c.NoEvidence}}
}

// dayChart shows what was judged by day, in stacked bars, and coverage over it.
type dayChart struct {
	Width, Height string
	Lines         []gridLine
	Bars          []rect
	Curve         string
	Dots          []dot
	Labels        []label
}

type gridLine struct{ X1, X2, Y, LabelX, LabelY, RightX, Left, Right string }

type dot struct{ X, Y, Title string }

// The size of the chart of days and of its plot.
const (
	dayWidth, dayHeight   = 1060.0, 250.0
	dayLeft, dayRight     = 56.0, 48.0
	dayTop, dayBottom     = 10.0, 26.0
	dayWidest             = 64.0 // of a bar
	dayLabels, dayDotDays = 12, 70
)

func newDayChart(t Table) *dayChart {
	if len(t.Rows) == 0 {
		return nil
	}
	c := &dayChart{Width: px(dayWidth), Height: px(dayHeight)}
	most := int64(1)
	for _, r := range t.Rows {
		most = max(most, r.Judged())
	}
	most = roundUp(most)
	plotWidth, plotHeight := dayWidth-dayLeft-dayRight, dayHeight-dayTop-dayBottom
	bottom := dayTop + plotHeight
	for i := range 5 {
		y := bottom - plotHeight*float64(i)/4
		c.Lines = append(c.Lines, gridLine{px(dayLeft), px(dayWidth - dayRight), px(y), px(dayLeft - 6), px(y + 4), px(dayWidth - dayRight + 6),
			spreadsheet.Thousands(most * int64(i) / 4), strconv.Itoa(25*i) + " %"})
	}
	step := plotWidth / float64(len(t.Rows))
	width := min(step*0.72, dayWidest)
	var curve strings.Builder
	pen := "M"
	every := (len(t.Rows) + dayLabels - 1) / dayLabels
	for i, r := range t.Rows {
		x := dayLeft + step*(float64(i)+0.5)
		y := bottom
		for _, p := range parts(r.Counts) {
			if p.n == 0 {
				continue
			}
			h := plotHeight * float64(p.n) / float64(most)
			y -= h
			c.Bars = append(c.Bars, bar(p.class, x-width/2, y, width, h, fmt.Sprintf("%s: %s %s", r.Keys[0], spreadsheet.Thousands(p.n), p.name)))
		}
		if i%every == 0 {
			c.Labels = append(c.Labels, label{X: px(x), Y: px(dayHeight - 8), Text: r.Keys[0]})
		}
		if r.Basis() < 0 {
			pen = "M" // a day without anything judged has no coverage
			continue
		}
		at := bottom - plotHeight*float64(r.Basis())/10_000
		fmt.Fprintf(&curve, "%s%s %s", pen, px(x), px(at))
		pen = "L"
		if len(t.Rows) <= dayDotDays {
			c.Dots = append(c.Dots, dot{px(x), px(at), fmt.Sprintf("%s: coverage %s %% of %s judged", r.Keys[0], r.Coverage(), spreadsheet.Thousands(r.Judged()))})
		}
	}
	c.Curve = curve.String()
	return c
}

// roundUp is the next number that has four even parts with few digits.
func roundUp(n int64) int64 {
	for unit := int64(4); ; unit *= 10 {
		for _, f := range []int64{1, 2, 3, 5} {
			if unit*f >= n {
				return unit * f
			}
		}
	}
}

// shareChart shows the parts of what was judged, a bar a key.
type shareChart struct {
	Title, Rest   string
	Width, Height string
	Labels        []label
	Bars          []rect
}

const (
	shareWidth, shareRow  = 520.0, 40.0
	shareBar, shareOffset = 14.0, 18.0
)

func newShareChart(t Table, n int) shareChart {
	c := shareChart{Title: t.Title, Width: px(shareWidth), Height: px(shareRow * float64(n))}
	if more := len(t.Rows) - n; more > 0 {
		c.Rest = fmt.Sprintf("%d more in the table below.", more)
	}
	for i, r := range t.Rows[:n] {
		y := shareRow * float64(i)
		figures := fmt.Sprintf(": %s %% of %s", r.Coverage(), spreadsheet.Thousands(r.Judged()))
		c.Labels = append(c.Labels, label{X: "0", Y: px(y + 13), Text: fit(t.Label(r), shareWidth-letterWidth*float64(len(figures))) + figures})
		x := 0.0
		for _, p := range parts(r.Counts) {
			if p.n == 0 {
				continue
			}
			w := shareWidth * float64(p.n) / float64(r.Judged())
			c.Bars = append(c.Bars, bar(p.class, x, y+shareOffset, w, shareBar, spreadsheet.Thousands(p.n)+" "+p.name))
			x += w
		}
	}
	return c
}

// How wide a letter of a picture is taken to be at most on average, in pixels:
// the page has no font of its own, and the widest that readers have counts.
const (
	letterWidth = 7.2
	wideWidth   = 12.0 // of Chinese, Japanese and Korean ones, and of pictograms
)

// fit cuts a text to what a picture has room for, in pixels.
func fit(s string, room float64) string {
	end, used := 0, 0.0
	for i, c := range s {
		w := letterWidth
		if c >= 0x1100 {
			w = wideWidth
		}
		if used+w > room {
			return s[:end] + "…"
		}
		if used += w; used+wideWidth <= room {
			end = i + utf8.RuneLen(c) // with room for the sign that there is more
		}
	}
	return s
}

// fitParts joins as many parts as there is room for, whole ones only.
func fitParts(parts []string, room float64) string {
	s := ""
	for i, p := range parts {
		next := p
		if i > 0 {
			next = s + ", " + p
		}
		more := ""
		if i+1 < len(parts) {
			more = " …"
		}
		if i > 0 && fit(next+more, room) != next+more {
			return s + " …"
		}
		s = next
	}
	return s
}

// shorten cuts a text to a number of letters.
func shorten(s string, size int) string {
	if utf8.RuneCountInString(s) <= size {
		return s
	}
	return string([]rune(s)[:size-1]) + "…"
}
