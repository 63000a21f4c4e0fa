package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"rollcall/ingest/kafka"
	"rollcall/schema/tables"
)

func TestStoresMessagesEventsAndLedger(t *testing.T) {
	conn := newDatabase(t)
	var told []Stored
	m := newMember(t, conn, func(_ *Config, d *Dependencies) { d.Stored = func(s Stored) { told = append(told, s) } })
	c0, c1 := claim(0, 0, 10), claim(1, 0, 10)
	m.assigned(c0, c1)
	m.handle(batchOf(c0, 0, "a b", "c ! c"))
	m.handle(batchOf(c1, 0, "my secret"))
	m.handle(batchOf(c0, 2, "d"))
	m.revoked(c0, c1)

	expect(t, "messages", values(t, conn, stored), list("t/0/0:0=a b", "t/0/0:1=c ! c", "t/0/0:2=d", "t/0/1:0=my dropped"))
	expect(t, "events", values(t, conn, eventIDs), list("id-a", "id-b", "id-c", "id-d", "id-dropped", "id-my"))
	expect(t, "ledger", values(t, conn, ranges), list("0/0:0-2", "0/1:0-0"))
	expect(t, "counts", value(t, conn, "SELECT concat(toString(sum(messages)), ' ', toString(sum(events)), ' ', toString(sum(dead_letters)), ' ', any(writer)) FROM batches"), "4 7 1 test")
	expect(t, "dead letters", value(t, conn, "SELECT concat(toString(offset), ' ', toString(part), ' ', toString(start), ' ', stage, ' ', reason, ' ', raw) FROM dead_letters_one"),
		"1 0 2 decode not a word !")
	expect(t, "flags", value(t, conn, "SELECT concat(toString(flags), ' ', toString(length)) FROM messages_one WHERE partition = 1"),
		fmt.Sprint(tables.FlagContentDropped|tables.FlagNullKey, " 9"))
	expect(t, "aliases", value(t, conn, "SELECT concat(alias, ' ', toString(first), ' ', toString(last)) FROM aliases_one WHERE alias LIKE '%:a'"),
		"correlation_id:a 2026-01-01 00:00:00.000 2026-01-01 00:01:00.000")
	expect(t, "event row", value(t, conn, "SELECT concat(toString(time), ' ', facts, ' ', raw_id, ' ', toString(aliases), ' ', toString(length(alias_key))) FROM events_current WHERE event_id = 'id-a'"),
		`2026-01-01 00:00:00.000 {"participant":{"raw_id":"8:acs:a"}} 8:acs:a ['correlation_id:a'] 32`)
	if len(told) != 1 || len(told[0].Ranges) != 2 || len(told[0].AliasKeys) != 6 {
		t.Errorf("told %+v", told)
	}
	close(m.commits)
	commits := map[string]bool{}
	for c := range m.commits {
		commits[c] = true
	}
	expect(t, "commits", fmt.Sprint(commits["t/0:3"], commits["t/1:1"], len(commits)), "true true 2")
}

// Every commitment in the table can be computed from the row, and salts differ.
func TestCommitments(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn)
	c := claim(0, 0, 2)
	m.assigned(c)
	b := batchOf(c, 0, "a", "a")
	b.Records[0].Key = []byte("k")
	b.Records[0].Headers = []kafka.Header{{Key: "h", Value: []byte("v")}, {Key: "h"}}
	b.Records[1].Time = time.Time{}
	m.handle(b)
	m.revoked(c)
	rows, err := conn.Query(t.Context(), "SELECT topic, epoch, partition, offset, broker_time, key, value, headers, length, flags, salt, commitment FROM messages_one ORDER BY offset")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	salts := map[string]bool{}
	for rows.Next() {
		var msg tables.Message
		var key, value, salt, commitment string
		var headers [][]any
		if err := rows.Scan(&msg.Topic, &msg.Epoch, &msg.Partition, &msg.Offset, &msg.BrokerTime, &key, &value, &headers, &msg.Length, &msg.Flags, &salt, &commitment); err != nil {
			t.Fatal(err)
		}
		msg.Key, msg.Value = []byte(key), []byte(value)
		copy(msg.Salt[:], salt)
		salts[salt] = true
		if len(headers) > 0 {
			msg.Headers = func(yield func(string, []byte) bool) {
				for _, h := range headers {
					if !yield(h[0].(string), []byte(h[1].(string))) {
						return
					}
				}
			}
		}
		var c tables.Committer
		expect(t, fmt.Sprint("commitment of ", msg.Offset), hex.EncodeToString(c.Commit(msg)), hex.EncodeToString([]byte(commitment)))
	}
	expect(t, "salts", len(salts), 2)
}

