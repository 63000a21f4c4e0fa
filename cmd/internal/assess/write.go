package assess

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/rules/assemble"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Results are gathered up to so many rows, and so many bytes of what was
// assembled, before they are written.
const (
	maxPending = 10_000
	maxBytes   = 4 << 20
)

// A writer gathers results and writes them table by table; the row in calls,
// which makes a version count, is written last. The rows of a large call are
// written while they are made: they are not seen before the call's own row.
type writer struct {
	conn    driver.Conn
	version uint64
	now     time.Time // of the evaluation
	tables  [9]pending
	calls   pending
	rows    int
	bytes   int  // of the JSON in them
	early   bool // rows of a call were written before its end
	// hold keeps the rows of calls until flush is called: something is to be
	// done between all other rows and them.
	hold bool
	// due says when a call is to be looked at again though nothing new comes of
	// it; nil: nobody will.
	due func(Results) time.Time
	// judged are the versions of the policy that judged the calls whose rows are
	// held, and other subjects.
	judged map[string]string
}

// The tables of a writer besides calls.
const (
	toSessions = iota
	toObligations
	toFindings
	toUsageLines
	toFreeSessions
	toChecks
	toNames
	toHours
	toListings
)

type pending struct {
	insert string
	rows   [][]any
}

func newWriter(conn driver.Conn, version uint64, now time.Time) *writer {
	w := &writer{conn: conn, version: version, now: now, judged: map[string]string{}}
	w.tables = [9]pending{
		{insert: "INSERT INTO sessions (call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence, display_name, joined_at, left_at, source, left_source, evidence, json)"},
		{insert: "INSERT INTO obligations (call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path, episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at, shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence, app_version, sdk_version, exposure_ms, assumed_ms, assumed)"},
		{insert: "INSERT INTO findings (call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at, message, evidence, policy_version, rule_version, seen, expected)"},
		{insert: "INSERT INTO usage_lines (call_id, version, line_id, day, tenant, app, resource_id, session_id, participant_id, raw_id, meter, unit, raw, quantity, rate, currency, cost, tariff_row, tariff_version, evidence, correction_of, note)"},
		{insert: "INSERT INTO free_sessions (call_id, version, session_id, reason, raw)"},
		{insert: "INSERT INTO checks (call_id, version, rule, population, pass, fail, no_evidence, not_applicable)"},
		{insert: "INSERT INTO names (call_id, version, raw_id, surface, source, name, tenant, kinds, labels, first_at, last_at, event, directory_basis, directory_name, directory_from, directory_event, result, reason, expected, severity)"},
		{insert: "INSERT INTO app_hours (call_id, version, tenant, app, app_version, hour, ended, ended_evidence, sent, signalled, signalled_evidence, showed, gap)"},
		{insert: "INSERT INTO listing_checks (subject_id, version, tenant, app, event_id, listed_at, position, rule, field, kind, locale, result, status, seen, expected)"},
	}
	w.calls = pending{insert: "INSERT INTO calls (call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, as_of, policy, rules, due)"}
	return w
}

// evaluate evaluates a call whose alias sets are keys, and takes all that
// follows. each, where there is one, sees the parts too.
func (w *writer) evaluate(ctx context.Context, spine *assemble.Spine, d Doubts, t Terms, keys []string, each func(schema.Call, Part)) (Results, error) {
	r, err := Evaluate(spine, d, t, func(call schema.Call, p Part) error {
		if each != nil {
			each(call, p)
		}
		return w.part(ctx, call, p)
	})
	if err != nil {
		return r, err
	}
	return r, w.end(ctx, r, keys)
}

// part takes what follows for one session of a call, and writes what was
// gathered where it is much.
func (w *writer) part(ctx context.Context, call schema.Call, p Part) error {
	id, v, s := call.ID, w.version, p.Session
	text, err := json.Marshal(s.Session, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("call %s: session %s: %w", id, s.ID, err)
	}
	w.bytes += len(text)
	w.put(toSessions, id, v, s.ID, s.Tenant, s.App, s.ParticipantID, s.RawID, s.EndpointID, string(s.Identity), string(s.JoinPath),
		s.PathEvidence, s.DisplayName, null(s.Joined.At), null(s.Left.At), string(s.Joined.Source), string(s.Left.Source), orEmpty(s.Events), string(text))
	for _, o := range p.Obligations {
		all, assumed := exposed(o, &s.Session, episodeOf(call, o), w.now)
		w.put(toObligations, id, v, o.SessionID, o.Capture, uint32(o.Ordinal), o.Tenant, o.App, o.ParticipantID, o.RawID, o.EndpointID, string(o.JoinPath),
			null(o.EpisodeStart), null(o.EpisodeEnd), string(o.EpisodeEndSource), null(o.JoinedAt), null(o.LeftAt), string(o.LeftSource),
			null(o.ExposedAt), null(o.DueAt), null(o.SignalledAt), null(o.ShownAt), delay(o), string(o.Result), o.Reason,
			o.ReceiptID, viaNames(o.ReceiptVia), o.Surface, o.ClockBasis, orEmpty(o.Evidence),
			s.AppVersion, s.SDKVersion, all.Milliseconds(), assumed.Milliseconds(), o.Assumed)
	}
	w.findings(id, p.Findings)
	if w.full() {
		w.early = true
		return w.flushTables(ctx)
	}
	return nil
}

