package names

import (
	"slices"

	"rollcall/rules/rule"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// Judge says what each rule of the family says of one displayed name, in the
// order of Rules. An empty list of labels and a directory of no basis are those
// of a name of which no more is known.
func Judge(n schema.ShownName, in Input) []Judgement { return judge(n, in, nil) }

// judge has some rules judge a name; nil: all of them.
func judge(n schema.ShownName, in Input, some []string) []Judgement {
	s := subject{ShownName: n, identity: rawid.Identity(n.RawID)}
	out := make([]Judgement, 0, 6)
	for _, r := range [...]struct {
		id    string
		judge func(subject, Input) Judgement
	}{{RuleMissing, missing}, {RuleUnsafe, unsafe}, {RuleLabel, externalLabel}, {RuleMismatch, mismatch}, {RuleImpersonation, impersonation}, {RuleBrand, brand}} {
		if some != nil && !slices.Contains(some, r.id) {
			continue
		}
		j := r.judge(s, in)
		if j.Verdict == rule.Fail && j.Seen == "" {
			j.Seen = Spelt(n.Name)
		}
		out = append(out, j)
	}
	return out
}

// A subject is a name with the model of who has it.
type subject struct {
	schema.ShownName
	identity schema.Identity
}

// person reports whether the name is one that a person is to have: telephones
// are shown by their number, bots and apps as their makers want.
func (s subject) person() bool {
	switch s.identity {
	case schema.IdentityPhone, schema.IdentityBot, schema.IdentityTeamsApp:
		return false
	}
	return true
}

// allowed reports whether the policy says that the bearer is really called so.
func (s subject) allowed(in Input) bool {
	for _, p := range in.Policy.People {
		if (p.RawID == "" || p.RawID == s.RawID) && sameText(p.Name, s.Name) {
			return true
		}
	}
	return false
}

func verdict(id string, v rule.Verdict, reason string) Judgement {
	return Judgement{Rule: id, Verdict: v, Reason: reason}
}

// Worst is the judgement that decides of a name: a failure above missing
// evidence above the rest, then the graver one, then in the order of the rules.
func Worst(list []Judgement) Judgement {
	rank := func(j Judgement) int {
		switch j.Verdict {
		case rule.Fail:
			return 0
		case rule.NoEvidence:
			return 1
		case rule.Pass:
			return 2
		}
		return 3
	}
	var worst Judgement
	for i, j := range list {
		if i == 0 || rank(j) < rank(worst) || rank(j) == rank(worst) && grave(j.Severity) > grave(worst.Severity) {
			worst = j
		}
	}
	return worst
}

func grave(s schema.Severity) int {
	return slices.Index([]schema.Severity{schema.SeverityInfo, schema.SeverityLow, schema.SeverityMedium, schema.SeverityHigh, schema.SeverityCritical}, s)
}
