package assess

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// namesAtOnce is of how many calls memory holds the names.
const namesAtOnce = 4000

// A named is a call whose names are judged.
type named struct {
	call   schema.Call
	whose  owners
	shown  []schema.ShownName
	before []schema.Finding // by the policy of today
}

// renamed judges the names of calls by the rules that may say something else of
// them. What they say today is stored.
func (k *taken) renamed(ctx context.Context) error {
	if len(k.names) == 0 || !k.any(func(difference) bool { return true }) {
		return nil
	}
	_, is, err := k.terms(ctx)
	if err != nil {
		return err
	}
	s := k.stretch
	for part := range slices.Chunk(k.calls, namesAtOnce) {
		s.To = part[len(part)-1].id
		all, err := k.namesToJudge(ctx, s, part)
		if err != nil {
			return err
		}
		for i := range part {
			n := all[part[i].id]
			if n == nil {
				continue
			}
			is.Directory.Look(n.shown)
			out := k.judgeNames(n, is)
			if err := k.differ(&part[i], n.before, Judged{Findings: out.Findings, Checks: out.Checks}); err != nil {
				return err
			}
		}
		s.From = s.To
	}
	return nil
}

// namesToJudge reads the names of the calls of a stretch of which the results
// hold, with whose they are and what is found of them today.
func (k *taken) namesToJudge(ctx context.Context, s Stretch, calls []knownCall) (map[string]*named, error) {
	all := make(map[string]*named, len(calls))
	for i := range calls {
		if c := &calls[i]; c.way == byResults {
			all[c.id] = &named{call: schema.Call{ID: c.id, Resource: c.resource, Start: schema.Bound{At: c.start}}, whose: newOwners()}
		}
	}
	shown, err := k.namesOf(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	for id, list := range shown {
		if n := all[id]; n != nil {
			n.shown = list
		}
	}
	err = k.findings(ctx, s, k.names, func(call *knownCall, f schema.Finding) error {
		all[call.id].before = append(all[call.id].before, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	sql := "SELECT call_id, session_id, raw_id, app, tenant, joined_at FROM sessions FINAL WHERE " + s.current(nil)
	err = k.each(ctx, "whose the names are", sql, func(r driver.Rows) error {
		var call, app, tenant string
		var v schema.Session
		var joined *time.Time
		if err := r.Scan(&call, &v.ID, &v.RawID, &app, &tenant, &joined); err != nil {
			return err
		}
		if n := all[call]; n != nil {
			v.Joined.At = deref(joined)
			n.whose.add(v.RawID, app, tenant)
			n.call.Sessions = append(n.call.Sessions, v)
		}
		return nil
	})
	for _, n := range all {
		slices.SortFunc(n.call.Sessions, compareSessions)
	}
	return all, err
}

// judgeNames judges the names of a call.
func (k *taken) judgeNames(n *named, t Terms) rule.Outcome {
	p := t.Policy
	owner := func(raw string) policy.App {
		return n.whose.of(raw, p, func(raw string) (string, string) {
			a := p.App(schema.Session{RawID: raw, Resource: n.call.Resource})
			return a.ID, a.Tenant
		})
	}
	for i := range n.shown {
		n.shown[i].Tenant = owner(n.shown[i].RawID).Tenant
	}
	return catalogue.SomeOfNames(n.call, n.shown, owner, catalogue.Input{Policy: p, Now: t.Now, Gaps: t.Gaps, Known: t.Known}, catalogue.Some{Names: k.names})
}
