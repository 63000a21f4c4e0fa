package policy

import (
	"maps"
	"slices"
)

// Tenants lists the tenants that the file names anywhere, sorted, each once.
func (p *Policy) Tenants() []string {
	all := map[string]bool{}
	for t := range p.tenant {
		all[t] = true
	}
	for t := range p.tenantConsent {
		all[t] = true
	}
	for _, a := range p.apps {
		all[a.Tenant] = true
	}
	for _, e := range p.exceptions {
		all[e.Tenant] = true
	}
	delete(all, "")
	return slices.Sorted(maps.Keys(all))
}
