package export

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/timeline"
)

// mostMatches bounds what an id that is too short brings up.
const mostMatches = 200

// Find returns the calls that an id may mean: a call's own id, now or before it
// became part of another, an alias, a session's or a finding's, whole or the
// beginning of it. asked are the forms of the id.
func (s Store) Find(ctx context.Context, asked ...string) ([]timeline.Match, error) {
	for i, a := range asked {
		asked[i] = timeline.Normal(a)
	}
	asked = slices.DeleteFunc(asked, func(a string) bool { return a == "" })
	if len(asked) == 0 {
		return nil, nil
	}
	tenant, args := s.where(false)
	sql := `WITH ? AS asked
SELECT call_id, any(start), argMax(what, exact), max(exact) AS whole FROM (
    SELECT call_id, what, has(asked, lower(value)) AS exact FROM (
        SELECT call_id, 'call id' AS what, call_id AS value FROM calls_current
        UNION ALL SELECT superseded_by, 'former call id', call_id FROM calls FINAL WHERE superseded_by != ''
        UNION ALL SELECT call_id, 'session', session_id FROM sessions_current
        UNION ALL SELECT call_id, 'finding', id FROM findings_current
        UNION ALL SELECT c.call_id, splitByChar(':', alias)[1], substring(alias, position(alias, ':') + 1)
        FROM (SELECT call_id, arrayJoin(alias_keys) AS alias_key FROM calls_current) AS c
        INNER JOIN (
            SELECT alias, alias_key FROM aliases_one WHERE arrayExists(a -> startsWith(lower(substring(alias, position(alias, ':') + 1)), a), asked)
        ) AS a ON c.alias_key = a.alias_key
    ) WHERE arrayExists(a -> startsWith(lower(value), a), asked)
) AS f
INNER JOIN (SELECT call_id, start FROM calls_current WHERE call_id IN (SELECT call_id FROM sessions_current` + tenant + `)) AS c ON f.call_id = c.call_id
GROUP BY call_id ORDER BY whole DESC, call_id LIMIT ` + fmt.Sprint(mostMatches)
	if !s.Scope.OneTenant {
		sql = strings.Replace(sql, " WHERE call_id IN (SELECT call_id FROM sessions_current)", "", 1)
	}
	var out []timeline.Match
	err := query(ctx, s.Conn, "calls", sql, append([]any{asked}, args...), func(rows driver.Rows) error {
		var m timeline.Match
		var start *time.Time
		var exact uint8
		if err := rows.Scan(&m.CallID, &start, &m.What, &exact); err != nil {
			return err
		}
		m.Start, m.Exact, m.What = deref(start), exact == 1, strings.ReplaceAll(m.What, "_", " ")
		out = append(out, m)
		return nil
	})
	return out, err
}

// Near returns the ids of calls that look like one that no call has.
func (s Store) Near(ctx context.Context, asked string) ([]string, error) {
	asked = timeline.Normal(asked)
	if asked == "" || len(asked) > 200 {
		return nil, nil
	}
	from, args := "calls_current", []any{asked, asked}
	if s.Scope.OneTenant {
		from += " WHERE call_id IN (SELECT call_id FROM sessions_current WHERE tenant = ?)"
		args = append(args, s.Scope.Tenant)
	}
	sql := `SELECT call_id FROM (
    SELECT call_id, editDistance(substring(lower(call_id), 1, length(?)), ?) AS away FROM ` + from + `
) WHERE away <= ? ORDER BY away, call_id LIMIT 3`
	var out []string
	err := query(ctx, s.Conn, "calls", sql, append(args, max(len(asked)/3, 1)), func(rows driver.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	})
	return out, err
}
