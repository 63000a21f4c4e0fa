package workbook

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
)

// coverSheet writes the cover: a label column and a wide column of text.
type coverSheet struct {
	*sheet
	err error
}

const (
	coverLabel = 30.0
	coverText  = 120.0 // characters in a line of the merged columns
	maxInputs  = 200   // more are in manifest.json; a cover is to be read
)

func (b *builder) cover() error {
	if err := b.page(sheetCover, layout{}); err != nil {
		return err
	}
	sw, err := b.f.NewStreamWriter(sheetCover)
	if err != nil {
		return err
	}
	c := &coverSheet{sheet: &sheet{b: b, name: sheetCover, sw: sw}}
	for i, w := range []float64{coverLabel, 26, 26, 26, 26} {
		if err := sw.SetColWidth(i+1, i+1, w); err != nil {
			return err
		}
	}
	c.row = 0
	c.put(28, excelize.Cell{StyleID: b.styles.title, Value: b.title()})
	c.put(0, excelize.Cell{StyleID: b.styles.subtitle, Value: b.subtitle()})
	c.figures()
	c.completeness()
	c.method()
	c.prices()
	c.inputs()
	if c.err != nil {
		return c.err
	}
	return sw.Flush()
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

// put writes the next row; after an error nothing more.
func (c *coverSheet) put(height float64, cells ...any) {
	if c.err == nil {
		c.err = c.at(c.row+1, height, cells...)
	}
}

func (c *coverSheet) section(name string) {
	c.put(8)
	st := c.b.styles.section
	c.put(20, excelize.Cell{StyleID: st, Value: name}, excelize.Cell{StyleID: st}, excelize.Cell{StyleID: st},
		excelize.Cell{StyleID: st}, excelize.Cell{StyleID: st})
	c.put(4)
}

// text writes a label and a text over the remaining columns, as high as it needs.
func (c *coverSheet) text(label, text string, style int) {
	text = bounded(text)
	lines := 0.0
	for para := range strings.SplitSeq(text, "\n") {
		lines += max(1, math.Ceil(float64(utf8.RuneCountInString(para))/coverText))
	}
	cells := []any{excelize.Cell{StyleID: c.b.styles.label, Value: label}}
	for i := range 4 {
		cell := excelize.Cell{StyleID: style}
		if i == 0 {
			cell.Value = text
		}
		cells = append(cells, cell)
	}
	c.put(min(lines*13.5+2, 400), cells...)
	if c.err == nil {
		c.err = c.sw.MergeCell(fmt.Sprintf("B%d", c.row), fmt.Sprintf("E%d", c.row))
	}
}

// figures are the report in four numbers, each a formula on the summary.
func (c *coverSheet) figures() {
	c.section("Calling minutes and cost")
	totals, err := metering.TotalsOf(c.b.meters)
	if err != nil {
		c.err = err
		return
	}
	plan := c.b.summaryPlan()
	label := func(s string) excelize.Cell { return excelize.Cell{StyleID: c.b.styles.figureLabel, Value: s} }
	figure := func(cell string, ms int64) excelize.Cell {
		f := excelize.Cell{StyleID: c.b.styles.figure, Value: number(metering.Quantity(ms, "minute"))}
		if cell != "" {
			f.Formula = "'" + sheetSummary + "'!" + cell
		}
		return f
	}
	labels := []any{excelize.Cell{StyleID: c.b.styles.label, Value: "Participant-minutes"},
		label("Consumed"), label("Billed to the ACS resource"), label("Covered by a Teams licence")}
	values := []any{nil, figure(plan.consumed, totals.Consumed), figure(plan.billed, totals.Billed), figure(plan.covered, totals.Covered)}
	c.costFigures(labels, values, plan.costs)
	if totals.Unmapped != 0 {
		c.text("Not known", metering.Quantity(totals.Unmapped, "minute")+" minutes have no known meter and are in none of these figures; see the sheet "+sheetUnmapped+".", c.b.styles.warn)
	}
}

// costFigures adds the cost: beside the minutes where there is one currency,
// below them where there are several.
func (c *coverSheet) costFigures(labels, values []any, costs []costCell) {
	cost := func(k costCell) (label, value excelize.Cell) {
		return excelize.Cell{StyleID: c.b.styles.figureLabel, Value: "Cost, " + k.currency},
			excelize.Cell{StyleID: c.b.styles.figureCost, Value: number(k.value), Formula: "'" + sheetSummary + "'!" + k.cell}
	}
	if len(costs) == 1 {
		l, v := cost(costs[0])
		labels, values = append(labels, l), append(values, v)
	}
	c.put(0, labels...)
	c.put(22, values...)
	if len(costs) > 1 {
		for _, k := range costs {
			l, v := cost(k)
			c.put(22, nil, nil, nil, l, v)
		}
	}
	if len(costs) == 0 {
		c.text("Cost", "Not computed: no usage has a rate.", c.b.styles.text)
	}
}

// completeness says what was read and what is missing.
func (c *coverSheet) completeness() {
	c.section("Completeness")
	r := c.b.report.Cover
	c.text("Messages read", thousands(r.Messages), c.b.styles.text)
	c.text("Events in them", thousands(r.Events), c.b.styles.text)
	if r.DeadLetters > 0 {
		c.text("Dead letters", thousands(r.DeadLetters)+" messages could not be read; what they say is missing here. They are in dead_letters.ndjson.", c.b.styles.warn)
	} else {
		c.text("Dead letters", "none", c.b.styles.text)
	}
	if len(r.Gaps) == 0 {
		c.text("Recorded gaps", "none", c.b.styles.text)
	}
	for i, g := range r.Gaps {
		label := ""
		if i == 0 {
			label = "Recorded gaps"
		}
		c.text(label, g, c.b.styles.warn)
	}
}

// method tells in words how the figures came about.
func (c *coverSheet) method() {
	c.section("How it was computed")
	for _, p := range append([][2]string{
		{"Minutes", "Each session of a call is metered from joining to leaving in whole milliseconds, lobby and hold included. A rejoin is a session of its own. What is still open counts up to the instant of this report and says so in its note."},
		{"Meters", "A session of an app built on Azure Communication Services counts on the interop meter in a Teams call, on the plain meter elsewhere. A native Teams client counts on a meter of rate 0: a Teams licence covers it. What can't be decided is unmapped, with the cause, and never dropped."},
		{"Recordings", "Only recordings made by Azure Communication Services are charged: mixed ones by their length, unmixed ones by each participant's time in them. Recordings made by Teams are listed at rate 0."},
		{"Days", "Days are UTC. A session over midnight is split there unless the price book says otherwise."},
		{"Cost", "Milliseconds are added first; cost = milliseconds × rate ÷ 60,000 (messages: count × rate), in exact decimals, rounded once to 10 places, half to even. Totals are rounded once too, so they can differ from the sum of the rounded rows in the last place. An empty rate means that the price book has none: the cost is then not known, not 0."},
	}, notes(c.b.report.Cover.Notes)...) {
		c.text(p[0], p[1], c.b.styles.text)
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
	c.section("Price book")
	r := c.b.report.Cover
	if len(r.Tariff) == 0 && r.TariffVersion == "" {
		c.text("", "None was given: nothing in this report has a rate.", c.b.styles.warn)
		return
	}
	if all := currencies(c.b.report.Rows); len(all) > 0 {
		c.text("Currency", strings.Join(all, ", "), c.b.styles.text)
	}
	c.text("Version", r.TariffVersion, c.b.styles.mono)
	c.digests(r.Tariff)
}

// inputs names what was read, by content, and the resources.
func (c *coverSheet) inputs() {
	r := c.b.report.Cover
	if len(c.b.names) > 0 {
		c.section("Resources")
		for _, id := range slices.Sorted(maps.Keys(c.b.names)) {
			if id == "" {
				c.text("(not known)", "Some usage names no resource.", c.b.styles.warn)
				continue
			}
			c.text(c.b.resource(id), id, c.b.styles.text)
		}
	}
	if len(r.Inputs) == 0 {
		return
	}
	c.section("Inputs (SHA-256)")
	c.digests(r.Inputs[:min(len(r.Inputs), maxInputs)])
	if more := len(r.Inputs) - maxInputs; more > 0 {
		c.text("", fmt.Sprintf("and %d more, all in manifest.json", more), c.b.styles.text)
	}
}

// digests writes files by name and digest, the name above a long digest.
func (c *coverSheet) digests(list []Digest) {
	for _, d := range list {
		label := d.Name
		if n := utf8.RuneCountInString(label); n > 30 {
			r := []rune(label)
			label = "…" + string(r[n-29:])
		}
		c.text(label, d.SHA256, c.b.styles.mono)
	}
}

// thousands writes a count with separators.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
