// Package storetest fills a ClickHouse with results for tests of reports: a
// small fixed set that holds every result and hostile names, or whatever a test
// makes up.
package storetest

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/schema"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// Open starts an embedded ClickHouse in dir, empty for a temporary one, with
// all tables, until the test ends or the function that it returns is called.
// Where the library is missing the test is skipped; with CI=true it fails.
func Open(t testing.TB, dir string) (driver.Conn, func()) {
	t.Helper()
	server, err := chdb.Open(chdb.Config{Path: dir})
	if errors.Is(err, chdb.ErrNoLibrary) && os.Getenv("CI") != "true" {
		t.Skip("libchdb is missing: run 'make libchdb'")
	}
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tables.Open(t.Context(), server.DSN(), tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	stop := func() {
		if closed {
			return
		}
		closed = true
		if err := errors.Join(conn.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	if _, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	return conn, stop
}

// A Call is a call with its results, as they are stored.
type Call struct {
	schema.Call
	Tenant      string
	Version     uint64
	Owners      map[string][2]string // session to tenant and app
	Obligations []Obligation
	Findings    []schema.Finding
	Lines       []schema.UsageLine
	Shown       []schema.ShownName
	Events      []Event
}

// An Obligation is a row of the table.
type Obligation struct {
	schema.Obligation
	AppVersion, SDKVersion string
	ExposureMs, AssumedMs  int64
}

// An Event is a row of events with the message that holds it.
type Event struct {
	ID, Source, Kind string
	Time             time.Time
	File             string
	Line             string
}

// Fill stores calls with all that belongs to them.
func Fill(t testing.TB, conn driver.Conn, calls ...Call) {
	t.Helper()
	in := inserter{t: t, conn: conn, rows: map[string][][]any{}}
	for i, c := range calls {
		in.call(c, i)
	}
	for _, table := range order {
		in.send(table)
	}
}

// order has the row that makes a version count last.
var order = []string{
	insertSession,
	insertObligation, insertFinding, insertLine, insertName, insertEvent, insertMessage, insertAlias, insertCall,
}

const (
	insertSession    = "INSERT INTO sessions (call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence, display_name, joined_at, left_at, source, left_source, evidence, json)"
	insertObligation = "INSERT INTO obligations (call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path, episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at, shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence, app_version, sdk_version, exposure_ms, assumed_ms, assumed)"
	insertFinding    = "INSERT INTO findings (call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at, message, evidence, policy_version, rule_version, seen, expected)"
	insertLine       = "INSERT INTO usage_lines (call_id, version, line_id, day, tenant, app, resource_id, session_id, participant_id, raw_id, meter, unit, raw, quantity, rate, currency, cost, tariff_row, tariff_version, evidence, correction_of, note)"
	insertName       = "INSERT INTO names (call_id, version, raw_id, surface, source, name, tenant, kinds, labels, first_at, last_at, event, directory_basis, directory_name, directory_from, directory_event, result, reason, expected, severity)"
	insertEvent      = "INSERT INTO events (topic, epoch, partition, offset, idx, event_id, source, kind, via, version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts, decoder, broker_time, batch)"
	insertMessage    = "INSERT INTO messages (topic, epoch, partition, offset, broker_time, key, value, headers, length, flags, salt, commitment, batch)"
	insertAlias      = "INSERT INTO aliases (alias, alias_key, aliases, first, last)"
	insertCall       = "INSERT INTO calls (call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json)"
)

type inserter struct {
	t    testing.TB
	conn driver.Conn
	rows map[string][][]any
}

func (in *inserter) put(table string, row ...any) { in.rows[table] = append(in.rows[table], row) }

// rowsAtOnce keeps an insert within the memory that the embedded ClickHouse has.
const rowsAtOnce = 20_000

func (in *inserter) send(table string) {
	in.t.Helper()
	for rows := range slices.Chunk(in.rows[table], rowsAtOnce) {
		batch, err := in.conn.PrepareBatch(in.t.Context(), table)
		if err != nil {
			in.t.Fatal(err)
		}
		for _, row := range rows {
			if err := batch.Append(row...); err != nil {
				in.t.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			in.t.Fatal(err)
		}
	}
}

func (in *inserter) call(c Call, n int) {
	in.t.Helper()
	id, v, key := c.ID, c.Version, "key-"+c.ID
	for _, s := range c.Sessions {
		owner := c.Owners[s.ID]
		in.put(insertSession, id, v, s.ID, owner[0], owner[1], s.ParticipantID, s.RawID, s.EndpointID, string(s.Identity), string(s.JoinPath), s.PathEvidence,
			s.DisplayName, null(s.Joined.At), null(s.Left.At), string(s.Joined.Source), string(s.Left.Source), list(s.Events), in.json(s))
	}
	for _, o := range c.Obligations {
		in.obligation(id, v, o)
	}
	for _, f := range c.Findings {
		in.put(insertFinding, id, v, f.ID, f.Rule, string(f.Severity), f.Status, f.Result, f.Tenant, f.App, f.Subject, f.RawID, f.Capture, null(f.FirstAt),
			null(f.DetectedAt), f.Message, list(f.Evidence), f.PolicyVersion, uint32(f.RuleVersion), f.Seen, f.Expected)
	}
	for _, u := range c.Lines {
		day, err := time.Parse(time.DateOnly, u.Day)
		if err != nil {
			in.t.Fatal(err)
		}
		in.put(insertLine, id, v, u.LineID, day, u.Tenant, u.App, u.Resource, u.SessionID, u.ParticipantID, u.RawID, u.Meter, u.Unit, u.Raw, u.Quantity, u.Rate,
			u.Currency, u.Cost, u.TariffRow, u.TariffVersion, list(u.Evidence), u.CorrectionOf, u.Note)
	}
	for _, n := range c.Shown {
		d := n.Directory
		in.put(insertName, id, v, n.RawID, n.Surface, string(n.Source), n.Name, n.Tenant, list(n.Kinds), list(n.Labels), null(n.First), null(n.Last), n.Event,
			string(d.Basis), d.Name, null(d.From), d.Event, n.Result, n.Reason, n.Expected, string(n.Severity))
	}
	var names []string
	for _, a := range c.Aliases {
		names = append(names, a.Kind+":"+a.Value)
	}
	slices.Sort(names)
	for _, name := range names {
		in.put(insertAlias, name, key, names, null(c.Start.At), null(c.End.At))
	}
	for i, e := range c.Events {
		offset := int64(1000*n + i)
		in.put(insertEvent, "events", uint32(0), int32(0), offset, uint32(0), e.ID, e.Source, e.Kind, []string{}, int64(0), e.ID, null(e.Time), "", null(e.Time), null(e.Time),
			"", list(names), key, "", "{}", uint16(1), e.Time, uint64(1))
		headers := [][]any{}
		if e.File != "" {
			headers = [][]any{{"rollcall-file", e.File}, {"rollcall-line", e.Line}}
		}
		salt, commitment := committed(e, offset)
		in.put(insertMessage, "events", uint32(0), int32(0), offset, e.Time, "", value, headers, uint64(len(value)), uint8(0), salt, commitment, uint64(1))
	}
	call := c.Call
	call.Sessions = nil // each has a row of its own
	in.put(insertCall, id, v, "", c.Tenant, c.Resource, c.Teams, null(c.Start.At), null(c.End.At), []string{key}, in.json(call))
}

// value is that of every message.
const value = "{}"

// committed is the salt of the message that holds an event, and its commitment.
func committed(e Event, offset int64) (salt, commitment string) {
	m := tables.Message{Topic: "events", Offset: offset, BrokerTime: e.Time, Length: uint64(len(value)), Value: []byte(value)}
	copy(m.Salt[:], e.ID)
	if e.File != "" {
		m.Headers = func(yield func(string, []byte) bool) {
			_ = yield("rollcall-file", []byte(e.File)) && yield("rollcall-line", []byte(e.Line))
		}
	}
	var c tables.Committer
	return string(m.Salt[:]), string(c.Commit(m))
}

func (in *inserter) json(v any) string {
	in.t.Helper()
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		in.t.Fatal(err)
	}
	return string(text)
}

func (in *inserter) obligation(id string, version uint64, o Obligation) {
	via := []string{}
	for _, x := range o.ReceiptVia {
		via = append(via, string(x))
	}
	var delay *int64
	if !o.ShownAt.IsZero() {
		delay = &o.DelayMs
	}
	in.put(insertObligation, id, version, o.SessionID, o.Capture, uint32(o.Ordinal), o.Tenant, o.App, o.ParticipantID, o.RawID, o.EndpointID, string(o.JoinPath),
		null(o.EpisodeStart), null(o.EpisodeEnd), string(o.EpisodeEndSource), null(o.JoinedAt), null(o.LeftAt), string(o.LeftSource), null(o.ExposedAt),
		null(o.DueAt), null(o.SignalledAt), null(o.ShownAt), delay, string(o.Result), o.Reason, o.ReceiptID, via, o.Surface, o.ClockBasis, list(o.Evidence),
		o.AppVersion, o.SDKVersion, o.ExposureMs, o.AssumedMs, o.Assumed)
}

func null(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
