package findings_test

import (
	"testing"
	"time"

	"rollcall/reports/findings"
	"rollcall/schema"
)

// TestAlerts: a finding says what became of its alert; one that has none yet, what
// became of that of the finding which went over into it.
func TestAlerts(t *testing.T) {
	s := sample(t)
	list := collect(t, s.List(t.Context(), findings.Filter{}))
	f, heir := list[0], list[1]
	const gone = "00000000000000000000000000000001"
	row := func(finding, call, alert string, minute int, state, reason string) {
		t.Helper()
		if err := s.Results.Conn.Exec(t.Context(), "INSERT INTO alert_findings (unit, alert_id, finding_id, at, call_id, state, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
			call, alert, finding, time.Date(2026, 4, 1, 10, minute, 0, 0, time.UTC), call, state, reason); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(id, want string) {
		t.Helper()
		for _, f := range collect(t, s.List(t.Context(), findings.Filter{})) {
			if f.ID == id && f.Alert != want {
				t.Errorf("the list says %q, want %q", f.Alert, want)
			}
		}
		h, err := s.Get(t.Context(), id)
		if err != nil || h.Finding.Alert != want {
			t.Errorf("it is %q, want %q (%v)", h.Finding.Alert, want, err)
		}
	}
	wants(f.ID, "")
	row(f.ID, f.CallID, "live", 1, "firing", "")
	wants(f.ID, "firing")
	row(f.ID, f.CallID, "live", 3, "resolved", "told-late")
	row(f.ID, f.CallID, "live", 2, "firing", "") // stored late
	wants(f.ID, "resolved: told-late")
	row(f.ID, f.CallID, "afterwards", 4, "withheld", "exception")
	row(f.ID, f.CallID, "live", 5, "resolved", "moved")
	wants(f.ID, "withheld: exception")

	row(gone, "another call", "live", 1, "resolved", "capture-ended")
	c, err := schema.FindingChange{Finding: gone, CallID: "another call", At: s.Now(), Who: schema.Evaluation, Action: schema.ActionSupersede,
		Successor: heir.ID, SuccessorCall: heir.CallID, Judged: 1}.Named()
	if err != nil {
		t.Fatal(err)
	}
	values, err := c.Row()
	if err != nil {
		t.Fatal(err)
	}
	batch, err := s.Results.Conn.PrepareBatch(t.Context(), schema.InsertFindingChange)
	if err != nil {
		t.Fatal(err)
	}
	defer batch.Close()
	if err := batch.Append(values...); err != nil {
		t.Fatal(err)
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	say(t, s, heir.ID, findings.Word{Action: schema.ActionNote, Note: "x"})
	wants(heir.ID, "resolved: capture-ended")
	row(heir.ID, heir.CallID, "live", 2, "firing", "")
	wants(heir.ID, "firing")
}
