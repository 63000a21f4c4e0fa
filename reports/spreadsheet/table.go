package spreadsheet

import (
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A Kind is the type of a column: it decides style and alignment.
type Kind int

// The kinds of columns.
const (
	KindText Kind = iota
	KindWrap
	KindDay
	KindCount
	KindQuantity
	KindRate
	KindCost
	KindPercent
	KindInstant // a typed date with its time, in UTC
)

// A Column is a column of a table.
type Column struct {
	Head  string
	Kind  Kind
	Width float64 // in characters; 0: from the content
}

// Text makes a column of text.
func Text(head string, width float64) Column { return Column{head, KindText, width} }

// Wrap makes a column of text that is broken into lines.
func Wrap(head string, width float64) Column { return Column{head, KindWrap, width} }

// Day makes a column of days.
func Day(head string, width float64) Column { return Column{head, KindDay, width} }

// Count makes a column of whole numbers.
func Count(head string, width float64) Column { return Column{head, KindCount, width} }

// Quantity makes a column of quantities.
func Quantity(head string, width float64) Column { return Column{head, KindQuantity, width} }

// Rate makes a column of rates.
func Rate(head string, width float64) Column { return Column{head, KindRate, width} }

// Cost makes a column of money.
func Cost(head string, width float64) Column { return Column{head, KindCost, width} }

// Percent makes a column of numbers that are per cent.
func Percent(head string, width float64) Column { return Column{head, KindPercent, width} }

// At makes a column of instants, in UTC.
func At(head string, width float64) Column { return Column{head, KindInstant, width} }

// Limits of the format (ECMA-376 and Excel's specifications).
const (
	maxCellText = 32_767
	RowsInSheet = 1_000_000 // below Excel's 1,048,576, leaving room for title and totals
)

// A Layout is how a sheet is set up before its first row.
type Layout struct {
	Title, Subtitle string
	Columns         []Column
	PrintColumns    int  // columns that are printed; 0: all
	Paper           int  // excelize's paper size; 0: A4
	OnePage         bool // printed upright on one page
	Scale           uint // printed in this per cent of its size and not fitted to the page's width
}

// A Sheet is a sheet that is being streamed.
type Sheet struct {
	b    *Book
	name string
	sw   *excelize.StreamWriter
	cols []Column
	head int // row of the header
	row  int // last row written
}

// Paper sizes, as the format numbers them.
const (
	PaperA4 = 9
	PaperA3 = 8
)

// Begin sets up a sheet with title, header, frozen panes and print layout.
func (b *Book) Begin(name string, l Layout) (*Sheet, error) {
	s := &Sheet{b: b, name: name, cols: l.Columns, head: 4}
	if err := b.page(name, l); err != nil {
		return nil, err
	}
	sw, err := b.f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	s.sw = sw
	for i, c := range l.Columns {
		if err := sw.SetColWidth(i+1, i+1, c.Width); err != nil {
			return nil, err
		}
	}
	err = sw.SetPanes(&excelize.Panes{
		Freeze: true, YSplit: s.head, TopLeftCell: fmt.Sprintf("A%d", s.head+1), ActivePane: "bottomLeft",
	})
	if err != nil {
		return nil, err
	}
	if err := s.At(1, 26, excelize.Cell{StyleID: b.Styles.Title, Value: l.Title}); err != nil {
		return nil, err
	}
	if err := s.At(2, 0, excelize.Cell{StyleID: b.Styles.Subtitle, Value: l.Subtitle}); err != nil {
		return nil, err
	}
	heads := make([]any, len(l.Columns))
	for i, c := range l.Columns {
		heads[i] = excelize.Cell{StyleID: b.headStyle(c.Kind), Value: c.Head}
	}
	return s, s.At(s.head, 30, heads...)
}

// page sets what is printed and how: landscape, one page wide, the header on
// every page.
func (b *Book) page(name string, l Layout) error {
	fit, grid, orientation, height, width := true, false, "landscape", 0, 1
	rowHeight, custom := 15.0, true
	if l.OnePage {
		height, orientation = 1, "portrait"
	}
	scale := uint(100)
	if l.Scale > 0 {
		fit, scale = false, l.Scale
	}
	paper := l.Paper
	if paper == 0 {
		paper = PaperA4
	}
	if err := b.f.SetSheetProps(name, &excelize.SheetPropsOptions{
		FitToPage: &fit, DefaultRowHeight: &rowHeight, CustomHeight: &custom,
	}); err != nil {
		return err
	}
	if err := b.f.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &grid}); err != nil {
		return err
	}
	err := b.f.SetPageLayout(name, &excelize.PageLayoutOptions{
		Size: &paper, Orientation: &orientation, FitToHeight: &height, FitToWidth: &width, AdjustTo: &scale,
	})
	if err != nil {
		return err
	}
	edge, foot := 0.5, 0.25
	err = b.f.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{
		Left: &edge, Right: &edge, Top: &edge, Bottom: &edge, Header: &foot, Footer: &foot,
	})
	if err != nil {
		return err
	}
	err = b.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L&8&A&R&8&P / &N"})
	if err != nil || len(l.Columns) == 0 {
		return err
	}
	return b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$4:$4", name),
	})
}

// At writes a row; height 0 leaves it to the reader's program.
func (s *Sheet) At(row int, height float64, cells ...any) error {
	s.row = row
	return s.sw.SetRow(fmt.Sprintf("A%d", row), cells, excelize.RowOpts{Height: height})
}

