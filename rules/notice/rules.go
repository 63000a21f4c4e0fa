package notice

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule { return []rule.Rule{ruleMissed(), ruleLate()} }

func ruleMissed() rule.Rule {
	return rule.Rule{
		ID: RuleMissed, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Call,
		Title:   "A user who had to be told of a recording or transcription was not told, as far as the app reports.",
		Control: rule.ControlPrivacy(),
		Remediation: "Show the notice when the SDK signals the capture and when a user joins while it is on, and report " +
			"rollcall.notice.shown; the finding's reason tells whether the signal, the notice or the report is missing.",
		FalsePositives: []string{
			"The app showed the notice and its report was lost or not sent.",
			"The SDK's callback never fired, so that the app could not know (Azure/Communication #218).",
		},
	}
}

func ruleLate() rule.Rule {
	return rule.Rule{
		ID: RuleLate, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "A user was told of a recording or transcription later than the policy's deadline.",
		Control:     rule.ControlPrivacy(),
		Remediation: "Compare signalled_at with shown_at: before the signal the delay is the platform's, after it the app's.",
		FalsePositives: []string{
			"The client's clock is behind and it reports no offset; notice.clock: estimate corrects it.",
		},
	}
}
