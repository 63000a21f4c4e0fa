package compliance

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/spreadsheet"
)

// A check says that two figures, counted in two ways, are the same.
type check struct {
	name        string
	left, right side
}

// A side is a figure with how it was counted.
type side struct {
	words   string
	formula string // empty: counted at once by the store
	value   int64
}

// checks are the comparisons of the report, in the page as in the workbook.
func (r *Report) checks() []check {
	all := r.Total
	at := func(words string, n int64) side { return side{words: words, value: n} }
	var out []check
	out = append(out,
		check{"Judged", at("reported in time + late + missed + no evidence", all.Pass+all.Late+all.Missed+all.NoEvidence), r.sum("all obligations - outside", all.All()-all.Outside(), colJudged)},
		check{"All obligations", at("judged + too short + pending + not applicable", all.Judged()+all.TooShort+all.Pending+all.NotApplicable), r.sum("total by day", r.tableTotal().All(), colAll)},
	)
	for i, t := range r.Tables {
		total := t.Total()
		name := strings.ToLower(t.Name[:1]) + t.Name[1:]
		for _, c := range []struct {
			what     string
			col      int
			got, all int64
		}{
			{"Reported in time", colPass, total.Pass, all.Pass}, {"Late", colLate, total.Late, all.Late}, {"Missed", colMissed, total.Missed, all.Missed},
			{"No evidence", colNoEvidence, total.NoEvidence, all.NoEvidence}, {"Judged", colJudged, total.Judged(), all.Judged()},
			{"All", colAll, total.All(), all.All()},
		} {
			s := side{words: "total " + name, value: c.got}
			if len(t.Rows) > 0 {
				s.formula = totalCell(r.Tables[i], c.col)
			}
			out = append(out, check{c.what + ", " + name, s, at("counted at once over all obligations", c.all)})
		}
	}
	out = append(out,
		check{"What is no pass", r.reasons(sheetWhy, r.Why), at("late + missed + no evidence", all.Late+all.Missed+all.NoEvidence)},
		check{"Not judged", r.reasons(sheetOutside, r.Outside), at("too short + pending + not applicable", all.Outside())},
	)
	return append(out, r.reportChecks()...)
}

// reportChecks compare reports and findings with the results.
func (r *Report) reportChecks() []check {
	var in, late int64
	for _, x := range r.Reported {
		in, late = in+x.Pass, late+x.Late
	}
	column := func(letter string, n int64) side {
		s := side{words: "total of the sheet " + sheetReported, value: n}
		if len(r.Reported) > 0 {
			s.formula = fmt.Sprintf("'%s'!%s%d", sheetReported, letter, firstRow+len(r.Reported))
		}
		return s
	}
	out := []check{
		{"Reports in time", column("D", in), side{words: "reported in time", value: r.Total.Pass}},
		{"Reports late", column("E", late), side{words: "reported late", value: r.Total.Late}},
	}
	for _, c := range []struct {
		name, rule string
		none       bool
		want       int64
		words      string
	}{
		{"Findings of missed notices", ruleMissed, false, r.Total.Missed, "missed"},
		{"Findings without evidence", ruleMissed, true, r.Total.NoEvidence, "no evidence"},
		{"Findings of late notices", ruleLate, false, r.Total.Late, "reported late"},
	} {
		open, covered := r.findingsOf(c.rule, c.none)
		s := side{words: "rule " + c.rule + " on the sheet " + sheetRules + ", with those that exceptions cover", value: open + covered}
		if n := len(r.Rules); n > 0 {
			letters := [2]string{"C", "E"}
			if c.none {
				letters = [2]string{"D", "F"}
			}
			var parts []string
			for _, l := range letters {
				parts = append(parts, fmt.Sprintf(`SUMIFS('%s'!$%s$%d:$%s$%d,'%s'!$A$%d:$A$%d,"%s")`, sheetRules, l, firstRow, l, firstRow+n-1,
					sheetRules, firstRow, firstRow+n-1, c.rule))
			}
			s.formula = strings.Join(parts, "+")
		}
		out = append(out, check{c.name, s, side{words: c.words, value: c.want}})
	}
	return out
}

