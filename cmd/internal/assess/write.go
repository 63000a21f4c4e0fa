package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/schema"
)

// maxPending is how many rows of results are gathered before they are written.
const maxPending = 20_000

// A writer gathers results and writes them table by table; the row in calls,
// which makes a version count, is written last.
type writer struct {
	conn    driver.Conn
	version uint64
	tables  [6]pending
	calls   pending
	rows    int
}

type pending struct {
	insert string
	rows   [][]any
}

func newWriter(conn driver.Conn, version uint64) *writer {
	w := &writer{conn: conn, version: version}
	w.tables = [6]pending{
		{insert: "INSERT INTO sessions (call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence, display_name, joined_at, left_at, source, left_source, evidence)"},
		{insert: "INSERT INTO obligations (call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path, episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at, shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence, app_version, sdk_version, exposure_ms, assumed_ms, assumed)"},
		{insert: "INSERT INTO findings (call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at, message, evidence, policy_version)"},
		{insert: "INSERT INTO usage_lines (call_id, version, line_id, day, tenant, app, resource_id, session_id, participant_id, raw_id, meter, unit, raw, quantity, rate, currency, cost, tariff_row, tariff_version, evidence, correction_of, note)"},
		{insert: "INSERT INTO free_sessions (call_id, version, session_id, reason, raw)"},
		{insert: "INSERT INTO checks (call_id, version, rule, population, pass, fail, no_evidence, not_applicable)"},
	}
	w.calls = pending{insert: "INSERT INTO calls (call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json)"}
	return w
}

// add takes the results of one call, whose alias sets are keys.
func (w *writer) add(ctx context.Context, r Results, keys []string) error {
	id, v := r.Call.ID, w.version
	var err error
	full := false
	put := func(t *pending, row ...any) {
		t.rows = append(t.rows, row)
		// The rows of a large call are written while they are made: they are not
		// seen before the call's own row.
		if w.rows++; w.rows >= maxPending && err == nil {
			full, err = true, w.flushTables(ctx)
		}
	}
	for _, s := range r.Sessions {
		put(&w.tables[0], id, v, s.ID, s.Tenant, s.App, s.ParticipantID, s.RawID, s.EndpointID, string(s.Identity), string(s.JoinPath),
			s.PathEvidence, s.DisplayName, null(s.Joined.At), null(s.Left.At), string(s.Joined.Source), string(s.Left.Source), orEmpty(s.Events))
	}
	partsOf := parts(r.Call)
	for _, o := range r.Obligations {
		session, episode := partsOf(o)
		all, assumed := exposed(o, session, episode, r.Now)
		put(&w.tables[1], id, v, o.SessionID, o.Capture, uint32(o.Ordinal), o.Tenant, o.App, o.ParticipantID, o.RawID, o.EndpointID, string(o.JoinPath),
			null(o.EpisodeStart), null(o.EpisodeEnd), string(o.EpisodeEndSource), null(o.JoinedAt), null(o.LeftAt), string(o.LeftSource),
			null(o.ExposedAt), null(o.DueAt), null(o.SignalledAt), null(o.ShownAt), delay(o), string(o.Result), o.Reason,
			o.ReceiptID, viaNames(o.ReceiptVia), o.Surface, o.ClockBasis, orEmpty(o.Evidence),
			session.AppVersion, session.SDKVersion, all.Milliseconds(), assumed.Milliseconds(), o.Assumed)
	}
	for _, f := range r.Findings {
		put(&w.tables[2], id, v, f.ID, f.Rule, string(f.Severity), f.Status, f.Result, f.Tenant, f.App, f.Subject, f.RawID, f.Capture,
			null(f.FirstAt), null(f.DetectedAt), f.Message, orEmpty(f.Evidence), f.PolicyVersion)
	}
	for _, u := range r.Lines {
		day, err := time.Parse(time.DateOnly, u.Day)
		if err != nil {
			return fmt.Errorf("usage line %s: %w", u.LineID, err)
		}
		put(&w.tables[3], id, v, u.LineID, day, u.Tenant, u.App, u.Resource, u.SessionID, u.ParticipantID, u.RawID, u.Meter, u.Unit, u.Raw,
			u.Quantity, u.Rate, u.Currency, u.Cost, u.TariffRow, u.TariffVersion, orEmpty(u.Evidence), u.CorrectionOf, u.Note)
	}
	for _, f := range r.Free {
		put(&w.tables[4], id, v, f.SessionID, f.Reason, f.Ms)
	}
	for rule, p := range r.Checks {
		put(&w.tables[5], id, v, rule, uint64(p.Population), uint64(p.Pass), uint64(p.Fail), uint64(p.NoEvidence), uint64(p.NotApplicable))
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(r.Call, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("call %s: %w", id, err)
	}
	put(&w.calls, id, v, "", r.Tenant, r.Call.Resource, r.Call.Teams, null(r.Call.Start.At), null(r.Call.End.At), orEmpty(keys), string(text))
	// The rows of calls hold all of each: they must not gather.
	if full || w.rows >= maxPending {
		return w.flush(ctx)
	}
	return nil
}

// supersede marks a call whose evidence now belongs to another.
func (w *writer) supersede(callID, by string) {
	w.calls.rows = append(w.calls.rows, []any{callID, w.version, by, "", "", false, (*time.Time)(nil), (*time.Time)(nil), []string{}, ""})
	w.rows++
}

// flush writes what was gathered. Rows of a version that has no row in calls
// yet are not seen by readers, so a failure in between shows nothing half.
func (w *writer) flush(ctx context.Context) error {
	if err := w.flushTables(ctx); err != nil {
		return err
	}
	return w.send(ctx, &w.calls)
}

// flushTables writes all but the rows of calls.
func (w *writer) flushTables(ctx context.Context) error {
	for i := range w.tables {
		if err := w.send(ctx, &w.tables[i]); err != nil {
			return err
		}
	}
	w.rows = len(w.calls.rows)
	return nil
}

func (w *writer) send(ctx context.Context, t *pending) error {
	if len(t.rows) == 0 {
		return nil
	}
	batch, err := w.conn.PrepareBatch(ctx, t.insert)
	if err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	defer batch.Close()
	for _, row := range t.rows {
		if err := batch.Append(row...); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	clear(t.rows)
	t.rows = t.rows[:0]
	return nil
}

func null(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func viaNames(via []schema.Via) []string {
	out := make([]string, len(via))
	for i, v := range via {
		out[i] = string(v)
	}
	return out
}

func delay(o schema.Obligation) *int64 {
	if o.ShownAt.IsZero() {
		return nil
	}
	return &o.DelayMs
}
