package names

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A Case is what the names of one call are judged with.
type Case struct {
	// Call is the call with its sessions.
	Call   schema.Call
	Policy *policy.Policy
	// App is whose app an identity uses, by its raw id.
	App   func(rawID string) policy.App
	Known *lookalike.Index
	Now   time.Time
	// Some are the rules that judge; nil: all of the family. With some of them
	// alone the names get no result and reason.
	Some []string
}

// described are the rules of the family by id.
var described = sync.OnceValue(func() map[string]rule.Rule {
	out := map[string]rule.Rule{}
	for _, r := range Rules() {
		out[r.ID] = r
	}
	return out
})

// Asks lists the rules that go by what two policies say otherwise of names.
func Asks(p policy.NameParts) (out []string) {
	for _, r := range [...]struct {
		id   string
		asks bool
	}{
		{RuleMissing, p.Placeholders || p.People},
		{RuleLabel, p.Labels || p.Roles || p.People},
		{RuleMismatch, p.RenameGrace},
		{RuleImpersonation, p.Impersonation || p.People},
		{RuleBrand, p.Wordmarks || p.People},
	} {
		if r.asks {
			out = append(out, r.id)
		}
	}
	return out
}

// Outcome judges the displayed names of a call, and puts result and reason into
// them. What one identity is shown by in several places is one finding of a
// rule; the populations count each place.
func Outcome(list []schema.ShownName, c Case) rule.Outcome {
	var out rule.Outcome
	type subject struct{ rule, raw, name string }
	at := map[subject]int{}
	blind := len(c.Policy.Tenants()) > 1
	for i := range list {
		n := &list[i]
		app := c.App(n.RawID)
		judged := judge(*n, Input{Policy: c.Policy.Names(app), Known: c.Known, Now: c.Now, Blind: blind}, c.Some)
		if c.Some == nil {
			n.Result, n.Reason = result(judged)
			if w := Worst(judged); w.Verdict == rule.Fail {
				n.Expected, n.Severity = expected(w), w.Severity
			}
		}
		for _, j := range judged {
			out.Count(j.Rule, j.Verdict)
			if j.Verdict != rule.Fail {
				continue
			}
			f := c.finding(described()[j.Rule], *n, j, app)
			k := subject{j.Rule, n.RawID, n.Name}
			before, seen := at[k]
			if !seen {
				at[k] = len(out.Findings)
				out.Find(f)
				continue
			}
			join(&out.Findings[before], f)
		}
	}
	return out
}

// finding is one on a name.
func (c Case) finding(r rule.Rule, n schema.ShownName, j Judgement, app policy.App) schema.Finding {
	f := r.Finding(c.Call.ID, n.RawID, n.Name)
	f.Severity = j.Severity
	f.CallID, f.Tenant, f.App, f.RawID, f.PolicyVersion = c.Call.ID, n.Tenant, app.ID, n.RawID, c.Policy.ID
	f.Subject = c.Call.ID
	for i := range c.Call.Sessions { // in order of time
		if s := &c.Call.Sessions[i]; n.RawID != "" && s.RawID == n.RawID {
			f.Subject = s.ID
			break
		}
	}
	f.FirstAt = n.First
	if f.FirstAt.IsZero() {
		f.FirstAt = c.Call.Start.At
	}
	f.DetectedAt = f.FirstAt
	f.Evidence = rule.Evidence(append([]string{n.Event}, j.Evidence...)...)
	where := string(n.Source)
	if n.Surface != "" {
		where += " on " + n.Surface
	}
	f.Seen, f.Expected = j.Seen, j.Expected
	f.Message = fmt.Sprintf("The name of %s by %s: seen %s, expected %s. It %s.", cmp.Or(n.RawID, "a participant"), where, quote(j.Seen), expected(j), j.Message)
	return f
}

// expected is what should have been seen: in quotes where it is a name.
func expected(j Judgement) string {
	if strings.HasPrefix(j.Expected, "a name") || strings.HasPrefix(j.Expected, "another name") {
		return j.Expected
	}
	switch j.Rule {
	case RuleImpersonation:
		return "no name that can be mistaken for " + quote(j.Expected)
	case RuleMissing, RuleBrand:
		return j.Expected
	}
	return quote(j.Expected)
}

// join adds what another place shows of the same: the graver and then the
// earlier one tells it.
func join(f *schema.Finding, more schema.Finding) {
	evidence := rule.Evidence(slices.Concat(f.Evidence, more.Evidence)...)
	if len(evidence) > rule.MaxEvidence {
		evidence = evidence[:rule.MaxEvidence]
	}
	first := f.FirstAt
	if more.FirstAt.Before(first) {
		first = more.FirstAt
	}
	if worse := cmp.Compare(grave(more.Severity), grave(f.Severity)); worse > 0 || worse == 0 && more.FirstAt.Before(f.FirstAt) {
		*f = more
	}
	f.FirstAt, f.DetectedAt, f.Evidence = first, first, evidence
}

// result is what a row of names says: the worst of all rules, and the reasons of
// those that say it, each behind its rule.
func result(list []Judgement) (string, string) {
	worst := Worst(list).Verdict
	var reasons []string
	if worst == rule.Fail || worst == rule.NoEvidence {
		for _, j := range list {
			if j.Verdict == worst {
				reasons = append(reasons, strings.TrimSpace(j.Rule+" "+j.Reason))
			}
		}
	}
	return string(worst), strings.Join(reasons, "; ")
}
