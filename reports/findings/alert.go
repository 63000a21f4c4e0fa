package findings

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// alertsAtOnce is of how many findings at once it is read what became of their
// alerts.
const alertsAtOnce = 500

// alerted says of findings what became of their alerts. Memory holds alertsAtOnce
// of them.
func (s Store) alerted(ctx context.Context, list iter.Seq2[Finding, error]) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		some := make([]Finding, 0, alertsAtOnce)
		hand := func() bool {
			if err := s.alert(ctx, some); err != nil {
				yield(Finding{}, err)
				return false
			}
			for _, f := range some {
				if !yield(f, nil) {
					return false
				}
			}
			some = some[:0]
			return true
		}
		for f, err := range list {
			if err != nil {
				if hand() {
					yield(Finding{}, err)
				}
				return
			}
			if some = append(some, f); len(some) == cap(some) && !hand() {
				return
			}
		}
		hand()
	}
}

// alert fills in what became of the alerts on findings, as `rollcall alerts list`
// tells it: the state, and why it is so. A finding about which nothing was sent or
// withheld yet has that of a finding which it superseded.
func (s Store) alert(ctx context.Context, list []Finding) error {
	calls, aside := map[string]string{}, []string{}
	for _, f := range list {
		if f.CallID == "" { // the unit is another subject
			aside = append(aside, f.ID)
		} else {
			calls[f.ID] = f.CallID
		}
	}
	is := map[string]string{}
	if len(calls) > 0 {
		units := slices.Compact(slices.Sorted(maps.Values(calls)))
		if err := s.becameOf(ctx, is, "unit IN (?) AND finding_id IN (?)", units, slices.Sorted(maps.Keys(calls))); err != nil {
			return err
		}
	}
	if len(aside) > 0 {
		if err := s.becameOf(ctx, is, "finding_id IN (?)", aside); err != nil {
			return err
		}
	}
	without := map[string]bool{}
	for _, f := range list {
		without[f.ID] = is[f.ID] == ""
	}
	maps.DeleteFunc(without, func(_ string, none bool) bool { return !none })
	if err := s.inheritAlerts(ctx, is, without); err != nil {
		return err
	}
	for i := range list {
		list[i].Alert = is[list[i].ID]
	}
	return nil
}

// becameOf reads what became of the alerts on the findings that a condition picks.
func (s Store) becameOf(ctx context.Context, is map[string]string, condition string, args ...any) error {
	return s.Results.Query(ctx, "what became of alerts", `SELECT finding_id, argMax(concat(state, if(reason = '', '', concat(': ', reason))), (reason != 'moved', at, alert_id)) FROM (
    SELECT finding_id, alert_id, at, state, reason FROM alert_findings WHERE `+condition+`
    ORDER BY alert_id, finding_id, at DESC, stored_at DESC LIMIT 1 BY alert_id, finding_id
) GROUP BY finding_id`, args, func(rows driver.Rows) error {
		var id, state string
		err := rows.Scan(&id, &state)
		is[id] = state
		return err
	})
}

// inheritAlerts says of findings without an alert what became of those on the
// findings that they superseded, the nearest first.
func (s Store) inheritAlerts(ctx context.Context, is map[string]string, without map[string]bool) error {
	heirs := map[string][]string{} // of a superseded finding
	for id := range without {
		heirs[id] = []string{id}
	}
	seen := maps.Clone(without)
	for fresh := slices.Sorted(maps.Keys(without)); len(fresh) > 0; {
		var older []string
		for some := range slices.Chunk(fresh, idsAtOnce) {
			err := s.Results.Query(ctx, "what findings superseded", `SELECT DISTINCT successor, finding_id FROM finding_changes
WHERE action = 'supersede' AND successor IN (?) ORDER BY successor, finding_id`, []any{some}, func(rows driver.Rows) error {
				var to, from string
				err := rows.Scan(&to, &from)
				if heirs[from] = append(heirs[from], heirs[to]...); !seen[from] {
					seen[from] = true
					older = append(older, from)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		for some := range slices.Chunk(older, idsAtOnce) {
			if err := s.becameOf(ctx, is, "finding_id IN (?)", some); err != nil {
				return err
			}
		}
		for _, from := range older {
			for _, to := range heirs[from] {
				if is[to] == "" && without[to] {
					is[to] = is[from]
				}
			}
		}
		fresh = older
	}
	return nil
}
