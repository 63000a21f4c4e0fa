// Package embedded runs what Rollcall needs in its own process where no real
// Kafka or ClickHouse is configured: a Kafka broker and ClickHouse as a library.
package embedded

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

// A Broker is a Kafka broker in this process, for one machine.
type Broker struct {
	cluster *kfake.Cluster
}

// BrokerConfig says how the broker runs.
type BrokerConfig struct {
	// Listen is its address; empty: a free port of the loopback interface.
	Listen string
	// Dir keeps what is produced: memory then holds an index only, and what is
	// deleted frees its disk. Empty: memory only.
	Dir string
	// Sync makes each write durable before it is acknowledged.
	Sync bool
	// Topics are created with Partitions each.
	Topics     []string
	Partitions int32
}

// StartBroker starts a broker.
func StartBroker(cfg BrokerConfig) (*Broker, error) {
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("rollcall"),
		kfake.BrokerConfigs(map[string]string{
			"group.initial.rebalance.delay.ms": "0", // one process: nobody else to wait for
			"message.max.bytes":                fmt.Sprint(maxMessageBytes),
			"log.segment.bytes":                fmt.Sprint(segmentBytes),
		}),
	}
	if len(cfg.Topics) > 0 {
		opts = append(opts, kfake.SeedTopics(max(cfg.Partitions, 1), cfg.Topics...))
	}
	if cfg.Dir != "" {
		opts = append(opts, kfake.DataDir(cfg.Dir))
	}
	if cfg.Dir != "" && cfg.Sync {
		opts = append(opts, kfake.SyncWrites())
	}
	listen := cfg.Listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	opts = append(opts, kfake.ListenFn(func(network, _ string) (net.Listener, error) {
		return net.Listen(network, listen)
	}))
	cluster, err := kfake.NewCluster(opts...)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("embedded Kafka: %s is in use; set kafka.listen to a free port, or kafka.brokers to the Kafka that runs there", listen)
	}
	if err != nil {
		return nil, fmt.Errorf("embedded Kafka: %w", err)
	}
	return &Broker{cluster: cluster}, nil
}

// segmentBytes is how much is deleted at once.
const segmentBytes = 18 << 20

// maxMessageBytes leaves room for a message of 16 MiB with its headers.
const maxMessageBytes = 17 << 20

// Addresses are where the broker listens.
func (b *Broker) Addresses() []string { return b.cluster.ListenAddrs() }

// String names the broker in messages.
func (b *Broker) String() string { return "embedded Kafka at " + strings.Join(b.Addresses(), ", ") }

// Close stops the broker; with a folder, what was produced is kept there.
func (b *Broker) Close() { b.cluster.Close() }
