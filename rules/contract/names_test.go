package contract

import (
	"fmt"
	"slices"
	"testing"

	"rollcall/rules/catalogue"
	"rollcall/rules/directory"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

func TestNames(t *testing.T) {
	named := func(n string) change {
		return func(e *schema.Event) { e.Facts.Presence.DisplayName = n }
	}
	shown := in(alice, "a")
	shown.DisplayName = "Alice (External)"
	seen := event(schema.SourceRollcall, "rollcall.name.shown", 20, schema.Facts{Participant: &schema.Participant{RawID: bob.raw},
		Name: &schema.NameSeen{RawID: alice.raw, Surface: "acs_app"}}, nil)
	w := evidenceOf(t, added(alice, 1, named("Alice")), removed(alice, 90, named("Alice")), added(bob, 2), joins(alice.byID(), 3, named("Al")),
		rosterChange(5, shown), rosterChange(50, shown), seen,
		record(1, "g", seat{who: alice, id: "s1", from: 1, to: 100, name: "Alice R."}))
	w.shuffled()
	var got []string
	for _, n := range w.call(w.events).Names {
		got = append(got, fmt.Sprintf("%s %q %s %s %s-%s", name("", n.RawID, ""), n.DisplayName, n.Source, n.Surface, sec(n.First), sec(n.Last)))
	}
	compare(t, got, `
		alice "" rollcall acs_app 20-20
		alice "Al" rollcall  3-3
		alice "Alice" event_grid  1-90
		alice "Alice (External)" graph  5-50
		alice "Alice R." graph  0-0`)
}

// namesBothWays judges a name that breaks a rule on names, and one that does not.
func namesBothWays(t *testing.T, id string) (bad, good rule.Population) {
	const staff = "8:orgid:aaaaaaaa-0000-4000-8000-000000000001"
	known := lookalike.New(slices.Values([]lookalike.Entry{{Name: "Jane Doe", RawID: staff}}))
	d := directory.New([]directory.Sighting{{Entry: schema.DirectoryEntry{RawID: staff, DisplayName: "Jane Doe"}}})
	pair, ok := map[string][2]string{
		"name.missing": {"undefined", "Ann Berg"}, "name.unsafe": {"Ann\u202eBerg", "Ann Berg"}, "name.external-label": {"Ann Berg (External)", "Ann Berg"},
		"name.directory-mismatch": {"Janet Doe", "Jane Doe"}, "name.impersonation": {"J\u0430ne Doe", "Ann Berg"}, "name.brand": {"Microsoft Support", "Mike Rosoft"},
	}[id]
	if !ok {
		t.Fatalf("no names for %s", id)
	}
	judge := func(name string) rule.Population {
		raw := alice.raw
		if id == "name.directory-mismatch" {
			raw = staff
		}
		c := schema.Call{ID: "c", Names: []schema.CallName{{NameSeen: schema.NameSeen{RawID: raw, DisplayName: name}, Source: schema.SourceEventGrid, First: at(1), Last: at(2), Event: "e"}}}
		list := d.Names(c)
		out := catalogue.Names(c, list, func(string) policy.App { return policy.App{} }, catalogue.Input{Policy: policy.Default(), Now: at(3), Known: known})
		if failed := len(out.Findings) > 0; failed != (list[0].Result == "fail") || out.Checks[id].Population != 1 {
			t.Errorf("%q: %d findings, the row says %q, %+v", name, len(out.Findings), list[0].Result, out.Checks[id])
		}
		return out.Checks[id]
	}
	return judge(pair[0]), judge(pair[1])
}
