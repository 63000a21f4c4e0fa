// Package exceptions applies the exceptions of a policy to findings, and reports
// those that have expired or cover nothing (design.md, section 6). It is pure.
package exceptions

import (
	"fmt"
	"strings"
	"time"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// The rules on exceptions.
const (
	RuleExpired = "policy.exception-expired"
	RuleUnused  = "policy.exception-unused"
)

// Rules describes the rules on exceptions.
func Rules() []rule.Rule { return []rule.Rule{ruleExpired(), ruleUnused()} }

func ruleExpired() rule.Rule {
	return rule.Rule{
		ID: RuleExpired, Version: 1, Severity: schema.SeverityLow, Subject: rule.Policy,
		Title:          "An exception of the policy has expired: what it covered is open again.",
		Control:        rule.ControlProof(),
		Remediation:    "Take it out of the policy, or have its owner decide anew and give it another day.",
		FalsePositives: []string{"It is kept in the file on purpose, so that findings of its time stay explained."},
	}
}

func ruleUnused() rule.Rule {
	return rule.Rule{
		ID: RuleUnused, Version: 1, Severity: schema.SeverityInfo, Subject: rule.Policy,
		Title:       "An exception of the policy covers no finding: it may be wrongly scoped, or no longer needed.",
		Control:     rule.ControlProof(),
		Remediation: "Compare its scope with the findings that it is meant for, or take it out of the policy.",
		FalsePositives: []string{
			"The evidence that is judged is only a part of what there is, such as a single day's.",
			"The calls that it is meant for were judged before it came: late evidence, or policy apply --since, has them judged by it.",
		},
	}
}

// Apply marks the findings that an exception covers as suppressed, each with a
// word on who answers for it. It changes the list.
func Apply(list []schema.Finding, p *policy.Policy) {
	if len(p.Exceptions()) == 0 {
		return
	}
	for i := range list {
		if words, covered := words(list[i], p); covered {
			list[i].Status = rule.StatusSuppressed
			list[i].Message += words
		}
	}
}

// Undo takes back what Apply did to a finding by a policy.
func Undo(f *schema.Finding, p *policy.Policy) {
	if f.Status != rule.StatusSuppressed {
		return
	}
	words, _ := words(*f, p)
	f.Status, f.Message = rule.StatusNew, strings.TrimSuffix(f.Message, words)
}

// words says who answers for the exception that covers a finding.
func words(f schema.Finding, p *policy.Policy) (_ string, covered bool) {
	e, covered := p.Excepted(f)
	if !covered {
		return "", false
	}
	ticket := ""
	if e.Ticket != "" {
		ticket = ", " + e.Ticket
	}
	return fmt.Sprintf(" Excepted by %s until %s (%s%s): %s", e.Owner, rule.Instant(e.Expires), e.ID, ticket, e.Reason), true
}

// Report judges the exceptions of a policy, given the findings that are
// suppressed: whether each still holds at now, and whether it covers any.
func Report(suppressed []schema.Finding, p *policy.Policy, now time.Time) rule.Outcome {
	var out rule.Outcome
	for _, e := range p.Exceptions() {
		covers := 0
		for _, f := range suppressed {
			if first, ok := p.Excepted(f); ok && first.ID == e.ID {
				covers++
			}
		}
		expired := !now.Before(e.Expires)
		verdict(&out, RuleExpired, expired)
		if expired {
			out.Count(RuleUnused, rule.NotApplicable)
		} else {
			verdict(&out, RuleUnused, covers == 0)
		}
		about := func(r rule.Rule, message string) {
			f := r.Finding(e.ID)
			f.Tenant, f.App, f.Subject, f.PolicyVersion, f.Message = e.Tenant, e.App, "exception "+e.ID, p.ID, message
			// Judged again, it began no later.
			since := now
			switch {
			case r.ID == RuleExpired:
				since = e.Expires
			case !p.EffectiveFrom.IsZero() && p.EffectiveFrom.Before(now):
				since = p.EffectiveFrom
			}
			f.FirstAt, f.DetectedAt = since, since
			out.Find(f)
		}
		if expired {
			about(ruleExpired(), fmt.Sprintf("The exception %s of %s expired at %s; it covers %d findings from before.", e.ID, e.Owner, rule.Instant(e.Expires), covers))
		}
		if !expired && covers == 0 {
			about(ruleUnused(), fmt.Sprintf("The exception %s of %s covers no finding.", e.ID, e.Owner))
		}
	}
	return out
}

func verdict(out *rule.Outcome, id string, fails bool) {
	if fails {
		out.Count(id, rule.Fail)
	} else {
		out.Count(id, rule.Pass)
	}
}
