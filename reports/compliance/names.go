package compliance

import (
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/spreadsheet"
	"rollcall/reports/timeline"
)

// A NameCheck is a displayed name that does not pass: what was seen beside what
// was expected.
type NameCheck struct {
	Tenant, Call, RawID, Surface, Source string
	Seen, Expected                       string
	Result, Severity, Reason             string
	ShownAt                              time.Time // at first
	Event                                string
}

// Names is what the rules on names say of displayed names. Each place where a
// name was shown counts.
type Names struct {
	Judged, Passed, Failed, Unknown, Outside int64
	// Rows are those that fail, the gravest first, then those without evidence;
	// the first of them all.
	Rows []NameCheck
}

// mostNames is how many displayed names a report shows: a sheet's bound.
const mostNames = 50_000

// names reads what the rules on names say.
func (rd reader) names(r *Report) error {
	where, args := rd.store.Within("first_at")
	n := &r.Names
	err := rd.store.Query(rd.ctx, "names", `SELECT countIf(result != ''), countIf(result = 'pass'), countIf(result = 'fail'), countIf(result = 'no_evidence'),
    countIf(result = 'not_applicable') FROM names_current`+where, args, func(rows driver.Rows) error {
		var c [5]uint64
		err := rows.Scan(&c[0], &c[1], &c[2], &c[3], &c[4])
		n.Judged, n.Passed, n.Failed, n.Unknown, n.Outside = int64(c[0]), int64(c[1]), int64(c[2]), int64(c[3]), int64(c[4])
		return err
	})
	if err != nil {
		return err
	}
	sql := `SELECT tenant, call_id, raw_id, surface, source, name, expected, result, severity, reason, first_at, event FROM (
    SELECT * FROM names_current` + where + `
) WHERE result IN ('fail', 'no_evidence')
ORDER BY result = 'fail' DESC, indexOf(['critical', 'high', 'medium', 'low', 'info', ''], severity), reason, call_id, raw_id, surface, source, name LIMIT ` + fmt.Sprint(mostNames)
	return rd.store.Query(rd.ctx, "names", sql, args, func(rows driver.Rows) error {
		var c NameCheck
		var at *time.Time
		err := rows.Scan(&c.Tenant, &c.Call, &c.RawID, &c.Surface, &c.Source, &c.Seen, &c.Expected, &c.Result, &c.Severity, &c.Reason, &at, &c.Event)
		if at != nil {
			c.ShownAt = at.UTC()
		}
		hide := rd.store.Hide
		c.RawID, c.Seen, c.Expected = hide.ID(c.RawID), hide.ID(c.Seen), hide.Text(c.Expected)
		n.Rows = append(n.Rows, c)
		return err
	})
}

// words say how much was judged, and what is not shown.
func (n Names) words() string {
	if n.Judged == 0 {
		return "No displayed name was judged: none is known."
	}
	text := fmt.Sprintf("%s displayed names, each place counted: %s pass, %s fail, of %s there is no evidence, to %s no rule applies.", spreadsheet.Thousands(n.Judged),
		spreadsheet.Thousands(n.Passed), spreadsheet.Thousands(n.Failed), spreadsheet.Thousands(n.Unknown), spreadsheet.Thousands(n.Outside))
	if more := n.Failed + n.Unknown - int64(len(n.Rows)); more > 0 {
		text += fmt.Sprintf(" %s more are in names.csv.", spreadsheet.Thousands(more))
	}
	return text
}

// where is the place in which a name was shown.
func (c NameCheck) where() string { return strings.TrimSpace(c.Source + " " + c.Surface) }

// names is the sheet of the displayed names that do not pass.
func (b *builder) names() error {
	of := b.report.Names
	var rows [][]any
	for _, c := range of.Rows {
		rows = append(rows, []any{
			resultName(c.Result), b.say(c.Severity), b.say(c.Reason), b.say(c.Seen), b.say(c.Expected), b.say(c.RawID), b.say(c.where()),
			spreadsheet.Instant(timeline.At(c.ShownAt).Time()), b.say(c.Call), b.say(c.Tenant), b.say(c.Event),
		})
	}
	empty := "Every displayed name passes."
	if of.Judged == 0 {
		empty = of.words()
	}
	return b.Table(sheetNames, spreadsheet.Layout{
		Title: "Displayed names", Subtitle: of.words() + " · " + b.report.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Result", 13), spreadsheet.Text("Severity", 11), spreadsheet.Wrap("Rule and reason", 40), spreadsheet.Wrap("Seen", 40), spreadsheet.Wrap("Expected", 46),
			spreadsheet.Text("Raw id", 40), spreadsheet.Text("Shown by", 22), spreadsheet.At("First shown", 26), spreadsheet.Text("Call", 37), spreadsheet.Text("Tenant", 20),
			spreadsheet.Text("Evidence (event id)", 37),
		},
	}, rows, empty, nil)
}

// nameTable is the same for the page.
func nameTable(of Names) table {
	out := table{Title: "Displayed names", Note: of.words(), Heads: heads([]string{"Result", "Severity", "Rule and reason", "Seen", "Expected", "Raw id", "Shown by", "First shown"}, nil)}
	for _, c := range of.Rows[:min(len(of.Rows), mostTable)] {
		out.Rows = append(out.Rows, tableRow{Cells: []cell{
			text(resultName(c.Result)), text(c.Severity), {c.Reason, "what"}, {c.Seen, "k"}, {c.Expected, "what"}, {c.RawID, "k"}, text(c.where()),
			{strings.TrimSpace(timeline.At(c.ShownAt).String()), "n"},
		}})
	}
	if more := int64(len(of.Rows) - len(out.Rows)); more > 0 {
		out.Note += fmt.Sprintf(" %s more rows are in compliance.xlsx.", spreadsheet.Thousands(more))
	}
	return out
}
