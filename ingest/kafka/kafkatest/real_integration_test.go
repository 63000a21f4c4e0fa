//go:build integration

package kafkatest

import (
	"context"
	"testing"

	"github.com/segmentio/kafka-go"
)

// A test that restarts its broker must find what it wrote before.
func TestRealKeepsItsDataOverKillAndStart(t *testing.T) {
	r := StartReal(t)
	ctx := t.Context()
	write := func(value string) {
		t.Helper()
		conn, err := kafka.DialLeader(ctx, "tcp", r.Brokers[0], "kept", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	create(t, r)
	write("one")
	r.Kill()
	r.Start()
	write("two")
	r.Stop()
	r.Start()
	conn, err := kafka.DialLeader(ctx, "tcp", r.Brokers[0], "kept", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if last, err := conn.ReadLastOffset(); err != nil || last != 2 {
		t.Fatalf("last offset %d, %v; want 2", last, err)
	}
}

func create(t *testing.T, r *Real) {
	t.Helper()
	client := &kafka.Client{Addr: kafka.TCP(r.Brokers...)}
	_, err := client.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: "kept", NumPartitions: 1, ReplicationFactor: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
}
