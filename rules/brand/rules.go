package brand

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// The rules of this family.
const (
	RuleName          = "brand.name"
	RuleStatement     = "brand.statement"
	RuleEndorsement   = "brand.endorsement"
	RuleCertification = "brand.certification"
	RuleUnique        = "brand.not-unique"
	RuleAsset         = "brand.asset"
)

// Rules describes the rules of this family.
func Rules() []rule.Rule {
	return []rule.Rule{ruleName(), ruleStatement(), ruleEndorsement(), ruleCertification(), ruleUnique(), ruleAsset()}
}

func ruleName() rule.Rule {
	return rule.Rule{
		ID: RuleName, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Listing,
		Title:   "The name of an app, its company or its developer has a protected wordmark in it.",
		Control: rule.ControlBrand(),
		Remediation: "Give the app or developer a name of the company's own in every locale; say within the description that it works " +
			"with the product. Where a licence allows the name, list it in brand.licences with the scope name.",
		FalsePositives: []string{
			"The word is meant as an ordinary one, such as teams of people, in a way that no pattern knows: add it to brand.ordinary.",
			"The name was another company's own before the mark was protected.",
		},
	}
}

func ruleStatement() rule.Rule {
	return rule.Rule{
		ID: RuleStatement, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Listing,
		Title:   "A text of a listing has a protected wordmark outside a truthful statement of compatibility.",
		Control: rule.ControlBrand(),
		Remediation: "Say it within the description as \"(company) (app) integrated with Microsoft Teams\", with the app's own name, or leave " +
			"the mark out; no evidence means that no call of the app with Teams is known in the policy's window.",
		FalsePositives: []string{
			"The statement is truthful in words that the grammar does not know: add them to brand.words, or a pattern to brand.statements.patterns.",
			"The mark is an ordinary word there: add the words around it to brand.ordinary.",
		},
	}
}

func ruleEndorsement() rule.Rule {
	return rule.Rule{
		ID: RuleEndorsement, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Listing,
		Title:       "A listing implies that the owner of a protected mark is affiliated with the app, endorses or sponsors it.",
		Control:     rule.ControlBrand(),
		Remediation: "Take the claim out, in every locale; where it is true by contract, list that in brand.licences with the scope claim.",
		FalsePositives: []string{
			"The sentence denies the affiliation in words that the grammar does not know: add them to brand.words.",
			"The claim is about another party that the sentence names beside the mark.",
		},
	}
}

func ruleCertification() rule.Rule {
	return rule.Rule{
		ID: RuleCertification, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Listing,
		Title:       "A listing claims a certification, licence or branding of a protected mark that the policy does not list for the app.",
		Control:     rule.ControlBrand(),
		Remediation: "Take the claim out, or list the certification in brand.certifications with the app, its name and its dates.",
		FalsePositives: []string{
			"The certification holds and nobody has put it into the policy file yet, or has renewed its dates there.",
			"The certification is of the users or staff, not of the app.",
		},
	}
}

func ruleUnique() rule.Rule {
	return rule.Rule{
		ID: RuleUnique, Version: 1, Severity: schema.SeverityMedium, Subject: rule.Listing,
		Title:       "The name of an app, its company or its developer is another company's or can be mistaken for it.",
		Control:     rule.ControlBrand(),
		Remediation: "Give it a name that nobody takes for the other company's, in every locale.",
		FalsePositives: []string{
			"Both companies belong together, and the policy's list of others names one of them.",
			"The name is made of words that every company of the trade uses.",
		},
	}
}

func ruleAsset() rule.Rule {
	return rule.Rule{
		ID: RuleAsset, Version: 1, Severity: schema.SeverityHigh, Subject: rule.Listing,
		Title:   "A picture or video of a listing is a protected one, or shows it.",
		Control: rule.ControlBrand(),
		Remediation: "Replace it by one of the company's own; where a licence allows it, list that in brand.licences with the scope asset. " +
			"No evidence means that it could not be seen, or not all of it: the finding says why.",
		FalsePositives: []string{
			"Two simple designs are alike by chance: lower brand.assets.threshold, or supply a reference with more in it.",
			"A screenshot shows the other product where the licence's terms allow that.",
		},
	}
}
