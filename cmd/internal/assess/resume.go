package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest"
)

// resume touches what was stored after the newest evaluation began, and the
// calls whose results are not final.
func (l *Live) resume(ctx context.Context) error {
	if l.deps.Outbox != nil {
		if err := l.deps.Outbox.Settle(ctx, nil); err != nil {
			return err
		}
	}
	if l.deps.Share != nil {
		return nil // what is held here is taken over when it is known
	}
	newest, err := newestEvaluation(ctx, l.deps.Conn, "1")
	if err != nil {
		return err
	}
	if !newest.IsZero() {
		l.cursor = ingest.Cursor{From: newest.Add(-resumeMargin)}
		l.directory.since, l.alike.since = l.cursor.From, l.cursor.From
	}
	if err := l.poll(ctx, ingest.Touched); err != nil {
		return err
	}
	rows, err := l.deps.Conn.Query(ctx, `SELECT alias_keys FROM calls_current WHERE end IS NULL
OR call_id IN (SELECT call_id FROM obligations_current WHERE result = 'pending')`)
	if err != nil {
		return fmt.Errorf("find the calls that are not final: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var keys []string
		if err := rows.Scan(&keys); err != nil {
			return fmt.Errorf("find the calls that are not final: %w", err)
		}
		l.Touch(keys)
	}
	return rows.Err()
}

// poll touches what the ledger has that it was not asked for before.
func (l *Live) poll(ctx context.Context, ask func(context.Context, driver.Conn, ingest.Cursor) (ingest.News, ingest.Cursor, bool, error)) error {
	for more := l.leads(); more; {
		news, next, further, err := ask(ctx, l.deps.Conn, l.cursor)
		if err != nil {
			return err
		}
		switch {
		case len(news.AliasKeys) == 0:
		case news.Rebuilt:
			if err := l.again(ctx, [][]string{news.AliasKeys}); err != nil {
				return err
			}
		default:
			l.touch(touch{news.AliasKeys, news.Ranges})
		}
		l.cursor, more = next, further
	}
	return nil
}

// resumeMargin is how long before the newest evaluation's end a block may have
// been stored that it did not see.
const resumeMargin = 10 * time.Minute
