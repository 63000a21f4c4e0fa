package assess

import (
	"cmp"
	"slices"
	"strings"

	"rollcall/rules/apphour"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A judging is the judging of one call by one policy, session by session: in
// any order, because sessions that are read from the store come in another than
// those that are assembled. It is pure.
type judging struct {
	call     schema.Call // grows by the sessions, without receipts and signals
	policy   *policy.Policy
	notices  notice.Input
	rules    catalogue.Input
	outcome  rule.Outcome
	hours    []apphour.Tally
	tenant   string         // of the first session that has one
	tenantOf schema.Session // that session
}

// judge begins the judging of a call of which only the outline is known.
func (t Terms) judge(outline schema.Call) *judging {
	p := t.inForce(outline.Start.At)
	return &judging{
		call: outline, policy: p,
		notices: notice.Input{Policy: p, Now: t.Now, Gaps: t.Gaps},
		rules:   catalogue.Input{Policy: p, Now: t.Now, Gaps: t.Gaps},
	}
}

// owner is the app and the tenant that the policy gives a session.
func (j *judging) owner(s schema.Session) (app, tenant string) {
	s.Resource = cmp.Or(s.Resource, j.call.Resource)
	a := j.policy.App(s)
	return a.ID, a.Tenant
}

// session judges a session: what is found of it is in the part alone.
func (j *judging) session(s schema.Session) Part {
	app, tenant := j.owner(s)
	outline := j.outline()
	p := Part{Session: Session{Session: s, App: app, Tenant: tenant}, Policy: j.policy, Obligations: notice.Session(outline, s, j.notices)}
	of := catalogue.Session(outline, s, p.Obligations, j.rules)
	p.Findings, of.Findings = of.Findings, nil
	j.outcome.Add(of)
	p.Checks, p.Hours = of.Checks, catalogue.Hours(outline, s, p.Obligations, j.rules)
	j.hours = append(j.hours, p.Hours...)
	if tenant != "" && (j.tenant == "" || compareSessions(s, j.tenantOf) < 0) {
		j.tenant, j.tenantOf = tenant, s
	}
	s.Receipts, s.Signals = nil, nil
	j.call.Sessions = append(j.call.Sessions, s)
	return p
}

// outline is the call without its sessions.
func (j *judging) outline() schema.Call {
	c := j.call
	c.Sessions = nil
	return c
}

// end judges the call as a whole: the outcome then has what is found of it, and
// all populations.
func (j *judging) end(d Doubts) {
	slices.SortStableFunc(j.call.Sessions, compareSessions)
	j.rules.Evidence = evidence.Input{Policy: j.policy, SetAside: d.SetAside, Contents: d.Contents, Tenant: j.tenant}
	j.rules.Evidence.App, _ = j.owner(schema.Session{Resource: j.call.Resource})
	j.outcome.Add(catalogue.Call(j.call, j.rules))
	j.hours = apphour.Merge(j.hours)
}

// compareSessions is the order of the sessions of a call.
func compareSessions(a, b schema.Session) int {
	return cmp.Or(a.Joined.At.Compare(b.Joined.At), strings.Compare(a.ID, b.ID))
}
