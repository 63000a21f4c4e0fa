package export

import (
	"context"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollcall/reports/files"
	"rollcall/reports/timeline"
)

// Coverage writes coverage.csv: a row an obligation.
func (s Store) Coverage(ctx context.Context, w io.Writer) error {
	c, err := files.NewCSV(w, "call_id", "tenant", "app", "session_id", "participant_id", "raw_id", "endpoint_id", "join_path", "capture",
		"episode_start", "episode_end", "episode_end_source", "joined_at", "left_at", "left_source", "exposed_at", "due_at", "signalled_at",
		"shown_at", "delay_ms", "result", "reason", "receipt_id", "receipt_via", "surface", "clock_basis")
	if err != nil {
		return err
	}
	where, args := s.where(false)
	sql := `SELECT call_id, tenant, app, session_id, participant_id, raw_id, endpoint_id, join_path, capture, episode_start, episode_end,
episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at, shown_at, delay_ms, result, reason, receipt_id,
receipt_via, surface, clock_basis FROM obligations_current` + where + ` ORDER BY call_id, joined_at, session_id, capture, ordinal` + byCall
	err = query(ctx, s.Conn, "obligations", sql, args, func(rows driver.Rows) error {
		var call, tenant, app, session, participant, raw, endpoint, path, capture, endSource, leftSource, result, reason, receipt, surface, clock string
		var start, end, joined, left, exposed, due, signalled, shown *time.Time
		var delay *int64
		var via []string
		if err := rows.Scan(&call, &tenant, &app, &session, &participant, &raw, &endpoint, &path, &capture, &start, &end,
			&endSource, &joined, &left, &leftSource, &exposed, &due, &signalled, &shown, &delay, &result, &reason, &receipt,
			&via, &surface, &clock); err != nil {
			return err
		}
		return c.Row(files.Text(call), files.Text(tenant), files.Text(app), files.Plain(session), files.Text(participant), files.Text(s.Hide.ID(raw)),
			files.Text(endpoint), files.Plain(path), files.Plain(capture), instant(start), instant(end), files.Plain(endSource),
			instant(joined), instant(left), files.Plain(leftSource), instant(exposed), instant(due), instant(signalled), instant(shown),
			files.Plain(number(delay)), files.Plain(result), files.Text(reason), files.Plain(receipt), files.Plain(strings.Join(via, " ")),
			files.Text(surface), files.Plain(clock))
	})
	if err != nil {
		return err
	}
	return c.Close()
}

func instant(t *time.Time) files.Cell { return files.Plain(files.Time(deref(t))) }

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// Sessions writes sessions.csv: a row a session.
func (s Store) Sessions(ctx context.Context, w io.Writer) error {
	c, err := files.NewCSV(w, "call_id", "tenant", "app", "session_id", "participant_id", "raw_id", "endpoint_id", "identity", "join_path",
		"path_evidence", "display_name", "joined_at", "left_at", "source", "left_source")
	if err != nil {
		return err
	}
	where, args := s.where(false)
	sql := `SELECT call_id, tenant, app, session_id, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence, display_name,
joined_at, left_at, source, left_source FROM sessions_current` + where + ` ORDER BY call_id, joined_at, session_id` + byCall
	err = query(ctx, s.Conn, "sessions", sql, args, func(rows driver.Rows) error {
		var f [11]string
		var source, leftSource string
		var joined, left *time.Time
		if err := rows.Scan(&f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6], &f[7], &f[8], &f[9], &f[10], &joined, &left, &source, &leftSource); err != nil {
			return err
		}
		f[5], f[10] = s.Hide.ID(f[5]), s.Hide.ID(f[10])
		var cells []files.Cell
		for _, text := range f {
			cells = append(cells, files.Text(text))
		}
		return c.Row(append(cells, instant(joined), instant(left), files.Plain(source), files.Plain(leftSource))...)
	})
	if err != nil {
		return err
	}
	return c.Close()
}

// findingColumns selects what finding scans.
const findingColumns = `SELECT id, rule, severity, status, result, call_id, tenant, app, subject, raw_id, capture, first_at, detected_at, message,
evidence, policy_version, rule_version FROM `

func (s Store) finding(rows driver.Rows) (f timeline.Finding, err error) {
	var first, detected *time.Time
	err = rows.Scan(&f.ID, &f.Rule, &f.Severity, &f.Status, &f.Result, &f.CallID, &f.Tenant, &f.App, &f.Subject, &f.RawID, &f.Capture,
		&first, &detected, &f.Message, &f.Evidence, &f.PolicyVersion, &f.RuleVersion)
	f.FirstAt, f.DetectedAt = timeline.At(deref(first)), timeline.At(deref(detected))
	f.RawID, f.Message = s.Hide.ID(f.RawID), s.Hide.Text(f.Message)
	if s.Status != nil {
		f.Status = s.Status(f.ID, f.Status)
	}
	return f, err
}

// Findings writes findings.ndjson: a line a finding.
func (s Store) Findings(ctx context.Context, w io.Writer) error {
	for f, err := range s.FindingRows(ctx) {
		if err != nil {
			return err
		}
		if err := line(w, f); err != nil {
			return err
		}
	}
	return nil
}

// FindingRows streams the findings in the order of findings.ndjson, those that
// began on the scope's days. It may be ranged over more than once.
func (s Store) FindingRows(ctx context.Context) iter.Seq2[timeline.Finding, error] {
	return s.FindingRowsAfter(ctx, FindingPlace{})
}

// FindingRowsAfter streams those of FindingRows that come after a place in their
// order.
func (s Store) FindingRowsAfter(ctx context.Context, after FindingPlace) iter.Seq2[timeline.Finding, error] {
	return func(yield func(timeline.Finding, error) bool) {
		where, args := s.Within("first_at")
		where, args = after.And(where, args)
		sql := findingColumns + "findings_current" + where + " ORDER BY call_id, first_at, rule, id" + byCall
		err := query(ctx, s.Conn, "findings", sql, args, func(rows driver.Rows) error {
			f, err := s.finding(rows)
			if err != nil {
				return err
			}
			if !yield(f, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(timeline.Finding{}, err)
		}
	}
}

// line writes one value as a line of JSON.
func line(w io.Writer, v any) error {
	if err := json.MarshalWrite(w, v, jsontext.EscapeForHTML(true), json.FormatNilSliceAsNull(false)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
