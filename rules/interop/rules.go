package interop

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule { return []rule.Rule{ruleGovernment(), rulePSTN(), ruleUnsupported()} }

func ruleGovernment() rule.Rule {
	return rule.Rule{
		ID: RuleGovernment, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "Somebody of a Teams government cloud was in a call together with Communication Services.",
		Control:     rule.ControlGovernment(),
		Remediation: "Keep the app's meetings apart from tenants in government clouds; correct interop.government_tenants if the tenant is none.",
		FalsePositives: []string{
			"The policy's list names a tenant that has left the government cloud.",
		},
	}
}

func rulePSTN() rule.Rule {
	return rule.Rule{
		ID: RulePSTN, Version: 2, Severity: schema.SeverityInfo, Subject: rule.Call,
		Title:       "An external user or its app brought a telephone into a Teams meeting, which the platform's document says it can't.",
		Control:     rule.ControlTelephony(),
		Remediation: "No accusation: look whether the platform supports it by now, and who pays for that leg.",
		FalsePositives: []string{
			"The platform has come to support it since the document's date; the capability table then needs an entry.",
		},
	}
}

func ruleUnsupported() rule.Rule {
	return rule.Rule{
		ID: RuleUnsupported, Version: 1, Severity: schema.SeverityInfo, Subject: rule.Call,
		Title:       "A kind of user was seen to do what the capability table says it can't.",
		Control:     rule.ControlModels(),
		Remediation: "No accusation: look whether the platform supports it by now, and add a dated entry to the capability table.",
		FalsePositives: []string{
			"The platform has come to support it since the table's date.",
			"The thread of an ad-hoc meeting does not look like a meeting's.",
		},
	}
}
