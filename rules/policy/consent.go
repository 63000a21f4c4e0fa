package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Consent holds the parameters of the consent rules as they apply to one
// session.
type Consent struct {
	// Required lists the captures for which users must be asked, besides those
	// for which the platform's signal says so.
	Required []string
	// Deadline is how long after exposure the answer is due.
	Deadline time.Duration
}

func defaultConsent() Consent { return Consent{Deadline: 60 * time.Second} }

// Requires reports whether the policy requires consent to a capture.
func (c Consent) Requires(capture string) bool { return slices.Contains(c.Required, capture) }

// Consent returns the parameters for an app: the app's own, above its tenant's,
// above the file's.
func (p *Policy) Consent(a App) Consent {
	return a.consent.onto(p.tenantConsent[a.Tenant].onto(p.consent))
}

// consentOverride holds what a level of the file sets.
type consentOverride struct {
	required []string // nil: not set
	deadline *time.Duration
}

func (o consentOverride) onto(c Consent) Consent {
	if o.required != nil {
		c.Required = o.required
	}
	if o.deadline != nil {
		c.Deadline = *o.deadline
	}
	return c
}

func (r *reader) consent(n ast.Node, key string) consentOverride {
	var o consentOverride
	r.each(n, key, []string{"required", "deadline"}, func(k string, v ast.Node) {
		at := join(key, k)
		if k == "deadline" {
			o.deadline = r.duration(v, at)
			return
		}
		values, _ := r.list(v, at, "captures")
		o.required = []string{} // an empty list requires none
		for i, v := range values {
			if c := choice(r, v, fmt.Sprintf("%s[%d]", at, i), captures()...); c != "" && !slices.Contains(o.required, c) {
				o.required = append(o.required, c)
			}
		}
	})
	return o
}

// A TenantCloud says what the policy knows of a Microsoft 365 tenant's cloud.
type TenantCloud int

// What is known of a tenant's cloud.
const (
	CloudNotListed TenantCloud = iota
	CloudGovernment
	CloudCommercial
)

// TenantCloud says what the policy's lists say of a Microsoft 365 tenant.
func (p *Policy) TenantCloud(tenantID string) TenantCloud {
	government, listed := p.government[strings.ToLower(tenantID)]
	switch {
	case tenantID == "" || !listed:
		return CloudNotListed
	case government:
		return CloudGovernment
	}
	return CloudCommercial
}

// interop reads which Microsoft 365 tenants are in a government cloud.
func (r *reader) interop(n ast.Node, key string, p *Policy) {
	r.each(n, key, []string{"government_tenants", "commercial_tenants"}, func(k string, v ast.Node) {
		at := join(key, k)
		for i, t := range r.texts(v, at, "tenant ids of Microsoft Entra ID") {
			t = strings.ToLower(strings.TrimSpace(t))
			if government, listed := p.government[t]; listed && government != (k == "government_tenants") {
				r.wrong(v, fmt.Sprintf("%s[%d]", at, i), "%q stands in both lists", clip(t))
			}
			p.government[t] = k == "government_tenants"
		}
	})
}

// defaultClockSkew is by how much a client's clock may be off before it is a
// finding: far beyond what signals take.
const defaultClockSkew = 30 * time.Second

// ClockSkew is by how much a client's clock may be off before it is a finding.
func (p *Policy) ClockSkew() time.Duration { return p.clockSkew }
