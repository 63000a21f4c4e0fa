package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// response is one fetch response, decoded, with the memory it lives in.
type response struct {
	mem     []byte
	dec     decoder
	batches []Batch
	gap     *Gap // alone
}

// keptMemory is how much of a response's memory is kept for the next one, as a
// multiple of MaxBytes, so that one huge batch does not hold memory for ever.
const keptMemory = 4

func (g *generation) blank() *response {
	r, _ := g.memory.Get().(*response)
	if cap(r.mem) > keptMemory*g.c.cfg.MaxBytes {
		r.mem = nil
	}
	r.dec.reset()
	r.dec.bufs = slices.DeleteFunc(r.dec.bufs, func(b []byte) bool { return cap(b) > keptMemory*g.c.cfg.MaxBytes })
	clear(r.batches)
	r.batches, r.gap = r.batches[:0], nil
	return r
}

// follow keeps up with the cluster: it finds leaders, starts fetchers for them,
// and ends the generation when topics or partitions come or go.
func (g *generation) follow(ctx context.Context, tasks *errgroup.Group) error {
	var suspect layout
	wait := g.c.cfg.WatchInterval
	for {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		case <-g.refresh:
			t.Stop()
			// Leaders take a moment to settle.
			n := min(g.failing.Load(), 6)
			if pause(ctx, min(minBackoff<<n, maxBackoff)) != nil {
				return nil
			}
		}
		wait = g.c.cfg.WatchInterval
		l, err := g.c.client.layout(ctx, g.c.cfg.Topics)
		if ctx.Err() != nil {
			return nil
		}
		g.c.states.report("metadata", err)
		if err != nil {
			g.failing.Add(1)
			g.askRefresh()
			continue
		}
		g.c.reportMissing(l)
		if !l.same(g.c.layout) {
			// A broker that lags behind may say so by mistake: ask again.
			if suspect == nil || !l.same(suspect) {
				suspect, wait = l, min(wait, time.Second)
				continue
			}
			if len(l) == 0 || !l.sameTopics(g.c.layout) {
				return errRegroup
			}
			g.c.layout = l
			return errRejoin
		}
		suspect = nil
		g.lead(ctx, l, tasks)
	}
}

func (g *generation) askRefresh() {
	select {
	case g.refresh <- struct{}{}:
	default:
	}
}

