package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/kafka"
	"rollcall/schema/tables"
)

// RebuildOptions say which messages are read anew. The zero value takes those
// that an older decoder read.
type RebuildOptions struct {
	// Topics limits it to some topics. Default: all.
	Topics []string
	// Since leaves out what was stored in ranges of which every message is older,
	// by Kafka's time.
	Since time.Time
	// All takes what the present decoder read too: after a change of what it is
	// told to leave out, or where rows of events were lost.
	All bool
	// Progress is told how many of the offsets to do are done. Default: nobody is.
	Progress func(done, of int64)
}

// RebuildDependencies are what a rebuild works with; those of a Pipeline of the
// same names.
type RebuildDependencies struct {
	Conn           driver.Conn
	Decoder        Decoder
	DecoderVersion uint16
	Logger         *slog.Logger
}

// Rebuilt says what a rebuild did.
type Rebuilt struct {
	Messages, Events int64
	// Added and Withdrawn count the places in messages that give an event and
	// did not, and the other way round.
	Added, Withdrawn int64
	// Read counts the dead letters that can be read now, Dead those that
	// could be read before.
	Read, Dead int64
	// Left counts the messages with events of an older decoder that came
	// meanwhile: another process still reads with it.
	Left int64
}

// RebuildWriter begins the name of the writer of a range that was read anew.
const RebuildWriter = "rebuild "

// rebuildAttempts is how often a step is tried before the rebuild gives up. It
// can be started again where it stopped.
const rebuildAttempts = 5

// Rebuild reads messages anew from their table and writes the events that the
// decoder finds in them now, block by block, so that memory does not grow with
// the store.
//
// The rows of a message are replaced by one insert: they have the keys of those
// that they replace and a newer decoder, and where the message gives fewer
// events than before, rows without an event say so. No reader sees both. The
// ledger's row of a block is written last. It says what need not be done again
// when a rebuild was interrupted, and it tells those who ask Touched which calls
// are to be evaluated again; a row without an event names the alias set that
// lost one.
//
// Dead letters that can be read are marked as replayed. Messages of which only
// the beginning is kept, or that are no longer stored, keep what they have.
func Rebuild(ctx context.Context, cfg Config, deps RebuildDependencies, o RebuildOptions) (Rebuilt, error) {
	if err := cfg.validateOwn(); err != nil {
		return Rebuilt{}, err
	}
	if cfg.Writer == "" {
		cfg.Writer = defaultWriter()
	}
	cfg.Writer = RebuildWriter + cfg.Writer
	r := rebuild{
		cfg: cfg, deps: deps, options: o, block: newBlock(),
		recorder: recorder{decoder: deps.Decoder, version: deps.DecoderVersion, limit: cfg.MaxMessageBytes},
		ledger:   ledger{conn: deps.Conn, writer: cfg.Writer, replicated: cfg.Replicated},
		writer:   writer{cfg: cfg, conn: deps.Conn, log: deps.Logger, version: deps.DecoderVersion},
	}
	err := r.run(ctx)
	return r.did, err
}

// A rebuild is one run of Rebuild.
type rebuild struct {
	cfg      Config
	deps     RebuildDependencies
	options  RebuildOptions
	recorder recorder
	ledger   ledger
	writer   writer
	block    *block
	begun    time.Time // by ClickHouse's clock
	did      Rebuilt
	done, of int64
}

func (r *rebuild) run(ctx context.Context) error {
	err := r.deps.Conn.QueryRow(r.ledger.context(ctx), "SELECT now64(6, 'UTC')").Scan(&r.begun)
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	parts, err := r.partitions(ctx)
	if err != nil {
		return err
	}
	todo := make([][]span, len(parts))
	for i, p := range parts {
		if todo[i], err = r.stale(ctx, p); err != nil {
			return err
		}
		for _, s := range todo[i] {
			r.of += s.last - s.first + 1
		}
	}
	for i, p := range parts {
		for _, s := range todo[i] {
			if err := r.span(ctx, p, s); err != nil {
				return err
			}
		}
		if err := r.remains(ctx, p); err != nil {
			return err
		}
	}
	return r.left(ctx, parts)
}

