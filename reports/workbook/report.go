package workbook

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
	"rollcall/schema"
)

// A Digest names a file by its content.
type Digest struct {
	Name   string
	SHA256 string
}

// A Cover says what a report covers, what it rests on and what is missing.
type Cover struct {
	Title    string // empty: "Usage and cost"
	From, To string // first and last UTC day, YYYY-MM-DD; empty: those of the rows
	// AsOf is the instant for which the report was computed; it is the file's
	// date too, so that two runs give the same bytes.
	AsOf      time.Time
	Generator string // name and version of the program
	// Completeness.
	Messages, Events, DeadLetters int64
	Gaps                          []string // recorded gaps in words; empty: none recorded
	// Tariff names the price book's files; empty where there was none.
	Tariff        []Digest
	TariffVersion string
	Inputs        []Digest
	Notes         []string // further paragraphs of the method
}

// A UsageReport is the content of usage.xlsx.
type UsageReport struct {
	Cover     Cover
	Rows      []metering.Row // by day, resource, meter, rate: usage.csv
	Apps      []metering.Row // by tenant, app, meter, rate
	NotBilled []metering.NotBilled
	Unmapped  []metering.Cause
	// Lines are the usage lines in the order of metering.Compare. They are read
	// once and must add up to Rows; an error among them ends the report.
	Lines iter.Seq2[schema.UsageLine, error]
}

// Write writes the workbook. Nothing is written to w before all is computed
// but the file's own bytes; on error w holds no workbook.
func Write(w io.Writer, r UsageReport) error { return write(w, r, 0) }

func write(w io.Writer, r UsageReport, sheetRows int) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	b := &builder{f: f, report: r, names: shortNames(r.Rows), sheetRows: sheetRows}
	if b.styles, err = newStyles(f); err != nil {
		return fmt.Errorf("workbook styles: %w", err)
	}
	if b.meters, err = metering.ByMeter(r.Rows); err != nil {
		return fmt.Errorf("workbook summary: %w", err)
	}
	steps := []struct {
		sheet string
		build func() error
	}{
		{sheetCover, b.cover}, {sheetSummary, b.summary}, {sheetDays, b.days}, {sheetApps, b.apps},
		{sheetNotBilled, b.notBilled}, {sheetUnmapped, b.unmapped}, {sheetLines, b.lines},
	}
	for i, s := range steps {
		// All sheets exist before the first is filled, so that their order is
		// fixed and formulas may point ahead.
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.sheet)
		} else {
			_, err = f.NewSheet(s.sheet)
		}
		if err != nil {
			return fmt.Errorf("sheet %s: %w", s.sheet, err)
		}
	}
	for _, s := range steps {
		if err := s.build(); err != nil {
			return fmt.Errorf("sheet %s: %w", s.sheet, err)
		}
	}
	if err := b.properties(); err != nil {
		return err
	}
	return save(f, w)
}

// The sheets, in their order. More sheets of lines follow where one is full.
const (
	sheetCover     = "Cover"
	sheetSummary   = "Summary"
	sheetDays      = "Per meter and day"
	sheetApps      = "Per app"
	sheetNotBilled = "Not billed"
	sheetUnmapped  = "Unmapped"
	sheetLines     = "Lines"
)

// builder holds what the sheets share.
type builder struct {
	f      *excelize.File
	report UsageReport
	styles styles
	names  map[string]string // resource id to what is shown
	meters []metering.Row
	// sheetRows is how many lines a sheet holds; 0: as many as Excel allows.
	sheetRows int
}

// properties sets the document's properties; its dates are the report's, not
// the clock's.
func (b *builder) properties() error {
	at := b.report.Cover.AsOf.UTC().Format(time.RFC3339)
	if b.report.Cover.AsOf.IsZero() {
		at = "2000-01-01T00:00:00Z"
	}
	return b.f.SetDocProps(&excelize.DocProperties{
		Creator: "Rollcall", LastModifiedBy: "Rollcall", Title: b.title(), Created: at, Modified: at,
	})
}

func (b *builder) title() string {
	if b.report.Cover.Title != "" {
		return b.report.Cover.Title
	}
	return "Usage and cost"
}

// period is the covered days in words.
func (b *builder) period() string {
	from, to := b.report.Cover.From, b.report.Cover.To
	if rows := b.report.Rows; len(rows) > 0 {
		if from == "" {
			from = rows[0].Day
		}
		if to == "" {
			to = rows[len(rows)-1].Day
		}
	}
	switch {
	case from == "" && to == "":
		return "no usage"
	case from == to:
		return from + " (one day, UTC)"
	}
	return from + " to " + to + " (days, UTC)"
}
