package compliance

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/spreadsheet"
)

// reading says how the report is to be read. It is on the cover of the workbook
// and in the page.
func (r *Report) reading() [][2]string {
	out := [][2]string{
		{"Obligation", "One user's time in a call while it was recorded or transcribed: a session and an interval of the capture that overlap. This user had to be told of this capture. A rejoin is a session of its own, and so is a second device."},
		{"Reported in time", "The app reported that it showed the notice to that user, in the app, by the time it was due. That is the app's own word; the sheet How reported names the ways in which the reports came. Rollcall can't see screens."},
		{"Missed", "No report came. That is the app's silence: the notice may have been shown without a report."},
		{"No evidence", "No report came, and there is a reason why none could be expected or seen: the app reports none by policy, the way the user joined is not known, or evidence was lost. It counts against coverage."},
		{"Coverage", "Reported in time ÷ (reported in time + late + missed + no evidence), cut after two decimals: it is never rounded up. Too short, pending and not applicable are outside of it and stand beside it."},
		{"Not applicable", "Users whom the app doesn't have to tell: those of native Teams clients, who see the platform's own notice, telephone callers, bots. The sheet Not judged says why for each."},
		{"Assumed", "Where no source states when somebody left or a capture ended, the end is inferred. Time that rests on it is totalled apart, and it is part of the time beside it."},
	}
	if r.Cover.Hidden {
		out = append(out, [2]string{"Persons", "Raw ids are replaced by pseudonyms, and texts that may name persons are left out."})
	}
	return out
}

// policy says in words which policy judged.
func (r *Report) policyWords() string {
	s := "The built-in policy: it was given no file."
	if r.Cover.Policy != nil {
		s = r.Cover.Policy.Name
	}
	return s
}

func (b *builder) cover() error {
	r := b.report
	c, err := b.Cover(sheetCover, Title, r.subtitle())
	if err != nil {
		return err
	}
	c.Section("Was everyone told?")
	b.figures(c)
	if r.Total.All() == 0 {
		c.Text("", "No session overlaps a recording or transcription in this period: nobody had to be told of anything.", b.Styles.Text)
	}
	if r.Total.AssumedMs > 0 {
		c.Text("Assumed", fmt.Sprintf("%s of %s judged minutes rest on bounds that no source states (%s obligations).", Minutes(r.Total.AssumedMs),
			Minutes(r.Total.ExposureMs), spreadsheet.Thousands(r.Total.OnAssumed)), b.Styles.Text)
	}
	if r.Total.Pending > 0 {
		c.Text("Pending", spreadsheet.Thousands(r.Total.Pending)+" obligations were not decided yet at the instant of this report.", b.Styles.Warn)
	}
	if words := r.coveredWords(); words != "" {
		c.Text("Exceptions", words, b.Styles.Text)
	}
	c.Completeness(r.Cover.Evidence)
	c.Section("How to read it")
	for _, p := range r.reading() {
		c.Text(p[0], p[1], b.Styles.Text)
	}
	c.Section("Policy")
	if r.Cover.Policy != nil {
		c.Digests([]spreadsheet.Digest{*r.Cover.Policy})
	} else {
		c.Text("", r.policyWords(), b.Styles.Text)
	}
	if len(r.Policies) > 0 {
		c.Text("Version in findings", strings.Join(r.Policies, "\n"), b.Styles.Mono)
	}
	if len(r.Cover.Inputs) > 0 {
		c.Section("Inputs (SHA-256)")
		c.Digests(r.Cover.Inputs)
	}
	return c.End()
}

// figures are the report in eight numbers, each a formula on the sheet of days.
func (b *builder) figures(c *spreadsheet.Cover) {
	r := b.report
	label := func(s string) excelize.Cell { return excelize.Cell{StyleID: b.Styles.FigureLabel, Value: s} }
	count := func(n int64, col int) excelize.Cell {
		return b.total(excelize.Cell{StyleID: b.Styles.Figure, Value: n}, col)
	}
	coverage := excelize.Cell{StyleID: b.Styles.FigurePercent}
	if basis := r.Total.Basis(); basis >= 0 {
		coverage.Value = float64(basis) / 100
		coverage = b.total(coverage, colCoverage)
	}
	c.Put(0, excelize.Cell{StyleID: b.Styles.Label, Value: "Obligations"}, label("Coverage"), label("Judged"), label("Reported in time"), label("Reported late"))
	c.Put(22, nil, coverage, count(r.Total.Judged(), colJudged), count(r.Total.Pass, colPass), count(r.Total.Late, colLate))
	c.Put(6) // else the labels below seem to be of the figures above
	c.Put(0, nil, label("Missed"), label("No evidence"), label("Outside coverage"), label("Calls with a missed or late notice"))
	outside := excelize.Cell{StyleID: b.Styles.Figure, Value: r.Total.Outside()}
	if t := r.Tables[0]; len(t.Rows) > 0 {
		outside.Formula = totalCell(t, colAll) + "-" + totalCell(t, colJudged)
	}
	c.Put(22, nil, count(r.Total.Missed, colMissed), count(r.Total.NoEvidence, colNoEvidence), outside,
		excelize.Cell{StyleID: b.Styles.Figure, Value: r.FailingCalls})
}

