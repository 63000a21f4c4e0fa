// Package succession says what became of findings that an evaluation no longer
// has: whether another one took their place, because calls merged or bounds
// moved, or evidence refutes them (design.md, section 6). It is pure.
//
// A finding about an obligation goes where its obligation goes: to the finding
// on the exposure of the same person that overlaps it most. Where nothing is
// found on that exposure, the evidence on it refutes the finding. Any other
// finding goes to one of its rule on the same person or thing that is new, or
// that outlives its call.
package succession

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/rules/notice"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// An Exposure is an obligation's interval: how long this person was in the call
// while the episode went on.
type Exposure struct {
	CallID, SessionID, RawID, EndpointID, Capture string
	Ordinal                                       int
	From, Until                                   time.Time // Until is zero while it goes on
	Result                                        schema.Result
}

// A Held is a finding as the evaluation before had it. CallID is its call's, or
// that of the subject in its place.
type Held struct {
	schema.Finding
	Version uint64 // of the evaluation that had it last
	// Of is the exposure that it is about, where it is about one.
	Of *Exposure
	// Stays is true where the finding's id is still found: then only a move is
	// looked for.
	Stays bool
}

// A Found is a finding of the new evaluation.
type Found struct {
	schema.Finding
	Before bool // the evaluation before had one of this id
}

// Input is what Changes decides by: of the findings held, and, of the persons
// and things that they are about, all that is new.
type Input struct {
	Held      []Held
	Found     []Found
	Exposures []Exposure
	// Sessions are those of the sessions that findings are held about that still
	// are sessions.
	Sessions map[string]bool
	// Heirs are the calls that took over the evidence of each call, itself among
	// them where it still is one.
	Heirs map[string][]string
	// Policies are the versions of the policy that judged the calls, or subjects,
	// now; findings say which judged before.
	Policies map[string]string
	// At is the instant of the evaluation.
	At time.Time
}

