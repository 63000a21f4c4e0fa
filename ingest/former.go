package ingest

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"rollcall/ingest/kafka"
)

// A reading is messages that are read from their table at once.
type reading struct {
	records []kafka.Record // offset, time and value
	flags   []uint8
	full    bool // there may be more
}

// read reads messages from the beginning of a span: as many as a block holds.
func (r *rebuild) read(ctx context.Context, p *partition, s span) (reading, error) {
	// Rows come in small blocks, so that large messages do not fill the memory.
	ctx = clickhouse.Context(r.ledger.context(ctx), clickhouse.WithSettings(clickhouse.Settings{"max_block_size": 64, "max_threads": 1}))
	rows, err := r.deps.Conn.Query(ctx, `SELECT offset, broker_time, value, flags FROM messages FINAL
WHERE topic = ? AND epoch = ? AND partition = ? AND offset BETWEEN ? AND ? ORDER BY offset LIMIT ?`,
		p.topic, p.epoch, p.number, s.first, s.last, r.cfg.FlushMessages)
	if err != nil {
		return reading{}, err
	}
	defer rows.Close()
	var b reading
	size := 0
	for rows.Next() {
		var m kafka.Record
		var flags uint8
		if err := rows.Scan(&m.Offset, &m.Time, &m.Value, &flags); err != nil {
			return reading{}, err
		}
		m.Time = m.Time.UTC()
		b.records, b.flags = append(b.records, m), append(b.flags, flags)
		if size += len(m.Value); size >= r.cfg.FlushBytes || len(b.records) >= r.cfg.FlushMessages {
			b.full = true
			return b, nil
		}
	}
	return b, rows.Err()
}

// former is what was derived from the messages of a block before.
type former struct {
	events   map[int64][]formerEvent // by offset, by index
	dead     []deadPlace             // not replayed
	replayed map[deadPlace]bool
	reread   map[int64]bool // offsets that were read anew
}

type formerEvent struct {
	idx      uint32
	aliasKey string
	gone     bool // a row without an event
}

// deadPlace is the key of a dead letter within a partition.
type deadPlace struct {
	offset int64
	stage  string
	part   uint32
}

// formerly reads what was derived from a span.
func (r *rebuild) formerly(ctx context.Context, p *partition, s span) (*former, error) {
	ctx = r.ledger.context(ctx)
	f := &former{events: map[int64][]formerEvent{}, replayed: map[deadPlace]bool{}, reread: map[int64]bool{}}
	const where = " FINAL WHERE topic = ? AND epoch = ? AND partition = ? AND offset BETWEEN ? AND ?"
	args := []any{p.topic, p.epoch, p.number, s.first, s.last}
	rows, err := r.deps.Conn.Query(ctx, "SELECT offset, idx, alias_key, event_id = '' FROM events"+where+" ORDER BY offset, idx", args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var offset int64
		var e formerEvent
		if err := rows.Scan(&offset, &e.idx, &e.aliasKey, &e.gone); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		f.events[offset] = append(f.events[offset], e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	dead, err := r.deps.Conn.Query(ctx, "SELECT offset, stage, part, replayed_at != toDateTime64(0, 3, 'UTC') FROM dead_letters"+where+
		" AND stage IN ('"+StageDecode+"', '"+StageEvent+"')", args...)
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	defer dead.Close()
	for dead.Next() {
		var d deadPlace
		var replayed bool
		if err := dead.Scan(&d.offset, &d.stage, &d.part, &replayed); err != nil {
			return nil, fmt.Errorf("read dead letters: %w", err)
		}
		if replayed {
			f.replayed[d] = true
		} else {
			f.dead = append(f.dead, d)
		}
	}
	if err := dead.Err(); err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	return f, nil
}

// settledAtOnce bounds the list in one query.
const settledAtOnce = 500

// settle marks the dead letters as replayed that messages no longer give.
func (r *rebuild) settle(ctx context.Context, b *block, p *partition, old *former) error {
	if r.cfg.Replicated {
		ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_quorum": "auto", "distributed_foreground_insert": 1}))
	}
	stood := map[deadPlace]bool{}
	var list []string
	for i, d := range old.dead {
		stood[d] = true
		if old.reread[d.offset] && !b.placed[d] {
			list = append(list, fmt.Sprintf("(%d, '%s', %d)", d.offset, d.stage, d.part))
			r.did.Read++
		}
		if len(list) < settledAtOnce && i < len(old.dead)-1 || len(list) == 0 {
			continue
		}
		err := r.deps.Conn.Exec(ctx, `INSERT INTO dead_letters (topic, epoch, partition, offset, part, start, stage, reason, detail, raw, length, sha256,
    broker_time, decoder, batch, replayed_at)
SELECT topic, epoch, partition, offset, part, start, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, now64(3, 'UTC')
FROM dead_letters FINAL WHERE topic = ? AND epoch = ? AND partition = ? AND replayed_at = toDateTime64(0, 3, 'UTC')
    AND (offset, stage, part) IN (`+strings.Join(list, ", ")+")", p.topic, p.epoch, p.number)
		if err != nil {
			return err
		}
		list = list[:0]
	}
	for d := range b.placed {
		if !stood[d] {
			r.did.Dead++
		}
	}
	return nil
}
