package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/rule"
	"rollcall/schema"
)

// mismatch judges whether a Teams user is shown by the directory's name.
func mismatch(s subject, in Input) Judgement {
	if s.identity != schema.IdentityTeamsUser {
		return verdict(RuleMismatch, rule.NotApplicable, "no-directory-user")
	}
	d := s.Directory
	if !d.Known() {
		reason := string(d.Basis)
		if reason == "" {
			reason = string(schema.DirectoryNotListed)
		}
		return verdict(RuleMismatch, rule.NoEvidence, reason)
	}
	if sameText(d.Name, s.Name) {
		return verdict(RuleMismatch, rule.Pass, "")
	}
	for _, other := range d.Near {
		if other.Away <= in.Policy.RenameGrace && sameText(other.Name, s.Name) {
			return verdict(RuleMismatch, rule.Pass, "renamed")
		}
	}
	j := verdict(RuleMismatch, rule.Fail, "other-name")
	j.Severity = schema.SeverityMedium
	j.Expected = d.Name
	j.Message = "is not the name that the directory had"
	if strings.EqualFold(squeeze(d.Name), squeeze(s.Name)) {
		j.Reason, j.Severity, j.Message = "letter-case", schema.SeverityInfo, "differs from the directory's name in letter case alone"
	}
	if d.Event != "" {
		j.Evidence = []string{d.Event}
	}
	return j
}

// sameText reports whether two names are the same but for composition and white
// space.
func sameText(a, b string) bool { return a == b || squeeze(a) == squeeze(b) }

// squeeze brings a name to composed form with single spaces.
func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), unicode.IsSpace), " ")
}
