package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"rollcall/ingest/kafka"
)

// A span is a range of offsets, both ends included.
type span struct{ first, last int64 }

// subtract returns the parts of s that are in none of covered, which are in
// order and do not touch.
func (s span) subtract(covered []span) []span {
	var rest []span
	for _, c := range covered {
		if c.last < s.first {
			continue
		}
		if c.first > s.last {
			break
		}
		if c.first > s.first {
			rest = append(rest, span{s.first, c.first - 1})
		}
		s.first = c.last + 1
		if s.first > s.last {
			return rest
		}
	}
	return append(rest, s)
}

// Reasons of gaps.
const (
	// GapRemoved: retention or a deletion removed the offsets before they were
	// read.
	GapRemoved = "removed"
	// GapBeforeFirst: they were gone before the partition was first read.
	GapBeforeFirst = "before_first_read"
	// GapStartLatest: the configuration says to begin at the latest offset.
	GapStartLatest = "start_at_latest"
)

// A ledger reads and writes what is known of ranges of offsets.
type ledger struct {
	conn       driver.Conn
	writer     string
	replicated bool
}

// context makes reads see what any member has written, on a cluster too.
func (l *ledger) context(ctx context.Context) context.Context {
	if !l.replicated {
		return ctx
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"select_sequential_consistency": 1, "insert_quorum": "auto",
	}))
}

// epochOf returns which re-creation of a topic is being read, and makes a new
// one where Kafka's topic is not the one that the ledger knows: it has another
// id, or it ends before what was stored of it. An id that is not known (zero)
// compares equal.
//
// Members that see the same new topic make the same row. The epochs of a topic
// are not compared further back: an id that was replaced never returns.
func (l *ledger) epochOf(ctx context.Context, topic string, id uuid.UUID, claims []*kafka.Claim) (uint32, error) {
	ctx = l.context(ctx)
	epoch, stored, known, err := l.newest(ctx, topic)
	if err != nil {
		return 0, err
	}
	current := ""
	if id != uuid.Nil {
		current = id.String()
	}
	if !known {
		return 0, l.addEpoch(ctx, topic, 0, current, "first seen")
	}
	if stored != "" && current != "" && stored != current {
		return epoch + 1, l.addEpoch(ctx, topic, epoch+1, current, "the topic has another id")
	}
	ends, err := l.ends(ctx, topic, epoch)
	if err != nil {
		return 0, err
	}
	for _, c := range claims {
		if end, ok := ends[int32(c.Partition)]; ok && end > c.HighWater {
			return epoch + 1, l.addEpoch(ctx, topic, epoch+1, current,
				fmt.Sprintf("partition %d ends at %d, but was stored up to %d", c.Partition, c.HighWater, end))
		}
	}
	if stored == "" && current != "" {
		return epoch, l.addEpoch(ctx, topic, epoch, current, "the broker tells ids now")
	}
	return epoch, nil
}

// newest returns the newest epoch of a topic and its id.
func (l *ledger) newest(ctx context.Context, topic string) (epoch uint32, id string, known bool, err error) {
	rows, err := l.conn.Query(ctx, "SELECT epoch, max(topic_id) FROM topics WHERE topic = ? GROUP BY epoch ORDER BY epoch DESC LIMIT 1", topic)
	if err != nil {
		return 0, "", false, err
	}
	defer rows.Close()
	for rows.Next() {
		known = true
		if err := rows.Scan(&epoch, &id); err != nil {
			return 0, "", false, err
		}
	}
	return epoch, id, known, rows.Err()
}

func (l *ledger) addEpoch(ctx context.Context, topic string, epoch uint32, id, reason string) error {
	return l.conn.Exec(ctx, "INSERT INTO topics (topic, epoch, topic_id, reason) VALUES (?, ?, ?, ?)", topic, epoch, id, reason)
}

