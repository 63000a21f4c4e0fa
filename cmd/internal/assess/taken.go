package assess

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/apphour"
	"rollcall/rules/exceptions"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A taken takes over the results of a stretch that hold.
type taken struct {
	*Comparison
	stretch Stretch
	calls   []knownCall
	hand    func(Compared) error
	judged  map[string]int // by rule: suppressed findings that were handed out as they are today
	// hours is true where hours of apps are judged anew, and names are the rules
	// on names that are: of all calls of which the results hold.
	hours bool
	names []string
}

// byResults takes over the results that hold, and judges that in which the
// policies differ. A call of which that may change more is given another way.
func (c *Comparison) byResults(ctx context.Context, s Stretch, calls []knownCall, hand func(Compared) error) error {
	k := taken{Comparison: c, stretch: s, calls: calls, hand: hand, judged: map[string]int{}}
	k.hours = k.any(func(p difference) bool { return p.parts.Hours })
	for _, p := range k.policies() {
		for _, id := range c.differences[p].was.Names {
			if !slices.Contains(k.names, id) {
				k.names = append(k.names, id)
			}
		}
	}
	for _, judge := range []func(context.Context) error{k.dues, k.parts, k.renamed, k.covered, k.sum} {
		if err := judge(ctx); err != nil {
			return err
		}
	}
	return nil
}

// any reports whether the results of any call hold for which there is a difference of
// some kind.
func (k *taken) any(of func(difference) bool) bool {
	return slices.ContainsFunc(k.calls, func(c knownCall) bool { return c.way == byResults && of(k.differences[c.policy]) })
}

// of finds a call of which the results hold.
func (k *taken) of(id string) *knownCall {
	if i, ok := find(k.calls, id); ok && k.calls[i].way == byResults {
		return &k.calls[i]
	}
	return nil
}

// differ hands out findings of a call under either policy; is has by how much the
// populations under the other differ.
func (k *taken) differ(call *knownCall, was []schema.Finding, is Judged) error {
	for _, f := range was {
		if f.Status == rule.StatusSuppressed {
			k.judged[f.Rule]++
		}
	}
	return k.hand(Compared{CallID: call.id, Start: call.start, Was: Judged{Findings: was}, Is: is})
}

// covered looks which findings exceptions cover otherwise.
func (k *taken) covered(ctx context.Context) error {
	if !k.any(func(p difference) bool { return p.parts.Exceptions }) {
		return nil
	}
	var about []string
	for _, p := range append(k.policies(), k.after.Policy) {
		for _, e := range p.Exceptions() {
			about = append(about, e.Rules...)
		}
	}
	slices.Sort(about)
	return k.findings(ctx, k.stretch, slices.Compact(about), func(call *knownCall, was schema.Finding) error {
		if k.differences[call.policy].anew[was.Rule] || slices.Contains(k.names, was.Rule) {
			return nil
		}
		is := []schema.Finding{was}
		exceptions.Undo(&is[0], call.policy)
		is[0].PolicyVersion = k.after.Policy.ID
		exceptions.Apply(is, k.after.Policy)
		if was.Status == is[0].Status && was.Message == is[0].Message {
			return nil
		}
		return k.differ(call, []schema.Finding{was}, Judged{Findings: is})
	})
}

// findings hands out the findings of some rules on calls of which the results
// hold, by call.
func (k *taken) findings(ctx context.Context, s Stretch, rules []string, each func(*knownCall, schema.Finding) error) error {
	if len(rules) == 0 {
		return nil
	}
	list := make([]string, len(rules))
	for i, id := range rules {
		list[i] = literal(id)
	}
	sql := `SELECT call_id, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, message, policy_version FROM findings AS f FINAL
WHERE ` + s.current(nil) + " AND " + stands + " AND rule IN (" + strings.Join(list, ", ") + ") ORDER BY call_id, version, id"
	return k.each(ctx, "the findings", sql, func(r driver.Rows) error {
		var f schema.Finding
		var severity string
		var first *time.Time
		if err := r.Scan(&f.CallID, &f.ID, &f.Rule, &severity, &f.Status, &f.Result, &f.Tenant, &f.App, &f.Subject, &f.RawID, &f.Capture, &first,
			&f.Message, &f.PolicyVersion); err != nil {
			return err
		}
		f.Severity, f.FirstAt = schema.Severity(severity), deref(first)
		if call := k.of(f.CallID); call != nil {
			return each(call, f)
		}
		return nil
	})
}

// maxExcept is how many calls are left out of a sum within a query.
const maxExcept = 500

// sum adds up what is stored of the calls of which the results hold.
func (k *taken) sum(ctx context.Context) error {
	var others []string
	held := 0
	for _, c := range k.calls {
		if c.way == byResults {
			held++
		} else {
			others = append(others, c.id)
		}
	}
	if held == 0 {
		return nil
	}
	id, condition := "''", k.stretch.within()+" AND (call_id, version) GLOBAL IN ("+k.stretch.calls("call_id, version")+startedSince(k.since)+")"
	switch {
	case len(others) > maxExcept:
		id = "call_id" // and they are left out here
	case len(others) > 0:
		condition += " AND NOT (true" + among(others) + ")"
	}
	out := Compared{Calls: held}
	all := Judged{Checks: map[string]rule.Population{}, Suppressed: map[string]int{}}
	skip := func(id string) bool { return id != "" && k.of(id) == nil }
	err := k.each(ctx, "the populations", "SELECT "+id+` AS id, rule, toInt64(sum(population)), toInt64(sum(pass)), toInt64(sum(fail)), toInt64(sum(no_evidence)), toInt64(sum(not_applicable))
FROM checks FINAL WHERE `+condition+" GROUP BY id, rule", func(r driver.Rows) error {
		var id, name string
		var n [5]int64
		if err := r.Scan(&id, &name, &n[0], &n[1], &n[2], &n[3], &n[4]); err != nil || skip(id) {
			return err
		}
		p := all.Checks[name]
		p.Add(rule.Population{Population: int(n[0]), Pass: int(n[1]), Fail: int(n[2]), NoEvidence: int(n[3]), NotApplicable: int(n[4])})
		all.Checks[name] = p
		return nil
	})
	if err != nil {
		return err
	}
	err = k.each(ctx, "the findings that exceptions cover", "SELECT "+id+" AS id, rule, toInt64(count()) FROM findings FINAL WHERE "+condition+" AND status = '"+rule.StatusSuppressed+"' GROUP BY id, rule", func(r driver.Rows) error {
		var id, name string
		var n int64
		if err := r.Scan(&id, &name, &n); err != nil || skip(id) {
			return err
		}
		all.Suppressed[name] += int(n)
		return nil
	})
	if err != nil {
		return err
	}
	for name, n := range k.judged {
		all.Suppressed[name] -= n
	}
	err = k.each(ctx, "the hours of apps", "SELECT "+id+` AS id, tenant, app, app_version, hour, `+tallied+` FROM app_hours FINAL WHERE `+condition+" GROUP BY id, tenant, app, app_version, hour", func(r driver.Rows) error {
		var id string
		t, err := scanTally(r, &id)
		if err != nil || skip(id) {
			return err
		}
		all.Hours = append(all.Hours, t)
		return nil
	})
	if err != nil {
		return err
	}
	all.Hours = apphour.Merge(all.Hours)
	out.Was, out.Is = all, all
	if k.hours {
		out.Is.Hours = nil
	}
	if len(k.names) > 0 {
		out.Is.Checks = maps.Clone(all.Checks)
		for _, id := range k.names {
			delete(out.Is.Checks, id)
		}
	}
	return k.hand(out)
}
