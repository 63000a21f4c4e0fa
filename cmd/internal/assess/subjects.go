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
	"rollcall/rules/evidence"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// judgeSubjects judges all that is no call: the hours of apps, their listings, the
// partitions, and the policy's exceptions. It comes after the calls, because it reads what
// was stored of them.
func judgeSubjects(ctx context.Context, w *writer, t Terms) error {
	s := newSubjects(w, t)
	s.first = true
	if err := s.hours(ctx, nil); err != nil {
		return err
	}
	return s.rest(ctx)
}

// subjects gathers what rules say of subjects that are no call.
type subjects struct {
	w     *writer
	terms Terms
	in    catalogue.Input
	ids   []string
	// first is true where nothing was judged before: then no finding can have
	// gone.
	first bool
	// found are the findings of ids, and alarm takes them before they count; nil:
	// nobody does.
	found map[string][]schema.Finding
	alarm func(context.Context, map[string][]schema.Finding) error
}

func newSubjects(w *writer, t Terms) *subjects {
	return &subjects{w: w, terms: t, in: catalogue.Input{Policy: t.Policy, Now: t.Now, Gaps: t.Gaps}}
}

// rest judges the partitions and listings, and then the policy's exceptions, which
// are held against all that is suppressed.
func (s *subjects) rest(ctx context.Context) error {
	if err := s.partitions(ctx); err != nil {
		return err
	}
	if err := s.listings(ctx); err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	if err := s.exceptions(ctx); err != nil {
		return err
	}
	return s.flush(ctx)
}

// put takes what rules say of a subject, in the place of what they said before.
// by is the policy that judged; nil where none has a say.
func (s *subjects) put(id string, by *policy.Policy, out rule.Outcome) {
	if by != nil {
		s.w.judged[id] = by.ID
	}
	s.w.findings(id, out.Findings)
	s.w.checks(id, out.Checks)
	s.ids = append(s.ids, id)
	if s.alarm != nil {
		s.found[id] = out.Findings
	}
}

// flush writes the findings and populations, and then the rows that make them
// count.
func (s *subjects) flush(ctx context.Context) error {
	if err := s.w.flush(ctx); err != nil {
		return err
	}
	if !s.first {
		heirs := map[string][]string{}
		for _, id := range s.ids {
			heirs[id] = []string{id}
		}
		if err := succeed(ctx, s.w, ofSubjects, heirs); err != nil {
			return err
		}
	}
	if s.alarm != nil && len(s.ids) > 0 {
		if err := s.alarm(ctx, s.found); err != nil {
			return err
		}
		clear(s.found)
	}
	rows := pending{insert: "INSERT INTO subjects (subject_id, version)"}
	for _, id := range s.ids {
		rows.rows = append(rows.rows, []any{id, s.w.version})
	}
	s.ids = nil
	return s.w.send(ctx, &rows)
}

// hourID names an app's hour among subjects.
func hourID(t apphour.Tally) string {
	return hourPrefix(t.Hour) + t.Tenant + "\x00" + t.App
}

func hourPrefix(hour time.Time) string { return ofHours + rule.Instant(hour) + "\x00" }

// ofHours is what the ids of apps' hours begin with.
const ofHours = "app_hour\x00"

// hourOf is the hour of an id that hourID made.
func hourOf(id string) time.Time {
	text, _, _ := strings.Cut(strings.TrimPrefix(id, ofHours), "\x00")
	hour, _ := time.Parse(time.RFC3339, text) // zero: the policy of the beginning
	return hour
}

// hours judges the hours of apps: those that begin at the given instants, nil
// for all. An hour that was judged and of which nothing
// is left is judged to hold nothing.
func (s *subjects) hours(ctx context.Context, only []time.Time) error {
	list, err := s.tallies(ctx, only)
	if err != nil {
		return err
	}
	judged := map[string]bool{}
	for _, versions := range apphour.Apps(list) {
		id := hourID(versions[0])
		judged[id] = true
		in := s.in
		in.Policy = s.terms.inForce(versions[0].Hour)
		s.put(id, in.Policy, catalogue.App(versions, in))
	}
	before, err := s.stored(ctx, ofHours)
	if err != nil {
		return err
	}
	for _, id := range before {
		among := only == nil || slices.ContainsFunc(only, func(h time.Time) bool { return strings.HasPrefix(id, hourPrefix(h)) })
		if among && !judged[id] {
			s.put(id, s.terms.inForce(hourOf(id)), rule.Outcome{})
		}
	}
	return nil
}

