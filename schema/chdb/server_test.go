package chdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"rollcall/schema/chdb"
)

func TestErrorsHaveClickHousesCode(t *testing.T) {
	conn := database(t)
	tests := []struct {
		query string
		code  int32
	}{
		{"SELEC 1", 62},
		{"", 62},
		{"-- nothing", 62},
		{"SELECT 1; SELECT 2", 62},
		{"CREATE TABLE a (x Int8) ENGINE = Memory; DROP TABLE a", 62},
		{"SELECT nothing", 47},
		{"SELECT * FROM nothing", 60},
		{"SELECT * FROM no_database.nothing", 81},
		{"INSERT INTO nothing SELECT 1", 60},
		{"SELECT throwIf(1)", 395},
		{"CREATE TABLE system.one (x Int8) ENGINE = Memory", 57},
		{"SELECT {x:UInt8}", 456},
		{"SELECT 1 SETTINGS no_such_setting = 1", 115},
		{"INSERT INTO t FORMAT Native", 108},
		{strings.Repeat("(", 100_000), 306},
		{"SELECT " + strings.Repeat("(", 20_000) + "1" + strings.Repeat(")", 20_000), 306},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%.40s", test.query), func(t *testing.T) {
			wantCode(t, conn.Exec(t.Context(), test.query), test.code)
		})
	}
	if err := select1(t.Context(), conn); err != nil {
		t.Errorf("after the errors: %v", err)
	}
}

func TestErrorWithinAResult(t *testing.T) {
	conn := database(t)
	rows, err := conn.Query(t.Context(), "SELECT throwIf(number = 3000000, 'too far'), '__exception__' FROM numbers(10000000)")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if n == 0 || n > 3000000 {
		t.Errorf("%d rows came before the error", n)
	}
	wantCode(t, rows.Err(), 395)
	if !strings.Contains(rows.Err().Error(), "too far") {
		t.Errorf("the message is lost: %v", rows.Err())
	}
}

func TestNothingLeaksBetweenRequests(t *testing.T) {
	conn := database(t)
	run(t, conn, "SET max_threads = 1, final = 1")
	run(t, conn, "USE system")
	run(t, conn, "CREATE TEMPORARY TABLE mine (x Int8)")
	ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"max_block_size": 77, "max_threads": 3}))
	var threads uint8
	var block uint64
	if err := conn.QueryRow(ctx, "SELECT toUInt8(getSetting('max_threads')), toUInt64(getSetting('max_block_size'))").Scan(&threads, &block); err != nil {
		t.Fatal(err)
	}
	if threads != 3 || block != 77 {
		t.Errorf("settings of the request are %d, %d, want 3, 77", threads, block)
	}
	if got := value[uint64](t, conn, "SELECT toUInt64(getSetting('max_block_size'))"); got == 77 {
		t.Error("a setting of one request is there in the next")
	}
	if got := value[bool](t, conn, "SELECT getSetting('final')"); got {
		t.Error("SET of one request is there in the next")
	}
	if got := value[string](t, conn, "SELECT currentDatabase()"); got != "rollcall" {
		t.Errorf("database is %s, want rollcall", got)
	}
	wantCode(t, conn.Exec(t.Context(), "SELECT * FROM mine"), 60)
	wantCode(t, conn.Exec(clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"no_such_setting": 1})), "SELECT 1"), 115)
}

