package policy

import (
	"iter"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"time"

	"rollcall/rules/expr"
	"rollcall/schema"
)

// Parts says in which parts two policies lay down something else, for judging
// what is the same otherwise. What is not told apart is Else. What a policy says
// of listings alone is no part: calls are not judged by it.
type Parts struct {
	// Deadlines are notice.deadline and notice.grace, of any app or tenant.
	Deadlines bool
	// Notices is anything else that decides obligations, and the rules on what
	// notices say.
	Notices bool
	// Hours is what of Notices decides what a session adds to an hour of its app:
	// who is obligated, and when a signal counts.
	Hours bool
	// Receipts is which apps send receipts; it is of Notices too.
	Receipts bool
	// Quiet is how long a call may be without evidence.
	Quiet bool
	// Consent, Skew, Conflict and Clouds are what the rules on consent, on clients'
	// clocks, on sources that differ and on government clouds go by.
	Consent, Skew, Conflict, Clouds bool
	// Names is what the rules on names go by.
	Names NameParts
	// Own are the policy's own rules: see OwnApart.
	Own bool
	// Exceptions are the policy's exceptions.
	Exceptions bool
	// Apps is which sessions are of which app, and of which tenant.
	Apps bool
	// Else is anything else that judging depends on.
	Else bool
}

// Apart compares two policies. Where it finds no difference both judge alike;
// what is written in another way may be found to differ.
func Apart(a, b *Policy) Parts {
	p := Parts{
		Quiet:      a.base.Quiet != b.base.Quiet,
		Skew:       a.clockSkew != b.clockSkew,
		Conflict:   a.conflict != b.conflict || !maps.Equal(a.pairs, b.pairs),
		Clouds:     !maps.Equal(a.government, b.government),
		Exceptions: !slices.EqualFunc(a.exceptions, b.exceptions, Exception.same),
		Own:        !slices.EqualFunc(a.own, b.own, Own.same),
		Apps:       !slices.EqualFunc(a.apps, b.apps, App.same),
		Else:       !reflect.DeepEqual(a.rest(), b.rest()),
	}
	p.Names = namesApart(a, b)
	for pair := range pairs(a, b) {
		m, n := a.Notice(pair[0]), b.Notice(pair[1])
		p.Deadlines = p.Deadlines || m.Deadline != n.Deadline || m.Grace != n.Grace
		p.Notices = p.Notices || !m.same(n) || pair[0].SendsReceipts != pair[1].SendsReceipts
		p.Receipts = p.Receipts || pair[0].SendsReceipts != pair[1].SendsReceipts
		p.Hours = p.Hours || m.Early != n.Early || m.Clock != n.Clock || !slices.Equal(m.Obligated, n.Obligated)
		p.Consent = p.Consent || !reflect.DeepEqual(a.Consent(pair[0]), b.Consent(pair[1]))
	}
	return p
}

// OwnApart lists the own rules of either policy that the other has not, or
// otherwise; and those about obligations too where these may differ.
func OwnApart(a, b *Policy, obligations bool) (ofA, ofB []Own) {
	without := func(list, other []Own) (out []Own) {
		for _, o := range list {
			if obligations && o.Subject == expr.ScopeObligation || !slices.ContainsFunc(other, o.same) {
				out = append(out, o)
			}
		}
		return out
	}
	return without(a.own, b.own), without(b.own, a.own)
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

// same reports whether two apps have the same sessions.
func (a App) same(b App) bool {
	return a.ID == b.ID && a.Tenant == b.Tenant && slices.Equal(a.resources, b.resources) && slices.Equal(a.users, b.users)
}

// same reports whether parameters differ in nothing but what Parts tells apart by
// itself.
func (n Notice) same(o Notice) bool {
	equal := sameTexts(n.Texts, o.Texts)
	for _, n := range []*Notice{&n, &o} {
		n.Deadline, n.Grace, n.Quiet, n.Texts = 0, 0, 0, nil
	}
	return equal && reflect.DeepEqual(n, o)
}

// sameTexts reports whether patterns for texts are the same.
func sameTexts(a, b map[string]Patterns) bool {
	return maps.EqualFunc(a, b, func(a, b Patterns) bool {
		return maps.EqualFunc(a, b, func(a, b []*regexp.Regexp) bool {
			return slices.EqualFunc(a, b, func(a, b *regexp.Regexp) bool { return a.String() == b.String() })
		})
	})
}

// rest is the policy without what Apart compares by itself, and without what
// judges no call.
func (p *Policy) rest() Policy {
	c := *p
	c.ID, c.EffectiveFrom, c.trials, c.own, c.exceptions = "", time.Time{}, nil, nil, nil
	c.base, c.consent, c.tenant, c.tenantConsent = Notice{}, Consent{}, nil, nil
	c.apps, c.byID, c.byUser = nil, nil, nil
	c.conflict, c.pairs, c.clockSkew, c.government = 0, nil, 0, nil
	c.names, c.brand = nameTerms{}, Brand{}
	return c
}

// pairs hands out an app for each set of parameters that either policy has, as
// either knows it.
func pairs(a, b *Policy) iter.Seq[[2]App] {
	return func(yield func([2]App) bool) {
		if !yield([2]App{a.Named("", ""), b.Named("", "")}) {
			return
		}
		for _, o := range names(a, b) {
			// One that only one of them knows is of the tenant that the other sees.
			for _, tenant := range []string{o.tenant, a.Named(o.app, "").Tenant, b.Named(o.app, "").Tenant} {
				if !yield([2]App{a.Named(o.app, tenant), b.Named(o.app, tenant)}) {
					return
				}
			}
		}
	}
}

// Patience is how long after the end of what a call's sessions were exposed to
// the last of them can be judged for good, whatever their apps.
func (p *Policy) Patience() (most time.Duration) {
	for pair := range pairs(p, p) {
		n := p.Notice(pair[0])
		most = max(most, max(n.Deadline, n.Stale, p.Consent(pair[0]).Deadline)+n.Grace)
	}
	return most
}

// Soonest is the shortest deadline of notices that any app has.
func (p *Policy) Soonest() time.Duration {
	soonest := p.base.Deadline
	for pair := range pairs(p, p) {
		soonest = min(soonest, p.Notice(pair[0]).Deadline)
	}
	return soonest
}

// Moves reports whether two policies give a session to different apps or
// tenants.
func Moves(a, b *Policy, s schema.Session) bool {
	x, y := a.App(s), b.App(s)
	return x.ID != y.ID || x.Tenant != y.Tenant
}
