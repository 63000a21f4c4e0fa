//go:build integration

package ingest

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/kafka/kafkatest"
)

// Two consumers share six partitions of a real Kafka while messages come; one of
// them is killed (SIGKILL) in the middle. Every message is stored once, every
// offset is in the ledger, and the other consumer takes over.
func TestIntegrationKilledMember(t *testing.T) {
	const partitions, rounds, perRound = 6, 12, 200
	conn, dsn := newDatabaseDSN(t)
	c := newCluster(t, kafkatest.StartReal(t).Brokers, "t", partitions)
	random := rand.New(rand.NewPCG(5, 6))
	produceRound := func() {
		for partition := range partitions {
			c.produce("t", partition, phrases(random, perRound)...)
		}
	}
	produceRound()
	doomed, middle := startMember(t, dsn, c.brokers[0])
	survivor := c.run(conn, func(cfg *Config, _ *Dependencies) {
		brokers := cfg.Kafka.Brokers
		*cfg = realConfig(brokers)
		cfg.Writer = "survivor"
	})
	for round := range rounds - 1 {
		produceRound()
		if round == 3 {
			select {
			case <-middle:
			case <-time.After(3 * time.Minute):
				t.Fatal("the member to be killed did not get to the middle of its fourth block")
			}
			if err := doomed.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	ledgerHolds(t, conn, c, partitions, rounds*perRound)
	if err := survivor(); err != nil {
		t.Error(err)
	}
	slices.Sort(c.produced)
	got := values(t, conn, storedPadded)
	if !slices.Equal(got, c.produced) {
		t.Errorf("%d rows differ from the %d messages produced", len(got), len(c.produced))
	}
	expect(t, "writers", values(t, conn, "SELECT DISTINCT writer FROM batches ORDER BY writer"), list("doomed", "survivor"))
	physical := value(t, conn, "SELECT toString(count()) FROM messages")
	t.Logf("%s physical rows for %d messages", physical, len(c.produced))
	if physical == fmt.Sprint(len(c.produced)) {
		t.Error("no message was written twice: the member was not killed in the middle of a block")
	}
}

// startMember starts a member in a process of its own. The channel gets a value
// when it is in the middle of a block.
func startMember(t *testing.T, dsn, brokers string) (*exec.Cmd, <-chan struct{}) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), memberDSN+"="+dsn, memberBrokers+"="+brokers)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	middle := make(chan struct{}, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), holding) {
				select {
				case middle <- struct{}{}:
				default:
				}
			}
		}
	}()
	return cmd, middle
}

// ledgerHolds waits until the ledger holds the offsets [0, n) of every
// partition. It asks, since a member that was killed can't be listened to.
func ledgerHolds(t *testing.T, conn driver.Conn, c *cluster, partitions int, n int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	l := ledger{conn: conn}
	for {
		whole := 0
		var state []string
		for number := range int32(partitions) {
			k, err := l.read(t.Context(), &partition{topic: "t", number: number}, 0)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Equal(k.covered, []span{{0, n - 1}}) {
				whole++
			}
			state = append(state, fmt.Sprint(k.covered))
		}
		if whole == partitions {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the ledger holds %s, want 0 to %d of each", strings.Join(state, " "), n-1)
		}
	}
}
