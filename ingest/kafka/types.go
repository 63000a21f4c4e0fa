package kafka

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Header is a record's header. AMQP producers of Event Hubs encode values as
// AMQP primitives, so nothing may depend on them.
type Header struct {
	Key   string
	Value []byte
}

// Record is one message. Key and Value are nil where the producer gave none; a
// nil value is a tombstone.
type Record struct {
	Offset int64
	// Time is the producer's, or the broker's where the topic is set to
	// log-append time; UTC, milliseconds. Zero where the format has none.
	Time       time.Time
	Key, Value []byte
	Headers    []Header
	// Unreadable says why a record batch could not be read: it decompresses to
	// too much. The record then stands for all offsets of the batch from its own
	// on, and Value is the batch as the broker has it.
	Unreadable string
}

// Batch is a contiguous range of one partition's offsets. It and what it points
// to are valid until Handle returns.
type Batch struct {
	// Claim is the assignment it was read under; commit through it.
	Claim *Claim
	// First and Last are the offsets covered, inclusive. A range begins where
	// the last one ended and includes offsets without a record.
	First, Last int64
	// Records are in order of offsets; there may be none.
	Records []Record
	// HighWater is the offset that the next message gets, as of this fetch.
	HighWater int64
	// Stable is the offset of the first undecided transaction, or HighWater.
	// Nothing from it on can be read yet.
	Stable int64
	// LogStart is the first offset the partition still has, -1 where the
	// broker does not say.
	LogStart int64
	// Dropped counts control records and records of aborted transactions.
	Dropped int
	// Bytes is the size on the wire.
	Bytes int
}

// Gap is a range of offsets, inclusive, that retention or a deletion removed
// before they were read.
type Gap struct {
	Claim       *Claim
	First, Last int64
}

// Claim is one partition held by this member during one generation of its group.
type Claim struct {
	Topic string
	// TopicID tells a topic from an earlier one of the same name. Zero where
	// the broker has no topic ids (before Kafka 2.8, perhaps Event Hubs).
	TopicID    uuid.UUID
	Partition  int
	Generation int32
	// Committed is the group's committed offset, -1 where there is none.
	Committed int64
	// LogStart and HighWater are the partition's bounds as of the assignment.
	LogStart, HighWater int64
	// Start is where reading begins: preset from Committed and
	// Config.StartAt, to be set by Handler.Assigned from its ledger. Where it
	// lies below LogStart the difference is reported as a Gap.
	Start int64

	gen *generation
}

// Commit lets the group's committed offset become next, the offset after the
// last one that is durable. It does not wait: offsets are sent every
// Config.CommitInterval and at the end of the generation. After that it returns
// ErrRevoked. It may be called from any goroutine.
func (c *Claim) Commit(next int64) error { return c.gen.commit(c, next) }

// Handler takes what a Consumer reads. Calls never overlap and come from one
// goroutine in a generation; contexts end when the generation does, or the
// consumer.
type Handler interface {
	// Assigned is told the partitions of a new generation, all at once, and
	// sets each claim's Start. It may block while its ledger is away. An error
	// ends Run, unless the context has ended.
	Assigned(ctx context.Context, claims []*Claim) error
	// Handle takes a range of offsets. It may keep what it made of it and
	// store that later, and must call Claim.Commit only once it is durable. It
	// may block: that stops the fetching and not the heartbeats. An error ends
	// Run, unless the context has ended.
	Handle(ctx context.Context, b *Batch) error
	// Gap takes offsets that no longer exist, in order with the batches.
	Gap(ctx context.Context, g Gap) error
	// Revoked follows each Assigned that returned nil, when the generation
	// ends: the last chance to store what was handled and to commit. Nothing
	// is delivered for these claims afterwards. The context's deadline is the
	// group's patience; an error is logged.
	Revoked(ctx context.Context, claims []*Claim) error
}

// Observer is told figures for metrics; nil functions are left out. They are
// called from several goroutines and must return at once.
type Observer struct {
	// Fetched counts records delivered, those dropped (control records and
	// aborted transactions) and bytes on the wire.
	Fetched func(topic string, partition, records, dropped, bytes int)
	// Lag is the distance from what was handed over to the high-water mark.
	Lag func(topic string, partition int, offsets int64)
	// Gap counts offsets that were removed before they were read.
	Gap func(topic string, partition int, offsets int64)
	// Generation is called at the beginning of each, with the number of
	// partitions held.
	Generation func(id int32, partitions int)
	// Failed is called for every failure that is being retried.
	Failed func(err error)
	// Throttled adds up the delays that brokers imposed.
	Throttled func(d time.Duration)
}
