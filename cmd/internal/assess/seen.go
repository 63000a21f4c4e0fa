package assess

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A Sight is how many obligations of an app could be seen while their calls went
// on: only of these anybody can be alerted in time.
type Sight struct {
	Tenant, App string
	// Obligations are those that apply to users in custom apps, with those that
	// came to nothing. Of Live, evidence of the session and of the capture came
	// while the call went on; of the others one of them did not, or neither.
	Obligations, Live, NoSession, NoCapture, Neither uint64
}

// Kinds of events that tell while a call goes on who is in it, and what is captured.
const (
	tellSessions = `(e.kind IN ('Microsoft.Communication.CallParticipantAdded', 'Microsoft.Communication.ParticipantsUpdated', 'rollcall.session.joined')
        OR e.source = 'graph' AND e.kind = 'callEvent')`
	tellCaptures = `(e.kind IN ('Microsoft.Communication.RecordingStateChanged', 'Microsoft.Communication.TranscriptionStarted', 'Microsoft.Communication.TranscriptionResumed', 'rollcall.capture.signalled')
        OR e.source = 'graph' AND e.kind = 'chatMessage')`
)

// SeenLive tells, by tenant and app, of which obligations whose exposure began in
// an interval there was evidence before the call was over, by Kafka's time.
func SeenLive(ctx context.Context, conn driver.Conn, from, to time.Time) (list []Sight, err error) {
	err = each(ctx, conn, "what was seen live", `WITH o AS (
    SELECT call_id, tenant, app, count() AS n FROM obligations_current
    WHERE result != 'not_applicable' AND exposed_at >= fromUnixTimestamp64Milli(toInt64(?)) AND exposed_at < fromUnixTimestamp64Milli(toInt64(?))
    GROUP BY call_id, tenant, app
), e AS (
    SELECT k.call_id AS call_id, max(`+tellSessions+`) AS session, max(`+tellCaptures+`) AS capture
    FROM events AS e INNER JOIN (
        SELECT call_id, end, arrayJoin(alias_keys) AS alias_key FROM calls_current WHERE call_id IN (SELECT call_id FROM o)
    ) AS k ON e.alias_key = k.alias_key
    WHERE e.broker_time < ifNull(k.end, now64(3)) AND (`+tellSessions+" OR "+tellCaptures+`)
    GROUP BY k.call_id
)
SELECT o.tenant, o.app, sum(o.n), sumIf(o.n, e.session = 1 AND e.capture = 1), sumIf(o.n, e.session = 0 AND e.capture = 1),
    sumIf(o.n, e.session = 1 AND e.capture = 0), sumIf(o.n, e.session = 0 AND e.capture = 0)
FROM o LEFT JOIN e ON o.call_id = e.call_id GROUP BY o.tenant, o.app ORDER BY o.tenant, o.app`,
		[]any{from.UnixMilli(), to.UnixMilli()}, func(rows driver.Rows) error {
			var s Sight
			err := rows.Scan(&s.Tenant, &s.App, &s.Obligations, &s.Live, &s.NoSession, &s.NoCapture, &s.Neither)
			list = append(list, s)
			return err
		})
	return list, err
}
