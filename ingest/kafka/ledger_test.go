package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

// patience bounds what a test waits for; a pass takes a fraction of it.
const patience = 3 * time.Minute

// store stands in for the durable ledger that members of a group share.
type store struct {
	mu      sync.Mutex
	next    map[coordinate]int64 // offset after the last stored one
	values  map[coordinate]map[int64]string
	gaps    []string
	dropped int
	changed chan struct{} // closed and replaced at each change
}

func newStore() *store {
	return &store{next: map[coordinate]int64{}, values: map[coordinate]map[int64]string{}, changed: make(chan struct{})}
}

func (s *store) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// await waits until ok, which runs under the lock, holds.
func (s *store) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(patience)
	for {
		s.mu.Lock()
		good, changed := ok(), s.changed
		s.mu.Unlock()
		if good {
			return
		}
		select {
		case <-changed:
		case <-limit:
			s.mu.Lock()
			defer s.mu.Unlock()
			t.Fatalf("waited %v for %s; stored %v, gaps %v", patience, what, s.next, s.gaps)
		}
	}
}

// count is the number of distinct offsets stored.
func (s *store) count() int {
	n := 0
	for _, v := range s.values {
		n += len(v)
	}
	return n
}

// member is a Handler that stores each batch at once and checks what the
// package promises: ranges without holes, nothing after Revoked, no overlap of
// calls.
type member struct {
	t     *testing.T
	store *store
	// ignoreLedger leaves Start as preset.
	ignoreLedger bool
	// hold, if set, is called in Handle before anything is stored.
	hold func(ctx context.Context, b *Batch) error
	// onAssigned, if set, is called in Assigned, after the ledger's say.
	onAssigned func(claims []*Claim)
	// onRevoked, if set, is called in Revoked.
	onRevoked func(claims []*Claim)

	busy    sync.Mutex
	expect  map[*Claim]int64
	revoked map[*Claim]bool

	mu       sync.Mutex
	assigned []*Claim // of the current generation
}

func (m *member) enter() func() {
	if !m.busy.TryLock() {
		m.t.Error("calls of the handler overlap")
		m.busy.Lock()
	}
	return m.busy.Unlock
}

func (m *member) Assigned(_ context.Context, claims []*Claim) error {
	defer m.enter()()
	m.expect, m.revoked = map[*Claim]int64{}, map[*Claim]bool{}
	m.store.update(func() {
		for _, c := range claims {
			if n, ok := m.store.next[coordinate{c.Topic, c.Partition}]; ok && !m.ignoreLedger {
				c.Start = n
			}
		}
	})
	if m.onAssigned != nil {
		m.onAssigned(claims)
	}
	for _, c := range claims {
		m.expect[c] = c.Start
	}
	m.store.update(func() {
		m.mu.Lock()
		m.assigned = claims
		m.mu.Unlock()
	})
	return nil
}

func (m *member) Handle(ctx context.Context, b *Batch) error {
	defer m.enter()()
	c := b.Claim
	if m.revoked[c] {
		m.t.Errorf("batch %d to %d of partition %d after Revoked", b.First, b.Last, c.Partition)
	}
	if b.First != m.expect[c] || b.Last < b.First {
		m.t.Errorf("partition %d: batch %d to %d, expected from %d", c.Partition, b.First, b.Last, m.expect[c])
	}
	m.expect[c] = b.Last + 1
	at := b.First
	for _, r := range b.Records {
		if r.Offset < at || r.Offset > b.Last {
			m.t.Errorf("partition %d: offset %d in batch %d to %d after %d", c.Partition, r.Offset, b.First, b.Last, at)
		}
		at = r.Offset + 1
	}
	if m.hold != nil {
		if err := m.hold(ctx, b); err != nil {
			return err
		}
	}
	m.store.update(func() {
		k := coordinate{c.Topic, c.Partition}
		if m.store.values[k] == nil {
			m.store.values[k] = map[int64]string{}
		}
		for _, r := range b.Records {
			m.store.values[k][r.Offset] = string(r.Value)
		}
		m.store.next[k] = max(m.store.next[k], b.Last+1)
		m.store.dropped += b.Dropped
	})
	if err := c.Commit(b.Last + 1); err != nil {
		m.t.Errorf("commit in Handle: %v", err)
	}
	return nil
}

