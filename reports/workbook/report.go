package workbook

import (
	"fmt"
	"io"
	"iter"
	"time"

	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
	"rollcall/schema"
)

// A Digest names a file by its content.
type Digest = spreadsheet.Digest

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
	Beside                        bool     // the files of an audit lie beside the report
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
	b := &builder{report: r, names: shortNames(r.Rows), sheetRows: sheetRows}
	steps := []struct {
		sheet string
		build func() error
	}{
		{sheetCover, b.cover}, {sheetSummary, b.summary}, {sheetDays, b.days}, {sheetApps, b.apps},
		{sheetNotBilled, b.notBilled}, {sheetUnmapped, b.unmapped}, {sheetLines, b.lines},
	}
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.sheet
	}
	if b.Book, err = spreadsheet.New("usage_lines.csv", names...); err != nil {
		return err
	}
	defer func() {
		if closeErr := b.Close(); err == nil {
			err = closeErr
		}
	}()
	if b.meters, err = metering.ByMeter(r.Rows); err != nil {
		return fmt.Errorf("workbook summary: %w", err)
	}
	for _, s := range steps {
		if err := s.build(); err != nil {
			return fmt.Errorf("sheet %s: %w", s.sheet, err)
		}
	}
	return b.Save(w, b.title(), r.Cover.AsOf)
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
	*spreadsheet.Book
	report UsageReport
	names  map[string]string // resource id to what is shown
	meters []metering.Row
	// sheetRows is how many lines a sheet holds; 0: as many as Excel allows.
	sheetRows int
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
