package assess

import (
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A Stretch is the calls of which the id is after From, up to To.
type Stretch struct{ From, To string }

// Stretches hands out stretches of about so many calls, which together are all
// calls of a store, in the order of their ids.
func Stretches(ctx context.Context, conn driver.Conn, size int) iter.Seq2[Stretch, error] {
	return func(yield func(Stretch, error) bool) {
		for s := (Stretch{}); ; s.From = s.To {
			// In the order of the table's key, of which only the beginning is read.
			err := conn.QueryRow(ctx, `SELECT max(call_id) FROM (
    SELECT DISTINCT call_id FROM calls WHERE call_id > `+literal(s.From)+` ORDER BY call_id LIMIT `+strconv.Itoa(size)+`)`).Scan(&s.To)
			if err != nil {
				yield(s, fmt.Errorf("read the ids of calls: %w", err))
				return
			}
			if s.To == "" || !yield(s, nil) {
				return
			}
		}
	}
}

// literal writes a text that comes from outside into a query.
func literal(text string) string { return "unhex('" + hex.EncodeToString([]byte(text)) + "')" }

// within is the condition of the stretch, in any table of results.
func (s Stretch) within() string {
	return "call_id > " + literal(s.From) + " AND call_id <= " + literal(s.To)
}

// calls is the query of the evaluations of the stretch that count.
func (s Stretch) calls(columns string) string {
	return "SELECT " + columns + " FROM calls FINAL WHERE " + s.within() + " AND superseded_by = ''"
}

// current is the condition of the rows of the calls of the stretch that count,
// in a table of results: of all of these calls, or of some.
func (s Stretch) current(some []string) string {
	return s.within() + " AND (call_id, version) GLOBAL IN (" + s.calls("call_id, version") + among(some) + ")" + among(some)
}

// among is the condition that a call is among some; nil: any is.
func among(some []string) string {
	if some == nil {
		return ""
	}
	list := make([]string, len(some))
	for i, id := range some {
		list[i] = literal(id)
	}
	return " AND call_id IN (" + strings.Join(list, ", ") + ")"
}

// startedSince is the condition on calls that started at an instant or later.
func startedSince(since time.Time) string {
	if since.IsZero() {
		return ""
	}
	return fmt.Sprintf(" AND start >= fromUnixTimestamp64Milli(toInt64(%d))", since.UnixMilli())
}
