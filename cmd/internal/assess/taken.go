package assess

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/apphour"
	"rollcall/rules/catalogue"
	"rollcall/rules/exceptions"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
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
}

// byResults takes over the results that hold, and judges that in which the
// policies differ: notices due at another time, and what exceptions cover. A call
// of which the results don't tell it is given another way.
func (c *Comparison) byResults(ctx context.Context, s Stretch, calls []knownCall, hand func(Compared) error) error {
	k := taken{Comparison: c, stretch: s, calls: calls, hand: hand, judged: map[string]int{}}
	if err := k.notices(ctx); err != nil {
		return err
	}
	if err := k.covered(ctx); err != nil {
		return err
	}
	return k.sum(ctx)
}

// any reports whether the results of any call hold of which the policies differ
// in some part.
func (k *taken) any(differ func(policy.Parts) bool) bool {
	return slices.ContainsFunc(k.calls, func(c knownCall) bool { return c.way == byResults && differ(k.parts[c.policy]) })
}

// of finds a call of which the results hold.
func (k *taken) of(id string) *knownCall {
	if i, ok := find(k.calls, id); ok && k.calls[i].way == byResults {
		return &k.calls[i]
	}
	return nil
}

// notices judges the obligations of which a deadline may decide otherwise.
func (k *taken) notices(ctx context.Context) error {
	if !k.any(func(p policy.Parts) bool { return p.Deadlines }) {
		return nil
	}
	soonest := k.after.Policy.Soonest()
	for _, p := range k.policies() {
		soonest = min(soonest, p.Soonest())
	}
	var call *knownCall
	var rows []schema.Obligation
	judge := func() error {
		if call == nil || len(rows) == 0 {
			return nil
		}
		err := k.again(call, rows)
		rows = rows[:0]
		return err
	}
	sql := fmt.Sprintf(`SELECT call_id, session_id, capture, ordinal, tenant, app, participant_id, raw_id, episode_end, left_at, exposed_at, due_at, shown_at,
    ifNull(delay_ms, 0), result, reason FROM obligations FINAL
WHERE %s AND (result NOT IN ('%s', '%s') OR result = '%[3]s' AND delay_ms > %[4]d) ORDER BY call_id, version, session_id, capture, ordinal`,
		k.stretch.current(nil), schema.ResultNotApplicable, schema.ResultPass, soonest.Milliseconds())
	err := k.each(ctx, "the obligations", sql, func(r driver.Rows) error {
		var o schema.Obligation
		var ordinal uint32
		var result string
		var end, left, exposed, due, shown *time.Time
		if err := r.Scan(&o.CallID, &o.SessionID, &o.Capture, &ordinal, &o.Tenant, &o.App, &o.ParticipantID, &o.RawID, &end, &left, &exposed, &due, &shown,
			&o.DelayMs, &result, &o.Reason); err != nil {
			return err
		}
		if call == nil || call.id != o.CallID {
			if err := judge(); err != nil {
				return err
			}
			if call = k.of(o.CallID); call != nil && !k.parts[call.policy].Deadlines {
				call = nil
			}
		}
		if call != nil {
			o.Ordinal, o.Result = int(ordinal), schema.Result(result)
			o.EpisodeEnd, o.LeftAt, o.ExposedAt, o.DueAt, o.ShownAt = deref(end), deref(left), deref(exposed), deref(due), deref(shown)
			rows = append(rows, o)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return judge()
}

// again judges obligations of a call under the other policy.
func (k *taken) again(call *knownCall, rows []schema.Obligation) error {
	is := make([]schema.Obligation, 0, len(rows))
	for _, o := range rows {
		p := k.after.Policy
		o, ok := notice.Again(o, p.Notice(p.Named(o.App, o.Tenant)))
		if !ok {
			call.way = bySessions
			return nil
		}
		is = append(is, o)
	}
	before, after := catalogue.Notices(rows, call.policy), catalogue.Notices(is, k.after.Policy)
	for id, p := range before.Checks {
		sum := after.Checks[id]
		sum.Sub(p) // what is stored is added up elsewhere
		after.Checks[id] = sum
	}
	return k.differ(call, before.Findings, after.Findings, after.Checks)
}

// differ hands out findings of a call under either policy, and by how much the
// populations under the other differ.
func (k *taken) differ(call *knownCall, was, is []schema.Finding, more map[string]rule.Population) error {
	for _, f := range was {
		if f.Status == rule.StatusSuppressed {
			k.judged[f.Rule]++
		}
	}
	return k.hand(Compared{CallID: call.id, Start: call.start, Was: Judged{Findings: was}, Is: Judged{Findings: is, Checks: more}})
}

// covered looks which findings exceptions cover otherwise.
func (k *taken) covered(ctx context.Context) error {
	if !k.any(func(p policy.Parts) bool { return p.Exceptions }) {
		return nil
	}
	var about []string
	for _, p := range append(k.policies(), k.after.Policy) {
		for _, e := range p.Exceptions() {
			about = append(about, e.Rules...)
		}
	}
	slices.Sort(about)
	about = slices.Compact(about)
	if len(about) == 0 {
		return nil
	}
	for i, id := range about {
		about[i] = literal(id)
	}
	sql := `SELECT call_id, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, message, policy_version FROM findings AS f FINAL
WHERE ` + k.stretch.current(nil) + " AND " + stands + " AND rule IN (" + strings.Join(about, ", ") + ") ORDER BY call_id, version, id"
	return k.each(ctx, "the findings", sql, func(r driver.Rows) error {
		var was schema.Finding
		var severity string
		var first *time.Time
		if err := r.Scan(&was.CallID, &was.ID, &was.Rule, &severity, &was.Status, &was.Result, &was.Tenant, &was.App, &was.Subject, &was.RawID, &was.Capture, &first,
			&was.Message, &was.PolicyVersion); err != nil {
			return err
		}
		call := k.of(was.CallID)
		if call == nil || k.parts[call.policy].Deadlines && (was.Rule == notice.RuleMissed || was.Rule == notice.RuleLate) {
			return nil
		}
		was.Severity, was.FirstAt = schema.Severity(severity), deref(first)
		is := []schema.Finding{was}
		exceptions.Undo(&is[0], call.policy)
		is[0].PolicyVersion = k.after.Policy.ID
		exceptions.Apply(is, k.after.Policy)
		if was.Status == is[0].Status && was.Message == is[0].Message {
			return nil
		}
		return k.differ(call, []schema.Finding{was}, is, nil)
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
	return k.hand(out)
}
