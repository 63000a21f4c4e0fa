package assess

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// rivals are what a Live knows of evaluators that evaluate what it evaluates: one
// that does not know yet that it holds a call no more, or two that hold the halves
// of one.
type rivals struct {
	own   map[int64]time.Time // versions given here, in microseconds, and when
	ended map[string]bool     // calls that were written by both
	again []string            // their alias sets, for the next round: the same one would find the rival's rows again
}

// rivalMargin is how exactly the clocks of evaluators agree at least, and
// ownFor how long a version given here is known as such.
const rivalMargin, ownFor = 100 * time.Millisecond, 5 * time.Minute

// gave notes a version that was given here.
func (r *rivals) gave(version uint64, clock time.Time) {
	if r.own == nil {
		r.own = map[int64]time.Time{}
	}
	if len(r.own) > 10_000 {
		maps.DeleteFunc(r.own, func(_ int64, at time.Time) bool { return clock.Sub(at) > ownFor })
	}
	r.own[micros(version)] = clock
}

func micros(version uint64) int64 { return time.Unix(0, int64(version)).UnixMicro() }

// rivalled finds out which of some calls another evaluator wrote, or alerts on
// them, since this one began to read for a version.
func (l *Live) rivalled(ctx context.Context, version uint64, ids []string) (map[string]bool, error) {
	if l.deps.Share == nil || len(ids) == 0 {
		return nil, nil
	}
	since := time.Unix(0, int64(version)).Add(-rivalMargin).UnixMicro()
	seen := map[string]bool{}
	read := func(rows driver.Rows) error {
		var id string
		var at int64
		err := rows.Scan(&id, &at)
		if _, own := l.rivals.own[at]; !own {
			seen[id] = true
		}
		return err
	}
	for some := range slices.Chunk(ids, unitsAtOnce) {
		err := each(ctx, l.deps.Conn, "who else evaluated", `SELECT DISTINCT call_id, toInt64(intDiv(version, 1000)) FROM calls
WHERE call_id IN (?) AND stored_at >= fromUnixTimestamp64Micro(toInt64(?))`, []any{some, since}, read)
		if err != nil {
			return nil, err
		}
		if l.deps.Outbox == nil {
			continue
		}
		err = each(ctx, l.deps.Conn, "who else alerts", `SELECT DISTINCT unit, toUnixTimestamp64Micro(at) FROM alert_findings
WHERE unit IN (?) AND stored_at >= fromUnixTimestamp64Micro(toInt64(?))`, []any{some, since}, read)
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// yield has calls evaluated once more that another evaluator wrote meanwhile: what
// either did not see of the other, the next one does.
func (l *Live) yield(ctx context.Context, version uint64, keysOf map[string][]string) error {
	seen, err := l.rivalled(ctx, version, slices.Sorted(maps.Keys(keysOf)))
	for id := range seen {
		l.deps.Metrics.rivalled()
		if l.rivals.ended == nil {
			l.rivals.ended = map[string]bool{}
		}
		l.rivals.ended[id] = true
		l.rivals.again = append(l.rivals.again, keysOf[id]...)
	}
	return err
}

// conclude ends the alerts on calls that were evaluated while another evaluator
// made them part of another: nobody looks at them again.
func (l *Live) conclude(ctx context.Context, now time.Time) error {
	if len(l.rivals.ended) == 0 {
		return nil
	}
	var gone []string
	for some := range slices.Chunk(slices.Sorted(maps.Keys(l.rivals.ended)), unitsAtOnce) {
		err := each(ctx, l.deps.Conn, "the calls that are no more", "SELECT call_id FROM calls FINAL WHERE call_id IN (?) AND superseded_by != ''", []any{some}, func(rows driver.Rows) error {
			var id string
			err := rows.Scan(&id)
			gone = append(gone, id)
			return err
		})
		if err != nil {
			return err
		}
	}
	rings, err := l.alarm(ctx, l.nextVersion(), now, gone, nil)
	if err != nil {
		return err
	}
	if err := rings.write(ctx, true); err != nil {
		return err
	}
	l.Touch(l.rivals.again)
	clear(l.rivals.ended)
	l.rivals.again = nil
	return nil
}

// stillCounts reports whether the version of a kept call that was amended still
// counts, and nobody else says what alerts on it are.
func (l *Live) stillCounts(ctx context.Context, k *kept, at uint64) (bool, error) {
	if l.deps.Share == nil {
		return true, nil
	}
	l.rivals.gave(k.version, l.deps.Clock())
	seen, err := l.rivalled(ctx, at, []string{k.id})
	if len(seen) > 0 {
		l.deps.Metrics.rivalled()
	}
	return len(seen) == 0, err
}
