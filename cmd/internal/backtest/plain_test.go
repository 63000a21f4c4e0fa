package backtest_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/backtest"
	"rollcall/rules/apphour"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// plain is the plain way to a report: every call is assembled of its events and
// judged twice, one after the other in the order of their starts, and what
// differs is written down as it is met.
func plain(t *testing.T, conn driver.Conn, cfg backtest.Config) map[string]*backtest.Rule {
	t.Helper()
	comparison := assess.NewComparison(assess.ComparisonConfig{Conn: conn, Before: cfg.Before, After: cfg.After, Since: cfg.Since, Anew: true})
	var all []assess.Compared
	for s, err := range assess.Stretches(t.Context(), conn, 1_000_000) {
		if err != nil {
			t.Fatal(err)
		}
		err := comparison.Stretch(t.Context(), s, func(c assess.Compared) error {
			all = append(all, c)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(all, func(a, b assess.Compared) int {
		if a.Start.IsZero() != b.Start.IsZero() {
			return strings.Compare(b.Start.String(), "0002") // those without a start are last
		}
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.CallID, b.CallID))
	})
	var was, is []apphour.Tally
	rules := map[string]*backtest.Rule{}
	for _, c := range all {
		was, is = append(was, c.Was.Hours...), append(is, c.Is.Hours...)
		differences(rules, c)
	}
	after := cfg.Before
	after.Policy, after.Versions = cfg.After, nil
	differences(rules, assess.Compared{Was: assess.JudgeHours(apphour.Merge(was), cfg.Before), Is: assess.JudgeHours(apphour.Merge(is), after)})
	var listed [2]assess.Judged
	for i, terms := range []assess.Terms{cfg.Before, after} {
		var err error
		if listed[i], err = assess.JudgeListings(t.Context(), conn, terms); err != nil {
			t.Fatal(err)
		}
	}
	differences(rules, assess.Compared{Was: listed[0], Is: listed[1]})
	return rules
}

// differences writes down what is found otherwise of a call.
func differences(rules map[string]*backtest.Rule, c assess.Compared) {
	of := func(id string) *backtest.Rule {
		if rules[id] == nil {
			rules[id] = &backtest.Rule{Examples: []backtest.Example{}}
		}
		return rules[id]
	}
	for id, p := range c.Was.Checks {
		of(id).Before.Add(p)
	}
	for id, p := range c.Is.Checks {
		of(id).After.Add(p)
	}
	state := func(f *schema.Finding) *backtest.State {
		if f == nil {
			return nil
		}
		return &backtest.State{Severity: string(f.Severity), Status: f.Status, Result: f.Result, Message: f.Message, PolicyVersion: f.PolicyVersion}
	}
	add := func(n *int, change string, was, is *schema.Finding) {
		f := cmp.Or(is, was)
		if *n++; *n <= 3 {
			of(f.Rule).Examples = append(of(f.Rule).Examples, backtest.Example{Change: change, ID: f.ID, CallID: f.CallID, Tenant: f.Tenant, App: f.App,
				Subject: f.Subject, Before: state(was), After: state(is)})
		}
	}
	rule.SortFindings(c.Was.Findings)
	rule.SortFindings(c.Is.Findings)
	find := func(list []schema.Finding, id string) *schema.Finding {
		if i := slices.IndexFunc(list, func(f schema.Finding) bool { return f.ID == id }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for i := range c.Is.Findings {
		f := &c.Is.Findings[i]
		r := of(f.Rule)
		if f.Status == rule.StatusSuppressed {
			r.After.Suppressed++
		}
		old := find(c.Was.Findings, f.ID)
		switch {
		case old == nil:
			add(&r.New, backtest.New, nil, f)
		case old.Severity != f.Severity || old.Status != f.Status || old.Result != f.Result || old.Message != f.Message || old.Tenant != f.Tenant || old.App != f.App:
			add(&r.Changed, backtest.Changed, old, f)
		}
	}
	for i := range c.Was.Findings {
		f := &c.Was.Findings[i]
		r := of(f.Rule)
		if f.Status == rule.StatusSuppressed {
			r.Before.Suppressed++
		}
		if find(c.Is.Findings, f.ID) == nil {
			add(&r.Gone, backtest.Gone, f, nil)
		}
	}
}

// equal holds a report against the plain way.
func equal(t *testing.T, what string, got, want map[string]*backtest.Rule) {
	t.Helper()
	text := func(r *backtest.Rule) string {
		if r == nil {
			return "none"
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for id := range want {
		if a, b := text(got[id]), text(want[id]); a != b {
			t.Errorf("%s: %s\nis   %s\nwant %s", what, id, a, b)
		}
	}
	for id := range got {
		if want[id] == nil {
			t.Errorf("%s: %s: %s, and the plain way has no such rule", what, id, text(got[id]))
		}
	}
}
