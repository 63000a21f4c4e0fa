package ingest

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/decode"
	"rollcall/schema"
)

// changed is a decoder for tests that reads what words reads, with changes.
type changed func(*decode.Result)

func (c changed) Decode(value []byte) decode.Result {
	r := words{}.Decode(value)
	c(&r)
	return r
}

// newer reads "!" as an event, no longer reads words that begin with x, and
// knows another call of words that begin with m.
var newer = changed(func(r *decode.Result) {
	r.Events = slices.DeleteFunc(r.Events, func(e schema.Event) bool { return strings.HasPrefix(e.ID, "id-x") })
	for i := range r.Events {
		if e := &r.Events[i]; strings.HasPrefix(e.ID, "id-m") {
			e.Refs.CorrelationID = "moved-" + e.Refs.CorrelationID
		}
	}
	for range r.Dead {
		at := time.UnixMilli(1767225600000).UTC()
		r.Events = append(r.Events, schema.Event{ID: fmt.Sprintf("read-%d", len(r.Events)), Source: schema.SourceRollcall, Kind: "read",
			Time: at, First: at, Last: at, Refs: schema.CallRefs{CorrelationID: "read"}})
	}
	r.Dead = nil
})

// worse can read no word that begins with x, not even the message's others.
var worse = changed(func(r *decode.Result) {
	if slices.ContainsFunc(r.Events, func(e schema.Event) bool { return strings.HasPrefix(e.ID, "id-x") }) {
		*r = decode.Result{Value: r.Value, Dead: []decode.Dead{{Length: len(r.Value), Reason: "worse"}}}
	}
})

// evidenceOf are messages of which one has a dead part, one content that is
// not stored, one no value and one is too long.
func evidenceOf(t *testing.T, conn driver.Conn) {
	t.Helper()
	m := newMember(t, conn, func(c *Config, _ *Dependencies) { c.FlushMessages, c.MaxMessageBytes = 3, 64<<10 })
	c0, c1 := claim(0, 0, 100), claim(1, 10, 100)
	m.assigned(c0, c1)
	b := batchOf(c0, 0, "a x1 b", "secret a", "! c", "x2", "m1 a", "", "d ! e")
	b.Records[5].Value = nil
	b.Last = 9 // offsets without a record
	m.handle(b)
	m.handle(batchOf(c1, 10, "a", strings.Repeat("long ", 20_000), "x3 ! x4", "f"))
	m.revoked(c0, c1)
}

const (
	eventsSeen = `SELECT concat(toString(partition), ':', toString(offset), '.', toString(idx), ' ', event_id, ' ', alias_key, ' ', content, ' ', toString(time),
    ' ', toString(aliases), ' ', facts) FROM events_one ORDER BY partition, offset, idx`
	eventPlaces = "SELECT concat(toString(partition), ':', toString(offset), '.', toString(idx), ' ', event_id) FROM events_one ORDER BY partition, offset, idx"
	deadSeen    = `SELECT concat(toString(partition), ':', toString(offset), ' ', stage, ' ', reason, ' ', hex(sha256)) FROM dead_letters_one
    WHERE replayed_at = toDateTime64(0, 3, 'UTC') ORDER BY partition, offset, stage, part`
	messagesSeen = "SELECT concat(toString(partition), ':', toString(offset), ' ', hex(commitment)) FROM messages_one ORDER BY partition, offset"
	currentSeen  = `SELECT concat(event_id, ' ', toString(partition), ':', toString(offset), ' ', alias_key, ' ', facts) FROM events_current ORDER BY event_id`
)

// seen is all that a reader sees of the evidence.
func seen(t *testing.T, conn driver.Conn) string {
	t.Helper()
	var b bytes.Buffer
	for _, query := range []string{eventsSeen, deadSeen, currentSeen, "SELECT concat(alias, alias_key, toString(first), toString(last)) FROM aliases_one ORDER BY alias, alias_key"} {
		fmt.Fprintln(&b, strings.Join(values(t, conn, query), "\n"))
	}
	return b.String()
}

func rebuildConfig() Config {
	c := testConfig()
	c.FlushMessages, c.MaxMessageBytes = 2, 64<<10
	return c
}

