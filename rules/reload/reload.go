// Package reload judges whether a service judges by the policy file that it was
// told to read anew (design.md, section 6). It is pure.
package reload

import (
	"fmt"
	"time"

	"rollcall/rules/rule"
	"rollcall/schema"
)

// RuleFailed is the rule on policies that were read anew.
const RuleFailed = "policy.reload-failed"

// Rules describes the rules on policies that were read anew.
func Rules() []rule.Rule { return []rule.Rule{ruleFailed()} }

func ruleFailed() rule.Rule {
	return rule.Rule{
		ID: RuleFailed, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Policy,
		Title:          "The policy file can't be used: the service goes on judging by the policy that it had before.",
		Control:        rule.ControlProof(),
		Remediation:    "Run rollcall policy check and rollcall policy test on the file, mend what they name, and send the service SIGHUP again.",
		FalsePositives: []string{"The file was read while it was being written: sending SIGHUP again clears it."},
	}
}

// An Attempt is the last time that a service read its policy.
type Attempt struct {
	At time.Time
	// Problem says why the file can't be used; empty where it can.
	Problem string
	// Kept is the version that judges.
	Kept string
}

// Judge judges the last reading of the policy.
func Judge(a Attempt) rule.Outcome {
	var out rule.Outcome
	if a.Problem == "" {
		out.Count(RuleFailed, rule.Pass)
		return out
	}
	out.Count(RuleFailed, rule.Fail)
	f := ruleFailed().Finding()
	f.Subject, f.PolicyVersion, f.FirstAt, f.DetectedAt = "policy", a.Kept, a.At, a.At
	f.Message = fmt.Sprintf("The policy file that was read at %s can't be used, version %s goes on judging: %s", rule.Instant(a.At), a.Kept, a.Problem)
	out.Find(f)
	return out
}
