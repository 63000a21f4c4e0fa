package export

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/timeline"
)

// An id of an event is 16 bytes; a large call names a million.
type id [16]byte

// ids are those of the events that a document names.
type ids struct {
	list   []id
	sorted int // the first of list are sorted, without repeats
}

// add adds ids; what is none of an event is nobody's.
func (n *ids) add(texts ...string) {
	for _, text := range texts {
		var v id
		if len(text) != 2*len(v) {
			continue
		}
		if _, err := hex.Decode(v[:], []byte(text)); err != nil {
			continue
		}
		n.list = append(n.list, v)
	}
	if len(n.list) > 2*n.sorted+1024 {
		n.sort()
	}
}

func (n *ids) sort() []id {
	slices.SortFunc(n.list, compareIDs)
	n.list = slices.Compact(n.list)
	n.sorted = len(n.list)
	return n.list
}

func compareIDs(a, b id) int { return bytes.Compare(a[:], b[:]) }

// A spot is where an event lies in Kafka.
type spot struct {
	id           id
	source, kind string
	time         time.Time
	at           coordinates
}

// spotRows streams where the events of calls lie, by call and event: of the
// copies of an event that of the view events_current first.
func (s Store) spotRows(ctx context.Context, e evaluation) iter.Seq2[row[spot], error] {
	sql, args := s.eventsOf(e)
	sql = `SELECT call_id, event_id, source, kind, time, topic, epoch, partition, offset FROM (` + sql + `)
WHERE ` + s.dated() + ` ORDER BY call_id, event_id, -version, content, topic, epoch, partition, offset, idx` + spillEarly
	known := map[string]string{} // the few names that there are, once
	once := func(name *string) {
		if v, ok := known[*name]; ok {
			*name = v
		} else {
			known[*name] = *name
		}
	}
	return rowsOf(ctx, s, "events", sql, args, func(rows driver.Rows) (call string, v spot, err error) {
		var text string
		var at *time.Time
		if err := rows.Scan(&call, &text, &v.source, &v.kind, &at, &v.at.topic, &v.at.epoch, &v.at.partition, &v.at.offset); err != nil {
			return call, v, err
		}
		v.time = deref(at)
		once(&v.source)
		once(&v.kind)
		once(&v.at.topic)
		_, err = hex.Decode(v.id[:], []byte(text))
		return call, v, err
	})
}

// eventsOf selects the events of an evaluation: those that the run wrote down,
// else those that name the alias sets of the calls.
func (s Store) eventsOf(e evaluation) (string, []any) {
	last := cmp.Or(e.last, e.id)
	if s.Run != 0 {
		return fmt.Sprintf("SELECT * FROM call_events WHERE run = %d AND call_id BETWEEN ? AND ?", s.Run), []any{e.id, last}
	}
	return `SELECT c.call_id AS call_id, event_id, version, content, source, kind, time, topic, epoch, partition, offset, idx
FROM (SELECT call_id, arrayJoin(alias_keys) AS alias_key FROM calls_current WHERE call_id BETWEEN ? AND ?) AS c
INNER JOIN events AS e ON e.alias_key = c.alias_key
WHERE e.alias_key IN (SELECT arrayJoin(alias_keys) FROM calls_current WHERE call_id BETWEEN ? AND ?)`, []any{e.id, last, e.id, last}
}

