package assess

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/reports/export"
	"rollcall/reports/findings"
	"rollcall/schema"
)

// findings opens what persons see of the bench's findings.
func (b *bench) findings() findings.Store {
	return findings.Store{Results: export.Store{Conn: b.run.Conn}, Now: func() time.Time { return b.clock }}
}

// list lists the findings of a status.
func (b *bench) list(status ...string) (out []findings.Finding) {
	b.Helper()
	for f, err := range b.findings().List(b.Context(), findings.Filter{Statuses: status}) {
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

func (b *bench) says(id string, w findings.Word) {
	b.Helper()
	b.clock = b.clock.Add(time.Second)
	w.Who = "ana"
	if _, err := b.findings().Say(b.Context(), id, w); err != nil {
		b.Fatal(err)
	}
	b.clock = b.clock.Add(time.Second)
}

// TestFindingsOfHalvesMerge: a person disposes of the finding on one half of a
// call; when an event merges the halves, the finding that takes its place
// inherits what was said, and the history tells all of it.
func TestFindingsOfHalvesMerge(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	// The half that is known by its connection has its user by what the app says.
	half := func(kind, at, ids string) string {
		return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.session.%s","time":%q,"data":{"appId":"care","rawId":%q,"endpointId":%q,%s}}`,
			guid(kind+at), kind, at, acsUser("alice"), guid("alice"), ids)
	}
	conn := fmt.Sprintf(`"callConnectionId":%q`, guid("connection one"))
	state := func(active string, at time.Time) string {
		return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.RecordingStateChanged","specversion":"1.0","time":%q,"data":{"recordingId":"rec","state":%q,"startDateTime":%q,"callConnectionId":%q}}]`,
			guid("half"+active), guid("connection one"), stamp(at), active, stamp(from.Add(10*time.Minute)), guid("connection one"))
	}
	b.sends(receiptTopic, from, half("joined", stamp(from.Add(time.Second)), conn), half("left", stamp(from.Add(time.Hour)), conn))
	b.sends(callTopic, from, state("active", from.Add(10*time.Minute)), state("inactive", from.Add(50*time.Minute)))
	b.sends(callTopic, from, summary("two", "null", "alice", from, 3600))
	before := b.list("new")
	if len(before) != 1 || before[0].CallID != guid("connection one") || before[0].Rule != "notice.missed" {
		t.Fatalf("the halves have %+v", before)
	}
	lost := before[0].ID
	b.says(lost[:12], findings.Word{Action: schema.ActionAssign, Owner: "bob"})
	b.says(lost, findings.Word{Action: schema.ActionClose, Disposition: schema.DispositionAcceptedRisk, Note: "told by telephone"})
	b.sends(callTopic, from, fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.CallConnected","specversion":"1.0","time":%q,"data":{"callConnectionId":%q,"correlationId":%q}}]`,
		guid("edge"), guid("connection one"), stamp(from), guid("connection one"), guid("two")))
	b.wants("SELECT call_id FROM calls_current", guid("two"))
	closed := b.list("closed")
	if len(closed) != 1 {
		t.Fatalf("after the merge the closed findings are %+v, all %+v", closed, b.list())
	}
	got := closed[0]
	if got.CallID != guid("two") || got.ID == lost || got.Owner != "bob" || got.Disposition != schema.DispositionAcceptedRisk || len(got.Notes) != 1 ||
		!slices.Equal(got.Predecessors, []string{lost}) {
		t.Errorf("the successor is %+v", got)
	}
	gone := b.list("superseded")
	if len(gone) != 1 || gone[0].ID != lost || gone[0].Successor != got.ID || gone[0].CallID != guid("connection one") {
		t.Errorf("superseded are %+v", gone)
	}
	h, err := b.findings().Get(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	var actions []schema.FindingAction
	for _, c := range h.Changes {
		actions = append(actions, c.Action)
	}
	if want := []schema.FindingAction{schema.ActionAssign, schema.ActionClose, schema.ActionSupersede}; !slices.Equal(actions, want) {
		t.Errorf("the history is %v, want %v", actions, want)
	}
	if _, err := b.findings().Say(t.Context(), lost, findings.Word{Who: "ana", Action: schema.ActionNote, Note: "x"}); err == nil {
		t.Error("a superseded finding takes a note")
	}
	// Whoever evaluates again, and as often as wanted, adds nothing.
	b.restarts()
	b.wants("SELECT toString(uniqExact(change_id)) FROM finding_changes", "3")
}

