package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
)

// A cluster is a broker with what was produced to it.
type cluster struct {
	t        testing.TB
	brokers  []string
	client   *kafka.Client
	produced []string // rows that storedPadded must give

	mu      sync.Mutex
	changed *sync.Cond
	done    map[string]bool // offsets stored
	late    bool
}

func newCluster(t testing.TB, brokers []string, topic string, partitions int) *cluster {
	t.Helper()
	cfg := kafka.DefaultClientConfig()
	cfg.Brokers = brokers
	client, err := kafka.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if err := client.CreateTopics(t.Context(), kafka.TopicSpec{Name: topic, Partitions: partitions}); err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, brokers: brokers, client: client, done: map[string]bool{}}
	c.changed = sync.NewCond(&c.mu)
	return c
}

func (c *cluster) produce(topic string, partition int, texts ...string) {
	c.t.Helper()
	var messages []kafka.Message
	for _, text := range texts {
		messages = append(messages, kafka.Message{Value: []byte(text)})
	}
	offsets, err := c.client.Produce(c.t.Context(), kafka.DefaultProduceConfig(), topic, partition, messages)
	if err != nil {
		c.t.Fatal(err)
	}
	for i, offset := range offsets {
		c.produced = append(c.produced, fmt.Sprintf("%s/0/%d:%06d=%s", topic, partition, offset, texts[i]))
	}
}

const storedPadded = "SELECT concat(topic, '/', toString(epoch), '/', toString(partition), ':', leftPad(toString(offset), 6, '0'), '=', value) AS row FROM messages_one ORDER BY row"

// run starts a pipeline on the cluster; stop ends it in order.
func (c *cluster) run(conn driver.Conn, change ...func(*Config, *Dependencies)) (stop func() error) {
	c.t.Helper()
	cfg := testConfig()
	cfg.Kafka.Brokers, cfg.FlushInterval, cfg.FlushMessages = c.brokers, 20*time.Millisecond, 50
	cfg.Kafka.MaxWait, cfg.Kafka.JoinBackoff, cfg.Kafka.HeartbeatInterval = 50*time.Millisecond, 50*time.Millisecond, 200*time.Millisecond
	deps := Dependencies{Conn: conn, Decoder: words{}, DecoderVersion: 1, Logger: slog.New(slog.DiscardHandler), Stored: c.took}
	for _, f := range change {
		f(&cfg, &deps)
	}
	p, err := New(cfg, deps)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	return func() error { cancel(); return <-ended }
}

// took notes what a pipeline says it has stored.
func (c *cluster) took(s Stored) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range s.Ranges {
		for offset := r.First; offset <= r.Last; offset++ {
			c.done[fmt.Sprintf("%s/%d:%d", r.Topic, r.Partition, offset)] = true
		}
	}
	c.changed.Broadcast()
}

// await waits until so many offsets are stored.
func (c *cluster) await(offsets int) {
	c.t.Helper()
	late := time.AfterFunc(5*time.Minute, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.late = true
		c.changed.Broadcast()
	})
	defer late.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.done) < offsets && !c.late {
		c.changed.Wait()
	}
	if c.late {
		c.t.Fatalf("%d of %d offsets are stored after five minutes", len(c.done), offsets)
	}
}

// phrases returns messages of a few words each, some of which can't be read.
func phrases(r *rand.Rand, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("w%d w%d", r.IntN(n), r.IntN(n))
		if r.IntN(10) == 0 {
			all[i] += " !"
		}
	}
	return all
}

// Members come and go while messages come: every message is there once, and
// every offset is in the ledger.
func TestMembersComeAndGo(t *testing.T) {
	conn := newDatabase(t)
	random := rand.New(rand.NewPCG(1, 2))
	c := newCluster(t, kafkatest.StartFake(t).Brokers, "t", 3)
	var stops []func() error
	for range 6 {
		for partition := range 3 {
			c.produce("t", partition, phrases(random, 100)...)
		}
		stops = append(stops, c.run(conn))
		if len(stops) > 2 {
			if err := stops[0](); err != nil {
				t.Error(err)
			}
			stops = stops[1:]
		}
	}
	c.await(len(c.produced))
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(c.produced)
	expect(t, "messages", values(t, conn, storedPadded), c.produced)
	for number := range int32(3) {
		l := ledger{conn: conn}
		k, err := l.read(t.Context(), &partition{topic: "t", number: number}, 0)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "ledger", k.covered, []span{{0, 599}})
	}
}

// Whatever the order of messages, and however often they come, the events are
// the same, to the byte.
func TestAnyOrderAndRepetitionGivesTheSameEvents(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	messages := phrases(random, 300)
	var first []string
	for run := range 3 {
		conn := newDatabase(t)
		c := newCluster(t, kafkatest.StartFake(t).Brokers, "t", 4)
		sent := slices.Clone(messages)
		for range run {
			sent = append(sent, messages[random.IntN(len(messages))])
		}
		random.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
		for i, chunk := range slices.Collect(slices.Chunk(sent, 40)) {
			c.produce("t", i%4, chunk...)
		}
		stop := c.run(conn)
		c.await(len(sent))
		if err := stop(); err != nil {
			t.Error(err)
		}
		got := values(t, conn, "SELECT concat(event_id, source, kind, toString(via), content, toString(time), toString(aliases), alias_key, facts) FROM events_current ORDER BY event_id")
		got = append(got, values(t, conn, "SELECT concat(alias, alias_key, toString(aliases), toString(first), toString(last)) FROM aliases_one ORDER BY alias, alias_key")...)
		if first == nil {
			first = got
		}
		expect(t, fmt.Sprint("run ", run), got, first)
	}
}

// Retention takes away what was not read: the gap is recorded, and reading goes
// on behind it.
func TestRetentionLeavesARecordedGap(t *testing.T) {
	conn := newDatabase(t)
	c := newCluster(t, kafkatest.StartFake(t).Brokers, "t", 1)
	c.produce("t", 0, "a", "b")
	stop := c.run(conn)
	c.await(2)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	c.produce("t", 0, "c", "d", "e")
	if _, err := c.client.DeleteRecords(t.Context(), "t", 0, 4); err != nil {
		t.Fatal(err)
	}
	stop = c.run(conn)
	c.await(3)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	expect(t, "messages", values(t, conn, stored), list("t/0/0:0=a", "t/0/0:1=b", "t/0/0:4=e"))
	expect(t, "gaps", values(t, conn, gapRows), list("0:2-3 removed"))
}
