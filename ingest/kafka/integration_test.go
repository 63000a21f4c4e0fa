//go:build integration

package kafka

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"rollcall/ingest/kafka/kafkatest"
)

// Everything that wants a broker that is up shares one; those that stop it have
// their own.
func TestIntegrationRealBroker(t *testing.T) {
	r := kafkatest.StartReal(t)
	t.Run("aborted transactions", func(t *testing.T) { realTransactions(t, r) })
	t.Run("an open transaction is waited for", func(t *testing.T) { realOpenTransaction(t, r) })
	t.Run("deleted records are a gap", func(t *testing.T) { realGap(t, r) })
	t.Run("compression and large messages", func(t *testing.T) { realCompression(t, r) })
	t.Run("log-append time", func(t *testing.T) { realAppendTime(t, r) })
	t.Run("a member is killed", func(t *testing.T) { realKill(t, r) })
}

func transactional(t *testing.T, r *kafkatest.Real, id, topic string) *kgo.Client {
	t.Helper()
	k, err := kgo.NewClient(kgo.SeedBrokers(r.Brokers...), kgo.TransactionalID(id), kgo.DefaultProduceTopic(topic),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// transact sends a transaction of batches, flushed apart, and ends it.
func transact(t *testing.T, k *kgo.Client, commit kgo.TransactionEndTry, batches ...[]string) {
	t.Helper()
	if err := k.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		var records []*kgo.Record
		for _, v := range b {
			records = append(records, kgo.StringRecord(v))
		}
		if err := k.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.EndTransaction(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
}

func realTransactions(t *testing.T, r *kafkatest.Real) {
	c := client(t, r.Brokers)
	createTopic(t, c, "tx", 1)
	k := transactional(t, r, "one", "tx")
	other := transactional(t, r, "two", "tx")
	var want []string
	for i := range 30 {
		name := func(s string) []string { return numbered(fmt.Sprint(s, i, "-"), 3) }
		transact(t, k, kgo.TryAbort, name("abort"), name("abort too"))
		transact(t, k, kgo.TryCommit, name("commit"))
		produce(t, c, "tx", 0, fmt.Sprint("plain", i))
		// The other producer's transaction lies around an aborted one.
		if err := other.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := other.ProduceSync(t.Context(), kgo.StringRecord(fmt.Sprint("around", i))).FirstErr(); err != nil {
			t.Fatal(err)
		}
		transact(t, k, kgo.TryAbort, name("abort within"))
		if err := other.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		want = append(want, name("commit")...)
		want = append(want, fmt.Sprint("plain", i), fmt.Sprint("around", i))
	}
	// Small fetches begin and end within transactions.
	for _, size := range []int{1 << 12, 2 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			cfg := quick(r.Brokers, "tx")
			cfg.Group = fmt.Sprint("tx", size)
			cfg.PartitionMaxBytes = size
			s := newStore()
			start(t, cfg, &member{store: s})
			// 3+3 and 3 aborted, 3 committed, 2 others, 4 markers each round
			s.await(t, "the end of the log", func() bool { return s.next[coordinate{"tx", 0}] == 30*18 })
			if got := s.inOrder("tx", 0); !slices.Equal(got, want) {
				t.Errorf("got %d messages, want %d:\n%v", len(got), len(want), got)
			}
			if s.dropped != 30*13 {
				t.Errorf("dropped %d, want %d", s.dropped, 30*13)
			}
		})
	}
}

func realOpenTransaction(t *testing.T, r *kafkatest.Real) {
	c := client(t, r.Brokers)
	createTopic(t, c, "open", 1)
	k := transactional(t, r, "open", "open")
	if err := k.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := k.ProduceSync(t.Context(), kgo.StringRecord("undecided")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "open", 0, "behind it")
	cfg := quick(r.Brokers, "open")
	cfg.Group = "open"
	s := newStore()
	m := &member{store: s}
	start(t, cfg, m)
	s.await(t, "the assignment", func() bool { return len(m.holds()) == 1 })
	if err := k.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	s.await(t, "the message behind", func() bool { return s.next[coordinate{"open", 0}] == 3 })
	if got := s.inOrder("open", 0); !slices.Equal(got, []string{"behind it"}) {
		t.Errorf("got %v", got)
	}
}

func realGap(t *testing.T, r *kafkatest.Real) {
	c := client(t, r.Brokers)
	createTopic(t, c, "gap", 1)
	produce(t, c, "gap", 0, numbered("v", 20)...) // one batch, cut in its middle
	cfg := quick(r.Brokers, "gap")
	cfg.Group = "gap"
	s := newStore()
	s.next[coordinate{"gap", 0}] = 3
	start(t, cfg, &member{store: s, onAssigned: func([]*Claim) {
		if low, err := c.DeleteRecords(context.Background(), "gap", 0, 12); err != nil || low != 12 {
			t.Errorf("low mark %d, %v", low, err)
		}
	}})
	s.await(t, "the rest", func() bool { return s.next[coordinate{"gap", 0}] == 20 })
	if want := []string{"gap/0 3-11"}; !slices.Equal(s.gaps, want) {
		t.Errorf("gaps %v, want %v", s.gaps, want)
	}
	if got := s.inOrder("gap", 0); !slices.Equal(got, numbered("v", 20)[12:]) {
		t.Errorf("got %v", got)
	}
}

func realCompression(t *testing.T, r *kafkatest.Real) {
	c := client(t, r.Brokers)
	large := strings.Repeat("large ", 16<<20/6)
	var topics []string
	for codec, name := range []string{"z-none", "z-gzip", "z-snappy", "z-lz4", "z-zstd"} {
		topics = append(topics, name)
		err := c.CreateTopics(t.Context(), TopicSpec{Name: name, Partitions: 1, Config: map[string]string{"max.message.bytes": "20971520"}})
		if err != nil {
			t.Fatal(err)
		}
		cfg := DefaultProduceConfig()
		cfg.Compression = kafkago.Compression(codec)
		if _, err := c.Produce(t.Context(), cfg, name, 0, []Message{{Value: []byte("a")}, {Value: []byte(large)}, {Value: []byte("b")}}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	cfg := quick(r.Brokers, topics...)
	cfg.Group = "z"
	s := newStore()
	start(t, cfg, &member{store: s})
	s.await(t, "all", func() bool { return s.count() == 15 })
	for _, name := range topics {
		if got := s.inOrder(name, 0); got[1] != large || got[2] != "b" {
			t.Errorf("%s: %d bytes, then %q", name, len(got[1]), got[2])
		}
	}
}

func realAppendTime(t *testing.T, r *kafkatest.Real) {
	c := client(t, r.Brokers)
	err := c.CreateTopics(t.Context(), TopicSpec{Name: "append", Partitions: 1, Config: map[string]string{"message.timestamp.type": "LogAppendTime"}})
	if err != nil {
		t.Fatal(err)
	}
	old := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := c.Produce(t.Context(), DefaultProduceConfig(), "append", 0, []Message{{Value: []byte("v"), Time: old}}); err != nil {
		t.Fatal(err)
	}
	cfg := quick(r.Brokers, "append")
	cfg.Group = "append"
	got := make(chan Record, 1)
	start(t, cfg, &member{store: newStore(), hold: func(_ context.Context, b *Batch) error {
		got <- Record{Time: b.Records[0].Time}
		return nil
	}})
	if r := <-got; time.Since(r.Time) > time.Hour {
		t.Errorf("time %v is the producer's", r.Time)
	}
}

// realKill kills one of two members, processes of their own that write down
// what they stored, in the middle of the work, and then asks for every offset.
func realKill(t *testing.T, r *kafkatest.Real) {
	const each = 4000
	c := client(t, r.Brokers)
	createTopic(t, c, "kill", 6)
	want := map[string]bool{}
	fill := func(round int) {
		for p := range 6 {
			for _, o := range produce(t, c, "kill", p, numbered(fmt.Sprint(round, "-"), each)...) {
				want[fmt.Sprintf("%d@%d", p, o)] = true
			}
		}
	}
	fill(0)
	var mu sync.Mutex
	seen := map[string]int{}
	changed := make(chan struct{}, 1)
	note := func(line string) {
		mu.Lock()
		seen[line]++
		mu.Unlock()
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(seen)
	}
	first := spawn(t, r, note)
	spawn(t, r, note)
	for count() < 6*each/3 {
		<-changed
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	fill(1)
	for count() < 6*each*2 {
		<-changed
	}
	mu.Lock()
	defer mu.Unlock()
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Errorf("stored %d offsets, produced %d", len(got), len(want))
	}
}

// spawn starts this test's program again, as a member.
func spawn(t *testing.T, r *kafkatest.Real, note func(string)) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestMemberProcess$")
	cmd.Env = append(os.Environ(), "ROLLCALL_TEST_MEMBER="+r.Brokers[0])
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "@") {
				note(lines.Text())
			}
		}
	}()
	return cmd
}

