//go:build bench

package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	kafkago "github.com/segmentio/kafka-go"

	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
	"rollcall/schema/tables"
)

// The setting is that in which the floor was first measured: messages of one
// Azure Monitor CallSummary record each, on 4 partitions, from a real broker
// into a ClickHouse in a process of its own. $ROLLCALL_BENCH_MESSAGES changes
// how many.
const (
	benchSize       = 1591
	benchPartitions = 4
	benchRows       = 10_000
)

// benchmarking keeps the embedded ClickHouse out of this process, which is
// measured.
const benchmarking = true

func benchMessages() int {
	if n, err := strconv.Atoi(os.Getenv("ROLLCALL_BENCH_MESSAGES")); err == nil {
		return n
	}
	return 400_000
}

// TestIngestRatio prints what ingest costs against the floor, in CPU seconds of
// this process: the median of three rounds that alternate.
func TestIngestRatio(t *testing.T) {
	messages := benchMessages()
	brokers := produceSummaries(t, messages)
	conn := otherProcess(t)
	var floors, costs []float64
	for round := range 3 {
		floor := perMillion(messages, func() { readFloor(t, conn, brokers, messages) })
		cost := perMillion(messages, func() { readPipeline(t, conn, brokers, round, messages, new(atomic.Int64)) })
		t.Logf("round %d: floor %.2f, ingest %.2f CPU seconds a million messages", round, floor, cost)
		floors, costs = append(floors, floor), append(costs, cost)
	}
	slices.Sort(floors)
	slices.Sort(costs)
	ratio := costs[1] / floors[1]
	t.Logf("floor %.2f, ingest %.2f, ratio %.2f", floors[1], costs[1], ratio)
	if ratio > 1.5 {
		t.Errorf("ingest costs %.2f times the floor, at most 1.5 was promised", ratio)
	}
}

// TestIngestMemory prints the largest resident size of this process while it
// reads few and many messages.
func TestIngestMemory(t *testing.T) {
	few, many := 100_000, 2_000_000
	if n := benchMessages(); n < many && os.Getenv("ROLLCALL_BENCH_MESSAGES") != "" {
		many = n
	}
	brokers := produceSummaries(t, many)
	conn := otherProcess(t)
	small := peaks(few, func(seen *atomic.Int64) { readPipeline(t, conn, brokers, 0, few, seen) })
	large := peaks(many, func(seen *atomic.Int64) { readPipeline(t, conn, brokers, 1, many, seen) })
	t.Logf("resident at most %v MB in the quarters of %d messages, %v MB in those of %d", small, few, large, many)
	// What a leak would add shows in the last quarter against the second; the
	// first ones also hold what the Go heap takes before its pace is found.
	if large[3] > large[1]*11/10+8 {
		t.Errorf("memory grew from %d MB in the second quarter to %d MB in the last", large[1], large[3])
	}
	if large[3] > small[3]*3/2 {
		t.Errorf("memory grew from %d MB over %d messages to %d MB over %d", small[3], few, large[3], many)
	}
}

// summary is one CallSummary record as Azure Monitor sends it.
func summary(i int) []byte {
	call := i / 4
	s := fmt.Sprintf(`{"records":[{"time":"2026-01-01T%02d:%02d:%02d.123Z","resourceId":"/SUBSCRIPTIONS/50AD1522-5C2C-4D9A-A6C8-67C11ECB75B8/RESOURCEGROUPS/CONTOSO/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/CONTOSO","operationName":"CallSummary","operationVersion":"1.0","category":"CallSummary","level":"Informational","correlationId":"%08x-0000-4000-8000-%012x","properties":{"identifier":"8:acs:7af14122-9ac7-4b81-80a8-4bf3582b42d0_%08x-0000-0000-%04x-ba40f1073f86","callStartTime":"2026-01-01T%02d:%02d:%02d.123Z","callDuration":"1800","callType":"Group","teamsThreadId":"19:meeting_%032x@thread.v2","participantId":"%08x-0000-4000-9000-%012x","participantStartTime":"2026-01-01T%02d:%02d:%02d.456Z","participantDuration":"1795","participantEndReason":"0","endpointId":"%08x-0000-4000-a000-%012x","endpointType":"VoIP","sdkVersion":"1.18.1.1","osVersion":"Windows 10.0.17763 Arch: x64","participantTenantId":"72f988bf-86f1-41af-91ab-2d7cd011db47","participantType":"ACS","pstnParticipantCallType":null,"rtcStatsPadding":"`,
		call/3600%24, call/60%60, call%60, call, call, i, i%65536, call/3600%24, call/60%60, call%60, call, i, i, call/3600%24, call/60%60, call%60, i, i)
	const end = `"}}]}`
	return []byte(s + strings.Repeat("x", max(0, benchSize-len(s)-len(end))) + end)
}

