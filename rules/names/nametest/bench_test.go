package nametest_test

import (
	"syscall"
	"testing"
	"time"

	"rollcall/rules/names"
	"rollcall/rules/names/nametest"
)

// namesPerSecond is the bar: how many names are judged in a second of one
// processor, against a directory of 500,000 users.
const namesPerSecond = 10_000

// BenchmarkJudge judges honest and hostile names as a call may show them, of
// which one in ten is hostile. It fails below the bar.
func BenchmarkJudge(b *testing.B) {
	set, err := nametest.New(*seed, nametest.Size{Directory: nametest.Full.Directory, Honest: 20_000, Hostile: 8_000})
	if err != nil {
		b.Fatal(err)
	}
	began := processor(b)
	in := names.Input{Policy: policyOf(b, set), Known: directoryOf(set.Directory)}
	b.ReportMetric((processor(b) - began).Seconds(), "index-cpu-s")
	var list []string
	for i, h := range set.Honest {
		if i%9 == 0 {
			list = append(list, set.Hostile[i/9%len(set.Hostile)].Name)
		}
		list = append(list, h.Name)
	}
	n, began := 0, processor(b)
	for b.Loop() {
		failures(list[n%len(list)], in)
		n++
	}
	rate := float64(n) / (processor(b) - began).Seconds()
	b.ReportMetric(rate, "names/cpu-s")
	if n > 2000 && rate < namesPerSecond {
		b.Errorf("%.0f names in a second of one processor, want %d", rate, namesPerSecond)
	}
}

// processor is the processor time that the test has taken.
func processor(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
