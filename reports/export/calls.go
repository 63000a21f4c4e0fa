package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/reports/timeline"
	"rollcall/schema"
)

// ErrNoCall says that the store holds no call of an id.
var ErrNoCall = errors.New("no such call")

// WriteCalls writes calls.ndjson: a line a call, by id. No call may be evaluated
// meanwhile. Memory holds the ids of the events of one call.
func (s Store) WriteCalls(ctx context.Context, w io.Writer) error {
	return s.documents(ctx, func(c *timeline.Call, l timeline.Lists) error { return c.WriteLists(w, l) })
}

// callsAtOnce is how many calls are read together. Each table of results is
// sorted by call, so a range of calls is read without a look at the rest, and
// nothing large is sorted.
const callsAtOnce = 200

// documents hands out all calls by id, with their lists.
func (s Store) documents(ctx context.Context, each func(*timeline.Call, timeline.Lists) error) error {
	ids, err := s.callIDs(ctx)
	if err != nil {
		return err
	}
	places, err := s.placesOfAll(ctx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, callsAtOnce) {
		e := evaluation{id: some[0], last: some[len(some)-1]}
		from, args := "calls_current WHERE NOT chat AND call_id BETWEEN ? AND ?", []any{e.id, e.last}
		if s.Scope.OneTenant {
			from += " AND call_id IN (SELECT call_id FROM sessions_current WHERE tenant = ?)"
			args = append(args, s.Scope.Tenant)
		}
		if err := s.read(ctx, e, s.callRows(ctx, from, args), places, each); err != nil {
			return err
		}
	}
	return nil
}

// read reads some calls with all that belongs to them. Each table is one query,
// whose rows are taken call by call.
func (s Store) read(ctx context.Context, e evaluation, calls iter.Seq2[row[callRow], error], places *places,
	each func(*timeline.Call, timeline.Lists) error) error {
	sessions := feed[timeline.Session]{rows: s.sessionRows(ctx, e)}
	defer sessions.close()
	obligations := feed[timeline.Obligation]{rows: s.obligationRows(ctx, e)}
	defer obligations.close()
	var names feed[timeline.Name]
	var findings feed[timeline.Finding]
	var usage feed[timeline.Usage]
	var free feed[timeline.Unmetered]
	var events feed[spot]
	if !e.bare {
		names.rows, findings.rows, usage.rows, free.rows = s.nameRows(ctx, e), s.findingRows(ctx, e), s.usageRows(ctx, e), s.freeRows(ctx, e)
		events.rows = s.spotRows(ctx, e)
		defer names.close()
		defer findings.close()
		defer usage.close()
		defer free.close()
		defer events.close()
	}
	for c, err := range calls {
		if err != nil {
			return err
		}
		d := timeline.New(c.value.Call)
		if d.Tenant = c.value.tenant; s.Scope.OneTenant {
			d.Tenant = s.Scope.Tenant
		}
		var n ids
		d.Named(n.add)
		kept, present := map[string]bool{}, map[string]bool{}
		lists := timeline.Lists{
			Sessions: tap(sessions.of(c.ID), func(x *timeline.Session) bool {
				x.Named(n.add)
				kept[x.SessionID] = true
				present[x.RawID] = true
				return true
			}),
			Messages: tap(s.chatMessages(d.Messages), func(x *timeline.Message) bool {
				if s.Scope.OneTenant && !present[x.SenderID] {
					return false // whose it is is not known
				}
				n.add(x.Events...)
				return true
			}),
			Names: tap(names.of(c.ID), func(x *timeline.Name) bool { n.add(x.Event, x.DirectoryEvent); return true }),
			Obligations: tap(obligations.of(c.ID), func(x *timeline.Obligation) bool {
				n.add(x.Evidence...)
				n.add(x.ReceiptID)
				return true
			}),
			Findings: tap(findings.of(c.ID), func(x *timeline.Finding) bool { n.add(x.Evidence...); return true }),
			Usage:    tap(usage.of(c.ID), func(x *timeline.Usage) bool { n.add(x.Evidence...); return true }),
			// The table has no tenant: those of the scope are those of its sessions.
			Unmetered: tap(free.of(c.ID), func(x *timeline.Unmetered) bool { return kept[x.SessionID] }),
			Events:    s.located(ctx, &n, events.of(c.ID), places),
		}
		if e.bare {
			lists.Events = func(func(timeline.Event, error) bool) {}
		}
		if err := each(d, lists); err != nil {
			return err
		}
	}
	return nil
}

