package names

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule {
	return []rule.Rule{ruleMissing(), ruleUnsafe(), ruleLabel(), ruleMismatch(), ruleImpersonation(), ruleBrand()}
}

func ruleMissing() rule.Rule {
	return rule.Rule{
		ID: RuleMissing, Version: 1, Severity: schema.SeverityLow, Subject: rule.Call,
		Title:       "A person was shown by nothing, a placeholder, an id or a number in the place of a name.",
		Control:     rule.ControlNames(),
		Remediation: "Give the Calling SDK a display name when the call agent is made, and ask the user for one where the app knows none.",
		FalsePositives: []string{
			"Somebody's whole name is a placeholder in some language: list the person under names.people.",
			"A room or a device is shown by its number on purpose.",
		},
	}
}

func ruleUnsafe() rule.Rule {
	return rule.Rule{
		ID: RuleUnsafe, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "A displayed name holds control, bidirectional, invisible or undefined characters, which hide or turn round what others read.",
		Control:     rule.ControlNames(),
		Remediation: "Refuse or strip such characters where users type their names; keep joiners, which Persian, Indic scripts and emoji need.",
		FalsePositives: []string{
			"A name was copied from a document together with characters that its layout needed.",
			"A font's own characters of the private-use area, as some companies' directories have them.",
		},
	}
}

func ruleLabel() rule.Rule {
	return rule.Rule{
		ID: RuleLabel, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "A name itself carries a label or a role that only the platform gives, or lacks the label that Teams shows with external users.",
		Control:     rule.ControlNames(),
		Remediation: "Refuse labels such as (External) and roles such as Organizer in names that users type; report what Teams showed with rollcall.name.shown.",
		FalsePositives: []string{
			"Somebody's whole name is such a word, such as Host: list the person under names.people.",
			"A team says in brackets what it is, in a word that Teams uses for a role: take that from names.roles.",
		},
	}
}

func ruleMismatch() rule.Rule {
	return rule.Rule{
		ID: RuleMismatch, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "A Teams user was shown by another name than the directory's display name that held at that time.",
		Control:     rule.ControlNames(),
		Remediation: "Show Teams users by the directory's name, which the SDK gives; let no app set another.",
		FalsePositives: []string{
			"The name was changed, and the directory was not looked at in time: names.rename_grace allows for it.",
			"A client showed a name that it had kept from before the change.",
		},
	}
}

func ruleImpersonation() rule.Rule {
	return rule.Rule{
		ID: RuleImpersonation, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Call,
		Title:       "An external user's name can be mistaken for that of a user of the directory, or for a protected one.",
		Control:     rule.ControlNames(),
		Remediation: "Find out who it was before anything said in that call is trusted. One who is really called so belongs in names.people.",
		FalsePositives: []string{
			"A namesake: two people of one name look the same to everybody in the call, which is what the rule says; severity low.",
			"The same person, who joined from outside of the directory with a private account.",
			"Two real names that look alike in small letters, such as Corner and Comer.",
		},
	}
}

func ruleBrand() rule.Rule {
	return rule.Rule{
		ID: RuleBrand, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Call,
		Title:       "A person's displayed name holds a protected wordmark.",
		Control:     rule.ControlMarks(),
		Remediation: "Refuse wordmarks in the names that users type; list under names.people who is really called so.",
		FalsePositives: []string{
			"Somebody works for the owner of the wordmark and says so in the name.",
			"A person or family is called so.",
		},
	}
}
