package workbook

import (
	"fmt"
	"strings"

	"rollcall/schema"
)

// lineColumns are the columns of the sheet of lines: what is printed first,
// the ids by which to find a line again after it.
func lineColumns(resource float64) []column {
	return []column{
		{"Day", kindDay, 12}, {"Tenant", kindText, 18}, {"App", kindText, 34}, {"Resource", kindText, resource},
		{"Meter", kindText, 41}, {"Unit", kindText, 19}, {"Raw (ms or count)", kindCount, 14},
		{"Quantity", kindQuantity, 14}, {"Rate", kindRate, 14}, {"Currency", kindText, 10}, {"Cost", kindCost, 18},
		{"Note", kindText, 52}, {"Call", kindText, 40}, {"Raw id", kindText, 84}, {"Session", kindText, 37},
		{"Participant", kindText, 40}, {"Tariff row", kindText, 40}, {"Tariff version", kindText, 18},
		{"Line id", kindText, 37}, {"Correction of", kindText, 37}, {"Evidence (event ids)", kindText, 60},
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
	var s *sheet
	var err error
	sheets, n := 0, 0
	next := func() error {
		if s != nil {
			if err := s.end(s.row, printedLineColumns); err != nil {
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
			if err := s.add(b.lineCells(l)...); err != nil {
				return err
			}
		}
	}
	if err := b.ties(raw); err != nil {
		return err
	}
	return s.end(s.row, printedLineColumns)
}

// linesPerSheet is Excel's room in a sheet, unless a test says less.
func (b *builder) linesPerSheet() int {
	if b.sheetRows > 0 {
		return b.sheetRows
	}
	return rowsInSheet
}

// lineSheet begins the n-th sheet of lines.
func (b *builder) lineSheet(n int, resource float64) (*sheet, error) {
	name := sheetLines
	if n > 1 {
		name = fmt.Sprintf("%s %d", sheetLines, n)
		if _, err := b.f.NewSheet(name); err != nil {
			return nil, err
		}
	}
	return b.begin(name, layout{
		title: "Usage lines", subtitle: "One row for each session or recording, meter and UTC day · ids to the right · " + b.period(),
		columns: lineColumns(resource), paper: paperA3,
	})
}

func (b *builder) lineCells(l schema.UsageLine) []any {
	version := l.TariffVersion
	if len(version) > 12 {
		version = version[:12] + "…" // whole on the cover
	}
	return []any{
		date(l.Day), bounded(l.Tenant), bounded(l.App), bounded(b.resource(l.Resource)), bounded(l.Meter), l.Unit, l.Raw,
		number(l.Quantity), number(l.Rate), l.Currency, number(l.Cost), bounded(l.Note), bounded(l.CallID), bounded(l.RawID),
		l.SessionID, bounded(l.ParticipantID), bounded(l.TariffRow), version, l.LineID, l.CorrectionOf,
		bounded(strings.Join(l.Evidence, " ")),
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