func (w *writer) findings(callID string, list []schema.Finding) {
	for _, f := range list {
		w.put(toFindings, callID, w.version, f.ID, f.Rule, string(f.Severity), f.Status, f.Result, f.Tenant, f.App, f.Subject, f.RawID, f.Capture,
			null(f.FirstAt), null(f.DetectedAt), f.Message, orEmpty(f.Evidence), f.PolicyVersion, uint32(f.RuleVersion), f.Seen, f.Expected)
	}
}

// checks takes the populations of rules under the id of a call or subject.
func (w *writer) checks(id string, all map[string]rule.Population) {
	for name, p := range all {
		w.put(toChecks, id, w.version, name, uint64(p.Population), uint64(p.Pass), uint64(p.Fail), uint64(p.NoEvidence), uint64(p.NotApplicable))
	}
}

// end takes the results of a call whose parts were taken and whose alias sets
// are keys.
func (w *writer) end(ctx context.Context, r Results, keys []string) error {
	id, v := r.Call.ID, w.version
	if w.hold {
		w.judged[id] = r.Policy.ID
	}
	w.findings(id, r.Findings)
	for _, u := range r.Lines {
		day, err := time.Parse(time.DateOnly, u.Day)
		if err != nil {
			return fmt.Errorf("usage line %s: %w", u.LineID, err)
		}
		w.put(toUsageLines, id, v, u.LineID, day, u.Tenant, u.App, u.Resource, u.SessionID, u.ParticipantID, u.RawID, u.Meter, u.Unit, u.Raw,
			u.Quantity, u.Rate, u.Currency, u.Cost, u.TariffRow, u.TariffVersion, orEmpty(u.Evidence), u.CorrectionOf, u.Note)
	}
	for _, f := range r.Free {
		w.put(toFreeSessions, id, v, f.SessionID, f.Reason, f.Ms)
	}
	w.checks(id, r.Checks)
	for _, h := range r.Hours {
		w.put(toHours, id, v, h.Tenant, h.App, h.Version, h.Hour, uint32(h.Ended), orEmpty(h.EndedEvidence), h.Sent, uint32(h.Signalled), orEmpty(h.SignalledEvidence), h.Showed, h.Gap)
	}
	w.names(r.Names)
	call := r.Call
	call.Sessions, call.Names = nil, nil // each has a row of its own
	text, err := json.Marshal(call, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("call %s: %w", id, err)
	}
	w.bytes += len(text)
	var due time.Time
	if w.due != nil {
		due = w.due(r)
	}
	w.calls.rows = append(w.calls.rows, []any{id, v, "", r.Tenant, call.Resource, call.Teams, null(call.Start.At), null(call.End.At), orEmpty(keys), string(text),
		null(r.AsOf), r.Policy.ID, catalogue.Digest(), null(due)})
	w.rows++
	if w.hold && w.full() {
		return w.flushTables(ctx)
	}
	if !w.hold && (w.full() || w.early) {
		return w.flush(ctx)
	}
	return nil
}

func (w *writer) put(table int, row ...any) {
	w.tables[table].rows = append(w.tables[table].rows, row)
	w.rows++
}

func (w *writer) full() bool { return w.rows >= maxPending || w.bytes >= maxBytes }

// supersede marks a call whose evidence now belongs to another.
func (w *writer) supersede(callID, by string) {
	w.calls.rows = append(w.calls.rows, []any{callID, w.version, by, "", "", false, (*time.Time)(nil), (*time.Time)(nil), []string{}, "",
		(*time.Time)(nil), "", "", (*time.Time)(nil)})
	w.rows++
}

// flush writes what was gathered. Rows of a version that has no row in calls
// yet are not seen by readers, so a failure in between shows nothing half.
func (w *writer) flush(ctx context.Context) error {
	if err := w.flushTables(ctx); err != nil {
		return err
	}
	w.rows, w.bytes, w.early = 0, 0, false
	return w.send(ctx, &w.calls)
}

// flushTables writes all but the rows of calls.
func (w *writer) flushTables(ctx context.Context) error {
	for i := range w.tables {
		if err := w.send(ctx, &w.tables[i]); err != nil {
			return err
		}
	}
	// The rows of calls stay until the one that is being made has ended.
	w.rows, w.bytes = len(w.calls.rows), 0
	return nil
}

// ClickHouse may have no memory left for a moment, while it merges what was
// written before: then rows are written again, with pauses, for this long.
const (
	firstPause  = 100 * time.Millisecond
	longestWait = time.Minute
)

// noMemory is ClickHouse's MEMORY_LIMIT_EXCEEDED.
const noMemory = 241

func (w *writer) send(ctx context.Context, t *pending) error {
	if len(t.rows) == 0 {
		return nil
	}
	var waited time.Duration
	for pause := firstPause; ; pause *= 2 {
		err := w.insert(ctx, t)
		if err == nil {
			break
		}
		var exception *clickhouse.Exception
		if !errors.As(err, &exception) || exception.Code != noMemory || waited > longestWait || !sleep(ctx, pause) {
			return fmt.Errorf("write results: %w", err)
		}
		waited += pause
	}
	clear(t.rows)
	t.rows = t.rows[:0]
	return nil
}

// insert writes rows once. To write rows again changes nothing: they have the
// same keys.
func (w *writer) insert(ctx context.Context, t *pending) error {
	batch, err := w.conn.PrepareBatch(ctx, t.insert)
	if err != nil {
		return err
	}
	defer batch.Close()
	for _, row := range t.rows {
		if err := batch.Append(row...); err != nil {
			return err
		}
	}
	return batch.Send()
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
