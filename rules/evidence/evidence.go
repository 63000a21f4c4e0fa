// Package evidence judges the evidence itself: where sources contradict each
// other on what a call was (design.md, sections 3 and 5). It is pure.
package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/rules/calls"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// RuleConflict is the rule on evidence that contradicts itself.
const RuleConflict = "evidence.conflict"

// A Content is one event that was seen with two contents under one id and
// version. The store knows of it; a call does not.
type Content struct {
	Event string
	At    time.Time // the event's time; zero where not known
}

// Input is what judging takes besides the call.
type Input struct {
	Policy *policy.Policy
	// SetAside lists the aliases that name this call and are not believed.
	SetAside []calls.SetAside
	// Contents lists the call's events that were seen with two contents.
	Contents []Content
	// Tenant and App own the findings.
	Tenant, App string
}

// Subjects of conflicts, besides the bounds that schema names.
const (
	subjectAlias   = "alias"
	subjectContent = "event.content"
)

// Judge states the conflicts of a call, and how much of it could have any: one for each kind of bound on which
// server sources differ by more than the policy allows to the pair, one for
// each alias that was set aside, one for all events of two contents. All are of
// severity info: what counts is decided, but a person should know.
func Judge(call schema.Call, in Input) rule.Outcome {
	var out rule.Outcome
	conflictPopulation(call, in, &out)
	for _, bound := range bounds() {
		if f, ok := bounded(call, bound, in); ok {
			out.Find(f)
		}
	}
	for _, a := range in.SetAside {
		f := found(call, in, subjectAlias+" "+a.Alias)
		f.Message = fmt.Sprintf("The id %s is not believed to name one call: it %s.", a.Alias, a.Reason)
		for _, known := range call.Aliases {
			if known.Kind+":"+known.Value == a.Alias {
				f.Evidence = []string{known.Event}
			}
		}
		f.FirstAt = call.Start.At
		f.DetectedAt = f.FirstAt
		out.Find(f)
	}
	if len(in.Contents) > 0 {
		out.Find(contents(call, in))
	}
	return out
}

func bounds() []string {
	return []string{schema.DisputeJoined, schema.DisputeLeft, schema.DisputeEpisodeStart, schema.DisputeEpisodeEnd}
}

// disputed lists the call's conflicts on a kind of bound, the widest first.
func disputed(call schema.Call, bound string, p *policy.Policy) []schema.Dispute {
	var out []schema.Dispute
	for _, d := range call.Disputes {
		if d.Bound == bound && apart(d) > p.Conflict(d.A.Source, d.B.Source) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b schema.Dispute) int { return cmp.Compare(apart(b), apart(a)) })
	return out
}

func apart(d schema.Dispute) time.Duration { return d.A.At.Sub(d.B.At).Abs() }

func bounded(call schema.Call, bound string, in Input) (schema.Finding, bool) {
	all := disputed(call, bound, in.Policy)
	if len(all) == 0 {
		return schema.Finding{}, false
	}
	f := found(call, in, bound)
	worst := all[0]
	f.Capture = worst.Capture
	for _, d := range all {
		if d.Capture != f.Capture {
			f.Capture = ""
		}
		if len(f.Evidence) < rule.MaxEvidence {
			f.Evidence = append(f.Evidence, d.A.Event, d.B.Event)
		}
		for _, b := range [...]schema.Bound{d.A, d.B} {
			if f.FirstAt.IsZero() || b.At.Before(f.FirstAt) {
				f.FirstAt = b.At
			}
			if b.At.After(f.DetectedAt) {
				f.DetectedAt = b.At
			}
		}
	}
	f.Evidence = slices.Compact(slices.Sorted(slices.Values(f.Evidence)))
	f.Message = fmt.Sprintf("Sources differ on %s in %d cases, by at most %d ms: %s says %s, which counts, and %s says %s.",
		bound, len(all), apart(worst).Milliseconds(), worst.A.Source, rule.Instant(worst.A.At), worst.B.Source, rule.Instant(worst.B.At))
	return f, true
}

func contents(call schema.Call, in Input) schema.Finding {
	f := found(call, in, subjectContent)
	list := slices.Clone(in.Contents)
	slices.SortFunc(list, func(a, b Content) int { return strings.Compare(a.Event, b.Event) })
	for _, c := range list {
		if len(f.Evidence) < rule.MaxEvidence {
			f.Evidence = append(f.Evidence, c.Event)
		}
		if !c.At.IsZero() && (f.FirstAt.IsZero() || c.At.Before(f.FirstAt)) {
			f.FirstAt = c.At
		}
		if c.At.After(f.DetectedAt) {
			f.DetectedAt = c.At
		}
	}
	f.Message = fmt.Sprintf("%d events were seen with two contents under one id and version; one of each counts.", len(list))
	return f
}

func found(call schema.Call, in Input, subject string) schema.Finding {
	f := ruleConflict().Finding(call.ID, subject)
	f.CallID, f.Tenant, f.App, f.Subject, f.PolicyVersion = call.ID, in.Tenant, in.App, subject, in.Policy.ID
	return f
}

// conflictPopulation counts the kinds of bound of a call, its aliases and the
// contents of its events as the rule's subjects. A kind of bound on which no two server
// sources spoke of the same thing is not applicable: nothing could contradict.
func conflictPopulation(call schema.Call, in Input, out *rule.Outcome) {
	judge := func(applies, fails bool) {
		v := rule.Pass
		switch {
		case !applies:
			v = rule.NotApplicable
		case fails:
			v = rule.Fail
		}
		out.Count(RuleConflict, v)
	}
	for _, bound := range bounds() {
		judge(slices.Contains(call.Compared, bound), len(disputed(call, bound, in.Policy)) > 0)
	}
	aside := map[string]bool{}
	for _, a := range in.SetAside {
		aside[a.Alias] = true
		judge(true, true)
	}
	for _, a := range call.Aliases {
		if !aside[a.Kind+":"+a.Value] {
			judge(true, false)
		}
	}
	judge(true, len(in.Contents) > 0)
}
