package kafkatest

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Fake is a fake cluster in this process. Its Cluster can move leaders, inject
// errors and apply retention.
type Fake struct {
	Brokers []string
	Cluster *kfake.Cluster
}

// StartFake starts a fake cluster of one broker, unless an option says
// otherwise, and ends it with the test. Everything produced is held in memory.
func StartFake(t testing.TB, opts ...kfake.Opt) *Fake {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatalf("starting the fake Kafka: %v", err)
	}
	t.Cleanup(c.Close)
	return &Fake{Brokers: c.ListenAddrs(), Cluster: c}
}
