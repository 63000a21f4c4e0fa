package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"rollcall/ingest/kafka/kafkatest"
)

func TestReadsAllPartitionsOfAllTopicsFromTheBeginning(t *testing.T) {
	f := kafkatest.StartFake(t, kfake.NumBrokers(3))
	c := client(t, f.Brokers)
	createTopic(t, c, "a", 5)
	createTopic(t, c, "b", 1)
	for p := range 5 {
		produce(t, c, "a", p, numbered(fmt.Sprint(p, "-"), 100)...)
	}
	produce(t, c, "b", 0, "only")
	s := newStore()
	start(t, quick(f.Brokers, "a", "b"), &member{store: s})
	s.await(t, "501 messages", func() bool { return s.count() == 501 })
	for p := range 5 {
		if got, want := s.inOrder("a", p), numbered(fmt.Sprint(p, "-"), 100); !slices.Equal(got, want) {
			t.Errorf("partition %d holds %v", p, got)
		}
	}
}

func TestDeliversHeadersKeysTombstonesAndTimes(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	at := time.Date(2026, 3, 1, 12, 0, 0, 123_000_000, time.UTC)
	_, err := c.Produce(t.Context(), DefaultProduceConfig(), "t", 0, []Message{
		{Key: []byte("k"), Value: nil, Time: at},
		{Value: []byte{}, Headers: []Header{{Key: "aeg-event-type", Value: []byte("Notification")}, {Key: "none"}}, Time: at},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	s := newStore()
	start(t, quick(f.Brokers, "t"), &member{store: s, hold: func(_ context.Context, b *Batch) error {
		for _, r := range b.Records {
			got = append(got, fmt.Sprintf("%d %s key=%q nil=%v value=%q nil=%v headers=%v",
				r.Offset, r.Time.Format(time.RFC3339Nano), r.Key, r.Key == nil, r.Value, r.Value == nil, len(r.Headers)))
			for _, h := range r.Headers {
				got = append(got, fmt.Sprintf("%s=%q nil=%v", h.Key, h.Value, h.Value == nil))
			}
		}
		return nil
	}})
	s.await(t, "both", func() bool { return s.count() == 2 })
	want := []string{
		`0 2026-03-01T12:00:00.123Z key="k" nil=false value="" nil=true headers=0`,
		`1 2026-03-01T12:00:00.123Z key="" nil=true value="" nil=false headers=2`,
		`aeg-event-type="Notification" nil=false`,
		`none="" nil=true`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadsEveryCompression(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	var topics []string
	for name, codec := range codecs {
		topics = append(topics, name)
		createTopic(t, c, name, 1)
		p, err := kgo.NewClient(kgo.SeedBrokers(f.Brokers...), kgo.ProducerBatchCompression(codec), kgo.DefaultProduceTopic(name))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		var records []*kgo.Record
		for i := range 500 {
			records = append(records, kgo.StringRecord(fmt.Sprint(i, strings.Repeat("repeat ", 300))))
		}
		if err := p.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	// The other writer of snappy, framed as Java clients do it.
	topics = append(topics, "xerial")
	createTopic(t, c, "xerial", 1)
	cfg := DefaultProduceConfig()
	cfg.Compression = 2
	if _, err := c.Produce(t.Context(), cfg, "xerial", 0, []Message{{Value: []byte(strings.Repeat("long ", 20000))}}); err != nil {
		t.Fatal(err)
	}
	s := newStore()
	start(t, quick(f.Brokers, topics...), &member{store: s})
	s.await(t, "all codecs", func() bool { return s.count() == 5*500+1 })
	for name := range codecs {
		if got := s.inOrder(name, 0); got[499] != fmt.Sprint(499, strings.Repeat("repeat ", 300)) {
			t.Errorf("%s: last value %.40q", name, got[499])
		}
	}
	if got := s.inOrder("xerial", 0)[0]; got != strings.Repeat("long ", 20000) {
		t.Errorf("xerial: %.40q, %d bytes", got, len(got))
	}
}

func TestStartsWhereTheLedgerSaysAndDropsWhatTheBatchHoldsBelow(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, numbered("v", 10)...) // one batch
	s := newStore()
	s.next[coordinate{"t", 0}] = 7
	start(t, quick(f.Brokers, "t"), &member{store: s})
	s.await(t, "the rest", func() bool { return s.next[coordinate{"t", 0}] == 10 })
	if got, want := s.inOrder("t", 0), []string{"v7", "v8", "v9"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestExpiredOffsetsAreAGap(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	for _, v := range numbered("v", 10) {
		produce(t, c, "t", 0, v)
	}
	t.Run("before the assignment", func(t *testing.T) {
		low, err := c.DeleteRecords(t.Context(), "t", 0, 4)
		if err != nil || low != 4 {
			t.Fatalf("low mark %d, %v", low, err)
		}
		s := newStore()
		s.next[coordinate{"t", 0}] = 1
		start(t, quick(f.Brokers, "t"), &member{store: s})
		s.await(t, "the rest", func() bool { return s.next[coordinate{"t", 0}] == 10 })
		if want := []string{"t/0 1-3"}; !slices.Equal(s.gaps, want) {
			t.Errorf("gaps %v, want %v", s.gaps, want)
		}
	})
	t.Run("after the assignment", func(t *testing.T) {
		// Positions are only out of range in a fetch when the log moves between
		// the assignment and the fetch.
		cfg := quick(f.Brokers, "t")
		cfg.Group = "late"
		s := newStore()
		s.next[coordinate{"t", 0}] = 5
		start(t, cfg, &member{store: s, onAssigned: func([]*Claim) {
			if _, err := c.DeleteRecords(context.Background(), "t", 0, 8); err != nil {
				t.Error(err)
			}
		}})
		s.await(t, "the rest", func() bool { return s.next[coordinate{"t", 0}] == 10 })
		if want := []string{"t/0 5-7"}; !slices.Equal(s.gaps, want) {
			t.Errorf("gaps %v, want %v", s.gaps, want)
		}
	})
}

func TestPositionAboveTheLogEndsWithAHint(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, "v")
	s := newStore()
	s.next[coordinate{"t", 0}] = 500
	err := start(t, quick(f.Brokers, "t"), &member{store: s}).wait(t)
	var pe *PartitionError
	if !errors.As(err, &pe) || !errors.Is(err, errBeyondEnd) || pe.Offset != 500 || pe.Hint == "" {
		t.Fatalf("Run: %v", err)
	}
}

func TestPicksUpNewPartitionsAndTopics(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "old", 1)
	produce(t, c, "old", 0, "history")
	s := newStore()
	cfg := quick(f.Brokers, "old", "new")
	cfg.StartAt = StartLatest
	m := &member{store: s}
	start(t, cfg, m)
	s.await(t, "the assignment", func() bool { return slices.Equal(m.holds(), []string{"old/0"}) })

	addPartitions(t, f, "old", 3)
	produce(t, c, "old", 2, "before it was seen")
	s.await(t, "the new partitions", func() bool { return len(s.values[coordinate{"old", 2}]) == 1 })

	createTopic(t, c, "new", 1)
	produce(t, c, "new", 0, "first")
	s.await(t, "the new topic", func() bool { return len(s.values[coordinate{"new", 0}]) == 1 })
	produce(t, c, "old", 0, "latest")
	s.await(t, "the old partition", func() bool { return len(s.values[coordinate{"old", 0}]) == 1 })
	if got := s.inOrder("old", 0); !slices.Equal(got, []string{"latest"}) {
		t.Errorf("the first partition was read from its beginning: %v", got)
	}
}

func addPartitions(t *testing.T, f *kafkatest.Fake, topic string, n int32) {
	t.Helper()
	k, err := kgo.NewClient(kgo.SeedBrokers(f.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	req := kmsg.NewPtrCreatePartitionsRequest()
	rt := kmsg.NewCreatePartitionsRequestTopic()
	rt.Topic, rt.Count = topic, n
	req.Topics = append(req.Topics, rt)
	req.TimeoutMillis = 5000
	res, err := req.RequestWith(t.Context(), k)
	if err == nil {
		err = kerr.ErrorForCode(res.Topics[0].ErrorCode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestStartAtLatestKeepsItsPlaceOverARestart(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, "history")
	cfg := quick(f.Brokers, "t")
	cfg.StartAt = StartLatest
	s := newStore()
	m := &member{store: s, ignoreLedger: true}
	r := start(t, cfg, m)
	s.await(t, "the assignment", func() bool { return len(m.holds()) == 1 })
	r.stop()
	if err := r.wait(t); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "t", 0, "while away")
	addPartitions(t, f, "t", 2)
	produce(t, c, "t", 1, "in a partition added while away")
	start(t, cfg, &member{store: s, ignoreLedger: true})
	s.await(t, "both", func() bool { return s.count() == 2 })
	if got := s.inOrder("t", 0); !slices.Equal(got, []string{"while away"}) {
		t.Errorf("got %v", got)
	}
}

func TestTwoMembersShareAndTakeOver(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 6)
	s := newStore()
	a, b := &member{store: s}, &member{store: s}
	start(t, quick(f.Brokers, "t"), a)
	rb := start(t, quick(f.Brokers, "t"), b)
	s.await(t, "three partitions each", func() bool { return len(a.holds()) == 3 && len(b.holds()) == 3 })
	for p := range 6 {
		produce(t, c, "t", p, numbered("x", 50)...)
	}
	s.await(t, "all messages", func() bool { return s.count() == 300 })
	rb.stop()
	if err := rb.wait(t); err != nil {
		t.Fatal(err)
	}
	s.await(t, "all partitions at one member", func() bool { return len(a.holds()) == 6 })
	for p := range 6 {
		produce(t, c, "t", p, numbered("y", 50)...)
	}
	s.await(t, "all messages", func() bool { return s.count() == 600 })
}

// A member that is busy with a batch while the group changes must not be given
// the next batch of that generation, which it fetched ahead.
func TestRebalanceWhileHandlingDropsWhatWasFetchedAhead(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 2)
	for p := range 2 {
		for _, v := range numbered("v", 40) {
			produce(t, c, "t", p, v) // batches of one
		}
	}
	cfg := quick(f.Brokers, "t")
	cfg.MaxBytes, cfg.PartitionMaxBytes = 1<<16, 1<<12
	s := newStore()
	busy, interrupted := make(chan struct{}), make(chan struct{})
	held := false
	var after []*Claim
	a := &member{store: s}
	a.hold = func(ctx context.Context, b *Batch) error {
		if held {
			return nil
		}
		held = true
		close(busy)
		<-ctx.Done() // the rebalance reaches a handler that blocks
		close(interrupted)
		return ctx.Err()
	}
	a.onRevoked = func(claims []*Claim) {
		after = append(after, claims...)
		for _, cl := range claims {
			if err := cl.Commit(cl.Start); err != nil {
				t.Errorf("commit in Revoked: %v", err)
			}
		}
	}
	ra := start(t, cfg, a)
	<-busy
	start(t, cfg, &member{store: s})
	select {
	case <-interrupted:
	case <-time.After(patience):
		t.Fatal("the rebalance did not end the context of Handle")
	}
	s.await(t, "all messages", func() bool { return s.count() == 80 })
	ra.stop()
	if err := ra.wait(t); err != nil {
		t.Fatal(err)
	}
	for _, cl := range after {
		if err := cl.Commit(40); !errors.Is(err, ErrRevoked) {
			t.Errorf("commit after the end of generation %d: %v, want ErrRevoked", cl.Generation, err)
		}
	}
}

func TestWhatRevokedCommitsReachesKafka(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, numbered("v", 5)...)
	cfg := quick(f.Brokers, "t")
	cfg.CommitInterval = time.Hour
	s := newStore()
	r := start(t, cfg, &member{store: s, onRevoked: func(claims []*Claim) {
		if err := claims[0].Commit(3); err != nil { // below what Handle said: stays
			t.Error(err)
		}
	}})
	s.await(t, "the messages", func() bool { return s.count() == 5 })
	r.stop()
	if err := r.wait(t); err != nil {
		t.Fatal(err)
	}
	var got int64
	s2 := newStore()
	m := &member{store: s2, ignoreLedger: true, onAssigned: func(claims []*Claim) { got = claims[0].Committed }}
	start(t, cfg, m)
	s2.await(t, "the assignment", func() bool { return len(m.holds()) == 1 })
	if got != 5 {
		t.Errorf("committed %d, want 5", got)
	}
}

func TestHandlerErrorEndsRunAfterRevoked(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, "v")
	boom := errors.New("disk full")
	gaveUp := false
	err := start(t, quick(f.Brokers, "t"), &member{store: newStore(),
		hold:      func(context.Context, *Batch) error { return boom },
		onRevoked: func([]*Claim) { gaveUp = true },
	}).wait(t)
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "topic t partition 0 offsets 0 to 0") {
		t.Errorf("Run: %v", err)
	}
	if !gaveUp {
		t.Error("Revoked was not called")
	}
}

func TestFollowsMovingLeadersAndPassingErrors(t *testing.T) {
	f := kafkatest.StartFake(t, kfake.NumBrokers(3))
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 3)
	s := newStore()
	start(t, quick(f.Brokers, "t"), &member{store: s})
	for round := range 6 {
		for p := range 3 {
			produce(t, c, "t", p, fmt.Sprint(round))
		}
		s.await(t, "this round", func() bool { return s.count() == 3*(round+1) })
		if round%2 == 0 {
			f.Cluster.ShufflePartitionLeaders()
			continue
		}
		f.Cluster.ControlKey(int16(kmsg.Fetch), func(kreq kmsg.Request) (kmsg.Response, error, bool) {
			req := kreq.(*kmsg.FetchRequest)
			res := req.ResponseKind().(*kmsg.FetchResponse)
			for _, rt := range req.Topics {
				st := kmsg.NewFetchResponseTopic()
				st.Topic = rt.Topic
				for _, rp := range rt.Partitions {
					sp := kmsg.NewFetchResponseTopicPartition()
					sp.Partition, sp.ErrorCode = rp.Partition, kerr.UnknownTopicOrPartition.Code
					st.Partitions = append(st.Partitions, sp)
				}
				res.Topics = append(res.Topics, st)
			}
			return res, nil, true
		})
	}
}

func TestTopicCreatedAnewIsAssignedWithItsNewID(t *testing.T) {
	f := kafkatest.StartFake(t)
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, numbered("old", 9)...)
	s := newStore()
	ids := map[string]bool{}
	start(t, quick(f.Brokers, "t"), &member{store: s, onAssigned: func(claims []*Claim) {
		for _, cl := range claims {
			id := cl.TopicID.String()
			if len(ids) > 0 && !ids[id] {
				cl.Start = 0 // what a ledger with epochs says
			}
			ids[id] = true
		}
	}, ignoreLedger: true})
	s.await(t, "the old messages", func() bool { return s.count() == 9 })
	deleteTopic(t, f, "t")
	createTopic(t, client(t, f.Brokers), "t", 1)
	produce(t, client(t, f.Brokers), "t", 0, "new")
	s.await(t, "the new message", func() bool { return s.values[coordinate{"t", 0}][0] == "new" })
	if len(ids) != 2 {
		t.Errorf("topic ids seen: %v, want two", ids)
	}
}

