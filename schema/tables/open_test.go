package tables_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"rollcall/schema/tables"
)

func TestOpenSaysWhatToDo(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := listener.Addr().String()
	listener.Close()
	for name, test := range map[string]struct{ dsn, want string }{
		"nothing there over HTTP":   {"http://u:secret@" + free + "/d", "HTTP port (8123"},
		"nothing there over native": {"clickhouse://u:secret@" + free + "/d", "native port (9000"},
		"not a DSN":                 {"http://u:secret@h:x y/\x00", "clickhouse.dsn"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := tables.Open(t.Context(), test.dsn, tables.OpenOptions{Wait: 300 * time.Millisecond})
			if err == nil {
				conn.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q does not hold %q", err, test.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%q holds the password", err)
			}
		})
	}
}

func TestOpenWrongPassword(t *testing.T) {
	if server == nil {
		t.Skip("libchdb is missing: run 'make libchdb'")
	}
	_, address, _ := strings.Cut(server.DSN(), "@")
	_, err := tables.Open(t.Context(), "http://rollcall:wrong@"+address, tables.OpenOptions{})
	if err == nil || !strings.Contains(err.Error(), "password in clickhouse.dsn") {
		t.Errorf("got %v", err)
	}
}
