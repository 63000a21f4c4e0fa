// Package catalogue brings the families of rules together: it lists every rule,
// and has every one judge each subject, so that the first match hides nothing
// (design.md, section 6). It is pure.
package catalogue

import (
	"slices"

	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes every built-in rule, family by family.
func Rules() []rule.Rule {
	return slices.Concat(notice.Rules(), evidence.Rules())
}

// Input is what judging a call takes besides the call.
type Input struct {
	Policy *policy.Policy
	// Evidence is what the store knows against the call's evidence, with the
	// tenant and app that findings on the whole call belong to.
	Evidence evidence.Input
}

// Call has every rule about calls judge one, whose obligations are rows.
func Call(call schema.Call, rows []schema.Obligation, in Input) rule.Outcome {
	out := notice.Judge(rows, in.Policy)
	out.Add(evidence.Judge(call, in.Evidence))
	return out
}
