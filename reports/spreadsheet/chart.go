package spreadsheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// A Series is a column of numbers in a chart.
type Series struct {
	Name   string // of the cell that holds it: "'By day'!$B$4"
	Values string // range
	Color  string // RRGGBB
	Line   bool   // a line of per cent over the bars
}

// A Chart shows series over the same categories.
type Chart struct {
	Title      string
	Categories string // range
	Series     []Series
	Columns    bool // upright, for days; else lying
	Share      bool // each bar is the whole: parts in per cent
	// Place and size on the board, in its columns and rows.
	Column, Row, Width, Height int
}

// A Board is a sheet of charts.
type Board struct {
	*Sheet
	b    *Book
	rows int
}

// boardColumns is how wide a board is, for print. The pixels are those that
// excelize counts for a column and a row.
const (
	boardColumns = 15
	columnPixels = 64
	rowPixels    = 18
)

// Board begins a sheet of charts. Its columns keep their own width, by which
// charts are placed.
func (b *Book) Board(name, title, subtitle string) (*Board, error) {
	if err := b.page(name, Layout{OnePage: true}); err != nil {
		return nil, err
	}
	sw, err := b.f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	d := &Board{Sheet: &Sheet{b: b, name: name, sw: sw}, b: b, rows: 3}
	if err := d.At(1, 28, excelize.Cell{StyleID: b.Styles.Title, Value: title}); err != nil {
		return nil, err
	}
	return d, d.At(2, 0, excelize.Cell{StyleID: b.Styles.Subtitle, Value: subtitle})
}

// End writes a note below the charts and finishes the board.
func (d *Board) End(note string) error {
	if err := d.At(d.rows+2, 0, excelize.Cell{StyleID: d.b.Styles.Subtitle, Value: note}); err != nil {
		return err
	}
	err := d.b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Area", Scope: d.name, RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", d.name, Letter(boardColumns), d.row),
	})
	if err != nil {
		return err
	}
	return d.sw.Flush()
}

// Chart puts a chart on the board, which is not finished yet.
func (d *Board) Chart(c Chart) error {
	d.rows = max(d.rows, c.Row+c.Height)
	kind := excelize.BarStacked
	switch {
	case c.Columns && c.Share:
		kind = excelize.ColPercentStacked
	case c.Columns:
		kind = excelize.ColStacked
	case c.Share:
		kind = excelize.BarPercentStacked
	}
	small := excelize.Font{Family: font, Size: 9, Color: plain}
	gap, overlap := uint(40), 100
	bars := &excelize.Chart{
		Type: kind, Dimension: excelize.ChartDimension{Width: uint(columnPixels * c.Width), Height: uint(rowPixels * c.Height)},
		Format: excelize.GraphicOptions{AltText: c.Title, Name: c.Title},
		Title:  excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.Title, Font: &excelize.Font{Family: font, Size: 11, Bold: true, Color: ink}}}},
		Legend: excelize.ChartLegend{Position: "bottom", Font: &small}, GapWidth: &gap, Overlap: &overlap,
		XAxis:  excelize.ChartAxis{Font: small, ReverseOrder: !c.Columns},
		YAxis:  excelize.ChartAxis{Font: small, MajorGridLines: true},
		Border: excelize.LineOptions{Type: excelize.LineNone}, ShowBlanksAs: "gap",
	}
	if c.Share {
		bars.YAxis.MajorUnit = 0.25
		bars.YAxis.NumFmt = excelize.ChartNumFmt{CustomNumFmt: "0%"}
	}
	lowest, highest := 0.0, 100.0
	lines := &excelize.Chart{
		Type: excelize.Line, Legend: bars.Legend,
		YAxis: excelize.ChartAxis{Secondary: true, Minimum: &lowest, Maximum: &highest, MajorUnit: 25, Font: small, NumFmt: excelize.ChartNumFmt{CustomNumFmt: `0"%"`}},
	}
	for _, s := range c.Series {
		fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{s.Color}}
		series := excelize.ChartSeries{Name: s.Name, Categories: c.Categories, Values: s.Values, Fill: fill}
		if s.Line {
			series.Line = excelize.LineOptions{Type: excelize.LineSolid, Width: 2}
			series.Marker = excelize.ChartMarker{Symbol: "circle", Size: 6, Fill: fill}
			lines.Series = append(lines.Series, series)
		} else {
			bars.Series = append(bars.Series, series)
		}
	}
	cell := fmt.Sprintf("%s%d", Letter(c.Column), c.Row)
	if len(lines.Series) > 0 {
		return d.b.f.AddChart(d.name, cell, bars, lines)
	}
	return d.b.f.AddChart(d.name, cell, bars)
}
