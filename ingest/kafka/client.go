package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// Client sends single requests to a cluster over shared connections. It is safe
// for concurrent use and opens nothing until it is used.
type Client struct {
	cfg         ClientConfig
	addr        net.Addr
	transport   *kafkago.Transport
	dialer      *kafkago.Dialer
	stop        context.CancelFunc
	metaVersion atomic.Int32 // 0: not negotiated
	brokers     sync.Map     // by broker (int32): version to fetch with (int16)
}

// metadataTTL is how stale the Transport's own list of brokers may be. It
// decides how soon a broker that joined or moved is reached.
const metadataTTL = 2 * time.Second

// NewClient returns a client, or an error if the configuration is wrong. Close
// ends it.
func NewClient(cfg ClientConfig) (*Client, error) { return newClient(cfg, nil) }

// newClient is NewClient for a Transport that only cares for some topics.
func newClient(cfg ClientConfig, topics []string) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	mechanism, err := cfg.SASL.mechanism()
	if err != nil {
		return nil, fmt.Errorf("kafka.sasl: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	dial := &net.Dialer{Timeout: cfg.DialTimeout, KeepAlive: 30 * time.Second}
	c := &Client{
		cfg:  cfg,
		addr: kafkago.TCP(cfg.Brokers...),
		stop: stop,
		transport: &kafkago.Transport{
			Dial: dial.DialContext, DialTimeout: cfg.DialTimeout, IdleTimeout: cfg.IdleTimeout,
			MetadataTTL: metadataTTL, MetadataTopics: topics, ClientID: cfg.ClientID, SASL: mechanism, Context: ctx,
		},
		dialer: &kafkago.Dialer{
			ClientID: cfg.ClientID, Timeout: cfg.DialTimeout, KeepAlive: 30 * time.Second, SASLMechanism: mechanism,
		},
	}
	if cfg.TLS.Enabled {
		t, err := cfg.TLS.load()
		if err != nil {
			stop()
			return nil, err
		}
		c.transport.TLS, c.dialer.TLS = t, t.Clone()
	}
	return c, nil
}

// Close ends the connections.
func (c *Client) Close() {
	c.transport.CloseIdleConnections()
	c.stop()
}

// Check connects and asks for the topics; it fails when the cluster can't be
// reached, refuses the credentials, or a topic doesn't exist.
func (c *Client) Check(ctx context.Context, topics []string) error {
	l, err := c.layout(ctx, topics)
	if err != nil {
		return err
	}
	var missing []error
	for _, t := range topics {
		if _, ok := l[t]; !ok {
			missing = append(missing, fmt.Errorf("kafka.topics: %q does not exist at %s: create it or correct the name", t, c.addr))
		}
	}
	return errors.Join(missing...)
}

// exchange sends x and waits for its response, at most wait longer than the
// request timeout.
func (c *Client) exchange(ctx context.Context, x *exchange, wait time.Duration) (*exchange, error) {
	x.clientID = c.cfg.ClientID
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout+wait)
	defer cancel()
	m, err := c.transport.RoundTrip(ctx, c.addr, x)
	if err != nil {
		return nil, err
	}
	x, ok := m.(*exchange)
	if !ok {
		return nil, errMalformed
	}
	return x, nil
}

// TopicSpec describes a topic to create.
type TopicSpec struct {
	Name       string
	Partitions int
	// Replication is the number of copies; 0 leaves it to the broker.
	Replication int
	// Config holds settings such as "max.message.bytes".
	Config map[string]string
}

// CreateTopics creates topics and waits until the cluster shows them. Topics
// that exist are left as they are.
func (c *Client) CreateTopics(ctx context.Context, topics ...TopicSpec) error {
	req := &kafkago.CreateTopicsRequest{Addr: c.addr}
	for _, t := range topics {
		conf := kafkago.TopicConfig{Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replication}
		if t.Replication == 0 {
			conf.ReplicationFactor = -1
		}
		for k, v := range t.Config {
			conf.ConfigEntries = append(conf.ConfigEntries, kafkago.ConfigEntry{ConfigName: k, ConfigValue: v})
		}
		req.Topics = append(req.Topics, conf)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	res, err := c.kafka().CreateTopics(ctx, req)
	if err != nil {
		return fmt.Errorf("creating topics: %w", err)
	}
	var failed []error
	for name, err := range res.Errors {
		if err != nil && !errors.Is(err, kafkago.Error(errTopicExists)) {
			failed = append(failed, fmt.Errorf("creating topic %s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// DeleteRecords removes the records of a partition below the offset before; -1
// removes all. It returns the first offset that is left. kafka-go has no such
// request, so it is encoded here (DeleteRecords, version 0).
func (c *Client) DeleteRecords(ctx context.Context, topic string, partition int, before int64) (int64, error) {
	l, err := c.layout(ctx, []string{topic})
	if err != nil {
		return 0, err
	}
	x, err := c.exchange(ctx, &exchange{
		api: protocol.DeleteRecords, broker: l.leader(topic, partition),
		encode: func(w *writer, _ int16) {
			w.i32(1)
			w.str(false, topic)
			w.i32(1)
			w.i32(int32(partition))
			w.i64(before)
			w.i32(int32(c.cfg.RequestTimeout.Milliseconds()))
		},
	}, 0)
	if err != nil {
		return 0, fmt.Errorf("deleting records of topic %s partition %d: %w", topic, partition, err)
	}
	r := &reader{b: x.body}
	r.i32() // throttle_time_ms
	r.i32() // one topic
	r.str(false)
	r.i32() // one partition
	r.i32()
	low, code := r.i64(), r.i16()
	switch {
	case r.bad:
		return 0, fmt.Errorf("deleting records: %w", errMalformed)
	case code != 0:
		return 0, fmt.Errorf("deleting records of topic %s partition %d below %d: %w", topic, partition, before, codeError(code))
	}
	return low, nil
}

func (c *Client) kafka() *kafkago.Client {
	return &kafkago.Client{Addr: c.addr, Transport: c.transport, Timeout: c.cfg.RequestTimeout}
}
