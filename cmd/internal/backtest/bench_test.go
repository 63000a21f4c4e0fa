//go:build bench

package backtest_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/simulate"
)

// TestSpeed says how many calls a second a backtest judges under two policies,
// and holds its memory to that of a few pages of calls.
func TestSpeed(t *testing.T) {
	opt := simulate.SoakRun(3, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 4000)
	conn, terms, _ := history(t, opt)
	after := parsed(t, strings.ReplaceAll(string(simulate.Policy(opt)), "deadline: 5s", "deadline: 4s"))
	var events uint64
	if err := conn.QueryRow(t.Context(), "SELECT count() FROM events").Scan(&events); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		runtime.GC()
		begin := time.Now()
		var most uint64
		r, err := backtest.Run(t.Context(), conn, backtest.Config{Before: terms, After: after, Progress: func(n int) {
			if n%100 == 0 {
				most = max(most, heap())
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(begin).Seconds()
		fmt.Printf("%d calls, %d events in %.1f s: %.0f calls a second, %.0f events a second, heap up to %d MB\n",
			r.Calls, events, took, float64(r.Calls)/took, float64(events)/took, most>>20)
	}
}

// heap is what live and dead objects take, in bytes.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
