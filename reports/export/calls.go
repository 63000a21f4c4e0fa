package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/reports/timeline"
	"rollcall/schema"
)

// ErrNoCall says that the store holds no call of an id.
var ErrNoCall = errors.New("no such call")

// WriteCalls writes calls.ndjson: a line a call, by id. Memory holds one call
// at a time.
func (s Store) WriteCalls(ctx context.Context, w io.Writer) error {
	for c, err := range s.Calls(ctx) {
		if err != nil {
			return err
		}
		if err := c.WriteLine(w); err != nil {
			return err
		}
	}
	return nil
}

// callsAtOnce is how many calls are read together. Each table of results is
// sorted by call, so a range of calls is read without a look at the rest, and
// nothing large is sorted.
const callsAtOnce = 200

// Calls streams all calls by id. No call may be evaluated meanwhile.
func (s Store) Calls(ctx context.Context) iter.Seq2[*timeline.Call, error] {
	return func(yield func(*timeline.Call, error) bool) {
		ids, err := s.callIDs(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for some := range slices.Chunk(ids, callsAtOnce) {
			e := evaluation{id: some[0], last: some[len(some)-1]}
			from, args := "calls_current WHERE call_id BETWEEN ? AND ?", []any{e.id, e.last}
			if s.Scope.OneTenant {
				from += " AND call_id IN (SELECT call_id FROM sessions_current WHERE tenant = ?)"
				args = append(args, s.Scope.Tenant)
			}
			calls, err := s.read(ctx, e, s.callRows(ctx, from, args))
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range calls {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

// read reads some calls with all that belongs to them.
func (s Store) read(ctx context.Context, e evaluation, rows iter.Seq2[row[callRow], error]) ([]*timeline.Call, error) {
	var calls []*timeline.Call
	var ids []string
	for c, err := range s.merge(ctx, e, rows) {
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
		if !e.bare {
			ids = slices.AppendSeq(ids, maps.Keys(c.Named()))
		}
	}
	if e.bare {
		return calls, nil
	}
	places, err := s.places(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		c.Events = []timeline.Event{}
		for _, id := range slices.Sorted(maps.Keys(c.Named())) {
			if v, ok := places[id]; ok {
				c.Events = append(c.Events, v)
			}
		}
	}
	return calls, nil
}

// callIDs lists the ids of all calls, in order.
func (s Store) callIDs(ctx context.Context) ([]string, error) {
	var ids []string
	err := query(ctx, s.Conn, "calls", "SELECT call_id FROM calls_current ORDER BY call_id", nil, func(rows driver.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// Call reads one call as it was last evaluated. The error wraps ErrNoCall where
// there is none.
func (s Store) Call(ctx context.Context, id string) (*timeline.Call, error) {
	return s.one(ctx, evaluation{id: id})
}

// Outline reads of one call what its picture shows: sessions, episodes and
// obligations, without evidence, findings and usage. That of a meeting of ten
// thousand is read without the half million events that it rests on.
func (s Store) Outline(ctx context.Context, id string) (*timeline.Call, error) {
	return s.one(ctx, evaluation{id: id, bare: true})
}

func (s Store) one(ctx context.Context, e evaluation) (*timeline.Call, error) {
	id := e.id
	for c, err := range s.callRows(ctx, "calls_current WHERE call_id = ?", []any{id}) {
		if err != nil {
			return nil, err
		}
		one := func(yield func(row[callRow], error) bool) { yield(c, nil) }
		e.version = c.value.version
		calls, err := s.read(ctx, e, one)
		if err != nil || len(calls) > 0 {
			return first(calls), err
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrNoCall, id)
}

// An evaluation is one version of one call, or, with last, the current versions
// of all calls from id to last, both included.
type evaluation struct {
	id      string
	version uint64
	last    string
	bare    bool // only what a picture shows
}

// of makes the end of a query from a table of results: the current rows of a
// range of calls in the scope, or those of one version, whatever is current by
// now.
func (e evaluation) of(s Store, table string) (string, []any) {
	from, args := table+" FINAL WHERE call_id = ? AND version = ?", []any{e.id, e.version}
	if e.last != "" {
		from, args = table+"_current WHERE call_id BETWEEN ? AND ?", []any{e.id, e.last}
	}
	if s.Scope.OneTenant {
		from, args = from+" AND tenant = ?", append(args, s.Scope.Tenant)
	}
	return from, args
}

// merge puts together the queries of the parts of calls, all sorted by call.
func (s Store) merge(ctx context.Context, e evaluation, calls iter.Seq2[row[callRow], error]) iter.Seq2[*timeline.Call, error] {
	return func(yield func(*timeline.Call, error) bool) {
		sessions := pull(s.sessionRows(ctx, e))
		defer sessions.stop()
		obligations := pull(s.obligationRows(ctx, e))
		defer obligations.stop()
		findings := pull(unless(e.bare, s.findingRows(ctx, e)))
		defer findings.stop()
		names := pull(unless(e.bare, s.nameRows(ctx, e)))
		defer names.stop()
		usage := pull(unless(e.bare, s.usageRows(ctx, e)))
		defer usage.stop()
		free := pull(unless(e.bare, s.freeRows(ctx, e)))
		defer free.stop()
		for c, err := range calls {
			if err != nil {
				yield(nil, err)
				return
			}
			id := c.ID
			p := parts{call: c.value}
			p.sessions, err = sessions.of(id)
			p.obligations, err = more(err, obligations, id)
			p.findings, err = more(err, findings, id)
			p.names, err = more(err, names, id)
			p.usage, err = more(err, usage, id)
			p.free, err = more(err, free, id)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(s.document(p), nil) {
				return
			}
		}
	}
}

// unless is nothing where it is not wanted.
func unless[T any](not bool, rows iter.Seq2[row[T], error]) iter.Seq2[row[T], error] {
	if not {
		return func(func(row[T], error) bool) {}
	}
	return rows
}

// A row is what a query says of one call.
type row[T any] struct {
	ID    string // of the call
	value T
}

// A feed hands out the rows of a query that is sorted by call, call by call.
type feed[T any] struct {
	next func() (row[T], error, bool)
	stop func()
	head row[T]
	more bool
	err  error
	open bool
}

func pull[T any](rows iter.Seq2[row[T], error]) *feed[T] {
	f := &feed[T]{}
	f.next, f.stop = iter.Pull2(rows)
	return f
}

// of returns the rows of a call and passes over those of calls before it.
func (f *feed[T]) of(id string) ([]T, error) {
	if !f.open {
		f.open = true
		f.head, f.err, f.more = f.next()
	}
	var out []T
	for f.more && f.err == nil && f.head.ID <= id {
		if f.head.ID == id {
			out = append(out, f.head.value)
		}
		f.head, f.err, f.more = f.next()
	}
	return out, f.err
}

// more goes on with the next feed unless one before has failed.
func more[T any](err error, f *feed[T], id string) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return f.of(id)
}

// rowsOf streams a query as rows.
func rowsOf[T any](ctx context.Context, s Store, what, sql string, args []any, scan func(driver.Rows) (string, T, error)) iter.Seq2[row[T], error] {
	return func(yield func(row[T], error) bool) {
		err := query(ctx, s.Conn, what, sql, args, func(rows driver.Rows) error {
			id, value, err := scan(rows)
			if err != nil {
				return err
			}
			if !yield(row[T]{id, value}, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(row[T]{}, err)
		}
	}
}

// callRow is the stored call with its tenant.
type callRow struct {
	tenant  string
	version uint64
	schema.Call
}

func (s Store) callRows(ctx context.Context, from string, args []any) iter.Seq2[row[callRow], error] {
	sql := "SELECT call_id, tenant, version, json FROM " + from + " ORDER BY call_id"
	return rowsOf(ctx, s, "calls", sql, args, func(rows driver.Rows) (string, callRow, error) {
		var id, text string
		var c callRow
		if err := rows.Scan(&id, &c.tenant, &c.version, &text); err != nil {
			return id, c, err
		}
		if err := json.Unmarshal([]byte(text), &c.Call); err != nil {
			return id, c, fmt.Errorf("call %s: what is stored of it can't be read (%w); let the service evaluate it again", id, err)
		}
		return id, c, nil
	})
}

// owner is what the policy says of a session.
type owner struct{ session, tenant, app string }

func (s Store) sessionRows(ctx context.Context, e evaluation) iter.Seq2[row[owner], error] {
	from, args := e.of(s, "sessions")
	return rowsOf(ctx, s, "sessions", "SELECT call_id, session_id, tenant, app FROM "+from+" ORDER BY call_id, session_id", args,
		func(rows driver.Rows) (id string, o owner, err error) {
			return id, o, rows.Scan(&id, &o.session, &o.tenant, &o.app)
		})
}

func (s Store) obligationRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Obligation], error] {
	from, args := e.of(s, "obligations")
	evidence := "evidence"
	if e.bare {
		evidence = "emptyArrayString()"
	}
	sql := `SELECT call_id, session_id, capture, ordinal, tenant, app, join_path, exposed_at, due_at, signalled_at, shown_at, delay_ms, result,
reason, receipt_id, receipt_via, surface, clock_basis, exposure_ms, assumed_ms, assumed, ` + evidence + ` FROM ` + from +
		` ORDER BY call_id, joined_at, session_id, capture, ordinal`
	return rowsOf(ctx, s, "obligations", sql, args, func(rows driver.Rows) (id string, o timeline.Obligation, err error) {
		var ordinal uint32
		var exposed, due, signalled, shown *time.Time
		err = rows.Scan(&id, &o.SessionID, &o.Capture, &ordinal, &o.Tenant, &o.App, &o.JoinPath, &exposed, &due, &signalled, &shown,
			&o.DelayMs, &o.Result, &o.Reason, &o.ReceiptID, &o.ReceiptVia, &o.Surface, &o.ClockBasis, &o.ExposureMs, &o.AssumedMs,
			&o.Assumed, &o.Evidence)
		o.Ordinal = int(ordinal)
		o.ExposedAt, o.DueAt = timeline.At(deref(exposed)), timeline.At(deref(due))
		o.SignalledAt, o.ShownAt = timeline.At(deref(signalled)), timeline.At(deref(shown))
		o.PlatformDelayMs = between(exposed, signalled)
		o.AppDelayMs = between(signalled, shown)
		return id, o, err
	})
}

// between is the time from one instant to another in milliseconds, nil where
// one of them is not known.
func between(from, to *time.Time) *int64 {
	if from == nil || to == nil {
		return nil
	}
	ms := to.Sub(*from).Milliseconds()
	return &ms
}

func (s Store) findingRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Finding], error] {
	from, args := e.of(s, "findings")
	return rowsOf(ctx, s, "findings", findingColumns+from+" ORDER BY call_id, first_at, rule, id", args,
		func(rows driver.Rows) (string, timeline.Finding, error) {
			f, err := s.finding(rows)
			return f.CallID, f, err
		})
}

func (s Store) usageRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Usage], error] {
	from, args := e.of(s, "usage_lines")
	sql := `SELECT call_id, line_id, day, tenant, app, resource_id, session_id, meter, unit, raw, quantity, rate, currency, cost, tariff_row,
tariff_version, correction_of, note, evidence FROM ` + from + ` ORDER BY call_id, day, session_id, meter, line_id`
	return rowsOf(ctx, s, "usage lines", sql, args, func(rows driver.Rows) (id string, u timeline.Usage, err error) {
		var day time.Time
		err = rows.Scan(&id, &u.LineID, &day, &u.Tenant, &u.App, &u.ResourceID, &u.SessionID, &u.Meter, &u.Unit, &u.Raw, &u.Quantity,
			&u.Rate, &u.Currency, &u.Cost, &u.TariffRow, &u.TariffVersion, &u.CorrectionOf, &u.Note, &u.Evidence)
		u.Day = day.Format(time.DateOnly)
		return id, u, err
	})
}

func (s Store) freeRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Unmetered], error] {
	all := s
	all.Scope.OneTenant = false // the table has no tenant; what is not of the scope's sessions is left out later
	from, args := e.of(all, "free_sessions")
	sql := "SELECT call_id, session_id, reason, raw FROM " + from + " ORDER BY call_id, session_id"
	return rowsOf(ctx, s, "free sessions", sql, args, func(rows driver.Rows) (id string, u timeline.Unmetered, err error) {
		return id, u, rows.Scan(&id, &u.SessionID, &u.Reason, &u.Ms)
	})
}

// idsAtOnce bounds the list of ids in one query.
const idsAtOnce = 4000

// places finds where events lie: of the copies of an event that of the view
// events_current. Only messages that were read from files have a file and line.
func (s Store) places(ctx context.Context, ids []string) (map[string]timeline.Event, error) {
	slices.Sort(ids)
	found := map[string]timeline.Event{}
	for some := range slices.Chunk(slices.Compact(ids), idsAtOnce) {
		// Ids of events are hex.
		ctx := clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"ids": "['" + strings.Join(some, "','") + "']"}))
		events := `SELECT event_id, copy.1 AS source, copy.2 AS kind, copy.3 AS time, copy.4 AS topic, copy.5 AS epoch, copy.6 AS partition, copy.7 AS offset
FROM (
    SELECT event_id, argMin((source, kind, time, topic, epoch, partition, offset), (-version, content, topic, epoch, partition, offset, idx)) AS copy
    FROM events WHERE ` + s.dated() + ` AND event_id IN {ids:Array(String)} GROUP BY event_id
)`
		sql := `SELECT e.event_id, e.source, e.kind, e.time, e.topic, e.partition, e.offset, ` + header(HeaderFile) + `, ` + header(HeaderLine) + `
FROM (` + events + `) AS e
LEFT JOIN (
    SELECT topic, epoch, partition, offset, arrayFilter(h -> startsWith(h.1, 'rollcall-'), headers) AS headers
    FROM messages WHERE (topic, epoch, partition, offset) IN (SELECT topic, epoch, partition, offset FROM (` + events + `))
    LIMIT 1 BY topic, epoch, partition, offset
) AS m ON e.topic = m.topic AND e.epoch = m.epoch AND e.partition = m.partition AND e.offset = m.offset`
		err := query(ctx, s.Conn, "events", sql, nil, func(rows driver.Rows) error {
			var v timeline.Event
			var topic, number string
			var partition int32
			var offset int64
			var at *time.Time
			if err := rows.Scan(&v.ID, &v.Source, &v.Kind, &at, &topic, &partition, &offset, &v.File, &number); err != nil {
				return err
			}
			v.Time = timeline.At(deref(at))
			if v.File == "" {
				v.Topic, v.Partition, v.Offset = topic, &partition, &offset
			} else {
				v.Line, _ = strconv.Atoi(number)
			}
			found[v.ID] = v
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// parts are the rows of one call.
type parts struct {
	call        callRow
	sessions    []owner
	obligations []timeline.Obligation
	findings    []timeline.Finding
	names       []timeline.Name
	usage       []timeline.Usage
	free        []timeline.Unmetered
}

// document puts the parts of a call together.
func (s Store) document(p parts) *timeline.Call {
	owners := map[string]owner{}
	for _, o := range p.sessions {
		owners[o.session] = o
	}
	d := timeline.New(p.call.Call)
	d.Tenant = p.call.tenant
	if s.Scope.OneTenant {
		d.Tenant = s.Scope.Tenant
	}
	d.Sessions = slices.DeleteFunc(d.Sessions, func(x timeline.Session) bool {
		_, of := owners[x.SessionID]
		return !of
	})
	kept := map[string]bool{}
	for i := range d.Sessions {
		x := &d.Sessions[i]
		x.Tenant, x.App = owners[x.SessionID].tenant, owners[x.SessionID].app
		x.RawID, x.DisplayName = s.Hide.ID(x.RawID), s.Hide.ID(x.DisplayName)
		for j := range x.Receipts {
			x.Receipts[j].Text = s.Hide.Text(x.Receipts[j].Text)
		}
		kept[x.SessionID] = true
	}
	d.Names, d.Obligations, d.Findings, d.Usage = orNone(p.names), orNone(p.obligations), orNone(p.findings), orNone(p.usage)
	d.Unmetered = orNone(slices.DeleteFunc(p.free, func(u timeline.Unmetered) bool { return !kept[u.SessionID] }))
	return d
}

func first[T any](list []*T) *T {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