// A process that dies between the rows and the ledger's row has stored nothing:
// the next one reads again, and readers see one row a key and an event.
func TestDiesBeforeLedger(t *testing.T) {
	for _, table := range []string{"events", "aliases", "batches"} {
		t.Run(table, func(t *testing.T) {
			conn := newDatabase(t)
			f := &faulty{Conn: conn}
			// The grace is over once the line has been cut: however slow the
			// machine is, what comes before is written.
			grace, over := context.WithCancel(t.Context())
			f.set(func(name string) error {
				err := failing(table)(name)
				if err != nil {
					over()
				}
				return err
			}, nil)
			m := newMember(t, f, func(c *Config, _ *Dependencies) { c.ShutdownGrace = time.Minute })
			c := claim(0, 0, 3)
			m.assigned(c)
			m.handle(batchOf(c, 0, "a", "b", "c"))
			if err := m.Revoked(grace, nil); err == nil {
				t.Error("Revoked says that all is stored")
			}
			expect(t, "commits", len(m.commits), 0)
			expect(t, "ledger", values(t, conn, ranges), list())
			expect(t, "physical rows", value(t, conn, "SELECT toString(count()) FROM messages"), "3")

			next := newMember(t, conn, func(c *Config, _ *Dependencies) { c.FlushMessages = 2 })
			c = claim(0, 0, 3)
			next.assigned(c)
			expect(t, "start", c.Start, 0)
			next.handle(batchOf(c, 0, "a", "b", "c"))
			next.revoked(c)
			expect(t, "messages", values(t, conn, stored), list("t/0/0:0=a", "t/0/0:1=b", "t/0/0:2=c"))
			expect(t, "events", values(t, conn, "SELECT event_id FROM events_one ORDER BY event_id"), list("id-a", "id-b", "id-c"))
			expect(t, "ledger", values(t, conn, ranges), list("0/0:0-1", "0/0:2-2"))
			expect(t, "physical rows", value(t, conn, "SELECT toString(count()) FROM messages"), "6")
		})
	}
}

// An insert whose answer is lost is repeated without a second copy.
func TestLostAnswerLeavesOneCopy(t *testing.T) {
	for _, table := range []string{"messages", "events", "dead_letters", "batches"} {
		t.Run(table, func(t *testing.T) {
			conn := newDatabase(t)
			f := &faulty{Conn: conn}
			m := newMember(t, f)
			left := 3
			f.set(nil, func(name string) error {
				if name == table && left > 0 {
					left--
					return errors.New("the answer is lost")
				}
				return nil
			})
			c := claim(0, 0, 3)
			m.assigned(c)
			m.handle(batchOf(c, 0, "a", "b", "c !"))
			m.revoked(c)
			expect(t, "failures left", left, 0)
			expect(t, "copies", value(t, conn, "SELECT concat(toString((SELECT count() FROM messages)), toString((SELECT count() FROM events)), "+
				"toString((SELECT count() FROM dead_letters)), toString((SELECT count() FROM batches)))"), "3311")
		})
	}
}

