package assess

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/alerts"
	"rollcall/rules/apphour"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/schema"
)

// silences are the hours of apps that sent nothing in them so far while users were
// not told: one alert speaks for these, before the hour is over and there can be a
// finding. The zero value is ready to use.
type silences struct {
	mu sync.Mutex
	of map[apphour.Key]bool
}

// add notes a silence, and forgets those of long ago.
func (s *silences) add(k apphour.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[apphour.Key]bool{}
	}
	s.of[k] = true
	maps.DeleteFunc(s.of, func(old apphour.Key, _ bool) bool { return k.Hour.Sub(old.Hour) > 2*hoursBack })
}

func (s *silences) forget(k apphour.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, k)
}

func (s *silences) has(k apphour.Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[k]
}

// gatherings are what the silences gather.
func (s *silences) gatherings() (list []alerts.Gathering) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.of {
		list = append(list, alerts.Gathering{Rule: evidence.RuleSilentApp, Tenant: k.Tenant, App: k.App, Hour: k.Hour})
	}
	return list
}

// silent gathers the misses of apps that have enough of them in an hour in which
// they sent nothing so far.
func (a *alarm) silent(ctx context.Context) error {
	hours := map[apphour.Key]bool{}
	for _, m := range a.list {
		if k, pages := missOf(m); pages {
			hours[k] = true
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(hours), compareHours) {
		if err := a.silentIn(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func compareHours(a, b apphour.Key) int {
	return cmp.Or(a.Hour.Compare(b.Hour), strings.Compare(a.Tenant, b.Tenant), strings.Compare(a.App, b.App))
}

// missOf is the hour of an app in which a miss is that pages.
func missOf(m alerts.Member) (k apphour.Key, pages bool) {
	if m.Rule != notice.RuleMissed || m.State != alerts.Firing || m.When != alerts.Live || m.App == "" {
		return k, false
	}
	return apphour.Key{Tenant: m.Tenant, App: m.App, Hour: m.Since.UTC().Truncate(apphour.Length)}, true
}

func (a *alarm) silentIn(ctx context.Context, k apphour.Key) error {
	firing, err := a.outbox.Firing(ctx, notice.RuleMissed, k.Tenant, k.App)
	if err != nil {
		return err
	}
	now := map[string]bool{}
	sessions := map[string]bool{}
	in := func(m alerts.Member) {
		if hour, pages := missOf(m); pages && hour == k {
			sessions[m.Subject] = true
		}
	}
	for _, m := range a.list {
		now[m.Key()] = true
		in(m)
	}
	firing = slices.DeleteFunc(firing, func(m alerts.Member) bool { return now[m.Key()] })
	for _, m := range firing {
		in(m)
	}
	if len(sessions) < apphour.Enough {
		return nil
	}
	if spoke, err := a.spoke(ctx, k); err != nil || spoke {
		return err
	}
	a.silences.add(k)
	a.terms.Gatherings = append(slices.Clone(a.terms.Gatherings), alerts.Gathering{Rule: evidence.RuleSilentApp, Tenant: k.Tenant, App: k.App, Hour: k.Hour})
	for i, m := range a.list {
		a.list[i] = a.terms.Gather(m)
	}
	for _, m := range firing {
		if gathered := a.terms.Gather(m); gathered.State != m.State {
			a.list, a.units = append(a.list, gathered), append(a.units, m.Unit)
		}
	}
	unit := hourID(apphour.Tally{Key: k})
	members, err := a.outbox.Members(ctx, []string{unit}, nil)
	if err != nil {
		return err
	}
	found := []schema.Finding{apphour.SoFar(evidence.Silent(), k, len(sessions), a.policy, a.terms.Now)}
	a.change(a.terms.Whole(unit, found, members[unit]), members[unit])
	a.units = append(a.units, unit)
	slices.Sort(a.units)
	a.units = slices.Compact(a.units)
	return nil
}

// spoke tells whether an app sent anything in an hour.
func (a *alarm) spoke(ctx context.Context, k apphour.Key) (spoke bool, err error) {
	for _, t := range a.hours {
		if t.Sent && t.Tenant == k.Tenant && t.App == k.App && t.Hour.Equal(k.Hour) {
			return true, nil
		}
	}
	var sent uint64
	err = a.outbox.Conn.QueryRow(ctx, "SELECT countIf(sent) FROM app_hours_current WHERE tenant = ? AND app = ? AND toUnixTimestamp64Milli(hour) = ?",
		k.Tenant, k.App, k.Hour.UnixMilli()).Scan(&sent)
	return sent > 0, err
}

// stillSilent adds to what is found on the hours of apps what is so of them so far.
func (a *alarm) stillSilent(ctx context.Context, found map[string][]schema.Finding) error {
	for unit, list := range found {
		k, is := keyOf(unit)
		if !is || !a.silences.has(k) {
			continue
		}
		spoke, err := a.spoke(ctx, k)
		if err != nil {
			return err
		}
		switch {
		case spoke:
			a.silences.forget(k)
		case !slices.ContainsFunc(list, func(f schema.Finding) bool { return f.Rule == evidence.RuleSilentApp }):
			for _, m := range a.members(unit) {
				if m.Rule == evidence.RuleSilentApp {
					f := apphour.SoFar(evidence.Silent(), k, 0, a.policy, m.Held)
					found[unit] = append(list, f)
				}
			}
		}
	}
	return nil
}

// members are those that alerts on a unit have.
func (a *alarm) members(unit string) []alerts.Member {
	return slices.Concat(slices.Collect(maps.Values(a.before[unit]))...)
}

// keyOf is the hour of an app that hourID named.
func keyOf(unit string) (k apphour.Key, ok bool) {
	rest, is := strings.CutPrefix(unit, ofHours)
	parts := strings.Split(rest, "\x00")
	if !is || len(parts) != 3 {
		return k, false
	}
	hour, err := time.Parse(time.RFC3339, parts[0])
	return apphour.Key{Hour: hour.UTC(), Tenant: parts[1], App: parts[2]}, err == nil
}

// remember takes over the silences that an alert speaks for, as after a start.
func (l *Live) remember(ctx context.Context) error {
	list, err := l.deps.Outbox.FiringBy(ctx, evidence.RuleSilentApp)
	for _, m := range list {
		if k, is := keyOf(m.Unit); is {
			l.silences.add(k)
		}
	}
	return err
}

// release has the calls judged again whose misses were withheld because a finding
// spoke for them that is no more: who was not told of them is to hear after all.
func (l *Live) release(ctx context.Context, changed []alerts.Member) error {
	for _, m := range changed {
		if m.State != alerts.Resolved || m.Rule != evidence.RuleSilentApp && m.Rule != notice.RuleAppBroken {
			continue
		}
		calls, err := l.deps.Outbox.WithheldBy(ctx, m.Rule, m.Tenant, m.App)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(calls, unitsAtOnce) {
			err := each(ctx, l.deps.Conn, "the calls of alerts that were withheld", "SELECT alias_keys FROM calls_current WHERE call_id IN (?)", []any{some}, func(rows driver.Rows) error {
				var keys []string
				err := rows.Scan(&keys)
				l.Touch(keys)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