// TestFindingBecomesLateOrRefuted: a late receipt makes a miss a late notice,
// which takes its place; a receipt in time refutes it; losing nothing but time
// does neither.
func TestFindingBecomesLateOrRefuted(t *testing.T) {
	from := day(2, "10:00:00")
	begin := func(t *testing.T) (*bench, string) {
		b := newBench(t)
		b.sends(callTopic, from, meeting("one", "null", "alice", from)...)
		list := b.list("new")
		if len(list) != 1 {
			t.Fatalf("found %+v", list)
		}
		b.says(list[0].ID, findings.Word{Action: schema.ActionAssign, Owner: "bob"})
		return b, list[0].ID
	}
	call := fmt.Sprintf(`"callId":%q`, guid("one"))
	t.Run("late", func(t *testing.T) {
		b, missed := begin(t)
		b.sends(receiptTopic, from, receipt("r", call, "alice", from.Add(12*time.Minute)))
		list := b.list()
		if len(list) != 1 || list[0].Rule != "notice.late" || list[0].Owner != "bob" || list[0].Status != "in_progress" {
			t.Errorf("found %+v", list)
		}
		if gone := b.list("superseded"); len(gone) != 1 || gone[0].ID != missed || gone[0].Successor != list[0].ID {
			t.Errorf("superseded are %+v", gone)
		}
	})
	t.Run("in time, and taken back", func(t *testing.T) {
		b, missed := begin(t)
		b.sends(receiptTopic, from, receipt("r", call, "alice", from.Add(10*time.Minute+time.Second)))
		if list := b.list(); len(list) != 0 {
			t.Errorf("found %+v", list)
		}
		if gone := b.list("withdrawn"); len(gone) != 1 || gone[0].ID != missed || gone[0].Why != "by the evidence now the result of its exposure is pass" {
			t.Errorf("withdrawn are %+v", gone)
		}
		// A rebuild finds that the receipt was none.
		if err := b.run.Conn.Exec(t.Context(), "ALTER TABLE events DELETE WHERE source = 'rollcall' SETTINGS mutations_sync = 1"); err != nil {
			t.Fatal(err)
		}
		b.clock = b.clock.Add(time.Second)
		b.live.Touch(b.rows("SELECT DISTINCT alias_key FROM events WHERE alias_key != ''"))
		b.rounds()
		if list := b.list("in_progress"); len(list) != 1 || list[0].ID != missed || list[0].Owner != "bob" {
			t.Errorf("found again %+v", list)
		}
		b.wants("SELECT DISTINCT action FROM finding_changes", "assign", "return", "withdraw")
	})
	t.Run("a gap", func(t *testing.T) {
		b, missed := begin(t)
		if err := b.run.Conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO gaps (topic, epoch, partition, first, last, reason, after_time, before_time, writer) VALUES ('%s', 0, 0, 100, 110, 'retention', '%s', '%s', 'test')",
			receiptTopic, "2026-03-02 10:12:00", "2026-03-02 10:12:00")); err != nil {
			t.Fatal(err)
		}
		b.restarts()
		b.live.Touch(b.rows("SELECT DISTINCT alias_key FROM events WHERE alias_key != ''"))
		b.rounds()
		if list := b.list("in_progress"); len(list) != 1 || list[0].ID != missed {
			t.Errorf("found %+v", list)
		}
		b.wants("SELECT DISTINCT action FROM finding_changes", "assign")
	})
}
