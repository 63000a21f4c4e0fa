package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// Bounds of the pause between attempts.
const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
)

// Consumer reads topics as a member of a group.
type Consumer struct {
	cfg     Config
	handler Handler
	observe Observer
	log     *slog.Logger
	client  *Client
	states  states

	// layout is what the topics looked like before the group was last joined.
	// Only the goroutine of Run, or of the generation that it waits for, uses
	// these.
	layout layout
	// known are the partitions that StartAt applies to: those that were there
	// when this group began. Later ones are read from their beginning.
	known layout
}

// Dependencies are what a Consumer works with.
type Dependencies struct {
	Handler  Handler
	Observer Observer
	Logger   *slog.Logger
}

// New returns a consumer, or an error that lists all that is wrong with the
// configuration. It has no effect until Run.
func New(cfg Config, deps Dependencies) (*Consumer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if deps.Handler == nil || deps.Logger == nil {
		return nil, errors.New("kafka: a handler and a logger are needed")
	}
	client, err := newClient(cfg.ClientConfig, cfg.Topics)
	if err != nil {
		return nil, err
	}
	c := &Consumer{cfg: cfg, handler: deps.Handler, observe: deps.Observer, log: deps.Logger, client: client}
	c.states = states{log: deps.Logger, failed: deps.Observer.Failed}
	return c, nil
}

// Check is Client.Check for the configured topics.
func (c *Consumer) Check(ctx context.Context) error { return c.client.Check(ctx, c.cfg.Topics) }

// Run reads until ctx ends, which gives nil once the handler has had its Revoked
// and the group is left, or until the handler or a partition fails for good.
// Brokers that are away, topics that do not exist and leaders that move are
// waited for. It may be called once.
func (c *Consumer) Run(ctx context.Context) error {
	defer c.client.Close()
	for ctx.Err() == nil {
		topics, err := c.awaitTopics(ctx)
		if err != nil {
			return nil // ctx has ended
		}
		if err := c.runGroup(ctx, topics); err != nil {
			return err
		}
	}
	return nil
}

// awaitTopics waits until at least one topic exists and returns those that do.
// Joining with a topic that doesn't exist would make kafka-go assign nothing at
// all, and make some brokers create it.
func (c *Consumer) awaitTopics(ctx context.Context) ([]string, error) {
	for delay := minBackoff; ; delay = min(2*delay, maxBackoff) {
		l, err := c.client.layout(ctx, c.cfg.Topics)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && c.known == nil {
			err = c.learnKnown(ctx, l)
		}
		c.states.report("metadata", err)
		if err == nil {
			c.reportMissing(l)
			if len(l) > 0 {
				c.layout = l
				topics := make([]string, 0, len(l))
				for t := range l {
					topics = append(topics, t)
				}
				slices.Sort(topics)
				return topics, nil
			}
		}
		if err := pause(ctx, delay); err != nil {
			return nil, err
		}
	}
}

// learnKnown fills in known. Where the group has committed any partition of a
// topic it has begun before, and a partition without a commit was added since.
func (c *Consumer) learnKnown(ctx context.Context, l layout) error {
	known := layout{}
	if c.cfg.StartAt == StartLatest && len(l) > 0 {
		ask := map[string][]int{}
		for topic, t := range l {
			for p := range t.leaders {
				ask[topic] = append(ask[topic], p)
			}
		}
		res, err := c.client.kafka().OffsetFetch(ctx, &kafkago.OffsetFetchRequest{Addr: c.client.addr, GroupID: c.cfg.Group, Topics: ask})
		if err == nil {
			err = res.Error
		}
		if errors.Is(err, kafkago.Error(errGroupNotFound)) {
			res, err = &kafkago.OffsetFetchResponse{}, nil
			known = l
		}
		if err != nil {
			return fmt.Errorf("asking for the offsets of group %s: %w", c.cfg.Group, err)
		}
		for topic, parts := range res.Topics {
			if !slices.ContainsFunc(parts, func(p kafkago.OffsetFetchPartition) bool { return p.CommittedOffset >= 0 }) {
				known[topic] = l[topic]
			}
		}
	}
	c.known = known
	return nil
}

