package touched

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"rollcall/ingest/kafka"
)

// retention is how long the topic keeps messages, in milliseconds: seven days, for
// which all assessors may be away.
const retention = "604800000"

// CreateTopic creates the topic where there is none, and fails where there is none
// afterwards.
func CreateTopic(ctx context.Context, client *kafka.Client, topic string, partitions int) error {
	if client.Check(ctx, []string{topic}) == nil {
		return nil
	}
	err := client.CreateTopics(ctx, kafka.TopicSpec{Name: topic, Partitions: partitions, Config: map[string]string{
		"cleanup.policy": "delete", "retention.ms": retention,
	}})
	if err != nil {
		return fmt.Errorf("kafka.touched_topic: %w; create %s with %d partitions, or allow Rollcall to, or leave the key empty where one service assesses alone", err, topic, partitions)
	}
	return nil
}

// An Announcer tells the topic which calls are touched. It may be used by several
// goroutines.
type Announcer struct {
	Client *kafka.Client
	Topic  string
	Roots  *Roots

	mu         sync.Mutex
	partitions int
	counted    time.Time
}

// Stored tells of alias sets of which something new is stored; names are the
// aliases of each, where they are known.
func (a *Announcer) Stored(ctx context.Context, keys []string, names map[string][]string) error {
	return a.group(ctx, keys, names, Message{})
}

// Anew tells of alias sets of which all is to be read again.
func (a *Announcer) Anew(ctx context.Context, keys []string) error {
	return a.group(ctx, keys, nil, Message{Anew: true})
}

func (a *Announcer) group(ctx context.Context, keys []string, names map[string][]string, like Message) error {
	if len(keys) == 0 {
		return nil
	}
	roots, err := a.Roots.Of(ctx, keys, names)
	if err != nil {
		return err
	}
	by := map[string][]string{}
	for _, key := range keys {
		by[roots[key]] = append(by[roots[key]], key)
	}
	var list []Message
	for _, root := range slices.Sorted(maps.Keys(by)) {
		m := like
		m.Root, m.Keys = root, by[root]
		list = append(list, m)
	}
	return a.Tell(ctx, list)
}

// Tell sends messages, and returns when all in-sync replicas of the topic have
// them.
func (a *Announcer) Tell(ctx context.Context, list []Message) error {
	n, err := a.count(ctx)
	if err != nil {
		return err
	}
	ring := Ring{Partitions: n}
	by := map[int][]kafka.Message{}
	for _, m := range list {
		p := ring.Partition(m.Root)
		if m.Judged != nil {
			p = leading
		}
		for _, part := range m.parts() {
			value, err := part.encode()
			if err != nil {
				return err
			}
			by[p] = append(by[p], kafka.Message{Key: []byte(m.Root), Value: value})
		}
	}
	errs := make(chan error, len(by))
	for p, messages := range by {
		go func() {
			_, err := a.Client.Produce(ctx, kafka.DefaultProduceConfig(), a.Topic, p, messages)
			errs <- err
		}()
	}
	var all []error
	for range by {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// countFor is how long the number of partitions is used: a message that goes by an
// old one is passed on by whoever gets it.
const countFor = 30 * time.Second

// count is how many partitions the topic has.
func (a *Announcer) count(ctx context.Context) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.counted) < countFor {
		return a.partitions, nil
	}
	marks, err := a.Client.Marks(ctx, []string{a.Topic})
	if err != nil {
		return 0, fmt.Errorf("topic %s: %w", a.Topic, err)
	}
	if len(marks) == 0 || len(marks) > MostPartitions {
		return 0, fmt.Errorf("topic %s has %d partitions; 1 to %d are expected", a.Topic, len(marks), MostPartitions)
	}
	a.partitions, a.counted = len(marks), time.Now()
	return a.partitions, nil
}
