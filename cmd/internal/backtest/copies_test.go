package backtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/simulate"
)

// copies stores what was found of each call that has ended so many times, under
// other ids; no events are copied.
func copies(t *testing.T, conn driver.Conn, times int) {
	t.Helper()
	for i := range times {
		for _, table := range []string{"calls", "sessions", "obligations", "findings", "checks", "app_hours", "names"} {
			err := conn.Exec(t.Context(), fmt.Sprintf(`INSERT INTO %[1]s SELECT * REPLACE (concat('copy%02[2]d-', call_id) AS call_id) FROM (
    SELECT * FROM %[1]s WHERE NOT startsWith(call_id, 'copy') AND (call_id, version) IN (SELECT call_id, version FROM calls_current WHERE end IS NOT NULL))
SETTINGS max_threads = 1, max_block_size = 2048, min_insert_block_size_rows = 8192, min_insert_block_size_bytes = 8388608`, table, i))
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestMemory: memory does not grow with the number of calls, whether they are
// judged by their results or by their sessions.
func TestMemory(t *testing.T) {
	opt := simulate.SoakRun(9, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 150)
	conn, terms, _ := history(t, opt)
	text := string(simulate.Policy(opt))
	policies := []string{strings.ReplaceAll(text, "deadline: 5s", "deadline: 4s"), strings.ReplaceAll(text, "early: 2s", "early: 1s")}
	// live is the most that lives while calls are judged, in bytes.
	live := func(after string) (calls int, most uint64) {
		t.Helper()
		r, err := backtest.Run(t.Context(), conn, backtest.Config{Before: terms, After: parsed(t, after), AtOnce: 25, Workers: 2, Progress: func(int) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Calls, most
	}
	var calls [2]int
	var most [2]uint64
	for i, after := range policies {
		live(after) // makes what is made once
		calls[i], most[i] = live(after)
	}
	copies(t, conn, 9)
	for i, after := range policies {
		many, grown := live(after)
		t.Logf("%d calls %d kB, %d calls %d kB", calls[i], most[i]>>10, many, grown>>10)
		if many < 9*calls[i] {
			t.Fatalf("%d calls became %d", calls[i], many)
		}
		if grown > most[i]+most[i]/4+1<<20 {
			t.Errorf("%d calls need %d kB, %d calls %d kB", calls[i], most[i]>>10, many, grown>>10)
		}
	}
}
