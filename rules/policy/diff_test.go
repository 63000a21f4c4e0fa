package policy

import (
	"slices"
	"testing"
)

func TestDiff(t *testing.T) {
	const base = "version: 1\napps: [{id: care, tenant: contoso}]\ntenants: [{id: contoso}]\n"
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"the same in other words":      {base, base + "notice: {deadline: 5000ms, early: 2s}", nil},
		"a parameter of all":           {base, base + "notice: {deadline: 6s}", []string{"notice.deadline: 5s -> 6s"}},
		"and of one app otherwise":     {"version: 1\napps: [{id: care, notice: {grace: 5s}}]", "version: 1\nnotice: {grace: 61s}\napps: [{id: care, notice: {grace: 6s}}]", []string{"apps[care].notice.grace: 5s -> 6s", "notice.grace: 1m0s -> 1m1s"}},
		"an app that is new":           {"version: 1", "version: 1\napps: [{id: desk, receipts: none}]", []string{"apps[desk].receipts: (none) -> none"}},
		"a tenant's":                   {base, "version: 1\napps: [{id: care, tenant: contoso}]\ntenants: [{id: contoso, consent: {required: [recording]}}]", []string{"apps[care].consent.required: (none) -> recording", "tenants[contoso].consent.required: (none) -> recording"}},
		"a text":                       {"version: 1", "version: 1\nnotice: {texts: {fi: {recording: [nauhoit]}}}", []string{"notice.texts[fi].recording: (none) -> nauhoit"}},
		"stale notices":                {"version: 1", "version: 1\nnotice: {stale: 1m}", []string{"notice.stale: (none) -> 1m0s"}},
		"an own rule":                  {"version: 1", "version: 1\nrules: [{id: own.a, subject: call, title: T., result: '\"pass\"'}]", []string{`rules[own.a].result: (none) -> "pass"`, "rules[own.a].severity: (none) -> medium", "rules[own.a].subject: (none) -> call", "rules[own.a].title: (none) -> T."}},
		"a government tenant":          {"version: 1", "version: 1\ninterop: {government_tenants: [X]}", []string{"interop.tenants[x]: (none) -> government"}},
		"the day from which it holds":  {"version: 1", "version: 1\neffective_from: 2026-01-01", []string{"effective_from: (none) -> 2026-01-01T00:00:00Z"}},
		"the order of join paths":      {"version: 1\nnotice: {obligated: [pstn, bot]}", "version: 1\nnotice: {obligated: [bot, pstn]}", nil},
		"a pair of sources, backwards": {"version: 1\nevidence: {pairs: [{sources: [roster, event_grid], conflict: 5s}]}", "version: 1\nevidence: {pairs: [{sources: [event_grid, roster], conflict: 6s}]}", []string{"evidence.pairs[event_grid, roster]: 5s -> 6s"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range Diff(parse(t, c.before), parse(t, c.after)) {
				got = append(got, d.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	full := parse(t, string(read(t, "full.yaml")))
	if d := Diff(full, full); len(d) > 0 {
		t.Errorf("a policy differs from itself: %v", d)
	}
}
