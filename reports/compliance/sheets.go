package compliance

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/spreadsheet"
	"rollcall/reports/timeline"
)

// resultNames are the results as the report says them.
var resultNames = map[string]string{
	"pass": "reported in time", "late": "reported late", "missed": "missed", "no_evidence": "no evidence",
	"too_short": "too short", "pending": "pending", "not_applicable": "not applicable",
}

func resultName(result string) string {
	if name, ok := resultNames[result]; ok {
		return name
	}
	return result
}

// reasonTable writes reasons with their total.
func (b *builder) reasonTable(name, title, subtitle, empty string, reasons []Reason) error {
	var rows [][]any
	for _, r := range reasons {
		id := r.Reason
		if id == r.Words() {
			id = "" // the policy's own words
		}
		rows = append(rows, []any{
			resultName(r.Result), b.say(r.Words()), b.say(id), b.say(known(r.App)), b.say(known(r.JoinPath)), r.Number,
			spreadsheet.Number(Minutes(r.ExposureMs)), spreadsheet.Number(Minutes(r.AsMs)),
		})
	}
	return b.Table(name, spreadsheet.Layout{
		Title: title, Subtitle: subtitle + " · " + b.report.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Result", 18), spreadsheet.Wrap("Why", 72), spreadsheet.Text("Reason", 0), spreadsheet.Text("App", 0),
			spreadsheet.Text("Join path", 0), spreadsheet.Count("Obligations", 14), spreadsheet.Quantity("Minutes", 17), spreadsheet.Quantity("of them assumed", 17),
		},
	}, rows, empty, func(s *spreadsheet.Sheet, last int) error {
		var n, ms, assumed int64
		for _, r := range reasons {
			n, ms, assumed = n+r.Number, ms+r.ExposureMs, assumed+r.AsMs
		}
		cells := s.TotalRow("Total")
		cells[5] = excelize.Cell{StyleID: b.Styles.TotalCount, Value: n, Formula: fmt.Sprintf("SUM(%s)", s.Span("F", last))}
		cells[6] = excelize.Cell{StyleID: b.Styles.TotalQuantity, Value: spreadsheet.Number(Minutes(ms))}
		cells[7] = excelize.Cell{StyleID: b.Styles.TotalQuantity, Value: spreadsheet.Number(Minutes(assumed))}
		return s.At(last+1, 18, cells...)
	})
}

func (b *builder) why() error {
	return b.reasonTable(sheetWhy, "Missed, late and without evidence, and why", "What was judged and is no pass", "Everything that was judged was reported in time.", b.report.Why)
}

func (b *builder) outside() error {
	return b.reasonTable(sheetOutside, "Not judged, and why", "What is outside of coverage", "Everything was judged.", b.report.Outside)
}

// reported is the sheet of the ways in which reports came.
func (b *builder) reported() error {
	var rows [][]any
	for _, r := range b.report.Reported {
		row := []any{b.say(known(r.Via)), b.say(known(r.Surface)), b.say(known(r.Clock)), r.Pass, r.Late, r.Delay.Half, r.Delay.Most, r.Delay.Max, r.Signalled}
		for _, q := range []Quantiles{r.Platform, r.App} {
			if r.Signalled == 0 {
				row = append(row, nil, nil, nil)
				continue
			}
			row = append(row, q.Half, q.Most, q.Max)
		}
		rows = append(rows, row)
	}
	count := func(head string) spreadsheet.Column { return spreadsheet.Count(head, 15) }
	return b.Table(sheetReported, spreadsheet.Layout{
		Title:    "How notices were reported",
		Subtitle: "Delays in milliseconds: half of them are at most the first figure, 95 of 100 at most the second · whole = platform (until the client saw its signal) + app (until it reported) · " + b.report.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Came via", 0), spreadsheet.Text("Shown on", 0), spreadsheet.Text("Clock", 0), count("In time"), count("Late"),
			count("Whole delay,\nhalf"), count("Whole delay,\n95 %"), count("Whole delay,\nmost"), count("Of them signalled"),
			count("Platform delay,\nhalf"), count("Platform delay,\n95 %"), count("Platform delay,\nmost"),
			count("App delay,\nhalf"), count("App delay,\n95 %"), count("App delay,\nmost"),
		},
	}, rows, "No notice was reported.", func(s *spreadsheet.Sheet, last int) error {
		var pass, late int64
		for _, r := range b.report.Reported {
			pass, late = pass+r.Pass, late+r.Late
		}
		cells := s.TotalRow("Total")
		cells[3] = excelize.Cell{StyleID: b.Styles.TotalCount, Value: pass, Formula: fmt.Sprintf("SUM(%s)", s.Span("D", last))}
		cells[4] = excelize.Cell{StyleID: b.Styles.TotalCount, Value: late, Formula: fmt.Sprintf("SUM(%s)", s.Span("E", last))}
		return s.At(last+1, 18, cells...)
	})
}

