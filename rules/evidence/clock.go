package evidence

import (
	"fmt"
	"time"

	"rollcall/rules/notice"
	"rollcall/rules/rule"
)

// RuleClockSkew is the rule on clients' clocks.
const RuleClockSkew = "evidence.clock-skew"

// witnesses is how many words of a client must agree on its clock: a single one
// may have been slow.
const witnesses = 2

// JudgeClock holds what a session's client says of joins, leaves and captures
// against the servers' bounds. One whose words can't be held against any bound
// is no evidence; one that says nothing is not applicable.
func JudgeClock(s rule.Session) rule.Outcome {
	var out rule.Outcome
	if !s.Reported {
		out.Count(RuleClockSkew, rule.NotApplicable)
		return out
	}
	offset, _, agree, ok := notice.Offset(s.Call, s.Session)
	switch allowed := s.Policy.ClockSkew(); {
	case !ok || agree < witnesses:
		out.Count(RuleClockSkew, rule.NoEvidence)
		return out
	case offset.Abs() <= allowed:
		out.Count(RuleClockSkew, rule.Pass)
		return out
	}
	out.Count(RuleClockSkew, rule.Fail)
	f := s.Finding(ruleClockSkew())
	f.FirstAt, f.DetectedAt = s.Joined.At, s.Joined.At
	ids := []string{s.Joined.Event, s.Left.Event}
	for i, g := range s.Signals {
		if i < rule.MaxEvidence {
			ids = append(ids, g.Event)
		}
	}
	f.Evidence = rule.Evidence(ids...)
	side := "ahead"
	if offset < 0 {
		side = "behind"
	}
	f.Message = fmt.Sprintf("The clock of %s is about %s %s by %d of its words.", s.Who(), offset.Abs().Round(time.Second), side, agree)
	out.Find(f)
	return out
}
