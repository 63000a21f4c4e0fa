package files

import (
	"encoding/csv"
	"io"
	"strings"
	"time"
)

// Time is an instant as all reports write it: RFC 3339, UTC, milliseconds.
// The zero time is not known, and empty.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// A Cell is a field of a CSV row.
type Cell struct{ s string }

// Text is a field of free text. Where a spreadsheet would take it for a
// formula it gets a leading apostrophe (design.md, 7, fine print 8).
func Text(s string) Cell {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		return Cell{"'" + s}
	}
	return Cell{s}
}

// Plain is a number, an instant or a word of Rollcall's own: written as it is.
// A negative number must not become text.
func Plain(s string) Cell { return Cell{s} }

// A CSV writes rows of comma-separated values: UTF-8 without a byte order
// mark, lines end in a line feed, fields are quoted where they must be.
type CSV struct {
	w   *csv.Writer
	buf []string
}

// NewCSV begins a file with its header.
func NewCSV(w io.Writer, header ...string) (*CSV, error) {
	c := &CSV{w: csv.NewWriter(w)}
	return c, c.w.Write(header)
}

// Row writes a row.
func (c *CSV) Row(cells ...Cell) error {
	c.buf = c.buf[:0]
	for _, x := range cells {
		c.buf = append(c.buf, x.s)
	}
	return c.w.Write(c.buf)
}

// Close writes what is buffered. It doesn't close the underlying writer.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}
