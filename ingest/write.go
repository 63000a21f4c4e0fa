package ingest

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A writer stores blocks. It retries for ever, with a pause that grows to
// Config.RetryMax, until its context ends.
type writer struct {
	cfg     Config
	conn    driver.Conn
	log     *slog.Logger
	metrics *Metrics
	version uint16 // of the decoder
}

// write stores a block: messages, events, aliases and dead letters first, the
// ledger's rows last. An error means that the context has ended; the block's
// ranges are then as if nothing had been written.
//
// Each insert carries a token made of the block's random number, so that a
// repetition after a lost answer leaves no second copy. It is random, and not
// made of the offsets, because ClickHouse would silently swallow a later insert
// of the same offsets too, after rows were deleted or restored.
func (w *writer) write(ctx context.Context, b *block) error {
	begun := time.Now()
	refused, err := w.all(ctx, b, &b.messages.table, allowed)
	if err != nil {
		return err
	}
	w.refuseMessages(b, refused)
	// A message that is not there can't be evidence of an event.
	skip := b.eventsOf(refused)
	b.seal()
	refusedEvents, err := w.all(ctx, b, &b.events.table, allowed, skip...)
	if err != nil {
		return err
	}
	w.refuseEvents(b, refusedEvents)
	for _, t := range []*table{&b.aliases.table, &b.dead.table} {
		if _, err := w.all(ctx, b, t, never); err != nil {
			return err
		}
	}
	b.fillLedger(w.cfg.Writer, w.version)
	if _, err := w.all(ctx, b, &b.ledger.table, never); err != nil {
		return err
	}
	w.metrics.stored(b, time.Since(begun), time.Now())
	return nil
}

// A refusal is a row that ClickHouse does not take for what it holds.
type refusal struct {
	row int
	err error
}

// bisecting tells all which refusals it may bisect.
type bisecting int

const (
	allowed bisecting = iota
	never
)

// all inserts a table's rows but those in skip (sorted), retrying until they are
// stored or refused one by one.
func (w *writer) all(ctx context.Context, b *block, t *table, how bisecting, skip ...int) ([]refusal, error) {
	pause := w.cfg.RetryMin
	for {
		var refused []refusal
		err := w.runs(t.rows(), skip, func(lo, hi int) error { return w.bisect(ctx, b, t, lo, hi, how, &refused) })
		if err == nil {
			w.metrics.Stalled.Set(0)
			return refused, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		w.metrics.Retries.WithLabelValues(t.name).Inc()
		w.metrics.Stalled.Set(1)
		w.log.Warn("ingest: ClickHouse does not take rows, trying again", "table", t.name, "rows", t.rows(), "pause", pause, "error", err)
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		pause = min(2*pause, w.cfg.RetryMax)
	}
}

// runs calls f for each run of rows in [0, n) without those in skip.
func (w *writer) runs(n int, skip []int, f func(lo, hi int) error) error {
	lo := 0
	for _, row := range append(slices.Clip(skip), n) {
		if row > lo {
			if err := f(lo, row); err != nil {
				return err
			}
		}
		lo = row + 1
	}
	return nil
}

// errRefusesMost says that the rows are not what is wrong.
var errRefusesMost = errors.New("ClickHouse refuses so many rows for their content that the table's definition must be wrong; " +
	"run 'rollcall migrate' with this version")

// bisect inserts the rows [lo, hi); where ClickHouse refuses them for what they
// hold, it looks for the rows it means.
func (w *writer) bisect(ctx context.Context, b *block, t *table, lo, hi int, how bisecting, refused *[]refusal) error {
	err := w.insert(ctx, b, t, lo, hi)
	if err == nil || how == never || !refusedForContent(err) {
		return err
	}
	if hi-lo == 1 {
		*refused = append(*refused, refusal{lo, err})
		if n := len(*refused); n > 16 && n > t.rows()/20 {
			return fmt.Errorf("%w: %w", errRefusesMost, err)
		}
		return nil
	}
	mid := lo + (hi-lo)/2
	if err := w.bisect(ctx, b, t, lo, mid, how, refused); err != nil {
		return err
	}
	return w.bisect(ctx, b, t, mid, hi, how, refused)
}

// insert sends the rows [lo, hi) once.
func (w *writer) insert(ctx context.Context, b *block, t *table, lo, hi int) error {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.InsertTimeout)
	defer cancel()
	settings := clickhouse.Settings{
		"insert_deduplicate":         1,
		"insert_deduplication_token": token(b.batch, t.name, lo, hi),
		"async_insert":               0,
		// A block is one part: stored as a whole or not at all.
		"max_insert_block_size":       1 << 21,
		"min_insert_block_size_rows":  0,
		"min_insert_block_size_bytes": 0,
	}
	if w.cfg.Replicated {
		settings["insert_quorum"] = "auto"
		settings["distributed_foreground_insert"] = 1
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(settings))
	err := w.conn.InsertFormat(ctx, "Native", t.insert, t.native(lo, hi))
	if errors.Is(err, clickhouse.ErrFormatNativeUnsupported) {
		return w.insertRows(ctx, t, lo, hi)
	}
	return err
}

