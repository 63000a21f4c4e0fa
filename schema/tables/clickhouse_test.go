package tables_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// server is the embedded ClickHouse of this test process, nil where the library
// is missing.
var server *chdb.Server

func TestMain(m *testing.M) {
	var err error
	server, err = chdb.Open(chdb.Config{})
	if err != nil && (!errors.Is(err, chdb.ErrNoLibrary) || os.Getenv("CI") == "true") {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if server != nil {
		if err := server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var databases atomic.Int32

// newDatabase returns a connection to an empty database and its name.
func newDatabase(t *testing.T) (driver.Conn, string) {
	t.Helper()
	if server == nil {
		t.Skip("libchdb is missing: run 'make libchdb'")
	}
	name := fmt.Sprintf("t%d", databases.Add(1))
	admin := open(t, server.DSN())
	exec(t, admin, "CREATE DATABASE "+name)
	u, err := url.Parse(server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return open(t, u.String()), name
}

func open(t *testing.T, dsn string) driver.Conn {
	t.Helper()
	conn, err := tables.Open(t.Context(), dsn, tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// newTables returns a connection to a database with all tables.
func newTables(t *testing.T) driver.Conn {
	t.Helper()
	conn, _ := newDatabase(t)
	if _, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	return conn
}

func exec(t *testing.T, conn driver.Conn, query string, args ...any) {
	t.Helper()
	if err := conn.Exec(context.Background(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// values returns the first column of a query as text.
func values(t *testing.T, conn driver.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}
