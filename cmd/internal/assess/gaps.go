package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/notice"
)

// gapsAge is how long the gaps that were read are used again.
const gapsAge = 15 * time.Second

// gaps are the intervals, by Kafka's time, in which receipts may have been
// lost: recorded gaps and dead letters that were not replayed, on topics that
// carry receipts. The zero value is ready to use.
type gaps struct {
	list []notice.Gap
	read time.Time
}

// lostSQL gives each loss with the apps whose receipts the topic carries. A
// receipt that names no app stands for any.
const lostSQL = `SELECT DISTINCT app, first, last FROM (
    SELECT topic, ifNull(after_time, toDateTime64(0, 3, 'UTC')) AS first, before_time AS last FROM gaps_one
    UNION ALL SELECT topic, broker_time, broker_time FROM dead_letters_one WHERE replayed_at = toDateTime64(0, 3, 'UTC')
) AS lost
INNER JOIN (
    SELECT DISTINCT topic, JSONExtractString(facts, 'participant', 'app_id') AS app FROM events WHERE kind = 'rollcall.notice.shown'
) AS carried ON lost.topic = carried.topic
ORDER BY first, last, app`

// fetch returns the gaps, at most gapsAge old.
func (g *gaps) fetch(ctx context.Context, conn driver.Conn, clock time.Time) ([]notice.Gap, error) {
	if !g.read.IsZero() && clock.Sub(g.read) < gapsAge {
		return g.list, nil
	}
	rows, err := conn.Query(ctx, lostSQL)
	if err != nil {
		return nil, fmt.Errorf("read what evidence was lost: %w", err)
	}
	defer rows.Close()
	var list []notice.Gap
	for rows.Next() {
		var n notice.Gap
		if err := rows.Scan(&n.App, &n.First, &n.Last); err != nil {
			return nil, fmt.Errorf("read what evidence was lost: %w", err)
		}
		list = append(list, n)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what evidence was lost: %w", err)
	}
	g.list, g.read = list, clock
	return list, nil
}