// partitions lists what the ledger knows of the topics asked for.
func (r *rebuild) partitions(ctx context.Context) ([]*partition, error) {
	rows, err := r.deps.Conn.Query(r.ledger.context(ctx),
		"SELECT topic, epoch, partition, max(decoder) FROM batches GROUP BY topic, epoch, partition ORDER BY topic, epoch, partition")
	if err != nil {
		return nil, fmt.Errorf("rebuild: read the ledger: %w", err)
	}
	defer rows.Close()
	wanted := map[string]bool{}
	for _, t := range r.options.Topics {
		wanted[t] = true
	}
	seen := map[string]bool{}
	var parts []*partition
	for rows.Next() {
		p := &partition{}
		var newest uint16
		if err := rows.Scan(&p.topic, &p.epoch, &p.number, &newest); err != nil {
			return nil, fmt.Errorf("rebuild: read the ledger: %w", err)
		}
		if newest > r.deps.DecoderVersion {
			return nil, fmt.Errorf("rebuild: events of topic %s were read by decoder %d, this version has %d; run the newer version", p.topic, newest, r.deps.DecoderVersion)
		}
		seen[p.topic] = true
		if len(wanted) == 0 || wanted[p.topic] {
			parts = append(parts, p)
		}
	}
	for _, t := range r.options.Topics {
		if !seen[t] {
			return nil, fmt.Errorf("rebuild: nothing of a topic %q is stored", t)
		}
	}
	return parts, rows.Err()
}

// stale returns the spans of a partition that the present decoder has not read.
func (r *rebuild) stale(ctx context.Context, p *partition) ([]span, error) {
	condition, args := "true", []any{p.topic, p.epoch, p.number}
	if !r.options.Since.IsZero() {
		condition = "(last_time IS NULL OR last_time >= fromUnixTimestamp64Milli(?))"
		args = append(args, r.options.Since.UnixMilli())
	}
	stored, err := r.union(ctx, condition, args...)
	if err != nil || r.options.All {
		return stored, err
	}
	fresh, err := r.union(ctx, "decoder >= ?", p.topic, p.epoch, p.number, r.deps.DecoderVersion)
	if err != nil {
		return nil, err
	}
	var rest []span
	for _, s := range stored {
		rest = append(rest, s.subtract(fresh)...)
	}
	return rest, nil
}

