package assess

import (
	"rollcall/rules/directory"
	"rollcall/schema"
)

// tenants knows whose the identities of a call are, by raw id: the tenant of
// the identity's sessions. The call itself is under the empty raw id.
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

// shownNames lists the displayed names of a call with whose they are.
func shownNames(c schema.Call, whose tenants, d *directory.Directory) []schema.ShownName {
	out := d.Names(c)
	for i := range out {
		out[i].Tenant = whose.of(out[i].RawID)
	}
	return out
}

// names takes the displayed names of a call.
func (w *writer) names(list []schema.ShownName) {
	for _, n := range list {
		d := n.Directory
		w.put(toNames, n.CallID, w.version, n.RawID, n.Surface, string(n.Source), n.Name, n.Tenant, orEmpty(n.Kinds), orEmpty(n.Labels),
			null(n.First), null(n.Last), n.Event, string(d.Basis), d.Name, null(d.From), d.Event, n.Result, n.Reason)
	}
}
