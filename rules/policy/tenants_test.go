package policy_test

import (
	"slices"
	"testing"

	"rollcall/rules/policy"
)

func TestTenants(t *testing.T) {
	p, err := policy.Parse("policy.yaml", []byte(`version: 1
apps: [{id: care, tenant: contoso}, {id: kiosk}]
tenants: [{id: contoso}, {id: woodgrove}, {id: fabrikam, notice: {grace: 2m}}, {id: adatum, consent: {required: [recording]}}]
exceptions:
  - {id: e1, owner: o, reason: r, ticket: t, expires: 2027-01-01, scope: {rules: [notice.missed], tenant: woodgrove}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Tenants(); !slices.Equal(got, []string{"adatum", "contoso", "fabrikam", "woodgrove"}) {
		t.Errorf("%q", got)
	}
	if got := policy.Default().Tenants(); len(got) != 0 {
		t.Errorf("the default policy names %q", got)
	}
}
