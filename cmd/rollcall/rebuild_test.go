package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/decode"
	"rollcall/reports/export/storetest"
)

// fillOlder stores a message that an older decoder could not read.
func fillOlder(t *testing.T, conn driver.Conn) {
	t.Helper()
	for _, q := range []string{
		`INSERT INTO messages (topic, epoch, partition, offset, broker_time, value) VALUES ('acs-events', 0, 0, 0, '2026-03-02 10:00:00',
'{"specversion":"1.0","id":"5b7c8a34-5d0e-4e7a-9c3b-1f2a3b4c5d6e","source":"app","type":"rollcall.session.joined","time":"2026-03-02T10:00:00Z","data":{"callId":"a","rawId":"8:acs:x_y"}}')`,
		"INSERT INTO dead_letters (topic, epoch, partition, offset, stage, reason, decoder) VALUES ('acs-events', 0, 0, 0, 'decode', 'not understood', 1)",
		"INSERT INTO batches (topic, epoch, partition, first, last, messages, last_time, decoder) VALUES ('acs-events', 0, 0, 0, 0, 1, '2026-03-02 10:00:00', 1)",
	} {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRebuild rebuilds the store of a service that runs, and then of one that
// does not.
func TestRebuild(t *testing.T) {
	if decode.Version < 2 {
		t.Fatal("this test stores what decoder 1 has read")
	}
	dir := t.TempDir()
	t.Setenv("ROLLCALL_DATA_DIR", dir)
	if code, _, errs := command(t, "rebuild"); code != 1 || !strings.Contains(errs, "no service has kept data here") {
		t.Errorf("without data: exit code %d, %q", code, errs)
	}
	conn, stop := storetest.Open(t, filepath.Join(dir, "clickhouse"))
	fillOlder(t, conn)
	for _, c := range []struct {
		args []string
		code int
		want string // part of the output
	}{
		{args: []string{"--since", "yesterday"}, code: 2, want: "yesterday"},
		{args: []string{"acs-events"}, code: 2, want: "rebuild --help"},
		{args: []string{"--topic", "acs-event"}, code: 1, want: `nothing of a topic "acs-event" is stored`},
		{args: []string{"--since", "2026-03-03"}, want: "nothing to do"},
		{args: nil, want: "1 messages read anew, 1 events: 1 more than before, 1 dead letters read\n"},
		{args: nil, want: "nothing to do"},
		{args: []string{"stopped"}},
		{args: []string{"--all"}, want: "1 messages read anew, 1 events: as many as before, at the same places\n"},
	} {
		if slices.Equal(c.args, []string{"stopped"}) {
			stop()
			continue
		}
		code, out, errs := command(t, append([]string{"rebuild"}, c.args...)...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("rebuild %q: exit code %d\n%s%s", c.args, code, out, errs)
		}
	}
}