// produceSummaries starts a broker and fills the topic.
func produceSummaries(t *testing.T, messages int) []string {
	r := kafkatest.StartReal(t)
	cfg := kafka.DefaultClientConfig()
	cfg.Brokers = r.Brokers
	c, err := kafka.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.CreateTopics(t.Context(), kafka.TopicSpec{Name: "bench", Partitions: benchPartitions}); err != nil {
		t.Fatal(err)
	}
	batch := make([]kafka.Message, 500)
	for i := 0; i < messages; i += len(batch) {
		for k := range batch {
			batch[k] = kafka.Message{Value: summary(i + k)}
		}
		if _, err := c.Produce(t.Context(), kafka.DefaultProduceConfig(), "bench", i/len(batch)%benchPartitions, batch); err != nil {
			t.Fatal(err)
		}
	}
	return r.Brokers
}

// otherProcess starts a ClickHouse of its own and connects to it.
func otherProcess(t *testing.T) driver.Conn {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), serveEnv+"=1")
	// The child ends with this pipe. It can't be its standard input, which the
	// embedded ClickHouse closes.
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{theirs}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	t.Cleanup(func() { ours.Close(); _ = cmd.Wait() })
	dsn, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, stdout)
	conn, err := tables.Open(t.Context(), strings.TrimSpace(dsn), tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// perMillion returns the CPU seconds that f takes, for a million messages.
func perMillion(messages int, f func()) float64 {
	before := cpu()
	f()
	return (cpu() - before) * 1e6 / float64(messages)
}

func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	seconds := func(v syscall.Timeval) float64 { return float64(v.Sec) + float64(v.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}

// readFloor is the least that a Go client does: Client.Fetch, and Append of the
// payload and ten columns.
func readFloor(t *testing.T, conn driver.Conn, brokers []string, messages int) {
	ctx := t.Context()
	for _, q := range []string{"DROP TABLE IF EXISTS floor", `CREATE TABLE floor (topic String, partition Int32, offset Int64, time DateTime64(3, 'UTC'),
		a String, b String, c UInt64, d UInt32, e Int64, f DateTime64(3, 'UTC'), value String) ENGINE = MergeTree ORDER BY (topic, partition, offset)`} {
		if err := conn.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	client := &kafkago.Client{Addr: kafkago.TCP(brokers...)}
	next := make([]int64, benchPartitions)
	var batch driver.Batch
	send := func() {
		if batch != nil {
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
	}
	now := time.Now().UTC()
	for n, p := 0, 0; n < messages; p = (p + 1) % benchPartitions {
		if next[p] >= int64(messages/benchPartitions) {
			continue
		}
		response, err := client.Fetch(ctx, &kafkago.FetchRequest{Topic: "bench", Partition: p, Offset: next[p], MinBytes: 1, MaxBytes: 2 << 20, MaxWait: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		for {
			r, err := response.Records.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.Offset < next[p] {
				continue
			}
			value, err := kafkago.ReadAll(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			if batch == nil {
				if batch, err = conn.PrepareBatch(ctx, "INSERT INTO floor"); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Append("bench", int32(p), r.Offset, r.Time, "azure_monitor", "CallSummary", uint64(n), uint32(n), int64(n), now, value); err != nil {
				t.Fatal(err)
			}
			if batch.Rows() == benchRows {
				send()
			}
			next[p] = r.Offset + 1
			n++
		}
	}
	send()
}

// readPipeline reads with all of ingest's guarantees, as the service does, into
// tables of a database of its own.
func readPipeline(t *testing.T, conn driver.Conn, brokers []string, round, messages int, count *atomic.Int64) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, q := range []string{"topics", "messages", "events", "aliases", "batches", "gaps", "dead_letters"} {
		_ = conn.Exec(ctx, "TRUNCATE TABLE IF EXISTS "+q)
	}
	if _, err := tables.Migrate(ctx, conn, tables.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Kafka.Brokers, cfg.Kafka.Group, cfg.Kafka.Topics = brokers, fmt.Sprintf("g%d-%d", round, messages), []string{"bench"}
	cfg.FlushMessages = benchRows
	seen, events := 0, 0
	p, err := New(cfg, Dependencies{Conn: conn, Decoder: decode.New(decode.Options{Drop: decode.DefaultDrop()}), DecoderVersion: decode.Version,
		Logger: slog.New(slog.DiscardHandler), Stored: func(s Stored) {
			for _, r := range s.Ranges {
				seen += int(r.Last - r.First + 1)
			}
			count.Store(int64(seen))
			events += s.Events
			if seen >= messages {
				cancel()
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("ROLLCALL_BENCH_PROFILE"); path != "" {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			t.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}
	if err := p.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if seen < messages || events < messages {
		t.Fatalf("%d offsets and %d events of %d messages", seen, events, messages)
	}
}

// peaks returns the largest resident size, in MB, in each quarter of the
// messages that f reads. f counts them.
func peaks(messages int, f func(seen *atomic.Int64)) (most [4]int64) {
	var seen atomic.Int64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				quarter := min(3, int(seen.Load())*4/messages)
				most[quarter] = max(most[quarter], resident()>>20)
			}
		}
	}()
	f(&seen)
	close(done)
	<-stopped
	return most
}

func resident() int64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(statm))
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
