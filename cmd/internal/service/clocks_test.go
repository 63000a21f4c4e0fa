package service

import (
	"log/slog"
	"testing"
	"time"

	"rollcall/cmd/internal/embedded"
	"rollcall/ingest/kafka"
)

// TestClockOffsets: this machine's clock is wrong, or a producer's is.
func TestClockOffsets(t *testing.T) {
	run, err := embedded.Start(t.Context(), embedded.RunConfig{Topics: []string{"calls"}, Partitions: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	s := &Service{conn: run.Conn, clock: func() time.Time { return time.Now().Add(-time.Hour) }}
	house, broker, err := s.clockOffsets(t.Context())
	if err != nil || house < 55*time.Minute || house > 65*time.Minute || broker != 0 {
		t.Errorf("ClickHouse %v, Kafka %v ahead of a clock that is an hour slow; %v", house, broker, err)
	}
	ahead := kafka.Message{Value: []byte("{}"), Time: time.Now().Add(24 * time.Hour)}
	if _, err := run.Client.Produce(t.Context(), kafka.DefaultProduceConfig(), "calls", 0, []kafka.Message{ahead}); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(t.Context(), "calls", 0, 1); err != nil {
		t.Fatal(err)
	}
	s.clock = time.Now
	if _, broker, err = s.clockOffsets(t.Context()); err != nil || broker < 23*time.Hour {
		t.Errorf("Kafka %v ahead, though its newest message is dated tomorrow; %v", broker, err)
	}
}
