// Package trial runs the tests that a policy file has in it: each judges a call
// or a listing that is made up, by every rule, and says what was expected and not
// found, or found and not expected (design.md, section 6). It is pure.
package trial

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/rules/apphour"
	"rollcall/rules/brand"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/names/lookalike"
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
	b := bench{policy: p}
	for _, t := range p.Trials() {
		if reasons := b.run(t); len(reasons) > 0 {
			failures = append(failures, Failure{Name: t.Name, Place: t.Place, Reasons: reasons})
		}
	}
	return failures
}

// A bench is what the tests of one policy share.
type bench struct {
	policy *policy.Policy
	book   *brand.Book // made for the first listing: that takes its time
}

func (b *bench) run(t policy.Trial) []string {
	out, err := b.judge(t)
	if err != nil {
		return []string{err.Error()}
	}
	known := catalogue.Known(b.policy)
	var reasons []string
	for _, want := range t.Finds {
		switch {
		case !slices.Contains(known, want.Rule):
			reasons = append(reasons, fmt.Sprintf("there is no rule %s", want.Rule))
		case !slices.ContainsFunc(out.Findings, func(f schema.Finding) bool { return meets(f, want) }):
			reasons = append(reasons, fmt.Sprintf("expected %s, which is not found; found %s", want, list(out.Findings)))
		}
	}
	for _, id := range t.Silent {
		if !slices.Contains(known, id) {
			reasons = append(reasons, fmt.Sprintf("there is no rule %s", id))
		}
		for _, f := range out.Findings {
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
	return f.Rule == want.Rule && f.Result == want.Result && (want.About == "" || about(f, want.About))
}

// about reports whether a finding is about what a test names: a session by its
// name, an app in one of its hours, a part of a listing, as a whole or in one
// locale.
func about(f schema.Finding, what string) bool {
	is := part(f)
	return is == what || f.CallID == "" && strings.HasPrefix(is, what+" ")
}

// part is the subject of a finding as a test may name it.
func part(f schema.Finding) string { return strings.TrimPrefix(f.Subject, "listing "+f.App+": ") }

func list(found []schema.Finding) string {
	var names []string
	for _, f := range found {
		names = append(names, policy.Expected{Rule: f.Rule, About: part(f), Result: f.Result}.String())
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// Judge judges what a test makes up: a listing by every rule about listings, else
// a call by every rule about sessions, calls, names and the hours of apps. It
// fails only where a language of the policy does not ship.
func Judge(t policy.Trial, p *policy.Policy) (rule.Outcome, error) {
	b := bench{policy: p}
	return b.judge(t)
}

func (b *bench) judge(t policy.Trial) (rule.Outcome, error) {
	if t.Listing != nil {
		return b.judgeListing(t)
	}
	return judgeCall(t, b.policy), nil
}

func judgeCall(t policy.Trial, p *policy.Policy) rule.Outcome {
	outline := t.Call
	outline.Sessions = nil
	in := catalogue.Input{Policy: p, Now: t.Now}
	var out rule.Outcome
	var hours []apphour.Tally
	for _, s := range t.Call.Sessions {
		rows := notice.Session(outline, s, notice.Input{Policy: p, Now: t.Now})
		out.Add(catalogue.Session(outline, s, rows, in))
		hours = append(hours, catalogue.Hours(outline, s, rows, in)...)
	}
	for _, versions := range apphour.Apps(apphour.Merge(hours)) {
		out.Add(catalogue.App(versions, in))
	}
	in.Evidence = evidence.Input{Policy: p}
	out.Add(catalogue.Call(t.Call, in))
	if len(t.Names) > 0 {
		in.Known = directoryOf(t)
		out.Add(catalogue.Names(t.Call, slices.Clone(t.Names), func(raw string) policy.App { return appOf(t.Call, raw, p) }, in))
	}
	return out
}

// appOf is the app that somebody uses in a call.
func appOf(call schema.Call, raw string, p *policy.Policy) policy.App {
	for _, s := range call.Sessions {
		if s.RawID == raw {
			return p.App(s)
		}
	}
	return p.App(schema.Session{RawID: raw})
}

// directoryOf finds whom names are mistaken for, of those that the test's
// directory has.
func directoryOf(t policy.Trial) *lookalike.Index {
	return lookalike.New(func(yield func(lookalike.Entry) bool) {
		for _, n := range t.Names {
			if n.Directory.Known() && !yield(lookalike.Entry{Name: n.Directory.Name, RawID: n.RawID}) {
				return
			}
		}
	})
}

func (b *bench) judgeListing(t policy.Trial) (_ rule.Outcome, err error) {
	if b.book == nil {
		if b.book, err = brand.New(b.policy); err != nil {
			return rule.Outcome{}, err
		}
	}
	o := brand.Occasion{At: t.Now, Interop: brand.Interop{Looked: true}}
	if t.Listing.WithTeams {
		o.Interop.Calls, o.Interop.Last, o.Interop.CallID = 1, t.Start, t.Call.ID
	}
	v := brand.Version{Listing: t.Listing.Listing, Event: "listing", At: t.Start}
	out, _ := catalogue.Listing(v, b.book, o, catalogue.Input{Policy: b.policy, Now: t.Now})
	return out, nil
}
