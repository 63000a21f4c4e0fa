package kafka

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go/protocol"
)

// Special timestamps of ListOffsets.
const (
	timestampLatest   = -1
	timestampEarliest = -2
)

// coordinate names a partition of a topic.
type coordinate struct {
	topic     string
	partition int
}

// listOffsets asks a broker for the first or the next offset of partitions that
// it leads. Kafka refuses a partition that is named twice in one request, so
// both ends take two. The partitions of a topic stand together.
func (c *Client) listOffsets(ctx context.Context, broker int32, timestamp int64, parts []coordinate) (map[coordinate]int64, error) {
	x, err := c.exchange(ctx, &exchange{
		api: protocol.ListOffsets, broker: broker, version: -1, min: 1,
		encode: func(w *writer, v int16) { encodeListOffsets(w, v, timestamp, parts) },
	}, 0)
	if err != nil {
		return nil, fmt.Errorf("asking broker %d for offsets: %w", broker, err)
	}
	return decodeListOffsets(x.body, x.version)
}

func encodeListOffsets(w *writer, v int16, timestamp int64, parts []coordinate) {
	w.i32(-1) // replica_id: a consumer
	if v >= 2 {
		w.i8(0) // isolation: the high-water mark, not the last stable offset
	}
	topics := w.reserveCount()
	n := int32(0)
	for i := 0; i < len(parts); n++ {
		topic := parts[i].topic
		w.str(false, topic)
		at := w.reserveCount()
		m := int32(0)
		for ; i < len(parts) && parts[i].topic == topic; i++ {
			w.i32(int32(parts[i].partition))
			if v >= 4 {
				w.i32(-1) // current_leader_epoch
			}
			w.i64(timestamp)
			m++
		}
		w.putCount(at, m)
	}
	w.putCount(topics, n)
}

func decodeListOffsets(b []byte, v int16) (map[coordinate]int64, error) {
	r := &reader{b: b}
	if v >= 2 {
		r.i32() // throttle_time_ms
	}
	out := map[coordinate]int64{}
	for n := r.count(false, 6); n > 0; n-- {
		topic := r.str(false)
		for m := r.count(false, 22); m > 0; m-- {
			p := coordinate{topic, int(r.i32())}
			code := r.i16()
			r.i64() // timestamp
			offset := r.i64()
			if v >= 4 {
				r.i32() // leader_epoch
			}
			if code != 0 && !r.bad {
				return nil, fmt.Errorf("topic %s partition %d: %w", p.topic, p.partition, codeError(code))
			}
			out[p] = offset
		}
	}
	if r.bad {
		return nil, fmt.Errorf("offsets: %w", errMalformed)
	}
	return out, nil
}

// bounds are the first offset that a partition still has and its high-water
// mark.
type bounds struct{ start, end int64 }

// bounds asks the leaders for both ends of every partition. It fails as a whole:
// the caller tries again.
func (c *Client) bounds(ctx context.Context, l layout, parts []coordinate) (map[coordinate]bounds, error) {
	byLeader := map[int32][]coordinate{}
	for _, p := range parts {
		leader := l.leader(p.topic, p.partition)
		if leader < 0 {
			return nil, fmt.Errorf("topic %s partition %d has no leader now", p.topic, p.partition)
		}
		byLeader[leader] = append(byLeader[leader], p)
	}
	out := make(map[coordinate]bounds, len(parts))
	for leader, ps := range byLeader {
		start, err := c.listOffsets(ctx, leader, timestampEarliest, ps)
		if err != nil {
			return nil, err
		}
		end, err := c.listOffsets(ctx, leader, timestampLatest, ps)
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			s, ok1 := start[p]
			e, ok2 := end[p]
			if !ok1 || !ok2 {
				return nil, fmt.Errorf("topic %s partition %d: the broker left its offsets out", p.topic, p.partition)
			}
			out[p] = bounds{s, e}
		}
	}
	return out, nil
}
