package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rollcall/ingest/kafka"
)

// Assigned takes up partitions: each is read from the first offset that the
// ledger does not hold. It waits while ClickHouse is away.
func (p *Pipeline) Assigned(ctx context.Context, claims []*kafka.Claim) error {
	byTopic := map[string][]*kafka.Claim{}
	for _, c := range claims {
		byTopic[c.Topic] = append(byTopic[c.Topic], c)
	}
	parts := map[*kafka.Claim]*partition{}
	for topic, claims := range byTopic {
		var epoch uint32
		err := p.retry(ctx, "topics", func() (err error) {
			epoch, err = p.ledger.epochOf(ctx, topic, topicID(claims), claims)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range claims {
			part := &partition{claim: c, topic: topic, epoch: epoch, number: int32(c.Partition)}
			if err := p.retry(ctx, "batches", func() error { return p.position(ctx, part) }); err != nil {
				return err
			}
			if err := p.retry(ctx, "touched", func() error { return p.announceAgain(ctx, part) }); err != nil {
				return err
			}
			parts[c] = part
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parts = parts
	p.giveUp()
	p.held, p.giveUp = context.WithCancel(context.WithoutCancel(ctx))
	return nil
}

// topicID is the same for all claims of a topic but for those whose broker does
// not know it.
func topicID(claims []*kafka.Claim) (id uuid.UUID) {
	for _, c := range claims {
		if c.TopicID != uuid.Nil {
			return c.TopicID
		}
	}
	return id
}

// position sets where a partition is read from and records what will never be
// read of one that is new.
func (p *Pipeline) position(ctx context.Context, part *partition) error {
	c := part.claim
	k, err := p.ledger.read(ctx, part, c.LogStart)
	if err != nil {
		return err
	}
	if k.empty() {
		start, reason := c.LogStart, GapBeforeFirst
		if p.cfg.Kafka.StartAt == kafka.StartLatest {
			start, reason = max(c.Start, c.LogStart), GapStartLatest
		}
		if start > 0 {
			if err := p.ledger.addGap(ctx, part, span{0, start - 1}, reason, time.Now()); err != nil {
				return err
			}
		}
		c.Start = start
		return nil
	}
	part.covered = k.covered
	c.Start = k.start(c.LogStart)
	p.deps.Logger.Info("ingest: partition taken up", "topic", part.topic, "epoch", part.epoch, "partition", part.number,
		"start", c.Start, "committed", c.Committed, "log_start", c.LogStart, "high_water", c.HighWater)
	return nil
}

// Handle records a range of offsets in the current block, and hands the block
// over each time it is full.
func (p *Pipeline) Handle(ctx context.Context, batch *kafka.Batch) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	part := p.parts[batch.Claim]
	if part == nil {
		return fmt.Errorf("ingest: topic %s partition %d was never assigned", batch.Claim.Topic, batch.Claim.Partition)
	}
	if p.current.empty() {
		p.current.begun = time.Now()
		p.arm(p.cfg.FlushInterval)
	}
	records := batch.Records
	for _, s := range (span{batch.First, batch.Last}).subtract(part.covered) {
		for len(records) > 0 && records[0].Offset < s.first {
			p.metrics.Skipped.Inc()
			records = records[1:]
		}
		n := 0
		for n < len(records) && records[n].Offset <= s.last {
			n++
		}
		if err := p.add(ctx, part, s, records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	p.metrics.Skipped.Add(float64(len(records)))
	if ranges := p.current.ranges; len(ranges) > 0 && batch.Dropped > 0 {
		ranges[len(ranges)-1].dropped += uint64(batch.Dropped)
	}
	p.current.commits[part] = batch.Last + 1
	return nil
}

// add records the offsets of a span that is not stored yet. The caller holds mu.
func (p *Pipeline) add(ctx context.Context, part *partition, s span, records []kafka.Record) error {
	r := p.current.open(part, s.first)
	for i := range records {
		p.recorder.record(p.current, r, &records[i])
		if !p.isFull() {
			continue
		}
		next := records[i].Offset + 1
		p.current.commits[part] = next
		if err := p.handOver(ctx); err != nil {
			return err
		}
		p.arm(p.cfg.FlushInterval)
		r = p.current.open(part, next)
	}
	if r.last = s.last; r.last < r.first {
		// The last record filled a block and nothing came after it.
		p.current.dropRange(r)
	}
	return nil
}

func (p *Pipeline) isFull() bool {
	return p.current.messages.rows() >= p.cfg.FlushMessages || p.current.bytes >= p.cfg.FlushBytes
}

// Gap records offsets that no longer exist, but for those that are stored.
func (p *Pipeline) Gap(ctx context.Context, g kafka.Gap) error {
	p.mu.Lock()
	part := p.parts[g.Claim]
	p.mu.Unlock()
	if part == nil {
		return fmt.Errorf("ingest: topic %s partition %d was never assigned", g.Claim.Topic, g.Claim.Partition)
	}
	for _, s := range (span{g.First, g.Last}).subtract(part.covered) {
		if err := p.retry(ctx, "gaps", func() error { return p.ledger.addGap(ctx, part, s, GapRemoved, time.Now()) }); err != nil {
			return err
		}
	}
	return nil
}

// Revoked stores what was handled, for Config.ShutdownGrace at most. What is not
// stored by then is given up: whoever holds the partitions next reads it again.
func (p *Pipeline) Revoked(ctx context.Context, _ []*kafka.Claim) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ShutdownGrace)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	stop := context.AfterFunc(ctx, p.giveUp)
	defer stop()
	stored := true
	if !p.current.empty() {
		if err := p.handOver(ctx); err != nil {
			p.current.reset()
			stored = false
		}
	}
	other := <-p.free // once the writer has put back the block it writes
	p.free <- other
	p.parts = map[*kafka.Claim]*partition{}
	if !stored || ctx.Err() != nil {
		return fmt.Errorf("ingest: ClickHouse did not take all that was read within %v; it will be read again", p.cfg.ShutdownGrace)
	}
	return nil
}

// retry calls f until it succeeds or ctx ends.
func (p *Pipeline) retry(ctx context.Context, what string, f func() error) error {
	pause := p.cfg.RetryMin
	for {
		err := f()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.metrics.Retries.WithLabelValues(what).Inc()
		p.deps.Logger.Warn("ingest: what it stands on does not answer as it should, trying again", "table", what, "pause", pause, "error", err)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, p.cfg.RetryMax)
	}
}
