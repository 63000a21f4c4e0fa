package chdb_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/schema/chdb"
)

// TestMain is the other process, too, that some tests need.
func TestMain(m *testing.M) {
	if path := os.Getenv("CHDB_TEST_SERVE"); path != "" {
		os.Exit(serve(path))
	}
	os.Exit(m.Run())
}

// serve opens a folder, says what came of it, and ends as the first signal says.
func serve(path string) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	server, err := chdb.Open(chdb.Config{Path: path})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("open", server.DSN())
	got := <-signals
	fmt.Println("signal", got)
	if got == os.Interrupt {
		return 7 // at once, as a program may
	}
	if err := server.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("closed")
	return 0
}

// another starts a process that opens the folder, and returns its first line.
func another(t *testing.T, path string, env ...string) (process *exec.Cmd, lines *bufio.Scanner, stderr *strings.Builder) {
	t.Helper()
	process = exec.Command(os.Args[0])
	process.Env = append(append(os.Environ(), "CHDB_TEST_SERVE="+path), env...)
	stderr = new(strings.Builder)
	process.Stderr = stderr
	stdout, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Process.Kill() })
	lines = bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatalf("the other process said nothing: %v %s", process.Wait(), stderr)
	}
	return process, lines, stderr
}

func TestAFolderIsOpenedOnce(t *testing.T) {
	path := t.TempDir()
	server := open(t, chdb.Config{Path: path})
	pid := fmt.Sprint("process ", os.Getpid())

	_, err := chdb.Open(chdb.Config{Path: path})
	if !errors.Is(err, chdb.ErrInUse) || !strings.Contains(err.Error(), "this process") {
		t.Errorf("once more in this process: %v", err)
	}
	other, lines, _ := another(t, path)
	if line := lines.Text(); !strings.HasPrefix(line, "error") || !strings.Contains(line, pid) || !strings.Contains(line, path) {
		t.Errorf("in another process: %s", line)
	}
	other.Wait()
	if _, err := chdb.Open(chdb.Config{Path: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "one data folder") {
		t.Errorf("another folder in this process: %v", err)
	}
	if err := select1(t.Context(), connect(t, server.DSN())); err != nil {
		t.Errorf("the first server suffered: %v", err)
	}
	if _, err := chdb.Dial(path); err != nil {
		t.Errorf("its address is gone: %v", err)
	}
}

func TestSignalsAreGos(t *testing.T) {
	need(t)
	for _, test := range []struct {
		signal syscall.Signal
		last   string
		code   int
	}{
		{syscall.SIGTERM, "closed", 0},
		{syscall.SIGINT, "signal interrupt", 7},
		{syscall.SIGKILL, "open", -1},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			path := t.TempDir()
			process, lines, stderr := another(t, path)
			dsn, ok := strings.CutPrefix(lines.Text(), "open ")
			if !ok {
				t.Fatal(lines.Text())
			}
			conn := connect(t, dsn)
			if err := conn.Exec(t.Context(), "CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n"); err != nil {
				t.Fatal(err)
			}
			if err := conn.Exec(t.Context(), "INSERT INTO kept VALUES (1)"); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if err := process.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			last := "open"
			for lines.Scan() {
				last = lines.Text()
			}
			process.Wait()
			if last != test.last || process.ProcessState.ExitCode() != test.code {
				t.Errorf("last line %q, code %d; want %q, %d", last, process.ProcessState.ExitCode(), test.last, test.code)
			}
			if took := time.Since(start); took > 2*time.Minute {
				t.Errorf("it took %v to end", took)
			}
			t.Logf("ended after %v; standard error: %q", time.Since(start), stderr)
			if stderr.Len() > 0 {
				t.Errorf("standard error: %s", stderr)
			}
			// However it ended, the folder is free and the data are there.
			again := open(t, chdb.Config{Path: path})
			if got := value[uint64](t, connect(t, again.DSN()), "SELECT count() FROM kept"); got != 1 {
				t.Errorf("%d rows are left, want 1", got)
			}
		})
	}
}

func TestTheMachinesTimeZoneDoesNotMatter(t *testing.T) {
	need(t)
	_, lines, _ := another(t, t.TempDir(), "TZ=Asia/Tokyo")
	dsn, ok := strings.CutPrefix(lines.Text(), "open ")
	if !ok {
		t.Fatal(lines.Text())
	}
	conn := connect(t, dsn)
	if got := value[string](t, conn, "SELECT concat(timezone(), ' ', serverTimezone(), ' ', toString(toDateTime(0)))"); got != "UTC UTC 1970-01-01 00:00:00" {
		t.Errorf("got %s", got)
	}
}
