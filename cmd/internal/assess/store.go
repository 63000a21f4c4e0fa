package assess

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/rules/assemble"
	"rollcall/rules/calls"
	"rollcall/rules/evidence"
	"rollcall/schema"
)

// eventColumns are what an event is made of, in the order of scanRow.
const eventColumns = "event_id, source, kind, via, version, content, time, time_reason, first, last, resource, aliases, facts"

// The copies of an event nearly always name the same ids and speak of the same
// time, and then whichever copy counts says when and where the call was.
// wanderers are the events of which a later version names others or speaks of
// another time: for them the copy that counts must be known before calls can be
// told apart. Choosing among all copies of all events in ClickHouse costs ten
// times as much.
const wanderers = "SELECT event_id FROM events_one WHERE " + known + " GROUP BY event_id HAVING min(alias_key) != max(alias_key) OR min(first) != max(first) OR min(last) != max(last)"

// own tells the app's own events, whose clocks may be wrong, from servers'.
const own = "(source = 'rollcall')"

// known leaves out what is dated after the instant now (in milliseconds).
const known = "(time IS NULL OR time <= fromUnixTimestamp64Milli({now:Int64}))"

// preference orders the copies of one event, the one that counts first; it is
// that of the view events_current.
const preference = `(-version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason)`

func atNow(ctx context.Context, now time.Time, more clickhouse.Parameters) context.Context {
	p := clickhouse.Parameters{"now": strconv.FormatInt(now.UnixMilli(), 10)}
	for k, v := range more {
		p[k] = v
	}
	return clickhouse.Context(ctx, clickhouse.WithParameters(p))
}

