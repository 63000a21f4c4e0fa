package nametest_test

import (
	"testing"

	"rollcall/rules/names"
	"rollcall/rules/policy"
)

// TestWordmarksThatAreNames: where an officer protects words that people are
// called, they are found, but for those whom the policy names, and for names
// that only hold their letters.
func TestWordmarksThatAreNames(t *testing.T) {
	p, err := policy.Parse("policy.yaml", []byte(`
version: 1
names:
  wordmarks: [Teams, Azure, Bing]
  people: [Azure Jones, {name: Dave Bing, user: "`+outsider+`"}, {name: Rudolf Bing, user: "8:acs:somebody"}, Microsoft Mwangi]
`))
	if err != nil {
		t.Fatal(err)
	}
	in := names.Input{Policy: p.Names(policy.App{}), Known: directoryOf([]string{"Jane Doe"})}
	for _, n := range []string{"Azure Parsons", "Rudolf Bing", "Teams", "Teams Meeting", "Te\u0430ms", "T e a m s", "Tearns Admin", "(Teams) Kim Bo", "Kim Bo | Azure", "Azur\u0435 Jones", "B1ng", "Microsoft Otieno", "ＴＥＡＭＳ"} {
		if _, ok := failures(n, in)[names.RuleBrand]; !ok {
			t.Errorf("%+q is not found", n)
		}
	}
	for _, n := range []string{"Azure Jones", "Dave Bing", "Microsoft Mwangi", "Scott Earnshaw", "Margaret Earnshaw", "Eliot Stearns", "Matt Eames", "Pat Eamsworth", "Jan Teamer", "Lazare Azur",
		"Ebbing Hall", "Ann Bingham", "Robin Gray", "Bob Ingram", "Steam Powers"} {
		if j, ok := failures(n, in)[names.RuleBrand]; ok {
			t.Errorf("%q: %s", n, j.Message)
		}
	}
}
