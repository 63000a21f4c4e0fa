package chdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/schema/chdb"
)

// need skips a test where libchdb is missing; in CI that is a failure.
func need(t testing.TB) {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// open starts a server that ends with the test.
func open(t testing.TB, config chdb.Config) *chdb.Server {
	t.Helper()
	need(t)
	server, err := chdb.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// connect opens clickhouse-go on a DSN.
func connect(t testing.TB, dsn string) driver.Conn {
	t.Helper()
	options, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// database starts a temporary server and connects to it.
func database(t testing.TB) driver.Conn {
	t.Helper()
	return connect(t, open(t, chdb.Config{Path: t.TempDir(), Logger: testLogger(t)}).DSN())
}

// testLogger fails the test for what the handler calls an error.
func testLogger(t testing.TB) *slog.Logger {
	var log bytes.Buffer
	t.Cleanup(func() {
		if log.Len() > 0 {
			t.Errorf("the server logged:\n%s", log.String())
		}
	})
	return slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func run(t testing.TB, conn driver.Conn, query string, args ...any) {
	t.Helper()
	if err := conn.Exec(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// value reads the single value of a query.
func value[T any](t testing.TB, conn driver.Conn, query string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// wantCode asserts a code of ClickHouse's.
func wantCode(t testing.TB, err error, code int32) {
	t.Helper()
	var exception *clickhouse.Exception
	if !errors.As(err, &exception) {
		t.Fatalf("error is %v, want ClickHouse's exception %d", err, code)
	}
	if exception.Code != code {
		t.Fatalf("code is %d, want %d: %v", exception.Code, code, err)
	}
}

// rss is the resident memory of this process in bytes.
func rss(t testing.TB) int64 {
	t.Helper()
	content, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(content), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}

// select1 tells whether the server answers.
func select1(ctx context.Context, conn driver.Conn) error {
	var one uint8
	return conn.QueryRow(ctx, "SELECT 1").Scan(&one)
}

func chdbConfig(t testing.TB) chdb.Config {
	return chdb.Config{Path: t.TempDir(), Logger: testLogger(t)}
}
