package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A Cursor says up to where the ledger has been looked at. The zero value is
// before everything. It can be kept as JSON.
type Cursor struct {
	// From is ClickHouse's clock; ranges stored before it are done.
	From time.Time `json:"from"`
	// Seen are the ranges stored at or after From that are done too.
	Seen []string `json:"seen,omitempty"`
}

const (
	// settled is the age at which no more rows of the ledger turn up that are
	// older: an insert takes its time when it begins and is seen when it ends.
	settled = time.Minute
	// touchedRows is how many rows of the ledger one call looks at.
	touchedRows = 10_000
)

const touchedQuery = `SELECT topic, epoch, partition, first, last, batch, writer, stored_at, now64(6, 'UTC') AS now
FROM batches WHERE stored_at >= ? ORDER BY stored_at, topic, epoch, partition, first, batch LIMIT ?`

// Touched returns the alias sets (alias_key of the table events) that have
// events stored since a cursor, and the cursor to go on from. It rests on
// the ledger alone, so it misses nothing over a restart, whoever stored it; a
// range is reported again where the caller did not keep the new cursor. While
// there is more to read, more is true.
func Touched(ctx context.Context, conn driver.Conn, since Cursor) (News, Cursor, bool, error) {
	return touched(ctx, conn, since, "")
}

// TouchedByRebuild is Touched for what rebuilds have stored, for those who are
// told of the rest: a rebuild runs in a process of its own.
func TouchedByRebuild(ctx context.Context, conn driver.Conn, since Cursor) (News, Cursor, bool, error) {
	return touched(ctx, conn, since, RebuildWriter)
}

// News are the events that were stored.
type News struct {
	// AliasKeys are their alias sets, sorted.
	AliasKeys []string
	// Ranges are where they are stored. Rebuilt is true where some of it was read
	// anew: other events may then be no more.
	Ranges  []Range
	Rebuilt bool
}

// touched is Touched for the writers whose names begin so.
func touched(ctx context.Context, conn driver.Conn, since Cursor, writer string) (news News, next Cursor, more bool, err error) {
	from := since.From
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	limit := touchedRows + len(since.Seen)
	// As text, because the driver's time parameters have seconds.
	rows, err := conn.Query(ctx, touchedQuery, from.UTC().Format("2006-01-02 15:04:05.000000"), limit)
	if err != nil {
		return news, since, false, fmt.Errorf("read which ranges were stored since %s: %w", from.UTC().Format(time.RFC3339), err)
	}
	defer rows.Close()
	seen := map[string]bool{}
	for _, s := range since.Seen {
		seen[s] = true
	}
	type read struct {
		id string
		at time.Time
	}
	var all []read
	var fresh []Range
	var now time.Time
	for rows.Next() {
		var r Range
		var batch uint64
		var by string
		var at time.Time
		if err := rows.Scan(&r.Topic, &r.Epoch, &r.Partition, &r.First, &r.Last, &batch, &by, &at, &now); err != nil {
			return news, since, false, err
		}
		id := fmt.Sprintf("%x/%s/%d/%d/%d", batch, r.Topic, r.Epoch, r.Partition, r.First)
		all = append(all, read{id, at})
		if !seen[id] && strings.HasPrefix(by, writer) {
			fresh = append(fresh, r)
			news.Rebuilt = news.Rebuilt || strings.HasPrefix(by, RebuildWriter)
		}
	}
	if err := rows.Err(); err != nil {
		return news, since, false, err
	}
	if len(all) == 0 {
		return news, since, false, nil
	}
	next.From = all[len(all)-1].at
	if horizon := now.Add(-settled); horizon.Before(next.From) {
		next.From = horizon
	}
	if next.From.Before(since.From) {
		next.From = since.From
	}
	for _, r := range all {
		if !r.at.Before(next.From) {
			next.Seen = append(next.Seen, r.id)
		}
	}
	if news.AliasKeys, err = aliasKeysOf(ctx, conn, fresh); err != nil {
		return news, since, false, err
	}
	news.Ranges = fresh
	return news, next, len(all) == limit, nil
}

// rangesAtOnce bounds the text of one query.
const rangesAtOnce = 200

// aliasKeysOf returns the alias sets of the events in some ranges, sorted.
func aliasKeysOf(ctx context.Context, conn driver.Conn, ranges []Range) ([]string, error) {
	keys := map[string]bool{}
	for some := range slices.Chunk(Joined(ranges), rangesAtOnce) {
		var conditions []string
		var args []any
		for _, r := range some {
			conditions = append(conditions, "(topic = ? AND epoch = ? AND partition = ? AND offset BETWEEN ? AND ?)")
			args = append(args, r.Topic, r.Epoch, r.Partition, r.First, r.Last)
		}
		err := readKeys(ctx, conn, "SELECT DISTINCT alias_key FROM events WHERE alias_key != '' AND ("+strings.Join(conditions, " OR ")+")", args, keys)
		if err != nil {
			return nil, fmt.Errorf("read which calls the new events are about: %w", err)
		}
	}
	list := make([]string, 0, len(keys))
	for key := range keys {
		list = append(list, key)
	}
	slices.Sort(list)
	return list, nil
}

func readKeys(ctx context.Context, conn driver.Conn, query string, args []any, keys map[string]bool) error {
	rows, err := conn.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return err
		}
		keys[key] = true
	}
	return rows.Err()
}

// Joined returns ranges that cover the same offsets, as few as possible.
func Joined(ranges []Range) []Range {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b Range) int {
		if c := strings.Compare(a.Topic, b.Topic); c != 0 {
			return c
		}
		for _, d := range []int64{int64(a.Epoch) - int64(b.Epoch), int64(a.Partition) - int64(b.Partition), a.First - b.First} {
			if d != 0 {
				return int(max(-1, min(1, d)))
			}
		}
		return 0
	})
	var all []Range
	for _, r := range ranges {
		if n := len(all); n > 0 {
			if last := &all[n-1]; last.Topic == r.Topic && last.Epoch == r.Epoch && last.Partition == r.Partition && r.First <= last.Last+1 {
				last.Last = max(last.Last, r.Last)
				continue
			}
		}
		all = append(all, r)
	}
	return all
}
