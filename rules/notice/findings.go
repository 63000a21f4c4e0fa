package notice

import (
	"fmt"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// The rules of this family.
const (
	RuleMissed    = "notice.missed"
	RuleLate      = "notice.late"
	RuleWrongText = "notice.wrong-text"
	RuleStale     = "notice.stale"
	RuleAppBroken = "notice.app-broken"
)

// Judge states what obligations say for the rules on missed and late notices:
// the violations, the obligations that can't be judged for want of evidence,
// and the populations of both rules (design.md, section 5).
func Judge(rows []schema.Obligation, p *policy.Policy) rule.Outcome {
	var out rule.Outcome
	for _, o := range rows {
		missed, late := verdicts(o.Result)
		out.Count(RuleMissed, missed)
		out.Count(RuleLate, late)
		if f, found := finding(o, p); found {
			out.Find(f)
		}
	}
	return out
}

// JudgeShown states what the notices themselves say: with a wrong text, or still
// shown after their capture ended. Gaps are those of notice.missed.
func JudgeShown(s rule.Session, gaps []Gap) rule.Outcome {
	var out rule.Outcome
	j := newJudge(s.Call, s.Session, Input{Policy: s.Policy, Now: s.Now, Gaps: gaps})
	judgeTexts(s, j.terms, &out)
	judgeStale(s, j, &out)
	return out
}

// verdicts are what a result means for either rule.
func verdicts(r schema.Result) (missed, late rule.Verdict) {
	switch r {
	case schema.ResultPass:
		return rule.Pass, rule.Pass
	case schema.ResultLate:
		return rule.Pass, rule.Fail
	case schema.ResultMissed:
		return rule.Fail, rule.NotApplicable
	case schema.ResultNoEvidence:
		return rule.NoEvidence, rule.NoEvidence
	}
	return rule.NotApplicable, rule.NotApplicable
}

func finding(o schema.Obligation, p *policy.Policy) (schema.Finding, bool) {
	var f schema.Finding
	switch o.Result {
	case schema.ResultMissed:
		f = about(ruleMissed(), o, p)
		f.Message = fmt.Sprintf("No notice of %s was reported to %s: exposed from %s, due by %s (%s).",
			o.Capture, who(o), rule.Instant(o.ExposedAt), rule.Instant(o.DueAt), o.Reason)
	case schema.ResultNoEvidence:
		f = about(ruleMissed(), o, p)
		f.Result = string(rule.NoEvidence)
		f.Message = fmt.Sprintf("Whether %s was told of %s is not known: exposed from %s, due by %s (%s).",
			who(o), o.Capture, rule.Instant(o.ExposedAt), rule.Instant(o.DueAt), o.Reason)
	case schema.ResultLate:
		f = about(ruleLate(), o, p)
		f.Message = fmt.Sprintf("The notice of %s to %s was reported %d ms after exposure at %s, due by %s.",
			o.Capture, who(o), o.DelayMs, rule.Instant(o.ExposedAt), rule.Instant(o.DueAt))
	default:
		return f, false
	}
	return f, true
}

// about begins a rule's finding about an obligation: one for a session, a
// capture and the episode's ordinal.
func about(r rule.Rule, o schema.Obligation, p *policy.Policy) schema.Finding {
	f := r.Finding(o.SessionID, o.Capture, fmt.Sprint(o.Ordinal))
	f.CallID, f.Tenant, f.App, f.Subject, f.RawID, f.Capture = o.CallID, o.Tenant, o.App, o.SessionID, o.RawID, o.Capture
	f.FirstAt, f.DetectedAt, f.Evidence, f.PolicyVersion = o.ExposedAt, o.HeldFrom, o.Evidence, p.ID
	return f
}

func who(o schema.Obligation) string {
	switch {
	case o.RawID != "":
		return o.RawID
	case o.ParticipantID != "":
		return "participant " + o.ParticipantID
	}
	return "session " + o.SessionID
}