// rebuilt rebuilds with a decoder in small blocks.
func rebuilt(t *testing.T, conn driver.Conn, decoder Decoder, version uint16, o RebuildOptions) Rebuilt {
	t.Helper()
	did, err := Rebuild(t.Context(), rebuildConfig(), RebuildDependencies{Conn: conn, Decoder: decoder, DecoderVersion: version, Logger: slog.New(slog.DiscardHandler)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return did
}

func TestRebuildWithoutChange(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	before, messages := seen(t, conn), values(t, conn, messagesSeen)
	expect(t, "nothing to do", rebuilt(t, conn, words{}, 1, RebuildOptions{}), Rebuilt{})
	expect(t, "everything again", rebuilt(t, conn, words{}, 1, RebuildOptions{All: true}), Rebuilt{Messages: 11, Events: 15})
	expect(t, "what readers see", seen(t, conn), before)
	expect(t, "a new version", rebuilt(t, conn, words{}, 2, RebuildOptions{}), Rebuilt{Messages: 11, Events: 15})
	expect(t, "what readers see", seen(t, conn), before)
	expect(t, "messages", values(t, conn, messagesSeen), messages)
	expect(t, "decoders", values(t, conn, "SELECT DISTINCT toString(decoder) FROM events_one"), list("2"))
	expect(t, "once more", rebuilt(t, conn, words{}, 2, RebuildOptions{}), Rebuilt{})
	_, err := Rebuild(t.Context(), rebuildConfig(), RebuildDependencies{Conn: conn, Decoder: words{}, DecoderVersion: 1, Logger: slog.New(slog.DiscardHandler)}, RebuildOptions{})
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("an older version rebuilds: %v", err)
	}
}

func TestRebuildWithChange(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	_, cursor, _, err := Touched(t.Context(), conn, Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "done", rebuilt(t, conn, newer, 2, RebuildOptions{}), Rebuilt{Messages: 11, Events: 14, Added: 2, Withdrawn: 3, Read: 3})
	events := list("0:0.0 id-a", "0:0.1 id-b", "0:1.0 id-dropped", "0:1.1 id-a", "0:2.0 id-c", "0:2.1 read-1", "0:4.0 id-m1", "0:4.1 id-a",
		"0:6.0 id-d", "0:6.1 id-e", "0:6.2 read-2", "1:10.0 id-a", "1:12.0 read-0", "1:13.0 id-f")
	expect(t, "events", values(t, conn, eventPlaces), events)
	expect(t, "current events", values(t, conn, eventIDs),
		list("id-a", "id-b", "id-c", "id-d", "id-dropped", "id-e", "id-f", "id-m1", "read-0", "read-1", "read-2"))
	expect(t, "dead letters", values(t, conn, "SELECT concat(stage, ' ', toString(offset)) FROM dead_letters_one WHERE replayed_at = toDateTime64(0, 3, 'UTC')"), list("size 11"))
	_, key := Aliases(&schema.Event{Refs: schema.CallRefs{CorrelationID: "m1"}})
	expect(t, "events of the call that m1 left", values(t, conn, "SELECT event_id FROM events_of(alias_keys = ['"+key+"']) WHERE alias_key = '"+key+"'"), list())

	want := map[string]bool{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "dropped", "moved-m1", "read", "x1", "x2", "x3", "x4", "m1"} {
		_, key := Aliases(&schema.Event{Refs: schema.CallRefs{CorrelationID: name}})
		want[key] = true
	}
	for _, when := range []string{"at once", "after merging"} {
		news, _, _, err := Touched(t.Context(), conn, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range news.AliasKeys {
			if !want[key] {
				t.Errorf("%s: touched %s, which is not about", when, key)
			}
		}
		expect(t, "touched calls "+when, len(news.AliasKeys), len(want))
		for _, table := range []string{"events", "dead_letters"} {
			for _, q := range []string{"SYSTEM START MERGES " + table, "OPTIMIZE TABLE " + table + " FINAL"} {
				if err := conn.Exec(t.Context(), q); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	expect(t, "events after merging", values(t, conn, eventPlaces), events)

	// And back, with a decoder that is newer and reads as the first did.
	before := newDatabase(t)
	evidenceOf(t, before)
	did := rebuilt(t, conn, words{}, 3, RebuildOptions{})
	expect(t, "back", did, Rebuilt{Messages: 11, Events: 15, Added: 3, Withdrawn: 2, Dead: 3})
	for _, query := range []string{eventsSeen, deadSeen, currentSeen} {
		expect(t, "what readers see of "+query, values(t, conn, query), values(t, before, query))
	}
}

func TestRebuildMakesDeadLetters(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	did := rebuilt(t, conn, worse, 2, RebuildOptions{})
	expect(t, "done", did, Rebuilt{Messages: 11, Events: 9, Withdrawn: 6, Dead: 2})
	expect(t, "dead letters", values(t, conn, "SELECT concat(toString(partition), ':', toString(offset), ' ', reason) FROM dead_letters_one ORDER BY partition, offset"),
		list("0:0 worse", "0:2 not a word", "0:3 worse", "0:6 not a word", "1:11 too long", "1:12 worse"))
	expect(t, "ledger", value(t, conn, "SELECT concat(toString(sum(messages)), ' ', toString(sum(dropped)), ' ', toString(sum(last - first + 1))) FROM batches WHERE decoder = 2"),
		"11 3 14")
}

// TestRebuildIsSeenWhole looks, each time rows were written, for a message of
// which a reader sees the events of two decoders.
func TestRebuildIsSeenWhole(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	old, looked := values(t, conn, eventPlaces), 0
	expected := newDatabase(t)
	evidenceOf(t, expected)
	rebuilt(t, expected, newer, 2, RebuildOptions{})
	fresh := values(t, expected, eventPlaces)
	look := func(string) error {
		looked++
		now := values(t, conn, eventPlaces)
		for _, offset := range []string{"0:0.", "0:1.", "0:2.", "0:3.", "0:4.", "0:6.", "1:10.", "1:12.", "1:13."} {
			if got := of(now, offset); !slices.Equal(got, of(old, offset)) && !slices.Equal(got, of(fresh, offset)) {
				t.Errorf("offset %s shows %q", offset, got)
			}
		}
		return nil
	}
	f := &faulty{Conn: conn}
	f.set(look, look)
	rebuilt(t, f, newer, 2, RebuildOptions{})
	if looked < 20 {
		t.Errorf("looked %d times", looked)
	}
	expect(t, "at the end", values(t, conn, eventPlaces), fresh)
}

func of(rows []string, place string) []string {
	return slices.DeleteFunc(slices.Clone(rows), func(s string) bool { return !strings.HasPrefix(s, place) })
}

// TestRebuildInterrupted cuts a rebuild after each insert in turn; the next one
// goes on and ends as if nothing had been.
func TestRebuildInterrupted(t *testing.T) {
	whole := newDatabase(t)
	evidenceOf(t, whole)
	all := rebuilt(t, whole, newer, 2, RebuildOptions{})
	want := seen(t, whole)
	for _, cut := range []int{0, 1, 2, 4, 9, 16} {
		conn := newDatabase(t)
		evidenceOf(t, conn)
		f := &faulty{Conn: conn}
		inserts := 0
		f.set(nil, func(string) error {
			if inserts++; inserts > cut {
				return fmt.Errorf("the test kills the process")
			}
			return nil
		})
		first, err := Rebuild(t.Context(), rebuildConfig(), RebuildDependencies{Conn: f, Decoder: newer, DecoderVersion: 2, Logger: slog.New(slog.DiscardHandler)}, RebuildOptions{})
		if err == nil {
			t.Fatalf("the rebuild made %d inserts", inserts)
		}
		second := rebuilt(t, conn, newer, 2, RebuildOptions{})
		if first.Messages+second.Messages < all.Messages-2 || cut >= 4 && second.Messages == all.Messages {
			t.Errorf("cut after %d inserts: %d messages were read, then %d", cut, first.Messages, second.Messages)
		}
		expect(t, fmt.Sprintf("cut after %d inserts", cut), seen(t, conn), want)
	}
}

// Two members with different decoders may have read the same offsets: the
// ledger says that they are done.
func TestRebuildFindsOlderEvents(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	if err := conn.Exec(t.Context(), "INSERT INTO batches (topic, epoch, partition, first, last, decoder) SELECT topic, epoch, partition, first, last, 2 FROM batches"); err != nil {
		t.Fatal(err)
	}
	did := rebuilt(t, conn, newer, 2, RebuildOptions{})
	expect(t, "withdrawn", did.Withdrawn, 3)
	expect(t, "decoders", values(t, conn, "SELECT DISTINCT toString(decoder) FROM events_one"), list("2"))
}

// What another process reads with an older decoder meanwhile is told.
func TestRebuildTellsWhatIsLeft(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	f := &faulty{Conn: conn}
	once := false
	f.set(nil, func(table string) error {
		if table == "batches" && !once {
			once = true
			m := newMember(t, conn)
			c := claim(0, 0, 100)
			m.assigned(c)
			m.handle(batchOf(c, 10, "late", "later"))
			m.revoked(c)
		}
		return nil
	})
	expect(t, "left", rebuilt(t, f, newer, 2, RebuildOptions{}).Left, 2)
	expect(t, "later", rebuilt(t, conn, newer, 2, RebuildOptions{}), Rebuilt{Messages: 2, Events: 2})
}

func TestRebuildScope(t *testing.T) {
	conn := newDatabase(t)
	evidenceOf(t, conn)
	did := rebuilt(t, conn, newer, 2, RebuildOptions{Since: time.UnixMilli(1767225600012)})
	if did.Messages == 0 || did.Messages == 11 {
		t.Errorf("since the time of offset 12: %d messages", did.Messages)
	}
	_, err := Rebuild(t.Context(), rebuildConfig(), RebuildDependencies{Conn: conn, Decoder: newer, DecoderVersion: 2, Logger: slog.New(slog.DiscardHandler)}, RebuildOptions{Topics: []string{"other"}})
	if err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("a topic that is not there: %v", err)
	}
	rest := rebuilt(t, conn, newer, 2, RebuildOptions{Topics: []string{"t"}})
	if rest.Messages+did.Messages < 11 || rest.Messages == 11 {
		t.Errorf("then %d messages", rest.Messages)
	}
}
