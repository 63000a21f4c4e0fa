package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"
)

// Reasons to end a generation that are no failures.
var (
	errRejoin  = errors.New("the partitions of a topic changed")
	errRegroup = errors.New("the set of existing topics changed")
)

// generation is this member's part in one generation of the group: its claims,
// the goroutines that fetch them, and the one that hands them over.
type generation struct {
	c      *Consumer
	gen    *kafkago.Generation
	claims []*Claim
	parts  []*part
	found  layout // the cluster as of the claims' bounds

	deliver chan *response
	refresh chan struct{} // asks for new metadata; holds at most one
	memory  sync.Pool     // of *response
	failing atomic.Int32  // leadership failures since the last good fetch

	mu       sync.Mutex
	fetchers map[int32]chan struct{} // by broker: wakes its fetcher
	pending  map[*Claim]int64        // commits not yet sent
	revoked  bool
	sending  sync.Mutex // one commit at a time, so that none overtakes
}

// part is a claim's state of fetching.
type part struct {
	claim  *Claim
	leader int32 // -1: to be found; guarded by generation.mu
	// pos is the next offset to ask for. Only the leader's fetcher uses it;
	// the change of leader under mu hands it on.
	pos     int64
	key     string // for log lines
	corrupt int    // times in a row that the batch at pos could not be read
}

func newGeneration(c *Consumer, gen *kafkago.Generation) *generation {
	g := &generation{
		c: c, gen: gen,
		deliver:  make(chan *response),
		refresh:  make(chan struct{}, 1),
		fetchers: map[int32]chan struct{}{},
		pending:  map[*Claim]int64{},
	}
	g.memory.New = func() any { return new(response) }
	for topic, assigned := range gen.Assignments {
		for _, a := range assigned {
			g.claims = append(g.claims, &Claim{
				Topic: topic, Partition: a.ID, Generation: gen.ID, Committed: max(a.Offset, -1), gen: g,
			})
		}
	}
	return g
}

// run works until the generation (alive) or the consumer (ctx) ends, which is
// nil, or until it has a reason of its own.
func (g *generation) run(ctx, alive context.Context) error {
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(alive, cancel)
	defer stop()

	g.c.log.Info("kafka: generation begins", "group", g.gen.GroupID, "generation", g.gen.ID, "partitions", len(g.claims))
	if f := g.c.observe.Generation; f != nil {
		f(g.gen.ID, len(g.claims))
	}
	if len(g.claims) > 0 {
		if !g.locate(work) {
			return nil
		}
		if err := g.c.handler.Assigned(work, g.claims); err != nil {
			if work.Err() != nil {
				return nil
			}
			return fmt.Errorf("taking up partitions: %w", err)
		}
		defer g.end(ctx)
	}
	if err := g.position(work); err != nil {
		return err
	}

	tasks, tctx := errgroup.WithContext(work)
	tasks.Go(func() error { return g.follow(tctx, tasks) })
	tasks.Go(func() error { g.sendCommits(tctx); return nil })
	g.lead(tctx, g.found, tasks)
	handled := g.hand(tctx)
	cancel()
	if err := tasks.Wait(); err != nil && handled == nil {
		return err
	}
	return handled
}

// locate fills in the claims' bounds, retrying until ctx ends (false).
func (g *generation) locate(ctx context.Context) bool {
	coords := make([]coordinate, len(g.claims))
	for i, cl := range g.claims {
		coords[i] = coordinate{cl.Topic, cl.Partition}
	}
	for delay := minBackoff; ; delay = min(2*delay, maxBackoff) {
		l, err := g.c.client.layout(ctx, g.c.cfg.Topics)
		var b map[coordinate]bounds
		if err == nil {
			b, err = g.c.client.bounds(ctx, l, coords)
		}
		if ctx.Err() != nil {
			return false
		}
		g.c.states.report("positions", err)
		if err == nil {
			for i, cl := range g.claims {
				at := b[coords[i]]
				cl.TopicID, cl.LogStart, cl.HighWater = l[cl.Topic].id, at.start, at.end
				cl.Start = g.c.startOf(cl)
				g.parts = append(g.parts, &part{
					claim: cl, leader: -1, key: fmt.Sprintf("topic %s partition %d", cl.Topic, cl.Partition),
				})
			}
			g.found = l
			return true
		}
		if pause(ctx, delay) != nil {
			return false
		}
	}
}

// startOf presets where reading begins.
func (c *Consumer) startOf(cl *Claim) int64 {
	switch {
	case cl.Committed >= 0:
		return cl.Committed
	case c.cfg.StartAt == StartLatest && cl.TopicID == c.known[cl.Topic].id && cl.Partition < len(c.known[cl.Topic].leaders):
		return cl.HighWater
	}
	return cl.LogStart
}

