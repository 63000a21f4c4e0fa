package contract

import (
	"fmt"
	"testing"

	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/reload"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// crowd is five sessions, recorded, that end within the hour; each has more
// events of its own.
func crowd(more func(w who) []schema.Event) []schema.Event {
	events := []schema.Event{recording("rec", true, 10, 10), recording("rec", false, 10, 200)}
	for i := range 5 {
		w := who{pid: fmt.Sprint("p-", i), raw: fmt.Sprint("8:acs:res_", i), endpoint: fmt.Sprint("e-", i), app: "care"}
		events = append(events, summary(w, 0, 300, diagnostics("care")))
		if more != nil {
			events = append(events, more(w)...)
		}
	}
	return events
}

// TestEveryRuleBothWays: of every rule of the catalogue there is evidence that
// it fails on and evidence that it passes. A rule without both has no tests.
func TestEveryRuleBothWays(t *testing.T) {
	wrong, right := text("en", "This call is being transcribed."), text("en", "This call is being recorded.")
	asks := signal(alice, "recording", true, 10.2, requiresConsent)
	native := func(c ...change) schema.Event {
		return summary(carol, 0, 600, append([]change{participantType("Teams"), thread(meeting)}, c...)...)
	}
	dumb := func(w who) []schema.Event { return []schema.Event{signal(w, "recording", true, 10.2)} }
	speaking := func(w who) []schema.Event { return append(dumb(w), shows(w, "recording", 11)) }
	none := catalogue.Input{}
	cases := map[string]struct {
		fails, passes []schema.Event
		policy        string
	}{
		"notice.missed":                 {fails: taped(), passes: taped(shows(alice, "recording", 11))},
		"notice.late":                   {fails: taped(shows(alice, "recording", 90)), passes: taped(shows(alice, "recording", 11))},
		"notice.wrong-text":             {fails: taped(shows(alice, "recording", 11, wrong)), passes: taped(shows(alice, "recording", 11, right))},
		"notice.stale":                  {fails: taped(shows(alice, "recording", 11)), passes: taped(shows(alice, "recording", 11), shows(alice, "recording", 201, state("stopped"))), policy: "notice: {stale: 60s}"},
		"notice.app-broken":             {fails: crowd(dumb), passes: crowd(speaking)},
		"consent.missing":               {fails: taped(asks), passes: taped(asks, answers(alice, "recording", "granted", 15))},
		"consent.declined-but-captured": {fails: taped(answers(alice, "recording", "declined", 15)), passes: taped(answers(alice, "recording", "granted", 15))},
		"interop.government-cloud":      {fails: []schema.Event{native(tenant("gov"))}, passes: []schema.Event{native(tenant("com"))}, policy: "interop: {government_tenants: [gov], commercial_tenants: [com]}"},
		"interop.pstn":                  {fails: []schema.Event{native(), summary(phone, 50, 60, endpointType("pstn")), adds(phone.raw, 49, true)}, passes: []schema.Event{native(), summary(alice, 5, 600)}},
		"interop.unsupported-join":      {fails: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread("19:x@thread.v2")), summary(alice, 5, 600)}, passes: []schema.Event{native(), summary(alice, 5, 600)}},
		"evidence.conflict":             {fails: []schema.Event{added(alice, 0), removed(alice, 120), summary(alice, 0, 100)}, passes: []schema.Event{added(alice, 0), removed(alice, 100), summary(alice, 0, 100)}},
		"evidence.silent-app":           {fails: crowd(nil), passes: crowd(dumb)},
		"evidence.clock-skew":           {fails: taped(joins(alice, 120), signal(alice, "recording", true, 130.2)), passes: taped(joins(alice, 0.1), signal(alice, "recording", true, 10.2))},
		"name.missing":                  {},
		"name.unsafe":                   {},
		"name.external-label":           {},
		"name.directory-mismatch":       {},
		"name.impersonation":            {},
		"name.brand":                    {},
		"brand.name":                    {},
		"brand.statement":               {},
		"brand.endorsement":             {},
		"brand.certification":           {},
		"brand.not-unique":              {},
		"brand.asset":                   {},
		"evidence.gap":                  {},
		"policy.exception-expired":      {},
		"policy.exception-unused":       {},
		"policy.reload-failed":          {},
	}
	for id, c := range cases {
		t.Run(id, func(t *testing.T) {
			judge := func(events []schema.Event) rule.Population {
				w := evidenceOf(t, events...)
				if c.policy != "" {
					w.under(c.policy)
				}
				return w.judged(events).Checks[id]
			}
			var bad, good rule.Population
			switch id {
			case "name.missing", "name.unsafe", "name.external-label", "name.directory-mismatch", "name.impersonation", "name.brand":
				bad, good = namesBothWays(t, id)
			case "brand.name", "brand.statement", "brand.endorsement", "brand.certification", "brand.not-unique", "brand.asset":
				bad, good = listingsBothWays(t, id)
			case "evidence.gap":
				w := evidenceOf(t)
				none.Policy = w.policy
				bad = catalogue.Partition(evidence.Partition{Gaps: []evidence.Lost{{First: 1, Last: 2}}}, none).Checks[id]
				good = catalogue.Partition(evidence.Partition{Stored: true}, none).Checks[id]
			case "policy.reload-failed":
				bad = catalogue.Reload(reload.Attempt{At: at(0), Problem: "policy.yaml:1:1: no version", Kept: "default"}).Checks[id]
				good = catalogue.Reload(reload.Attempt{At: at(0), Kept: "default"}).Checks[id]
			case "policy.exception-expired", "policy.exception-unused":
				w := evidenceOf(t).under("exceptions: [{id: e, owner: o, reason: r, expires: 2026-03-03, scope: {rules: [notice.missed]}}]")
				in := catalogue.Input{Policy: w.policy, Now: at(0)}
				covered := []schema.Finding{{Rule: "notice.missed", FirstAt: at(0)}}
				good = catalogue.Exceptions(covered, in).Checks[id]
				if id == "policy.exception-expired" {
					in.Now = at(0).AddDate(0, 0, 3)
				}
				bad = catalogue.Exceptions(nil, in).Checks[id]
			default:
				bad, good = judge(c.fails), judge(c.passes)
			}
			if bad.Fail == 0 {
				t.Errorf("nothing fails: %+v", bad)
			}
			if good.Fail > 0 || good.Pass == 0 {
				t.Errorf("nothing passes: %+v", good)
			}
		})
	}
	for _, r := range catalogue.Rules() {
		if _, tested := cases[r.ID]; !tested {
			t.Errorf("%s is not tested both ways", r.ID)
		}
	}
}
