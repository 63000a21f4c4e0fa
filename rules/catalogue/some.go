package catalogue

import (
	"slices"

	"rollcall/rules/consent"
	"rollcall/rules/evidence"
	"rollcall/rules/exceptions"
	"rollcall/rules/interop"
	"rollcall/rules/names"
	"rollcall/rules/notice"
	"rollcall/rules/own"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Some are the rules that judge where only what some of them say is asked.
type Some struct {
	// Missed are the rules that obligations alone decide, Shown those on what
	// notices say; Consent, Clouds and Skew are those about sessions of other
	// families; Conflict is that on sources that differ.
	Missed, Shown, Consent, Clouds, Skew, Conflict bool
	// Names are rules about displayed names.
	Names []string
	// Own are rules of the policy's own.
	Own []policy.Own
}

// Asked are the rules that may say something else by another policy, for either,
// where sessions are of the same apps and tenants.
func Asked(before, after *policy.Policy, p policy.Parts) (was, is Some) {
	rows := p.Notices || p.Deadlines
	was = Some{Missed: rows, Shown: p.Notices, Consent: p.Consent || p.Hours || p.Receipts, Clouds: p.Clouds, Skew: p.Skew, Conflict: p.Conflict, Names: names.Asks(p.Names)}
	is = was
	was.Own, is.Own = policy.OwnApart(before, after, rows)
	return was, is
}

// IDs are the ids of the rules.
func (s Some) IDs() []string {
	ids := slices.Clone(s.Names)
	for _, family := range [...]struct {
		is  bool
		ids []string
	}{
		{s.Missed, []string{notice.RuleMissed, notice.RuleLate}},
		{s.Shown, []string{notice.RuleWrongText, notice.RuleStale}},
		{s.Consent, []string{consent.RuleMissing, consent.RuleDeclined}},
		{s.Clouds, []string{interop.RuleGovernment}},
		{s.Skew, []string{evidence.RuleClockSkew}},
		{s.Conflict, []string{evidence.RuleConflict}},
	} {
		if family.is {
			ids = append(ids, family.ids...)
		}
	}
	for _, o := range s.Own {
		ids = append(ids, o.ID)
	}
	return ids
}

// Missed has the rules that obligations alone decide judge them.
func Missed(rows []schema.Obligation, p *policy.Policy) rule.Outcome {
	out := notice.Judge(rows, p)
	exceptions.Apply(out.Findings, p)
	return out
}

// SomeOfSession is Session by some rules alone.
func SomeOfSession(call schema.Call, s schema.Session, rows []schema.Obligation, in Input, some Some) rule.Outcome {
	subject := rule.NewSession(call, s, rows, in.Policy, in.Now)
	var out rule.Outcome
	if some.Missed {
		out.Add(notice.Judge(rows, in.Policy))
	}
	if some.Shown {
		out.Add(notice.JudgeShown(subject, in.Gaps))
	}
	if some.Consent {
		out.Add(consent.Judge(subject, in.Gaps))
	}
	if some.Clouds {
		out.Add(interop.JudgeCloud(subject))
	}
	if some.Skew {
		out.Add(evidence.JudgeClock(subject))
	}
	if len(some.Own) > 0 {
		out.Add(own.JudgeSession(subject, some.Own))
	}
	exceptions.Apply(out.Findings, in.Policy)
	return out
}

// SomeOfCall is Call by some rules alone.
func SomeOfCall(call schema.Call, in Input, some Some) rule.Outcome {
	var out rule.Outcome
	if some.Conflict {
		out.Add(evidence.Judge(call, in.Evidence))
	}
	if len(some.Own) > 0 {
		out.Add(own.JudgeCall(call, in.Evidence.Tenant, in.Evidence.App, in.Policy, some.Own))
	}
	exceptions.Apply(out.Findings, in.Policy)
	return out
}

// SomeOfNames is Names by some rules alone; it puts nothing into the list.
func SomeOfNames(call schema.Call, list []schema.ShownName, app func(rawID string) policy.App, in Input, some Some) rule.Outcome {
	out := names.Outcome(list, names.Case{Call: call, Policy: in.Policy, App: app, Known: in.Known, Now: in.Now, Some: some.Names})
	exceptions.Apply(out.Findings, in.Policy)
	return out
}