// TestMemberProcess is the program that spawn starts. Its standard output is
// its ledger; it reads from the committed offsets.
func TestMemberProcess(t *testing.T) {
	broker := os.Getenv("ROLLCALL_TEST_MEMBER")
	if broker == "" {
		t.Skip("only as a process of another test")
	}
	cfg := quick([]string{broker}, "kill")
	cfg.Group = "kill"
	cfg.MaxBytes, cfg.PartitionMaxBytes = 1<<16, 1<<12
	c, err := New(cfg, Dependencies{Handler: printer{os.Stdout}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Fatal(c.Run(t.Context()))
}

type printer struct{ w io.Writer }

func (printer) Assigned(context.Context, []*Claim) error { return nil }
func (printer) Gap(context.Context, Gap) error           { return nil }
func (printer) Revoked(context.Context, []*Claim) error  { return nil }

func (p printer) Handle(_ context.Context, b *Batch) error {
	var s strings.Builder
	for _, r := range b.Records {
		fmt.Fprintf(&s, "%d@%d\n", b.Claim.Partition, r.Offset)
	}
	if _, err := io.WriteString(p.w, s.String()); err != nil {
		return err
	}
	return b.Claim.Commit(b.Last + 1)
}

func TestIntegrationBrokerRestarts(t *testing.T) {
	r := kafkatest.StartReal(t)
	c := client(t, r.Brokers)
	createTopic(t, c, "t", 2)
	s := newStore()
	start(t, quick(r.Brokers, "t"), &member{store: s})
	n := 0
	round := func() {
		t.Helper()
		for p := range 2 {
			produce(t, c, "t", p, numbered(fmt.Sprint(n), 100)...)
			n += 100
		}
		s.await(t, "this round", func() bool { return s.count() == n })
	}
	round()
	r.Stop()
	r.Start()
	round()
	r.Kill()
	r.Start()
	round()
}
