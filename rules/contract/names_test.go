package contract

import (
	"fmt"
	"testing"

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