// The insert of a member that lost its partition long ago comes through after
// the next member has stored the same offsets: the views do not change.
func TestZombieChangesNothing(t *testing.T) {
	conn := newDatabase(t)
	f := &faulty{Conn: conn}
	hold, held := make(chan struct{}), make(chan struct{}, 1)
	f.set(func(table string) error {
		if table == "messages" {
			held <- struct{}{}
			<-hold
		}
		return nil
	}, nil)
	zombie := newMember(t, f, func(c *Config, _ *Dependencies) { c.FlushMessages = 2 })
	old := claim(0, 0, 2)
	zombie.assigned(old)
	zombie.handle(batchOf(old, 0, "a", "b"))
	<-held // its insert is on the way

	m := newMember(t, conn)
	c := claim(0, 0, 2)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a", "b"))
	m.revoked(c)
	everything := func() []string {
		return append(values(t, conn, "SELECT concat(toString(offset), hex(salt), hex(commitment), toString(batch), toString(stored_at)) FROM messages_one ORDER BY offset"),
			values(t, conn, "SELECT concat(event_id, toString(offset), toString(via)) FROM events_current ORDER BY event_id")...)
	}
	before := everything()
	close(hold)
	zombie.revoked(old)
	expect(t, "physical rows", value(t, conn, "SELECT toString(count()) FROM messages"), "4")
	expect(t, "views after the zombie", everything(), before)
	for _, q := range []string{"SYSTEM START MERGES messages", "OPTIMIZE TABLE messages FINAL"} {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "rows after merging", value(t, conn, "SELECT toString(count()) FROM messages"), "2")
	expect(t, "views after merging", everything(), before)
}