// Add writes the next row, styled by the columns' kinds but for cells that have
// a style of their own.
func (s *Sheet) Add(values ...any) error {
	if s.row < s.head {
		s.row = s.head
	}
	cells := make([]any, len(values))
	height := 15.0
	for i, v := range values {
		k := s.cols[i].Kind
		if styled, ok := v.(excelize.Cell); ok {
			cells[i] = styled
			continue
		}
		cells[i] = excelize.Cell{StyleID: s.b.kindStyle(k), Value: v}
		if text, ok := v.(string); ok && k == KindWrap {
			// Programs don't fit the height of rows that were written for them.
			height = max(height, 13*math.Ceil(float64(utf8.RuneCountInString(text))/s.cols[i].Width)+2)
		}
	}
	return s.At(s.row+1, min(height, 400), cells...)
}

// First is the first row that holds data.
func (s *Sheet) First() int { return s.head + 1 }

// End closes the table: filter over the data, print area, flush. last is the
// last row of data, before any totals.
func (s *Sheet) End(last int, printed int) error {
	if printed == 0 {
		printed = len(s.cols)
	}
	if last >= s.First() {
		ref := fmt.Sprintf("A%d:%s%d", s.head, Letter(len(s.cols)), last)
		if err := s.b.f.AutoFilter(s.name, ref, nil); err != nil {
			return err
		}
	}
	err := s.b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Area", Scope: s.name,
		RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", s.name, Letter(printed), s.row),
	})
	if err != nil {
		return err
	}
	return s.sw.Flush()
}

// Span is the range of a column over the data: "$D$5:$D$9".
func (s *Sheet) Span(col string, last int) string {
	return fmt.Sprintf("$%s$%d:$%s$%d", col, s.First(), col, last)
}

func (b *Book) headStyle(k Kind) int {
	switch k {
	case KindText, KindWrap, KindDay, KindInstant:
		return b.Styles.Head
	}
	return b.Styles.HeadRight
}

func (b *Book) kindStyle(k Kind) int {
	return [...]int{
		KindText: b.Styles.Cell, KindWrap: b.Styles.WrapCell, KindDay: b.Styles.Day, KindCount: b.Styles.Count,
		KindQuantity: b.Styles.Quantity, KindRate: b.Styles.Rate, KindCost: b.Styles.Cost,
		KindPercent: b.Styles.Percent, KindInstant: b.Styles.Instant,
	}[k]
}

// Letter is a column's name: 1 is A.
func Letter(col int) string {
	name, _ := excelize.ColumnNumberToName(col)
	return name
}

// Number is a decimal as a typed number; what is empty stays an empty cell.
func Number(s string) any {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return v
}

// Instant is a point in time as a typed date; one that is not known stays an
// empty cell.
func Instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// Date is a day as a typed date; what is no day stays text.
func Date(day string) any {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d
}

// Bounded keeps text within what a cell holds and says where the rest is.
func (b *Book) Bounded(s string) string {
	more := " … (shortened; " + b.whole + " has it whole)"
	if len(s) <= maxCellText {
		return s
	}
	cut := maxCellText - len(more)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + more
}

// widths fills in the widths that follow from the content: the longest text
// of a column, within limits. Numbers get what their format needs.
func widths(cols []Column, rows [][]any) []Column {
	out := append([]Column(nil), cols...)
	for i := range out {
		if out[i].Width > 0 {
			continue
		}
		w := float64(longestWord(out[i].Head)) + 3
		for _, r := range rows {
			if s, ok := r[i].(string); ok {
				w = max(w, float64(utf8.RuneCountInString(s))*1.05+3)
			}
		}
		switch out[i].Kind {
		case KindDay:
			w = max(w, 12)
		case KindInstant:
			w = max(w, 26)
		case KindPercent:
			w = max(w, 12)
		case KindCount, KindRate:
			w = max(w, 14)
		case KindQuantity:
			w = max(w, 16)
		case KindCost:
			w = max(w, 20)
		}
		out[i].Width = min(w, 70)
	}
	return out
}

// longestWord is the length of a header's longest word: headers wrap.
func longestWord(s string) int {
	longest, n := 0, 0
	for _, c := range s + " " {
		if c == ' ' {
			longest, n = max(longest, n), 0
			continue
		}
		n++
	}
	return longest
}

// Row is the last row that was written.
func (s *Sheet) Row() int { return s.row }

// TotalRow is an empty row of totals with its label.
func (s *Sheet) TotalRow(label string) []any {
	cells := make([]any, len(s.cols))
	for i := range cells {
		cells[i] = excelize.Cell{StyleID: s.b.Styles.TotalText}
	}
	cells[0] = excelize.Cell{StyleID: s.b.Styles.TotalText, Value: label}
	return cells
}

// Table writes a table whose rows are all in memory. totals, where it is given
// and there are rows, writes what comes below them.
func (b *Book) Table(name string, l Layout, rows [][]any, empty string, totals func(s *Sheet, last int) error) error {
	l.Columns = widths(l.Columns, rows)
	s, err := b.Begin(name, l)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.Add(r...); err != nil {
			return err
		}
	}
	last := s.row
	if len(rows) == 0 {
		if err := s.At(s.head+1, 0, excelize.Cell{StyleID: b.Styles.Subtitle, Value: empty}); err != nil {
			return err
		}
	} else if totals != nil {
		if err := totals(s, last); err != nil {
			return err
		}
	}
	return s.End(last, l.PrintColumns)
}