// ends returns, for each partition of a topic, the offset after the last one
// that is stored.
func (l *ledger) ends(ctx context.Context, topic string, epoch uint32) (map[int32]int64, error) {
	rows, err := l.conn.Query(ctx, "SELECT partition, max(last) + 1 FROM batches WHERE topic = ? AND epoch = ? GROUP BY partition", topic, epoch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ends := map[int32]int64{}
	for rows.Next() {
		var partition int32
		var end int64
		if err := rows.Scan(&partition, &end); err != nil {
			return nil, err
		}
		ends[partition] = end
	}
	return ends, rows.Err()
}

// known is what the ledger holds of a partition: the spans that are stored or
// recorded gaps, as far as they reach the log's start, and the end of what lies
// below it.
type known struct {
	covered []span
	below   int64 // the offset after the last one known below the log's start; 0: none
}

// The union of ranges is made by the server: a ledger has a row for each flush.
const coveredQuery = `SELECT min(first), max(last) FROM (
    SELECT first, last, sum(opens) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island FROM (
        SELECT first, last,
            first > max(last) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1 AS opens
        FROM (
            SELECT first, last FROM batches WHERE topic = @topic AND epoch = @epoch AND partition = @partition AND last >= @start
            UNION ALL
            SELECT first, last FROM gaps WHERE topic = @topic AND epoch = @epoch AND partition = @partition AND last >= @start
        )
    )
) GROUP BY island ORDER BY 1`

const belowQuery = `SELECT max(last) FROM (
    SELECT last FROM batches WHERE topic = @topic AND epoch = @epoch AND partition = @partition AND last < @start
    UNION ALL
    SELECT last FROM gaps WHERE topic = @topic AND epoch = @epoch AND partition = @partition AND last < @start
) HAVING count() > 0`

// read returns what is known of a partition from the log's start on.
func (l *ledger) read(ctx context.Context, p *partition, logStart int64) (known, error) {
	ctx = l.context(ctx)
	args := []any{clickhouse.Named("topic", p.topic), clickhouse.Named("epoch", p.epoch),
		clickhouse.Named("partition", p.number), clickhouse.Named("start", logStart)}
	var k known
	rows, err := l.conn.Query(ctx, coveredQuery, args...)
	if err != nil {
		return known{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var s span
		if err := rows.Scan(&s.first, &s.last); err != nil {
			return known{}, err
		}
		k.covered = append(k.covered, s)
	}
	if err := rows.Err(); err != nil {
		return known{}, err
	}
	below, err := l.conn.Query(ctx, belowQuery, args...)
	if err != nil {
		return known{}, err
	}
	defer below.Close()
	for below.Next() {
		var last int64
		if err := below.Scan(&last); err != nil {
			return known{}, err
		}
		k.below = last + 1
	}
	return k, below.Err()
}

// start returns the first offset that is not known. It lies below the log's
// start where offsets were removed that had not been read.
func (k known) start(logStart int64) int64 {
	if len(k.covered) > 0 && k.covered[0].first <= logStart {
		return max(k.covered[0].last+1, logStart)
	}
	if k.below > 0 {
		return k.below
	}
	return logStart
}

func (k known) empty() bool { return len(k.covered) == 0 && k.below == 0 }

// addGap records a gap. Its messages came after the last one stored before it,
// and before now.
func (l *ledger) addGap(ctx context.Context, p *partition, s span, reason string, now time.Time) error {
	ctx = l.context(ctx)
	var after *time.Time
	rows, err := l.conn.Query(ctx, `SELECT broker_time FROM messages WHERE topic = ? AND epoch = ? AND partition = ? AND offset < ?
		ORDER BY offset DESC LIMIT 1`, p.topic, p.epoch, p.number, s.first)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		after = new(time.Time)
		if err := rows.Scan(after); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	batch, err := l.conn.PrepareBatch(ctx, "INSERT INTO gaps (topic, epoch, partition, first, last, reason, after_time, before_time, writer)")
	if err != nil {
		return err
	}
	defer batch.Close()
	if err := batch.Append(p.topic, p.epoch, p.number, s.first, s.last, reason, after, now.UTC(), l.writer); err != nil {
		return err
	}
	return batch.Send()
}
