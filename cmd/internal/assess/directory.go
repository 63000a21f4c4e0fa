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

// aboutUsers are the events about users of a directory.
const aboutUsers = "source = 'graph' AND kind = 'user'"

// usersAsSeen gives, of the users that a condition on events picks, what was
// said of each at each place where it is stored, in the newest decoder's words,
// and when: the event's own time, else the broker's. Of a message that was read
// from a file the broker's time says nothing: then it is NULL.
func usersAsSeen(condition string) string {
	where := "FROM events WHERE " + aboutUsers + " AND " + condition
	some := "SELECT topic, epoch, partition, offset, idx, event_id, raw_id, facts, time, broker_time, decoder, stored_at " + where + `
    AND (topic, epoch, partition, offset, idx, decoder) GLOBAL IN (
        SELECT topic, epoch, partition, offset, idx, max(r.decoder) FROM events AS r
        WHERE (topic, epoch, partition, offset) GLOBAL IN (SELECT topic, epoch, partition, offset ` + where + `) GROUP BY topic, epoch, partition, offset, idx
    )`
	return `SELECT e.event_id AS event_id, e.raw_id AS raw_id, e.facts AS facts, e.topic AS topic, e.epoch AS epoch, e.partition AS partition, e.offset AS offset,
    e.idx AS idx, e.stored_at AS stored_at,
    coalesce(e.time, if(m.file, NULL, e.broker_time)) AS at
FROM (` + some + ` LIMIT 1 BY topic, epoch, partition, offset, idx) AS e
GLOBAL LEFT JOIN (
    SELECT DISTINCT topic, epoch, partition, offset, true AS file FROM messages
    WHERE (topic, epoch, partition, offset) GLOBAL IN (SELECT topic, epoch, partition, offset ` + where + `)
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

// users gathers the users of directories whose names events show, by raw id.
type users map[string]bool

func (u users) add(e *schema.Event) {
	for _, n := range e.Names() {
		if key := directory.Key(n.RawID); key != "" {
			u["8:orgid:"+key] = true
		}
	}
}

// directoryOf reads what is known at now of some users.
func directoryOf(ctx context.Context, conn driver.Conn, now time.Time, of users) (*directory.Directory, error) {
	var seen []directory.Sighting
	for part := range slices.Chunk(slices.Sorted(maps.Keys(of)), maxList) {
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
	print print
}

// print tells whether anything was stored since a watch's last look.
type print struct{ rows, sum uint64 }

// stragglers is the age at which no more rows turn up that are older: an insert
// takes its time when it begins and is seen when it ends.
const stragglers = time.Minute

// touched returns the alias sets of the calls that showed a name of a user at or
// after an instant for which the directory has been seen anew. A call may be
// among them again, with what was stored within stragglers of the last look.
func (w *directoryWatch) touched(ctx context.Context, conn driver.Conn) (out [][]string, err error) {
	now, newest, err := look(ctx, conn, w.since)
	if err != nil || now == w.print {
		return nil, err
	}
	// What the next look is held against is read before the calls are: what is
	// stored in between is looked at twice, not never.
	next := directoryWatch{since: w.since}
	if from := newest.Add(-stragglers); from.After(next.since) {
		next.since = from
	}
	if next.print, _, err = look(ctx, conn, next.since); err != nil {
		return nil, err
	}
	// The calls that ended before are left out first: the names of the others
	// lie together. An unknown instant is before all.
	rows, err := conn.Query(ctx, `WITH users AS (
    SELECT `+objectID("raw_id")+` AS user, min(ifNull(at, toDateTime64(0, 3, 'UTC'))) AS seen FROM (`+usersAsSeen(storedSince(w.since))+`) GROUP BY user
)
SELECT alias_keys FROM calls_current WHERE call_id IN (
    SELECT n.call_id FROM names_current AS n INNER JOIN users AS u ON `+objectID("n.raw_id")+` = u.user
    WHERE n.call_id IN (SELECT call_id FROM calls_current WHERE end IS NULL OR end >= (SELECT min(seen) FROM users))
        AND (n.last_at IS NULL OR n.last_at >= u.seen)
)`)
	if err != nil {
		return nil, fmt.Errorf("find the calls of users that the directory names: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var keys []string
		if err := rows.Scan(&keys); err != nil {
			return nil, fmt.Errorf("find the calls of users that the directory names: %w", err)
		}
		out = append(out, keys)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find the calls of users that the directory names: %w", err)
	}
	*w = next
	return out, nil
}

// look reads the print of what is stored from an instant on, and when the
// newest of it was stored.
func look(ctx context.Context, conn driver.Conn, since time.Time) (p print, newest time.Time, err error) {
	err = conn.QueryRow(ctx, "SELECT count(), sum(cityHash64(topic, epoch, partition, offset, idx, decoder)), max(stored_at) FROM events WHERE "+
		aboutUsers+" AND "+storedSince(since)).Scan(&p.rows, &p.sum, &newest)
	if err != nil {
		return p, newest, fmt.Errorf("look for what is new of the directory: %w", err)
	}
	return p, newest.UTC(), nil
}

func storedSince(t time.Time) string {
	return "stored_at >= fromUnixTimestamp64Micro(" + strconv.FormatInt(max(t.UnixMicro(), 0), 10) + ")"
}

// objectID is the SQL for the user's object in a raw id, as directory.Key has
// it.
func objectID(rawID string) string {
	return "arrayElement(splitByChar(':', lower(" + rawID + ")), -1)"
}
