package spreadsheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A Cover is a sheet to be read: a column of labels and a wide one of text.
// After an error nothing more is written; End returns it.
type Cover struct {
	*Sheet
	err  error
	used float64 // points of the printed page that is being filled
}

const (
	coverLabel = 30.0
	coverText  = 120.0 // characters in a line of the merged columns
	maxDigests = 200   // more are in manifest.json; a cover is to be read
)

// How a cover is printed, on A4 lying. Breaks by hand count only where a sheet
// is not fitted to the page, so its size is fixed: somewhat less than what fits,
// because programs count the width of columns differently.
const (
	coverScale     = 78
	coverPage      = (595 - 2*36) * 100.0 / coverScale // points of rows on a page
	coverRow       = 15.0                              // points of a row that states none
	coverParagraph = 60.0                              // points below a heading that stay with it
)

// Cover begins a cover.
func (b *Book) Cover(name, title, subtitle string) (*Cover, error) {
	if err := b.page(name, Layout{Scale: coverScale}); err != nil {
		return nil, err
	}
	sw, err := b.f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	c := &Cover{Sheet: &Sheet{b: b, name: name, sw: sw}}
	for i, w := range []float64{coverLabel, 26, 26, 26, 26} {
		if err := sw.SetColWidth(i+1, i+1, w); err != nil {
			return nil, err
		}
	}
	c.Put(28, excelize.Cell{StyleID: b.Styles.Title, Value: title})
	c.Put(0, excelize.Cell{StyleID: b.Styles.Subtitle, Value: subtitle})
	return c, nil
}

// End finishes the cover.
func (c *Cover) End() error {
	if c.err != nil {
		return c.err
	}
	return c.sw.Flush()
}

// Fail ends the cover with an error.
func (c *Cover) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// Put writes the next row; height 0 leaves it to the reader's program.
func (c *Cover) Put(height float64, cells ...any) {
	if c.err != nil {
		return
	}
	c.err = c.At(c.row+1, height, cells...)
	if height == 0 {
		height = coverRow
	}
	if c.used += height; c.used > coverPage {
		c.used = height // the row began the next page
	}
}

// Section begins a section, on the next page where little of this one is left:
// a heading is not printed apart from what it is of.
func (c *Cover) Section(name string) {
	if c.err == nil && c.used+8+20+4+coverParagraph > coverPage {
		c.err = c.sw.InsertPageBreak(fmt.Sprintf("A%d", c.row+1))
		c.used = 0
	}
	c.Put(8)
	st := c.b.Styles.Section
	c.Put(20, excelize.Cell{StyleID: st, Value: name}, excelize.Cell{StyleID: st}, excelize.Cell{StyleID: st},
		excelize.Cell{StyleID: st}, excelize.Cell{StyleID: st})
	c.Put(4)
}

// Text writes a label and a text over the remaining columns, as high as it needs.
func (c *Cover) Text(label, text string, style int) {
	text = c.b.Bounded(text)
	lines := 0.0
	for para := range strings.SplitSeq(text, "\n") {
		lines += max(1, math.Ceil(float64(utf8.RuneCountInString(para))/coverText))
	}
	cells := []any{excelize.Cell{StyleID: c.b.Styles.Label, Value: label}}
	for i := range 4 {
		cell := excelize.Cell{StyleID: style}
		if i == 0 {
			cell.Value = text
		}
		cells = append(cells, cell)
	}
	c.Put(min(lines*13.5+2, 400), cells...)
	if c.err == nil {
		c.err = c.sw.MergeCell(fmt.Sprintf("B%d", c.row), fmt.Sprintf("E%d", c.row))
	}
}

// A Digest names a file by its content.
type Digest struct {
	Name   string
	SHA256 string
}

// Digests writes files by name and digest, the end of a long name only. Of very
// many files the first are named.
func (c *Cover) Digests(list []Digest) {
	for _, d := range list[:min(len(list), maxDigests)] {
		label := d.Name
		if n := utf8.RuneCountInString(label); n > 30 {
			r := []rune(label)
			label = "…" + string(r[n-29:])
		}
		c.Text(label, d.SHA256, c.b.Styles.Mono)
	}
	if more := len(list) - maxDigests; more > 0 {
		c.Text("", fmt.Sprintf("and %d more, all in manifest.json", more), c.b.Styles.Text)
	}
}

// Evidence says how much was read and what is missing.
type Evidence struct {
	Messages, Events, DeadLetters int64
	Gaps                          []string // recorded gaps in words
	// Beside says that the files of an audit lie beside the report. Else what
	// they would hold is in the service's store.
	Beside bool
}

// DeadLetterWords says in words what could not be read, and where it is.
func (e Evidence) DeadLetterWords() string {
	what, where := Thousands(e.DeadLetters)+" messages could not be read; what they say is missing here. They are in ", "the table dead_letters of the service's store."
	if e.DeadLetters == 1 {
		what = "1 message could not be read; what it says is missing here. It is in "
	}
	if e.Beside {
		where = "dead_letters.ndjson."
	}
	return what + where
}

// Completeness writes a section on what was read and what is missing.
func (c *Cover) Completeness(r Evidence) {
	st := c.b.Styles
	c.Section("Completeness")
	c.Text("Messages read", Thousands(r.Messages), st.Text)
	c.Text("Events in them", Thousands(r.Events), st.Text)
	if r.DeadLetters > 0 {
		c.Text("Dead letters", r.DeadLetterWords(), st.Warn)
	} else {
		c.Text("Dead letters", "none", st.Text)
	}
	if len(r.Gaps) == 0 {
		c.Text("Recorded gaps", "none", st.Text)
	}
	for i, g := range r.Gaps {
		label := ""
		if i == 0 {
			label = "Recorded gaps"
		}
		c.Text(label, g, st.Warn)
	}
}

// Thousands writes a count with separators.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