func (m *member) Gap(_ context.Context, g Gap) error {
	defer m.enter()()
	m.expect[g.Claim] = g.Last + 1
	m.store.update(func() {
		m.store.gaps = append(m.store.gaps, fmt.Sprintf("%s/%d %d-%d", g.Claim.Topic, g.Claim.Partition, g.First, g.Last))
		k := coordinate{g.Claim.Topic, g.Claim.Partition}
		m.store.next[k] = max(m.store.next[k], g.Last+1)
	})
	return nil
}

func (m *member) Revoked(_ context.Context, claims []*Claim) error {
	defer m.enter()()
	for _, c := range claims {
		m.revoked[c] = true
	}
	if m.onRevoked != nil {
		m.onRevoked(claims)
	}
	m.store.update(func() {
		m.mu.Lock()
		m.assigned = nil
		m.mu.Unlock()
	})
	return nil
}

// holds is the sorted partitions of the current generation.
func (m *member) holds() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, c := range m.assigned {
		out = append(out, fmt.Sprintf("%s/%d", c.Topic, c.Partition))
	}
	slices.Sort(out)
	return out
}

// running is a consumer that runs until stop, or the end of the test.
type running struct {
	stop func()
	done chan struct{}
	err  error
}

func (r *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case <-r.done:
		return r.err
	case <-time.After(patience):
		t.Fatal("Run did not return")
		return nil
	}
}

// start runs a consumer with m as its handler.
func start(t *testing.T, cfg Config, m *member) *running {
	t.Helper()
	m.t = t
	c, err := New(cfg, Dependencies{Handler: m, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = c.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

// testLog sends log lines to the test's output.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Logf("%s", b[:len(b)-1])
	return len(b), nil
}

// quick is a configuration with short intervals.
func quick(brokers []string, topics ...string) Config {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Group, cfg.Topics = brokers, "audit", topics
	cfg.HeartbeatInterval = 50 * time.Millisecond
	cfg.SessionTimeout = 6 * time.Second
	cfg.RebalanceTimeout = 10 * time.Second
	cfg.JoinBackoff = 50 * time.Millisecond
	cfg.MaxWait = 50 * time.Millisecond
	cfg.WatchInterval = 100 * time.Millisecond
	cfg.CommitInterval = 20 * time.Millisecond
	return cfg
}

func client(t *testing.T, brokers []string) *Client {
	t.Helper()
	cfg := DefaultClientConfig()
	cfg.Brokers = brokers
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func createTopic(t *testing.T, c *Client, topic string, partitions int) {
	t.Helper()
	if err := c.CreateTopics(t.Context(), TopicSpec{Name: topic, Partitions: partitions}); err != nil {
		t.Fatal(err)
	}
}

// produce writes values, each a message of its own batch if single.
func produce(t *testing.T, c *Client, topic string, partition int, values ...string) []int64 {
	t.Helper()
	msgs := make([]Message, len(values))
	for i, v := range values {
		msgs[i] = Message{Value: []byte(v)}
	}
	offsets, err := c.Produce(t.Context(), DefaultProduceConfig(), topic, partition, msgs)
	if err != nil {
		t.Fatal(err)
	}
	return offsets
}

func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return out
}

// inOrder returns a partition's stored values by offset.
func (s *store) inOrder(topic string, partition int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.values[coordinate{topic, partition}]
	var out []string
	for _, o := range slices.Sorted(maps.Keys(v)) {
		out = append(out, v[o])
	}
	return out
}
