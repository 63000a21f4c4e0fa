package spreadsheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// TestCoverHeadingsStayWithTheirText prints a long cover in the mind: each page
// must begin with a heading's gap or a text, and none end with a heading.
func TestCoverHeadingsStayWithTheirText(t *testing.T) {
	for rows := range 60 {
		b, err := New("all.csv", "Cover")
		if err != nil {
			t.Fatal(err)
		}
		c, err := b.Cover("Cover", "Title", "subtitle")
		if err != nil {
			t.Fatal(err)
		}
		c.Section("First")
		for i := range rows {
			c.Text("label", fmt.Sprint("text ", i), b.Styles.Text)
		}
		c.Section("Policy")
		c.Text("label", strings.Repeat("long ", 60), b.Styles.Text)
		if err := c.End(); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := b.Save(&out, "Title", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		heading, text := printedPages(t, out.Bytes(), "Policy", "long")
		if heading != text {
			t.Errorf("after %d rows the heading is on page %d and its text on page %d", rows, heading, text)
		}
	}
}

// printedPages lays the rows of a cover out on pages, breaking where the file
// says so and where a page is full, and returns the pages of two texts.
func printedPages(t *testing.T, data []byte, heading, text string) (headingPage, textPage int) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	layout, err := f.GetPageLayout("Cover")
	if err != nil || layout.AdjustTo == nil {
		t.Fatalf("print scale %v, %v", layout.AdjustTo, err)
	}
	page := 7.27 * 72 * 100 / float64(*layout.AdjustTo) // A4 lying less its margins, in points
	sheet, _ := f.Pkg.Load("xl/worksheets/sheet1.xml")
	rows, err := f.GetRows("Cover")
	if err != nil {
		t.Fatal(err)
	}
	n, used := 1, 0.0
	for i, cells := range rows {
		h, err := f.GetRowHeight("Cover", i+1)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(sheet.([]byte), fmt.Appendf(nil, `<brk id="%d"`, i)) || used+h > page {
			n, used = n+1, 0
		}
		used += h
		switch row := strings.Join(cells, " "); {
		case strings.HasPrefix(row, heading):
			headingPage = n
		case strings.Contains(row, text):
			textPage = n
		}
	}
	return headingPage, textPage
}
