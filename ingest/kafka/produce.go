package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// Message is what Produce sends. A zero Time is the time of sending.
type Message struct {
	Key, Value []byte
	Headers    []Header
	Time       time.Time
}

// ProduceConfig bounds what Produce sends.
type ProduceConfig struct {
	// BatchBytes is the size of a record batch that is aimed at. A larger
	// message is sent alone; the topic's max.message.bytes must allow it.
	BatchBytes int
	// Compression is one of the kafkago constants, 0 for none.
	Compression kafkago.Compression
}

// DefaultProduceConfig stays below Kafka's default max.message.bytes (1 MiB) and
// Event Hubs' limit for a publication.
func DefaultProduceConfig() ProduceConfig { return ProduceConfig{BatchBytes: 900_000} }

// Produce writes messages, in order, to a partition, waits until all in-sync
// replicas have them (acks=all), and returns the offset of each. It tries again
// while the cluster is busy or moving, for as long as ctx allows, so that after a
// lost response a message may be there twice: the offsets are those of the copy
// that was acknowledged. On an error the returned offsets are those that were
// acknowledged before it.
func (c *Client) Produce(ctx context.Context, cfg ProduceConfig, topic string, partition int, msgs []Message) ([]int64, error) {
	offsets := make([]int64, 0, len(msgs))
	for len(msgs) > 0 {
		n, size := 0, 0
		for ; n < len(msgs); n++ {
			s := msgs[n].size()
			if n > 0 && size+s > cfg.BatchBytes {
				break
			}
			size += s
		}
		base, err := c.produceBatch(ctx, cfg, topic, partition, msgs[:n])
		if err != nil {
			return offsets, fmt.Errorf("producing %d messages (%d bytes) to topic %s partition %d: %w", n, size, topic, partition, err)
		}
		for i := range n {
			offsets = append(offsets, base+int64(i))
		}
		msgs = msgs[n:]
	}
	return offsets, nil
}

func (m Message) size() int {
	n := len(m.Key) + len(m.Value) + 32
	for _, h := range m.Headers {
		n += len(h.Key) + len(h.Value) + 10
	}
	return n
}

func (c *Client) produceBatch(ctx context.Context, cfg ProduceConfig, topic string, partition int, msgs []Message) (int64, error) {
	for delay := minBackoff; ; delay = min(2*delay, maxBackoff) {
		records := make([]kafkago.Record, len(msgs))
		for i, m := range msgs {
			r := kafkago.Record{Time: m.Time}
			if m.Key != nil {
				r.Key = kafkago.NewBytes(m.Key)
			}
			if m.Value != nil {
				r.Value = kafkago.NewBytes(m.Value)
			}
			for _, h := range m.Headers {
				r.Headers = append(r.Headers, kafkago.Header(h))
			}
			records[i] = r
		}
		res, err := c.kafka().Produce(ctx, &kafkago.ProduceRequest{
			Addr: c.addr, Topic: topic, Partition: partition, RequiredAcks: kafkago.RequireAll,
			Compression: cfg.Compression, Records: kafkago.NewRecordReader(records...),
		})
		if err == nil {
			err = res.Error
		}
		if err == nil {
			return res.BaseOffset, nil
		}
		if !worthRetrying(err) {
			return 0, err
		}
		if e := pause(ctx, delay); e != nil {
			return 0, errors.Join(err, e)
		}
	}
}

// worthRetrying is false for errors that the same request gets again. Errors
// that are not the broker's own are failures of the connection.
func worthRetrying(err error) bool {
	var k kafkago.Error
	if errors.As(err, &k) {
		return k.Temporary()
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}
