package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/catalogue"
	"rollcall/rules/notice"
	"rollcall/schema"
)

// dues judges the obligations of which a deadline may decide otherwise, where the
// policies differ in nothing else that sessions are judged by: their rows tell it.
func (k *taken) dues(ctx context.Context) error {
	if !k.any(func(d difference) bool { return d.dues }) {
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
			if call = k.of(o.CallID); call != nil && !k.differences[call.policy].dues {
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
	before, after := catalogue.Missed(rows, call.policy), catalogue.Missed(is, k.after.Policy)
	for id, p := range before.Checks {
		sum := after.Checks[id]
		sum.Sub(p) // what is stored is added up elsewhere
		after.Checks[id] = sum
	}
	return k.differ(call, before.Findings, Judged{Findings: after.Findings, Checks: after.Checks})
}