func deleteTopic(t *testing.T, f *kafkatest.Fake, topic string) {
	t.Helper()
	k, err := kgo.NewClient(kgo.SeedBrokers(f.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	req := kmsg.NewPtrDeleteTopicsRequest()
	req.TopicNames = []string{topic}
	rt := kmsg.NewDeleteTopicsRequestTopic()
	rt.Topic = kmsg.StringPtr(topic)
	req.Topics = append(req.Topics, rt)
	req.TimeoutMillis = 5000
	res, err := req.RequestWith(t.Context(), k)
	if err == nil {
		err = kerr.ErrorForCode(res.Topics[0].ErrorCode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kafka-go stops its heartbeats when a generation ends. A member that takes
// longer than the session to store what it holds must still be a member when it
// commits.
func TestGivingUpMayTakeLongerThanTheSession(t *testing.T) {
	const session = 2 * time.Second
	f := kafkatest.StartFake(t, kfake.GroupMinSessionTimeout(session))
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	produce(t, c, "t", 0, numbered("v", 5)...)
	cfg := quick(f.Brokers, "t")
	cfg.SessionTimeout, cfg.RebalanceTimeout, cfg.CommitInterval = session, time.Minute, time.Hour
	s := newStore()
	gaveUp := make(chan struct{})
	committed := make(chan int64, 100)
	report := func(claims []*Claim) { // either member may get the partition
		if claims[0].Generation > 1 {
			committed <- claims[0].Committed
		}
	}
	slow := &member{store: s, onAssigned: report, onRevoked: func(claims []*Claim) {
		if claims[0].Generation > 1 {
			return
		}
		<-time.After(3 * session) // the time that passes is what is tested
		if err := claims[0].Commit(5); err != nil {
			t.Error(err)
		}
		close(gaveUp)
	}}
	start(t, cfg, slow)
	s.await(t, "the messages", func() bool { return s.count() == 5 })
	start(t, cfg, &member{store: s, onAssigned: report})
	if got := <-committed; got != 5 {
		t.Errorf("the next generation begins with committed offset %d, want 5", got)
	}
	select {
	case <-gaveUp:
	default:
		t.Error("the next generation began before the last one ended")
	}
}