func TestQueriesRunAtOnce(t *testing.T) {
	conn := database(t)
	run(t, conn, "CREATE TABLE c (worker UInt8, n UInt64) ENGINE = MergeTree ORDER BY n")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	// Every worker has an endless result open before the first one inserts.
	const workers = 7
	var reading, done sync.WaitGroup
	reading.Add(workers)
	for worker := range uint8(workers) {
		done.Go(func() {
			rows, err := conn.Query(ctx, "SELECT number, ? FROM numbers(100000000000000)", worker)
			if err != nil {
				t.Error(err)
				reading.Done()
				return
			}
			var n uint64
			var w uint8
			if !rows.Next() || rows.Scan(&n, &w) != nil || w != worker {
				t.Errorf("worker %d got a row of %d: %v", worker, w, rows.Err())
			}
			reading.Done()
			reading.Wait()
			batch, err := conn.PrepareBatch(ctx, "INSERT INTO c")
			if err != nil {
				t.Error(err)
				return
			}
			for i := range uint64(1000) {
				if err := batch.Append(worker, i); err != nil {
					t.Error(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if got := value[uint64](t, conn, "SELECT count() FROM c"); got != workers*1000 {
		t.Errorf("%d rows, want %d", got, workers*1000)
	}
}

func TestLongResultInLittleMemory(t *testing.T) {
	conn := database(t)
	query := "SELECT number, toString(cityHash64(number)), repeat('x', 100) FROM numbers(%d)"
	read := func(n int) {
		rows, err := conn.Query(t.Context(), fmt.Sprintf(query, n))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var got, number uint64
		var a, b string
		for rows.Next() {
			if err := rows.Scan(&number, &a, &b); err != nil {
				t.Fatal(err)
			}
			if number != got {
				t.Fatalf("row %d has number %d", got, number)
			}
			got++
		}
		if err := rows.Err(); err != nil || got != uint64(n) {
			t.Fatalf("%d rows, want %d: %v", got, n, err)
		}
	}
	read(500_000)
	before := rss(t)
	peak := peakWhile(t, func() { read(5_000_000) })
	// The result is 650 MB.
	if grown := peak - before; grown > 150<<20 {
		t.Errorf("memory grew by %d MB over a result ten times as long", grown>>20)
	}
}

// peakWhile watches the resident memory while f runs.
func peakWhile(t *testing.T, f func()) (peak int64) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				peak = max(peak, rss(t))
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return peak
}

func TestMemoryIsBounded(t *testing.T) {
	server := open(t, chdb.Config{Path: t.TempDir(), MaxMemory: 512 << 20})
	conn := connect(t, server.DSN())
	run(t, conn, "CREATE TABLE b (n UInt64, s String) ENGINE = Null")
	for name, query := range map[string]string{
		"group": "INSERT INTO b SELECT number, '' FROM numbers(10000000) GROUP BY number",
		"sort":  "INSERT INTO b SELECT number, repeat(toString(number % 10), 100) AS s FROM numbers(4000000) ORDER BY cityHash64(number), s",
	} {
		t.Run(name, func(t *testing.T) {
			// In memory alone it fails, as it must; by way of the disk it works.
			wantCode(t, conn.Exec(t.Context(), query+" SETTINGS max_bytes_before_external_group_by = 0, max_bytes_before_external_sort = 0"), 241)
			run(t, conn, query)
		})
	}
	if err := select1(t.Context(), conn); err != nil {
		t.Error(err)
	}
	var block string
	if err := conn.QueryRow(t.Context(), "SELECT value FROM system.merge_tree_settings WHERE name = 'merge_max_block_size_bytes'").Scan(&block); err != nil {
		t.Fatal(err)
	}
	if block != "1048576" {
		t.Errorf("merges take blocks of %s bytes", block)
	}
}

func TestCancelKillsTheQuery(t *testing.T) {
	conn := database(t)
	run(t, conn, "CREATE TABLE k (n UInt64) ENGINE = MergeTree ORDER BY n")
	for name, query := range map[string]string{
		"that has given nothing yet": "SELECT count() FROM numbers(100000000000000) WHERE sipHash64(number) = 1",
		"that gives rows":            "SELECT number FROM numbers(100000000000000)",
		"that is an insert":          "INSERT INTO k SELECT number FROM numbers(100000000000000) WHERE sipHash64(number) = 1",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() {
				if strings.HasPrefix(query, "INSERT") {
					ended <- conn.Exec(ctx, query)
					return
				}
				rows, err := conn.Query(ctx, query)
				if err == nil {
					for rows.Next() {
					}
					err = rows.Err()
					rows.Close()
				}
				ended <- err
			}()
			await(t, conn, query, 1)
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the client got %v", err)
			}
			await(t, conn, query, 0)
		})
	}
}

// await waits until n queries with that text run.
func await(t *testing.T, conn clickhouse.Conn, query string, n uint64) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for value[uint64](t, conn, "SELECT count() FROM system.processes WHERE query = {q:String}", clickhouse.Named("q", query)) != n {
		if time.Now().After(deadline) {
			t.Fatalf("after three minutes there are not %d of %s", n, query)
		}
	}
}

func TestReopenKeepsTheData(t *testing.T) {
	need(t)
	path := t.TempDir()
	for want := range uint64(3) {
		server, err := chdb.Open(chdb.Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		conn := connect(t, server.DSN())
		run(t, conn, "CREATE TABLE IF NOT EXISTS r (n UInt64) ENGINE = MergeTree ORDER BY n")
		if got := value[uint64](t, conn, "SELECT count() FROM r"); got != want {
			t.Errorf("%d rows after %d times, want %d", got, want, want)
		}
		run(t, conn, "INSERT INTO r VALUES (?)", want)
		if want == 1 {
			// What a crash would leave behind.
			if err := os.WriteFile(filepath.Join(path, "tmp", "insert-1"), []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
		if err := server.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(path, "tmp", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// post sends a request as any HTTP client can.
func TestOnlyWhoKnowsTheTokenGetsIn(t *testing.T) {
	server := open(t, chdb.Config{})
	u, err := url.Parse(server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	good := u.User
	if host, _, _ := net.SplitHostPort(u.Host); !net.ParseIP(host).IsLoopback() {
		t.Errorf("listens on %s", u.Host)
	}
	for name, user := range map[string]*url.Userinfo{
		"nobody": nil, "default": url.User("default"), "wrong token": url.UserPassword(good.Username(), "x"), "no token": url.User(good.Username()),
	} {
		for _, path := range []string{"/ping", "/?query=SELECT+1"} {
			target := url.URL{Scheme: "http", Host: u.Host, User: user}
			response, err := http.Get(target.String() + path)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusForbidden || response.Header.Get("X-ClickHouse-Exception-Code") != "516" {
				t.Errorf("%s: %s gives %s: %s", name, path, response.Status, body)
			}
			password, _ := good.Password()
			if strings.Contains(string(body), password) {
				t.Error("the answer holds the token")
			}
		}
	}
}

// A folder that is new is the difficult case: see start.
func TestDial(t *testing.T) {
	path := t.TempDir()
	if _, err := chdb.Dial(path); !errors.Is(err, chdb.ErrNotRunning) {
		t.Errorf("nothing there: %v", err)
	}
	server := open(t, chdb.Config{Path: path})
	dsn, err := chdb.Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := select1(t.Context(), connect(t, dsn)); err != nil {
		t.Error(err)
	}
	file := filepath.Join(path, "rollcall.addr")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the token: %v", info.Mode())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var said struct{ PID int }
	if err := json.Unmarshal(content, &said); err != nil || said.PID != os.Getpid() {
		t.Errorf("address file: %s: %v", content, err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the address is still there: %v", err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil { // as a crash leaves it
		t.Fatal(err)
	}
	if _, err := chdb.Dial(path); !errors.Is(err, chdb.ErrNotRunning) {
		t.Errorf("nobody answers: %v", err)
	}
}

func TestCloseWaitsForQueries(t *testing.T) {
	need(t)
	server, err := chdb.Open(chdb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, server.DSN())
	rows, err := conn.Query(t.Context(), "SELECT number, repeat('x', 1000) FROM numbers(200000)")
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	go func() { closed <- server.Close() }()
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil || n != 200_000 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := select1(t.Context(), conn); err == nil {
		t.Error("a closed server answers")
	}
}

func TestCloseKillsWhatDoesNotEnd(t *testing.T) {
	need(t)
	server, err := chdb.Open(chdb.Config{CloseTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, server.DSN())
	const endless = "SELECT count() FROM numbers(100000000000000) WHERE sipHash64(number) = 1"
	ended := make(chan error)
	go func() { ended <- conn.Exec(t.Context(), endless) }()
	await(t, conn, endless, 1)
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the query ended well")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, config := range []chdb.Config{
		{MaxMemory: 1}, {MaxMemory: -1}, {MaxThreads: -1}, {MaxQueries: -1}, {Database: "a-b"}, {Database: "a`; DROP"}, {Path: "a*b"},
		{Address: "0.0.0.0:0"}, {Address: "nonsense"}, {Library: "/nonexistent/libchdb.so"}, {CloseTimeout: -1},
	} {
		if config.Address != "" {
			need(t)
		}
		if server, err := chdb.Open(config); err == nil {
			t.Errorf("%+v was accepted", config)
			server.Close()
		}
	}
	need(t)
	open(t, chdb.Config{}) // and a good one works after them
}

func TestRequestsLeaveNothingBehind(t *testing.T) {
	conn := database(t)
	request := func(n int) {
		for range n {
			if err := select1(t.Context(), conn); err != nil {
				t.Fatal(err)
			}
		}
	}
	request(1000)
	before, goroutines := rss(t), runtime.NumGoroutine()
	request(3000)
	if grown := rss(t) - before; grown > 60<<20 {
		t.Errorf("memory grew by %d MB over 3000 requests", grown>>20)
	}
	if now := runtime.NumGoroutine(); now > goroutines+10 {
		t.Errorf("%d goroutines, were %d", now, goroutines)
	}
}
