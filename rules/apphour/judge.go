package apphour

import (
	"fmt"
	"slices"
	"time"

	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// enough is how many obligated sessions of an app an hour needs for a rule on
// the app to judge it (design.md, section 6).
const enough = 5

// JudgeBroken judges each version of an app in an hour: whether any of it showed
// anything, where at least five obligated sessions of it were signalled. Versions
// that clients do not name count as one. Where evidence was lost in the hour nobody
// knows what was shown.
func JudgeBroken(r rule.Rule, versions []Tally, p *policy.Policy, now time.Time, gaps []notice.Gap) rule.Outcome {
	var out rule.Outcome
	for _, t := range versions {
		at, judged := closed(t, p, now)
		switch {
		case t.App == "", t.Signalled < enough, !judged:
			out.Count(r.ID, rule.NotApplicable)
			continue
		case t.Showed:
			out.Count(r.ID, rule.Pass)
			continue
		case lost(t, gaps):
			out.Count(r.ID, rule.NoEvidence)
			continue
		}
		out.Count(r.ID, rule.Fail)
		f := about(r, t, p, t.Version)
		f.DetectedAt, f.Evidence = at, t.SignalledEvidence
		version := "a version that it does not name"
		if t.Version != "" {
			version = "version " + t.Version
		}
		f.Message = fmt.Sprintf("In the hour from %s, %d sessions of %s in %s were signalled a capture, and not one showed a notice.",
			rule.Instant(t.Hour), t.Signalled, t.App, version)
		out.Find(f)
	}
	return out
}

// JudgeSilent judges an app in an hour, all its versions together: whether it
// sent anything, where at least five obligated sessions of it ended. Where evidence
// was lost in the hour nobody knows what it sent.
func JudgeSilent(r rule.Rule, versions []Tally, p *policy.Policy, now time.Time, gaps []notice.Gap) rule.Outcome {
	var out rule.Outcome
	if len(versions) == 0 {
		return out
	}
	all := versions[0]
	all.EndedEvidence = slices.Clone(all.EndedEvidence)
	for _, t := range versions[1:] {
		all.add(t)
	}
	app := p.App(schema.Session{App: all.App})
	at, judged := closed(all, p, now)
	switch {
	case all.App == "", all.Ended < enough, !app.SendsReceipts, !judged:
		out.Count(r.ID, rule.NotApplicable)
		return out
	case all.Sent:
		out.Count(r.ID, rule.Pass)
		return out
	case lost(all, gaps):
		out.Count(r.ID, rule.NoEvidence)
		return out
	}
	out.Count(r.ID, rule.Fail)
	f := about(r, all, p)
	f.DetectedAt, f.Evidence = at, all.EndedEvidence
	f.Message = fmt.Sprintf("In the hour from %s, %d sessions of %s that had to be told of a capture ended, and it sent nothing at all.",
		rule.Instant(all.Hour), all.Ended, all.App)
	out.Find(f)
	return out
}

// lost reports whether evidence was lost that could hold what the app sent in an
// hour.
func lost(t Tally, gaps []notice.Gap) bool {
	return t.Gap || notice.Lost(gaps, t.App, t.Hour, t.Hour.Add(Length))
}

// closed is the instant from which an hour can be judged: after its end and the
// time that receipts may be under way; judged is false before.
func closed(t Tally, p *policy.Policy, now time.Time) (at time.Time, judged bool) {
	app := p.App(schema.Session{App: t.App})
	at = t.Hour.Add(Length + p.Notice(app).Grace)
	return at, !now.Before(at)
}

func about(r rule.Rule, t Tally, p *policy.Policy, more ...string) schema.Finding {
	hour := rule.Instant(t.Hour)
	f := r.Finding(append([]string{t.Tenant, t.App, hour}, more...)...)
	f.Tenant, f.App, f.FirstAt, f.PolicyVersion = t.Tenant, t.App, t.Hour, p.ID
	f.Subject = t.App + " " + hour
	if len(more) > 0 && more[0] != "" {
		f.Subject = t.App + " " + more[0] + " " + hour
	}
	return f
}
