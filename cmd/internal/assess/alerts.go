package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/alerting"
	"rollcall/rules/alerts"
	"rollcall/rules/apphour"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// An alarm writes down what becomes of the alerts on some units while they are
// judged: after their findings, and before those count. Whoever judges after a
// crash writes the same again. The nil value does nothing.
type alarm struct {
	outbox *alerting.Outbox
	terms  alerts.Terms
	at     time.Time
	units  []string
	before map[string]map[string][]alerts.Member // by unit and subject
	judged map[string]bool                       // units of which something was judged
	list   []alerts.Member                       // what changed

	silences *silences
	hours    []apphour.Tally // that the units contribute to, as they are judged now
	policy   *policy.Policy
}

// alarm begins with what alerts have of some units: of all of them, or of some
// subjects only.
func (l *Live) alarm(ctx context.Context, version uint64, now time.Time, units, subjects []string) (*alarm, error) {
	if l.deps.Outbox == nil {
		return nil, nil
	}
	slices.Sort(units)
	a := &alarm{outbox: l.deps.Outbox, terms: l.deps.Alerts, at: time.Unix(0, int64(version)).UTC(), units: slices.Compact(units),
		before: map[string]map[string][]alerts.Member{}, judged: map[string]bool{}, silences: &l.silences, policy: l.deps.Terms.Policy}
	a.terms.Now = now
	if err := l.gatherings(ctx, now); err != nil {
		return nil, err
	}
	a.terms.Gatherings = slices.Concat(l.gathers.list, l.silences.gatherings())
	members, err := a.outbox.Members(ctx, a.units, subjects)
	if err != nil {
		return nil, err
	}
	for unit, list := range members {
		of := map[string][]alerts.Member{}
		for _, m := range list {
			of[m.Subject] = append(of[m.Subject], m)
		}
		a.before[unit] = of
	}
	return a, nil
}

// part takes what is found on a session.
func (a *alarm) part(call string, p Part) {
	if a == nil {
		return
	}
	a.judged[call] = true
	// What the call as a whole is judged by may be about a session too.
	var before, rest []alerts.Member
	for _, m := range a.before[call][p.Session.ID] {
		if _, is := p.Checks[m.Rule]; is {
			before = append(before, m)
		} else {
			rest = append(rest, m)
		}
	}
	if delete(a.before[call], p.Session.ID); rest != nil {
		a.before[call][p.Session.ID] = rest
	}
	a.hours = append(a.hours, p.Hours...)
	a.change(a.terms.Session(p.Session.Session, p.Obligations, p.Findings, before), before)
}

// whole takes what is found on a unit as a whole, after its sessions.
func (a *alarm) whole(unit string, found []schema.Finding) {
	if a == nil {
		return
	}
	a.judged[unit] = true
	before := slices.Concat(slices.Collect(maps.Values(a.before[unit]))...)
	delete(a.before, unit)
	a.change(a.terms.Whole(unit, found, before), before)
}

func (a *alarm) change(now, before []alerts.Member) {
	old := make(map[string]alerts.Member, len(before))
	for _, m := range before {
		old[m.Key()] = m
	}
	a.list = append(a.list, alerts.Changed(now, old)...)
}

// write writes what changed, and what becomes of the alerts on units that are no
// more where gone says so.
func (a *alarm) write(ctx context.Context, gone bool) error {
	if a == nil {
		return nil
	}
	if gone {
		for _, unit := range slices.Sorted(maps.Keys(a.before)) {
			if !a.judged[unit] {
				before := slices.Concat(slices.Collect(maps.Values(a.before[unit]))...)
				a.change(a.terms.Gone(before), before)
			}
		}
	}
	if err := a.silent(ctx); err != nil {
		return err
	}
	if err := a.outbox.Put(ctx, a.list, a.at); err != nil {
		return err
	}
	if len(a.units) == 0 {
		return nil
	}
	return a.outbox.Settle(ctx, a.units)
}

// gathers are the hours of apps that have a finding that speaks for its misses.
type gathers struct {
	list  []alerts.Gathering
	known bool
}

// gatherings reads them anew, after hours were judged.
func (l *Live) gatherings(ctx context.Context, now time.Time) error {
	if l.gathers.known {
		return nil
	}
	var list []alerts.Gathering
	err := each(ctx, l.deps.Conn, "the hours of apps that have a finding", `SELECT rule, status, tenant, app, subject, first_at FROM findings_current
WHERE rule IN (?) AND first_at >= fromUnixTimestamp64Milli(toInt64(?)) ORDER BY rule, first_at, id`,
		[]any{[]string{evidence.RuleSilentApp, notice.RuleAppBroken}, now.Add(-l.deps.Alerts.Recent - hoursBack).UnixMilli()}, func(rows driver.Rows) error {
			var f schema.Finding
			var first *time.Time
			if err := rows.Scan(&f.Rule, &f.Status, &f.Tenant, &f.App, &f.Subject, &first); err != nil {
				return err
			}
			f.FirstAt = deref(first)
			if g, ok := alerts.GatheringOf(f); ok {
				list = append(list, g)
			}
			return nil
		})
	if err != nil {
		return err
	}
	l.gathers = gathers{list: list, known: true}
	return l.remember(ctx)
}

// subjectAlarm writes what becomes of the alerts on subjects that are no call, and
// of those that their findings gather.
func (l *Live) subjectAlarm(ctx context.Context, version uint64, now time.Time, found map[string][]schema.Finding) error {
	a, err := l.alarm(ctx, version, now, slices.Collect(maps.Keys(found)), nil)
	if err != nil || a == nil {
		return err
	}
	if err := a.stillSilent(ctx, found); err != nil {
		return err
	}
	var more []alerts.Gathering
	for _, unit := range slices.Sorted(maps.Keys(found)) {
		a.whole(unit, found[unit])
		for _, f := range found[unit] {
			if g, ok := alerts.GatheringOf(f); ok {
				more = append(more, g)
			}
		}
	}
	a.terms.Gatherings = more
	l.gathers.known = false // one may have come, or gone
	if err := l.release(ctx, a.list); err != nil {
		return err
	}
	for _, g := range more {
		firing, err := a.outbox.Firing(ctx, notice.RuleMissed, g.Tenant, g.App)
		if err != nil {
			return fmt.Errorf("gather the misses of %s: %w", strings.TrimSpace(g.App+" "+g.Version), err)
		}
		for _, m := range firing {
			if gathered := a.terms.Gather(m); gathered.State != m.State {
				a.list = append(a.list, gathered)
				a.units = append(a.units, m.Unit)
			}
		}
	}
	slices.Sort(a.units)
	a.units = slices.Compact(a.units)
	return a.write(ctx, false)
}

// subjects begins to judge what is no call, with its alerts.
func (l *Live) subjects(now time.Time, t Terms) *subjects {
	s := newSubjects(newWriter(l.deps.Conn, l.nextVersion(), now), t)
	if l.deps.Outbox != nil {
		s.found = map[string][]schema.Finding{}
		s.alarm = func(ctx context.Context, found map[string][]schema.Finding) error {
			return l.subjectAlarm(ctx, s.w.version, now, found)
		}
	}
	return s
}

func idsOf(list []storedCall) []string {
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.id
	}
	return ids
}