// tap shows each element to a function, which says whether it stays.
func tap[T any](elements iter.Seq2[T, error], see func(*T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range elements {
			if err == nil && !see(&v) {
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// callIDs lists the ids of all calls, in order.
func (s Store) callIDs(ctx context.Context) ([]string, error) {
	var ids []string
	err := query(ctx, s.Conn, "calls", "SELECT call_id FROM calls_current WHERE NOT chat ORDER BY call_id", nil, func(rows driver.Rows) error {
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
	for c, err := range s.callRows(ctx, "calls_current WHERE call_id = ?", []any{e.id}) {
		if err != nil {
			return nil, err
		}
		e.version = c.value.version
		var places *places
		if !e.bare {
			if places, err = s.placesOf(ctx, e); err != nil {
				return nil, err
			}
		}
		var found *timeline.Call
		one := func(yield func(row[callRow], error) bool) { yield(c, nil) }
		err = s.read(ctx, e, one, places, func(d *timeline.Call, l timeline.Lists) error {
			found = d
			return d.Collect(l)
		})
		return found, err
	}
	return nil, fmt.Errorf("%w: %s", ErrNoCall, e.id)
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

// sessionRows streams sessions with the tenants and apps that the policy gives
// them; for a picture without receipts and signals.
func (s Store) sessionRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Session], error] {
	from, args := e.of(s, "sessions")
	const order = " ORDER BY call_id, ifNull(joined_at, toDateTime64(0, 3, 'UTC')), session_id"
	if e.bare {
		sql := `SELECT call_id, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence, display_name,
joined_at, left_at, source, left_source FROM ` + from + order
		return rowsOf(ctx, s, "sessions", sql, args, func(rows driver.Rows) (id string, x timeline.Session, err error) {
			var joined, left *time.Time
			err = rows.Scan(&id, &x.SessionID, &x.Tenant, &x.App, &x.ParticipantID, &x.RawID, &x.EndpointID, &x.Identity, &x.JoinPath, &x.PathEvidence,
				&x.DisplayName, &joined, &left, &x.Joined.Source, &x.Left.Source)
			x.Joined.At, x.Left.At = timeline.At(deref(joined)), timeline.At(deref(left))
			s.hide(&x)
			return id, x, err
		})
	}
	sql := "SELECT call_id, tenant, app, json FROM " + from + order + spillEarly + ", optimize_read_in_order = 0"
	return rowsOf(ctx, s, "sessions", sql, args, func(rows driver.Rows) (id string, x timeline.Session, err error) {
		var tenant, app, text string
		if err := rows.Scan(&id, &tenant, &app, &text); err != nil {
			return id, x, err
		}
		var stored schema.Session
		if err := json.Unmarshal([]byte(text), &stored); err != nil {
			return id, x, fmt.Errorf("call %s: what is stored of a session can't be read (%w); let the service evaluate it again", id, err)
		}
		x = timeline.NewSession(stored)
		x.Tenant, x.App = tenant, app
		s.hide(&x)
		return id, x, nil
	})
}

// hide replaces what tells a person by pseudonyms.
func (s Store) hide(x *timeline.Session) {
	x.RawID, x.DisplayName = s.Hide.ID(x.RawID), s.Hide.ID(x.DisplayName)
	for i := range x.Receipts {
		x.Receipts[i].Text = s.Hide.Text(x.Receipts[i].Text)
	}
}

func (s Store) obligationRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Obligation], error] {
	from, args := e.of(s, "obligations")
	evidence := "evidence"
	if e.bare {
		evidence = "emptyArrayString()"
	}
	sql := `SELECT call_id, session_id, capture, ordinal, tenant, app, join_path, exposed_at, due_at, signalled_at, shown_at, delay_ms, result,
reason, receipt_id, receipt_via, surface, clock_basis, exposure_ms, assumed_ms, assumed, ` + evidence + ` FROM ` + from +
		` ORDER BY call_id, joined_at, session_id, capture, ordinal` + byCall
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
	return rowsOf(ctx, s, "findings", findingColumns+from+" ORDER BY call_id, first_at, rule, id"+byCall, args,
		func(rows driver.Rows) (string, timeline.Finding, error) {
			f, err := s.finding(rows)
			return f.CallID, f, err
		})
}

func (s Store) usageRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Usage], error] {
	from, args := e.of(s, "usage_lines")
	sql := `SELECT call_id, line_id, day, tenant, app, resource_id, session_id, meter, unit, raw, quantity, rate, currency, cost, tariff_row,
tariff_version, correction_of, note, evidence FROM ` + from + ` ORDER BY call_id, day, session_id, meter, line_id` + byCall
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
