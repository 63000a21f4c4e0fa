//go:build bench

package backtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/simulate"
)

// The bar: a million calls in about a minute.
const bar = 1_000_000 / 60

// TestBacktestSpeed says how many calls a second a backtest judges, all in: reading
// from ClickHouse in the same process, and both policies. The calls are simulated,
// with every source and more trouble than there is; copies of their results make
// them many.
func TestBacktestSpeed(t *testing.T) {
	opt := simulate.SoakRun(3, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 2000)
	opt.Span = 2 * 24 * time.Hour
	conn, terms, _ := history(t, opt)
	copies(t, conn, 49)
	text := string(simulate.Policy(opt))
	for _, c := range []struct{ what, after string }{
		{"the same policy", text + "# as before\n"},
		{"another deadline", strings.ReplaceAll(text, "deadline: 5s", "deadline: 4s")},
		{"an exception", text + "exceptions: [{id: e, owner: o, reason: r, expires: 2027-01-01, scope: {rules: [notice.late]}}]\n"},
		{"another pattern for texts, so every session anew", strings.ReplaceAll(text, "recording: [record]", "recording: [recorded]")},
	} {
		begin, spent := time.Now(), processor(t)
		r, err := backtest.Run(t.Context(), conn, backtest.Config{Before: terms, After: parsed(t, c.after)})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(begin).Seconds()
		spent = processor(t) - spent
		calls := float64(r.Calls)
		fmt.Printf("backtest, %s: %d calls in %.1f s, %.0f calls a second (bar %d) on %d processors; %.0f µs of processor time a call, %.0f s for a million on two\n",
			c.what, r.Calls, took, calls/took, bar, runtime.GOMAXPROCS(0), spent.Seconds()/calls*1e6, spent.Seconds()/calls*1e6/2)
	}
}

// processor is the processor time that this process has spent.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
