package names

import (
	"rollcall/rules/rule"
	"rollcall/schema"
)

// brand judges whether a name holds a protected wordmark.
func brand(s subject, in Input) Judgement {
	if !s.person() || s.Name == "" {
		return verdict(RuleBrand, rule.NotApplicable, "no-person")
	}
	if s.identity == schema.IdentityTeamsUser && s.Directory.Known() && sameText(s.Directory.Name, s.Name) {
		return verdict(RuleBrand, rule.NotApplicable, "directory-name") // the directory's owner named him
	}
	mark, ok := in.Policy.Words().Wordmarks.In(s.Name)
	switch {
	case !ok:
		return verdict(RuleBrand, rule.Pass, "")
	case s.allowed(in):
		return verdict(RuleBrand, rule.Pass, "allowed")
	}
	j := verdict(RuleBrand, rule.Fail, "wordmark")
	j.Severity = schema.SeverityMedium
	j.Expected = "a name without " + quote(mark)
	j.Message = "holds the wordmark " + quote(mark)
	return j
}
