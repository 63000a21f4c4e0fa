package evidence

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule { return []rule.Rule{ruleConflict()} }

func ruleConflict() rule.Rule {
	return rule.Rule{
		ID: RuleConflict, Version: 1, Severity: schema.SeverityInfo, Subject: rule.Call,
		Title:   "Sources contradict each other on a call; what counts is decided, and a person should know.",
		Control: rule.ControlProof(),
		Remediation: "Look at the named events. Where one source is known to be coarse, allow the pair more in evidence.pairs; " +
			"where an id names two calls, find the component that reuses it.",
		FalsePositives: []string{"A source that counts in whole seconds differs by more than the policy allows to its pair."},
	}
}
