package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/calls"
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

// eventsAPart is about how many events of some alias sets ClickHouse picks at
// once.
const eventsAPart = 250_000

// parts splits what is asked of the events of some alias sets: so many of these
// at a time, and of the events of a large call a part.
func parts(ctx context.Context, conn driver.Conn, keys []string, ask func(context.Context) error) error {
	for part := range slices.Chunk(keys, maxList) {
		p := clickhouse.Parameters{"alias_keys": listOf(part)}
		var rows uint64
		err := conn.QueryRow(clickhouse.Context(ctx, clickhouse.WithParameters(p)),
			"SELECT count() FROM events WHERE alias_key IN {alias_keys:Array(String)}").Scan(&rows)
		if err != nil {
			return fmt.Errorf("count the events of a call: %w", err)
		}
		n := rows/eventsAPart + 1
		p["parts"] = strconv.FormatUint(n, 10)
		for i := range n {
			p["part"] = strconv.FormatUint(i, 10)
			if err := ask(clickhouse.Context(ctx, clickhouse.WithParameters(p))); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofPart is what a query under parts asks: the events whose copy that counts
// names one of the alias sets.
const ofPart = "events_part(alias_keys = {alias_keys:Array(String)}, parts = {parts:UInt32}, part = {part:UInt32}) WHERE alias_key IN {alias_keys:Array(String)}"

// eventsOf hands out the current events that name any of some alias sets, each
// once.
func eventsOf(ctx context.Context, conn driver.Conn, keys []string, each func(keyed) error) error {
	return parts(ctx, conn, keys, func(ctx context.Context) error {
		rows, err := conn.Query(ctx, "SELECT alias_key, "+eventColumns+" FROM "+ofPart)
		if err != nil {
			return fmt.Errorf("read the events of a call: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var k keyed
			r, err := scanRow(rows, &k.key)
			if err == nil {
				k.event, err = r.decoded()
			}
			if err == nil {
				err = each(k)
			}
			if err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("read the events of a call: %w", err)
		}
		return nil
	})
}

// setsOf reads what the events known at now say of some alias sets, and of each
// set the first instant after now at which more is known.
func setsOf(ctx context.Context, conn driver.Conn, keys []string, now time.Time) (sets []calls.AliasSet, later map[string]time.Time, err error) {
	var l setList
	later = map[string]time.Time{}
	sql := fmt.Sprintf(`SELECT min(after), countIf(NOT after), alias_key, any(aliases),
    coalesce(minIf(first, NOT after AND NOT %[1]s), minIf(first, NOT after)), coalesce(maxIf(last, NOT after AND NOT %[1]s), maxIf(last, NOT after)), minIf(time, NOT after), minIf(%[1]s, NOT after)
FROM (SELECT *, if(time > fromUnixTimestamp64Milli(%[2]d), time, NULL) AS after FROM %[3]s) GROUP BY alias_key`, own, now.UnixMilli(), ofPart)
	sql = strings.NewReplacer("NOT after", "after IS NULL").Replace(sql)
	err = parts(ctx, conn, keys, func(ctx context.Context) error {
		rows, err := conn.Query(ctx, sql)
		if err != nil {
			return fmt.Errorf("read the ids of calls: %w", err)
		}
		var after *time.Time
		var n uint64
		return scanAliasSets(rows, []any{&after, &n}, func(s calls.AliasSet) {
			if t := deref(after); !t.IsZero() {
				later[s.Key] = sooner(later[s.Key], t)
			}
			if n > 0 {
				l.add(s)
			}
		})
	})
	return l.sets, later, err
}

// contentConflicts finds the versions of events that came with two contents, by
// the newest decoder that read them.
func contentConflicts(ctx context.Context, conn driver.Conn, keys []string) (map[string]int64, error) {
	twice := map[string]int64{}
	return twice, parts(ctx, conn, keys, func(ctx context.Context) error {
		rows, err := conn.Query(ctx, `SELECT event_id, max(v) FROM (
    SELECT event_id, v, argMax(differ, d) AS twice FROM (
        SELECT event_id, version AS v, decoder AS d, min(content) != max(content) AS differ FROM events
        WHERE event_id != '' AND alias_key IN {alias_keys:Array(String)} AND cityHash64(event_id) % {parts:UInt32} = {part:UInt32}
        GROUP BY event_id, version, decoder
    ) GROUP BY event_id, v HAVING twice
) GROUP BY event_id`)
		if err == nil {
			err = scanVersions(rows, twice)
		}
		if err != nil {
			return fmt.Errorf("find conflicting events: %w", err)
		}
		return nil
	})
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
