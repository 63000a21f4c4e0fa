package compliance

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/spreadsheet"
	"rollcall/reports/timeline"
)

// The sheets that are no breakdowns. Findings come last: where a sheet is full
// more of them follow.
const (
	sheetCover    = "Cover"
	sheetOverview = "Overview"
	sheetWhy      = "Missed and why"
	sheetOutside  = "Not judged"
	sheetReported = "How reported"
	sheetRules    = "Rules"
	sheetNames    = "Names"
	sheetBrand    = "Brand"
	sheetFindings = "Findings"
	sheetChecks   = "Checks"
)

// WriteWorkbook writes compliance.xlsx. On error w holds no workbook.
func WriteWorkbook(w io.Writer, r *Report) error { return writeWorkbook(w, r, spreadsheet.RowsInSheet) }

func writeWorkbook(w io.Writer, r *Report, findingsInSheet int) (err error) {
	b := &builder{report: r, findingsInSheet: findingsInSheet}
	type step struct {
		sheet string
		build func() error
	}
	steps := []step{{sheetCover, b.cover}, {sheetOverview, b.overview}}
	for i := range r.Tables {
		steps = append(steps, step{r.Tables[i].Name, func() error { return b.breakdown(r.Tables[i]) }})
	}
	steps = append(steps, step{sheetWhy, b.why}, step{sheetOutside, b.outside}, step{sheetReported, b.reported},
		step{sheetRules, b.rules}, step{sheetNames, b.names}, step{sheetBrand, b.brand}, step{sheetChecks, b.checks}, step{sheetFindings, b.findings})
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.sheet
	}
	whole := "the service's store"
	if r.Cover.Evidence.Beside {
		whole = "findings.ndjson"
	}
	if b.Book, err = spreadsheet.New(whole, names...); err != nil {
		return err
	}
	defer func() {
		if closeErr := b.Close(); err == nil {
			err = closeErr
		}
	}()
	for _, s := range steps {
		if err := s.build(); err != nil {
			return fmt.Errorf("sheet %s: %w", s.sheet, err)
		}
	}
	return b.Save(w, Title, r.Cover.AsOf)
}

// Title is what the report is called.
const Title = "Recording and transcription notices"

type builder struct {
	*spreadsheet.Book
	report          *Report
	findingsInSheet int
}

// say is text from outside as a cell shows it: without characters that turn the
// direction of text or are not seen.
func (b *builder) say(s string) string { return b.Bounded(timeline.Safe(s)) }

// period is the covered days in words.
func (r *Report) period() string {
	from, to := r.Cover.From, r.Cover.To
	for _, t := range r.Tables {
		if n := len(t.Rows); t.Days && n > 0 {
			if from == "" {
				from = t.Rows[0].Keys[0]
			}
			if to == "" {
				to = t.Rows[n-1].Keys[0]
			}
		}
	}
	switch {
	case from == "" && to == "":
		return "no day"
	case from == to:
		return from + " (one day, UTC)"
	case from == "":
		return "up to " + to + " (days, UTC)"
	case to == "":
		return "from " + from + " (days, UTC)"
	}
	return from + " to " + to + " (days, UTC)"
}

// subtitle is the report's line below its title.
func (r *Report) subtitle() string {
	parts := []string{r.period()}
	if r.Cover.OneTenant {
		parts = append(parts, "tenant "+known(r.Cover.Tenant))
	}
	if !r.Cover.AsOf.IsZero() {
		parts = append(parts, "as of "+timeline.At(r.Cover.AsOf).String())
	}
	if r.Cover.Generator != "" {
		parts = append(parts, r.Cover.Generator)
	}
	return strings.Join(parts, " · ")
}

func known(s string) string {
	if s == "" {
		return notKnown
	}
	return s
}

// The columns of a breakdown behind its keys. The denominator is the sum of the
// four before it.
const (
	colPass = iota
	colLate
	colMissed
	colNoEvidence
	colJudged
	colCoverage
	colTooShort
	colPending
	colNotApplicable
	colAll
	colExposure
	colAssumed
	colOnAssumed
)

func countHeads() []spreadsheet.Column {
	return []spreadsheet.Column{
		colPass: spreadsheet.Count("Reported in time", 12), colLate: spreadsheet.Count("Reported late", 12),
		colMissed: spreadsheet.Count("Missed", 12), colNoEvidence: spreadsheet.Count("No evidence", 12),
		colJudged: spreadsheet.Count("Judged", 12), colCoverage: spreadsheet.Percent("Coverage", 12),
		colTooShort: spreadsheet.Count("Too short", 12), colPending: spreadsheet.Count("Pending", 12),
		colNotApplicable: spreadsheet.Count("Not applicable", 12), colAll: spreadsheet.Count("All", 12),
		colExposure: spreadsheet.Quantity("Judged minutes", 17), colAssumed: spreadsheet.Quantity("of them assumed", 17),
		colOnAssumed: spreadsheet.Count("Rest on an assumed bound", 14),
	}
}

