package kafka

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// A Mark says how far a partition reaches now.
type Mark struct {
	Topic     string
	Partition int
	// HighWater is the offset that the next message gets.
	HighWater int64
}

// Marks asks the cluster how far each partition of the topics reaches, in order
// of topic and partition. Topics that do not exist are left out.
func (c *Client) Marks(ctx context.Context, topics []string) ([]Mark, error) {
	l, err := c.layout(ctx, topics)
	if err != nil {
		return nil, err
	}
	led := map[int32][]coordinate{}
	for topic, t := range l {
		for partition, broker := range t.leaders {
			led[broker] = append(led[broker], coordinate{topic, partition})
		}
	}
	var marks []Mark
	for broker, parts := range led {
		slices.SortFunc(parts, func(a, b coordinate) int {
			return cmp.Or(strings.Compare(a.topic, b.topic), a.partition-b.partition)
		})
		ends, err := c.listOffsets(ctx, broker, timestampLatest, parts)
		if err != nil {
			return nil, err
		}
		for p, offset := range ends {
			marks = append(marks, Mark{p.topic, p.partition, offset})
		}
	}
	slices.SortFunc(marks, func(a, b Mark) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), a.Partition-b.Partition)
	})
	return marks, nil
}
