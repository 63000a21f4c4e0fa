// Package consent judges whether users were asked for consent to a capture where
// that is required, and whether one who declined was captured all the same
// (design.md, section 6). It is pure.
//
// An answer holds for one session: who joins again is asked again.
package consent

import (
	"fmt"
	"slices"
	"time"

	"rollcall/rules/notice"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// The rules of this family.
const (
	RuleMissing  = "consent.missing"
	RuleDeclined = "consent.declined-but-captured"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule { return []rule.Rule{ruleMissing(), ruleDeclined()} }

func ruleMissing() rule.Rule {
	return rule.Rule{
		ID: RuleMissing, Version: 2, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "Consent to a capture was required of a user, and the app reports no answer in that session.",
		Control:     rule.ControlPrivacy(),
		Remediation: "Ask when the SDK says that consent is required, again after every rejoin, and report rollcall.consent.answered.",
		FalsePositives: []string{
			"The user consented, and the app does not report it: the SDK fires no event for it (azure-sdk-for-js #33207).",
			"No prompt came although consent was required, so that the user could neither agree nor decline (communication-ui-library #5068).",
		},
	}
}

func ruleDeclined() rule.Rule {
	return rule.Rule{
		ID: RuleDeclined, Version: 2, Severity: schema.SeverityHigh, Subject: rule.Call,
		Title:       "A user declined consent to a capture, and stayed in the call while it went on.",
		Control:     rule.ControlPrivacy(),
		Remediation: "Let a user who declines leave, or end the capture; a later consent in the same session settles it.",
		FalsePositives: []string{
			"The platform kept the user's microphone, camera and screen blocked, so that nothing of them was captured.",
		},
	}
}

// Judge states what a session's obligations say for both rules. A subject is an
// obligation: it applies where the user had to be told. Where evidence was lost
// (gaps) in the session, an answer may have been.
func Judge(s rule.Session, gaps []notice.Gap) rule.Outcome {
	var out rule.Outcome
	terms := s.Policy.Consent(s.App)
	wait := terms.Deadline + s.Policy.Notice(s.App).Grace
	for _, o := range s.Rows {
		if o.Result == schema.ResultNotApplicable {
			out.Count(RuleMissing, rule.NotApplicable)
			out.Count(RuleDeclined, rule.NotApplicable)
			continue
		}
		ends := end(o)
		answer := lastAnswer(s.Consents, o.Capture, ends)
		signal := required(s.Signals, o, ends)
		until := ends
		if until.IsZero() {
			until = s.Now
		}
		missing(s, o, missingCase{
			lost:     notice.Lost(gaps, s.App.ID, s.Joined.At, until),
			required: terms.Requires(o.Capture) || signal != "", answered: answer != nil, signal: signal,
			brief: !ends.IsZero() && ends.Before(o.ExposedAt.Add(terms.Deadline)), early: s.Now.Before(o.ExposedAt.Add(wait)),
			due: o.ExposedAt.Add(terms.Deadline), held: o.ExposedAt.Add(wait),
		}, &out)
		settled := answer != nil && notice.Lost(gaps, s.App.ID, answer.At, until) // it may have been, by an answer that was lost
		declined(s, o, declinedCase{answer: answer, ends: ends, leave: terms.Deadline, lost: settled}, &out)
	}
	return out
}

// Due is the first instant after now at which what Judge says of a session may
// change though nothing more is heard: when an answer is missing, or when who
// declined should have left. It is zero where there is none.
func Due(s rule.Session) (first time.Time) {
	terms := s.Policy.Consent(s.App)
	for _, o := range s.Rows {
		if o.Result == schema.ResultNotApplicable {
			continue
		}
		ends := end(o)
		var at time.Time
		switch answer := lastAnswer(s.Consents, o.Capture, ends); {
		case answer == nil && (terms.Requires(o.Capture) || required(s.Signals, o, ends) != ""):
			at = o.ExposedAt.Add(terms.Deadline + s.Policy.Notice(s.App).Grace)
		case answer != nil && answer.Consent.Answer == schema.ConsentDeclined:
			at = shouldLeave(*answer, o, terms.Deadline)
		}
		if at.After(s.Now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// shouldLeave is until when who declined may still be exposed, given how long
// leaving may take.
func shouldLeave(answer schema.SessionConsent, o schema.Obligation, leave time.Duration) time.Time {
	if o.ExposedAt.After(answer.At) {
		return o.ExposedAt.Add(leave)
	}
	return answer.At.Add(leave)
}

// end is when an exposure ended; zero while it goes on.
func end(o schema.Obligation) time.Time {
	if o.EpisodeEnd.IsZero() || !o.LeftAt.IsZero() && o.LeftAt.Before(o.EpisodeEnd) {
		return o.LeftAt
	}
	return o.EpisodeEnd
}

// lastAnswer is the last answer on a capture in this session before an exposure
// ended: consent may be given before the capture begins.
func lastAnswer(all []schema.SessionConsent, capture string, ends time.Time) *schema.SessionConsent {
	for i, c := range slices.Backward(all) {
		if slices.Contains(c.Consent.Captures, capture) && (ends.IsZero() || c.At.Before(ends)) {
			return &all[i]
		}
	}
	return nil
}

// required finds the first signal of an exposure that says that consent is
// required, by its event.
func required(all []schema.SessionSignal, o schema.Obligation, ends time.Time) string {
	for _, g := range all {
		if g.Signal.Capture == o.Capture && g.Signal.Active && g.Signal.ConsentRequired &&
			!o.SignalledAt.IsZero() && !g.At.Before(o.SignalledAt) && (ends.IsZero() || g.At.Before(ends)) {
			return g.Event
		}
	}
	return ""
}

// A missingCase is what decides whether consent is missing.
type missingCase struct {
	required, answered, brief, early bool
	lost                             bool   // evidence was
	signal                           string // the event that says that it is required
	due, held                        time.Time
}

func missing(s rule.Session, o schema.Obligation, c missingCase, out *rule.Outcome) {
	switch {
	case !c.required:
		out.Count(RuleMissing, rule.NotApplicable)
		return
	case c.answered:
		out.Count(RuleMissing, rule.Pass)
		return
	case c.brief, c.early:
		out.Count(RuleMissing, rule.NotApplicable)
		return
	case !s.App.SendsReceipts, o.JoinPath == schema.PathUnknown, c.lost:
		out.Count(RuleMissing, rule.NoEvidence)
		return
	}
	out.Count(RuleMissing, rule.Fail)
	f := s.Finding(ruleMissing(), o.Capture, fmt.Sprint(o.Ordinal))
	f.Capture, f.FirstAt, f.DetectedAt = o.Capture, o.ExposedAt, c.held
	f.Evidence = rule.Evidence(append(slices.Clone(o.Evidence), c.signal)...)
	why := "the platform's signal"
	if c.signal == "" {
		why = "the policy"
	}
	f.Message = fmt.Sprintf("No answer of %s to the question for consent to %s was reported in this session: required by %s, due by %s.",
		s.Who(), o.Capture, why, rule.Instant(c.due))
	out.Find(f)
}

// A declinedCase is what decides whether who declined was captured.
type declinedCase struct {
	answer *schema.SessionConsent // the last one; nil: none
	ends   time.Time              // of the exposure; zero: it goes on
	leave  time.Duration          // how long leaving may take
	lost   bool                   // evidence was, after the answer
}

// declined looks whether a user who declined was still exposed to the capture
// after the time that leaving may take.
func declined(s rule.Session, o schema.Obligation, c declinedCase, out *rule.Outcome) {
	answer, ends := c.answer, c.ends
	if answer == nil {
		out.Count(RuleDeclined, rule.NotApplicable)
		return
	}
	if answer.Consent.Answer != schema.ConsentDeclined {
		out.Count(RuleDeclined, rule.Pass)
		return
	}
	held := shouldLeave(*answer, o, c.leave)
	switch {
	case !ends.IsZero() && !ends.After(held):
		out.Count(RuleDeclined, rule.Pass)
		return
	case s.Now.Before(held):
		out.Count(RuleDeclined, rule.NotApplicable)
		return
	case c.lost:
		out.Count(RuleDeclined, rule.NoEvidence)
		return
	}
	out.Count(RuleDeclined, rule.Fail)
	f := s.Finding(ruleDeclined(), o.Capture, fmt.Sprint(o.Ordinal))
	f.Capture, f.FirstAt, f.DetectedAt = o.Capture, answer.At, held
	f.Evidence = rule.Evidence(append(slices.Clone(o.Evidence), answer.Event)...)
	f.Message = fmt.Sprintf("%s declined consent to %s at %s and was still in the call with it on at %s.",
		s.Who(), o.Capture, rule.Instant(answer.At), rule.Instant(held))
	out.Find(f)
}
