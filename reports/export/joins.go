package export

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/schema"
)

// Joins hands out each call with what tells who joined what: whether it is a
// Teams call, its threads, the telephones that an app brought in, and the join
// paths of its sessions by join, then id. Nothing else of a call is set.
func (s Store) Joins(ctx context.Context, yield func(schema.Call)) error {
	where, args := s.where(false)
	sql := `SELECT call_id, c.teams, c.threads, c.additions, join_path, joined_at FROM (SELECT * FROM sessions_current` + where + `) AS s
INNER JOIN (
    SELECT call_id, teams, length(JSONExtractArrayRaw(json, 'additions')) AS additions,
        arrayMap(a -> JSONExtractString(a, 'value'), arrayFilter(a -> JSONExtractString(a, 'kind') = 'thread_id', JSONExtractArrayRaw(json, 'aliases'))) AS threads
    FROM calls_current
) AS c USING (call_id)
ORDER BY call_id, joined_at, session_id`
	var call schema.Call
	err := query(ctx, s.Conn, "who joined what", sql, args, func(rows driver.Rows) error {
		var id, path string
		var teams bool
		var threads []string
		var additions uint64
		var joined *time.Time
		if err := rows.Scan(&id, &teams, &threads, &additions, &path, &joined); err != nil {
			return err
		}
		if id != call.ID {
			if call.ID != "" {
				yield(call)
			}
			call = schema.Call{ID: id, Teams: teams, Additions: make([]schema.CallAddition, additions)}
			for _, t := range threads {
				call.Aliases = append(call.Aliases, schema.Alias{Kind: "thread_id", Value: t})
			}
		}
		call.Sessions = append(call.Sessions, schema.Session{JoinPath: schema.JoinPath(path), Joined: schema.Bound{At: deref(joined)}})
		return nil
	})
	if err == nil && call.ID != "" {
		yield(call)
	}
	return err
}
