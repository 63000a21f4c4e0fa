package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/calls"
	"rollcall/rules/evidence"
	"rollcall/schema"
)

// maxNeighbourhood bounds how many alias sets one look around may reach: beyond
// it an alias has run away, and Resolve sets it aside.
const maxNeighbourhood = 50_000

// A lookAround gathers the alias sets that may be one call.
type lookAround struct {
	conn     driver.Conn
	found    map[string]bool // alias keys
	asked    map[string]bool // aliases
	from, to time.Time       // what the sets found speak of
}

// A window is an interval of time in which all is known of the threads that a
// look around has met, with calls.MaxApart on either side.
type window struct{ from, to time.Time }

func (w window) holds(o window) bool { return !o.from.Before(w.from) && !o.to.After(w.to) }

func (w window) with(o window) window {
	if w.from.IsZero() || !o.from.IsZero() && o.from.Before(w.from) {
		w.from = o.from
	}
	if o.to.After(w.to) {
		w.to = o.to
	}
	return w
}

// neighbourhood finds the alias sets that may be one call with the given ones:
// through strong ids all, through a thread those of about the time of a window
// and of what the given ones speak of. It returns the window that it looked at.
func neighbourhood(ctx context.Context, conn driver.Conn, keys []string, w window) ([]string, window, error) {
	l := lookAround{conn: conn, found: map[string]bool{}, asked: map[string]bool{}}
	next, err := l.take(ctx, "WHERE alias_key IN {list:Array(String)} GROUP BY alias_key", keys)
	threads, err := l.follow(ctx, next, err)
	w = w.with(window{l.from, l.to})
	near := fmt.Sprintf(`WHERE alias IN {list:Array(String)} GROUP BY alias_key
HAVING f <= fromUnixTimestamp64Milli(%d) AND l >= fromUnixTimestamp64Milli(%d)`,
		w.to.Add(calls.MaxApart).UnixMilli(), w.from.Add(-calls.MaxApart).UnixMilli())
	for err == nil && len(threads) > 0 && len(l.found) < maxNeighbourhood {
		next, err = l.take(ctx, near, threads)
		threads, err = l.follow(ctx, next, err)
	}
	return slices.Sorted(maps.Keys(l.found)), w, err
}

// follow takes what shares strong ids, directly or through others, and returns
// the threads that it met.
func (l *lookAround) follow(ctx context.Context, next []string, err error) (threads []string, _ error) {
	for err == nil && len(next) > 0 {
		strong := slices.DeleteFunc(slices.Clone(next), isThread)
		threads = append(threads, slices.DeleteFunc(next, func(a string) bool { return !isThread(a) })...)
		if len(strong) == 0 || len(l.found) >= maxNeighbourhood {
			break
		}
		next, err = l.take(ctx, "WHERE alias IN {list:Array(String)} GROUP BY alias_key", strong)
	}
	return threads, err
}

// take adds the alias sets that a condition over list finds, and returns the
// aliases that were not known before.
func (l *lookAround) take(ctx context.Context, condition string, list []string) (fresh []string, err error) {
	for part := range slices.Chunk(list, maxList) {
		rows, err := l.conn.Query(withList(ctx, "list", part),
			"SELECT alias_key, any(aliases), min(a.first) AS f, max(a.last) AS l FROM aliases AS a "+condition)
		if err != nil {
			return nil, fmt.Errorf("look around a call: %w", err)
		}
		more, err := l.scan(rows)
		if err != nil {
			return nil, fmt.Errorf("look around a call: %w", err)
		}
		fresh = append(fresh, more...)
	}
	return fresh, nil
}

func (l *lookAround) scan(rows driver.Rows) (fresh []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var key string
		var names []string
		var first, last *time.Time
		if err := rows.Scan(&key, &names, &first, &last); err != nil {
			return nil, err
		}
		l.found[key] = true
		if f := deref(first); !f.IsZero() && (l.from.IsZero() || f.Before(l.from)) {
			l.from = f
		}
		if t := deref(last); t.After(l.to) {
			l.to = t
		}
		for _, a := range withCounterparts(names) {
			if !l.asked[a] {
				l.asked[a] = true
				fresh = append(fresh, a)
			}
		}
	}
	return fresh, rows.Err()
}

