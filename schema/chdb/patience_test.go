package chdb_test

import (
	"testing"
	"time"

	"rollcall/schema/chdb"
)

// TestAQueryWaitsForMemory fills the memory with a table, asks what then has no
// room, and gives the memory back once that was refused.
func TestAQueryWaitsForMemory(t *testing.T) {
	conn := connect(t, open(t, chdb.Config{Path: t.TempDir(), Logger: testLogger(t), MaxMemory: 512 << 20}).DSN())
	refused := func() uint64 {
		t.Helper()
		return value[uint64](t, conn, "SELECT sum(value) FROM system.errors WHERE code = 241")
	}
	run(t, conn, "CREATE TABLE full (s String) ENGINE = Memory")
	for range 2 {
		run(t, conn, "INSERT INTO full SELECT randomPrintableASCII(1000) FROM numbers(200000) SETTINGS max_threads = 1, max_block_size = 8192")
	}
	before := refused()
	answer := make(chan error, 1)
	go func() {
		var n uint64
		answer <- conn.QueryRow(t.Context(), "SELECT length(groupArray(randomPrintableASCII(1000))) FROM numbers(60000) SETTINGS max_threads = 1, max_block_size = 8192").Scan(&n)
	}()
	for deadline := time.Now().Add(time.Minute); refused() == before; {
		select {
		case err := <-answer:
			t.Fatalf("the query was not refused before it was answered (%v): the test shows nothing", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("the query is not refused")
		}
	}
	run(t, conn, "DROP TABLE full SYNC")
	if err := <-answer; err != nil {
		t.Errorf("a query whose memory came back: %v", err)
	}
}
