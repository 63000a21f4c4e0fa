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
	start(t, cfg)
	truth := produce(t, cfg)
	conn := dial(t, cfg)
	want := wanted(truth)
	eventually(t, "the results are "+want, func() bool { return results(t, conn) == want })
	before := everything(t, conn)
	calls := func() string { return texts(t, conn, "SELECT toString(min(version)) FROM calls_current") }
	rebuild := func(d ingest.Decoder, version uint16) ingest.Rebuilt {
		t.Helper()
		did, err := ingest.Rebuild(t.Context(), cfg.Intake(), ingest.RebuildDependencies{
			Conn: conn, Decoder: d, DecoderVersion: version, Logger: slog.New(slog.DiscardHandler)}, ingest.RebuildOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return did
	}
	decoder := decode.New(decode.Options{Drop: cfg.Ingest.Drop})

	oldest := calls()
	if did := rebuild(decoder, decode.Version+1); did.Messages == 0 || did.Added+did.Withdrawn+did.Read+did.Dead+did.Left != 0 {
		t.Errorf("with a decoder that reads the same: %+v", did)
	}
	eventually(t, "all calls are evaluated again", func() bool { return calls() > oldest })
	if got := everything(t, conn); got != before {
		t.Errorf("a rebuild without a change changed what readers see:\n%s", firstChange(before, got))
	}

	if did := rebuild(deaf{decoder}, decode.Version+2); did.Withdrawn == 0 || did.Added != 0 {
		t.Errorf("with a decoder that reads no receipts: %+v", did)
	}
	eventually(t, "no notice is known", func() bool {
		r := results(t, conn)
		return !strings.Contains(r, "pass=") && strings.Contains(r, "missed=")
	})

	rebuild(decoder, decode.Version+3)
	eventually(t, "the results are again "+want, func() bool { return results(t, conn) == want })
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
