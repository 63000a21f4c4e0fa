package names

import (
	"strings"

	"rollcall/rules/names/lookalike"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// externalLabel judges whether a name carries a label or a role that only the
// platform gives, and lacks none where the platform shows one.
func externalLabel(s subject, in Input) Judgement {
	if !s.person() || s.Name == "" {
		return verdict(RuleLabel, rule.NotApplicable, "no-person")
	}
	name := s.Name
	if s.identity == schema.IdentityTeamsUser && s.Directory.Known() && sameText(s.Directory.Name, name) {
		return verdict(RuleLabel, rule.Pass, "directory-name") // what the directory calls somebody is no claim of his
	}
	words := in.Policy.Words()
	shown := false // the label that the platform shows here
	where := carries(s.Surface, s.Source, s.First)
	if where == CarriesLabel && s.identity == schema.IdentityExternalUser {
		for _, l := range s.Labels {
			if _, ok := words.Labels.Is(strings.Trim(l, "()[]（） ")); ok {
				shown = true
			}
		}
		if !shown {
			name, shown = withoutLabel(name, words.Labels)
		}
	}
	if part, what, reason := claims(name, words.Labels, words.Roles); reason != "" && !s.allowed(in) {
		j := verdict(RuleLabel, rule.Fail, reason)
		j.Severity = schema.SeverityMedium
		j.Expected = "a name without " + what
		j.Message = "carries " + what + " as " + quote(Spelt(part)) + " in the name itself"
		return j
	}
	switch {
	case s.identity != schema.IdentityExternalUser:
		return verdict(RuleLabel, rule.Pass, "")
	case where == CarriesNone, shown:
		return verdict(RuleLabel, rule.Pass, "")
	case where == CarriesLabel:
		j := verdict(RuleLabel, rule.Fail, "label-absent")
		j.Severity = schema.SeverityLow
		j.Expected = name + " (External)"
		j.Message = "was shown in Teams without the label that it has for external users"
		return j
	case where == CarriesUnknown:
		return verdict(RuleLabel, rule.NotApplicable, "label-unknown")
	}
	return verdict(RuleLabel, rule.NotApplicable, "source-not-listed")
}

// withoutLabel takes the platform's own label from the end of a name: the one
// in brackets there.
func withoutLabel(name string, labels *lookalike.Phrases) (string, bool) {
	text := strings.TrimSpace(name)
	for _, pair := range [...][2]string{{"(", ")"}, {"（", "）"}, {"[", "]"}} {
		if !strings.HasSuffix(text, pair[1]) {
			continue
		}
		i := strings.LastIndex(text, pair[0])
		if i <= 0 {
			continue
		}
		if _, ok := labels.Is(strings.TrimSuffix(text[i+len(pair[0]):], pair[1])); ok {
			return strings.TrimSpace(text[:i]), true
		}
	}
	return name, false
}

// claims finds a label or a role in a name.
func claims(name string, labels, roles *lookalike.Phrases) (part, what, reason string) {
	for _, p := range lookalike.Parts(name) {
		if l, ok := labels.Is(p); ok {
			return p, "the label " + quote(l), "label"
		}
		if r, ok := roles.Is(p); ok {
			return p, "the role " + quote(r), "role"
		}
	}
	return "", "", ""
}

func quote(s string) string { return "“" + s + "”" }
