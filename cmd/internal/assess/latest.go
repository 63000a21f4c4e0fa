package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// LatestEvent is the latest event time in the store, without outliers: a
// client's clock may be years ahead. Zero without any event.
func LatestEvent(ctx context.Context, conn driver.Conn) (time.Time, error) {
	rows, err := conn.Query(ctx, `SELECT count(), min(at), max(at) FROM (
    SELECT assumeNotNull(time) AS at FROM events_one WHERE time IS NOT NULL
    GROUP BY reinterpretAsUInt128(unhex(event_id)), time -- unlike DISTINCT, it goes to the disk
) GROUP BY toStartOfHour(at) ORDER BY min(at)`)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the latest event: %w", err)
	}
	defer rows.Close()
	var hours []busyHour
	for rows.Next() {
		var h busyHour
		if err := rows.Scan(&h.events, &h.first, &h.last); err != nil {
			return time.Time{}, fmt.Errorf("find the latest event: %w", err)
		}
		hours = append(hours, h)
	}
	if err := rows.Err(); err != nil {
		return time.Time{}, fmt.Errorf("find the latest event: %w", err)
	}
	return latest(hours).UTC(), nil
}

// A busyHour is an hour in which there were events.
type busyHour struct {
	events      uint64
	first, last time.Time
}

const (
	// silence is how long nothing happened before what may be an outlier.
	silence = 24 * time.Hour
	// fewEvents, and a tenth of all, are what outliers are at most.
	fewEvents = 3
)

// latest is the last instant of some hours, in their order, that is no outlier.
// Outliers are the few events, or the tenth of all, that come more than 24 hours
// after everything before them and after the median. A plain distance from the
// median would cut the end of every input that covers more than two days.
func latest(hours []busyHour) time.Time {
	var all, before uint64
	for _, h := range hours {
		all += h.events
	}
	var last time.Time
	for i, h := range hours {
		tail := all - before
		if i > 0 && 2*before >= all && h.first.Sub(last) > silence && (tail <= fewEvents || 10*tail <= all) {
			break
		}
		before += h.events
		last = h.last
	}
	return last
}
