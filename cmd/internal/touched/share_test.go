package touched

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
)

const partitions = 4

// A fleet is a topic and the members of its group.
type fleet struct {
	*testing.T
	client *kafka.Client
	cfg    kafka.Config
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{T: t, cfg: kafka.DefaultConfig()}
	f.cfg.Brokers = kafkatest.StartFake(t).Brokers
	f.cfg.Group, f.cfg.MaxWait, f.cfg.JoinBackoff, f.cfg.HeartbeatInterval = "g", 50*time.Millisecond, 50*time.Millisecond, 100*time.Millisecond
	f.cfg.CommitInterval = 50 * time.Millisecond
	var err error
	if f.client, err = kafka.NewClient(f.cfg.ClientConfig); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	if err := CreateTopic(t.Context(), f.client, "touched", partitions); err != nil {
		t.Fatal(err)
	}
	return f
}

// joins starts a member; leave ends it in order.
func (f *fleet) joins() (s *Share, leave func()) {
	f.Helper()
	s = NewShare(NewConfig(f.cfg, "touched"), &Announcer{Client: f.client, Topic: "touched"}, slog.New(slog.DiscardHandler), nil)
	ctx, cancel := context.WithCancel(f.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, func() {}) }()
	left := false
	leave = func() {
		if !left {
			left = true
			cancel()
			if err := <-done; err != nil {
				f.Error(err)
			}
		}
	}
	f.Cleanup(leave)
	return s, leave
}

func (f *fleet) eventually(what string, is func() bool) {
	f.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(3 * time.Minute); !is(); {
		select {
		case <-tick.C:
		case <-deadline:
			f.Fatalf("waited in vain until %s", what)
		}
	}
}

func (f *fleet) hold(n int, s *Share) {
	f.Helper()
	f.eventually(fmt.Sprintf("a member holds %d partitions", n), func() bool {
		ring, _, _ := s.Held()
		return len(ring.Held) == n && ring.Partitions == partitions
	})
}

// takes waits until a member was told of calls, in any order.
func (f *fleet) takes(s *Share, want ...string) (mark Mark) {
	f.Helper()
	var got []string
	f.eventually(fmt.Sprintf("a member is told of %q", want), func() bool {
		var list []Message
		list, mark = s.Take()
		for _, m := range list {
			got = append(got, m.Root)
		}
		return len(got) >= len(want)
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		f.Fatalf("told of %q, want %q", got, want)
	}
	return mark
}

// TestSharesTheCalls: what is told reaches who holds it; what is not done comes
// again to who takes it over, and what is done does not.
func TestSharesTheCalls(t *testing.T) {
	f := newFleet(t)
	one, leave := f.joins()
	f.hold(partitions, one)
	two, _ := f.joins()
	f.hold(partitions/2, one)
	f.hold(partitions/2, two)
	var of [2][]string // calls by member
	var list []Message
	first, _, _ := one.Held()
	second, _, _ := two.Held()
	for i := range 40 {
		root := fmt.Sprint("call ", i)
		switch {
		case first.Holds(root) && !second.Holds(root):
			of[0] = append(of[0], root)
		case second.Holds(root):
			of[1] = append(of[1], root)
		default:
			t.Fatalf("nobody holds %s", root)
		}
		list = append(list, Message{Root: root, Keys: []string{"key of " + root}})
	}
	if len(of[0]) == 0 || len(of[1]) == 0 {
		t.Fatalf("one member has all: %q", of)
	}
	if err := one.Tell(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	one.Done(f.takes(one, of[0]...))
	f.takes(two, of[1]...)
	if err := one.Tell(t.Context(), []Message{{Root: of[0][0], Keys: []string{"more"}, Anew: true, Hops: 2}}); err != nil {
		t.Fatal(err)
	}
	f.takes(one, of[0][0]) // and is not done with it
	leave()
	f.hold(partitions, two)
	// What two had taken and was not done with comes to it again.
	f.takes(two, append(slices.Clone(of[1]), of[0][0])...)
	marks, err := two.Marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.eventually("all is taken", func() bool {
		two.Take()
		return two.Reached(marks)
	})
}

// TestMessages: a message names what is touched, in parts where that is much.
func TestMessages(t *testing.T) {
	f := newFleet(t)
	s, _ := f.joins()
	f.hold(partitions, s)
	keys := make([]string, 2*maxKeys+1)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	if err := s.Tell(t.Context(), []Message{{Root: "large", Keys: keys, Anew: true, Hops: 1}}); err != nil {
		t.Fatal(err)
	}
	var got []string
	f.eventually("all parts came", func() bool {
		list, _ := s.Take()
		for _, m := range list {
			if m.Root != "large" || !m.Anew || m.Hops != 1 || len(m.Keys) > maxKeys {
				t.Errorf("told %s, anew %v, %d hops, %d keys", m.Root, m.Anew, m.Hops, len(m.Keys))
			}
			got = append(got, m.Keys...)
		}
		return len(got) >= len(keys)
	})
	if !slices.Equal(got, keys) {
		t.Errorf("%d keys came of %d", len(got), len(keys))
	}
	// What is no message is passed over.
	if _, err := f.client.Produce(t.Context(), kafka.DefaultProduceConfig(), "touched", 0, []kafka.Message{{Value: []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Tell(t.Context(), []Message{{Root: "after", Keys: []string{"k"}}}); err != nil {
		t.Fatal(err)
	}
	f.takes(s, "after")
}
