package export

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/metering"
	"rollcall/schema"
)

// A Scope says which results are exported.
type Scope struct {
	// Tenant limits everything to one tenant where OneTenant is set.
	OneTenant bool
	Tenant    string
	// From and To limit usage to days, both included; empty: no limit.
	From, To string
}

// A Store reads results. It is as safe for concurrent use as its connection.
type Store struct {
	Conn  driver.Conn
	Scope Scope
	// AsOf, where set, is the instant for which the results hold: versions of
	// events dated after it did not count.
	AsOf time.Time
	// Run, where set, is the evaluation of all calls that wrote down where their
	// events lie; else that is looked up.
	Run uint64
	// Status, where set, is the status of a finding found now, given its id and
	// the status that judging gave it; else it is that one.
	Status func(id, judged string) string
	// Hide, where set, replaces raw ids, names and numbers by pseudonyms.
	Hide *Pseudonyms
}

// dated is a condition that leaves out what is dated after the results.
func (s Store) dated() string {
	if s.AsOf.IsZero() {
		return "true"
	}
	return fmt.Sprintf("(time IS NULL OR time <= fromUnixTimestamp64Milli(%d))", s.AsOf.UnixMilli())
}

// where makes a condition of the scope; days says that the table has a day.
func (s Store) where(days bool) (string, []any) {
	var conditions []string
	var args []any
	and := func(condition string, arg any) {
		conditions = append(conditions, condition)
		args = append(args, arg)
	}
	if s.Scope.OneTenant {
		and("tenant = ?", s.Scope.Tenant)
	}
	if days && s.Scope.From != "" {
		and("day >= toDate(?)", s.Scope.From)
	}
	if days && s.Scope.To != "" {
		and("day <= toDate(?)", s.Scope.To)
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}

// Within makes the condition of the scope on results that have an instant in a
// column: those of its tenant, on its days.
func (s Store) Within(column string) (string, []any) {
	days := Store{Scope: s.Scope}
	days.Scope.From, days.Scope.To = "", ""
	where, args := days.where(false)
	and := func(condition, arg string) {
		if where == "" {
			where = " WHERE "
		} else {
			where += " AND "
		}
		where, args = where+"toDate("+column+", 'UTC') "+condition, append(args, arg)
	}
	if s.Scope.From != "" {
		and(">= toDate(?)", s.Scope.From)
	}
	if s.Scope.To != "" {
		and("<= toDate(?)", s.Scope.To)
	}
	return where, args
}

// Query runs a query and hands each row to read. what names what is read, for
// errors.
func (s Store) Query(ctx context.Context, what, sql string, args []any, read func(driver.Rows) error) error {
	return query(ctx, s.Conn, what, sql, args, read)
}

// query runs a query and hands each row to read.
func query(ctx context.Context, conn driver.Conn, what, sql string, args []any, read func(driver.Rows) error) error {
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// errStopped ends a query whose reader has had enough.
var errStopped = errors.New("stopped")

// Lines streams the usage lines in the order of usage_lines.csv.
func (s Store) Lines(ctx context.Context) iter.Seq2[schema.UsageLine, error] {
	where, args := s.where(true)
	sql := `SELECT line_id, day, tenant, app, resource_id, call_id, session_id, participant_id, raw_id, meter, unit, raw, quantity, rate,
currency, cost, tariff_row, tariff_version, evidence, correction_of, note FROM usage_lines_current` + where + `
ORDER BY day, call_id, session_id, meter, line_id`
	return func(yield func(schema.UsageLine, error) bool) {
		err := query(ctx, s.Conn, "usage lines", sql, args, func(rows driver.Rows) error {
			var l schema.UsageLine
			var day time.Time
			err := rows.Scan(&l.LineID, &day, &l.Tenant, &l.App, &l.Resource, &l.CallID, &l.SessionID, &l.ParticipantID, &l.RawID,
				&l.Meter, &l.Unit, &l.Raw, &l.Quantity, &l.Rate, &l.Currency, &l.Cost, &l.TariffRow, &l.TariffVersion, &l.Evidence,
				&l.CorrectionOf, &l.Note)
			if err != nil {
				return err
			}
			l.Day = day.Format(time.DateOnly)
			l.RawID = s.Hide.ID(l.RawID)
			if !yield(l, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(schema.UsageLine{}, err)
		}
	}
}

// Summary adds up the usage lines and the sessions that have no meter.
func (s Store) Summary(ctx context.Context) (*metering.Summary, error) {
	var sum metering.Summary
	for l, err := range s.Lines(ctx) {
		if err != nil {
			return nil, err
		}
		if err := sum.Add(l); err != nil {
			return nil, err
		}
	}
	if s.Scope.OneTenant || s.Scope.From != "" || s.Scope.To != "" {
		return &sum, nil // free sessions have neither tenant nor day
	}
	err := query(ctx, s.Conn, "free sessions", "SELECT session_id, reason, raw FROM free_sessions_current ORDER BY session_id", nil, func(rows driver.Rows) error {
		var f metering.Free
		if err := rows.Scan(&f.SessionID, &f.Reason, &f.Ms); err != nil {
			return err
		}
		return sum.AddFree(f)
	})
	return &sum, err
}