// total makes a cell a formula on the total of the first breakdown.
func (b *builder) total(cell excelize.Cell, col int) excelize.Cell {
	if t := b.report.Tables[0]; len(t.Rows) > 0 {
		cell.Formula = totalCell(t, col)
	}
	return cell
}

// The colours of the results, told apart without colour vision too: by
// lightness.
const (
	colorPass       = "2F7D5B"
	colorLate       = "E3A72F"
	colorMissed     = "B3372B"
	colorNoEvidence = "9B8FB5"
	colorCoverage   = "1F3A4D"
)

// mostBars is how many rows of a table a chart shows.
const mostBars = 12

// overview is the sheet of charts, all on the numbers of the other sheets.
func (b *builder) overview() error {
	d, err := b.Board(sheetOverview, "Overview", b.report.subtitle())
	if err != nil {
		return err
	}
	row := 4
	var pair []spreadsheet.Chart
	place := func() error {
		height := 0
		for _, c := range pair {
			height = max(height, c.Height)
		}
		for _, c := range pair {
			c.Row, c.Height = row, height
			if err := d.Chart(c); err != nil {
				return err
			}
		}
		row, pair = row+height+1, nil
		return nil
	}
	for i, t := range b.report.Tables {
		n := judgedRows(t)
		if n > 0 {
			chart := b.chart(t, n)
			switch chart.Column, chart.Width, chart.Height = 1, 7, chartHeight(n); {
			case t.Days:
				chart.Width, chart.Height = 15, chartHeight(0)
			case len(pair) > 0:
				chart.Column = 9
			}
			pair = append(pair, chart)
		}
		if len(pair) == 2 || len(pair) == 1 && (t.Days || i == len(b.report.Tables)-1) {
			if err := place(); err != nil {
				return err
			}
		}
	}
	if b.report.Total.Judged() == 0 {
		return d.End("Nothing was judged in this period.")
	}
	return d.End(fmt.Sprintf("Each bar is what was judged; what is outside of coverage is on the sheets behind. Of apps, clients and join paths those with the most, up to %d.", mostBars))
}

// chartHeight is how many rows a chart of lying bars needs, so that no program
// leaves labels out: title, axis and legend, and a row and a half a bar.
func chartHeight(bars int) int { return max(14, 6+(3*bars+1)/2) }

// mostLabel bounds the labels of a chart, which share its width with the bars.
const mostLabel = 44

// judgedRows is how many of the first rows of a table a chart shows: those
// that were judged, which come first but for days.
func judgedRows(t Table) int {
	if t.Days {
		return len(t.Rows)
	}
	n := 0
	for n < len(t.Rows) && n < mostBars && t.Rows[n].Judged() > 0 {
		n++
	}
	return n
}

func (b *builder) chart(t Table, n int) spreadsheet.Chart {
	first := len(t.Heads) + 1
	span := func(col int) string {
		letter := spreadsheet.Letter(col)
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", t.Name, letter, firstRow, letter, firstRow+n-1)
	}
	labels := 1
	if t.labelled() {
		labels = first + colOnAssumed + 1 // the column "In charts"
	}
	chart := spreadsheet.Chart{Title: t.Title, Categories: span(labels), Columns: t.Days, Share: !t.Days}
	add := func(col int, color string, line bool) {
		chart.Series = append(chart.Series, spreadsheet.Series{
			Name: fmt.Sprintf("'%s'!$%s$%d", t.Name, spreadsheet.Letter(first+col), firstRow-1), Values: span(first + col), Color: color, Line: line,
		})
	}
	add(colPass, colorPass, false)
	add(colLate, colorLate, false)
	add(colMissed, colorMissed, false)
	add(colNoEvidence, colorNoEvidence, false)
	if t.Days {
		add(colCoverage, colorCoverage, true)
	}
	return chart
}
