package spreadsheet

import (
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// A Book is a workbook that is being written. It is not safe for concurrent use.
type Book struct {
	Styles Styles
	f      *excelize.File
	whole  string
}

// New begins a workbook. All sheets are there before the first is filled, so
// that their order is fixed and formulas may point ahead. whole names the file
// that holds texts which no cell can. Call Close when done.
func New(whole string, sheets ...string) (*Book, error) {
	b := &Book{f: excelize.NewFile(), whole: whole}
	var err error
	if b.Styles, err = newStyles(b.f); err != nil {
		return nil, fmt.Errorf("workbook styles: %w", err)
	}
	for i, name := range sheets {
		if i == 0 {
			err = b.f.SetSheetName("Sheet1", name)
		} else {
			err = b.AddSheet(name)
		}
		if err != nil {
			return nil, fmt.Errorf("sheet %s: %w", name, err)
		}
	}
	return b, nil
}

// AddSheet adds a sheet behind the others.
func (b *Book) AddSheet(name string) error {
	_, err := b.f.NewSheet(name)
	return err
}

// Save writes the workbook. at is the file's date, which is the report's and
// not the clock's, so that two runs give the same bytes.
func (b *Book) Save(w io.Writer, title string, at time.Time) error {
	date := at.UTC().Format(time.RFC3339)
	if at.IsZero() {
		date = "2000-01-01T00:00:00Z"
	}
	err := b.f.SetDocProps(&excelize.DocProperties{
		Creator: "Rollcall", LastModifiedBy: "Rollcall", Title: title, Created: date, Modified: date,
	})
	if err != nil {
		return err
	}
	return save(b.f, w)
}

// Close frees what the workbook holds.
func (b *Book) Close() error { return b.f.Close() }
