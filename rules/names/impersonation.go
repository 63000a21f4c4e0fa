package names

import (
	"fmt"
	"strings"

	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// impersonation judges whether somebody from outside is mistaken for somebody
// of the directory, or for a protected name.
func impersonation(s subject, in Input) Judgement {
	switch {
	case s.Name == "":
		return verdict(RuleImpersonation, rule.NotApplicable, "empty")
	case !in.Policy.Judges(s.identity):
		return verdict(RuleImpersonation, rule.NotApplicable, "not-external")
	case s.identity == schema.IdentityTeamsUser && s.Directory.Known():
		return verdict(RuleImpersonation, rule.NotApplicable, "directory-user")
	case s.allowed(in):
		return verdict(RuleImpersonation, rule.Pass, "allowed")
	}
	q := lookalike.Query{Name: s.Name, Tenant: s.Tenant, First: s.First, Last: s.Last, RawID: s.RawID, Now: in.Now}.Taken()
	found := in.Policy.Words().Protected.Find(q)
	if len(found.Matches) == 0 {
		found = in.Known.Find(q)
	}
	if len(found.Matches) > 0 {
		m := found.Matches[0]
		if m.Protected == "" && m.Nearness == lookalike.Same && in.Policy.Namesakes == policy.NamesakesAllow {
			return verdict(RuleImpersonation, rule.Pass, "namesake")
		}
		return mistaken(m, len(found.Matches)+found.More, in)
	}
	switch {
	case found.Later:
		return verdict(RuleImpersonation, rule.NoEvidence, "seen-later")
	case s.Tenant == "" && in.Known.Owned():
		return verdict(RuleImpersonation, rule.NoEvidence, "tenant-unknown")
	case !in.Known.Users():
		return verdict(RuleImpersonation, rule.NoEvidence, "no-directory")
	}
	return verdict(RuleImpersonation, rule.Pass, "")
}

// mistaken says how a name is mistaken for another.
func mistaken(m lookalike.Match, of int, in Input) Judgement {
	j := verdict(RuleImpersonation, rule.Fail, m.Nearness.String())
	j.Severity = severity(m, in.Policy.Namesakes)
	j.Expected = m.Name
	var whose string
	switch {
	case m.Protected != "":
		j.Reason = "protected-" + j.Reason
		whose = "a protected name (" + m.Protected + ")"
	case in.Blind && m.Tenant == "":
		// Whose directory it is of is not known: its user may be another tenant's.
		j.Expected = "another name"
		whose = "a user of a directory that no tenant's domains tell"
	default:
		whose = "the directory's user " + m.RawID
	}
	if of > 1 {
		whose += fmt.Sprintf(" and %d others", of-1)
	}
	switch {
	case m.Nearness != lookalike.Same:
		j.Message = "can be mistaken for " + whose + " by " + strings.Join(m.How, ", ")
	case m.Protected != "":
		j.Message = "is " + whose
	default:
		j.Message = "is the name of " + whose + " too; whether a namesake or not, nobody in the call can tell"
	}
	if m.Event != "" && j.Expected == m.Name {
		j.Evidence = []string{m.Event}
	}
	return j
}

// severity is by how near a name is and to whose.
func severity(m lookalike.Match, namesakes policy.Namesakes) schema.Severity {
	protected := m.Protected != ""
	switch m.Nearness {
	case lookalike.Disguised:
		if protected {
			return schema.SeverityCritical
		}
		return schema.SeverityHigh
	case lookalike.Alike:
		if protected {
			return schema.SeverityHigh
		}
		return schema.SeverityMedium
	}
	switch {
	case protected:
		return schema.SeverityHigh
	case namesakes == policy.NamesakesReport:
		return schema.SeverityInfo
	}
	return schema.SeverityLow
}
