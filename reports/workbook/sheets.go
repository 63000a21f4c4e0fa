package workbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
	"rollcall/reports/tariff"
)

// shortNames gives each resource the shortest name that is its own: the last
// part of its ARM id, or the whole id where two share the last part.
func shortNames(rows []metering.Row) map[string]string {
	last := func(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }
	ids := map[string][]string{}
	for _, r := range rows {
		if n := last(r.Resource); !slices.Contains(ids[n], r.Resource) {
			ids[n] = append(ids[n], r.Resource)
		}
	}
	names := map[string]string{}
	for n, same := range ids {
		for _, id := range same {
			names[id] = n
			if len(same) > 1 {
				names[id] = id
			}
		}
	}
	return names
}

// resource is what is shown of a resource.
func (b *builder) resource(id string) string {
	if n, ok := b.names[id]; ok {
		return n
	}
	return id
}

// currencies lists the currencies of rows, sorted; costs of two are never added.
func currencies(rows []metering.Row) []string {
	var out []string
	for _, r := range rows {
		if r.Rate != "" && !slices.Contains(out, r.Currency) {
			out = append(out, r.Currency)
		}
	}
	slices.Sort(out)
	return out
}

// table writes a table whose rows are all in memory.
func (b *builder) table(name string, l layout, rows [][]any, empty string, totals func(s *sheet, last int) error) error {
	l.columns = widths(l.columns, rows)
	s, err := b.begin(name, l)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.add(r...); err != nil {
			return err
		}
	}
	last := s.row
	if len(rows) == 0 {
		if err := s.at(s.head+1, 0, excelize.Cell{StyleID: b.styles.subtitle, Value: empty}); err != nil {
			return err
		}
	} else if totals != nil {
		if err := totals(s, last); err != nil {
			return err
		}
	}
	return s.end(last, l.printColumns)
}

// costColumns are the letters of the columns that a total of costs needs.
type costColumns struct{ unit, raw, rate, currency, cost string }

// costTotals writes one row of total cost for each currency: raw × rate, added
// first and rounded once, as design.md, section 7, asks.
func (s *sheet) costTotals(last int, rows []metering.Row, c costColumns) error {
	all := currencies(rows)
	for _, cur := range all {
		cells := s.totalRow("Total cost, " + cur)
		cells[column0(c.currency)] = excelize.Cell{StyleID: s.b.styles.totalText, Value: cur}
		cells[column0(c.cost)] = excelize.Cell{
			StyleID: s.b.styles.totalCost, Value: number(metering.CostOf(rows, cur)),
			Formula: s.costFormula(last, rows, c, cur, len(all) > 1),
		}
		if err := s.at(s.row+1, 18, cells...); err != nil {
			return err
		}
	}
	return nil
}

// costFormula is the plain sum of products where all rows are minutes of one
// currency, which every program computes and everyone can read; conditions
// stand in it only where rows differ.
func (s *sheet) costFormula(last int, rows []metering.Row, c costColumns, currency string, several bool) string {
	counts := slices.ContainsFunc(rows, func(r metering.Row) bool { return r.Unit == tariff.UnitMessage })
	raw, rate := s.span(c.raw, last), s.span(c.rate, last)
	if !several && !counts {
		return fmt.Sprintf("ROUND(SUMPRODUCT(%s,%s)/60000,10)", raw, rate)
	}
	return fmt.Sprintf(`ROUND(SUMPRODUCT(%s*%s*(%s="%s")/(1+59999*(%s<>"%s"))),10)`,
		raw, rate, s.span(c.currency, last), currency, s.span(c.unit, last), tariff.UnitMessage)
}

// totalRow is an empty row of totals with its label.
func (s *sheet) totalRow(label string) []any {
	cells := make([]any, len(s.cols))
	for i := range cells {
		cells[i] = excelize.Cell{StyleID: s.b.styles.totalText}
	}
	cells[0] = excelize.Cell{StyleID: s.b.styles.totalText, Value: label}
	return cells
}

// column0 is the index of a column by its letter.
func column0(letter string) int {
	n, _ := excelize.ColumnNameToNumber(letter)
	return n - 1
}

