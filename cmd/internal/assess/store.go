package assess

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/rules/calls"
	"rollcall/schema"
)

// eventColumns are what an event is made of, in the order of scanEvent.
const eventColumns = "event_id, source, kind, via, version, content, time, first, last, resource, aliases, facts"

// aliasSets reads which sets of aliases the events known at now name.
func aliasSets(ctx context.Context, conn driver.Conn, now time.Time) ([]calls.AliasSet, error) {
	rows, err := conn.Query(ctx, `SELECT alias_key, any(aliases), min(first), max(last), min(time) FROM events_current
WHERE alias_key != '' AND (time IS NULL OR time <= fromUnixTimestamp64Milli(?)) GROUP BY alias_key`, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read the ids of calls: %w", err)
	}
	return scanAliasSets(rows)
}

func scanAliasSets(rows driver.Rows) ([]calls.AliasSet, error) {
	defer rows.Close()
	var sets []calls.AliasSet
	for rows.Next() {
		var s calls.AliasSet
		var first, last, earliest *time.Time
		if err := rows.Scan(&s.Key, &s.Aliases, &first, &last, &earliest); err != nil {
			return nil, fmt.Errorf("read the ids of calls: %w", err)
		}
		s.First, s.Last, s.Time = deref(first), deref(last), deref(earliest)
		sets = append(sets, s)
	}
	return sets, rows.Err()
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// scanEvent reads one row of eventColumns, after whatever columns come before.
func scanEvent(rows driver.Rows, before ...any) (schema.Event, error) {
	var e schema.Event
	var source, facts string
	var via, aliases []string
	var at, first, last *time.Time
	err := rows.Scan(append(before, &e.ID, &source, &e.Kind, &via, &e.Version, &e.Content, &at, &first, &last, &e.Resource, &aliases, &facts)...)
	if err != nil {
		return e, fmt.Errorf("read events: %w", err)
	}
	e.Source = schema.Source(source)
	for _, v := range via {
		e.Via = append(e.Via, schema.Via(v))
	}
	e.Time, e.First, e.Last = deref(at), deref(first), deref(last)
	e.Refs = refs(aliases)
	if facts != "" {
		if err := json.Unmarshal([]byte(facts), &e.Facts); err != nil {
			return e, fmt.Errorf("event %s: the stored facts can't be read (%w); run rollcall rebuild", e.ID, err)
		}
	}
	return e, nil
}

// refs turns the stored aliases of an event back into its ids of the call.
func refs(aliases []string) schema.CallRefs {
	var r schema.CallRefs
	for _, a := range aliases {
		kind, value, _ := strings.Cut(a, ":")
		switch kind {
		case calls.CorrelationID:
			r.CorrelationID = value
		case calls.ServerCallID:
			r.ServerCallID = value
		case calls.CallConnectionID:
			r.CallConnectionID = value
		case calls.GraphCallID:
			r.GraphCallID = value
		case calls.ThreadID:
			r.ThreadID = value
		}
	}
	return r
}

// callEvents are the events of one call.
type callEvents struct {
	id     string
	events []schema.Event
}

// eventsOfRun streams the calls of a run in the order of their ids, each with
// its events. Memory holds one call at a time.
func eventsOfRun(ctx context.Context, conn driver.Conn, run uint64, now time.Time) iter.Seq2[callEvents, error] {
	return func(yield func(callEvents, error) bool) {
		rows, err := conn.Query(ctx, `SELECT c.call_id, `+eventColumns+` FROM events_current AS e
INNER JOIN (SELECT alias_key, call_id FROM call_sets WHERE run = ?) AS c ON e.alias_key = c.alias_key
WHERE time IS NULL OR time <= fromUnixTimestamp64Milli(?) ORDER BY c.call_id`, run, now.UnixMilli())
		if err != nil {
			yield(callEvents{}, fmt.Errorf("read the events of calls: %w", err))
			return
		}
		defer rows.Close()
		var c callEvents
		for rows.Next() {
			var id string
			e, err := scanEvent(rows, &id)
			if err != nil {
				yield(callEvents{}, err)
				return
			}
			if id != c.id && len(c.events) > 0 {
				if !yield(c, nil) {
					return
				}
				c = callEvents{}
			}
			c.id = id
			c.events = append(c.events, e)
		}
		if err := rows.Err(); err != nil {
			yield(callEvents{}, fmt.Errorf("read the events of calls: %w", err))
			return
		}
		if len(c.events) > 0 {
			yield(c, nil)
		}
	}
}

// LatestEvent is the latest event time in the store, leaving out events more
// than 24 hours beyond the median: a client's clock may be years ahead. Zero
// without any event.
func LatestEvent(ctx context.Context, conn driver.Conn) (time.Time, error) {
	var latest *time.Time
	err := conn.QueryRow(ctx, `WITH (SELECT quantileExact(0.5)(time) FROM events_current WHERE time IS NOT NULL) AS median
SELECT maxOrNull(time) FROM events_current WHERE time <= median + INTERVAL 24 HOUR`).Scan(&latest)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the latest event: %w", err)
	}
	return deref(latest), nil
}
