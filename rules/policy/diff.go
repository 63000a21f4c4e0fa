package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcall/schema"
)

// A Difference is one parameter that two policies have otherwise. A side that
// does not have it is empty.
type Difference struct {
	Key, Before, After string
}

// String is the difference on one line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: %s -> %s", d.Key, cmp.Or(d.Before, "(none)"), cmp.Or(d.After, "(none)"))
}

// Diff lists what holds otherwise under another policy, by key: the parameters
// as they apply, with every default and override, not the text of the files.
func Diff(before, after *Policy) []Difference {
	a, b := before.effective(), after.effective()
	// An app or tenant that only one side names has the other side's base there.
	for _, id := range names(before, after) {
		for _, of := range []struct {
			p  *Policy
			to map[string]string
		}{{before, a}, {after, b}} {
			app := of.p.App(schema.Session{App: id.app})
			if id.app == "" {
				app.Tenant = id.tenant
			}
			of.p.terms(of.to, id.String(), app)
		}
	}
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	var out []Difference
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if a[k] != b[k] && !implied(k, a, b) {
			out = append(out, Difference{k, a[k], b[k]})
		}
	}
	return out
}

// implied leaves out what an app or tenant has otherwise only because the base
// has it otherwise, in the same way.
func implied(key string, a, b map[string]string) bool {
	i := strings.IndexByte(key, ']')
	if i < 0 || !strings.HasPrefix(key, "apps[") && !strings.HasPrefix(key, "tenants[") {
		return false
	}
	base := strings.TrimPrefix(key[i+1:], ".")
	_, there := a[base]
	return there && a[base] == a[key] && b[base] == b[key]
}

type owner struct{ app, tenant string }

func (o owner) String() string {
	if o.app != "" {
		return "apps[" + o.app + "]."
	}
	return "tenants[" + o.tenant + "]."
}

// names lists the apps and tenants that either policy has something of its own
// for.
func names(of ...*Policy) []owner {
	var out []owner
	for _, p := range of {
		for _, a := range p.apps {
			out = append(out, owner{app: a.ID})
		}
		for t := range p.tenant {
			out = append(out, owner{tenant: t})
		}
		for t := range p.tenantConsent {
			out = append(out, owner{tenant: t})
		}
	}
	slices.SortFunc(out, func(a, b owner) int {
		return cmp.Or(strings.Compare(a.app, b.app), strings.Compare(a.tenant, b.tenant))
	})
	return slices.Compact(out)
}

// effective is every parameter of the whole file as it applies, by key.
func (p *Policy) effective() map[string]string {
	out := map[string]string{}
	if !p.EffectiveFrom.IsZero() {
		out["effective_from"] = p.EffectiveFrom.Format("2006-01-02T15:04:05Z07:00")
	}
	p.terms(out, "", App{})
	out["notice.quiet"] = p.base.Quiet.String()
	out["evidence.conflict"] = p.conflict.String()
	out["evidence.clock_skew"] = p.clockSkew.String()
	for pair, d := range p.pairs {
		if pair[0] < pair[1] {
			out[fmt.Sprintf("evidence.pairs[%s, %s]", pair[0], pair[1])] = d.String()
		}
	}
	for tenant, government := range p.government {
		out["interop.tenants["+tenant+"]"] = map[bool]string{true: "government", false: "commercial"}[government]
	}
	for _, a := range p.apps {
		at := "apps[" + a.ID + "]."
		out[at+"receipts"] = map[bool]string{true: "expected", false: "none"}[a.SendsReceipts]
		out[at+"tenant"] = a.Tenant
		out[at+"resources"] = strings.Join(a.resources, ", ")
		out[at+"users"] = strings.Join(a.users, ", ")
	}
	p.brand.parameters(out)
	for domain, tenant := range p.names.domains {
		out["tenants["+tenant+"].domains["+domain+"]"] = "listed"
	}
	for _, o := range p.own {
		at := "rules[" + o.ID + "]."
		out[at+"subject"], out[at+"severity"], out[at+"title"] = string(o.Subject), string(o.Severity), o.Title
		out[at+"control"], out[at+"remediation"] = o.Control, o.Remediation
		out[at+"applies"], out[at+"result"], out[at+"message"] = o.Applies.String(), o.Result.String(), o.Message.String()
	}
	for _, e := range p.exceptions {
		at := "exceptions[" + e.ID + "]."
		out[at+"owner"], out[at+"reason"], out[at+"ticket"] = e.Owner, e.Reason, e.Ticket
		out[at+"expires"] = e.Expires.Format("2006-01-02T15:04:05Z07:00")
		out[at+"scope"] = strings.Join(slices.DeleteFunc([]string{strings.Join(e.Rules, ", "), e.Tenant, e.App, e.RawID, e.CallID, e.Capture},
			func(s string) bool { return s == "" }), "; ")
	}
	return out
}

// terms puts the parameters for an app, each under its key after a prefix.
func (p *Policy) terms(to map[string]string, at string, a App) {
	n, c := p.Notice(a), p.Consent(a)
	p.Names(a).parameters(to, at+"names.")
	at += "notice."
	to[at+"deadline"], to[at+"early"], to[at+"grace"], to[at+"clock"] = n.Deadline.String(), n.Early.String(), n.Grace.String(), n.Clock
	if n.Stale != 0 {
		to[at+"stale"] = n.Stale.String()
	}
	obligated := make([]string, len(n.Obligated))
	for i, path := range n.Obligated {
		obligated[i] = string(path)
	}
	to[at+"obligated"] = strings.Join(slices.Sorted(slices.Values(obligated)), ", ")
	for path, reason := range n.Exempt {
		to[at+"exempt["+string(path)+"]"] = reason
	}
	for path, list := range n.Surfaces {
		to[at+"surfaces["+string(path)+"]"] = cmp.Or(strings.Join(list, ", "), "no surface")
	}
	for locale, patterns := range n.Texts {
		for capture, list := range patterns {
			var texts []string
			for _, re := range list {
				texts = append(texts, strings.TrimPrefix(re.String(), "(?i)"))
			}
			to[at+"texts["+locale+"]."+capture] = strings.Join(texts, " or ")
		}
	}
	for context, list := range n.Plays {
		to[at+"plays["+context+"]"] = strings.Join(list, ", ")
	}
	at = strings.TrimSuffix(at, "notice.") + "consent."
	to[at+"required"], to[at+"deadline"] = strings.Join(slices.Sorted(slices.Values(c.Required)), ", "), c.Deadline.String()
}
