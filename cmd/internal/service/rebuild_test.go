package service

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/schema"
)

// deaf is a decoder to which the apps' receipts say nothing.
type deaf struct{ ingest.Decoder }

func (d deaf) Decode(value []byte) decode.Result {
	r := d.Decoder.Decode(value)
	r.Events = slices.DeleteFunc(r.Events, func(e schema.Event) bool { return e.Kind == "rollcall.notice.shown" })
	return r
}

// texts returns the rows of a query that gives one text a row.
func texts(t *testing.T, conn driver.Conn, query string) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		b.WriteString(s + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return b.String()
}

// everything is what readers see of a service's store, but for what changes with
// each decoder and each evaluation.
func everything(t *testing.T, conn driver.Conn) string {
	t.Helper()
	var b strings.Builder
	for _, view := range []struct{ name, without string }{
		{"events_one", "decoder, batch, stored_at"}, {"events_current", "decoder"}, {"dead_letters_one", "decoder, batch, stored_at"},
		{"messages_one", "batch"}, {"aliases_one", "alias"},
		{"sessions_current", "version"}, {"obligations_current", "version, exposure_ms"}, {"findings_current", "version"}, {"usage_lines_current", "version"},
	} {
		b.WriteString(texts(t, conn, "SELECT toJSONString(tuple(* EXCEPT ("+view.without+"))) AS row FROM "+view.name+" ORDER BY row"))
	}
	return b.String()
}

// TestRebuildWhileTheServiceRuns rebuilds through the service's address, as the
// command does.
func TestRebuildWhileTheServiceRuns(t *testing.T) {
	cfg := testConfig(t)
	s, _ := start(t, cfg)
	conn := dial(t, cfg)
	want := wanted(produce(t, s, conn))
	judged(t, s)
	if got := results(t, conn); got != want {
		t.Fatalf("the results are %s, want %s", got, want)
	}
	before := everything(t, conn)
	rebuild := func(d ingest.Decoder, version uint16) ingest.Rebuilt {
		t.Helper()
		newest := texts(t, conn, "SELECT toString(max(version)) FROM calls_current")
		did, err := ingest.Rebuild(t.Context(), cfg.Intake(), ingest.RebuildDependencies{
			Conn: conn, Decoder: d, DecoderVersion: version, Logger: slog.New(slog.DiscardHandler)}, ingest.RebuildOptions{})
		if err != nil {
			t.Fatal(err)
		}
		judged(t, s)
		if oldest := texts(t, conn, "SELECT toString(min(version)) FROM calls_current"); oldest <= newest {
			t.Errorf("not all calls were evaluated again: %s, before %s", oldest, newest)
		}
		return did
	}
	decoder := decode.New(decode.Options{Drop: cfg.Ingest.Drop})

	if did := rebuild(decoder, decode.Version+1); did.Messages == 0 || did.Added+did.Withdrawn+did.Read+did.Dead+did.Left != 0 {
		t.Errorf("with a decoder that reads the same: %+v", did)
	}
	if got := everything(t, conn); got != before {
		t.Errorf("a rebuild without a change changed what readers see:\n%s", firstChange(before, got))
	}

	if did := rebuild(deaf{decoder}, decode.Version+2); did.Withdrawn == 0 || did.Added != 0 {
		t.Errorf("with a decoder that reads no receipts: %+v", did)
	}
	if r := results(t, conn); strings.Contains(r, "pass=") || !strings.Contains(r, "missed=") {
		t.Errorf("with no notice known the results are %s", r)
	}

	rebuild(decoder, decode.Version+3)
	if got := everything(t, conn); got != before {
		t.Errorf("what a rebuild withdrew did not come back as it was:\n%s", firstChange(before, got))
	}
}

// firstChange is the first line in which two texts differ, of both.
func firstChange(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			return la[i] + "\n" + lb[i]
		}
	}
	return "one has more lines"
}
