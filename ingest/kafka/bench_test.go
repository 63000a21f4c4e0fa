//go:build integration

package kafka

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"syscall"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"rollcall/ingest/kafka/kafkatest"
)

// benchMessages of benchSize bytes on benchPartitions are read from a real
// broker: the setting in which the floor was measured.
const (
	benchMessages   = 400_000
	benchSize       = 1591
	benchPartitions = 4
)

// BenchmarkIntegrationRead compares reading by a Consumer with reading by
// kafka-go's Client.Fetch, the least that a Go client does, in one run. It
// reports CPU seconds of this process for a million messages.
func BenchmarkIntegrationRead(b *testing.B) {
	r := kafkatest.StartReal(b)
	cfg := DefaultClientConfig()
	cfg.Brokers = r.Brokers
	c, err := NewClient(cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if err := c.CreateTopics(b.Context(), TopicSpec{Name: "bench", Partitions: benchPartitions}); err != nil {
		b.Fatal(err)
	}
	batch := make([]Message, 500)
	for i := range batch {
		batch[i] = Message{Value: bytes.Repeat([]byte{'x'}, benchSize)}
	}
	for i := range benchMessages / len(batch) {
		if _, err := c.Produce(b.Context(), DefaultProduceConfig(), "bench", i%benchPartitions, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("Consumer", func(b *testing.B) {
		for range b.N {
			measure(b, func() int { return readByConsumer(b, r.Brokers) })
		}
	})
	b.Run("ClientFetch", func(b *testing.B) {
		for range b.N {
			measure(b, func() int { return readByFetch(b, c) })
		}
	})
}

func measure(b *testing.B, read func() int) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, begun := cpuTime(b), time.Now()
	n := read()
	cpu = cpuTime(b) - cpu
	runtime.ReadMemStats(&after)
	if n < benchMessages {
		b.Fatalf("read %d of %d messages", n, benchMessages)
	}
	b.ReportMetric(cpu.Seconds()*1e6/float64(n), "CPU-s/1M")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(n), "B/msg")
	b.ReportMetric(float64(n)/time.Since(begun).Seconds(), "msg/s")
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func readByConsumer(b *testing.B, brokers []string) int {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Topics, cfg.Group = brokers, []string{"bench"}, "bench"+time.Now().Format("150405.000000000")
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	counter := &counter{stop: cancel, want: benchMessages}
	c, err := New(cfg, Dependencies{Handler: counter, Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = c.Run(ctx)
	}
	if err != nil {
		b.Fatal(err)
	}
	return counter.n
}

type counter struct {
	n, want, bytes int
	stop           func()
}

func (*counter) Assigned(context.Context, []*Claim) error { return nil }
func (*counter) Gap(context.Context, Gap) error           { return nil }
func (*counter) Revoked(context.Context, []*Claim) error  { return nil }

func (c *counter) Handle(_ context.Context, b *Batch) error {
	for i := range b.Records {
		c.bytes += len(b.Records[i].Value)
	}
	if c.n += len(b.Records); c.n >= c.want {
		c.stop()
	}
	return b.Claim.Commit(b.Last + 1)
}

func readByFetch(b *testing.B, c *Client) int {
	n := 0
	buf := make([]byte, 1<<20)
	for p := range benchPartitions {
		for at := int64(0); at < benchMessages/benchPartitions; {
			res, err := c.kafka().Fetch(b.Context(), &kafkago.FetchRequest{
				Addr: c.addr, Topic: "bench", Partition: p, Offset: at, MinBytes: 1, MaxBytes: 2 << 20, MaxWait: 500 * time.Millisecond,
			})
			if err == nil {
				err = res.Error
			}
			if err != nil {
				b.Fatal(err)
			}
			for {
				rec, err := res.Records.ReadRecord()
				if err == io.EOF {
					break
				}
				if err != nil {
					b.Fatal(err)
				}
				if rec.Offset >= at {
					if err := copyOut(rec.Value, buf); err != nil {
						b.Fatal(err)
					}
					n++
					at = rec.Offset + 1
				}
			}
		}
	}
	return n
}

// copyOut copies a value out of kafka-go's pages and gives them back.
func copyOut(v protocol.Bytes, buf []byte) error {
	_, err := io.ReadFull(v, buf[:v.Len()])
	return errors.Join(err, v.Close())
}