// stored lists the subjects whose id begins in a way.
func (s *subjects) stored(ctx context.Context, prefix string) ([]string, error) {
	var ids []string
	err := each(ctx, s.w.conn, "the subjects of rules", "SELECT subject_id FROM subjects FINAL WHERE startsWith(subject_id, ?) ORDER BY subject_id", []any{prefix}, func(rows driver.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// tallied adds up what calls contribute to the hours of apps, in the order of
// scanTally.
var tallied = fmt.Sprintf(`sum(ended), arraySlice(arraySort(groupUniqArrayArray(ended_evidence)), 1, %[1]d), max(sent),
    sum(signalled), arraySlice(arraySort(groupUniqArrayArray(signalled_evidence)), 1, %[1]d), max(showed), max(gap)`, rule.MaxEvidence)

// tallies adds up what the current calls contribute to the hours of apps.
func (s *subjects) tallies(ctx context.Context, only []time.Time) ([]apphour.Tally, error) {
	sql := "SELECT tenant, app, app_version, hour, " + tallied + " FROM app_hours_current"
	var args []any
	if only != nil {
		at := make([]int64, len(only))
		for i, h := range only {
			at[i] = h.UnixMilli()
		}
		sql += " WHERE toUnixTimestamp64Milli(hour) IN (?)"
		args = append(args, at)
	}
	sql += " GROUP BY tenant, app, app_version, hour"
	var list []apphour.Tally
	err := each(ctx, s.w.conn, "the hours of apps", sql, args, func(rows driver.Rows) error {
		t, err := scanTally(rows)
		list = append(list, t)
		return err
	})
	apphour.Sort(list)
	return list, err
}

// scanTally reads what calls contribute to an hour of an app, after whatever
// columns come before.
func scanTally(rows driver.Rows, before ...any) (t apphour.Tally, err error) {
	var ended, signalled uint64
	var sent, showed, gap bool
	err = rows.Scan(append(before, &t.Tenant, &t.App, &t.Version, &t.Hour, &ended, &t.EndedEvidence, &sent, &signalled, &t.SignalledEvidence, &showed, &gap)...)
	t.Hour = t.Hour.UTC()
	t.Ended, t.Signalled, t.Sent, t.Showed, t.Gap = int(ended), int(signalled), sent, showed, gap
	return t, err
}

// partitions judges each partition of which anything is stored or known to be
// lost.
func (s *subjects) partitions(ctx context.Context) error {
	type key struct {
		topic     string
		epoch     uint32
		partition int32
	}
	all := map[key]*evidence.Partition{}
	var order []key
	of := func(k key) *evidence.Partition {
		if all[k] == nil {
			all[k] = &evidence.Partition{Topic: k.topic, Epoch: k.epoch, Partition: k.partition}
			order = append(order, k)
		}
		return all[k]
	}
	err := each(ctx, s.w.conn, "the partitions", "SELECT DISTINCT topic, epoch, partition FROM batches ORDER BY topic, epoch, partition", nil, func(rows driver.Rows) error {
		var k key
		if err := rows.Scan(&k.topic, &k.epoch, &k.partition); err != nil {
			return err
		}
		of(k).Stored = true
		return nil
	})
	if err != nil {
		return err
	}
	err = each(ctx, s.w.conn, "the recorded gaps", `SELECT topic, epoch, partition, first, last, reason, after_time, before_time
FROM gaps_one ORDER BY topic, epoch, partition, first, last, reason`, nil, func(rows driver.Rows) error {
		var k key
		var l evidence.Lost
		var after *time.Time
		if err := rows.Scan(&k.topic, &k.epoch, &k.partition, &l.First, &l.Last, &l.Reason, &after, &l.Before); err != nil {
			return err
		}
		l.After, l.Before = deref(after), l.Before.UTC()
		p := of(k)
		p.Gaps = append(p.Gaps, l)
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range order {
		s.put(fmt.Sprintf("partition\x00%s\x00%d\x00%d", k.topic, k.epoch, k.partition), s.in.Policy, catalogue.Partition(*all[k], s.in))
	}
	return nil
}

// exceptionsID names the policy's exceptions among subjects.
const exceptionsID = "exceptions"

// exceptions holds the policy's exceptions against what is suppressed.
func (s *subjects) exceptions(ctx context.Context) error {
	var suppressed []schema.Finding
	if len(s.in.Policy.Exceptions()) > 0 {
		err := each(ctx, s.w.conn, "the suppressed findings", `SELECT call_id, rule, tenant, app, raw_id, capture, first_at FROM findings_current
WHERE status = '`+rule.StatusSuppressed+`'`, nil, func(rows driver.Rows) error {
			var f schema.Finding
			var first *time.Time
			if err := rows.Scan(&f.CallID, &f.Rule, &f.Tenant, &f.App, &f.RawID, &f.Capture, &first); err != nil {
				return err
			}
			f.FirstAt = deref(first)
			suppressed = append(suppressed, f)
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.put(exceptionsID, s.in.Policy, catalogue.Exceptions(suppressed, s.in))
	return nil
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
