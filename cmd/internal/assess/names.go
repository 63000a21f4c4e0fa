package assess

import (
	"iter"

	"rollcall/rules/catalogue"
	"rollcall/rules/directory"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// tenants knows whose the identities of a call are, by raw id: the tenant, or
// the app, of the identity's sessions. The call itself is under the empty raw
// id.
type tenants map[string]string

// several stands for more than one tenant.
const several = "\x00"

func (t tenants) add(raw, tenant string) {
	for _, key := range [...]string{"", raw} {
		if before, ok := t[key]; ok && before != tenant {
			t[key] = several
		} else {
			t[key] = tenant
		}
	}
}

// of is the tenant of an identity, or the call's where the identity has no
// session; empty where these are of several.
func (t tenants) of(raw string) string {
	tenant, ok := t[raw]
	if !ok {
		tenant = t[""]
	}
	if tenant == several {
		return ""
	}
	return tenant
}

// owners know whose apps and tenants the identities of a call use.
type owners struct{ tenants, apps tenants }

func newOwners() owners { return owners{tenants{}, tenants{}} }

// add adds a session of an identity.
func (o owners) add(raw, app, tenant string) {
	o.tenants.add(raw, tenant)
	o.apps.add(raw, app)
}

// of is the app of an identity, and its tenant. Of a chat, which has no sessions,
// only its resource tells: then alone says.
func (o owners) of(raw string, p *policy.Policy, alone func(raw string) (app, tenant string)) policy.App {
	app, tenant := o.apps.of(raw), o.tenants.of(raw)
	if len(o.tenants) == 0 {
		app, tenant = alone(raw)
	}
	return p.Named(app, tenant)
}

// names judges the displayed names of the call, when all its sessions are: what
// is found of them is in the outcome, and result and tenant in the list.
func (j *judging) names(t Terms, out []schema.ShownName) {
	whose := newOwners()
	for _, s := range j.call.Sessions {
		app, tenant := j.owner(s)
		whose.add(s.RawID, app, tenant)
	}
	owner := func(raw string) policy.App {
		return whose.of(raw, j.policy, func(raw string) (string, string) { return j.owner(schema.Session{RawID: raw}) })
	}
	for i := range out {
		out[i].Tenant = owner(out[i].RawID).Tenant
	}
	j.rules.Known = t.Known
	j.outcome.Add(catalogue.Names(j.call, out, owner, j.rules))
}

// names takes the displayed names of a call.
func (w *writer) names(list []schema.ShownName) {
	for _, n := range list {
		d := n.Directory
		w.put(toNames, n.CallID, w.version, n.RawID, n.Surface, string(n.Source), n.Name, n.Tenant, orEmpty(n.Kinds), orEmpty(n.Labels),
			null(n.First), null(n.Last), n.Event, string(d.Basis), d.Name, null(d.From), d.Event, n.Result, n.Reason, n.Expected, string(n.Severity))
	}
}

// Known makes what finds whom a displayed name can be mistaken for, of all that is
// known of the directory; the policy says whose its users are.
func Known(d *directory.Directory, p *policy.Policy) *lookalike.Index {
	return lookalike.New(entriesOf(d, p))
}

// entriesOf are the names that the directory had, with the tenants that a policy
// gives their users.
func entriesOf(d *directory.Directory, p *policy.Policy) iter.Seq[lookalike.Entry] {
	return func(yield func(lookalike.Entry) bool) {
		for h := range d.Holdings() {
			e := lookalike.Entry{Name: h.Name, RawID: h.RawID, Tenant: p.TenantOf(h.Principal), From: h.From, Until: h.Until, Event: h.Event}
			if !yield(e) {
				return
			}
		}
	}
}