// cells are the values of counts in a row of a sheet, with the formulas of what
// follows from the others. first is the column of the first count, from 1.
func cells(c Counts, row, first int, st styleOf) []any {
	at := func(col int) string { return spreadsheet.Letter(first+col) + fmt.Sprint(row) }
	plain := func(col int, v any) any { return excelize.Cell{StyleID: st(col), Value: v} }
	judged := excelize.Cell{StyleID: st(colJudged), Value: c.Judged(), Formula: fmt.Sprintf("SUM(%s:%s)", at(colPass), at(colNoEvidence))}
	all := excelize.Cell{StyleID: st(colAll), Value: c.All(), Formula: fmt.Sprintf("%s+SUM(%s:%s)", at(colJudged), at(colTooShort), at(colNotApplicable))}
	return []any{
		plain(colPass, c.Pass), plain(colLate, c.Late), plain(colMissed, c.Missed), plain(colNoEvidence, c.NoEvidence), judged,
		coverageCell(c, at(colPass), at(colJudged), st(colCoverage)),
		plain(colTooShort, c.TooShort), plain(colPending, c.Pending), plain(colNotApplicable, c.NotApplicable), all,
		plain(colExposure, spreadsheet.Number(Minutes(c.ExposureMs))), plain(colAssumed, spreadsheet.Number(Minutes(c.AssumedMs))),
		plain(colOnAssumed, c.OnAssumed),
	}
}

// styleOf is the style of a column.
type styleOf func(col int) int

// coverageCell is the coverage, cut after two decimals as the report says it;
// empty where nothing is judged.
func coverageCell(c Counts, pass, judged string, style int) excelize.Cell {
	cell := excelize.Cell{StyleID: style}
	if c.Judged() > 0 {
		// A whole number divided once: what is cut is exact.
		cell.Value, cell.Formula = float64(c.Basis())/100, fmt.Sprintf("INT(10000*%s/%s)/100", pass, judged)
	}
	return cell
}

func (b *builder) rowStyle(col int) int {
	switch col {
	case colCoverage:
		return b.Styles.Percent
	case colExposure, colAssumed:
		return b.Styles.Quantity
	}
	return b.Styles.Count
}

func (b *builder) totalStyle(col int) int {
	switch col {
	case colCoverage:
		return b.Styles.TotalPercent
	case colExposure, colAssumed:
		return b.Styles.TotalQuantity
	}
	return b.Styles.TotalCount
}

// breakdown writes the sheet of a table.
func (b *builder) breakdown(t Table) error {
	var columns []spreadsheet.Column
	for _, h := range t.Heads {
		if t.Days {
			columns = append(columns, spreadsheet.Day(h, 14))
		} else {
			columns = append(columns, spreadsheet.Text(h, 0))
		}
	}
	columns = append(columns, countHeads()...)
	first := len(t.Heads) + 1
	if t.labelled() {
		columns = append(columns, spreadsheet.Text("In charts", 0))
	}
	var rows [][]any
	for i, r := range t.Rows {
		var row []any
		for _, k := range r.Keys {
			if t.Days {
				row = append(row, spreadsheet.Date(k))
			} else {
				row = append(row, b.say(known(k)))
			}
		}
		row = append(row, cells(r.Counts, firstRow+i, first, b.rowStyle)...)
		if t.labelled() {
			row = append(row, b.say(shorten(t.Label(r), mostLabel)))
		}
		rows = append(rows, row)
	}
	return b.Table(t.Name, spreadsheet.Layout{
		Title: t.Title, Subtitle: b.report.period() + " · coverage = reported in time ÷ judged, cut after two decimals · judged = reported in time + late + missed + no evidence",
		Columns: columns, PrintColumns: len(t.Heads) + len(countHeads()),
	}, rows, "No obligation in this period.", func(s *spreadsheet.Sheet, last int) error {
		return b.breakdownTotal(s, last, first, t)
	})
}

// firstRow is the first row of data of every table.
const firstRow = 5

// totalCell is where a column of counts has its total in the sheet of a table.
func totalCell(t Table, col int) string {
	return fmt.Sprintf("'%s'!%s%d", t.Name, spreadsheet.Letter(len(t.Heads)+1+col), firstRow+len(t.Rows))
}

// labelled reports whether the sheet has a column for charts: their labels are
// one text, and programs disagree on axes of dates.
func (t Table) labelled() bool { return t.Days || len(t.Heads) > 1 }

func (b *builder) breakdownTotal(s *spreadsheet.Sheet, last, first int, t Table) error {
	total, row := t.Total(), last+1
	out := s.TotalRow("Total")
	for i, c := range cells(total, row, first, b.totalStyle) {
		cell := c.(excelize.Cell)
		span := s.Span(spreadsheet.Letter(first+i), last)
		switch i {
		case colCoverage, colJudged, colAll:
		case colExposure, colAssumed: // added in milliseconds, rounded once
		default:
			cell.Formula = fmt.Sprintf("SUM(%s)", span)
		}
		out[first-1+i] = cell
	}
	return s.At(row, 18, out...)
}
