package chdb_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/schema/chdb"
)

func TestFailingInsertsDoNoHarm(t *testing.T) {
	server := open(t, chdb.Config{Path: t.TempDir()})
	conn := connect(t, server.DSN())
	run(t, conn, "CREATE TABLE f (n UInt64, s String, CONSTRAINT small CHECK n < 10) ENGINE = MergeTree ORDER BY n")
	statements := []string{
		"INSERT INTO f FORMAT Native",            // no such bytes
		"INSERT INTO f (n, s) FORMAT Native",     // nor these
		"INSERT INTO nothing FORMAT Native",      // no such table
		"INSERT INTO f (nothing) FORMAT Native",  // no such column
		"INSERT INTO f (n) FORMAT NoSuchFormat",  // no such format
		"INSERT INTO f (n, FORMAT Native",        // no SQL
		"INSERT INTO f FORMAT JSONEachRow",       // not JSON
		"INSERT INTO f SETTINGS x=1 FORMAT CSV",  // no such setting
		"INSERT INTO f (n) SETTINGS FORMAT TSV;", // no SQL
	}
	var before int64
	for i := range 1000 {
		if i == 200 {
			before = rss(t)
		}
		body := strings.Repeat(fmt.Sprint(i, "\xff\x00{"), i)
		status, text := post(t, server.DSN(), statements[i%len(statements)], strings.NewReader(body))
		if status != http.StatusInternalServerError || !strings.HasPrefix(text, "Code: ") {
			t.Fatalf("%s: %d %s", statements[i%len(statements)], status, text)
		}
	}
	if grown := rss(t) - before; grown > 100<<20 {
		t.Errorf("memory grew by %d MB", grown>>20)
	}
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO f")
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(20) {
		if err := batch.Append(n, "s"); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, batch.Send(), 469)
	if got := value[uint64](t, conn, "SELECT count() FROM f"); got != 0 {
		t.Errorf("%d rows of failed inserts are there", got)
	}
	run(t, conn, "INSERT INTO f VALUES (1, 'good')")
	if got := value[string](t, conn, "SELECT s FROM f"); got != "good" {
		t.Errorf("got %q", got)
	}
}

func post(t *testing.T, dsn, query string, body io.Reader) (status int, text string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = url.Values{"database": {"rollcall"}, "query": {query}}.Encode()
	u.Path = "/"
	response, err := http.Post(u.String(), "", body)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK && response.Header.Get("X-ClickHouse-Exception-Code") == "" {
		t.Errorf("%s: no code", query)
	}
	return response.StatusCode, string(content)
}

func TestHalfAnInsertInsertsNothing(t *testing.T) {
	path := t.TempDir()
	server := open(t, chdb.Config{Path: path})
	conn := connect(t, server.DSN())
	run(t, conn, "CREATE TABLE h (n UInt64) ENGINE = MergeTree ORDER BY n")
	u, err := url.Parse(server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	token, _ := u.User.Password()
	for _, encoding := range []string{"Content-Length: 1000000", "Transfer-Encoding: chunked"} {
		client, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		request, _ := http.NewRequest("POST", "http://"+u.Host, nil)
		request.SetBasicAuth("rollcall", token)
		fmt.Fprintf(client, "POST /?database=rollcall&query=INSERT+INTO+h+FORMAT+TSV HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n%s\r\n\r\n",
			request.Header.Get("Authorization"), encoding)
		if strings.HasPrefix(encoding, "T") {
			io.WriteString(client, "4\r\n1\n2\n\r\n")
		} else {
			io.WriteString(client, "1\n2\n")
		}
		client.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, client)
		client.Close()
	}
	if got := value[uint64](t, conn, "SELECT count() FROM h"); got != 0 {
		t.Errorf("%d rows of an insert without its end", got)
	}
	if status, text := post(t, server.DSN(), "INSERT INTO h FORMAT Native", strings.NewReader("")); status == http.StatusOK {
		t.Errorf("an insert without data is well: %s", text)
	}
	if status, text := post(t, server.DSN(), "INSERT INTO h FORMAT TSV", strings.NewReader("1\n2\n")); status != http.StatusOK {
		t.Errorf("a whole one is not: %s", text)
	}
	if got := value[uint64](t, conn, "SELECT count() FROM h"); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
	if left, _ := filepath.Glob(filepath.Join(path, "tmp", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCompressionIsRefused(t *testing.T) {
	server := open(t, chdb.Config{})
	conn := connect(t, server.DSN()+"&compress=lz4")
	if err := conn.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "does not compress") {
		t.Errorf("lz4: %v", err)
	}
	// gzip is an offer for results, which need not be taken up, but a fact for
	// what the client sends.
	conn = connect(t, server.DSN()+"&compress=gzip")
	if err := select1(t.Context(), conn); err != nil {
		t.Errorf("gzip: %v", err)
	}
	run(t, conn, "CREATE TABLE g (n UInt8) ENGINE = Memory")
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO g")
	if err != nil {
		t.Fatal(err)
	}
	if err := batch.Append(uint8(1)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, batch.Send(), 48)
}

func TestTablesChangeAndGo(t *testing.T) {
	conn := database(t)
	run(t, conn, "CREATE TABLE m (n UInt64, v UInt64, s String) ENGINE = ReplacingMergeTree(v) ORDER BY n")
	for v := range 12 {
		run(t, conn, "INSERT INTO m SELECT number, ?, 'x' FROM numbers(30000)", v)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for _, query := range []string{
		"ALTER TABLE m UPDATE s = 'y' WHERE n % 2 = 0 SETTINGS mutations_sync = 2",
		"DELETE FROM m WHERE n % 3 = 0",
		"OPTIMIZE TABLE m FINAL",
		"CREATE TABLE copy AS m",
		"INSERT INTO copy SELECT * FROM m",
		"EXCHANGE TABLES copy AND m",
		"CREATE MATERIALIZED VIEW view TO m AS SELECT * FROM copy",
		"DROP TABLE view SYNC",
		"DROP TABLE copy SYNC",
	} {
		if err := conn.Exec(ctx, query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	if got := value[uint64](t, conn, "SELECT countIf(s = 'y') * 100000 + count() FROM m"); got != 10_000*100_000+20_000 {
		t.Errorf("changed and kept are %d and %d, want 10000 and 20000", got/100_000, got%100_000)
	}
}