// days is the sheet of meters by day: the rows of usage.csv.
func (b *builder) days() error {
	var rows [][]any
	for _, r := range b.report.Rows {
		rows = append(rows, []any{
			date(r.Day), b.resource(r.Resource), r.Meter, r.Unit, r.Raw, number(r.Quantity), number(r.Rate), r.Currency, number(r.Cost),
		})
	}
	return b.table(sheetDays, layout{
		title: "Usage per meter and day", subtitle: "UTC days · " + b.period() + " · an empty rate means that the price book has none",
		columns: []column{
			{"Day", kindDay, 0}, {"Resource", kindText, 0}, {"Meter", kindText, 0}, {"Unit", kindText, 0},
			{"Raw (ms or count)", kindCount, 0}, {"Quantity", kindQuantity, 0}, {"Rate", kindRate, 0},
			{"Currency", kindText, 0}, {"Cost", kindCost, 0},
		},
	}, rows, "No usage in this period.", func(s *sheet, last int) error {
		return s.costTotals(last, b.report.Rows, costColumns{"D", "E", "G", "H", "I"})
	})
}

// apps is the sheet of meters by app.
func (b *builder) apps() error {
	var rows [][]any
	for _, r := range b.report.Apps {
		rows = append(rows, []any{
			known(r.Tenant), known(r.App), r.Meter, r.Unit, r.Raw, number(r.Quantity), number(r.Rate), r.Currency, number(r.Cost),
		})
	}
	return b.table(sheetApps, layout{
		title: "Usage per app", subtitle: "By tenant and app as the policy maps them · " + b.period(),
		columns: []column{
			{"Tenant", kindText, 0}, {"App", kindText, 0}, {"Meter", kindText, 0}, {"Unit", kindText, 0},
			{"Raw (ms or count)", kindCount, 0}, {"Quantity", kindQuantity, 0}, {"Rate", kindRate, 0},
			{"Currency", kindText, 0}, {"Cost", kindCost, 0},
		},
	}, rows, "No usage in this period.", func(s *sheet, last int) error {
		return s.costTotals(last, b.report.Apps, costColumns{"D", "E", "G", "H", "I"})
	})
}

// known says of what is empty that it is not known.
func known(s string) string {
	if s == "" {
		return "(not known)"
	}
	return s
}

// notBilled is the sheet of what was consumed and isn't charged.
func (b *builder) notBilled() error {
	var rows [][]any
	for _, n := range b.report.NotBilled {
		meter := n.Meter
		if meter == "" {
			meter = "(none)"
		}
		app, tenant := known(n.App), known(n.Tenant)
		if n.Meter == "" {
			app, tenant = "", ""
		}
		rows = append(rows, []any{n.Reason, tenant, app, meter, n.Unit, n.Lines, n.Raw, number(n.Quantity)})
	}
	return b.table(sheetNotBilled, layout{
		title: "Consumed but not billed", subtitle: "Usage that Azure counts or could count and does not charge to the resource · " + b.period(),
		columns: []column{
			{"Reason", kindText, 0}, {"Tenant", kindText, 0}, {"App", kindText, 0}, {"Meter", kindText, 0}, {"Unit", kindText, 0},
			{"Lines or sessions", kindCount, 12}, {"Raw (ms or count)", kindCount, 0}, {"Quantity", kindQuantity, 0},
		},
	}, rows, "Everything that was consumed is billed.", nil)
}

// unmapped is the sheet of what no meter could be found for.
func (b *builder) unmapped() error {
	var rows [][]any
	for _, c := range b.report.Unmapped {
		rows = append(rows, []any{c.Cause, c.Unit, c.Lines, c.Raw, number(c.Quantity)})
	}
	return b.table(sheetUnmapped, layout{
		title: "Unmapped usage", subtitle: "Usage whose meter is not known: it may cost something · the lines are on the sheet Lines, meter unmapped",
		columns: []column{
			{"Cause", kindWrap, 0}, {"Unit", kindText, 0}, {"Lines", kindCount, 0}, {"Raw (ms)", kindCount, 0}, {"Quantity", kindQuantity, 0},
		},
	}, rows, "Nothing is unmapped.", nil)
}
