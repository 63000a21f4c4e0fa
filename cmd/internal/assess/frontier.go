package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/kafka"
)

// A Frontier says up to which instant the evidence is complete, so that lag,
// an outage or a restart turns nothing into a miss (design.md, section 5, fine
// print 8).
type Frontier struct {
	Conn   driver.Conn
	Marks  func(context.Context) ([]kafka.Mark, error)
	Clock  func() time.Time
	latest time.Time
}

type partition struct {
	topic  string
	number int
}

// Now is the wall clock where every partition is stored up to its high-water
// mark, else the smallest of the last broker times of those that lag. It never
// goes back. Where Kafka or the ledger can't be asked it stays where it was.
func (f *Frontier) Now(ctx context.Context) (time.Time, error) {
	wall := f.Clock() // before the marks are asked for: what comes later is after it
	marks, err := f.Marks(ctx)
	if err != nil {
		return f.latest, fmt.Errorf("how far Kafka's partitions reach is not known: %w", err)
	}
	stored, err := f.ledger(ctx)
	if err != nil {
		return f.latest, err
	}
	now := wall
	for _, m := range marks {
		s := stored[partition{m.Topic, m.Partition}]
		if m.HighWater > s.next && s.last.Before(now) {
			now = s.last
		}
	}
	if now.After(f.latest) {
		f.latest = now.UTC().Truncate(time.Millisecond)
	}
	return f.latest, nil
}

// reach is how far a partition is stored.
type reach struct {
	next int64
	last time.Time // broker time
}

func (f *Frontier) ledger(ctx context.Context) (map[partition]reach, error) {
	rows, err := f.Conn.Query(ctx, `SELECT topic, partition, max(b.last) + 1, max(last_time) FROM batches AS b
WHERE (topic, partition, epoch) IN (SELECT topic, partition, max(epoch) FROM batches GROUP BY topic, partition)
GROUP BY topic, partition`)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer rows.Close()
	out := map[partition]reach{}
	for rows.Next() {
		var p partition
		var number int32
		var r reach
		var last *time.Time
		if err := rows.Scan(&p.topic, &number, &r.next, &last); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		p.number, r.last = int(number), deref(last)
		out[p] = r
	}
	return out, rows.Err()
}
