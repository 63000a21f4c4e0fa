package workbook

import (
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
)

// coverSheet writes the cover.
type coverSheet struct {
	*spreadsheet.Cover
	b *builder
}

func (b *builder) cover() error {
	cover, err := b.Cover(sheetCover, b.title(), b.subtitle())
	if err != nil {
		return err
	}
	c := &coverSheet{cover, b}
	c.figures()
	r := b.report.Cover
	c.Completeness(spreadsheet.Evidence{Messages: r.Messages, Events: r.Events, DeadLetters: r.DeadLetters, Gaps: r.Gaps, Beside: r.Beside})
	c.method()
	c.prices()
	c.inputs()
	return c.End()
}

func (b *builder) subtitle() string {
	parts := []string{b.period()}
	if at := b.report.Cover.AsOf; !at.IsZero() {
		parts = append(parts, "as of "+at.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	if g := b.report.Cover.Generator; g != "" {
		parts = append(parts, g)
	}
	return strings.Join(parts, " · ")
}

// figures are the report in four numbers, each a formula on the summary.
func (c *coverSheet) figures() {
	c.Section("Calling minutes and cost")
	totals, err := metering.TotalsOf(c.b.meters)
	if err != nil {
		c.Fail(err)
		return
	}
	plan := c.b.summaryPlan()
	label := func(s string) excelize.Cell { return excelize.Cell{StyleID: c.b.Styles.FigureLabel, Value: s} }
	figure := func(cell string, ms int64) excelize.Cell {
		f := excelize.Cell{StyleID: c.b.Styles.Figure, Value: spreadsheet.Number(metering.Quantity(ms, "minute"))}
		if cell != "" {
			f.Formula = "'" + sheetSummary + "'!" + cell
		}
		return f
	}
	labels := []any{excelize.Cell{StyleID: c.b.Styles.Label, Value: "Participant-minutes"},
		label("Consumed"), label("Billed to the ACS resource"), label("Covered by a Teams licence")}
	values := []any{nil, figure(plan.consumed, totals.Consumed), figure(plan.billed, totals.Billed), figure(plan.covered, totals.Covered)}
	c.costFigures(labels, values, plan.costs)
	if totals.Unmapped != 0 {
		c.Text("Not known", metering.Quantity(totals.Unmapped, "minute")+" minutes have no known meter and are in none of these figures; see the sheet "+sheetUnmapped+".", c.b.Styles.Warn)
	}
}

// costFigures adds the cost: beside the minutes where there is one currency,
// below them where there are several.
func (c *coverSheet) costFigures(labels, values []any, costs []costCell) {
	cost := func(k costCell) (label, value excelize.Cell) {
		return excelize.Cell{StyleID: c.b.Styles.FigureLabel, Value: "Cost, " + k.currency},
			excelize.Cell{StyleID: c.b.Styles.FigureCost, Value: spreadsheet.Number(k.value), Formula: "'" + sheetSummary + "'!" + k.cell}
	}
	if len(costs) == 1 {
		l, v := cost(costs[0])
		labels, values = append(labels, l), append(values, v)
	}
	c.Put(0, labels...)
	c.Put(22, values...)
	if len(costs) > 1 {
		for _, k := range costs {
			l, v := cost(k)
			c.Put(22, nil, nil, nil, l, v)
		}
	}
	if len(costs) == 0 {
		c.Text("Cost", "Not computed: no usage has a rate.", c.b.Styles.Text)
	}
}

// method tells in words how the figures came about.
func (c *coverSheet) method() {
	c.Section("How it was computed")
	for _, p := range append([][2]string{
		{"Minutes", "Each session of a call is metered from joining to leaving in whole milliseconds, lobby and hold included. A rejoin is a session of its own. What is still open counts up to the instant of this report and says so in its note."},
		{"Meters", "A session of an app built on Azure Communication Services counts on the interop meter in a Teams call, on the plain meter elsewhere. A native Teams client counts on a meter of rate 0: a Teams licence covers it. What can't be decided is unmapped, with the cause, and never dropped."},
		{"Recordings", "Only recordings made by Azure Communication Services are charged: mixed ones by their length, unmixed ones by each participant's time in them. Recordings made by Teams are listed at rate 0."},
		{"Days", "Days are UTC. A session over midnight is split there unless the price book says otherwise."},
		{"Cost", "Milliseconds are added first; cost = milliseconds × rate ÷ 60,000 (messages: count × rate), in exact decimals, rounded once to 10 places, half to even. Totals are rounded once too, so they can differ from the sum of the rounded rows in the last place. An empty rate means that the price book has none: the cost is then not known, not 0."},
	}, notes(c.b.report.Cover.Notes)...) {
		c.Text(p[0], p[1], c.b.Styles.Text)
	}
}

func notes(list []string) [][2]string {
	var out [][2]string
	for i, n := range list {
		label := ""
		if i == 0 {
			label = "Notes"
		}
		out = append(out, [2]string{label, n})
	}
	return out
}

// prices names the price book.
func (c *coverSheet) prices() {
	c.Section("Price book")
	r := c.b.report.Cover
	if len(r.Tariff) == 0 && r.TariffVersion == "" {
		c.Text("", "None was given: nothing in this report has a rate.", c.b.Styles.Warn)
		return
	}
	if all := currencies(c.b.report.Rows); len(all) > 0 {
		c.Text("Currency", strings.Join(all, ", "), c.b.Styles.Text)
	}
	c.Text("Version", r.TariffVersion, c.b.Styles.Mono)
	c.Digests(r.Tariff)
}

// inputs names what was read, by content, and the resources.
func (c *coverSheet) inputs() {
	r := c.b.report.Cover
	if len(c.b.names) > 0 {
		c.Section("Resources")
		for _, id := range slices.Sorted(maps.Keys(c.b.names)) {
			if id == "" {
				c.Text("(not known)", "Some usage names no resource.", c.b.Styles.Warn)
				continue
			}
			c.Text(c.b.resource(id), id, c.b.Styles.Text)
		}
	}
	if len(r.Inputs) == 0 {
		return
	}
	c.Section("Inputs (SHA-256)")
	c.Digests(r.Inputs)
}
