package compliance

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"rollcall/reports/spreadsheet"
	"rollcall/reports/timeline"
)

//go:embed page.css
var pageStyle string

//go:embed page.html
var pageText string

// Bounds of what the page shows; the workbook and the files have all of it.
const (
	mostFindings = 300
	mostTable    = 60
)

// WritePage writes compliance.html: one file that needs nothing else, runs
// nothing and loads nothing. Its Content-Security-Policy allows its own style
// alone, by its hash, so that nothing that slipped in could run either.
func WritePage(w io.Writer, r *Report) error {
	t, err := pictures("page", pageText)
	if err != nil {
		return err
	}
	p, err := newPage(r)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// page is what the template shows.
type page struct {
	Style                         template.CSS
	Security, Generator           string
	Title, Period, Subtitle       string
	Figures                       []figure
	Notes                         []note
	Days                          *dayChart
	Shares                        []shareChart
	Tables, Behind                []table
	Lanes                         []lane
	LanesNote                     string
	Findings                      table
	FindingsNote                  string
	Checks                        []pageCheck
	Differs                       int
	Messages, Events, DeadLetters string
	Gaps                          []string
	Reading                       [][2]string
	Digests                       []digest
}

type figure struct{ Label, Value, Class string }

type note struct {
	Text string
	Warn bool
}

type table struct {
	Title, Note string
	Heads       []cell
	Rows        []tableRow
}

type tableRow struct {
	Class string
	Cells []cell
}

type cell struct{ Text, Class string }

type pageCheck struct {
	Name, Left, LeftValue, Right, RightValue string
	OK                                       bool
}

type digest struct{ Label, SHA256, Text string }

func newPage(r *Report) (*page, error) {
	style := pictureStyle + pageStyle
	sum := sha256.Sum256([]byte(style))
	p := &page{
		Style: template.CSS(style), Generator: r.Cover.Generator, Title: Title, Period: r.period(), Subtitle: r.subtitle(),
		Security: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Reading:  r.reading(), Gaps: r.Cover.Evidence.Gaps,
		Messages: spreadsheet.Thousands(r.Cover.Evidence.Messages), Events: spreadsheet.Thousands(r.Cover.Evidence.Events), DeadLetters: "none",
	}
	if r.Cover.Evidence.DeadLetters > 0 {
		p.DeadLetters = r.Cover.Evidence.DeadLetterWords()
	}
	p.figures(r)
	for _, t := range r.Tables {
		if t.Days {
			p.Days = newDayChart(t)
		} else if n := judgedRows(t); n > 0 {
			p.Shares = append(p.Shares, newShareChart(t, n))
		}
		p.Tables = append(p.Tables, breakdownTable(t))
	}
	p.Behind = []table{
		reasonTable("Missed, late and without evidence, and why", "Everything that was judged was reported in time.", r.Why),
		reasonTable("Not judged, and why", "Everything was judged.", r.Outside),
		reportedTable(r.Reported), ruleTable(r.Rules), nameTable(r.Names), brandTable(r.Brand),
	}
	p.lanes(r)
	for _, c := range r.checks() {
		ok := c.left.value == c.right.value
		if !ok {
			p.Differs++
		}
		p.Checks = append(p.Checks, pageCheck{c.name, c.left.words, spreadsheet.Thousands(c.left.value), c.right.words, spreadsheet.Thousands(c.right.value), ok})
	}
	p.digests(r)
	return p, p.findings(r)
}

func (p *page) figures(r *Report) {
	t := r.Total
	coverage := "–"
	if c := t.Coverage(); c != "" {
		coverage = c + " %"
	}
	n := spreadsheet.Thousands
	p.Figures = []figure{
		{"coverage", coverage, "cover"}, {"reported in time", n(t.Pass), "pass"}, {"reported late", n(t.Late), "late"}, {"missed", n(t.Missed), "missed"},
		{"no evidence", n(t.NoEvidence), "none"}, {"judged", n(t.Judged()), ""}, {"outside coverage", n(t.Outside()), ""},
		{"calls with a missed or late notice", n(r.FailingCalls), ""},
	}
	say := func(warn bool, format string, args ...any) {
		p.Notes = append(p.Notes, note{fmt.Sprintf(format, args...), warn})
	}
	if t.All() == 0 {
		say(false, "No session overlaps a recording or transcription in this period: nobody had to be told of anything.")
	}
	if e := r.Cover.Evidence; e.DeadLetters > 0 || len(e.Gaps) > 0 {
		say(true, "The evidence is not complete: %s messages could not be read, and %d gaps are recorded. See Completeness.", n(e.DeadLetters), len(e.Gaps))
	}
	if t.Pending > 0 {
		say(true, "%s obligations were not decided yet at the instant of this report.", n(t.Pending))
	}
	if t.AssumedMs > 0 {
		say(false, "%s of %s judged minutes rest on bounds that no source states (%s obligations).", Minutes(t.AssumedMs), Minutes(t.ExposureMs), n(t.OnAssumed))
	}
	if words := r.coveredWords(); words != "" {
		say(false, "%s", words)
	}
}

func number(n int64) cell { return cell{spreadsheet.Thousands(n), "n"} }

func text(s string) cell { return cell{Text: s} }

func heads(words, numbers []string) []cell {
	var out []cell
	for _, w := range words {
		out = append(out, cell{Text: w})
	}
	for _, w := range numbers {
		out = append(out, cell{w, "n"})
	}
	return out
}

// breakdownTable is coverage by something. Of very many rows it shows the
// first, the latest of days.
func breakdownTable(t Table) table {
	out := table{Title: t.Title, Heads: heads(t.Heads, []string{"In time", "Late", "Missed", "No evidence", "Judged", "Coverage", "Too short", "Pending",
		"Not applicable", "All", "Judged minutes", "of them assumed"})}
	row := func(keys []cell, c Counts) tableRow {
		coverage := "–"
		if s := c.Coverage(); s != "" {
			coverage = s + " %"
		}
		return tableRow{Cells: append(keys, number(c.Pass), number(c.Late), number(c.Missed), number(c.NoEvidence), number(c.Judged()), cell{coverage, "n"},
			number(c.TooShort), number(c.Pending), number(c.NotApplicable), number(c.All()), cell{Minutes(c.ExposureMs), "n"}, cell{Minutes(c.AssumedMs), "n"})}
	}
	rows := t.Rows
	if more := len(rows) - mostTable; more > 0 {
		if t.Days {
			rows = rows[more:]
		} else {
			rows = rows[:mostTable]
		}
		out.Note = fmt.Sprintf("%d more rows are in compliance.xlsx; the total is that of all.", more)
	}
	for _, r := range rows {
		var keys []cell
		for _, k := range r.Keys {
			keys = append(keys, cell{known(k), "k"})
		}
		out.Rows = append(out.Rows, row(keys, r.Counts))
	}
	if len(t.Rows) > 0 {
		keys := make([]cell, len(t.Heads))
		keys[0].Text = "Total"
		total := row(keys, t.Total())
		total.Class = "total"
		out.Rows = append(out.Rows, total)
	}
	return out
}

func reasonTable(title, empty string, list []Reason) table {
	out := table{Title: title, Heads: heads([]string{"Result", "Why", "App", "Join path"}, []string{"Obligations", "Minutes", "of them assumed"})}
	if len(list) == 0 {
		out.Note = empty
	}
	for _, r := range list[:min(len(list), mostTable)] {
		out.Rows = append(out.Rows, tableRow{Cells: []cell{
			{resultName(r.Result), "k"}, text(r.Words()), {known(r.App), "k"}, {known(r.JoinPath), "k"}, number(r.Number),
			{Minutes(r.ExposureMs), "n"}, {Minutes(r.AsMs), "n"},
		}})
	}
	if more := len(list) - mostTable; more > 0 {
		out.Note = fmt.Sprintf("%d more rows are in compliance.xlsx.", more)
	}
	return out
}

func reportedTable(list []Reported) table {
	out := table{Title: "How notices were reported", Note: "Delays in milliseconds: half of them are at most the first figure, 95 of 100 at most the second. " +
		"The whole delay is the platform's, until the client saw its signal, and the app's, until it reported.",
		Heads: heads([]string{"Came via", "Shown on", "Clock"}, []string{"In time", "Late", "Whole, half", "95 %", "most", "Platform, half", "95 %", "most",
			"App, half", "95 %", "most"})}
	if len(list) == 0 {
		out.Note = "No notice was reported."
	}
	for _, r := range list[:min(len(list), mostTable)] {
		cells := []cell{text(known(r.Via)), text(known(r.Surface)), text(known(r.Clock)), number(r.Pass), number(r.Late),
			number(r.Delay.Half), number(r.Delay.Most), number(r.Delay.Max)}
		for _, q := range []Quantiles{r.Platform, r.App} {
			if r.Signalled == 0 {
				cells = append(cells, cell{"", "n"}, cell{"", "n"}, cell{"", "n"})
				continue
			}
			cells = append(cells, number(q.Half), number(q.Most), number(q.Max))
		}
		out.Rows = append(out.Rows, tableRow{Cells: cells})
	}
	return out
}

func ruleTable(list []Rule) table {
	out := table{Title: "Findings by rule, and what each rule looked at", Heads: heads([]string{"Rule", "Severity"},
		[]string{"Findings: fail", "Findings: no evidence", "Covered by exceptions: fail", "Covered by exceptions: no evidence", "Looked at", "Pass", "Fail", "No evidence", "Not applicable"})}
	if len(list) == 0 {
		out.Note = "No rule looked at anything."
	}
	for _, r := range list {
		cells := []cell{text(r.Rule), text(r.Severity), number(r.Fail), number(r.NoEvidence), number(r.CoveredFail), number(r.CoveredNoEvidence)}
		if p := r.Looked; p != nil {
			cells = append(cells, number(p.All), number(p.Pass), number(p.Fail), number(p.NoEvidence), number(p.NotApplicable))
		} else {
			cells = append(cells, make([]cell, 5)...)
		}
		out.Rows = append(out.Rows, tableRow{Cells: cells})
	}
	return out
}

// findings shows the first findings and counts the rest.
func (p *page) findings(r *Report) error {
	p.Findings = table{Title: "By call", Heads: heads([]string{"Rule", "Severity", "Result", "Status", "First", "App", "Capture", "What", "Call"}, nil)}
	n := 0
	if r.Findings != nil {
		for f, err := range r.Findings {
			if err != nil {
				return err
			}
			if n++; n <= mostFindings {
				p.Findings.Rows = append(p.Findings.Rows, findingRow(f))
			}
		}
	}
	switch {
	case n == 0:
		p.FindingsNote = "There are none."
	case n > mostFindings:
		all := "compliance.xlsx has all"
		if r.Cover.Evidence.Beside {
			all = "compliance.xlsx and findings.ndjson have all"
		}
		p.FindingsNote = fmt.Sprintf("The first %d of %s; %s.", mostFindings, spreadsheet.Thousands(int64(n)), all)
	default:
		p.FindingsNote = "All " + strconv.Itoa(n) + "."
	}
	return nil
}

func findingRow(f timeline.Finding) tableRow {
	what := f.Message
	if what == "" {
		what = f.RawID
	}
	return tableRow{Cells: []cell{text(f.Rule), text(f.Severity), text(resultName(f.Result)), text(f.Status), {f.FirstAt.String(), "n"}, text(known(f.App)),
		text(f.Capture), {what, "what"}, {f.CallID, "id"}}}
}

// digests name the policy and the inputs by content.
func (p *page) digests(r *Report) {
	if r.Cover.Policy != nil {
		p.Digests = append(p.Digests, digest{Label: r.Cover.Policy.Name, SHA256: r.Cover.Policy.SHA256})
	} else {
		p.Digests = append(p.Digests, digest{Label: "Policy", Text: r.policyWords()})
	}
	if len(r.Policies) > 0 {
		p.Digests = append(p.Digests, digest{Label: "Version in findings", SHA256: strings.Join(r.Policies, ", ")})
	}
	const most = 100
	for _, d := range r.Cover.Inputs[:min(len(r.Cover.Inputs), most)] {
		p.Digests = append(p.Digests, digest{Label: d.Name, SHA256: d.SHA256})
	}
	if more := len(r.Cover.Inputs) - most; more > 0 {
		p.Digests = append(p.Digests, digest{Label: "", Text: fmt.Sprintf("and %d more, all in manifest.json", more)})
	}
}
