package workbook

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A kind is the type of a column: it decides style and alignment.
type kind int

const (
	kindText kind = iota
	kindWrap
	kindDay
	kindCount
	kindQuantity
	kindRate
	kindCost
)

// column is a column of a table.
type column struct {
	head  string
	kind  kind
	width float64 // in characters; 0: from the content
}

// Limits of the format (ECMA-376 and Excel's specifications).
const (
	maxCellText = 32_767
	rowsInSheet = 1_000_000 // below Excel's 1,048,576, leaving room for title and totals
)

// layout is how a sheet is set up before its first row.
type layout struct {
	title, subtitle string
	columns         []column
	printColumns    int // columns that are printed; 0: all
	paper           int // excelize's paper size; 0: A4
}

// sheet is a sheet that is being streamed.
type sheet struct {
	b    *builder
	name string
	sw   *excelize.StreamWriter
	cols []column
	head int // row of the header
	row  int // last row written
}

const paperA4, paperA3 = 9, 8

// begin sets up a sheet with title, header, frozen panes and print layout.
func (b *builder) begin(name string, l layout) (*sheet, error) {
	s := &sheet{b: b, name: name, cols: l.columns, head: 4}
	if err := b.page(name, l); err != nil {
		return nil, err
	}
	sw, err := b.f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	s.sw = sw
	for i, c := range l.columns {
		if err := sw.SetColWidth(i+1, i+1, c.width); err != nil {
			return nil, err
		}
	}
	err = sw.SetPanes(&excelize.Panes{
		Freeze: true, YSplit: s.head, TopLeftCell: fmt.Sprintf("A%d", s.head+1), ActivePane: "bottomLeft",
	})
	if err != nil {
		return nil, err
	}
	if err := s.at(1, 26, excelize.Cell{StyleID: b.styles.title, Value: l.title}); err != nil {
		return nil, err
	}
	if err := s.at(2, 0, excelize.Cell{StyleID: b.styles.subtitle, Value: l.subtitle}); err != nil {
		return nil, err
	}
	heads := make([]any, len(l.columns))
	for i, c := range l.columns {
		heads[i] = excelize.Cell{StyleID: b.headStyle(c.kind), Value: c.head}
	}
	return s, s.at(s.head, 30, heads...)
}

// page sets what is printed and how: landscape, one page wide, the header on
// every page.
func (b *builder) page(name string, l layout) error {
	fit, grid, orientation, height, width := true, false, "landscape", 0, 1
	rowHeight, custom := 15.0, true
	paper := l.paper
	if paper == 0 {
		paper = paperA4
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
		Size: &paper, Orientation: &orientation, FitToHeight: &height, FitToWidth: &width,
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
	if err != nil || len(l.columns) == 0 {
		return err
	}
	return b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$4:$4", name),
	})
}

// at writes a row; height 0 leaves it to the reader's program.
func (s *sheet) at(row int, height float64, cells ...any) error {
	s.row = row
	return s.sw.SetRow(fmt.Sprintf("A%d", row), cells, excelize.RowOpts{Height: height})
}

// add writes the next row, styled by the columns' kinds.
func (s *sheet) add(values ...any) error {
	if s.row < s.head {
		s.row = s.head
	}
	cells := make([]any, len(values))
	height := 15.0
	for i, v := range values {
		k := s.cols[i].kind
		cells[i] = excelize.Cell{StyleID: s.b.kindStyle(k), Value: v}
		if k == kindWrap {
			height = 0 // as high as the text needs
		}
	}
	return s.at(s.row+1, height, cells...)
}

// first and last are the rows that hold data.
func (s *sheet) first() int { return s.head + 1 }

// end closes the table: filter over the data, print area, flush. last is the
// last row of data, before any totals.
func (s *sheet) end(last int, printed int) error {
	if printed == 0 {
		printed = len(s.cols)
	}
	if last >= s.first() {
		ref := fmt.Sprintf("A%d:%s%d", s.head, letter(len(s.cols)), last)
		if err := s.b.f.AutoFilter(s.name, ref, nil); err != nil {
			return err
		}
	}
	err := s.b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Area", Scope: s.name,
		RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", s.name, letter(printed), s.row),
	})
	if err != nil {
		return err
	}
	return s.sw.Flush()
}

// span is the range of a column over the data: "$D$5:$D$9".
func (s *sheet) span(col string, last int) string {
	return fmt.Sprintf("$%s$%d:$%s$%d", col, s.first(), col, last)
}

func (b *builder) headStyle(k kind) int {
	switch k {
	case kindText, kindWrap, kindDay:
		return b.styles.head
	}
	return b.styles.headRight
}

func (b *builder) kindStyle(k kind) int {
	return [...]int{
		kindText: b.styles.cell, kindWrap: b.styles.wrapCell, kindDay: b.styles.day, kindCount: b.styles.count,
		kindQuantity: b.styles.quantity, kindRate: b.styles.rate, kindCost: b.styles.cost,
	}[k]
}

// letter is a column's name: 1 is A.
func letter(col int) string {
	name, _ := excelize.ColumnNumberToName(col)
	return name
}

// number is a decimal as a typed number; what is empty stays an empty cell.
func number(s string) any {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return v
}

// date is a day as a typed date; what is no day stays text.
func date(day string) any {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d
}

// bounded keeps text within what a cell holds and says where the rest is.
func bounded(s string) string {
	const more = " … (shortened; usage_lines.csv has it whole)"
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
func widths(cols []column, rows [][]any) []column {
	out := append([]column(nil), cols...)
	for i := range out {
		if out[i].width > 0 {
			continue
		}
		w := float64(longestWord(out[i].head)) + 3
		for _, r := range rows {
			if s, ok := r[i].(string); ok {
				w = max(w, float64(utf8.RuneCountInString(s))*1.05+3)
			}
		}
		switch out[i].kind {
		case kindDay:
			w = max(w, 12)
		case kindCount, kindRate:
			w = max(w, 14)
		case kindQuantity:
			w = max(w, 16)
		case kindCost:
			w = max(w, 20)
		}
		out[i].width = min(w, 70)
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