// lead gives partitions without a leader to the fetchers of their leaders.
func (g *generation) lead(ctx context.Context, l layout, tasks *errgroup.Group) {
	g.mu.Lock()
	defer g.mu.Unlock()
	lost := false
	for _, p := range g.parts {
		if p.leader >= 0 {
			continue
		}
		p.leader = l.leader(p.claim.Topic, p.claim.Partition)
		if p.leader < 0 {
			lost = true
			continue
		}
		wake, ok := g.fetchers[p.leader]
		if !ok {
			wake = make(chan struct{}, 1)
			g.fetchers[p.leader] = wake
			broker := p.leader
			tasks.Go(func() error { return g.fetchFrom(ctx, broker, wake) })
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	if lost {
		g.failing.Add(1)
		g.askRefresh()
	}
}

// led returns the partitions that the broker leads, in an order that gives
// another topic, and in each topic another partition, the first place each time.
func (g *generation) led(broker int32, round int) []*part {
	g.mu.Lock()
	defer g.mu.Unlock()
	byTopic := map[string][]*part{}
	var topics []string
	for _, p := range g.parts {
		if p.leader == broker {
			if byTopic[p.claim.Topic] == nil {
				topics = append(topics, p.claim.Topic)
			}
			byTopic[p.claim.Topic] = append(byTopic[p.claim.Topic], p)
		}
	}
	var out []*part
	for i := range topics {
		ps := byTopic[topics[(i+round)%len(topics)]]
		k := (round / len(topics)) % len(ps)
		out = append(append(out, ps[k:]...), ps[:k]...)
	}
	return out
}

// lose takes partitions from a fetcher until follow finds their leaders again.
func (g *generation) lose(parts ...*part) {
	g.mu.Lock()
	for _, p := range parts {
		p.leader = -1
	}
	g.mu.Unlock()
	g.failing.Add(1)
	g.askRefresh()
}

// fetchFrom fetches from one broker until ctx ends. While the handler has one
// response, it fetches the next and then waits.
func (g *generation) fetchFrom(ctx context.Context, broker int32, wake <-chan struct{}) error {
	key := fmt.Sprintf("broker %d", broker)
	lim := fetchLimits{wait: g.c.cfg.MaxWait, minBytes: g.c.cfg.MinBytes, maxBytes: g.c.cfg.MaxBytes, perPart: g.c.cfg.PartitionMaxBytes}
	for round := 0; ctx.Err() == nil; round++ {
		parts := g.led(broker, round)
		if len(parts) == 0 {
			select {
			case <-ctx.Done():
			case <-wake:
			}
			continue
		}
		wants := make([]want, len(parts))
		for i, p := range parts {
			wants[i] = want{p.claim.Topic, p.claim.TopicID, p.claim.Partition, p.pos}
		}
		r := g.blank()
		got, throttle, mem, err := g.c.client.fetch(ctx, broker, lim, wants, r.mem)
		if ctx.Err() != nil {
			return nil
		}
		g.c.states.report(key, err)
		if err != nil {
			g.lose(parts...)
			continue
		}
		r.mem = mem
		if err := g.take(ctx, r, parts, got); err != nil {
			return err
		}
		if throttle > 0 {
			if f := g.c.observe.Throttled; f != nil {
				f(throttle)
			}
			_ = pause(ctx, throttle)
		}
	}
	return nil
}

// take decodes a response and passes it on.
func (g *generation) take(ctx context.Context, r *response, parts []*part, got []fetched) error {
	fine := true
	var out []*part // out of range
	for _, f := range got {
		i := slices.IndexFunc(parts, func(p *part) bool {
			return p.claim.Partition == f.partition && p.claim.Topic == f.topic
		})
		if i < 0 {
			continue
		}
		p := parts[i]
		switch f.code {
		case 0:
			if err := g.takePart(r, p, f); err != nil {
				return err
			}
		case errOffsetOutOfRange:
			out = append(out, p)
		default:
			fine = false
			g.c.states.report(p.key, fmt.Errorf("fetching offset %d: %w", p.pos, codeError(f.code)))
			g.lose(p)
		}
	}
	if fine {
		g.failing.Store(0)
	}
	if len(r.batches) > 0 {
		if !g.pass(ctx, r) {
			return nil
		}
	} else {
		g.memory.Put(r)
	}
	for _, p := range out {
		if err := g.outOfRange(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// takePart decodes one partition of a response and moves its position.
func (g *generation) takePart(r *response, p *part, f fetched) error {
	records, next, dropped, err := r.dec.decode(f.records, p.pos, f.aborted)
	if next > p.pos {
		p.corrupt = 0
		r.batches = append(r.batches, Batch{
			Claim: p.claim, First: p.pos, Last: next - 1, Records: records, HighWater: f.highWater,
			Stable: f.stable, LogStart: f.logStart, Dropped: dropped, Bytes: len(f.records),
		})
		p.pos = next
		// An error behind it comes back when that batch is the first.
		g.c.states.report(p.key, nil)
		return nil
	}
	if err == nil {
		if len(f.records) == 0 {
			if lag := g.c.observe.Lag; lag != nil {
				lag(f.topic, f.partition, max(f.highWater-p.pos, 0))
			}
		}
		g.c.states.report(p.key, nil)
		return nil
	}
	err = &PartitionError{
		Topic: f.topic, Partition: f.partition, Offset: p.pos, Err: err,
		Hint: "the broker's log may be damaged; compare with another replica (kafka-dump-log)",
	}
	if errors.Is(err, errCodec) {
		return err
	}
	// The network may be to blame, so it is fetched again before giving up.
	if p.corrupt++; p.corrupt >= 3 {
		return err
	}
	g.c.states.report(p.key, err)
	return nil
}

// pass hands a response to the handler's goroutine; false if ctx ended first.
func (g *generation) pass(ctx context.Context, r *response) bool {
	select {
	case <-ctx.Done():
		return false
	case g.deliver <- r:
		return true
	}
}

// outOfRange finds out on which side of the log a position lies.
func (g *generation) outOfRange(ctx context.Context, p *part) error {
	cl := p.claim
	at := coordinate{cl.Topic, cl.Partition}
	l, err := g.c.client.layout(ctx, g.c.cfg.Topics)
	var b map[coordinate]bounds
	if err == nil {
		b, err = g.c.client.bounds(ctx, l, []coordinate{at})
	}
	if ctx.Err() != nil {
		return nil
	}
	switch {
	case err != nil:
		g.c.states.report(p.key, err)
		g.lose(p)
	case l[cl.Topic].id != cl.TopicID:
		// Another topic of the same name: follow ends the generation, and the
		// next one's Assigned is told the new id.
		g.c.states.report(p.key, errors.New("the topic was created anew"))
		g.lose(p)
	case p.pos < b[at].start:
		first := p.pos
		p.pos = b[at].start
		r := g.blank()
		r.gap = &Gap{Claim: cl, First: first, Last: p.pos - 1}
		g.pass(ctx, r)
	case p.pos > b[at].end:
		return &PartitionError{
			Topic: cl.Topic, Partition: cl.Partition, Offset: p.pos,
			Err: fmt.Errorf("%w, which is %d", errBeyondEnd, b[at].end),
			Hint: "the topic was deleted and created anew, or lost its newest messages in an unclean leader election; " +
				"what is stored above that offset is no longer in Kafka",
		}
	}
	// Else the log moved in between: the next fetch finds it in range.
	return nil
}
