package assess

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/calls"
)

// Progress is told how far an evaluation of all calls is.
type Progress func(done, of int)

// All evaluates every call in the store as of t.Now, as one version. Memory
// holds the ids of all calls, but only one call's evidence at a time, and what
// follows for a few of its sessions.
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
	if t.Directory, err = wholeDirectory(ctx, conn, t.Now); err != nil {
		return res, err
	}
	t.Known = Known(t.Directory, t.Policy)
	if err := writeEvents(ctx, conn, version, t.Now); err != nil {
		return res, err
	}
	w := newWriter(conn, version, t.Now)
	aside := asideOf(res)
	done := 0
	for g, err := range callsOfRun(ctx, conn, version, t.assembling(), settled) {
		if err != nil {
			return res, err
		}
		slices.Sort(keys[g.id])
		if _, err := w.evaluate(ctx, g.events.Spine(), Doubts{aside[g.id], g.contents}, t, keys[g.id], nil); err != nil {
			return res, err
		}
		if done++; progress != nil {
			progress(done, len(keys))
		}
	}
	if err := w.flush(ctx); err != nil {
		return res, err
	}
	if err := judgeSubjects(ctx, w, t); err != nil {
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

// writeEvents stores where the events of each call lie, for the documents of
// calls (export.Store.Run).
func writeEvents(ctx context.Context, conn driver.Conn, run uint64, now time.Time) error {
	err := conn.Exec(atNow(ctx, now, clickhouse.Parameters{"run": strconv.FormatUint(run, 10)}),
		`INSERT INTO call_events (run, call_id, event_id, version, content, source, kind, time, topic, epoch, partition, offset, idx)
SELECT {run:UInt64}, c.call_id, event_id, version, content, source, kind, time, topic, epoch, partition, offset, idx FROM events_one AS e
INNER JOIN (SELECT alias_key, call_id FROM call_sets WHERE run = {run:UInt64}) AS c ON e.alias_key = c.alias_key
WHERE `+known+` SETTINGS max_threads = 1, max_block_size = 8192, min_insert_block_size_rows = 65536, min_insert_block_size_bytes = 16777216`)
	if err != nil {
		return fmt.Errorf("write where events lie: %w", err)
	}
	return nil
}

// Version names an evaluation that begins at t: results of a later one count.
func Version(t time.Time) uint64 { return uint64(t.UnixNano()) }
