package workbook

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
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
		quantity := number(r.Quantity)
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
			r.Meter, m.Group, r.Unit, r.Raw, quantity, billed, covered, open, number(r.Rate), r.Currency, number(r.Cost), unpriced,
		})
	}
	return b.table(sheetSummary, layout{
		title: "Summary", subtitle: b.period() + " · consumed = billed to the ACS resource + not charged (Teams) + not known",
		columns: []column{
			{"Meter", kindText, 0}, {"Group", kindText, 0}, {"Unit", kindText, 0}, {"Raw (ms or count)", kindCount, 0},
			{"Consumed", kindQuantity, 0}, {"Billed", kindQuantity, 0}, {"Not charged (Teams)", kindQuantity, 0},
			{"Not known", kindQuantity, 0}, {"Rate", kindRate, 0}, {"Currency", kindText, 0}, {"Cost", kindCost, 0},
			{"Billed without a rate", kindQuantity, 0},
		},
	}, rows, "No usage in this period.", b.summaryTotals)
}

// summaryTotals are the calling minutes of the voip group, and the cost.
func (b *builder) summaryTotals(s *sheet, last int) error {
	totals, err := metering.TotalsOf(b.meters)
	if err != nil {
		return err
	}
	sum := func(ms int64, also string) excelize.Cell {
		formula := fmt.Sprintf(`ROUND(SUMIFS(%s,%s,"%s"%s)/60000,6)`, s.span("D", last), s.span("B", last), tariff.GroupVoIP, also)
		return excelize.Cell{StyleID: b.styles.totalQuantity, Formula: formula,
			Value: number(metering.Quantity(ms, tariff.UnitMinute))}
	}
	cells := s.totalRow("Calling minutes (group voip)")
	cells[4] = sum(totals.Consumed, "")
	cells[5] = sum(totals.Billed, fmt.Sprintf(`,%s,"<>"`, s.span("F", last)))
	cells[6] = sum(totals.Covered, fmt.Sprintf(`,%s,"<>"`, s.span("G", last)))
	if err := s.at(last+1, 18, cells...); err != nil {
		return err
	}
	return s.costTotals(last, b.meters, costColumns{"C", "D", "I", "J", "K"})
}
