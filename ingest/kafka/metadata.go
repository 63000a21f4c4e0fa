package kafka

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/apiversions"
)

// topicLayout is what the cluster says of one topic.
type topicLayout struct {
	id      uuid.UUID // zero where the broker has no topic ids
	leaders []int32   // by partition; -1 where there is none now
}

// layout is what the cluster says of the topics that were asked for; those that
// don't exist are absent.
type layout map[string]topicLayout

// same reports whether both have the same topics, with the same ids and numbers
// of partitions.
func (l layout) same(o layout) bool {
	if !l.sameTopics(o) {
		return false
	}
	for t, a := range l {
		if b := o[t]; len(a.leaders) != len(b.leaders) || a.id != b.id {
			return false
		}
	}
	return true
}

func (l layout) sameTopics(o layout) bool {
	for t := range l {
		if _, ok := o[t]; !ok {
			return false
		}
	}
	return len(l) == len(o)
}

func (l layout) leader(topic string, partition int) int32 {
	t := l[topic]
	if partition >= len(t.leaders) {
		return -1
	}
	return t.leaders[partition]
}

// metadataVersions are the versions that decodeMetadata reads: topic ids came
// with version 10.
const (
	metadataMin      = 1
	metadataMax      = 12
	metadataFlexible = 9
	metadataIDs      = 10
)

// layout asks any broker for the topics. It never makes the broker create one.
func (c *Client) layout(ctx context.Context, topics []string) (layout, error) {
	version, err := c.metadataVersion(ctx)
	if err != nil {
		return nil, err
	}
	x, err := c.exchange(ctx, &exchange{
		api: protocol.Metadata, broker: -1, version: version, min: metadataMin, flexible: version >= metadataFlexible,
		encode: func(w *writer, v int16) { encodeMetadata(w, v, topics) },
	}, 0)
	if err != nil {
		// The next attempt may reach a broker of another version.
		c.forgetVersion()
		return nil, fmt.Errorf("asking for the topics' metadata: %w", err)
	}
	return decodeMetadata(x.body, version)
}

// metadataVersion negotiates the version of the metadata request, because
// kafka-go's own negotiation stops at version 8.
func (c *Client) metadataVersion(ctx context.Context) (int16, error) {
	if v := c.metaVersion.Load(); v > 0 {
		return int16(v), nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	m, err := c.transport.RoundTrip(ctx, c.addr, &apiversions.Request{})
	if err != nil {
		return 0, fmt.Errorf("connecting to Kafka at %s: %w; check that it runs there, and that address, TLS and SASL are its own", c.addr, err)
	}
	res, ok := m.(*apiversions.Response)
	if !ok {
		return 0, fmt.Errorf("ApiVersions: %w", errMalformed)
	}
	version := int16(metadataMin)
	for _, k := range res.ApiKeys {
		if protocol.ApiKey(k.ApiKey) == protocol.Metadata {
			version = max(min(k.MaxVersion, metadataMax), metadataMin)
		}
	}
	c.metaVersion.Store(int32(version))
	return version, nil
}

func (c *Client) forgetVersion() { c.metaVersion.Store(0) }

func encodeMetadata(w *writer, v int16, topics []string) {
	flexible := v >= metadataFlexible
	w.count(flexible, len(topics))
	for _, t := range topics {
		if v >= metadataIDs {
			w.b = append(w.b, make([]byte, 16)...)
		}
		w.str(flexible, t)
		w.tags(flexible)
	}
	if v >= 4 {
		w.boolean(false) // allow_auto_topic_creation
	}
	if v >= 8 && v <= 10 {
		w.boolean(false) // include_cluster_authorized_operations
	}
	if v >= 8 {
		w.boolean(false) // include_topic_authorized_operations
	}
	w.tags(flexible)
}

func decodeMetadata(b []byte, v int16) (layout, error) {
	r := &reader{b: b}
	flexible := v >= metadataFlexible
	if v >= 3 {
		r.i32() // throttle_time_ms
	}
	for n := r.count(flexible, 8); n > 0; n-- {
		r.i32()
		r.str(flexible)
		r.i32()
		r.str(flexible)
		r.tags(flexible)
	}
	if v >= 2 {
		r.str(flexible) // cluster_id
	}
	r.i32() // controller_id
	l := layout{}
	for n := r.count(flexible, 4); n > 0; n-- {
		code := r.i16()
		name := r.str(flexible)
		var t topicLayout
		if v >= metadataIDs {
			copy(t.id[:], r.take(16))
		}
		r.i8() // is_internal
		t.leaders = decodePartitions(r, v)
		if v >= 8 {
			r.i32() // topic_authorized_operations
		}
		r.tags(flexible)
		switch {
		case code == 0 && len(t.leaders) > 0:
			l[name] = t
		case code != 0 && code != errUnknownTopic && code != errLeaderNotAvailable && !r.bad:
			return nil, fmt.Errorf("topic %s: %w", name, codeError(code))
		}
	}
	if r.bad {
		return nil, fmt.Errorf("metadata: %w", errMalformed)
	}
	return l, nil
}

// decodePartitions returns the leaders by partition number.
func decodePartitions(r *reader, v int16) []int32 {
	flexible := v >= metadataFlexible
	n := r.count(flexible, 14)
	leaders := make([]int32, n)
	for i := range leaders {
		leaders[i] = -1
	}
	for range n {
		r.i16() // error_code: without a leader the leader is -1
		index, leader := r.i32(), r.i32()
		if v >= 7 {
			r.i32() // leader_epoch
		}
		r.skipI32s(flexible) // replicas
		r.skipI32s(flexible) // in-sync replicas
		if v >= 5 {
			r.skipI32s(flexible) // offline replicas
		}
		r.tags(flexible)
		// Partitions are numbered from 0 without holes.
		if index < 0 || int(index) >= n {
			r.bad = true
			return nil
		}
		leaders[index] = leader
	}
	return leaders
}
