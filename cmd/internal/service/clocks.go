package service

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// clocksEvery is how often clocks are compared.
const clocksEvery = 30 * time.Second

// NewClockOffsets makes the figure by which clocks are compared, and registers it.
func NewClockOffsets(r prometheus.Registerer) (*prometheus.GaugeVec, error) {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rollcall_clock_offset_seconds",
		Help: "Another clock less this machine's: ClickHouse's, and Kafka's where its newest message is dated ahead."}, []string{"clock"})
	for _, clock := range []string{"clickhouse", "kafka"} {
		g.WithLabelValues(clock)
	}
	return g, r.Register(g)
}

// watchClocks compares this machine's clock with others until ctx ends: deadlines
// are by this one, and where it is wrong, alerts come early or late.
func (s *Service) watchClocks(ctx context.Context) error {
	offsets, err := NewClockOffsets(s.registry)
	if err != nil {
		return err
	}
	tick := time.NewTicker(clocksEvery)
	defer tick.Stop()
	for {
		house, kafka, err := s.clockOffsets(ctx)
		switch {
		case err == nil:
			offsets.WithLabelValues("clickhouse").Set(house.Seconds())
			offsets.WithLabelValues("kafka").Set(kafka.Seconds())
		case ctx.Err() == nil:
			s.log.Warn("the clocks can't be compared, it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// clockOffsets are how far ClickHouse's clock is ahead, behind where negative, and
// how far Kafka's is ahead: a message is stored after the time that it bears, so
// that nothing tells how far a clock is behind.
func (s *Service) clockOffsets(ctx context.Context) (house, kafka time.Duration, err error) {
	var now int64
	var newest *time.Time
	before := s.clock()
	if err := s.conn.QueryRow(ctx, "SELECT toUnixTimestamp64Nano(now64(9))").Scan(&now); err != nil {
		return 0, 0, fmt.Errorf("ask ClickHouse for the time: %w", err)
	}
	after := s.clock()
	house = time.Unix(0, now).Sub(before.Add(after.Sub(before) / 2))
	if err := s.conn.QueryRow(ctx, "SELECT max(last_time) FROM batches WHERE stored_at > now64(6) - INTERVAL 5 MINUTE").Scan(&newest); err != nil {
		return 0, 0, fmt.Errorf("ask for the newest message: %w", err)
	}
	if newest != nil {
		kafka = max(0, newest.Sub(s.clock()))
	}
	return house, kafka, nil
}
