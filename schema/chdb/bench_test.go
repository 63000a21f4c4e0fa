package chdb_test

import (
	"math/rand/v2"
	"testing"

	"rollcall/schema/chdb"
)

func BenchmarkOpen(b *testing.B) {
	need(b)
	path := b.TempDir()
	for b.Loop() {
		server, err := chdb.Open(chdb.Config{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(rss(b))/(1<<20), "MB-resident")
		if err := server.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInsert inserts batches of 50,000 rows with a payload of 1.6 kB that
// compresses about as messages do.
func BenchmarkInsert(b *testing.B) {
	conn := database(b)
	run(b, conn, "CREATE TABLE i (topic LowCardinality(String), partition Int32, offset Int64, at DateTime64(3, 'UTC'), value String CODEC(ZSTD)) ENGINE = MergeTree ORDER BY (topic, partition, offset)")
	const rows = 50_000
	payloads := make([]string, 1000)
	for i := range payloads {
		payloads[i] = payload(1600)
	}
	n := int64(0)
	for b.Loop() {
		batch, err := conn.PrepareBatch(b.Context(), "INSERT INTO i")
		if err != nil {
			b.Fatal(err)
		}
		for range rows {
			n++
			if err := batch.Append("topic", int32(n%8), n, n, payloads[n%1000]); err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(rss(b))/(1<<20), "MB-resident")
}

func payload(size int) string {
	words := []string{`{"time":"2026-`, `"operationName":"CallSummary",`, `"properties":{`, `"correlationId":"`, `"participantId":"`, `"}},`}
	text := make([]byte, 0, size+100)
	for len(text) < size {
		text = append(text, words[rand.N(len(words))]...)
		for range 6 {
			text = append(text, "0123456789abcdef"[rand.N(16)])
		}
	}
	return string(text[:size])
}

func BenchmarkPointQuery(b *testing.B) {
	conn := database(b)
	run(b, conn, "CREATE TABLE p (id UInt64, text String) ENGINE = MergeTree ORDER BY id")
	run(b, conn, "INSERT INTO p SELECT number, toString(number) FROM numbers(1000000)")
	for b.Loop() {
		value[string](b, conn, "SELECT text FROM p WHERE id = ?", rand.N(uint64(1000000)))
	}
}

func BenchmarkSelect1(b *testing.B) {
	conn := database(b)
	for b.Loop() {
		if err := select1(b.Context(), conn); err != nil {
			b.Fatal(err)
		}
	}
}
