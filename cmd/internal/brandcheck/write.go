package brandcheck

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollcall/cmd/internal/listings"
	"rollcall/reports/sarif"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Table writes a report for people: each finding with what was seen and what was
// expected, and what could not be read.
func Table(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	for _, l := range r.Listings {
		sum := rule.Population{}
		for _, p := range l.Checks {
			sum.Add(p)
		}
		fmt.Fprintf(b, "%s (%s%s): %d fail, %d no evidence, %d pass\n", plain(l.Name), l.Format, plain(orNothing(", ", cmp.Or(l.AppID, l.AppName))),
			sum.Fail, sum.NoEvidence, sum.Pass)
		for _, f := range l.Findings {
			state := string(f.Severity)
			switch {
			case f.Verdict == rule.NoEvidence:
				state = "no evidence"
			case f.Excepted != "":
				state = "excepted"
			}
			fmt.Fprintf(b, "  %-11s  %-19s  %s  %s\n", state, f.Rule, plain(f.Field.String()), plain(where(f.Region)))
			fmt.Fprintf(b, "%15sseen      %s\n%15sexpected  %s\n", "", quote(f.Seen), "", plain(f.Expected))
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(b, "not read: %s\n", plain(p.String()))
	}
	for _, u := range r.Unseen {
		fmt.Fprintf(b, "not compared: %s\n", plain(u.String()))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(b, "note: %s\n", plain(n))
	}
	fmt.Fprintf(b, "%d listings, %d findings that fail, %d things not read, %d protected pictures not compared\n", len(r.Listings), r.Failed(), len(r.Problems), len(r.Unseen))
	return b.Flush()
}

func orNothing(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

func where(r listings.Region) string {
	s := r.File
	if r.Line > 0 {
		s += ":" + strconv.Itoa(r.Line)
		if r.Column > 0 {
			s += ":" + strconv.Itoa(r.Column)
		}
	}
	return s
}

// quote is a text in quotes, with what a terminal would obey or hide written out.
func quote(s string) string { return `"` + plain(s) + `"` }

// plain writes out what a terminal would obey or hide.
func plain(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return !unicode.IsPrint(r) && r != ' ' || r == unicode.ReplacementChar }

// SARIF writes a report for code hosts and editors. Findings that an exception of
// the policy covers are left out.
func SARIF(w io.Writer, version string, r *Report) error {
	rules := make([]sarif.Rule, 0, len(r.Rules))
	for _, d := range r.Rules {
		rules = append(rules, sarif.Rule{ID: d.ID, Title: d.Title, Control: d.Control.Says, Remediation: d.Remediation, Severity: d.Severity})
	}
	var results []sarif.Result
	for _, l := range r.Listings {
		for _, f := range l.Findings {
			if f.Excepted != "" {
				continue
			}
			results = append(results, sarif.Result{
				Rule: f.Rule, Open: f.Verdict == rule.NoEvidence, Fingerprint: f.ID,
				Message: fmt.Sprintf("%s: seen %q, expected %s.", f.Field, f.Seen, f.Expected), Seen: f.Seen, Expected: f.Expected,
				Location: sarif.Location{File: f.Region.File, Line: f.Region.Line, Column: f.Region.Column, EndLine: f.Region.EndLine, EndColumn: f.Region.End,
					Part: f.Field.String()},
			})
		}
	}
	var notices []sarif.Notice
	for _, p := range r.Problems {
		notices = append(notices, sarif.Notice{Message: p.String(), Location: sarif.Location{File: p.File, Line: p.Line}})
	}
	for _, u := range r.Unseen {
		notices = append(notices, sarif.Notice{Warning: true, Message: u.String(), Location: sarif.Location{File: u.Reference}})
	}
	for _, n := range r.Notes {
		notices = append(notices, sarif.Notice{Warning: true, Message: n})
	}
	return sarif.Write(w, version, rules, results, notices)
}

// The report in JSON.
type (
	document struct {
		Listings []listed  `json:"listings"`
		NotRead  []problem `json:"not_read"`
		// NotCompared are the protected pictures that can't be seen, whole or in part.
		NotCompared []unseen `json:"references_not_compared"`
		Notes       []string `json:"notes"`
	}
	unseen struct {
		Reference string `json:"reference"`
		Why       string `json:"why"`
	}
	listed struct {
		Name     string                     `json:"name"`
		Format   string                     `json:"format"`
		App      string                     `json:"app"`
		AppName  string                     `json:"app_name"`
		Findings []finding                  `json:"findings"`
		Checks   map[string]rule.Population `json:"checks"`
	}
	finding struct {
		ID       string          `json:"id"`
		Rule     string          `json:"rule"`
		Severity schema.Severity `json:"severity"`
		Result   rule.Verdict    `json:"result"`
		Excepted string          `json:"excepted,omitzero"`
		Field    string          `json:"field"`
		Kind     string          `json:"kind,omitzero"`
		Locale   string          `json:"locale,omitzero"`
		Seen     string          `json:"seen"`
		Expected string          `json:"expected"`
		File     string          `json:"file"`
		Line     int             `json:"line,omitzero"`
		Column   int             `json:"column,omitzero"`
	}
	problem struct {
		File string `json:"file"`
		Line int    `json:"line,omitzero"`
		What string `json:"what"`
	}
)

// JSON writes a report for programs.
func JSON(w io.Writer, r *Report) error {
	d := document{Listings: []listed{}, NotRead: []problem{}, NotCompared: []unseen{}, Notes: append([]string{}, r.Notes...)}
	for _, u := range r.Unseen {
		d.NotCompared = append(d.NotCompared, unseen(u))
	}
	for _, l := range r.Listings {
		out := listed{Name: l.Name, Format: l.Format, App: l.AppID, AppName: l.AppName, Checks: l.Checks, Findings: []finding{}}
		for _, f := range l.Findings {
			out.Findings = append(out.Findings, finding{
				ID: f.ID, Rule: f.Rule, Severity: f.Severity, Result: f.Verdict, Excepted: f.Excepted, Field: f.Field.Name, Kind: f.Field.Kind, Locale: f.Field.Locale,
				Seen: f.Seen, Expected: f.Expected, File: f.Region.File, Line: f.Region.Line, Column: f.Region.Column,
			})
		}
		d.Listings = append(d.Listings, out)
	}
	for _, p := range r.Problems {
		d.NotRead = append(d.NotRead, problem{p.File, p.Line, p.What})
	}
	if err := json.MarshalWrite(w, d, jsontext.WithIndent("  "), json.Deterministic(true), jsontext.EscapeForHTML(true)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