// union returns the offsets of the ledger's rows of a partition that fulfil a
// condition, as few spans as possible, in order.
func (r *rebuild) union(ctx context.Context, condition string, args ...any) ([]span, error) {
	rows, err := r.deps.Conn.Query(r.ledger.context(ctx), `SELECT min(first), max(last) FROM (
    SELECT first, last, sum(opens) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island FROM (
        SELECT first, last,
            first > max(last) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1 AS opens
        FROM batches WHERE topic = ? AND epoch = ? AND partition = ? AND `+condition+`
    )
) GROUP BY island ORDER BY 1`, args...)
	if err != nil {
		return nil, fmt.Errorf("rebuild: read the ledger: %w", err)
	}
	defer rows.Close()
	var all []span
	for rows.Next() {
		var s span
		if err := rows.Scan(&s.first, &s.last); err != nil {
			return nil, fmt.Errorf("rebuild: read the ledger: %w", err)
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// olderSQL finds messages of which an event of an older decoder counts: where
// two members with different decoders read the same offsets, the ledger alone
// does not tell.
const olderSQL = ` FROM events FINAL WHERE topic = ? AND epoch = ? AND partition = ? AND decoder < ? AND event_id != ''
    AND broker_time >= fromUnixTimestamp64Milli(?)
    AND offset IN (SELECT offset FROM messages WHERE topic = ? AND epoch = ? AND partition = ?)`

func (r *rebuild) older(p *partition) []any {
	since := int64(-2208988800000) // before all that is stored
	if !r.options.Since.IsZero() {
		since = r.options.Since.UnixMilli()
	}
	return []any{p.topic, p.epoch, p.number, r.deps.DecoderVersion, since, p.topic, p.epoch, p.number}
}

// remains reads anew what the ledger did not tell of.
func (r *rebuild) remains(ctx context.Context, p *partition) error {
	const atOnce = 1000
	for from := int64(-1); ; {
		rows, err := r.deps.Conn.Query(r.ledger.context(ctx), "SELECT DISTINCT offset"+olderSQL+
			" AND stored_at < fromUnixTimestamp64Micro(?) AND offset > ? ORDER BY offset LIMIT ?",
			append(r.older(p), r.begun.UnixMicro(), from, atOnce)...)
		if err != nil {
			return fmt.Errorf("rebuild: find events of older decoders: %w", err)
		}
		offsets, err := int64sOf(rows)
		if err != nil {
			return fmt.Errorf("rebuild: find events of older decoders: %w", err)
		}
		if len(offsets) == 0 {
			return nil
		}
		s := span{offsets[0], offsets[len(offsets)-1]}
		from = s.last
		r.of += s.last - s.first + 1
		if err := r.span(ctx, p, s); err != nil {
			return err
		}
	}
}

func int64sOf(rows driver.Rows) (all []int64, err error) {
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// left counts what an older decoder has read since the rebuild began.
func (r *rebuild) left(ctx context.Context, parts []*partition) error {
	for _, p := range parts {
		var n uint64
		err := r.deps.Conn.QueryRow(r.ledger.context(ctx), "SELECT uniqExact(offset)"+olderSQL+" AND stored_at >= fromUnixTimestamp64Micro(?)",
			append(r.older(p), r.begun.UnixMicro())...).Scan(&n)
		if err != nil {
			return fmt.Errorf("rebuild: count events of older decoders: %w", err)
		}
		r.did.Left += int64(n)
	}
	return nil
}

// span reads the messages of a span anew, a block at a time.
func (r *rebuild) span(ctx context.Context, p *partition, s span) error {
	for s.first <= s.last {
		var last int64
		var err error
		for attempt := 1; ; attempt++ {
			before := r.did
			if last, err = r.one(ctx, p, s); err == nil {
				break
			}
			r.did = before
			if ctx.Err() != nil || attempt == rebuildAttempts {
				return fmt.Errorf("rebuild: topic %s, partition %d, from offset %d: %w; run it again, it goes on from there", p.topic, p.number, s.first, err)
			}
			r.deps.Logger.Warn("rebuild: a block is tried again", "topic", p.topic, "partition", p.number, "offset", s.first, "error", err)
			if err := sleep(ctx, r.cfg.RetryMin<<attempt); err != nil {
				return err
			}
		}
		r.done += last - s.first + 1
		s.first = last + 1
		if r.options.Progress != nil {
			r.options.Progress(r.done, r.of)
		}
	}
	return nil
}

// one does one block from the beginning of a span, and returns its last offset.
func (r *rebuild) one(ctx context.Context, p *partition, s span) (last int64, err error) {
	messages, err := r.read(ctx, p, s)
	if err != nil {
		return 0, fmt.Errorf("read messages: %w", err)
	}
	last = s.last
	if messages.full {
		last = messages.records[len(messages.records)-1].Offset
	}
	s.last = last
	old, err := r.formerly(ctx, p, s)
	if err != nil {
		return 0, err
	}
	b := r.block
	b.reset()
	rng := &storedRange{partition: p, first: s.first, last: s.last}
	b.ranges = append(b.ranges, rng)
	b.replayed, b.placed = old.replayed, map[deadPlace]bool{}
	for i := range messages.records {
		r.message(b, rng, &messages.records[i], messages.flags[i], old)
	}
	rng.dropped = uint64(s.last-s.first+1) - rng.messages
	return last, r.write(ctx, b, p, s, old)
}

// message reads one message anew.
func (r *rebuild) message(b *block, rng *storedRange, m *kafka.Record, flags uint8, old *former) {
	rng.messages++
	rng.bytes += uint64(len(m.Value))
	if m.Time.UnixMilli() != 0 { // what could not be stored
		rng.seen(m.Time)
	}
	r.did.Messages++
	if flags&tables.FlagTooLong != 0 {
		return // only its beginning is there: its dead letter stands
	}
	before, row := b.events.rows(), b.messages.rows()
	b.messages.topic.add(rng.partition.topic)
	b.messages.epoch.add(rng.partition.epoch)
	b.messages.partition.add(rng.partition.number)
	b.messages.offset.add(m.Offset)
	b.messages.brokerTime.add(m.Time)
	b.messages.value.addBytes(m.Value)
	if flags&tables.FlagNullValue == 0 {
		read := r.deps.Decoder.Decode(m.Value)
		r.recorder.derive(b, rng, m, row, &read)
	}
	r.did.Events += int64(b.events.rows() - before)
	old.reread[m.Offset] = true
	r.withdraw(b, rng.partition, m, row, before, old.events[m.Offset])
}

// withdraw adds rows without an event: one in the place of each event that is no
// longer read, and one more for each alias set that an event has left.
func (r *rebuild) withdraw(b *block, p *partition, m *kafka.Record, row, before int, old []formerEvent) {
	e := &b.events
	keys := map[uint32]string{} // alias keys of the events that are read now
	free := uint32(0)
	for i := before; i < e.rows(); i++ {
		keys[e.idx.at(i)] = string(e.aliasKey.bytes(i))
		free = max(free, e.idx.at(i)+1)
	}
	told := map[string]bool{} // alias keys that a row without an event names
	for _, o := range old {
		free = max(free, o.idx+1)
		if _, is := keys[o.idx]; o.gone && !is {
			told[o.aliasKey] = true
		}
	}
	had := 0
	for _, o := range old {
		key, is := keys[o.idx]
		switch {
		case o.gone:
		case !is:
			b.withdrawn(p, m, row, o.idx, o.aliasKey, r.deps.DecoderVersion)
			told[o.aliasKey] = true
			r.did.Withdrawn++
		default:
			had++
			if o.aliasKey != key && o.aliasKey != "" && !told[o.aliasKey] {
				b.withdrawn(p, m, row, free, o.aliasKey, r.deps.DecoderVersion)
				told[o.aliasKey] = true
				free++
			}
		}
	}
	r.did.Added += int64(len(keys) - had)
}

// write stores a block: events and aliases, dead letters, the ledger's row last.
func (r *rebuild) write(ctx context.Context, b *block, p *partition, s span, old *former) error {
	refused, err := r.insert(ctx, b, &b.events.table, allowed)
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	r.did.Events -= int64(len(refused))
	r.writer.refuseEvents(b, refused)
	b.seal()
	if _, err := r.insert(ctx, b, &b.aliases.table, never); err != nil {
		return fmt.Errorf("write aliases: %w", err)
	}
	if _, err := r.insert(ctx, b, &b.dead.table, never); err != nil {
		return fmt.Errorf("write dead letters: %w", err)
	}
	if err := r.settle(ctx, b, p, old); err != nil {
		return fmt.Errorf("mark dead letters as replayed: %w", err)
	}
	b.fillLedger(r.cfg.Writer, r.deps.DecoderVersion)
	if _, err := r.insert(ctx, b, &b.ledger.table, never); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

func (r *rebuild) insert(ctx context.Context, b *block, t *table, how bisecting) (refused []refusal, err error) {
	if t.rows() == 0 {
		return nil, nil
	}
	return refused, r.writer.bisect(ctx, b, t, 0, t.rows(), how, &refused)
}