// reportMissing logs, once, the topics that don't exist.
func (c *Consumer) reportMissing(l layout) {
	for _, t := range c.cfg.Topics {
		var err error
		if _, ok := l[t]; !ok {
			err = fmt.Errorf("topic %s does not exist: waiting for it", t)
		}
		c.states.report("topic "+t, err)
	}
}

// runGroup is a member of the group until ctx ends, the set of existing topics
// changes (both nil), or something fails for good.
func (c *Consumer) runGroup(ctx context.Context, topics []string) error {
	group, err := kafkago.NewConsumerGroup(kafkago.ConsumerGroupConfig{
		ID: c.cfg.Group, Brokers: c.cfg.Brokers, Dialer: c.client.dialer, Topics: topics,
		GroupBalancers:    []kafkago.GroupBalancer{balancer{}},
		HeartbeatInterval: c.cfg.HeartbeatInterval, SessionTimeout: c.cfg.SessionTimeout,
		RebalanceTimeout: c.cfg.RebalanceTimeout, JoinGroupBackoff: c.cfg.JoinBackoff,
		Timeout: min(c.cfg.RequestTimeout, c.cfg.SessionTimeout/3),
	})
	if err != nil {
		return fmt.Errorf("joining group %s: %w", c.cfg.Group, err)
	}
	// Closing ends the running generation, waits for it and leaves the group.
	// It has to begin as soon as ctx ends.
	stop := context.AfterFunc(ctx, func() { _ = group.Close() })
	defer func() {
		stop()
		_ = group.Close()
	}()
	for {
		gen, err := group.Next(ctx)
		if ctx.Err() != nil || errors.Is(err, kafkago.ErrGroupClosed) {
			return nil
		}
		if err != nil {
			c.states.report("group", fmt.Errorf("joining group %s: %w", c.cfg.Group, err))
			continue // kafka-go pauses by JoinGroupBackoff
		}
		c.states.report("group", nil)
		again, err := c.runGeneration(ctx, group, gen)
		if err != nil || !again {
			return err
		}
	}
}

// runGeneration runs a generation to its end. again is false when the group has
// to be joined anew.
func (c *Consumer) runGeneration(ctx context.Context, group *kafkago.ConsumerGroup, gen *kafkago.Generation) (again bool, err error) {
	done := make(chan struct{})
	gen.Start(func(alive context.Context) {
		defer close(done)
		g := newGeneration(c, gen)
		err = g.run(ctx, alive)
		switch {
		case err == nil, errors.Is(err, errRejoin):
			// Returning ends the generation and kafka-go joins the next one.
			again, err = true, nil
			return
		case errors.Is(err, errRegroup):
			err = nil
		}
		// Returning now would make kafka-go join once more, and so disturb the
		// group, before Close is noticed.
		go func() { _ = group.Close() }()
		<-alive.Done()
	})
	<-done
	return again, err
}

// pause waits, and returns the context's error if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// states logs failures once per change of state.
type states struct {
	log    *slog.Logger
	failed func(error)
	mu     sync.Mutex
	bad    map[string]string
}

// report notes how something named key fares: nil is well.
func (s *states) report(key string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, failing := s.bad[key]
	switch {
	case err != nil:
		if s.failed != nil {
			s.failed(err)
		}
		if s.bad == nil {
			s.bad = map[string]string{}
		}
		s.bad[key] = err.Error()
		if was != err.Error() {
			s.log.Warn("kafka: retrying", "what", key, "error", err)
		}
	case failing:
		delete(s.bad, key)
		s.log.Info("kafka: recovered", "what", key, "was", was)
	}
}