func token(batch uint64, name string, lo, hi int) string {
	id := hex.EncodeToString(binary.BigEndian.AppendUint64(nil, batch))
	return id + ":" + name + ":" + strconv.Itoa(lo) + "-" + strconv.Itoa(hi)
}

// insertRows is the way over the native protocol.
func (w *writer) insertRows(ctx context.Context, t *table, lo, hi int) error {
	batch, err := w.conn.PrepareBatch(ctx, t.insert)
	if err != nil {
		return err
	}
	defer batch.Close()
	for i := lo; i < hi; i++ {
		if err := batch.Append(t.row(i)...); err != nil {
			return err
		}
	}
	return batch.Send()
}

// contentCodes are the errors by which ClickHouse says that it is the values
// that it does not take (ErrorCodes.cpp). Anything else is a matter of the
// server's state and is retried.
var contentCodes = map[int32]bool{
	6:   true, // CANNOT_PARSE_TEXT
	26:  true, // CANNOT_PARSE_QUOTED_STRING
	27:  true, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
	38:  true, // CANNOT_PARSE_DATE
	41:  true, // CANNOT_PARSE_DATETIME
	53:  true, // TYPE_MISMATCH
	69:  true, // ARGUMENT_OUT_OF_BOUND
	70:  true, // CANNOT_CONVERT_TYPE
	72:  true, // CANNOT_PARSE_NUMBER
	117: true, // INCORRECT_DATA
	128: true, // TOO_LARGE_ARRAY_SIZE
	131: true, // TOO_LARGE_STRING_SIZE
	190: true, // SIZES_OF_ARRAYS_DONT_MATCH
	321: true, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
	349: true, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
	407: true, // DECIMAL_OVERFLOW
	469: true, // VIOLATED_CONSTRAINT
}

func refusedForContent(err error) bool {
	var exception *clickhouse.Exception
	return errors.As(err, &exception) && contentCodes[exception.Code]
}

// refuseMessages makes dead letters of messages that were refused, with all
// their bytes.
func (w *writer) refuseMessages(b *block, refused []refusal) {
	m := &b.messages
	for _, r := range refused {
		rng := b.rangeOf(r.row)
		w.log.Error("ingest: ClickHouse refuses a message, it becomes a dead letter", "topic", rng.partition.topic,
			"partition", rng.partition.number, "offset", m.offset.at(r.row), "error", r.err)
		rng.dead++
		b.deadLetter(rng.partition, deadLetter{offset: m.offset.at(r.row), stage: StageStore, reason: "refused by the database",
			detail: r.err.Error(), raw: m.value.bytes(r.row), brokerTime: m.brokerTime.value(r.row).(time.Time)}, w.version, w.cfg.MaxMessageBytes)
	}
}

func (w *writer) refuseEvents(b *block, refused []refusal) {
	e, m := &b.events, &b.messages
	for _, r := range refused {
		row := e.message[r.row]
		rng := b.rangeOf(row)
		w.log.Error("ingest: ClickHouse refuses an event, it becomes a dead letter", "topic", rng.partition.topic,
			"partition", rng.partition.number, "offset", m.offset.at(row), "index", e.idx.at(r.row), "error", r.err)
		rng.dead++
		rng.events--
		b.deadLetter(rng.partition, deadLetter{offset: m.offset.at(row), part: int(e.idx.at(r.row)), stage: StageEvent,
			reason: "refused by the database", detail: r.err.Error(), raw: m.value.bytes(row),
			brokerTime: m.brokerTime.value(row).(time.Time)}, w.version, w.cfg.MaxMessageBytes)
	}
}

// rangeOf returns the range that a row of messages belongs to.
func (b *block) rangeOf(row int) *storedRange {
	topic, epoch, partition, offset := string(b.messages.topic.bytes(row)), b.messages.epoch.at(row), b.messages.partition.at(row), b.messages.offset.at(row)
	for _, r := range b.ranges {
		p := r.partition
		if p.topic == topic && p.epoch == epoch && p.number == partition && r.first <= offset && offset <= r.last {
			return r
		}
	}
	return nil
}

// eventsOf returns the rows of events that came from refused messages.
func (b *block) eventsOf(refused []refusal) []int {
	if len(refused) == 0 {
		return nil
	}
	gone := map[int]bool{}
	for _, r := range refused {
		gone[r.row] = true
	}
	var rows []int
	for i, row := range b.events.message {
		if gone[row] {
			rows = append(rows, i)
			b.rangeOf(row).events--
		}
	}
	return rows
}

// sleep waits, or returns the context's error when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
