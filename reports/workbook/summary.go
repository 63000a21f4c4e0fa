package workbook

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
	"rollcall/reports/tariff"
)

// summaryCells says where the totals of the summary stand, for the cover.
type summaryCells struct {
	consumed, billed, covered string
	costs                     []costCell
}

type costCell struct{ currency, cell, value string }

// summaryPlan is where the totals will stand. It follows from the number of
// rows alone, so the cover can be written before the summary.
func (b *builder) summaryPlan() summaryCells {
	row := 4 + len(b.meters) + 1
	var p summaryCells
	if len(b.meters) == 0 {
		return p
	}
	p.consumed, p.billed, p.covered = fmt.Sprintf("E%d", row), fmt.Sprintf("F%d", row), fmt.Sprintf("G%d", row)
	for i, cur := range currencies(b.meters) {
		p.costs = append(p.costs, costCell{cur, fmt.Sprintf("K%d", row+1+i), metering.CostOf(b.meters, cur)})
	}
	return p
}

// summary is the sheet of meters: consumed beside billed beside covered.
func (b *builder) summary() error {
	var rows [][]any
	for _, r := range b.meters {
		m, _ := tariff.Find(r.Meter)
		quantity := spreadsheet.Number(r.Quantity)
		var billed, covered, open, unpriced any
		switch {
		case m.Name == "" || m.Group == tariff.GroupUnmapped:
			open = quantity
		case m.ZeroRated:
			covered = quantity
		default:
			billed = quantity
			if r.Rate == "" {
				unpriced = quantity
			}
		}
		rows = append(rows, []any{
			r.Meter, m.Group, r.Unit, r.Raw, quantity, billed, covered, open, spreadsheet.Number(r.Rate), r.Currency, spreadsheet.Number(r.Cost), unpriced,
		})
	}
	return b.Table(sheetSummary, spreadsheet.Layout{
		Title: "Summary", Subtitle: b.period() + " · consumed = billed to the ACS resource + not charged (Teams) + not known",
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Meter", 0), spreadsheet.Text("Group", 0), spreadsheet.Text("Unit", 0), spreadsheet.Count("Raw (ms or count)", 0),
			spreadsheet.Quantity("Consumed", 0), spreadsheet.Quantity("Billed", 0), spreadsheet.Quantity("Not charged (Teams)", 0),
			spreadsheet.Quantity("Not known", 0), spreadsheet.Rate("Rate", 0), spreadsheet.Text("Currency", 0), spreadsheet.Cost("Cost", 0),
			spreadsheet.Quantity("Billed without a rate", 0),
		},
	}, rows, "No usage in this period.", b.summaryTotals)
}

// summaryTotals are the calling minutes of the voip group, and the cost.
func (b *builder) summaryTotals(s *spreadsheet.Sheet, last int) error {
	totals, err := metering.TotalsOf(b.meters)
	if err != nil {
		return err
	}
	sum := func(ms int64, also string) excelize.Cell {
		formula := fmt.Sprintf(`ROUND(SUMIFS(%s,%s,"%s"%s)/60000,6)`, s.Span("D", last), s.Span("B", last), tariff.GroupVoIP, also)
		return excelize.Cell{StyleID: b.Styles.TotalQuantity, Formula: formula,
			Value: spreadsheet.Number(metering.Quantity(ms, tariff.UnitMinute))}
	}
	cells := s.TotalRow("Calling minutes (group voip)")
	cells[4] = sum(totals.Consumed, "")
	cells[5] = sum(totals.Billed, fmt.Sprintf(`,%s,"<>"`, s.Span("F", last)))
	cells[6] = sum(totals.Covered, fmt.Sprintf(`,%s,"<>"`, s.Span("G", last)))
	if err := s.At(last+1, 18, cells...); err != nil {
		return err
	}
	return b.costTotals(s, last, b.meters, costColumns{"C", "D", "I", "J", "K"})
}
