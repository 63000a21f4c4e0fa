package schema_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/schema"
)

// TestFindingChangeIsALeaf: what is written of a change never alters, and an
// altered byte is found.
func TestFindingChangeIsALeaf(t *testing.T) {
	c, err := schema.FindingChange{
		Finding: "0bf0", CallID: "c1", At: time.Date(2026, 3, 2, 10, 0, 0, 123456789, time.UTC), Who: "ana", Action: schema.ActionClose, Note: "no <person>",
		Before: schema.FindingState{Status: schema.FindingInProgress, Owner: "ana"},
		After:  schema.FindingState{Status: schema.FindingClosed, Owner: "ana", Disposition: schema.DispositionFalsePositive},
	}.Named()
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"action":"close","after":{"disposition":"false_positive","owner":"ana","status":"closed"},"at":"2026-03-02T10:00:00.123456Z",` +
		`"before":{"owner":"ana","status":"in_progress"},"call_id":"c1","finding":"0bf0","id":"`
	if !strings.HasPrefix(string(text), want) || !strings.HasSuffix(string(text), `","note":"no <person>","who":"ana"}`) {
		t.Errorf("canonical bytes are\n%s", text)
	}
	digest := schema.ChangeDigest(text)
	if got, err := schema.ReadFindingChange(text, digest[:]); err != nil || got != c {
		t.Errorf("read %+v, %v", got, err)
	}
	text[len(text)-3]++
	if _, err := schema.ReadFindingChange(text, digest[:]); err == nil {
		t.Error("an altered byte was not found")
	}
}

// TestChangesOfEvaluationsAreOne: two evaluations that do the same make one
// change, whenever they do it; persons who do the same twice make two.
func TestChangesOfEvaluationsAreOne(t *testing.T) {
	id := func(action schema.FindingAction, at time.Time) string {
		c, err := schema.FindingChange{Finding: "f", Action: action, At: at, Judged: 7}.Named()
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	one, two := time.Unix(1, 0), time.Unix(2, 0)
	if id(schema.ActionWithdraw, one) != id(schema.ActionWithdraw, two) {
		t.Error("the same withdrawal has two ids")
	}
	if id(schema.ActionNote, one) == id(schema.ActionNote, two) {
		t.Error("the id of a note is not that of its content")
	}
}