// The rules whose findings are the results of obligations.
const (
	ruleMissed = "notice.missed"
	ruleLate   = "notice.late"
)

// findingsOf counts the findings of a rule that failed, or are without evidence:
// those that no exception covers, and those that one does.
func (r *Report) findingsOf(name string, none bool) (open, covered int64) {
	for _, x := range r.Rules {
		switch {
		case x.Rule != name:
		case none:
			open, covered = open+x.NoEvidence, covered+x.CoveredNoEvidence
		default:
			open, covered = open+x.Fail, covered+x.CoveredFail
		}
	}
	return open, covered
}

// coveredWords says what exceptions of the policy cover; empty: nothing.
func (r *Report) coveredWords() string {
	var all int64
	for _, x := range r.Rules {
		all += x.CoveredFail + x.CoveredNoEvidence
	}
	if all == 0 {
		return ""
	}
	_, missed := r.findingsOf(ruleMissed, false)
	_, late := r.findingsOf(ruleLate, false)
	_, none := r.findingsOf(ruleMissed, true)
	n := spreadsheet.Thousands
	return fmt.Sprintf("%s findings are covered by an exception of the policy: %s of the %s missed notices, %s of the %s late ones, %s of the %s without evidence, and %s others. "+
		"Coverage counts what they are about as it is.", n(all), n(missed), n(r.Total.Missed), n(late), n(r.Total.Late), n(none), n(r.Total.NoEvidence), n(all-missed-late-none))
}

func (r *Report) tableTotal() Counts {
	if len(r.Tables) == 0 {
		return Counts{}
	}
	return r.Tables[0].Total()
}

// sum is the total of the first breakdown.
func (r *Report) sum(words string, n int64, col int) side {
	s := side{words: words, value: n}
	if len(r.Tables) == 0 || len(r.Tables[0].Rows) == 0 {
		return s
	}
	t := r.Tables[0]
	s.formula = totalCell(t, col)
	if col == colJudged {
		s.formula = fmt.Sprintf("%s-%s-%s-%s", totalCell(t, colAll), totalCell(t, colTooShort), totalCell(t, colPending), totalCell(t, colNotApplicable))
	}
	return s
}

// reasons is the total of a sheet of reasons.
func (r *Report) reasons(sheet string, list []Reason) side {
	s := side{words: "total of the sheet " + sheet}
	for _, x := range list {
		s.value += x.Number
	}
	if len(list) > 0 {
		s.formula = fmt.Sprintf("'%s'!F%d", sheet, firstRow+len(list))
	}
	return s
}

// checks is the sheet that shows that the figures add up.
func (b *builder) checks() error {
	var rows [][]any
	for i, c := range b.report.checks() {
		state := int64(0)
		if c.left.value == c.right.value {
			state = 1
		}
		figure := func(s side) any { return excelize.Cell{StyleID: b.Styles.Count, Value: s.value, Formula: s.formula} }
		rows = append(rows, []any{c.name, c.left.words, figure(c.left), c.right.words, figure(c.right),
			excelize.Cell{StyleID: b.Styles.State, Value: state, Formula: fmt.Sprintf("IF(C%d=E%d,1,0)", firstRow+i, firstRow+i)}})
	}
	return b.Table(sheetChecks, spreadsheet.Layout{
		Title: "Checks", Subtitle: "Each figure counted in two ways; those of other sheets are formulas on them, the others were counted at once over all obligations",
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Figure", 0), spreadsheet.Text("Counted as", 0), spreadsheet.Count("", 14), spreadsheet.Text("and as", 0),
			spreadsheet.Count("", 14), spreadsheet.Text("State", 12),
		},
	}, rows, "", nil)
}
