package interop

import (
	"fmt"
	"slices"

	"rollcall/rules/rule"
	"rollcall/schema"
)

// judgeTelephones looks for telephones in Teams meetings that an external user
// or its app brought there. A subject is a Teams meeting that an external user
// attended, or into which an app asked Call Automation to bring a telephone.
//
// A telephone of whose coming nothing tells is no evidence: the meeting may have
// a number of its own. A meeting without any passes where a source spoke of it
// that would have named the telephone, and once it is over.
func judgeTelephones(call schema.Call, owner Owner, out *rule.Outcome) {
	what, legs, attended := kindOf(call), map[string]*schema.Session{}, false
	for i := range call.Sessions {
		s := &call.Sessions[i]
		attended = attended || s.JoinPath == schema.PathACSExternalUser
		if s.JoinPath == schema.PathPSTN && legs[s.RawID] == nil {
			legs[s.RawID] = s // the first leg of a number; the logs name none
		}
	}
	switch {
	case call.Chat: // no call
	case !call.Teams, what == kindCall, !attended && len(call.Additions) == 0:
		out.Count(RulePSTN, rule.NotApplicable)
	case what == kindUnknown:
		out.Count(RulePSTN, rule.NoEvidence)
	case len(call.Additions) > 0:
		out.Count(RulePSTN, rule.Fail)
		added := map[string]bool{}
		for _, a := range call.Additions {
			if !added[a.RawID] {
				added[a.RawID] = true
				out.Find(brought(call, owner, a, legs[a.RawID]))
			}
		}
	case len(legs) > 0:
		out.Count(RulePSTN, rule.NoEvidence)
	case call.End.Source == schema.BoundOpen:
		out.Count(RulePSTN, rule.NotApplicable)
	case !listed(call):
		out.Count(RulePSTN, rule.NoEvidence)
	default:
		out.Count(RulePSTN, rule.Pass)
	}
}

// brought is the finding on one telephone; leg is its session, where one is
// known by the number.
func brought(call schema.Call, owner Owner, a schema.CallAddition, leg *schema.Session) schema.Finding {
	f := owner.finding(rulePSTN(), call, call.ID, a.RawID)
	f.RawID, f.FirstAt, f.DetectedAt = a.RawID, a.At, a.At
	events := []string{a.Event}
	if leg != nil {
		f.Subject = leg.ID
		events = append(events, leg.Events...)
	}
	f.Evidence = rule.Evidence(events...)
	f.Message = fmt.Sprintf("An app brought the telephone %s into a Teams meeting by Call Automation at %s.", a.RawID, rule.Instant(a.At))
	return f
}

// listed reports whether a source spoke of the call that lists whoever is in it,
// telephones too: the call logs, a roster or Graph.
func listed(call schema.Call) bool {
	return slices.ContainsFunc(call.Sessions, func(s schema.Session) bool {
		return slices.ContainsFunc([]schema.BoundSource{s.Joined.Source, s.Left.Source}, func(b schema.BoundSource) bool {
			return b == schema.BoundCallSummary || b == schema.BoundRoster || b == schema.BoundGraph
		})
	})
}
