package touched

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"rollcall/ingest/kafka"
)

// Config says how an assessor takes part.
type Config struct {
	// Kafka is how the topic is read, and by which group.
	Kafka kafka.Config
	// Queue is how many messages wait at most to be taken.
	Queue int
}

// NewConfig is that of the assessors beside a group that ingests.
func NewConfig(ingest kafka.Config, topic string) Config {
	c := Config{Kafka: ingest, Queue: 10_000}
	c.Kafka.Group, c.Kafka.Topics, c.Kafka.StartAt = ingest.Group+"-assess", []string{topic}, kafka.StartEarliest
	// Who is left is to know soon that somebody has gone.
	c.Kafka.HeartbeatInterval = min(ingest.HeartbeatInterval, 500*time.Millisecond)
	c.Kafka.JoinBackoff = min(ingest.JoinBackoff, 250*time.Millisecond)
	c.Kafka.CommitInterval = min(ingest.CommitInterval, time.Second)
	c.Kafka.MaxWait = min(ingest.MaxWait, 250*time.Millisecond)
	return c
}

// A Share is a member of the group of assessors: a kafka.Handler that queues what
// it is told until it is taken.
type Share struct {
	*Announcer
	cfg     Config
	log     *slog.Logger
	metrics *Metrics

	mu     sync.Mutex
	room   chan struct{} // closed and made anew when the queue gets shorter
	turn   int           // of the assignment
	ring   Ring
	claims map[int]*kafka.Claim
	fresh  []int // held partitions of which nothing was ever evaluated by the group
	queue  []queued
	next   map[int]int64 // offsets after what was taken, by partition
	wake   func()
}

type queued struct {
	claim *kafka.Claim
	next  int64 // the offset after it
	Message
}

// NewShare returns a share. It does nothing until Run.
func NewShare(cfg Config, a *Announcer, log *slog.Logger, m *Metrics) *Share {
	return &Share{Announcer: a, cfg: cfg, log: log, metrics: m, room: make(chan struct{}), claims: map[int]*kafka.Claim{}, next: map[int]int64{}, wake: func() {}}
}

// Run takes part in the group until ctx ends, and leaves it then at once. wake is
// called when there is something to take; it must return at once.
func (s *Share) Run(ctx context.Context, wake func()) error {
	s.mu.Lock()
	s.wake = wake
	s.mu.Unlock()
	c, err := kafka.New(s.cfg.Kafka, kafka.Dependencies{Handler: (*member)(s), Logger: s.log, Observer: kafka.Observer{
		Lag: func(_ string, partition int, n int64) { s.metrics.lag(partition, n) },
		Generation: func(_ int32, partitions int) {
			if partitions == 0 { // of which a handler is not told
				s.hold(0, nil)
			}
		},
	}})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// Held says which partitions are held, and the number of that assignment: 0 before
// the first. Of the partitions fresh nobody has said yet that anything is evaluated.
func (s *Share) Held() (ring Ring, fresh []int, turn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ring, slices.Clone(s.fresh), s.turn
}

// A Mark says up to where partitions were taken.
type Mark map[*kafka.Claim]int64

// Take removes what is queued. Done, with the mark, says that it is evaluated, and
// all that was taken before.
func (s *Share) Take() ([]Message, Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, q := range s.queue {
		if len(q.Keys) > 0 || q.Gone || q.Judged != nil {
			list = append(list, q.Message)
		}
		if s.claims[q.claim.Partition] == q.claim {
			s.next[q.claim.Partition] = q.next
		}
	}
	s.empty()
	mark := Mark{}
	for p, c := range s.claims {
		mark[c] = s.next[p]
	}
	return list, mark
}

// empty empties the queue. The caller holds mu.
func (s *Share) empty() {
	clear(s.queue)
	s.queue = s.queue[:0]
	close(s.room)
	s.room = make(chan struct{})
}

// Done says that all is evaluated that was taken up to a mark: nobody is told it
// again. What is not held any more comes again elsewhere.
func (s *Share) Done(m Mark) {
	for c, next := range m {
		_ = c.Commit(next)
	}
}

// Marks says how far the partitions reach that are held.
func (s *Share) Marks(ctx context.Context) (map[int]int64, error) {
	marks, err := s.Client.Marks(ctx, []string{s.Topic})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[int]int64{}
	for _, m := range marks {
		if s.claims[m.Partition] != nil {
			out[m.Partition] = m.HighWater
		}
	}
	return out, nil
}

// Reached reports whether all was taken that is below some marks, of the
// partitions that are still held.
func (s *Share) Reached(marks map[int]int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, mark := range marks {
		if s.claims[p] != nil && s.next[p] < mark {
			return false
		}
	}
	return true
}

// member is the Share as kafka.Consumer sees it.
type member Share

// Assigned implements kafka.Handler.
func (m *member) Assigned(ctx context.Context, claims []*kafka.Claim) error {
	s := (*Share)(m)
	marks, err := s.Client.Marks(ctx, []string{s.Topic})
	for ; err != nil; marks, err = s.Client.Marks(ctx, []string{s.Topic}) {
		s.log.Warn("assess: the topic of touched calls can't be asked for, it is tried again", "topic", s.Topic, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
	s.hold(len(marks), claims)
	return nil
}

// hold takes over what is held from now on.
func (s *Share) hold(partitions int, claims []*kafka.Claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims, s.next = map[int]*kafka.Claim{}, map[int]int64{}
	s.ring, s.fresh = Ring{Partitions: partitions}, nil
	s.turn++
	for _, c := range claims {
		s.claims[c.Partition], s.next[c.Partition] = c, c.Start
		s.ring.Held = append(s.ring.Held, c.Partition)
		if c.Committed < 0 || c.Start < c.LogStart {
			s.fresh = append(s.fresh, c.Partition)
		}
	}
	slices.Sort(s.ring.Held)
	s.metrics.held(len(claims))
	s.wake()
}

// Handle implements kafka.Handler. It waits while the queue is full.
func (m *member) Handle(ctx context.Context, b *kafka.Batch) error {
	s := (*Share)(m)
	s.mu.Lock()
	for len(s.queue) >= s.cfg.Queue {
		room := s.room
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-room:
		}
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	for _, r := range b.Records {
		msg, err := decode(r.Key, r.Value)
		if err != nil {
			s.log.Error("assess: a message that names no calls is passed over", "topic", b.Claim.Topic, "partition", b.Claim.Partition, "offset", r.Offset, "error", err)
		}
		s.queue = append(s.queue, queued{b.Claim, r.Offset + 1, msg})
	}
	s.queue = append(s.queue, queued{b.Claim, b.Last + 1, Message{}})
	s.wake()
	return nil
}

// Gap implements kafka.Handler. What was removed before anybody took it is looked
// for in the store: the partition begins anew.
func (m *member) Gap(_ context.Context, g kafka.Gap) error {
	s := (*Share)(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = append(s.fresh, g.Claim.Partition)
	s.turn++
	s.wake()
	return nil
}

// Revoked implements kafka.Handler. What was not taken comes again, to whoever
// holds the partition next. Until that is known its calls stay here: nobody else has
// their deadlines, and evaluating twice is harmless.
func (m *member) Revoked(context.Context, []*kafka.Claim) error {
	s := (*Share)(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.empty()
	return nil
}
