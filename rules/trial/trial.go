// Package trial runs the tests that a policy file has in it: each judges a call
// that is made up, by every rule, and says what was expected and not found, or
// found and not expected (design.md, section 6). It is pure.
package trial

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A Failure is a test that does not hold.
type Failure struct {
	Name, Place string
	// Reasons say what differs from what the test expects.
	Reasons []string
}

// String says where the test is and what differs.
func (f Failure) String() string {
	return fmt.Sprintf("%s: test %q: %s", f.Place, f.Name, strings.Join(f.Reasons, "; "))
}

// Run runs every test in the policy file and returns those that don't hold.
func Run(p *policy.Policy) []Failure {
	var failures []Failure
	for _, t := range p.Trials() {
		if reasons := run(t, p); len(reasons) > 0 {
			failures = append(failures, Failure{Name: t.Name, Place: t.Place, Reasons: reasons})
		}
	}
	return failures
}

func run(t policy.Trial, p *policy.Policy) []string {
	found := Judge(t, p).Findings
	known := catalogue.Known(p)
	var reasons []string
	for _, want := range t.Finds {
		switch {
		case !slices.Contains(known, want.Rule):
			reasons = append(reasons, fmt.Sprintf("there is no rule %s", want.Rule))
		case !slices.ContainsFunc(found, func(f schema.Finding) bool { return meets(f, want) }):
			reasons = append(reasons, fmt.Sprintf("expected %s, which is not found; found %s", want, list(found)))
		}
	}
	for _, id := range t.Silent {
		if !slices.Contains(known, id) {
			reasons = append(reasons, fmt.Sprintf("there is no rule %s", id))
		}
		for _, f := range found {
			if f.Rule == id {
				reasons = append(reasons, fmt.Sprintf("%s is not silent: %s", id, f.Message))
			}
		}
	}
	return reasons
}

// meets reports whether a finding is an expected one. What is suppressed by an
// exception is found too.
func meets(f schema.Finding, want policy.Expected) bool {
	return f.Rule == want.Rule && (want.Session == "" || f.Subject == want.Session)
}

func list(found []schema.Finding) string {
	var names []string
	for _, f := range found {
		names = append(names, strings.TrimSpace(f.Rule+" "+f.Subject))
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// Judge judges the call of a test by every rule about sessions and calls.
func Judge(t policy.Trial, p *policy.Policy) rule.Outcome {
	outline := t.Call
	outline.Sessions = nil
	in := catalogue.Input{Policy: p, Now: t.Now}
	var out rule.Outcome
	for _, s := range t.Call.Sessions {
		rows := notice.Session(outline, s, notice.Input{Policy: p, Now: t.Now})
		out.Add(catalogue.Session(outline, s, rows, in))
	}
	in.Evidence = evidence.Input{Policy: p}
	out.Add(catalogue.Call(t.Call, in))
	return out
}