// maxList bounds the lists in one query, which servers take as a part of the
// address of an HTTP request.
const maxList = 4000

// withList gives a query a parameter of type Array(String).
func withList(ctx context.Context, name string, list []string) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{name: listOf(list)}))
}

// listOf writes a list as the value of a parameter of type Array(String).
func listOf(list []string) string {
	quoted := make([]string, len(list))
	for i, v := range list {
		quoted[i] = "'" + listEscapes.Replace(v) + "'"
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

var listEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// withCounterparts adds to aliases the chats of the threads among them, and the
// threads of the chats.
func withCounterparts(aliases []string) []string {
	for _, a := range aliases {
		if other := calls.Counterpart(a); other != "" {
			aliases = append(aliases, other)
		}
	}
	return aliases
}

// isThread reports whether an alias names a call only together with the time.
func isThread(alias string) bool { return calls.Weak(alias) }

// keyed is an event with the alias set that it names.
type keyed struct {
	key   string
	event schema.Event
}

// eventsOf reads the current events that name any of the alias sets.
func eventsOf(ctx context.Context, conn driver.Conn, keys []string) ([]keyed, error) {
	var out []keyed
	for part := range slices.Chunk(keys, maxList) {
		rows, err := conn.Query(withList(ctx, "alias_keys", part),
			"SELECT alias_key, "+eventColumns+" FROM events_of(alias_keys = {alias_keys:Array(String)})")
		if err != nil {
			return nil, fmt.Errorf("read the events of a call: %w", err)
		}
		if out, err = scanKeyed(rows, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scanKeyed(rows driver.Rows, to []keyed) ([]keyed, error) {
	defer rows.Close()
	for rows.Next() {
		var k keyed
		r, err := scanRow(rows, &k.key)
		if err == nil {
			k.event, err = r.decoded()
		}
		if err != nil {
			return nil, err
		}
		if k.key != "" {
			to = append(to, k)
		}
	}
	return to, rows.Err()
}

// contentConflicts finds the versions of events that came with two contents, by
// the newest decoder that read them.
func contentConflicts(ctx context.Context, conn driver.Conn, keys []string) (map[string]int64, error) {
	twice := map[string]int64{}
	for part := range slices.Chunk(keys, maxList) {
		rows, err := conn.Query(withList(ctx, "list", part), `SELECT event_id, max(v) FROM (
    SELECT event_id, v, argMax(differ, d) AS twice FROM (
        SELECT event_id, version AS v, decoder AS d, min(content) != max(content) AS differ FROM events
        WHERE event_id != '' AND alias_key IN {list:Array(String)} GROUP BY event_id, version, decoder
    ) GROUP BY event_id, v HAVING twice
) GROUP BY event_id`)
		if err != nil {
			return nil, fmt.Errorf("find conflicting events: %w", err)
		}
		if err := scanVersions(rows, twice); err != nil {
			return nil, fmt.Errorf("find conflicting events: %w", err)
		}
	}
	return twice, nil
}

func scanVersions(rows driver.Rows, to map[string]int64) error {
	defer rows.Close()
	for rows.Next() {
		var id string
		var version int64
		if err := rows.Scan(&id, &version); err != nil {
			return err
		}
		to[id] = version
	}
	return rows.Err()
}

// contentsOf lists those of a call's events whose version came with two
// contents.
func contentsOf(events []schema.Event, twice map[string]int64) []evidence.Content {
	var out []evidence.Content
	for _, e := range events {
		if version, is := twice[e.ID]; is && version == e.Version {
			out = append(out, evidence.Content{Event: e.ID, At: e.Time})
		}
	}
	return out
}

// names are the ids of a call as aliases.
func names(r schema.CallRefs) []string {
	var out []string
	for _, a := range []struct{ kind, value string }{
		{calls.CorrelationID, r.CorrelationID}, {calls.ServerCallID, r.ServerCallID}, {calls.CallConnectionID, r.CallConnectionID},
		{calls.GraphCallID, r.GraphCallID}, {calls.ThreadID, r.ThreadID}, {calls.ChatID, r.ChatID},
	} {
		if a.value != "" {
			out = append(out, a.kind+":"+a.value)
		}
	}
	return out
}
