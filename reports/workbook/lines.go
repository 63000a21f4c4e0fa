package workbook

import (
	"fmt"
	"strings"

	"rollcall/reports/spreadsheet"
	"rollcall/schema"
)

// lineColumns are the columns of the sheet of lines: what is printed first,
// the ids by which to find a line again after it.
func lineColumns(resource float64) []spreadsheet.Column {
	return []spreadsheet.Column{
		spreadsheet.Day("Day", 12), spreadsheet.Text("Tenant", 18), spreadsheet.Text("App", 34), spreadsheet.Text("Resource", resource),
		spreadsheet.Text("Meter", 41), spreadsheet.Text("Unit", 19), spreadsheet.Count("Raw (ms or count)", 14),
		spreadsheet.Quantity("Quantity", 14), spreadsheet.Rate("Rate", 14), spreadsheet.Text("Currency", 10), spreadsheet.Cost("Cost", 18),
		spreadsheet.Text("Note", 52), spreadsheet.Text("Call", 40), spreadsheet.Text("Raw id", 84), spreadsheet.Text("Session", 37),
		spreadsheet.Text("Participant", 40), spreadsheet.Text("Tariff row", 40), spreadsheet.Text("Tariff version", 18),
		spreadsheet.Text("Line id", 37), spreadsheet.Text("Correction of", 37), spreadsheet.Text("Evidence (event ids)", 60),
	}
}

// printedLineColumns ends with the call: the wide ids are for looking up, not for paper.
const printedLineColumns = 13

// lines streams the usage lines, over as many sheets as they need, and checks
// that they add up to the rows that all other sheets show.
func (b *builder) lines() error {
	width := 20.0
	for _, n := range b.names {
		width = max(width, min(float64(len(n))*1.1+2, 90))
	}
	raw := map[string]int64{}
	var s *spreadsheet.Sheet
	var err error
	sheets, n := 0, 0
	next := func() error {
		if s != nil {
			if err := s.End(s.Row(), printedLineColumns); err != nil {
				return err
			}
		}
		sheets++
		s, err = b.lineSheet(sheets, width)
		return err
	}
	if err := next(); err != nil {
		return err
	}
	if b.report.Lines != nil {
		for l, err := range b.report.Lines {
			if err != nil {
				return err
			}
			if n > 0 && n%b.linesPerSheet() == 0 {
				if err := next(); err != nil {
					return err
				}
			}
			n++
			raw[l.Meter] += l.Raw
			if err := s.Add(b.lineCells(l)...); err != nil {
				return err
			}
		}
	}
	if err := b.ties(raw); err != nil {
		return err
	}
	return s.End(s.Row(), printedLineColumns)
}

// linesPerSheet is Excel's room in a sheet, unless a test says less.
func (b *builder) linesPerSheet() int {
	if b.sheetRows > 0 {
		return b.sheetRows
	}
	return spreadsheet.RowsInSheet
}

// lineSheet begins the n-th sheet of lines.
func (b *builder) lineSheet(n int, resource float64) (*spreadsheet.Sheet, error) {
	name := sheetLines
	if n > 1 {
		name = fmt.Sprintf("%s %d", sheetLines, n)
		if err := b.AddSheet(name); err != nil {
			return nil, err
		}
	}
	return b.Begin(name, spreadsheet.Layout{
		Title: "Usage lines", Subtitle: "One row for each session or recording, meter and UTC day · ids to the right · " + b.period(),
		Columns: lineColumns(resource), Paper: spreadsheet.PaperA3,
	})
}

func (b *builder) lineCells(l schema.UsageLine) []any {
	version := l.TariffVersion
	if len(version) > 12 {
		version = version[:12] + "…" // whole on the cover
	}
	return []any{
		spreadsheet.Date(l.Day), b.Bounded(l.Tenant), b.Bounded(l.App), b.Bounded(b.resource(l.Resource)), b.Bounded(l.Meter), l.Unit, l.Raw,
		spreadsheet.Number(l.Quantity), spreadsheet.Number(l.Rate), l.Currency, spreadsheet.Number(l.Cost), b.Bounded(l.Note), b.Bounded(l.CallID), b.Bounded(l.RawID),
		l.SessionID, b.Bounded(l.ParticipantID), b.Bounded(l.TariffRow), version, l.LineID, l.CorrectionOf,
		b.Bounded(strings.Join(l.Evidence, " ")),
	}
}

// ties compares the lines with the rows, meter by meter. A workbook whose
// sheets disagree would be worse than none.
func (b *builder) ties(raw map[string]int64) error {
	want := map[string]int64{}
	for _, r := range b.report.Rows {
		want[r.Meter] += r.Raw
	}
	for meter, sum := range raw {
		if want[meter] != sum {
			return fmt.Errorf("the lines of meter %s add up to %d, its rows to %d: rows and lines are not of the same state; make the report again", meter, sum, want[meter])
		}
		delete(want, meter)
	}
	for meter, sum := range want {
		if sum != 0 {
			return fmt.Errorf("the rows of meter %s add up to %d and it has no lines: rows and lines are not of the same state; make the report again", meter, sum)
		}
	}
	return nil
}
