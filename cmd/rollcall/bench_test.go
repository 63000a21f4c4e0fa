//go:build bench

package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"rollcall/cmd/internal/simulate"
)

// build builds the program as users get it.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "rollcall")
	cmd := exec.Command("go", "build", "-trimpath", "-o", bin, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// write writes simulated messages of about so many events to a file and returns
// its name and the numbers of messages and events.
func write(t *testing.T, events int) (path string, messages, wrote int) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "events.ndjson")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	opt := simulate.SoakRun(7, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), max(events/62, 5))
	opt.OnCall = func(*simulate.TruthCall) {}
	opt.Malformed = 0
	list, truth := simulate.Generate(opt)
	for m := range list {
		w.Write(m.Value)
		w.WriteByte('\n')
		if messages++; messages%1000 == 0 && truth.Tallies.EventCount() >= events {
			break
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path, messages, truth.Tallies.EventCount()
}

// runAudit runs the program and returns its time and its peak memory in bytes.
func runAudit(t *testing.T, bin string, args ...string) (time.Duration, int64) {
	t.Helper()
	cmd := exec.Command(bin, append([]string{"audit", "--out", t.TempDir()}, args...)...)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(begin)
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != exitLook {
		t.Fatalf("%v\n%s", err, out)
	}
	return took, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// TestAuditTime is the time of an audit of 1,000 messages, of five runs.
func TestAuditTime(t *testing.T) {
	bin := build(t)
	path, messages, _ := write(t, 1000)
	var times []time.Duration
	for range 5 {
		took, _ := runAudit(t, bin, path)
		times = append(times, took)
	}
	slices.Sort(times)
	fmt.Printf("audit of %d messages: %.2f s (%.2f to %.2f), bar 3 s\n", messages, times[2].Seconds(), times[0].Seconds(), times[4].Seconds())
	if times[2] > 3*time.Second {
		t.Errorf("an audit of %d messages takes %v", messages, times[2])
	}
}

// TestAuditMemory compares the peak memory of audits of 100,000 and of
// $ROLLCALL_BENCH_EVENTS (default 2,000,000) events.
func TestAuditMemory(t *testing.T) {
	bin := build(t)
	large := 2_000_000
	if n, err := strconv.Atoi(os.Getenv("ROLLCALL_BENCH_EVENTS")); err == nil {
		large = n
	}
	var peaks []int64
	for _, events := range []int{100_000, large} {
		path, messages, wrote := write(t, events)
		took, peak := runAudit(t, bin, path)
		peaks = append(peaks, peak)
		fmt.Printf("audit of %d messages, %d events: %.1f s, peak memory %d MB\n", messages, wrote, took.Seconds(), peak>>20)
	}
	ratio := float64(peaks[1]) / float64(peaks[0])
	fmt.Printf("memory of %d events to 100000: %.2f\n", large, ratio)
	if ratio > 1.5 {
		t.Errorf("memory grows with the number of events: %.2f times", ratio)
	}
}

// TestAuditOfAGiant audits one meeting of 10,000 participants and 50 recordings,
// which is more than a million events of one call.
func TestAuditOfAGiant(t *testing.T) {
	bin, dir := build(t), t.TempDir()
	if out, err := exec.Command(bin, "simulate", "--calls", "0", "--giant", "10000", "--giant-episodes", "50", "--out", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	took, peak := runAudit(t, bin, "--policy", filepath.Join(dir, "policy.yaml"), "--tariff", filepath.Join(dir, "prices.yaml"), filepath.Join(dir, "messages"))
	fmt.Printf("audit of a meeting of 10000 with 50 recordings: %.0f s, peak memory %d MB, bar 1000 MB\n", took.Seconds(), peak/1_000_000)
	if peak > 1_000_000_000 {
		t.Errorf("a giant meeting takes %d MB", peak/1_000_000)
	}
}

// TestColdStart is the time from starting serve, with an empty data folder, to
// its answer that it is ready.
func TestColdStart(t *testing.T) {
	bin := build(t)
	var times []time.Duration
	for range 5 {
		times = append(times, coldStart(t, bin))
	}
	slices.Sort(times)
	fmt.Printf("cold start to ready: %.2f s (%.2f to %.2f), bar 3 s\n", times[2].Seconds(), times[0].Seconds(), times[4].Seconds())
	if times[2] > 3*time.Second {
		t.Errorf("a cold start takes %v", times[2])
	}
}

func coldStart(t *testing.T, bin string) time.Duration {
	t.Helper()
	free := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	http1, dir := free(), t.TempDir()
	cmd := exec.Command(bin, "serve")
	cmd.Env = append(os.Environ(), "ROLLCALL_DATA_DIR="+dir, "ROLLCALL_REPORTS_DIR="+filepath.Join(dir, "reports"),
		"ROLLCALL_HTTP_LISTEN="+http1, "ROLLCALL_KAFKA_LISTEN="+free())
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve does not end cleanly on SIGTERM: %v", err)
		}
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(30 * time.Second); ; {
		if r, err := http.Get("http://" + http1 + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return time.Since(begin)
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("serve does not become ready")
		}
	}
}
