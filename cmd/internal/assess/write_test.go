package assess

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A watched connection tells of every batch before it is sent: into which
// table, and how many rows.
type watched struct {
	driver.Conn
	sending func(table string, rows int)
}

func (c watched) PrepareBatch(ctx context.Context, query string, opts ...driver.PrepareBatchOption) (driver.Batch, error) {
	b, err := c.Conn.PrepareBatch(ctx, query, opts...)
	table, _, _ := strings.Cut(strings.TrimPrefix(query, "INSERT INTO "), " ")
	return &watchedBatch{b, func(rows int) { c.sending(table, rows) }, 0}, err
}

type watchedBatch struct {
	driver.Batch
	sending func(rows int)
	rows    int
}

func (b *watchedBatch) Append(v ...any) error {
	b.rows++
	return b.Batch.Append(v...)
}

func (b *watchedBatch) Send() error {
	b.sending(b.rows)
	return b.Batch.Send()
}

// TestLargeCallIsWrittenWhileItIsMade: the rows of a call that has more than may
// gather are written before its end, each once, and no reader sees any of them
// before all are there.
func TestLargeCallIsWrittenWhileItIsMade(t *testing.T) {
	const people, episodes = 200, 120
	b := newBench(t)
	from := day(2, "10:00:00")
	var messages []string
	for i := range people {
		messages = append(messages, summary("large", "null", fmt.Sprintf("user%03d", i), from, 36_000))
	}
	for i := range episodes {
		at := from.Add(time.Duration(i+1) * time.Minute)
		messages = append(messages, recordingState("large", true, from.Add(time.Minute), at), recordingState("large", false, from.Add(time.Minute), at.Add(30*time.Second)))
	}
	b.sends(callTopic, from, messages...)
	counted := func() string {
		return strings.Join(b.rows(`SELECT concat(toString((SELECT count() FROM sessions_current)), ' sessions, ', toString((SELECT count() FROM obligations_current)), ' obligations, ',
    toString((SELECT count() FROM findings_current)), ' findings, ', toString((SELECT count() FROM usage_lines_current)), ' lines of version ', toString((SELECT any(version) FROM calls_current)))`), "")
	}
	before := counted()
	if want := fmt.Sprintf("%d sessions, %d obligations", people, people*episodes); !strings.HasPrefix(before, want) {
		t.Fatalf("got %s, want %s", before, want)
	}
	terms := b.live.deps.Terms
	terms.Now = b.clock
	version := Version(b.clock.Add(time.Hour))
	batches, sent, early := map[string]int{}, map[string]int{}, 0
	conn := watched{b.run.Conn, func(table string, rows int) {
		batches[table]++
		sent[table] += rows
		if rows > maxPending+2*episodes+people {
			t.Errorf("%d rows gathered for %s", rows, table)
		}
		if table == "call_sets" || table != "calls" && batches["calls"] > 0 {
			return // of no call, or what is judged once the calls are there
		}
		if now := counted(); now != before {
			t.Errorf("readers saw %s before the call was complete, want %s", now, before)
		}
		if table == "obligations" {
			early++
		}
	}}
	if _, err := All(t.Context(), conn, terms, version, nil); err != nil {
		t.Fatal(err)
	}
	if early < 2 || batches["calls"] != 1 {
		t.Errorf("batches %v: want several of obligations and one of calls", batches)
	}
	if got, want := counted(), before[:strings.LastIndexByte(before, ' ')]+fmt.Sprint(" ", version); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, table := range []string{"sessions", "obligations", "findings", "usage_lines", "checks"} {
		b.wants(fmt.Sprintf("SELECT toString(count()) FROM %s_current", table), fmt.Sprint(sent[table]))
	}
}