// position sets where each claim is read from, after Assigned had its say.
func (g *generation) position(ctx context.Context) error {
	for _, p := range g.parts {
		cl := p.claim
		p.pos = cl.Start
		if p.pos < cl.LogStart {
			if err := g.gap(ctx, cl, p.pos, cl.LogStart-1); err != nil {
				return err
			}
			p.pos = cl.LogStart
		}
		if cl.Committed < 0 && g.c.cfg.StartAt == StartLatest {
			// Without this, the next generation would begin at what is the
			// latest offset then, and skip what arrives in between.
			_ = g.commit(cl, p.pos)
		}
	}
	g.flushCommits()
	return nil
}

// hand gives what was fetched to the handler, from this goroutine alone.
func (g *generation) hand(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case r := <-g.deliver:
			if err := g.handResponse(ctx, r); err != nil {
				return err
			}
			g.memory.Put(r)
		}
	}
}

func (g *generation) handResponse(ctx context.Context, r *response) error {
	if r.gap != nil {
		return g.gap(ctx, r.gap.Claim, r.gap.First, r.gap.Last)
	}
	for i := range r.batches {
		b := &r.batches[i]
		if ctx.Err() != nil {
			return nil // the generation has ended: these are another member's
		}
		if err := g.c.handler.Handle(ctx, b); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("topic %s partition %d offsets %d to %d: %w", b.Claim.Topic, b.Claim.Partition, b.First, b.Last, err)
		}
		if f := g.c.observe.Fetched; f != nil {
			f(b.Claim.Topic, b.Claim.Partition, len(b.Records), b.Dropped, b.Bytes)
		}
		if f := g.c.observe.Lag; f != nil {
			f(b.Claim.Topic, b.Claim.Partition, max(b.HighWater-b.Last-1, 0))
		}
	}
	return nil
}

func (g *generation) gap(ctx context.Context, cl *Claim, first, last int64) error {
	g.c.log.Error("kafka: offsets were removed before they were read",
		"topic", cl.Topic, "partition", cl.Partition, "first", first, "last", last)
	if f := g.c.observe.Gap; f != nil {
		f(cl.Topic, cl.Partition, last-first+1)
	}
	if err := g.c.handler.Gap(ctx, Gap{Claim: cl, First: first, Last: last}); err != nil && ctx.Err() == nil {
		return fmt.Errorf("topic %s partition %d gap %d to %d: %w", cl.Topic, cl.Partition, first, last, err)
	}
	return nil
}

// end gives the handler its last word and sends the last commits, while the
// group waits for this member.
func (g *generation) end(ctx context.Context) {
	limit := g.c.cfg.RebalanceTimeout - 2*g.c.cfg.HeartbeatInterval
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	beating := make(chan struct{})
	beat, still := context.WithCancel(last)
	go func() {
		defer close(beating)
		g.keepAlive(beat)
	}()
	if err := g.c.handler.Revoked(last, g.claims); err != nil {
		g.c.log.Warn("kafka: giving up partitions", "generation", g.gen.ID, "error", err)
	}
	still()
	<-beating
	g.flushCommits()
	g.mu.Lock()
	g.revoked = true
	g.mu.Unlock()
	g.c.log.Info("kafka: generation ended", "group", g.gen.GroupID, "generation", g.gen.ID)
}

// keepAlive sends heartbeats in place of kafka-go, which stops them when a
// generation ends: without them the session would be over before the rebalance
// timeout, and the last commits refused.
func (g *generation) keepAlive(ctx context.Context) {
	for pause(ctx, g.c.cfg.HeartbeatInterval) == nil {
		_, _ = g.c.client.kafka().Heartbeat(ctx, &kafkago.HeartbeatRequest{
			Addr: g.c.client.addr, GroupID: g.gen.GroupID, GenerationID: g.gen.ID, MemberID: g.gen.MemberID,
		})
	}
}

// commit implements Claim.Commit.
func (g *generation) commit(cl *Claim, next int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.revoked {
		return fmt.Errorf("topic %s partition %d generation %d: %w", cl.Topic, cl.Partition, cl.Generation, ErrRevoked)
	}
	if at, ok := g.pending[cl]; !ok || next > at {
		g.pending[cl] = next
	}
	return nil
}

func (g *generation) sendCommits(ctx context.Context) {
	t := time.NewTicker(g.c.cfg.CommitInterval)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			g.flushCommits()
		}
	}
}

// flushCommits sends what is pending. What fails is kept for the next time.
func (g *generation) flushCommits() {
	g.sending.Lock()
	defer g.sending.Unlock()
	g.mu.Lock()
	sent := g.pending
	g.pending = map[*Claim]int64{}
	g.mu.Unlock()
	if len(sent) == 0 {
		return
	}
	offsets := map[string]map[int]int64{}
	for cl, next := range sent {
		if offsets[cl.Topic] == nil {
			offsets[cl.Topic] = map[int]int64{}
		}
		offsets[cl.Topic][cl.Partition] = next
	}
	err := g.gen.CommitOffsets(offsets)
	g.c.states.report("commit", err)
	if err != nil {
		for cl, next := range sent {
			_ = g.commit(cl, next) // kept unless a later one is there
		}
	}
}
