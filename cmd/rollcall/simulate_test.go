package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/simulate"
	"rollcall/cmd/internal/soak"
	"rollcall/schema/chdb"
)

func TestSimulateRefusesWrongUsage(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nowhere to send":     {nil, "--out or --brokers is missing"},
		"unknown profile":     {[]string{"--out", dir, "--profile", "wild"}, `--profile "wild": expected demo or soak`},
		"no share":            {[]string{"--out", dir, "--disorder", "7"}, "--disorder 7: expected a share from 0 to 1"},
		"no such meetings":    {[]string{"--out", dir, "--meetings", "none"}, `--meetings "none": expected drawn, with-grid, without-grid`},
		"no instant":          {[]string{"--out", dir, "--start", "yesterday"}, `--start "yesterday": expected a day`},
		"fewer than no calls": {[]string{"--out", dir, "--calls", "-1"}, "can't be below 0"},
		"no address":          {[]string{"--brokers", "nowhere"}, "--brokers:"},
		"an argument":         {[]string{"--out", dir, "more"}, "unknown command"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"simulate"}, c.args...), &stdout, &stderr); code != exitUsage {
			t.Errorf("%s: exit code %d, want %d", name, code, exitUsage)
		}
		if !strings.Contains(stderr.String(), c.says) {
			t.Errorf("%s: says %q, want %q in it", name, stderr.String(), c.says)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files were written all the same", len(left))
	}
}

// TestServeReadsWhatSimulateWrites without a word of configuration.
func TestServeReadsWhatSimulateWrites(t *testing.T) {
	for _, topic := range simulate.Topics() {
		if !slices.Contains(config.Default().Kafka.Topics, topic) {
			t.Errorf("serve does not read %s by default", topic)
		}
	}
}

// TestSimulateThenAudit: the audit that simulate recommends finds what the
// simulator knows.
func TestSimulateThenAudit(t *testing.T) {
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	sim, out := filepath.Join(dir, "sim"), filepath.Join(dir, "out")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"simulate", "--seed", "9", "--calls", "25", "--open-calls", "4", "--start", "2026-11-20", "--out", sim}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	args := strings.Fields(lines[len(lines)-1])[1:]
	for i, a := range args {
		if a == "out" {
			args[i] = out
		}
	}
	if code := run(t.Context(), args, &stdout, &stderr); code != exitLook {
		t.Fatalf("audit: exit code %d: %s", code, stderr.String())
	}
	opt := simulate.SoakRun(9, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), 25)
	opt.OpenCalls = 4
	messages, truth := simulate.Generate(opt)
	for range messages { // completes the truth
	}
	r, err := soak.CompareFiles(out, truth)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) > 0 || r.Obligations < 100 {
		t.Errorf("of %d obligations differ\n%s", r.Obligations, strings.Join(r.Differences[:min(10, len(r.Differences))], "\n"))
	}
}
