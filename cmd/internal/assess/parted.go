package assess

import (
	"context"
	"slices"

	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A difference is what of a call is judged anew whose results hold by a policy of
// today, where another is to judge it.
type difference struct {
	parts   policy.Parts
	was, is catalogue.Some  // the rules that may say something else, of either
	anew    map[string]bool // their ids, but for those on names
}

func differenceOf(before, after *policy.Policy) difference {
	p := difference{parts: policy.Apart(before, after), anew: map[string]bool{}}
	p.was, p.is = catalogue.Asked(before, after, p.parts)
	for _, s := range [...]catalogue.Some{p.was, p.is} {
		s.Names = nil
		for _, id := range s.IDs() {
			p.anew[id] = true
		}
	}
	return p
}

// bySession reports whether any rule about sessions or calls is asked that looks
// at sessions.
func (p difference) bySession() bool {
	return p.parts.Apps || p.was.Notices || p.was.Consent || p.was.Clouds || p.was.Skew || len(p.was.Own)+len(p.is.Own) > 0
}

// byCall reports whether anything that was assembled is looked at.
func (p difference) byCall() bool { return p.bySession() || p.parts.Quiet || p.parts.Conflict }

// decides reports whether what is judged anew depends on time: on what is still
// under way, and on the ends of calls.
func (p difference) decides() bool { return p.byCall() }

// obligations reports whether some rules look at obligations.
func obligations(s catalogue.Some) bool { return s.Notices || s.Consent || len(s.Own) > 0 }

// A parted judges that in which policies differ, by both, of calls of which the
// results hold otherwise.
type parted struct {
	*taken
	before, after Terms
	call          *knownCall
	apart         difference
	outline       schema.Call
	owner         [2]policy.App // of the call itself
	moved         bool          // a session is of another app or tenant
	sessions      int
	was, is       Judged
}

// parts judges anew that in which the policies differ, by what was assembled of
// calls.
func (k *taken) parts(ctx context.Context) error {
	if !k.hours && !k.any(difference.byCall) {
		return nil
	}
	pick := func(c *knownCall) bool { return c.way == byResults && (k.hours || k.differences[c.policy].byCall()) }
	return k.walk(ctx, k.stretch, k.calls, pick, k.hours || k.any(difference.bySession), &parted{taken: k, before: k.Comparison.before, after: k.Comparison.after})
}

func (p *parted) prepare(context.Context, Stretch, []string) error { return nil }

func (p *parted) begin(k *knownCall, outline schema.Call) bool {
	p.call, p.apart, p.outline = k, p.differences[k.policy], outline
	p.was, p.is, p.moved, p.sessions = Judged{}, Judged{}, false, 0
	if p.apart.parts.Quiet && outline.End.Source == schema.BoundAssumedLastSeen {
		k.way = byEvents
		return false
	}
	ofCall := schema.Session{Resource: outline.Resource}
	p.owner = [2]policy.App{k.policy.App(ofCall), p.after.Policy.App(ofCall)}
	p.moved = p.apart.parts.Apps && policy.Moves(k.policy, p.after.Policy, ofCall)
	return true
}

func (p *parted) session(s schema.Session) {
	p.sessions++
	if p.moved || p.apart.parts.Apps && p.moves(s) {
		p.moved = true
		return
	}
	was, is := p.input(p.call.policy), p.input(p.after.Policy)
	var before, after []schema.Obligation
	if p.hours || obligations(p.apart.was) || obligations(p.apart.is) {
		before = notice.Session(p.outline, s, notice.Input{Policy: was.Policy, Now: was.Now, Gaps: was.Gaps})
		after = before
		if p.apart.is.Notices {
			after = notice.Session(p.outline, s, notice.Input{Policy: is.Policy, Now: is.Now, Gaps: is.Gaps})
		}
	}
	p.was.add(catalogue.SomeOfSession(p.outline, s, before, was, p.apart.was))
	p.is.add(catalogue.SomeOfSession(p.outline, s, after, is, p.apart.is))
	if p.hours {
		p.is.Hours = append(p.is.Hours, catalogue.Hours(p.outline, s, after, is)...)
	}
	s.Receipts, s.Signals = nil, nil
	p.outline.Sessions = append(p.outline.Sessions, s)
}

func (p *parted) moves(s schema.Session) bool {
	if s.Resource == "" {
		s.Resource = p.outline.Resource
	}
	return policy.Moves(p.call.policy, p.after.Policy, s)
}

func (p *parted) input(by *policy.Policy) catalogue.Input {
	return catalogue.Input{Policy: by, Now: p.before.Now, Gaps: p.before.Gaps}
}

// end hands out what was found of the call.
func (p *parted) end() error {
	if p.moved || p.apart.parts.Apps && p.sessions == 0 { // of a chat only its users tell
		p.call.way = bySessions
		if p.call.doubtful {
			p.call.way = byEvents
		}
		return nil
	}
	slices.SortStableFunc(p.outline.Sessions, compareSessions)
	for i, by := range [...]*policy.Policy{p.call.policy, p.after.Policy} {
		in, some, to := p.input(by), p.apart.was, &p.was
		if i == 1 {
			some, to = p.apart.is, &p.is
		}
		in.Evidence = evidence.Input{Policy: by, Tenant: p.call.tenant, App: p.owner[i].ID}
		to.add(catalogue.SomeOfCall(p.outline, in, some))
	}
	for id, n := range p.was.Checks {
		if p.is.Checks == nil {
			p.is.Checks = map[string]rule.Population{}
		}
		sum := p.is.Checks[id]
		sum.Sub(n) // what is stored is added up elsewhere
		p.is.Checks[id] = sum
	}
	return p.differ(p.call, p.was.Findings, p.is)
}

// add adds what rules say.
func (j *Judged) add(o rule.Outcome) {
	j.Findings = append(j.Findings, o.Findings...)
	if j.Checks == nil {
		j.Checks = map[string]rule.Population{}
	}
	for id, n := range o.Checks {
		sum := j.Checks[id]
		sum.Add(n)
		j.Checks[id] = sum
	}
}
