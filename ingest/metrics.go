package ingest

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/ingest/kafka"
)

// Metrics are the figures that ingest exposes.
type Metrics struct {
	Messages    prometheus.Counter
	Bytes       prometheus.Counter
	Dropped     prometheus.Counter
	Events      *prometheus.CounterVec // source, kind
	DeadLetters *prometheus.CounterVec // stage, reason
	GapOffsets  *prometheus.CounterVec // topic
	Skipped     prometheus.Counter
	Flushes     prometheus.Counter
	FlushTime   prometheus.Histogram
	Retries     *prometheus.CounterVec // what
	Abandoned   prometheus.Counter
	Stalled     prometheus.Gauge
	LastStored  prometheus.Gauge
	Lag         *prometheus.GaugeVec // topic, partition
	Partitions  prometheus.Gauge
	Rebalances  prometheus.Counter
	KafkaErrors prometheus.Counter
}

// newMetrics makes the metrics and registers them, where there is a registry.
func newMetrics(r prometheus.Registerer) (*Metrics, error) {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "rollcall", Subsystem: "ingest", Name: name, Help: help}
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts(opts(name, help)))
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts(opts(name, help)), labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts(opts(name, help)))
	}
	m := &Metrics{
		Messages:    counter("messages_total", "Messages stored."),
		Bytes:       counter("message_bytes_total", "Bytes of the values of messages stored, as in Kafka."),
		Dropped:     counter("records_dropped_total", "Control records and records of aborted transactions."),
		Events:      counters("events_total", "Events stored.", "source", "kind"),
		DeadLetters: counters("dead_letters_total", "Dead letters stored.", "stage", "reason"),
		GapOffsets:  counters("gap_offsets_total", "Offsets that were removed before they were read.", "topic"),
		Skipped:     counter("skipped_messages_total", "Messages read again that the ledger already held."),
		Flushes:     counter("flushes_total", "Blocks stored."),
		FlushTime: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "rollcall", Subsystem: "ingest",
			Name: "flush_seconds", Help: "Time to store a block, retries included.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 14)}),
		Retries:    counters("retries_total", "Attempts on ClickHouse that failed and were repeated.", "what"),
		Abandoned:  counter("abandoned_blocks_total", "Blocks given up because the partitions were; their offsets are read again."),
		Stalled:    gauge("stalled", "1 while ClickHouse does not take what was read."),
		LastStored: gauge("last_stored_timestamp_seconds", "When a block was last stored."),
		Lag: prometheus.NewGaugeVec(prometheus.GaugeOpts(opts("lag_offsets",
			"Distance from what was read to the high-water mark.")), []string{"topic", "partition"}),
		Partitions:  gauge("partitions", "Partitions held."),
		Rebalances:  counter("rebalances_total", "Generations of the group that this member took part in."),
		KafkaErrors: counter("kafka_errors_total", "Failures of Kafka that are retried."),
	}
	if r == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.Messages, m.Bytes, m.Dropped, m.Events, m.DeadLetters, m.GapOffsets, m.Skipped, m.Flushes,
		m.FlushTime, m.Retries, m.Abandoned, m.Stalled, m.LastStored, m.Lag, m.Partitions, m.Rebalances, m.KafkaErrors} {
		errs = append(errs, r.Register(c))
	}
	return m, errors.Join(errs...)
}

// observer takes Kafka's figures.
func (m *Metrics) observer() kafka.Observer {
	return kafka.Observer{
		Fetched: func(_ string, _, _, dropped, _ int) { m.Dropped.Add(float64(dropped)) },
		Lag: func(topic string, partition int, offsets int64) {
			m.Lag.WithLabelValues(topic, strconv.Itoa(partition)).Set(float64(offsets))
		},
		Gap: func(topic string, _ int, offsets int64) { m.GapOffsets.WithLabelValues(topic).Add(float64(offsets)) },
		Generation: func(_ int32, partitions int) {
			m.Rebalances.Inc()
			m.Partitions.Set(float64(partitions))
			m.Lag.Reset() // partitions may have moved to another member
		},
		Failed: func(error) { m.KafkaErrors.Inc() },
	}
}

// kind names the events that are counted together.
type kind struct{ source, kind string }

// tally counts what a block holds, to be added to the metrics once it is stored.
type tally struct {
	events map[kind]int
	dead   map[deadKind]int
}

type deadKind struct{ stage, reason string }

func (t *tally) reset() {
	if t.events == nil {
		t.events, t.dead = map[kind]int{}, map[deadKind]int{}
	}
	clear(t.events)
	clear(t.dead)
}

// stored adds a block that has been stored.
func (m *Metrics) stored(b *block, took time.Duration, now time.Time) {
	for _, r := range b.ranges {
		m.Messages.Add(float64(r.messages))
		m.Bytes.Add(float64(r.bytes))
	}
	for k, n := range b.tally.events {
		m.Events.WithLabelValues(k.source, k.kind).Add(float64(n))
	}
	for k, n := range b.tally.dead {
		m.DeadLetters.WithLabelValues(k.stage, k.reason).Add(float64(n))
	}
	m.Flushes.Inc()
	m.FlushTime.Observe(took.Seconds())
	m.LastStored.Set(float64(now.UnixMilli()) / 1000)
}
