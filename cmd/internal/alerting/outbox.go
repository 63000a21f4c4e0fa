// Package alerting is the outbox of alerts in ClickHouse, and their delivery
// from there: what is in the outbox reaches every target, whatever happens in
// between. DESIGN.md says how.
package alerting

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/alerts"
	"rollcall/schema"
)

// An Outbox keeps which findings are in which alert, and what each alert was.
type Outbox struct {
	Conn    driver.Conn
	Wording alerts.Wording
	// Wake is called when there is something new to deliver; nil: nothing is.
	Wake func()
}

// atOnce bounds how many ids are named in one query, and rows in one insert.
const atOnce, rowsAtOnce = 200, 10_000

const memberColumns = `unit, alert_id, finding_id, at, call_id, rule, severity, learnt, tenant, app, capture, episode, subject, raw_id,
since, until, held, app_version, signalled_at, left_at, state, reason`

// newestMember keeps the row of a finding in an alert that counts.
const newestMember = " ORDER BY alert_id, finding_id, at DESC, stored_at DESC LIMIT 1 BY alert_id, finding_id"

// Members reads the findings that alerts on some units have, by unit. subjects,
// where there are any, are those of whose findings it is asked.
func (o *Outbox) Members(ctx context.Context, units, subjects []string) (map[string][]alerts.Member, error) {
	all := map[string][]alerts.Member{}
	for some := range slices.Chunk(units, atOnce) {
		condition, args := "unit IN (?)", []any{some}
		for chunk := range chunks(subjects) {
			if chunk != nil {
				condition, args = "unit IN (?) AND subject IN (?)", []any{some, chunk}
			}
			list, err := o.members(ctx, condition, args)
			if err != nil {
				return nil, err
			}
			for _, m := range list {
				all[m.Unit] = append(all[m.Unit], m)
			}
		}
	}
	return all, nil
}

// chunks are the parts of a list that one query names: one that is nil where the
// list is empty.
func chunks(list []string) func(func([]string) bool) {
	if len(list) == 0 {
		return func(yield func([]string) bool) { yield(nil) }
	}
	return slices.Chunk(list, atOnce)
}

func (o *Outbox) members(ctx context.Context, condition string, args []any) (list []alerts.Member, err error) {
	err = each(ctx, o.Conn, "the findings in alerts", "SELECT "+memberColumns+" FROM alert_findings WHERE "+condition+newestMember, args, func(rows driver.Rows) error {
		var m alerts.Member
		var at time.Time
		var alert, severity, state string
		var since, until, held, signalled, left *time.Time
		err := rows.Scan(&m.Unit, &alert, &m.Finding, &at, &m.CallID, &m.Rule, &severity, &m.When, &m.Tenant, &m.App, &m.Capture, &m.Episode, &m.Subject, &m.RawID,
			&since, &until, &held, &m.Version, &signalled, &left, &state, &m.Reason)
		m.Severity, m.State = schema.Severity(severity), alerts.State(state)
		m.Since, m.Until, m.Held, m.Signalled, m.Left = instant(since), instant(until), instant(held), instant(signalled), instant(left)
		list = append(list, m)
		return err
	})
	return list, err
}

// Firing reads the findings on an app that fire by a rule.
func (o *Outbox) Firing(ctx context.Context, rule, tenant, app string) ([]alerts.Member, error) {
	list, err := o.members(ctx, "rule = ? AND tenant = ? AND app = ?", []any{rule, tenant, app})
	return slices.DeleteFunc(list, func(m alerts.Member) bool { return m.State != alerts.Firing }), err
}

// FiringBy reads the findings that fire by a rule.
func (o *Outbox) FiringBy(ctx context.Context, rule string) ([]alerts.Member, error) {
	list, err := o.members(ctx, "rule = ?", []any{rule})
	return slices.DeleteFunc(list, func(m alerts.Member) bool { return m.State != alerts.Firing }), err
}

// WithheldBy lists the calls of an app with findings that are withheld because
// one by a rule speaks for them.
func (o *Outbox) WithheldBy(ctx context.Context, rule, tenant, app string) (calls []string, err error) {
	err = each(ctx, o.Conn, "the findings in alerts", `SELECT DISTINCT call_id FROM (SELECT call_id, state, reason FROM alert_findings
WHERE tenant = ? AND app = ?`+newestMember+`) WHERE state = 'withheld' AND reason = ? ORDER BY call_id`, []any{tenant, app, rule}, func(rows driver.Rows) error {
		var id string
		err := rows.Scan(&id)
		calls = append(calls, id)
		return err
	})
	return calls, err
}

