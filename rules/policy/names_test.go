package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/schema"
)

// TestNamesOfAnApp: what a tenant and an app say of names stands above the file.
func TestNamesOfAnApp(t *testing.T) {
	p := parse(t, string(read(t, "full.yaml")))
	care, other := p.Names(p.App(schema.Session{App: "contoso-care"})), p.Names(App{})
	if care.Namesakes != NamesakesFail || len(care.People) != 3 || care.RenameGrace != 48*time.Hour {
		t.Errorf("of an app whose tenant judges namesakes: %+v", care)
	}
	if other.Namesakes != NamesakesReport || len(other.People) != 2 || !other.Judges(schema.IdentityAnonymous) {
		t.Errorf("of any other: %+v", other)
	}
	if !slices.Contains(other.Labels, "Ulkopuolinen") || !slices.Contains(other.Labels, "External") || slices.Contains(other.Roles, "Host") {
		t.Errorf("labels %v, roles %v", other.Labels, other.Roles)
	}
	if !slices.Contains(other.Protected, ProtectedName{"Jane Doe", ProtectedExecutive}) || !slices.Contains(other.Protected, ProtectedName{"Contoso Help", ProtectedDesk}) {
		t.Errorf("protected are %v", other.Protected)
	}
	if !slices.Contains(other.Wordmarks, "Contoso Care") || !slices.Contains(other.Wordmarks, "Microsoft") || slices.Contains(other.Wordmarks, "Teams") {
		t.Errorf("wordmarks are %v", other.Wordmarks)
	}
	if _, ok := other.Words().Labels.Is("ulkop\u043eu\u006colinen"); ok {
		t.Error("a label is not what it says")
	}
	if _, ok := other.Words().Labels.Is("Ulk\u043epuolinen"); !ok {
		t.Error("a disguised label of the policy is not found")
	}
	for principal, want := range map[string]string{"jane@contoso.com": "contoso", "JANE@EU.Contoso.com": "contoso", "jane@fabrikam.com": "", "jane": "", "contoso.com": ""} {
		if got := p.TenantOf(principal); got != want {
			t.Errorf("%s is of %q, want %q", principal, got, want)
		}
	}
	if d := Default().Names(App{}); d.Namesakes != NamesakesFail || d.Judges(schema.IdentityAnonymous) || !d.Judges(schema.IdentityExternalUser) {
		t.Errorf("by default: %+v", d)
	}
}

func TestNameProblems(t *testing.T) {
	_, err := Parse("policy.yaml", []byte(`version: 1
names:
  namesakes: maybe
  wordmarks: [ab]
  rename_grace: 900h
  protected: [{kind: desk}, x]
  people: [{name: A B, user: Redacted}]
  impersonators: [bot]
tenants:
  - {id: a, domains: [a.com, "x y"]}
  - {id: b, domains: [a.com]}
`))
	if err == nil {
		t.Fatal("all of it is taken")
	}
	for _, want := range []string{"policy.yaml:3:14: key names.namesakes: expected one of fail, report, allow", "policy.yaml:4:", "names.wordmarks[0]: expected a wordmark of at least three letters",
		"names.rename_grace: expected at most 720h", "names.protected[0]: expected a name of at least two letters", "names.protected[1]", "names.people[0].user: expected a raw id",
		"names.impersonators[0]: expected one of external_user, anonymous, teams_user", `tenants[0].domains[1]: expected a domain`, `tenants[1].domains[0]: "a.com" is tenant a's already`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}
