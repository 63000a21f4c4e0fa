// Package own judges by the rules that a policy has of its own (design.md,
// section 6). It is pure.
//
// A rule that fails when it is run, or costs too much, fails alone: what it was
// about is no evidence, and a finding with the result no_evidence says why.
package own

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/rules/expr"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Describe gives an own rule the form of built-in ones. What the officer does
// not say of it stays empty.
func Describe(o policy.Own) rule.Rule {
	return rule.Rule{
		ID: o.ID, Version: 1, Severity: o.Severity, Subject: rule.Call, Title: o.Title,
		Control: rule.Control{Says: o.Control}, Remediation: o.Remediation,
	}
}

// JudgeSession has those of some own rules that are about sessions and
// obligations judge a session.
func JudgeSession(s rule.Session, rules []policy.Own) rule.Outcome {
	var out rule.Outcome
	if !slices.ContainsFunc(rules, func(o policy.Own) bool { return o.Subject != expr.ScopeCall }) {
		return out
	}
	session := expr.OfSession(s.Session, s.App.ID, s.App.Tenant)
	outline := s.Call
	outline.Sessions = nil
	subject := expr.Subject{Call: expr.OfCall(outline), Session: &session}
	for _, o := range rules {
		switch o.Subject {
		case expr.ScopeSession:
			f := s.Finding(Describe(o))
			f.FirstAt, f.DetectedAt, f.Evidence = s.Joined.At, s.Joined.At, s.Events
			judge(o, subject, f, &out)
		case expr.ScopeObligation:
			for _, row := range s.Rows {
				obligation := expr.OfObligation(row)
				of := subject
				of.Obligation = &obligation
				f := s.Finding(Describe(o), row.Capture, fmt.Sprint(row.Ordinal))
				f.Capture, f.FirstAt, f.DetectedAt, f.Evidence = row.Capture, row.ExposedAt, later(row.ExposedAt, row.HeldFrom), row.Evidence
				judge(o, of, f, &out)
			}
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// JudgeCall has those of some own rules of a policy that are about calls judge
// one, whose findings belong to a tenant and app.
func JudgeCall(call schema.Call, tenant, app string, p *policy.Policy, rules []policy.Own) rule.Outcome {
	var out rule.Outcome
	var subject *expr.Subject
	for _, o := range rules {
		if o.Subject != expr.ScopeCall {
			continue
		}
		if subject == nil {
			subject = &expr.Subject{Call: expr.OfCall(call)}
		}
		f := Describe(o).Finding(call.ID)
		f.CallID, f.Tenant, f.App, f.Subject, f.PolicyVersion = call.ID, tenant, app, call.ID, p.ID
		f.FirstAt, f.DetectedAt, f.Evidence = call.Start.At, call.Start.At, rule.Evidence(call.Start.Event, call.End.Event)
		judge(o, *subject, f, &out)
	}
	return out
}

// judge runs one rule on one subject. f is the finding if there is one.
func judge(o policy.Own, s expr.Subject, f schema.Finding, out *rule.Outcome) {
	verdict, message, err := run(o, s)
	if err != nil {
		out.Count(o.ID, rule.NoEvidence)
		f.Result = string(rule.NoEvidence)
		f.Message = fmt.Sprintf("The rule could not judge this: %s.", strings.TrimSuffix(err.Error(), "."))
		out.Find(f)
		return
	}
	out.Count(o.ID, verdict)
	if verdict == rule.Fail {
		f.Message = message
		out.Find(f)
	}
}

func run(o policy.Own, s expr.Subject) (v rule.Verdict, message string, err error) {
	if o.Applies != nil {
		applies, err := o.Applies.Bool(s)
		if err != nil {
			return "", "", fmt.Errorf("applies: %w", err)
		}
		if !applies {
			return rule.NotApplicable, "", nil
		}
	}
	text, err := o.Result.Text(s)
	if err != nil {
		return "", "", fmt.Errorf("result: %w", err)
	}
	if v = rule.Verdict(text); !slices.Contains(rule.Verdicts(), v) {
		return "", "", fmt.Errorf("result: expected pass, fail, no_evidence or not_applicable, found %q", clip(text))
	}
	if v != rule.Fail || o.Message == nil {
		return v, o.Title, nil
	}
	if message, err = o.Message.Text(s); err != nil {
		return "", "", fmt.Errorf("message: %w", err)
	}
	return v, clip(message), nil
}

// clip bounds what an expression makes.
func clip(text string) string {
	const most = 500
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
