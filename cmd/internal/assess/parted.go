package assess

import (
	"cmp"
	"context"
	"slices"

	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/expr"
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
	own     [2][]policy.Own // the same of a session of which the obligations are the same
	anew    map[string]bool // their ids, but for those on names
	dues    bool            // obligations alone tell them
}

func differenceOf(before, after *policy.Policy) difference {
	d := difference{parts: policy.Apart(before, after), anew: map[string]bool{}}
	d.was, d.is = catalogue.Asked(before, after, d.parts)
	d.own[0], d.own[1] = policy.OwnApart(before, after, false)
	for _, s := range [...]catalogue.Some{d.was, d.is} {
		s.Names = nil
		for _, id := range s.IDs() {
			d.anew[id] = true
		}
	}
	alone := d
	alone.was.Missed = false
	if d.dues = d.parts.Deadlines && !alone.byCall(); d.dues {
		d.was.Missed, d.is.Missed = false, false
	}
	return d
}

// bySession reports whether rules are asked that look at sessions.
func (d difference) bySession() bool {
	return d.parts.Apps || d.was.Missed || d.was.Shown || d.was.Consent || d.was.Clouds || d.was.Skew || len(d.was.Own)+len(d.is.Own) > 0
}

// byCall reports whether anything that was assembled is looked at.
func (d difference) byCall() bool { return d.bySession() || d.parts.Quiet || d.parts.Conflict }

// decides reports whether what is judged anew depends on time: on what is still
// under way, and on the ends of calls.
func (d difference) decides() bool { return d.dues || d.byCall() }

// obligations reports whether some rules look at obligations.
func obligations(s catalogue.Some) bool {
	return s.Missed || s.Shown || s.Consent || slices.ContainsFunc(s.Own, func(o policy.Own) bool { return o.Subject == expr.ScopeObligation })
}

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
	terms         map[termsKey]*terms
}

// parts judges anew that in which the policies differ, by what was assembled of
// calls.
func (k *taken) parts(ctx context.Context) error {
	if !k.hours && !k.any(difference.byCall) {
		return nil
	}
	pick := func(c *knownCall) bool { return c.way == byResults && (k.hours || k.differences[c.policy].byCall()) }
	return k.walk(ctx, k.stretch, k.calls, pick, k.hours || k.any(difference.bySession), &parted{taken: k, before: k.Comparison.before, after: k.Comparison.after, terms: map[termsKey]*terms{}})
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
	in := [2]catalogue.Input{p.input(p.call.policy), p.input(p.after.Policy)}
	some := [2]catalogue.Some{p.apart.was, p.apart.is}
	told := p.told(s)
	p.leaveOut(&some, told, !told.Rows)
	var rows [2][]schema.Obligation
	if p.hours || obligations(some[0]) || obligations(some[1]) {
		for i := range rows {
			rows[i] = rows[0]
			if i == 0 || told.Rows || told.Texts {
				rows[i] = notice.Session(p.outline, s, notice.Input{Policy: in[i].Policy, Now: in[i].Now, Gaps: in[i].Gaps})
			}
		}
		p.leaveOut(&some, told, slices.EqualFunc(rows[0], rows[1], sameObligation))
	}
	p.was.add(catalogue.SomeOfSession(p.outline, s, rows[0], in[0], some[0]))
	p.is.add(catalogue.SomeOfSession(p.outline, s, rows[1], in[1], some[1]))
	if p.hours {
		p.is.Hours = append(p.is.Hours, catalogue.Hours(p.outline, s, rows[1], in[1])...)
	}
	s.Receipts, s.Signals = nil, nil
	p.outline.Sessions = append(p.outline.Sessions, s)
}

func (p *parted) moves(s schema.Session) bool {
	s.Resource = cmp.Or(s.Resource, p.outline.Resource)
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
