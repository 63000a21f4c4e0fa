//go:build integration

package service

import (
	"testing"

	"rollcall/ingest/kafka/kafkatest"
)

// TestIntegrationReplicas is TestReplicas with a real Kafka. With -bounds it
// demands the time that a takeover may take.
func TestIntegrationReplicas(t *testing.T) {
	checkReplicas(t, kafkatest.StartReal(t).Brokers)
}
