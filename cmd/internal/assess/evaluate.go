// Package assess evaluates calls: it reads their events from ClickHouse, lets
// the pure packages assemble, judge and meter them, and writes what they find
// back as one version of each call.
//
// The live service and `rollcall audit` run the same Evaluate; they differ only
// in which calls they evaluate, and for which instant.
package assess

import (
	"time"

	"rollcall/reports/metering"
	"rollcall/reports/tariff"
	"rollcall/rules/apphour"
	"rollcall/rules/assemble"
	"rollcall/rules/brand"
	"rollcall/rules/calls"
	"rollcall/rules/directory"
	"rollcall/rules/evidence"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Terms are what calls are evaluated with, besides their evidence.
type Terms struct {
	// Policy is the one in force at Now.
	Policy *policy.Policy
	// Versions are those among which a call's start chooses (policy.InForce);
	// none where Policy judges everything.
	Versions []*policy.Policy
	Tariff   *tariff.Tariff
	// Now is the instant for which calls are evaluated.
	Now time.Time
	// Gaps are the intervals in which evidence was lost.
	Gaps []notice.Gap
	// Directory is what is known of the directory at Now; nil: nothing.
	Directory *directory.Directory
	// Gallery reads the pictures that a policy names; nil: there are none.
	Gallery func(*policy.Policy) (brand.Gallery, error)
	// Known finds whom a displayed name can be mistaken for; nil: no directory is
	// known.
	Known *lookalike.Index
}

// assembling are the terms under which calls are assembled.
func (t Terms) assembling() assemble.Options {
	return assemble.Options{Now: t.Now, Quiet: t.Policy.Base().Quiet}
}

// Results are what one call's events lead to, besides what follows for each
// session alone.
type Results struct {
	// Call has its sessions without receipts and signals.
	Call schema.Call
	// Policy is the version that judged the call, and AsOf the instant for which
	// all of it was judged.
	Policy *policy.Policy
	AsOf   time.Time
	Tenant string
	// Names are the displayed names that the call showed.
	Names []schema.ShownName
	// Findings are those on the call as a whole.
	Findings []schema.Finding
	Lines    []schema.UsageLine
	Free     []metering.Free
	// Checks are the populations of the rules.
	Checks map[string]rule.Population
	// Hours is what the call's sessions contribute to the hours of their apps.
	Hours []apphour.Tally
}

// A Part is what follows for one session of a call.
type Part struct {
	Session Session
	// Policy is the version that judged the call.
	Policy      *policy.Policy
	Obligations []schema.Obligation
	Findings    []schema.Finding
	// Checks and Hours are what the session contributes to those of the call.
	Checks map[string]rule.Population
	Hours  []apphour.Tally
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

// Evaluate judges and meters the call of a spine. It hands out what follows for
// each session while it goes through them, because the receipts of a large
// meeting and what comes of them would fill the memory. It is pure.
func Evaluate(spine *assemble.Spine, d Doubts, t Terms, each func(schema.Call, Part) error) (Results, error) {
	j := t.judge(spine.Outline())
	r := Results{Policy: j.policy, AsOf: t.Now}
	for s := range spine.Sessions() {
		p := j.session(s)
		if err := each(j.outline(), p); err != nil {
			return r, err
		}
	}
	j.end(d)
	r.Names = t.Directory.Names(j.call)
	j.names(t, r.Names)
	r.Call, r.Tenant, r.Findings, r.Checks, r.Hours = j.call, j.tenant, j.outcome.Findings, j.outcome.Checks, j.hours
	opt := metering.Options{Now: t.Now, Owner: j.owner}
	r.Lines = metering.Call(r.Call, t.Tariff, opt)
	r.Free = metering.FreeSessions(r.Call, t.Tariff, opt)
	return r, nil
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
