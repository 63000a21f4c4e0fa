package policy

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"rollcall/rules/expr"
)

// Parts says in which parts two policies lay down something else. What is not
// told apart is Else.
type Parts struct {
	// Deadlines are notice.deadline and notice.grace, of any app or tenant.
	Deadlines bool
	// Exceptions are the policy's exceptions.
	Exceptions bool
	// Else is anything else that judging depends on.
	Else bool
}

// Apart compares two policies. Where it finds no difference both judge alike;
// what is written in another way may be Else.
func Apart(a, b *Policy) Parts {
	d := Parts{
		Deadlines:  !reflect.DeepEqual(a.deadlines(), b.deadlines()),
		Exceptions: !slices.EqualFunc(a.exceptions, b.exceptions, Exception.same),
		Else:       !slices.EqualFunc(a.own, b.own, Own.same) || !reflect.DeepEqual(a.besides(), b.besides()),
	}
	// An own rule may ask for whatever a deadline decides of obligations.
	d.Else = d.Else || d.Deadlines && slices.ContainsFunc(a.own, func(o Own) bool { return o.Subject == expr.ScopeObligation })
	return d
}

// same reports whether two own rules judge alike.
func (o Own) same(p Own) bool {
	same := o.Applies.String() == p.Applies.String() && o.Result.String() == p.Result.String() && o.Message.String() == p.Message.String()
	o.Applies, o.Result, o.Message = nil, nil, nil
	p.Applies, p.Result, p.Message = nil, nil, nil
	return same && reflect.DeepEqual(o, p)
}

// same reports whether two exceptions cover alike, and say the same.
func (e Exception) same(f Exception) bool {
	e.places, f.places = nil, nil
	return reflect.DeepEqual(e, f)
}

// deadlines are the parameters of Parts.Deadlines, level by level.
func (p *Policy) deadlines() []override {
	only := func(o override) override { return override{deadline: o.deadline, grace: o.grace} }
	list := []override{{deadline: &p.base.Deadline, grace: &p.base.Grace}}
	for _, tenant := range slices.Sorted(maps.Keys(p.tenant)) {
		list = append(list, only(p.tenant[tenant]))
	}
	for _, a := range p.apps {
		list = append(list, only(a.notice))
	}
	return list
}

// besides is the policy without what Apart compares by itself, and without what
// judges nothing.
func (p *Policy) besides() Policy {
	c := *p
	c.ID, c.own, c.exceptions, c.trials = "", nil, nil, nil
	c.EffectiveFrom = time.Time{}
	c.base.Deadline, c.base.Grace = 0, 0
	c.tenant = maps.Clone(p.tenant)
	for name, o := range c.tenant {
		o.deadline, o.grace = nil, nil
		c.tenant[name] = o
	}
	plain := func(all map[string]Names) map[string]Names {
		all = maps.Clone(all)
		for k, n := range all {
			n.words = nil // made of the rest
			all[k] = n
		}
		return all
	}
	c.names.base.words = nil
	c.names.tenants, c.names.apps = plain(p.names.tenants), plain(p.names.apps)
	c.apps = slices.Clone(p.apps)
	for i := range c.apps {
		c.apps[i].notice.deadline, c.apps[i].notice.grace = nil, nil
	}
	return c
}

// Patience is how long after the end of what a call's sessions were exposed to
// the last of them can be judged for good, whatever their apps.
func (p *Policy) Patience() (most time.Duration) {
	for _, a := range p.every() {
		n := p.Notice(a)
		most = max(most, max(n.Deadline, n.Stale, p.Consent(a).Deadline)+n.Grace)
	}
	return most
}

// Soonest is the shortest deadline of notices that any app has.
func (p *Policy) Soonest() time.Duration {
	soonest := p.base.Deadline
	for _, a := range p.every() {
		soonest = min(soonest, p.Notice(a).Deadline)
	}
	return soonest
}

// every lists an app for each set of parameters that the file has.
func (p *Policy) every() []App {
	all := []App{{}}
	for _, o := range names(p) {
		all = append(all, p.Named(o.app, o.tenant))
	}
	return all
}
