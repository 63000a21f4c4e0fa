package evidence

import (
	"strings"

	"rollcall/rules/calls"
	"rollcall/schema"
)

// BoundsOnly reports whether a finding of the rule on conflicts follows from the
// call alone, and not from what the store knows against its evidence.
func BoundsOnly(f schema.Finding) bool {
	return f.Subject != subjectContent && !strings.HasPrefix(f.Subject, subjectAlias+" ")
}

// AsideOf gives back the alias that a finding says is not believed, and why.
func AsideOf(f schema.Finding) (a calls.SetAside, ok bool) {
	a.Alias, ok = strings.CutPrefix(f.Subject, subjectAlias+" ")
	for _, reason := range []string{calls.ReasonApart, calls.ReasonJoined} {
		if strings.Contains(f.Message, reason) {
			a.Reason = reason
		}
	}
	return a, ok && f.Rule == RuleConflict
}
