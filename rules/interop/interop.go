// Package interop judges whether users did in Teams calls and meetings what
// their kind can do (design.md, sections 1 and 6): the capability table is data
// with dates, because it changes. It is pure.
package interop

import (
	"fmt"
	"strings"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// The rules of this family.
const (
	RuleGovernment  = "interop.government-cloud"
	RulePSTN        = "interop.pstn"
	RuleUnsupported = "interop.unsupported-join"
)

// JudgeCloud holds a session's identity against the government clouds, which do
// not interoperate. It applies to identities of Teams, and to identities of
// Communication Services that name a government cloud, in Teams calls. A tenant
// that the policy does not list is no evidence.
func JudgeCloud(s rule.Session) rule.Outcome {
	var out rule.Outcome
	_, cloud := rawid.Classify(s.RawID)
	byID := cloud == rawid.CloudGCCHigh || cloud == rawid.CloudDoD
	listed := s.Policy.TenantCloud(s.TenantID)
	ofTeams := s.Identity == schema.IdentityTeamsUser || s.Identity == schema.IdentityTeamsApp || s.Identity == schema.IdentityAnonymous
	switch {
	case !s.Call.Teams, !ofTeams && !byID:
		out.Count(RuleGovernment, rule.NotApplicable)
		return out
	case byID, listed == policy.CloudGovernment:
		out.Count(RuleGovernment, rule.Fail)
	case listed == policy.CloudCommercial:
		out.Count(RuleGovernment, rule.Pass)
		return out
	default:
		out.Count(RuleGovernment, rule.NoEvidence)
		return out
	}
	f := s.Finding(ruleGovernment())
	f.FirstAt, f.DetectedAt, f.Evidence = s.Joined.At, s.Joined.At, rule.Evidence(s.Events...)
	why := fmt.Sprintf("its id names the cloud %s", cloud)
	if !byID {
		why = fmt.Sprintf("the policy lists its tenant %s as a government one", s.TenantID)
	}
	f.Message = fmt.Sprintf("%s of a government cloud was in a Teams call: %s.", s.Who(), why)
	out.Find(f)
	return out
}

// An Owner says whose the findings on a whole call are.
type Owner struct {
	Tenant, App string
	PolicyID    string
}

// Judge states what a call's sessions together show: telephones that an app
// brought into a Teams meeting, and cells of the capability table that say no.
func Judge(call schema.Call, owner Owner) rule.Outcome {
	var out rule.Outcome
	judgeTelephones(call, owner, &out)
	judgeCells(call, owner, &out)
	return out
}

func (o Owner) finding(r rule.Rule, call schema.Call, subject string, more ...string) schema.Finding {
	f := r.Finding(append([]string{call.ID, subject}, more...)...)
	f.CallID, f.Tenant, f.App, f.Subject, f.PolicyVersion = call.ID, o.Tenant, o.App, subject, o.PolicyID
	return f
}

// meetings is what a Teams thread begins with that belongs to a meeting.
const meetings = "19:meeting_"

// A kind of call, as far as its Teams thread tells.
type kind int

const (
	kindUnknown kind = iota // no thread is known
	kindMeeting
	kindCall // a thread that is no meeting's
)

func kindOf(call schema.Call) kind {
	k := kindUnknown
	for _, a := range call.Aliases {
		if a.Kind != "thread_id" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(a.Value), meetings) {
			return kindMeeting
		}
		k = kindCall
	}
	return k
}

// judgeCells looks for cells of the capability table that say no. A subject is a
// session that a cell is about; telephony is the business of interop.pstn.
func judgeCells(call schema.Call, owner Owner, out *rule.Outcome) {
	table, err := Capabilities()
	if err != nil {
		return // a test reads the table that ships
	}
	said := map[Cell]*schema.Finding{}
	var order []Cell
	for _, s := range call.Sessions {
		cell, known := cellOf(call, s)
		if cell.Deed == Telephony || cell.User == "" {
			out.Count(RuleUnsupported, rule.NotApplicable)
			continue
		}
		can, listed := table.Can(cell, s.Joined.At)
		switch {
		case !known, !listed:
			out.Count(RuleUnsupported, rule.NoEvidence)
			continue
		case can:
			out.Count(RuleUnsupported, rule.Pass)
			continue
		}
		out.Count(RuleUnsupported, rule.Fail)
		f := said[cell]
		if f == nil {
			first := owner.finding(ruleUnsupported(), call, string(cell.User)+" "+string(cell.Deed))
			f = &first
			f.FirstAt, f.DetectedAt = s.Joined.At, s.Joined.At
			f.Message = fmt.Sprintf("A session of %s was seen to %s, which the capability table says it can't (%s).", cell.User, inWords(cell.Deed), table.Source)
			said[cell] = f
			order = append(order, cell)
		}
		if len(f.Evidence) < rule.MaxEvidence {
			f.Evidence = rule.Evidence(append(f.Evidence, s.Joined.Event)...)
		}
	}
	for _, cell := range order {
		out.Find(*said[cell])
	}
}

func inWords(d Deed) string {
	switch d {
	case JoinMeeting:
		return "join a Teams meeting"
	case MakeCall:
		return "take part in a Teams call outside of a meeting"
	case JoinACSCall:
		return "join a call that the Calling SDK began"
	}
	return "bring a telephone into a Teams meeting"
}

// cellOf is the cell that a session is seen in; User is empty where the table is
// not about it. known is false where the deed is not known.
func cellOf(call schema.Call, s schema.Session) (c Cell, known bool) {
	switch s.JoinPath {
	case schema.PathACSExternalUser, schema.PathACSTeamsUser, schema.PathTeamsUser, schema.PathTeamsAnonymous:
		c.User = s.JoinPath
	default:
		return c, false
	}
	if !call.Teams {
		if s.JoinPath == schema.PathACSExternalUser {
			return Cell{}, false // a plain call of its own kind
		}
		return Cell{s.JoinPath, JoinACSCall}, begunBySDK(call)
	}
	switch kindOf(call) {
	case kindMeeting:
		return Cell{s.JoinPath, JoinMeeting}, true
	case kindCall:
		if s.JoinPath != schema.PathACSExternalUser && begunBySDK(call) {
			return Cell{s.JoinPath, JoinACSCall}, true
		}
		return Cell{s.JoinPath, MakeCall}, true
	}
	return Cell{s.JoinPath, JoinMeeting}, false
}

// begunBySDK reports whether the first to join a call was an external user, all
// alone: the Calling SDK began it.
func begunBySDK(call schema.Call) bool {
	if len(call.Sessions) == 0 {
		return false
	}
	first := call.Sessions[0]
	return first.JoinPath == schema.PathACSExternalUser &&
		(len(call.Sessions) == 1 || call.Sessions[1].Joined.At.After(first.Joined.At))
}

// Seen counts the sessions of a call by the cell of the capability table that
// they were seen in, for the report on capabilities. A telephone that an app
// brought into a meeting is the telephony of an external user's app.
func Seen(call schema.Call) map[Cell]int {
	seen := map[Cell]int{}
	for _, s := range call.Sessions {
		if cell, known := cellOf(call, s); known {
			seen[cell]++
		}
	}
	if call.Teams && kindOf(call) == kindMeeting {
		for range call.Additions {
			seen[Cell{schema.PathACSExternalUser, Telephony}]++
		}
	}
	return seen
}
