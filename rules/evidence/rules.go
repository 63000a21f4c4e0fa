package evidence

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule {
	return []rule.Rule{ruleGap(), ruleConflict(), Silent(), ruleClockSkew()}
}

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

func ruleGap() rule.Rule {
	return rule.Rule{
		ID: RuleGap, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Partition,
		Title:   "Messages of a partition were gone before they could be read, and with them evidence.",
		Control: rule.ControlProof(),
		Remediation: "Find out why reading stood still for longer than the topic keeps messages, lengthen its retention, and bring " +
			"the missing evidence from where it came, if that still has it.",
		FalsePositives: []string{"Somebody deleted records or compacted a topic on purpose, such as a test's."},
	}
}

// Silent describes the rule on apps that send nothing in a clock hour.
func Silent() rule.Rule {
	return rule.Rule{
		ID: RuleSilentApp, Version: 2, Severity: schema.SeverityHigh, Subject: rule.App,
		Title:       "At least five sessions of an app that had to be told of a capture ended within an hour in which it sent nothing.",
		Control:     rule.ControlProof(),
		Remediation: "Look for an outage of the app's reporting, from client to topic. If the app sends nothing by design, say receipts: none.",
		FalsePositives: []string{
			"The app's events are late: the finding goes away when they come.",
			"The app reports under another id than the policy gives its resources.",
		},
	}
}

func ruleClockSkew() rule.Rule {
	return rule.Rule{
		ID: RuleClockSkew, Version: 1, Severity: schema.SeverityLow, Subject: rule.Call,
		Title:       "A client's clock is wrong by more than the policy allows, and it does not say so: its receipts have wrong times.",
		Control:     rule.ControlProof(),
		Remediation: "Have the app report clockOffsetMs, which it knows from the time of any server; notice.clock: estimate corrects it meanwhile.",
		FalsePositives: []string{
			"The platform signalled late again and again, so that a slow network looks like a slow clock.",
		},
	}
}