// located hands out the events that a document names, by id, each with where it
// lies. n is complete when the first is asked for.
func (s Store) located(ctx context.Context, n *ids, spots iter.Seq2[spot, error], places *places) iter.Seq2[timeline.Event, error] {
	return func(yield func(timeline.Event, error) bool) {
		wanted := n.sort()
		found, missing, err := pick(wanted, spots)
		if err == nil && len(missing) > 0 {
			// Events of no call, or of another: those of the directory, for one.
			var more []spot
			more, err = s.elsewhere(ctx, missing)
			found = append(found, more...)
			slices.SortFunc(found, func(a, b spot) int { return compareIDs(a.id, b.id) })
		}
		if err != nil {
			yield(timeline.Event{}, err)
			return
		}
		for _, v := range found {
			e := timeline.Event{ID: hex.EncodeToString(v.id[:]), Source: v.source, Kind: v.kind, Time: timeline.At(v.time)}
			if e.File, e.Line = places.of(v.at); e.File == "" {
				e.Topic, e.Partition, e.Offset = v.at.topic, &v.at.partition, &v.at.offset
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// pick finds the wanted events among those of a call; both are sorted.
func pick(wanted []id, spots iter.Seq2[spot, error]) (found []spot, missing []id, err error) {
	for v, err := range spots {
		if err != nil {
			return nil, nil, err
		}
		for len(wanted) > 0 && compareIDs(wanted[0], v.id) < 0 {
			missing, wanted = append(missing, wanted[0]), wanted[1:]
		}
		if len(wanted) > 0 && wanted[0] == v.id { // its further copies find it gone
			found, wanted = append(found, v), wanted[1:]
		}
	}
	return found, append(missing, wanted...), nil
}

// idsAtOnce bounds the list of ids in one query.
const idsAtOnce = 4000

// elsewhere finds events by their ids alone. What is not found is left out.
func (s Store) elsewhere(ctx context.Context, missing []id) (found []spot, err error) {
	for some := range slices.Chunk(missing, idsAtOnce) {
		texts := make([]string, len(some))
		for i, v := range some {
			texts[i] = hex.EncodeToString(v[:])
		}
		ctx := clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"ids": "['" + strings.Join(texts, "','") + "']"}))
		sql := `SELECT event_id, source, kind, time, topic, epoch, partition, offset FROM events
WHERE ` + s.dated() + ` AND event_id IN {ids:Array(String)}
ORDER BY event_id, -version, decoder DESC, content, topic, epoch, partition, offset, idx LIMIT 1 BY event_id`
		err = query(ctx, s.Conn, "events", sql, nil, func(rows driver.Rows) error {
			var v spot
			var text string
			var at *time.Time
			if err := rows.Scan(&text, &v.source, &v.kind, &at, &v.at.topic, &v.at.epoch, &v.at.partition, &v.at.offset); err != nil {
				return err
			}
			v.time = deref(at)
			found = append(found, v)
			_, err := hex.Decode(found[len(found)-1].id[:], []byte(text))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// places say in which file and line a message lay. Messages that were read one
// after another mostly come from lines that follow each other: a run of them is
// kept as its first.
type places struct {
	runs  []run // by coordinates
	files map[string]string
}

type run struct {
	from, to coordinates // both included, of one partition
	file     string
	line     int // of from
}

// of is the file and line of a message; empty where it came by Kafka.
func (p *places) of(c coordinates) (file string, line int) {
	i, _ := slices.BinarySearchFunc(p.runs, c, func(r run, c coordinates) int { return r.to.compare(c) })
	if i == len(p.runs) || p.runs[i].from.compare(c) > 0 {
		return "", 0
	}
	return p.runs[i].file, p.runs[i].line + int(c.offset-p.runs[i].from.offset)
}

// add adds a message, which comes after all that were added before.
func (p *places) add(c coordinates, file string, line int) {
	if file == "" {
		return
	}
	if n := len(p.runs); n > 0 {
		last := &p.runs[n-1]
		if last.to.compare(c) == 0 {
			return // a copy
		}
		next := last.to
		next.offset++
		if next.compare(c) == 0 && last.file == file && last.line+int(c.offset-last.from.offset) == line {
			last.to = c
			return
		}
	}
	if known, ok := p.files[file]; ok {
		file = known
	} else {
		p.files[file] = file
	}
	p.runs = append(p.runs, run{c, c, file, line})
}

// placesOfAll reads where all messages lay.
func (s Store) placesOfAll(ctx context.Context) (*places, error) { return s.readPlaces(ctx, "", nil) }

// placesOf reads where the messages of one evaluation lay.
func (s Store) placesOf(ctx context.Context, e evaluation) (*places, error) {
	sql, args := s.eventsOf(e)
	return s.readPlaces(ctx, "WHERE (topic, epoch, partition, offset) IN (SELECT topic, epoch, partition, offset FROM ("+sql+"))", args)
}

func (s Store) readPlaces(ctx context.Context, where string, args []any) (*places, error) {
	p := &places{files: map[string]string{}}
	sql := `SELECT topic, epoch, partition, offset, ` + header(HeaderFile) + `, ` + header(HeaderLine) + ` FROM messages ` + where + `
ORDER BY topic, epoch, partition, offset, rank DESC SETTINGS max_threads = 1, max_block_size = 4096`
	err := query(ctx, s.Conn, "messages", sql, args, func(rows driver.Rows) error {
		var c coordinates
		var file, number string
		if err := rows.Scan(&c.topic, &c.epoch, &c.partition, &c.offset, &file, &number); err != nil {
			return err
		}
		line, _ := strconv.Atoi(number)
		p.add(c, file, line)
		return nil
	})
	return p, err
}
