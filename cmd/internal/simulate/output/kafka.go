package output

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/kafka"
)

// Bounds of what is kept for one partition before it is produced.
const (
	batchMessages = 1000
	batchBytes    = 800_000
)

// Kafka produces each message to its topic: those with a key to the partition
// that the key decides, the others in turns.
type Kafka struct {
	client     *kafka.Client
	arrival    bool
	partitions map[string]int
	pending    map[place]*batch
	next       int
}

type place struct {
	topic     string
	partition int
}

type batch struct {
	messages []kafka.Message
	bytes    int
}

// NewKafka asks for the simulation's topics and creates those that are missing,
// with so many partitions. With arrival set messages are stamped with their
// simulated time of arrival, else with the time of sending.
func NewKafka(ctx context.Context, client *kafka.Client, partitions int, arrival bool) (*Kafka, error) {
	k := &Kafka{client: client, arrival: arrival, pending: map[place]*batch{}}
	if err := k.learn(ctx); err != nil {
		return nil, err
	}
	var missing []kafka.TopicSpec
	for _, topic := range simulate.Topics() {
		if k.partitions[topic] == 0 {
			missing = append(missing, kafka.TopicSpec{Name: topic, Partitions: partitions})
		}
	}
	if len(missing) == 0 {
		return k, nil
	}
	if err := client.CreateTopics(ctx, missing...); err != nil {
		return nil, err
	}
	// A cluster needs a moment to tell of a new topic, and who leads it.
	ctx, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	for {
		problem := k.learn(ctx)
		if problem == nil && len(k.partitions) == len(simulate.Topics()) {
			return k, nil
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return nil, fmt.Errorf("topics were created and are not there: %w", errors.Join(err, problem))
		}
	}
}

// learn counts the topics' partitions.
func (k *Kafka) learn(ctx context.Context) error {
	marks, err := k.client.Marks(ctx, simulate.Topics())
	if err != nil {
		return fmt.Errorf("ask for the topics: %w", err)
	}
	k.partitions = map[string]int{}
	for _, m := range marks {
		k.partitions[m.Topic] = max(k.partitions[m.Topic], m.Partition+1)
	}
	return nil
}

// Send keeps a message until its batch is full.
func (k *Kafka) Send(ctx context.Context, m *simulate.Message) error {
	at := place{topic: m.Topic}
	n := k.partitions[m.Topic]
	switch {
	case n == 0:
		return fmt.Errorf("topic %s does not exist and could not be created", m.Topic)
	case len(m.Key) > 0:
		h := fnv.New32a()
		h.Write(m.Key)
		at.partition = int(h.Sum32() % uint32(n))
	default:
		at.partition = k.next % n
		k.next++
	}
	b := k.pending[at]
	if b == nil {
		b = &batch{}
		k.pending[at] = b
	}
	message := kafka.Message{Key: m.Key, Value: m.Value}
	if k.arrival {
		message.Time = m.At
	}
	b.messages = append(b.messages, message)
	b.bytes += len(m.Value) + len(m.Key)
	if len(b.messages) >= batchMessages || b.bytes >= batchBytes {
		return k.produce(ctx, at, b)
	}
	return nil
}

func (k *Kafka) produce(ctx context.Context, at place, b *batch) error {
	if len(b.messages) == 0 {
		return nil
	}
	_, err := k.client.Produce(ctx, kafka.DefaultProduceConfig(), at.topic, at.partition, b.messages)
	clear(b.messages)
	b.messages, b.bytes = b.messages[:0], 0
	return err
}

// Flush produces what is kept.
func (k *Kafka) Flush(ctx context.Context) error {
	for at, b := range k.pending {
		if err := k.produce(ctx, at, b); err != nil {
			return err
		}
	}
	return nil
}
