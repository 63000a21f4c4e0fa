package assess

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/calls"
)

// Progress is told how far an evaluation of all calls is.
type Progress func(done, of int)

// All evaluates every call in the store as of t.Now, as one version. Memory
// holds the ids of all calls, but only one call's events at a time.
func All(ctx context.Context, conn driver.Conn, t Terms, version uint64, progress Progress) (calls.Resolution, error) {
	sets, settled, err := aliasSets(ctx, conn, t.Now)
	if err != nil {
		return calls.Resolution{}, err
	}
	res := calls.Resolve(sets)
	keys := map[string][]string{}
	for key, id := range res.Calls {
		keys[id] = append(keys[id], key)
	}
	if err := writeSets(ctx, conn, version, res); err != nil {
		return res, err
	}
	w := newWriter(conn, version)
	aside := asideOf(res)
	done := 0
	for c, err := range eventsOfRun(ctx, conn, version, t.Now, settled) {
		if err != nil {
			return res, err
		}
		doubts := Doubts{aside[c.id], c.contents()}
		events, err := c.decoded()
		if err != nil {
			return res, err
		}
		slices.Sort(keys[c.id])
		if err := w.add(ctx, Evaluate(c.id, events, doubts, t), keys[c.id]); err != nil {
			return res, err
		}
		if done++; progress != nil {
			progress(done, len(keys))
		}
	}
	if err := w.flush(ctx); err != nil {
		return res, err
	}
	return res, conn.Exec(ctx, fmt.Sprintf("ALTER TABLE call_sets DROP PARTITION %d", version))
}

// writeSets stores which alias set belongs to which call, for the join that
// brings the events of each call together.
func writeSets(ctx context.Context, conn driver.Conn, run uint64, res calls.Resolution) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO call_sets (run, alias_key, call_id)")
	if err != nil {
		return fmt.Errorf("write the ids of calls: %w", err)
	}
	defer batch.Close()
	if len(res.Calls) == 0 {
		return nil
	}
	for key, id := range res.Calls {
		if err := batch.Append(run, key, id); err != nil {
			return fmt.Errorf("write the ids of calls: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("write the ids of calls: %w", err)
	}
	return nil
}

// Version names an evaluation that begins at t: results of a later one count.
func Version(t time.Time) uint64 { return uint64(t.UnixNano()) }