// rules is the sheet of findings by rule.
func (b *builder) rules() error {
	var rows [][]any
	for _, r := range b.report.Rules {
		row := []any{b.say(r.Rule), b.say(r.Severity), r.Fail, r.NoEvidence, r.CoveredFail, r.CoveredNoEvidence, nil, nil, nil, nil, nil}
		if p := r.Looked; p != nil {
			row = append(row[:6], p.All, p.Pass, p.Fail, p.NoEvidence, p.NotApplicable)
		}
		rows = append(rows, row)
	}
	return b.Table(sheetRules, spreadsheet.Layout{
		Title:    "Findings by rule, and what each rule looked at",
		Subtitle: "Findings that stand: those withdrawn or superseded by later evidence are not counted, those that an exception of the policy covers stand apart · what a rule looked at counts both, and is known of all days and tenants together only · " + b.report.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Rule", 0), spreadsheet.Text("Severity", 0), spreadsheet.Count("Findings: fail", 14), spreadsheet.Count("Findings: no evidence", 14),
			spreadsheet.Count("Covered by exceptions: fail", 14), spreadsheet.Count("Covered by exceptions: no evidence", 14),
			spreadsheet.Count("Looked at", 14), spreadsheet.Count("Pass", 14), spreadsheet.Count("Fail", 14), spreadsheet.Count("No evidence", 14),
			spreadsheet.Count("Not applicable", 14),
		},
	}, rows, "No rule looked at anything.", nil)
}

// findingColumns are the columns of the findings: what is printed first.
func findingColumns() []spreadsheet.Column {
	return []spreadsheet.Column{
		spreadsheet.Text("Rule", 26), spreadsheet.Text("Severity", 11), spreadsheet.Text("Result", 13), spreadsheet.Text("Status", 13),
		spreadsheet.At("First", 26), spreadsheet.Text("App", 26), spreadsheet.Text("Capture", 15), spreadsheet.Wrap("What", 90),
		spreadsheet.Text("Call", 40), spreadsheet.Text("Who", 84), spreadsheet.Text("Tenant", 20), spreadsheet.At("Held from", 26),
		spreadsheet.Text("Subject", 37), spreadsheet.Text("Finding", 37), spreadsheet.Text("Policy version", 66), spreadsheet.Text("Evidence (event ids)", 60),
	}
}

const printedFindingColumns = 9

// findings streams the findings, over as many sheets as they need.
func (b *builder) findings() error {
	var s *spreadsheet.Sheet
	sheets, n := 0, 0
	next := func() (err error) {
		name := sheetFindings
		if sheets++; sheets > 1 {
			if err := s.End(s.Row(), printedFindingColumns); err != nil {
				return err
			}
			name = fmt.Sprintf("%s %d", sheetFindings, sheets)
			if err := b.AddSheet(name); err != nil {
				return err
			}
		}
		s, err = b.Begin(name, spreadsheet.Layout{
			Title: "Findings", Subtitle: "One row a finding · ids to the right · rollcall explain tells the call of any id · " + b.report.period(),
			Columns: findingColumns(), Paper: spreadsheet.PaperA3,
		})
		return err
	}
	if err := next(); err != nil {
		return err
	}
	if b.report.Findings != nil {
		for f, err := range b.report.Findings {
			if err != nil {
				return err
			}
			if n > 0 && n%b.findingsInSheet == 0 {
				if err := next(); err != nil {
					return err
				}
			}
			n++
			if err := s.Add(b.findingCells(f)...); err != nil {
				return err
			}
		}
	}
	last := s.Row()
	if n == 0 {
		if err := s.At(firstRow, 0, excelize.Cell{StyleID: b.Styles.Subtitle, Value: "There are no findings."}); err != nil {
			return err
		}
	}
	return s.End(last, printedFindingColumns)
}

func (b *builder) findingCells(f timeline.Finding) []any {
	return []any{
		b.say(f.Rule), b.say(f.Severity), resultName(f.Result), f.Status, spreadsheet.Instant(f.FirstAt.Time()), b.say(known(f.App)),
		f.Capture, b.say(f.Message), b.say(f.CallID), b.say(f.RawID), b.say(f.Tenant), spreadsheet.Instant(f.DetectedAt.Time()),
		b.say(f.Subject), f.ID, f.PolicyVersion, b.say(strings.Join(f.Evidence, " ")),
	}
}
