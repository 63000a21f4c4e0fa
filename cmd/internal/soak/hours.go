package soak

import (
	"fmt"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/apphour"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
)

// hours holds what the rules on apps say of each clock hour against the truth:
// which fail, pass or have no evidence, and what is found.
func hours(results map[string]*outcome, t assess.Terms, truth *simulate.Truth, r *Report) {
	var tallies []apphour.Tally
	for _, id := range sorted(results) {
		tallies = append(tallies, results[id].Hours...)
	}
	all, want, got := map[string]bool{}, map[string]int{}, map[string]int{}
	count := func(into map[string]int, app string, hour int64, rule, verdict string, n int) {
		if verdict == "" || n == 0 {
			return
		}
		line := fmt.Sprintf("%s of %s in the hour from %s %s", rule, app, clock(hour), verdict)
		into[line] += n
		all[line] = true
	}
	for _, h := range truth.Hours {
		count(want, h.App, h.Hour, simulate.RuleSilentApp, h.Silent, 1)
		for _, v := range h.Broken {
			count(want, h.App, h.Hour, simulate.RuleAppBroken, v.Result, 1)
		}
	}
	for _, versions := range apphour.Apps(apphour.Merge(tallies)) {
		app, hour := versions[0].App, versions[0].Hour.UnixMilli()
		out := catalogue.App(versions, catalogue.Input{Policy: t.Policy, Now: t.Now, Gaps: t.Gaps})
		found := map[string]int{}
		for _, f := range out.Findings {
			found[f.Rule]++
			if f.App != app || f.FirstAt.UnixMilli() != hour {
				r.differ("%s of %s in the hour from %s is about %s from %s", f.Rule, app, clock(hour), f.App, f.FirstAt)
			}
		}
		for id, p := range out.Checks {
			count(got, app, hour, id, string(rule.Pass), p.Pass)
			count(got, app, hour, id, string(rule.Fail), p.Fail)
			count(got, app, hour, id, string(rule.NoEvidence), p.NoEvidence)
			r.Rules[id] += p.Fail
			r.Rules[id+" pass"] += p.Pass
			r.Rules[id+" no evidence"] += p.NoEvidence
			if found[id] != p.Fail {
				r.differ("%s of %s in the hour from %s: %d fail, %d are found", id, app, clock(hour), p.Fail, found[id])
			}
		}
	}
	for _, l := range sorted(all) {
		if got[l] != want[l] {
			r.differ("%s: %d, the truth %d", l, got[l], want[l])
		}
	}
}

// hoursInTotal holds the populations of the rules on apps, as summary.json has
// them, against the truth.
func hoursInTotal(checks map[string]rule.Population, truth *simulate.Truth, r *Report) {
	want := map[string]rule.Population{}
	count := func(id, verdict string) {
		p := want[id]
		p.Count(rule.Verdict(verdict))
		want[id] = p
	}
	for _, h := range truth.Hours {
		if h.Silent != "" {
			count(simulate.RuleSilentApp, h.Silent)
		}
		for _, v := range h.Broken {
			count(simulate.RuleAppBroken, v.Result)
		}
	}
	for _, id := range []string{simulate.RuleSilentApp, simulate.RuleAppBroken} {
		if got, want := checks[id], want[id]; got.Pass != want.Pass || got.Fail != want.Fail || got.NoEvidence != want.NoEvidence {
			r.differ("summary.json: %s judged %+v, the truth %+v", id, got, want)
		}
	}
}
