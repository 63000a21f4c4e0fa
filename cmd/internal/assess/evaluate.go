// Package assess evaluates calls: it reads their events from ClickHouse, lets
// the pure packages assemble, judge and meter them, and writes what they find
// back as one version of each call.
//
// The live service and `rollcall audit` run the same Evaluate; they differ only
// in which calls they evaluate, and for which instant.
package assess

import (
	"cmp"
	"time"

	"rollcall/reports/metering"
	"rollcall/reports/tariff"
	"rollcall/rules/assemble"
	"rollcall/rules/calls"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Terms are what calls are evaluated with, besides their evidence.
type Terms struct {
	Policy *policy.Policy
	Tariff *tariff.Tariff
	// Now is the instant for which calls are evaluated.
	Now time.Time
	// Gaps are the intervals in which evidence was lost.
	Gaps []notice.Gap
}

// Results are everything that one call's events lead to.
type Results struct {
	Call        schema.Call
	Now         time.Time // for which they hold
	Tenant      string
	Sessions    []Session
	Obligations []schema.Obligation
	Findings    []schema.Finding
	Lines       []schema.UsageLine
	Free        []metering.Free
	// Checks are the populations of the rules.
	Checks map[string]rule.Population
}

// Doubts are what the store knows against the evidence of a call.
type Doubts struct {
	// SetAside are the aliases that name the call and are not believed.
	SetAside []calls.SetAside
	// Contents are the events that came with two contents.
	Contents []evidence.Content
}

// A Session is a session with the app and tenant that the policy gives it.
type Session struct {
	schema.Session
	App, Tenant string
}

// Evaluate assembles, judges and meters one call. It is pure.
func Evaluate(callID string, events []schema.Event, d Doubts, t Terms) Results {
	call := assemble.Call(callID, events, assemble.Options{Now: t.Now, Quiet: t.Policy.Base().Quiet})
	owner := func(s schema.Session) (app, tenant string) {
		s.Resource = cmp.Or(s.Resource, call.Resource)
		a := t.Policy.App(s)
		return a.ID, a.Tenant
	}
	r := Results{Call: call, Now: t.Now}
	for _, s := range call.Sessions {
		app, tenant := owner(s)
		r.Sessions = append(r.Sessions, Session{Session: s, App: app, Tenant: tenant})
		r.Tenant = cmp.Or(r.Tenant, tenant)
	}
	r.Obligations = notice.Obligations(call, notice.Input{Policy: t.Policy, Now: t.Now, Gaps: t.Gaps})
	in := evidence.Input{Policy: t.Policy, SetAside: d.SetAside, Contents: d.Contents, Tenant: r.Tenant}
	in.App, _ = owner(schema.Session{Resource: call.Resource})
	judged := catalogue.Call(call, r.Obligations, catalogue.Input{Policy: t.Policy, Evidence: in})
	r.Findings, r.Checks = judged.Findings, judged.Checks
	opt := metering.Options{Now: t.Now, Owner: owner}
	r.Lines = metering.Call(call, t.Tariff, opt)
	r.Free = metering.FreeSessions(call, t.Tariff, opt)
	return r
}

// asideOf groups the aliases that were set aside by the calls that name them.
func asideOf(r calls.Resolution) map[string][]calls.SetAside {
	of := map[string][]calls.SetAside{}
	for _, a := range r.SetAside {
		for _, id := range a.Calls {
			of[id] = append(of[id], a)
		}
	}
	return of
}
