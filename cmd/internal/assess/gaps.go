package assess

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/consent"
	"rollcall/rules/notice"
)

// gaps are the intervals, by Kafka's time, in which receipts may have been
// lost: recorded gaps and dead letters that were not replayed, on topics that
// carry receipts. The zero value is ready to use.
type gaps struct {
	list []notice.Gap
	read time.Time
}

// lossesSQL is what was lost of each topic.
const lossesSQL = `SELECT topic, ifNull(after_time, toDateTime64(0, 3, 'UTC')) AS first, before_time AS last FROM gaps_one
    UNION ALL SELECT topic, broker_time, broker_time FROM dead_letters_one WHERE replayed_at = toDateTime64(0, 3, 'UTC')`

// lostSQL gives each loss with the apps whose receipts the topic carries. A
// receipt that names no app stands for any. Only topics that lost something are
// searched for receipts: most of the time that is none.
const lostSQL = `SELECT DISTINCT app, first, last FROM (
    ` + lossesSQL + `
) AS lost
INNER JOIN (
    SELECT DISTINCT topic, JSONExtractString(facts, 'participant', 'app_id') AS app FROM events
    WHERE kind = 'rollcall.notice.shown' AND topic GLOBAL IN (SELECT topic FROM (` + lossesSQL + `))
) AS carried ON lost.topic = carried.topic
ORDER BY first, last, app`

// refresh reads the gaps again where they are older than age, and returns
// the alias sets of the calls that were judged under others: those with a miss
// in the exposure of which evidence was lost, as is known only now, or was
// found again by a replay. After a start these are all that a gap touches,
// because nobody knows under which gaps they were judged.
func (g *gaps) refresh(ctx context.Context, conn driver.Conn, clock time.Time, age time.Duration) (touched [][]string, err error) {
	if !g.read.IsZero() && clock.Sub(g.read) < age {
		return nil, nil
	}
	list, err := lost(ctx, conn)
	if err != nil {
		return nil, err
	}
	changed, missing := apart(list, g.list), apart(g.list, list)
	changed = append(changed, missing...)
	for some := range slices.Chunk(changed, gapsAtOnce) {
		more, err := judgedWithin(ctx, conn, some)
		if err != nil {
			return nil, err
		}
		touched = append(touched, more...)
	}
	if g.read.IsZero() || len(missing) > 0 { // a loss that was repaired while nobody looked is in no list
		more, err := keysWhere(ctx, conn, unsure, nil)
		if err != nil {
			return nil, err
		}
		touched = append(touched, more...)
	}
	g.list, g.read = list, clock
	return touched, nil
}

// lost reads the gaps of now.
func lost(ctx context.Context, conn driver.Conn) ([]notice.Gap, error) {
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
	return list, nil
}

// apart returns the gaps of a that b lacks.
func apart(a, b []notice.Gap) []notice.Gap {
	has := make(map[notice.Gap]bool, len(b))
	for _, g := range b {
		has[g] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(g notice.Gap) bool { return has[g] })
}

const (
	// gapsAtOnce bounds the gaps in one query.
	gapsAtOnce = 1000
	// tolerance is more than any policy lets a receipt come before its exposure;
	// a call that is evaluated once too often comes out as it was.
	tolerance = time.Hour
)

// unsure finds the calls of which a loss withheld a judgement.
const unsure = `call_id IN (SELECT call_id FROM obligations_current WHERE reason = '` + notice.ReasonEvidenceGap + `')
    OR call_id IN (SELECT call_id FROM checks_current WHERE rule IN ('` + notice.RuleStale + `', '` + consent.RuleMissing + `', '` + consent.RuleDeclined + `') AND no_evidence > 0)`

// judgedWithin finds the calls with a miss, or one without evidence, in the
// exposure of which one of some gaps falls, or in the tolerance before it; and
// those with a notice that seemed to stay, which may have been taken back then,
// or with an answer that seemed to be missing, or never to be another, anywhere in
// the call.
func judgedWithin(ctx context.Context, conn driver.Conn, some []notice.Gap) ([][]string, error) {
	var first, last []string
	apps := make([]string, 0, len(some))
	for _, g := range some {
		apps = append(apps, g.App)
		first = append(first, strconv.FormatInt(g.First.UnixMilli(), 10))
		last = append(last, strconv.FormatInt(g.Last.Add(tolerance).UnixMilli(), 10))
	}
	return keysWhere(ctx, conn, `call_id IN (SELECT call_id FROM obligations_current WHERE result IN ('missed', 'no_evidence') AND arrayExists(
    (a, f, l) -> (a = '' OR a = app) AND toUnixTimestamp64Milli(assumeNotNull(exposed_at)) <= l
        AND f <= least(ifNull(toUnixTimestamp64Milli(left_at), 9223372036854775807), ifNull(toUnixTimestamp64Milli(episode_end), 9223372036854775807)),
    {apps:Array(String)}, {firsts:Array(Int64)}, {lasts:Array(Int64)}))
OR call_id IN (SELECT call_id FROM findings_current WHERE rule = '`+notice.RuleStale+`' AND arrayExists(
    (a, f, l) -> (a = '' OR a = app) AND toUnixTimestamp64Milli(assumeNotNull(first_at)) <= l AND f <= toUnixTimestamp64Milli(assumeNotNull(detected_at)),
    {apps:Array(String)}, {firsts:Array(Int64)}, {lasts:Array(Int64)}))
OR call_id IN (SELECT call_id FROM findings_current WHERE rule IN ('`+consent.RuleMissing+`', '`+consent.RuleDeclined+`')) AND arrayExists(
    (f, l) -> ifNull(toUnixTimestamp64Milli(start), 0) <= l AND f <= ifNull(toUnixTimestamp64Milli(end), 9223372036854775807),
    {firsts:Array(Int64)}, {lasts:Array(Int64)})`, clickhouse.Parameters{
		"apps": listOf(apps), "firsts": "[" + strings.Join(first, ",") + "]", "lasts": "[" + strings.Join(last, ",") + "]",
	})
}

// keysWhere returns the alias sets of the calls of which a condition holds.
func keysWhere(ctx context.Context, conn driver.Conn, condition string, p clickhouse.Parameters) (touched [][]string, err error) {
	if p != nil {
		ctx = clickhouse.Context(ctx, clickhouse.WithParameters(p))
	}
	rows, err := conn.Query(ctx, "SELECT alias_keys FROM calls_current WHERE "+condition)
	if err != nil {
		return nil, fmt.Errorf("find the calls that lost evidence touches: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var keys []string
		if err := rows.Scan(&keys); err != nil {
			return nil, fmt.Errorf("find the calls that lost evidence touches: %w", err)
		}
		touched = append(touched, keys)
	}
	return touched, rows.Err()
}
