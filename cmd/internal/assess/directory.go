package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/reports/export"
	"rollcall/rules/directory"
	"rollcall/schema"
)

// users are the events about users of a directory.
const users = "source = 'graph' AND kind = 'user'"

// usersAsSeen gives, of the users that a condition on events picks, what was
// said of each at each place where it is stored, in the newest decoder's words,
// and when: the event's own time, else the broker's. Of a message that was read
// from a file the broker's time says nothing: then it is NULL.
func usersAsSeen(condition string) string {
	some := "SELECT topic, epoch, partition, offset, idx, event_id, raw_id, facts, time, broker_time, decoder, stored_at FROM events WHERE " + users + " AND " + condition
	return `SELECT e.event_id AS event_id, e.raw_id AS raw_id, e.facts AS facts, e.topic AS topic, e.epoch AS epoch, e.partition AS partition, e.offset AS offset,
    e.idx AS idx, e.stored_at AS stored_at,
    coalesce(e.time, if(m.file, NULL, e.broker_time)) AS at
FROM (` + some + ` ORDER BY decoder DESC LIMIT 1 BY topic, epoch, partition, offset, idx) AS e
GLOBAL LEFT JOIN (
    SELECT DISTINCT topic, epoch, partition, offset, true AS file FROM messages
    WHERE (topic, epoch, partition, offset) GLOBAL IN (SELECT topic, epoch, partition, offset FROM events WHERE ` + users + ` AND ` + condition + `)
        AND arrayExists(h -> h.1 = '` + export.HeaderFile + `', headers)
) AS m ON e.topic = m.topic AND e.epoch = m.epoch AND e.partition = m.partition AND e.offset = m.offset`
}

// wholeDirectory reads what is known at now of all users.
func wholeDirectory(ctx context.Context, conn driver.Conn, now time.Time) (*directory.Directory, error) {
	seen, err := sightings(atNow(ctx, now, nil), conn, "true", nil)
	if err != nil {
		return nil, err
	}
	return directory.New(seen), nil
}

// directoryOf reads what is known at now of the users whose names some calls
// show.
func directoryOf(ctx context.Context, conn driver.Conn, now time.Time, events map[string][]schema.Event) (*directory.Directory, error) {
	raws := map[string]bool{}
	for _, list := range events {
		for i := range list {
			for _, n := range list[i].Names() {
				if key := directory.Key(n.RawID); key != "" {
					raws["8:orgid:"+key] = true
				}
			}
		}
	}
	list := make([]string, 0, len(raws))
	for raw := range raws {
		list = append(list, raw)
	}
	slices.Sort(list)
	var seen []directory.Sighting
	for part := range slices.Chunk(list, maxList) {
		var err error
		ctx := atNow(ctx, now, clickhouse.Parameters{"list": listOf(part)})
		if seen, err = sightings(ctx, conn, "raw_id IN {list:Array(String)}", seen); err != nil {
			return nil, err
		}
	}
	return directory.New(seen), nil
}

// sightings adds what a condition on events picks, known at the parameter now.
func sightings(ctx context.Context, conn driver.Conn, condition string, to []directory.Sighting) ([]directory.Sighting, error) {
	rows, err := conn.Query(ctx, "SELECT event_id, facts, offset, idx, at FROM ("+usersAsSeen(condition)+") WHERE at IS NULL OR at <= fromUnixTimestamp64Milli({now:Int64})")
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s directory.Sighting
		var text string
		var at *time.Time
		if err := rows.Scan(&s.Event, &text, &s.Offset, &s.Index, &at); err != nil {
			return nil, fmt.Errorf("read the directory: %w", err)
		}
		var facts schema.Facts
		if err := json.Unmarshal([]byte(text), &facts); err != nil {
			return nil, fmt.Errorf("event %s: the stored facts can't be read (%w); run rollcall rebuild", s.Event, err)
		}
		if facts.Directory == nil {
			continue // a user without an id
		}
		s.At, s.Entry = deref(at), *facts.Directory
		to = append(to, s)
	}
	return to, rows.Err()
}

// A directoryWatch finds the calls whose names were held against a directory
// that is known better by now. The zero value begins with what is stored from
// its since on.
type directoryWatch struct {
	since time.Time // ClickHouse's clock
	// done is what was looked at of what was stored from since on, and when it
	// was stored.
	done map[schema.Coordinate]time.Time
}

