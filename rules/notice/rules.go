package notice

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule {
	return []rule.Rule{ruleMissed(), ruleLate(), ruleWrongText(), ruleStale(), AppBroken()}
}

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

func ruleWrongText() rule.Rule {
	return rule.Rule{
		ID: RuleWrongText, Version: 2, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "A notice's text does not name the recording or transcription that it is shown for.",
		Control:     rule.ControlPrivacy(),
		Remediation: "Correct the text of that surface and locale; where it is right, give the policy a pattern in notice.texts.",
		FalsePositives: []string{
			"The app names the capture in words that no pattern of the locale knows.",
			"The app reports another locale than that of the text.",
		},
	}
}

func ruleStale() rule.Rule {
	return rule.Rule{
		ID: RuleStale, Version: 1, Severity: schema.SeverityLow, Subject: rule.Call,
		Title:       "A notice was still shown as active long after its recording or transcription ended.",
		Control:     rule.ControlPrivacy(),
		Remediation: "Take the notice away when the SDK signals the end, and report rollcall.notice.shown with the state stopped.",
		FalsePositives: []string{
			"The app took the notice away and does not report it: leave notice.stale out of the policy for it.",
			"Another user's leaving looked like an end to the client (Azure/Communication #419).",
		},
	}
}

// AppBroken describes the rule on versions of apps that show nothing.
func AppBroken() rule.Rule {
	return rule.Rule{
		ID: RuleAppBroken, Version: 2, Severity: schema.SeverityCritical, Subject: rule.App,
		Title:       "A version of an app was signalled captures in at least five sessions within an hour and showed nothing in any.",
		Control:     rule.ControlPrivacy(),
		Remediation: "Treat it as an outage of that version: roll it back or repair its notices, then look at the misses that it gathers.",
		FalsePositives: []string{
			"The version shows notices and its reports of them are lost, while its reports of signals arrive.",
			"The client was signalled on joining, before it could draw anything, and left at once (Azure/Communication #383).",
		},
	}
}
