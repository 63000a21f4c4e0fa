package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
	"rollcall/schema"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// server is the embedded ClickHouse of this test process, nil where the library
// is missing.
var server *chdb.Server

// serveEnv makes the test binary be a ClickHouse, for tests and benchmarks that
// want it in another process.
const serveEnv = "ROLLCALL_TEST_CLICKHOUSE"

func TestMain(m *testing.M) {
	if os.Getenv(memberDSN) != "" {
		if err := runMember(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var err error
	if !benchmarking || os.Getenv(serveEnv) != "" {
		server, err = chdb.Open(chdb.Config{})
	}
	if err != nil && (!errors.Is(err, chdb.ErrNoLibrary) || os.Getenv("CI") == "true") {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if os.Getenv(serveEnv) != "" && server != nil {
		fmt.Println(server.DSN())
		_, _ = io.Copy(io.Discard, os.NewFile(3, "parent")) // until the parent ends
		server.Close()
		return
	}
	code := m.Run()
	if server != nil {
		if err := server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var databases atomic.Int32

// newDatabase returns a connection to a database of its own with all tables.
func newDatabase(t testing.TB) driver.Conn {
	t.Helper()
	conn, _ := newDatabaseDSN(t)
	return conn
}

func newDatabaseDSN(t testing.TB) (conn driver.Conn, dsn string) {
	t.Helper()
	if server == nil {
		t.Skip("libchdb is missing: run 'make libchdb'")
	}
	ctx := context.Background()
	name := fmt.Sprintf("t%d", databases.Add(1))
	admin, err := tables.Open(ctx, server.DSN(), tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	conn, err = tables.Open(ctx, u.String(), tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// All tests share one engine, and the tables of all would fill its memory.
		if err := conn.Exec(ctx, "DROP DATABASE "+name+" SYNC"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
		conn.Close()
	})
	if _, err := tables.Migrate(ctx, conn, tables.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	// Physical copies are counted, so they must not be merged away meanwhile.
	for _, table := range []string{"messages", "events", "dead_letters", "batches"} {
		if err := conn.Exec(ctx, "SYSTEM STOP MERGES "+table); err != nil {
			t.Fatal(err)
		}
	}
	return conn, u.String()
}

// values returns the first column of a query as text.
func values(t testing.TB, conn driver.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	all := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// value is values for queries that give one row.
func value(t testing.TB, conn driver.Conn, query string) string {
	t.Helper()
	all := values(t, conn, query)
	if len(all) != 1 {
		t.Fatalf("%s: %d rows", query, len(all))
	}
	return all[0]
}

func expect(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// words is a decoder for tests: each word of a message is an event about the
// call of that name, "!" is a part that can't be read, and "secret" is content
// that is not stored.
type words struct{}

func (words) Decode(value []byte) decode.Result {
	r := decode.Result{Value: value}
	if bytes.Contains(value, []byte("secret")) {
		r.Value = bytes.ReplaceAll(value, []byte("secret"), []byte("dropped"))
	}
	start := 0
	for word := range bytes.SplitSeq(r.Value, []byte(" ")) {
		if string(word) == "!" {
			r.Dead = append(r.Dead, decode.Dead{Offset: start, Length: 1, Reason: "not a word"})
		} else if len(word) > 0 {
			at := time.UnixMilli(1767225600000).UTC()
			r.Events = append(r.Events, schema.Event{ID: "id-" + string(word), Source: schema.SourceRollcall, Kind: "word",
				Content: "c", Time: at, First: at, Last: at.Add(time.Minute), Refs: schema.CallRefs{CorrelationID: string(word)},
				Facts: schema.Facts{Participant: &schema.Participant{RawID: "8:acs:" + string(word)}}})
		}
		start += len(word) + 1
	}
	return r
}

// faulty is a connection whose inserts can be made to fail. before is asked
// before an insert into a table reaches ClickHouse, after when it was applied:
// an error there is an answer that was lost.
type faulty struct {
	driver.Conn
	mu            sync.Mutex
	before, after func(table string) error
	inserts       []string
}

func (f *faulty) InsertFormat(ctx context.Context, format, query string, data io.Reader) error {
	table := strings.Fields(query)[2]
	f.mu.Lock()
	before, after := f.before, f.after
	f.inserts = append(f.inserts, table)
	f.mu.Unlock()
	if before != nil {
		if err := before(table); err != nil {
			return err
		}
	}
	if err := f.Conn.InsertFormat(ctx, format, query, data); err != nil {
		return err
	}
	if after != nil {
		return after(table)
	}
	return nil
}

func (f *faulty) set(before, after func(string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = before, after
}

// failing is a hook that fails for one table.
func failing(table string) func(string) error {
	return func(name string) error {
		if name == table {
			return errors.New("the test cuts the line")
		}
		return nil
	}
}

// testConfig never flushes by time, unless a test says so.
func testConfig() Config {
	c := DefaultConfig()
	c.Kafka.Brokers, c.Kafka.Group, c.Kafka.Topics = []string{"127.0.0.1:1"}, "g", []string{"t"}
	c.FlushInterval = time.Hour
	c.RetryMin, c.RetryMax = time.Millisecond, 5*time.Millisecond
	c.Writer = "test"
	return c
}

// A member is a pipeline that a test drives as Kafka's consumer would.
type member struct {
	*Pipeline
	t       testing.TB
	commits chan string
}

func newMember(t testing.TB, conn driver.Conn, change ...func(*Config, *Dependencies)) *member {
	t.Helper()
	cfg := testConfig()
	deps := Dependencies{Conn: conn, Decoder: words{}, DecoderVersion: 1, Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&cfg, &deps)
	}
	p, err := newPipeline(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	m := &member{Pipeline: p, t: t, commits: make(chan string, 1000)}
	p.commit = func(c *kafka.Claim, next int64) error {
		m.commits <- fmt.Sprintf("%s/%d:%d", c.Topic, c.Partition, next)
		return nil
	}
	t.Cleanup(p.start())
	return m
}

var topicA = uuid.MustParse("00000000-0000-4000-8000-00000000000a")

// claim is a partition of topic t that holds offsets [logStart, highWater).
func claim(partition int, logStart, highWater int64) *kafka.Claim {
	return &kafka.Claim{Topic: "t", TopicID: topicA, Partition: partition, Committed: -1, LogStart: logStart, HighWater: highWater, Start: logStart}
}

func (m *member) assigned(claims ...*kafka.Claim) {
	m.t.Helper()
	if err := m.Assigned(m.t.Context(), claims); err != nil {
		m.t.Fatal(err)
	}
}

func (m *member) revoked(claims ...*kafka.Claim) {
	m.t.Helper()
	if err := m.Revoked(context.Background(), claims); err != nil {
		m.t.Fatal(err)
	}
}

// batchOf is a range that begins at first, one message an offset.
func batchOf(c *kafka.Claim, first int64, texts ...string) *kafka.Batch {
	b := &kafka.Batch{Claim: c, First: first, Last: first + int64(len(texts)) - 1, HighWater: c.HighWater, LogStart: c.LogStart}
	for i, text := range texts {
		b.Records = append(b.Records, kafka.Record{Offset: first + int64(i), Time: time.UnixMilli(1767225600000 + first + int64(i)).UTC(), Value: []byte(text)})
	}
	return b
}

func (m *member) handle(b *kafka.Batch) {
	m.t.Helper()
	if err := m.Handle(m.t.Context(), b); err != nil {
		m.t.Fatal(err)
	}
}

const (
	stored   = "SELECT concat(topic, '/', toString(epoch), '/', toString(partition), ':', toString(offset), '=', value) FROM messages_one ORDER BY topic, epoch, partition, offset"
	eventIDs = "SELECT event_id FROM events_current ORDER BY event_id"
	ranges   = "SELECT concat(toString(epoch), '/', toString(partition), ':', toString(first), '-', toString(last)) FROM batches GROUP BY epoch, partition, first, last ORDER BY epoch, partition, first, last"
	gapRows  = "SELECT concat(toString(partition), ':', toString(first), '-', toString(last), ' ', reason) FROM gaps_one ORDER BY partition, first"
)

func list(s ...string) []string { return slices.Clip(append([]string{}, s...)) }