// stragglers is the age at which no more rows turn up that are older: an insert
// takes its time when it begins and is seen when it ends.
const stragglers = time.Minute

// touched returns the alias sets of the calls that showed a name of a user at or
// after an instant for which the directory has been seen anew.
func (w *directoryWatch) touched(ctx context.Context, conn driver.Conn) ([][]string, error) {
	fresh, next, err := w.fresh(ctx, conn)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for part := range slices.Chunk(fresh, maxList) {
		keys, from := make([]string, len(part)), "["
		earliest := part[0].at
		for i, f := range part {
			keys[i] = directory.Key(f.raw)
			if i > 0 {
				from += ","
			}
			from += strconv.FormatInt(max(f.at.UnixMilli(), 0), 10)
			if f.at.Before(earliest) {
				earliest = f.at
			}
		}
		if earliest.IsZero() {
			earliest = time.UnixMilli(0)
		}
		ctx := atNow(ctx, earliest, clickhouse.Parameters{"list": listOf(keys), "from": from + "]"})
		// The calls that ended before are left out first: the names of the others
		// lie together.
		rows, err := conn.Query(ctx, `WITH (SELECT {list:Array(String)}) AS users, (SELECT {from:Array(Int64)}) AS instants
SELECT alias_keys FROM calls_current WHERE call_id IN (
    SELECT call_id FROM names_current
    WHERE call_id IN (SELECT call_id FROM calls_current WHERE end IS NULL OR end >= fromUnixTimestamp64Milli({now:Int64}))
        AND (indexOf(users, arrayElement(splitByChar(':', lower(raw_id)), -1)) AS at) > 0
        AND (last_at IS NULL OR toUnixTimestamp64Milli(assumeNotNull(last_at)) >= instants[at])
)`)
		if err != nil {
			return nil, fmt.Errorf("find the calls of users that the directory names: %w", err)
		}
		if out, err = scanKeySets(rows, out); err != nil {
			return nil, fmt.Errorf("find the calls of users that the directory names: %w", err)
		}
	}
	*w = next
	return out, nil
}

func scanKeySets(rows driver.Rows, to [][]string) ([][]string, error) {
	defer rows.Close()
	for rows.Next() {
		var keys []string
		if err := rows.Scan(&keys); err != nil {
			return nil, err
		}
		to = append(to, keys)
	}
	return to, rows.Err()
}

// freshUser is a user that was stored anew, with the earliest time at which it
// was seen; zero where that is not known.
type freshUser struct {
	raw string
	at  time.Time
}

// fresh returns the users that were stored since the last look, and what the
// next look begins with.
func (w directoryWatch) fresh(ctx context.Context, conn driver.Conn) (out []freshUser, next directoryWatch, err error) {
	since := "stored_at >= fromUnixTimestamp64Micro(" + strconv.FormatInt(max(w.since.UnixMicro(), 0), 10) + ")"
	rows, err := conn.Query(ctx, "SELECT raw_id, at, topic, epoch, partition, offset, idx, stored_at FROM ("+usersAsSeen(since)+") ORDER BY raw_id")
	if err != nil {
		return nil, w, fmt.Errorf("look for what is new of the directory: %w", err)
	}
	defer rows.Close()
	next = directoryWatch{since: w.since, done: map[schema.Coordinate]time.Time{}}
	for rows.Next() {
		var raw string
		var c schema.Coordinate
		var at *time.Time
		var stored time.Time
		if err := rows.Scan(&raw, &at, &c.Topic, &c.Epoch, &c.Partition, &c.Offset, &c.Index, &stored); err != nil {
			return nil, w, fmt.Errorf("look for what is new of the directory: %w", err)
		}
		next.done[c] = stored
		if from := stored.Add(-stragglers); from.After(next.since) {
			next.since = from
		}
		if _, done := w.done[c]; done {
			continue
		}
		f := freshUser{raw, deref(at)}
		if n := len(out); n > 0 && out[n-1].raw == raw {
			if f.at.Before(out[n-1].at) {
				out[n-1] = f
			}
			continue
		}
		out = append(out, f)
	}
	if err := rows.Err(); err != nil {
		return nil, w, fmt.Errorf("look for what is new of the directory: %w", err)
	}
	maps.DeleteFunc(next.done, func(_ schema.Coordinate, stored time.Time) bool { return stored.Before(next.since) })
	return out, next, nil
}