// While ClickHouse is away reading stops when two blocks are full, and goes on
// when it is back.
func TestClickHouseAwayThenBack(t *testing.T) {
	conn := newDatabase(t)
	f := &faulty{Conn: conn}
	f.set(failing("messages"), nil)
	m := newMember(t, f, func(c *Config, _ *Dependencies) { c.FlushMessages = 2 })
	c := claim(0, 0, 6)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a", "b"))
	blocked := make(chan error, 1)
	go func() { blocked <- m.Handle(context.Background(), batchOf(c, 2, "c", "d", "e", "f")) }()
	for m.retries("messages") < 3 { // each takes milliseconds
		select {
		case err := <-blocked:
			t.Fatalf("Handle went on while nothing was taken: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	expect(t, "stalled", gauge(m.metrics.Stalled), 1)
	f.set(nil, nil)
	if err := <-blocked; err != nil {
		t.Fatal(err)
	}
	m.revoked(c)
	expect(t, "messages", value(t, conn, "SELECT arrayStringConcat(groupArray(value)) FROM (SELECT value FROM messages_one ORDER BY offset)"), "abcdef")
	expect(t, "copies", value(t, conn, "SELECT toString(count()) FROM messages"), "6")
	expect(t, "stalled", gauge(m.metrics.Stalled), 0)
}

// A row that ClickHouse refuses for what it holds becomes a dead letter with its
// bytes; its neighbours land.
func TestBadRowIsBisected(t *testing.T) {
	conn := newDatabase(t)
	for _, q := range []string{
		"ALTER TABLE messages ADD CONSTRAINT c CHECK value NOT LIKE '%poison%'",
		"ALTER TABLE events ADD CONSTRAINT c CHECK event_id != 'id-venom'",
	} {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	m := newMember(t, conn)
	c := claim(0, 0, 8)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a", "b", "poison x", "d", "e", "f venom g", "h"))
	m.revoked(c)
	expect(t, "messages", value(t, conn, "SELECT arrayStringConcat(groupArray(value), ',') FROM (SELECT value FROM messages_one ORDER BY offset)"), "a,b,d,e,f venom g,h")
	expect(t, "events", values(t, conn, eventIDs), list("id-a", "id-b", "id-d", "id-e", "id-f", "id-g", "id-h"))
	expect(t, "dead letters", values(t, conn, "SELECT concat(toString(offset), '/', toString(part), ' ', stage, ' ', raw, ' ', hex(sha256)) FROM dead_letters_one ORDER BY offset"),
		list("2/0 store poison x "+hash("poison x"), "5/1 event f venom g "+hash("f venom g")))
	expect(t, "ledger", value(t, conn, "SELECT concat(toString(first), '-', toString(last), ' ', toString(events), ' ', toString(dead_letters)) FROM batches"), "0-6 7 2")
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// When nearly all rows are refused it is the table that is wrong: nothing
// becomes a dead letter, and all is stored once the table is right.
func TestRefusalOfMostIsNoFaultOfTheRows(t *testing.T) {
	conn := newDatabase(t)
	if err := conn.Exec(t.Context(), "ALTER TABLE messages ADD CONSTRAINT c CHECK length(value) > 9"); err != nil {
		t.Fatal(err)
	}
	m := newMember(t, conn)
	c := claim(0, 0, 40)
	m.assigned(c)
	texts := make([]string, 40)
	for i := range texts {
		texts[i] = fmt.Sprint(i)
	}
	m.handle(batchOf(c, 0, texts...))
	done := make(chan error, 1)
	go func() { done <- m.Revoked(context.Background(), nil) }()
	for m.retries("messages") == 0 {
		select {
		case err := <-done:
			t.Fatalf("Revoked returned %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE messages DROP CONSTRAINT c"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	expect(t, "rows", value(t, conn, "SELECT concat(toString((SELECT count() FROM messages)), ' ', toString((SELECT count() FROM dead_letters)))"), "40 0")
}

func TestTooLongMessage(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn, func(c *Config, _ *Dependencies) { c.MaxMessageBytes = 100 << 10 })
	c := claim(0, 0, 2)
	m.assigned(c)
	long := strings.Repeat("x", 150<<10)
	m.handle(batchOf(c, 0, long, "a"))
	m.revoked(c)
	expect(t, "dead letter", value(t, conn, "SELECT concat(stage, ' ', toString(length(raw)), ' ', toString(length), ' ', hex(sha256)) FROM dead_letters_one"),
		fmt.Sprintf("size 65536 %d %s", len(long), hash(long)))
	expect(t, "message", value(t, conn, "SELECT concat(toString(length(value)), ' ', toString(length), ' ', toString(flags)) FROM messages_one WHERE offset = 0"),
		fmt.Sprintf("65536 %d %d", len(long), tables.FlagTooLong|tables.FlagNullKey))
	expect(t, "events", values(t, conn, eventIDs), list("id-a"))
}

// Null and empty keys and values are told apart, and a tombstone is no dead
// letter.
func TestNulls(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn)
	c := claim(0, 0, 3)
	m.assigned(c)
	b := batchOf(c, 0, "a", "a")
	b.Records[0].Value = nil
	b.Records[1].Key = []byte{}
	m.handle(b)
	m.revoked(c)
	expect(t, "flags", values(t, conn, "SELECT toString(flags) FROM messages_one ORDER BY offset"), list("3", "0"))
	expect(t, "dead letters", values(t, conn, "SELECT reason FROM dead_letters"), list())
}

// The start is the first offset that the ledger does not hold, whatever Kafka's
// committed offset says; what is stored beyond it is not stored again.
func TestStartsWhereTheLedgerEnds(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn)
	first := claim(0, 0, 10)
	m.assigned(first)
	m.handle(batchOf(first, 0, "a", "b"))
	m.handle(batchOf(first, 5, "f", "g")) // as another member might have
	m.revoked(first)
	for _, committed := range []int64{-1, 0, 7, 9} {
		c := claim(0, 0, 10)
		c.Committed, c.Start = committed, max(committed, 0)
		m.assigned(c)
		expect(t, "start", c.Start, 2)
		m.revoked(c)
	}
	c := claim(0, 0, 10)
	m.assigned(c)
	m.handle(batchOf(c, 2, "c", "d", "e", "f", "g", "h"))
	m.revoked(c)
	expect(t, "ledger", values(t, conn, ranges), list("0/0:0-1", "0/0:2-4", "0/0:5-6", "0/0:7-7"))
	expect(t, "copies", value(t, conn, "SELECT toString(count()) FROM messages"), "8")
	c = claim(0, 0, 10)
	m.assigned(c)
	expect(t, "start", c.Start, 8)
}

// Offsets without a message (control records, aborted and compacted ones) belong
// to the range.
func TestRangesCoverOffsetsWithoutMessages(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn, func(c *Config, _ *Dependencies) { c.FlushMessages = 2 })
	c := claim(0, 0, 20)
	m.assigned(c)
	b := batchOf(c, 0, "a", "b", "c")
	b.Records[1].Offset, b.Records[2].Offset, b.Last, b.Dropped = 4, 8, 10, 3
	m.handle(b)
	m.handle(&kafka.Batch{Claim: c, First: 11, Last: 12, Dropped: 2})
	m.revoked(c)
	expect(t, "ledger", values(t, conn, ranges), list("0/0:0-4", "0/0:5-12"))
	expect(t, "dropped", value(t, conn, "SELECT toString(sum(dropped)) FROM batches"), "5")
	c = claim(0, 0, 20)
	m.assigned(c)
	expect(t, "start", c.Start, 13)
}

func TestGaps(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn)
	c := claim(0, 0, 10)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a", "b"))
	m.handle(batchOf(c, 5, "f"))
	m.revoked(c)
	expect(t, "gaps", values(t, conn, gapRows), list())

	// Retention takes 2 to 7 away; 5 is stored.
	c = claim(0, 8, 10)
	m.assigned(c)
	expect(t, "start", c.Start, 6) // the end of what is known
	c.Start = 2
	if err := m.Gap(t.Context(), kafka.Gap{Claim: c, First: 6, Last: 7}); err != nil {
		t.Fatal(err)
	}
	m.handle(batchOf(c, 8, "i"))
	m.revoked(c)
	expect(t, "gaps", values(t, conn, gapRows), list("0:6-7 removed"))
	expect(t, "after", value(t, conn, "SELECT toString(after_time) FROM gaps_one"), "2026-01-01 00:00:00.005")
	c = claim(0, 8, 10)
	m.assigned(c)
	expect(t, "start after the gap", c.Start, 9)

	// A partition that begins late says what was never there to be read.
	late := claim(3, 100, 200)
	m.assigned(late)
	expect(t, "start", late.Start, 100)
	expect(t, "gaps", values(t, conn, gapRows), list("0:6-7 removed", "3:0-99 before_first_read"))
	m.assigned(claim(3, 100, 200))
	expect(t, "gaps", len(values(t, conn, gapRows)), 2)
}

func TestStartAtLatestSaysWhatItLeavesOut(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn, func(c *Config, _ *Dependencies) { c.Kafka.StartAt = kafka.StartLatest })
	c := claim(0, 5, 50)
	c.Start = 50 // as preset
	m.assigned(c)
	expect(t, "start", c.Start, 50)
	expect(t, "gaps", values(t, conn, gapRows), list("0:0-49 start_at_latest"))
	later := claim(0, 5, 60)
	later.Committed, later.Start = 50, 50
	m.assigned(later)
	expect(t, "start of the next generation", later.Start, 50)
}

// A topic that was deleted and made again begins a new epoch, by its id or,
// where there is none, by its end.
func TestRecreatedTopicIsANewEpoch(t *testing.T) {
	for name, ids := range map[string][2]uuid.UUID{
		"other id":      {topicA, uuid.MustParse("00000000-0000-4000-8000-00000000000b")},
		"ends too soon": {uuid.Nil, uuid.Nil},
	} {
		t.Run(name, func(t *testing.T) {
			conn := newDatabase(t)
			m := newMember(t, conn)
			c := claim(0, 0, 3)
			c.TopicID = ids[0]
			m.assigned(c)
			m.handle(batchOf(c, 0, "a", "b", "c"))
			m.revoked(c)
			again := claim(0, 0, 2)
			again.TopicID = ids[1]
			m.assigned(again)
			expect(t, "start", again.Start, 0)
			m.handle(batchOf(again, 0, "x", "y"))
			m.revoked(again)
			expect(t, "messages", values(t, conn, stored), list("t/0/0:0=a", "t/0/0:1=b", "t/0/0:2=c", "t/1/0:0=x", "t/1/0:1=y"))
			third := claim(0, 0, 2)
			third.TopicID = ids[1]
			m.assigned(third)
			expect(t, "start", third.Start, 2)
			expect(t, "epochs", values(t, conn, "SELECT toString(epoch) FROM topics ORDER BY epoch"), list("0", "1"))
		})
	}
}

// A block that does not become full is stored when its time has come.
func TestFlushByTime(t *testing.T) {
	conn := newDatabase(t)
	told := make(chan Stored, 1)
	m := newMember(t, conn, func(c *Config, d *Dependencies) {
		c.FlushInterval = 10 * time.Millisecond
		d.Stored = func(s Stored) { told <- s }
	})
	c := claim(0, 0, 1)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a"))
	expect(t, "told", (<-told).Ranges, "[{t 0 0 0 0}]")
	expect(t, "messages", values(t, conn, stored), list("t/0/0:0=a"))
}