// Put adds what findings in alerts are now, as an evaluation says that is named
// by its instant. To put the same again changes nothing. Settle makes it count.
func (o *Outbox) Put(ctx context.Context, list []alerts.Member, at time.Time) error {
	for some := range slices.Chunk(list, rowsAtOnce) {
		rows := make([][]any, len(some))
		for i, m := range some {
			rows[i] = []any{m.Unit, m.Alert(), m.Finding, at, m.CallID, m.Rule, string(m.Severity), m.When, m.Tenant, m.App, m.Capture, m.Episode, m.Subject, m.RawID,
				null(m.Since), null(m.Until), null(m.Held), m.Version, null(m.Signalled), null(m.Left), string(m.State), m.Reason}
		}
		if err := insert(ctx, o.Conn, "INSERT INTO alert_findings ("+memberColumns+")", rows); err != nil {
			return fmt.Errorf("write the findings in alerts: %w", err)
		}
	}
	return nil
}

// Settle brings the alerts on some units up to what their findings are; without
// any, those of which findings were put in the last day that any were, as after a
// start: what was put before a crash is not lost, and the whole past is not read.
func (o *Outbox) Settle(ctx context.Context, units []string) error {
	wake := false
	for chunk := range chunks(units) {
		condition, args := "alert_id IN (SELECT alert_id FROM alert_findings WHERE stored_at >= (SELECT max(stored_at) - INTERVAL 1 DAY FROM alert_findings))", []any(nil)
		if chunk != nil {
			condition, args = "unit IN (?)", []any{chunk, chunk}
		}
		var due []string
		var sizes []uint64
		err := each(ctx, o.Conn, "the alerts that changed", `SELECT f.alert_id, f.n FROM (SELECT alert_id, max(at) AS at, count() AS n FROM alert_findings WHERE `+condition+` GROUP BY alert_id) AS f
GLOBAL LEFT JOIN (SELECT alert_id, max(at) AS at FROM alerts WHERE `+condition+` GROUP BY alert_id) AS a ON f.alert_id = a.alert_id
WHERE f.at > a.at OR a.alert_id = '' ORDER BY f.alert_id`, args, func(rows driver.Rows) error {
			var id string
			var n uint64
			err := rows.Scan(&id, &n)
			due, sizes = append(due, id), append(sizes, n)
			return err
		})
		if err != nil {
			return err
		}
		for _, ids := range portions(due, sizes) {
			if err := o.build(ctx, ids); err != nil {
				return err
			}
			wake = true
		}
	}
	if wake && o.Wake != nil {
		o.Wake()
	}
	return nil
}

// portions cuts a list of alerts into such as are built at once: few, and with no
// more findings than rowsAtOnce, but for an alert that alone has more.
func portions(ids []string, sizes []uint64) (out [][]string) {
	begin, findings := 0, uint64(0)
	for i := range ids {
		if i > begin && (i-begin == atOnce || findings+sizes[i] > rowsAtOnce) {
			out = append(out, ids[begin:i])
			begin, findings = i, 0
		}
		findings += sizes[i]
	}
	if begin < len(ids) {
		out = append(out, ids[begin:])
	}
	return out
}

// build writes what alerts are now.
func (o *Outbox) build(ctx context.Context, ids []string) error {
	condition, args := "alert_id IN (?)", []any{ids}
	list, err := o.members(ctx, condition, args)
	if err != nil {
		return err
	}
	newest := map[string]time.Time{}
	err = each(ctx, o.Conn, "the findings in alerts", "SELECT alert_id, max(at) FROM alert_findings WHERE "+condition+" GROUP BY alert_id", args, func(rows driver.Rows) error {
		var id string
		var at time.Time
		err := rows.Scan(&id, &at)
		newest[id] = at
		return err
	})
	if err != nil {
		return err
	}
	of := map[string][]alerts.Member{}
	for _, m := range list {
		of[m.Alert()] = append(of[m.Alert()], m)
	}
	var rows [][]any
	for _, id := range slices.Sorted(maps.Keys(of)) {
		m := of[id][0]
		a := o.Wording.Build(of[id])
		text, revision, err := a.Canonical()
		if err != nil {
			return err
		}
		rows = append(rows, []any{m.Unit, id, newest[id], revision, string(a.State), a.Reason, m.Rule, string(m.Severity), m.When, m.Tenant, m.App, m.CallID, m.Capture, string(text)})
	}
	err = insert(ctx, o.Conn, "INSERT INTO alerts (unit, alert_id, at, revision, state, reason, rule, severity, learnt, tenant, app, call_id, capture, record)", rows)
	if err != nil {
		return fmt.Errorf("write alerts: %w", err)
	}
	return nil
}

func insert(ctx context.Context, conn driver.Conn, sql string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	batch, err := conn.PrepareBatch(ctx, sql)
	if err != nil {
		return err
	}
	defer batch.Close()
	for _, row := range rows {
		if err := batch.Append(row...); err != nil {
			return err
		}
	}
	return batch.Send()
}

// each runs a query and hands each row to read.
func each(ctx context.Context, conn driver.Conn, what, sql string, args []any, read func(driver.Rows) error) error {
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

func null(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
