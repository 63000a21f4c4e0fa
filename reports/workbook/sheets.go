package workbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
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

// costColumns are the letters of the columns that a total of costs needs.
type costColumns struct{ unit, raw, rate, currency, cost string }

// costTotals writes one row of total cost for each currency: raw × rate, added
// first and rounded once, as design.md, section 7, asks.
func (b *builder) costTotals(s *spreadsheet.Sheet, last int, rows []metering.Row, c costColumns) error {
	all := currencies(rows)
	for _, cur := range all {
		cells := s.TotalRow("Total cost, " + cur)
		cells[column0(c.currency)] = excelize.Cell{StyleID: b.Styles.TotalText, Value: cur}
		cells[column0(c.cost)] = excelize.Cell{
			StyleID: b.Styles.TotalCost, Value: spreadsheet.Number(metering.CostOf(rows, cur)),
			Formula: costFormula(s, last, rows, c, cur, len(all) > 1),
		}
		if err := s.At(s.Row()+1, 18, cells...); err != nil {
			return err
		}
	}
	return nil
}

// costFormula is the plain sum of products where all rows are minutes of one
// currency, which every program computes and everyone can read; conditions
// stand in it only where rows differ.
func costFormula(s *spreadsheet.Sheet, last int, rows []metering.Row, c costColumns, currency string, several bool) string {
	counts := slices.ContainsFunc(rows, func(r metering.Row) bool { return r.Unit == tariff.UnitMessage })
	raw, rate := s.Span(c.raw, last), s.Span(c.rate, last)
	if !several && !counts {
		return fmt.Sprintf("ROUND(SUMPRODUCT(%s,%s)/60000,10)", raw, rate)
	}
	return fmt.Sprintf(`ROUND(SUMPRODUCT(%s*%s*(%s="%s")/(1+59999*(%s<>"%s"))),10)`,
		raw, rate, s.Span(c.currency, last), currency, s.Span(c.unit, last), tariff.UnitMessage)
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
			spreadsheet.Date(r.Day), b.resource(r.Resource), r.Meter, r.Unit, r.Raw, spreadsheet.Number(r.Quantity), spreadsheet.Number(r.Rate), r.Currency, spreadsheet.Number(r.Cost),
		})
	}
	return b.Table(sheetDays, spreadsheet.Layout{
		Title: "Usage per meter and day", Subtitle: "UTC days · " + b.period() + " · an empty rate means that the price book has none",
		Columns: []spreadsheet.Column{
			spreadsheet.Day("Day", 0), spreadsheet.Text("Resource", 0), spreadsheet.Text("Meter", 0), spreadsheet.Text("Unit", 0),
			spreadsheet.Count("Raw (ms or count)", 0), spreadsheet.Quantity("Quantity", 0), spreadsheet.Rate("Rate", 0),
			spreadsheet.Text("Currency", 0), spreadsheet.Cost("Cost", 0),
		},
	}, rows, "No usage in this period.", func(s *spreadsheet.Sheet, last int) error {
		return b.costTotals(s, last, b.report.Rows, costColumns{"D", "E", "G", "H", "I"})
	})
}

// apps is the sheet of meters by app.
func (b *builder) apps() error {
	var rows [][]any
	for _, r := range b.report.Apps {
		rows = append(rows, []any{
			known(r.Tenant), known(r.App), r.Meter, r.Unit, r.Raw, spreadsheet.Number(r.Quantity), spreadsheet.Number(r.Rate), r.Currency, spreadsheet.Number(r.Cost),
		})
	}
	return b.Table(sheetApps, spreadsheet.Layout{
		Title: "Usage per app", Subtitle: "By tenant and app as the policy maps them · " + b.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Tenant", 0), spreadsheet.Text("App", 0), spreadsheet.Text("Meter", 0), spreadsheet.Text("Unit", 0),
			spreadsheet.Count("Raw (ms or count)", 0), spreadsheet.Quantity("Quantity", 0), spreadsheet.Rate("Rate", 0),
			spreadsheet.Text("Currency", 0), spreadsheet.Cost("Cost", 0),
		},
	}, rows, "No usage in this period.", func(s *spreadsheet.Sheet, last int) error {
		return b.costTotals(s, last, b.report.Apps, costColumns{"D", "E", "G", "H", "I"})
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
		rows = append(rows, []any{n.Reason, tenant, app, meter, n.Unit, n.Lines, n.Raw, spreadsheet.Number(n.Quantity)})
	}
	return b.Table(sheetNotBilled, spreadsheet.Layout{
		Title: "Consumed but not billed", Subtitle: "Usage that Azure counts or could count and does not charge to the resource · " + b.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Reason", 0), spreadsheet.Text("Tenant", 0), spreadsheet.Text("App", 0), spreadsheet.Text("Meter", 0), spreadsheet.Text("Unit", 0),
			spreadsheet.Count("Lines or sessions", 12), spreadsheet.Count("Raw (ms or count)", 0), spreadsheet.Quantity("Quantity", 0),
		},
	}, rows, "Everything that was consumed is billed.", nil)
}

// unmapped is the sheet of what no meter could be found for.
func (b *builder) unmapped() error {
	var rows [][]any
	for _, c := range b.report.Unmapped {
		rows = append(rows, []any{c.Cause, c.Unit, c.Lines, c.Raw, spreadsheet.Number(c.Quantity)})
	}
	return b.Table(sheetUnmapped, spreadsheet.Layout{
		Title: "Unmapped usage", Subtitle: "Usage whose meter is not known: it may cost something · the lines are on the sheet Lines, meter unmapped",
		Columns: []spreadsheet.Column{
			spreadsheet.Wrap("Cause", 0), spreadsheet.Text("Unit", 0), spreadsheet.Count("Lines", 0), spreadsheet.Count("Raw (ms)", 0), spreadsheet.Quantity("Quantity", 0),
		},
	}, rows, "Nothing is unmapped.", nil)
}