// Changes lists what became of the findings held, in a stable order.
func Changes(in Input) ([]schema.FindingChange, error) {
	j := judge{Input: in, found: map[string]*Found{}}
	for i := range in.Found {
		j.found[in.Found[i].ID] = &in.Found[i]
	}
	var out []schema.FindingChange
	for _, h := range in.Held {
		c, changed := j.of(h)
		if !changed {
			continue
		}
		c, err := c.Named()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b schema.FindingChange) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

type judge struct {
	Input
	found map[string]*Found
}

func (j judge) of(h Held) (schema.FindingChange, bool) {
	c := schema.FindingChange{
		Finding: h.ID, CallID: h.CallID, Tenant: h.Tenant, At: j.At, Who: schema.Evaluation, Judged: h.Version,
		Before: schema.FindingState{Status: h.Status},
	}
	to, e, why := j.successor(h)
	c.Policy = j.policy(h, to, e)
	if h.Stays {
		if to != nil && to.ID == h.ID || to == nil && h.Of == nil {
			return c, false
		}
		c.Action, c.After.Status = schema.ActionMove, schema.FindingNew
	} else {
		c.Action, c.After.Status = schema.ActionWithdraw, schema.FindingWithdrawn
		if to != nil {
			c.Action, c.After.Status = schema.ActionSupersede, schema.FindingSuperseded
		}
	}
	c.Reason = why(j.basis(h, c.Policy))
	if to != nil {
		c.Successor, c.SuccessorCall = to.ID, to.CallID
	}
	return c, true
}

// A reason is completed by the basis on which findings are judged now.
type reason func(basis string) string

// about makes a reason that stands after its basis.
func about(format string, args ...any) reason {
	return func(basis string) string { return basis + " " + fmt.Sprintf(format, args...) }
}

// basis says by what a finding is judged otherwise than before: where another
// version of the policy judges now, nobody is to think that evidence came.
func (j judge) basis(h Held, policy string) string {
	if policy == "" || h.PolicyVersion == "" || policy == h.PolicyVersion {
		return "by the evidence now"
	}
	return ByPolicy(policy, h.PolicyVersion)
}

// ByPolicy is the basis of what is judged by one version of the policy where
// another judged before.
func ByPolicy(now, before string) string {
	return fmt.Sprintf("judged by policy %s in the place of %s,", now, before)
}

// policy is the version that judged what became of a finding.
func (j judge) policy(h Held, to *Found, e *Exposure) string {
	switch {
	case to != nil:
		return j.Policies[to.CallID]
	case e != nil:
		return j.Policies[e.CallID]
	}
	return j.Policies[h.CallID]
}

// successor finds the finding that takes the place of another, or the exposure
// on which there is none, and says why.
func (j judge) successor(h Held) (*Found, *Exposure, reason) {
	if h.Of == nil {
		if to := j.alike(h); to != nil {
			return to, nil, j.moved(h, to)
		}
		return nil, nil, about("the rule finds nothing there")
	}
	e := j.exposure(*h.Of)
	if e == nil {
		return nil, nil, about("this person was not exposed then")
	}
	for _, name := range []string{h.Rule, counterpart(h.Rule)} {
		if to := j.found[rule.FindingID(name, e.SessionID, e.Capture, fmt.Sprint(e.Ordinal))]; name != "" && to != nil {
			return to, e, j.moved(h, to)
		}
	}
	return nil, e, about("the result of its exposure is %s", e.Result)
}

// moved says why a finding went over into another.
func (j judge) moved(h Held, to *Found) reason {
	switch {
	case to.CallID != h.CallID:
		return func(string) string { return "its evidence now belongs to call " + to.CallID }
	case to.Rule != h.Rule:
		return about("it is %s", to.Rule)
	}
	return about("its bounds are others")
}

// counterpart is the rule that judges the same obligation otherwise: a miss that
// becomes late is a late notice, and the other way round.
func counterpart(name string) string {
	switch name {
	case notice.RuleMissed:
		return notice.RuleLate
	case notice.RuleLate:
		return notice.RuleMissed
	}
	return ""
}

// exposure finds what became of an exposure: the one of the same session that
// overlaps it most, or where there is no such session any more, of the same
// person, best on the same endpoint.
func (j judge) exposure(was Exposure) *Exposure {
	type rank struct {
		endpoint bool
		shared   time.Duration
	}
	var best *Exposure
	var first rank
	heirs := j.Heirs[was.CallID]
	for i := range j.Exposures {
		e := &j.Exposures[i]
		same := e.SessionID == was.SessionID
		if !j.Sessions[was.SessionID] {
			same = same || e.RawID != "" && e.RawID == was.RawID
		}
		shared, overlaps := overlap(was, *e)
		if !same || !overlaps || e.Capture != was.Capture || !slices.Contains(heirs, e.CallID) {
			continue
		}
		r := rank{e.EndpointID != "" && e.EndpointID == was.EndpointID, shared}
		better := best == nil || r.endpoint && !first.endpoint
		if best != nil && r.endpoint == first.endpoint {
			better = r.shared > first.shared || r.shared == first.shared && before(e, best)
		}
		if better {
			best, first = e, r
		}
	}
	return best
}

// overlap is how long two exposures go on together. Those that only touch, or
// one of which has no length, share nothing but overlap.
func overlap(a, b Exposure) (time.Duration, bool) {
	from, until := a.From, a.Until
	if b.From.After(from) {
		from = b.From
	}
	if until.IsZero() || !b.Until.IsZero() && b.Until.Before(until) {
		until = b.Until
	}
	if until.IsZero() {
		return 1<<63 - 1, true // both go on
	}
	return until.Sub(from), !until.Before(from)
}

func before(a, b *Exposure) bool {
	return cmp.Or(a.From.Compare(b.From), strings.Compare(a.SessionID, b.SessionID), a.Ordinal-b.Ordinal) < 0
}

// alike finds a finding that says the same of the same person or thing: of those
// the one that began next to it.
func (j judge) alike(h Held) *Found {
	if h.Stays {
		return j.found[h.ID]
	}
	var best *Found
	var least time.Duration
	heirs := j.Heirs[h.CallID]
	gone := !slices.Contains(heirs, h.CallID)
	for i := range j.Found {
		f := &j.Found[i]
		same := f.Rule == h.Rule && f.Capture == h.Capture && f.RawID == h.RawID && (h.RawID != "" || f.Subject == h.Subject || gone)
		if !same || f.Before && !gone || !slices.Contains(heirs, f.CallID) {
			continue
		}
		away := f.FirstAt.Sub(h.FirstAt).Abs()
		if best == nil || away < least || away == least && f.ID < best.ID {
			best, least = f, away
		}
	}
	return best
}