// aliasSets reads which sets of aliases the events known at now name, and, of
// the events whose copies name different ones, that of the copy that counts.
func aliasSets(ctx context.Context, conn driver.Conn, now time.Time) (sets []calls.AliasSet, settled map[string]string, err error) {
	var l setList
	settled = map[string]string{}
	var id string
	var elsewhere uint8
	for _, q := range []struct {
		sql    string
		before []any
	}{
		{`SELECT alias_key, any(aliases), coalesce(minIf(first, NOT ` + own + `), min(first)), coalesce(maxIf(last, NOT ` + own + `), max(last)), min(time),
    min(` + own + `) FROM events_one
WHERE alias_key != '' AND ` + known + ` AND event_id NOT IN (` + wanderers + `) GROUP BY alias_key`, nil},
		{`SELECT event_id, elsewhere, row.1, row.2, row.3, row.4, row.5, row.6 FROM (
    SELECT event_id, min(alias_key) != max(alias_key) AS elsewhere, argMin((alias_key, aliases, first, last, time, ` + own + `), ` + preference + `) AS row
    FROM events_one WHERE ` + known + ` AND event_id IN (` + wanderers + `) GROUP BY event_id)`, []any{&id, &elsewhere}},
	} {
		rows, err := conn.Query(atNow(ctx, now, nil), q.sql)
		if err != nil {
			return nil, nil, fmt.Errorf("read the ids of calls: %w", err)
		}
		err = scanAliasSets(rows, q.before, func(s calls.AliasSet) {
			if elsewhere == 1 {
				settled[id] = s.Key
			}
			if s.Key != "" {
				l.add(s)
			}
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return l.sets, settled, nil
}

// scanAliasSets reads rows of alias sets, after whatever columns come before.
func scanAliasSets(rows driver.Rows, before []any, each func(calls.AliasSet)) error {
	defer rows.Close()
	for rows.Next() {
		s, err := scanAliasSet(rows, before...)
		if err != nil {
			return err
		}
		each(s)
	}
	return rows.Err()
}

// scanAliasSet reads one row of an alias set, after whatever columns come
// before.
func scanAliasSet(rows driver.Rows, before ...any) (calls.AliasSet, error) {
	var s calls.AliasSet
	var first, last, earliest *time.Time
	var ownOnly uint8
	if err := rows.Scan(append(before, &s.Key, &s.Aliases, &first, &last, &earliest, &ownOnly)...); err != nil {
		return s, fmt.Errorf("read the ids of calls: %w", err)
	}
	s.First, s.Last, s.Time, s.Own = deref(first), deref(last), deref(earliest), ownOnly == 1
	return s, nil
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// A row is an event as it is stored.
type row struct {
	event   schema.Event
	reason  string
	aliases []string
	facts   string
}

// scanRow reads one row of eventColumns, after whatever columns come before.
func scanRow(rows driver.Rows, before ...any) (row, error) {
	var r row
	var source string
	var via []string
	var at, first, last *time.Time
	e := &r.event
	err := rows.Scan(append(before, &e.ID, &source, &e.Kind, &via, &e.Version, &e.Content, &at, &r.reason, &first, &last, &e.Resource, &r.aliases, &r.facts)...)
	if err != nil {
		return r, fmt.Errorf("read events: %w", err)
	}
	e.Source = schema.Source(source)
	for _, v := range via {
		e.Via = append(e.Via, schema.Via(v))
	}
	e.Time, e.First, e.Last, e.TimeReason = deref(at), deref(first), deref(last), r.reason
	return r, nil
}

// decoded returns the event with its ids and facts.
func (r row) decoded() (schema.Event, error) {
	e := r.event
	e.Refs = refs(r.aliases)
	if r.facts != "" {
		if err := json.Unmarshal([]byte(r.facts), &e.Facts); err != nil {
			return e, fmt.Errorf("event %s: the stored facts can't be read (%w); run rollcall rebuild", e.ID, err)
		}
	}
	return e, nil
}

// before reports whether r counts rather than o, a copy of the same event: by
// preference, which see.
func (r row) before(o row) bool {
	a, b := r.event, o.event
	return cmp.Or(
		cmp.Compare(b.Version, a.Version), strings.Compare(a.Content, b.Content), strings.Compare(r.facts, o.facts),
		slices.Compare(r.aliases, o.aliases), strings.Compare(a.Resource, b.Resource), strings.Compare(string(a.Source), string(b.Source)),
		strings.Compare(a.Kind, b.Kind), a.Time.Compare(b.Time), strings.Compare(r.reason, o.reason)) < 0
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
		case calls.ChatID:
			r.ChatID = value
		}
	}
	return r
}

// A gathered is the evidence of one call.
type gathered struct {
	id       string
	keys     map[string]bool // alias sets; nil in a run over all calls
	events   *assemble.Gathering
	n        int                // events
	contents []evidence.Content // those that came with two contents in the version that counts
}

// A copies is what is kept of the copies of one event: the one that counts,
// with all ways by which it came.
type copies struct {
	row
	any   bool
	twice bool // the version of the row came with two contents
}

func (c *copies) add(r row) {
	if !c.any {
		*c = copies{row: r, any: true}
		return
	}
	old := c.event
	via := slices.Compact(slices.Sorted(slices.Values(slices.Concat(old.Via, r.event.Via))))
	switch {
	case r.event.Version > old.Version:
		c.twice = false
	case r.event.Version == old.Version && r.event.Content != old.Content:
		c.twice = true
	}
	if r.before(c.row) {
		c.row = r
	}
	c.event.Via = via
}

// to adds the event to the evidence of its call, and forgets it.
func (c *copies) to(g *gathered) error {
	if !c.any {
		return nil
	}
	e, err := c.decoded()
	if err != nil {
		return err
	}
	if c.twice {
		g.contents = append(g.contents, evidence.Content{Event: e.ID, At: e.Time})
	}
	g.events.Add(&e)
	g.n++
	*c = copies{}
	return nil
}

// callsOfRun streams the calls of a run in the order of their ids, each with
// its events. Memory holds one call at a time, and one event in the form in
// which it is stored.
func callsOfRun(ctx context.Context, conn driver.Conn, run uint64, opt assemble.Options, settled map[string]string) iter.Seq2[gathered, error] {
	return func(yield func(gathered, error) bool) {
		rows, err := conn.Query(atNow(ctx, opt.Now, clickhouse.Parameters{"run": strconv.FormatUint(run, 10)}),
			`SELECT c.call_id, e.alias_key, `+eventColumns+` FROM events_one AS e
INNER JOIN (SELECT alias_key, call_id FROM call_sets WHERE run = {run:UInt64}) AS c ON e.alias_key = c.alias_key
WHERE `+known+` ORDER BY c.call_id, e.event_id SETTINGS max_block_size = 2048, max_threads = 1`)
		if err != nil {
			yield(gathered{}, fmt.Errorf("read the events of calls: %w", err))
			return
		}
		defer rows.Close()
		var g gathered
		var c copies
		for rows.Next() {
			var id, key string
			r, err := scanRow(rows, &id, &key)
			if err == nil && (c.event.ID != r.event.ID || g.id != id) {
				err = c.to(&g)
			}
			if err != nil {
				yield(gathered{}, err)
				return
			}
			if counts, wanders := settled[r.event.ID]; wanders && counts != key {
				continue
			}
			if id != g.id {
				if g.events != nil && !yield(g, nil) {
					return
				}
				g = gathered{id: id, events: assemble.NewGathering(id, opt)}
			}
			c.add(r)
		}
		if err := errors.Join(rows.Err(), c.to(&g)); err != nil {
			yield(gathered{}, fmt.Errorf("read the events of calls: %w", err))
			return
		}
		if g.events != nil {
			yield(g, nil)
		}
	}
}

// DatedAfter counts the events that are dated after an instant.
func DatedAfter(ctx context.Context, conn driver.Conn, now time.Time) (int64, error) {
	var n uint64
	err := conn.QueryRow(atNow(ctx, now, nil), "SELECT uniqExact(event_id) FROM events_one WHERE NOT "+known).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the events dated after %s: %w", now.Format(time.RFC3339), err)
	}
	return int64(n), nil
}
