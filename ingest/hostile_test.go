package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"strings"
	"testing"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"

	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
)

// TestHostileMessages sends what was made to break a reader through a broker,
// each between two messages that can be read: it ends as a dead letter with a
// reason, or as an event that says what of it can't be read, and the others are
// stored.
func TestHostileMessages(t *testing.T) {
	const levels, huge = 100_000, 64 << 20
	grid := func(id, data string) string {
		return `{"id":"` + id + `","topic":"/subscriptions/s","subject":"call/x","eventType":"Microsoft.Communication.CallEnded","eventTime":"2026-03-02T09:00:00Z","data":{` + data + `}}`
	}
	many := func(n int, part string) []byte { return bytes.Repeat([]byte(part), n) }
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	if _, err := z.Write(make([]byte, huge)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	hostile := []struct {
		name  string
		value []byte
		codec kafkago.Compression
		dead  string // stage, reason and the bytes kept, of the first dead letter; empty if there is none
	}{
		{"64 MB of text", []byte(`{"a":"` + strings.Repeat("x", huge) + `"}`), 0, "size, too long, 65536"},
		{"64 MB that were compressed on the way", many(huge, "x"), kafkago.Gzip, "size, too long, 65536"},
		{"300 MB that were compressed on the way", many(300, strings.Repeat("\x00", 1<<20)), kafkago.Gzip, "size, decompression bomb, 65536"},
		{"a file in gzip", zip.Bytes(), 0, fmt.Sprintf("decode, compressed with gzip, %d", zip.Len())},
		{"100,000 levels of lists", []byte(strings.Repeat("[", levels) + strings.Repeat("]", levels)), 0, "decode, invalid JSON, 199998"},
		{"100,000 levels in an event", []byte(grid("deep", `"a":`+strings.Repeat(`{"a":`, levels)+"1"+strings.Repeat("}", levels))), 0, "decode, invalid JSON, "},
		{"half a million documents", many(500_000, "{}"), 0, "decode, no known envelope, 2"},
		{"300,000 events", []byte(`[` + strings.TrimSuffix(string(many(300_000, `{"eventType":"a","eventTime":""},`)), ",") + `]`), 0, "decode, the message has more than 262,144 events, "},
		{"invalid UTF-8", []byte("{\"a\":\"\xff\"}"), 0, "decode, invalid JSON, "},
		{"nothing but NUL", many(1<<20, "\x00"), 0, "decode, invalid JSON, "},
		{"a name twice", []byte(`{"records":[{"category":"Usage","category":"x"}]}`), 0, "decode, invalid JSON, "},
		{"a number without end", []byte(grid("number", `"durationOfCall":1e999999`)), 0, ""},
		{"a date beyond all dates", []byte(strings.Replace(grid("date", ""), "2026-03-02", "9999-99-99", 1)), 0, ""},
	}
	conn := newDatabase(t)
	fake := kafkatest.StartFake(t, kfake.BrokerConfigs(map[string]string{"message.max.bytes": fmt.Sprint(2 * huge)}))
	c := newCluster(t, fake.Brokers, "t", 1)
	send := func(value []byte, codec kafkago.Compression) {
		cfg := kafka.ProduceConfig{BatchBytes: huge, Compression: codec}
		if _, err := c.client.Produce(t.Context(), cfg, "t", 0, []kafka.Message{{Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for i := range hostile {
		h := &hostile[i]
		send([]byte(grid(fmt.Sprint("before ", i), "")), 0)
		send(h.value, h.codec)
		h.value = nil
		if h.dead != "" {
			want = append(want, fmt.Sprintf("%d: %s", 2*i+1, h.dead))
		}
	}
	send([]byte(grid("behind all", "")), 0)
	stop := c.run(conn, func(_ *Config, d *Dependencies) { d.Decoder = decode.New(decode.Options{}) })
	c.await(2*len(hostile) + 1)
	if err := stop(); err != nil {
		t.Error(err)
	}
	got := values(t, conn, "SELECT concat(toString(offset), ': ', stage, ', ', reason, ', ', toString(length(raw))) FROM dead_letters_one WHERE part = 0 ORDER BY offset")
	for i, g := range got {
		if i >= len(want) || !strings.HasPrefix(g, want[i]) {
			t.Errorf("dead letter %q, want those of %q", g, want)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d dead letters, want %d", len(got), len(want))
	}
	// The 300,000 events are one, again and again.
	expect(t, "events", value(t, conn, "SELECT toString(count()) FROM events_current"), len(hostile)+1+3)
	expect(t, "times that can't be read", values(t, conn, "SELECT time_reason FROM events_current WHERE time_reason != '' ORDER BY time_reason"),
		"[the time is absent the time is in no known form]")
	expect(t, "offsets on record", value(t, conn, "SELECT toString(sum(last - first + 1)) FROM batches"), 2*len(hostile)+1)
	expect(t, "stored of what is too much", value(t, conn, "SELECT toString(max(length(value))) FROM messages_one WHERE offset <= 5"), 64<<10)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("the heap grew to %d MB, with the broker's and the test's own", m.HeapSys>>20)
	if m.HeapSys > 2<<30 {
		t.Errorf("the heap grew to %d MB", m.HeapSys>>20)
	}
}
