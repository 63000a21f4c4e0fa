package spreadsheet

import "github.com/xuri/excelize/v2"

// The look: one dark blue for titles, a pale tint for headers, one amber for
// what wants attention. Arial has substitutes of the same widths everywhere,
// so what fits here fits elsewhere.
const (
	font  = "Arial"
	ink   = "1F3A4D"
	plain = "222222"
	muted = "6B7780"
	tint  = "E6EDF2"
	line  = "B8C4CC"
	amber = "9A5B00"
	glow  = "FFF4DE"
)

// Number formats. Question marks keep the decimal points of a column in line.
const (
	formatCount    = `#,##0`
	formatQuantity = `#,##0.00????`
	formatRate     = `0.0000????????`
	formatCost     = `#,##0.0000??????`
	formatDay      = `yyyy-mm-dd`
	formatPercent  = `0.00" %"`
	formatInstant  = `yyyy-mm-dd hh:mm:ss.000`
	// A formula's text has no type that every program stores alike: a check is
	// 1 or 0 and shown as a word.
	formatState = `"OK";[Red]"DIFFERS";[Red]"DIFFERS"`
)

// Styles are the style ids of one workbook.
type Styles struct {
	Title, Subtitle, Section, Label, FigureLabel, Figure, FigureCost, FigurePercent int
	Text, Mono, Warn, Cell, WrapCell, State                                         int
	Head, HeadRight                                                                 int
	Count, Quantity, Rate, Cost, Day, Percent, Instant                              int
	TotalText, TotalCount, TotalQuantity, TotalCost, TotalPercent                   int
}

func newStyles(f *excelize.File) (Styles, error) {
	var s Styles
	var err error
	add := func(to *int, st excelize.Style) {
		if err == nil {
			*to, err = f.NewStyle(&st)
		}
	}
	body := func(color string) *excelize.Font { return &excelize.Font{Family: font, Size: 10, Color: color} }
	bold := func(color string, size float64) *excelize.Font {
		return &excelize.Font{Family: font, Size: size, Color: color, Bold: true}
	}
	top := &excelize.Alignment{Vertical: "top"}
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	// Text is indented so that it keeps its distance from a number to its left.
	cell := &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1}
	wrappedCell := &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1, WrapText: true}
	right := &excelize.Alignment{Vertical: "center", Horizontal: "right"}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	under := []excelize.Border{{Type: "bottom", Color: ink, Style: 1}}
	over := []excelize.Border{{Type: "top", Color: ink, Style: 1}}

	add(&s.Title, excelize.Style{Font: bold(ink, 18)})
	add(&s.Subtitle, excelize.Style{Font: body(muted)})
	add(&s.Section, excelize.Style{Font: bold(ink, 11), Border: []excelize.Border{{Type: "bottom", Color: line, Style: 1}}})
	add(&s.Label, excelize.Style{Font: body(muted), Alignment: top})
	add(&s.FigureLabel, excelize.Style{Font: body(muted), Alignment: right})
	figure := func(format string) excelize.Style {
		return excelize.Style{Font: bold(ink, 14), Alignment: right, CustomNumFmt: &format}
	}
	add(&s.Figure, figure(`#,##0.######`))
	add(&s.FigureCost, figure(`#,##0.00########`))
	add(&s.FigurePercent, figure(formatPercent))
	add(&s.Text, excelize.Style{Font: body(plain), Alignment: wrapped})
	add(&s.Cell, excelize.Style{Font: body(plain), Alignment: cell})
	add(&s.WrapCell, excelize.Style{Font: body(plain), Alignment: wrappedCell})
	add(&s.Mono, excelize.Style{Font: &excelize.Font{Family: "Courier New", Size: 9, Color: plain}, Alignment: top})
	add(&s.Warn, excelize.Style{Font: bold(amber, 10), Alignment: wrapped, Fill: fill(glow)})
	add(&s.Head, excelize.Style{Font: bold(ink, 10), Fill: fill(tint), Border: under,
		Alignment: wrappedCell})
	add(&s.HeadRight, excelize.Style{Font: bold(ink, 10), Fill: fill(tint), Border: under,
		Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "right", WrapText: true}})
	number := func(to, total *int, format string) {
		add(to, excelize.Style{Font: body(plain), Alignment: right, CustomNumFmt: &format})
		if total != nil {
			add(total, excelize.Style{Font: bold(ink, 10), Alignment: right, CustomNumFmt: &format, Border: over})
		}
	}
	number(&s.Count, &s.TotalCount, formatCount)
	number(&s.Quantity, &s.TotalQuantity, formatQuantity)
	number(&s.Rate, nil, formatRate)
	number(&s.Cost, &s.TotalCost, formatCost)
	number(&s.Percent, &s.TotalPercent, formatPercent)
	day, instant := formatDay, formatInstant
	add(&s.Day, excelize.Style{Font: body(plain), CustomNumFmt: &day,
		Alignment: cell})
	add(&s.Instant, excelize.Style{Font: body(plain), CustomNumFmt: &instant, Alignment: cell})
	state := formatState
	add(&s.State, excelize.Style{Font: bold(ink, 10), Alignment: cell, CustomNumFmt: &state})
	add(&s.TotalText, excelize.Style{Font: bold(ink, 10), Border: over, Alignment: cell})
	return s, err
}
