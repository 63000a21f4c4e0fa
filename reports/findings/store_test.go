package findings_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/findings"
	"rollcall/schema"
)

var update = flag.Bool("update", false, "write golden files")

// sample opens a store with the sample's findings; the clock begins at noon and
// stands still, so that changes must be told apart without it.
func sample(t *testing.T) findings.Store {
	t.Helper()
	conn, _ := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	return findings.Store{Results: export.Store{Conn: conn}, Now: func() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }}
}

func collect(t *testing.T, list iter.Seq2[findings.Finding, error]) (out []findings.Finding) {
	t.Helper()
	for f, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

func say(t *testing.T, s findings.Store, id string, w findings.Word) findings.Finding {
	t.Helper()
	w.Who = "ana"
	f, err := s.Say(t.Context(), id, w)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// review is what a person does with the sample's first three findings.
func review(t *testing.T, s findings.Store) []findings.Finding {
	t.Helper()
	list := collect(t, s.List(t.Context(), findings.Filter{}))
	if len(list) < 3 {
		t.Fatalf("the sample has %d findings", len(list))
	}
	say(t, s, list[0].ID, findings.Word{Action: schema.ActionAssign, Owner: "bob"})
	say(t, s, list[1].ID, findings.Word{Action: schema.ActionNote, Note: "=look <here>"})
	say(t, s, list[1].ID, findings.Word{Action: schema.ActionClose, Disposition: schema.DispositionFalsePositive, Note: "second screen"})
	say(t, s, list[2].ID, findings.Word{Action: schema.ActionClose, Disposition: schema.DispositionAcceptedRisk})
	if f := say(t, s, list[2].ID, findings.Word{Action: schema.ActionReopen}); f.Status != schema.FindingNew || f.Disposition != "" {
		t.Errorf("reopened it is %s %s", f.Status, f.Disposition)
	}
	return list
}

// TestReview: what is said is kept, in its order, once, and lists find it.
func TestReview(t *testing.T) {
	s := sample(t)
	list := review(t, s)
	for _, c := range []struct {
		want findings.Filter
		ids  []string
	}{
		{findings.Filter{Statuses: []string{"in_progress"}}, []string{list[0].ID}},
		{findings.Filter{Owners: []string{"bob"}}, []string{list[0].ID}},
		{findings.Filter{Statuses: []string{"closed"}, Dispositions: []string{"false_positive"}}, []string{list[1].ID}},
		{findings.Filter{CallIDs: []string{"none"}}, nil},
	} {
		var ids []string
		for _, f := range collect(t, s.List(t.Context(), c.want)) {
			ids = append(ids, f.ID)
		}
		if !slices.Equal(ids, c.ids) {
			t.Errorf("%+v lists %v, want %v", c.want, ids, c.ids)
		}
	}
	h, err := s.Get(t.Context(), strings.ToUpper(list[1].ID))
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Changes) != 2 || !h.Changes[1].At.After(h.Changes[0].At) || h.Changes[1].Before.Status != schema.FindingNew ||
		h.Changes[1].After != (schema.FindingState{Status: schema.FindingClosed, Disposition: schema.DispositionFalsePositive}) {
		t.Errorf("the history is %+v", h.Changes)
	}
	// Saying the same again, without a note, says nothing.
	say(t, s, list[0].ID, findings.Word{Action: schema.ActionAssign, Owner: "bob"})
	if h, err := s.Get(t.Context(), list[0].ID); err != nil || len(h.Changes) != 1 {
		t.Errorf("%+v, %v", h.Changes, err)
	}
}

// TestRefused: what can't be said is refused with its reason.
func TestRefused(t *testing.T) {
	s := sample(t)
	id := collect(t, s.List(t.Context(), findings.Filter{}))[0].ID
	for _, c := range []struct {
		id   string
		word findings.Word
		want string
	}{
		{id, findings.Word{Who: "ana", Action: schema.ActionNote, Note: " "}, "the note is empty"},
		{id, findings.Word{Who: "", Action: schema.ActionNote, Note: "x"}, "not known who"},
		{id, findings.Word{Who: "ana", Action: schema.ActionClose, Disposition: "fine"}, "false_positive"},
		{id, findings.Word{Who: "ana", Action: schema.ActionReopen}, "not closed"},
		{id, findings.Word{Who: "ana", Action: schema.ActionWithdraw}, "nobody but an evaluation"},
		{id, findings.Word{Who: "ana", Action: schema.ActionNote, Note: strings.Repeat("x", 20_000)}, "longer than"},
		{"ffff", findings.Word{Who: "ana", Action: schema.ActionNote, Note: "x"}, "no such finding: ffff"},
		{"", findings.Word{Who: "ana", Action: schema.ActionNote, Note: "x"}, "the id is empty"},
	} {
		if _, err := s.Say(t.Context(), c.id, c.word); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.word, err, c.want)
		}
	}
	var ambiguous *findings.AmbiguousError
	if _, err := s.Get(t.Context(), "0"); !errors.As(err, &ambiguous) || len(ambiguous.IDs) < 2 {
		t.Errorf("a short id: %v", err)
	}
}

// TestAlteredChangeIsFound: what was changed in the store is not shown as if
// nothing had happened.
func TestAlteredChangeIsFound(t *testing.T) {
	s := sample(t)
	list := review(t, s)
	if err := s.Results.Conn.Exec(t.Context(), "ALTER TABLE finding_changes UPDATE record = replace(record, 'bob', 'eve') WHERE true SETTINGS mutations_sync = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), list[0].ID); err == nil || !strings.Contains(err.Error(), "its digest does not fit") {
		t.Errorf("got %v", err)
	}
}

// TestScopeAndPseudonyms: one tenant sees nothing of another, and under
// pseudonyms nobody's words or ids are shown.
func TestScopeAndPseudonyms(t *testing.T) {
	s := sample(t)
	list := review(t, s)
	other := s
	other.Results.Scope = export.Scope{OneTenant: true, Tenant: "nobody"}
	if got := collect(t, other.List(t.Context(), findings.Filter{})); len(got) != 0 {
		t.Errorf("another tenant sees %+v", got)
	}
	if _, err := other.Get(t.Context(), list[1].ID); !errors.Is(err, findings.ErrNone) {
		t.Errorf("another tenant gets %v", err)
	}
	hidden := s
	hidden.Results.Hide = export.NewPseudonyms([]byte("key"))
	h, err := hidden.Get(t.Context(), list[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "8:") || strings.Contains(string(text), "second screen") || h.Finding.Message != "" {
		t.Errorf("shown is %s", text)
	}
}

// TestExports holds the formats against golden files, and OCSF against the
// schema of its class.
func TestExports(t *testing.T) {
	s := sample(t)
	review(t, s)
	describe := func(id string) findings.Rule {
		return findings.Rule{ID: id, Title: "A title.", Control: "What must be.", Document: "A document", Section: "Privacy", Remediation: "Do it."}
	}
	all := s.List(t.Context(), findings.Filter{})
	for name, write := range map[string]func(*bytes.Buffer) error{
		"findings.ndjson":      func(b *bytes.Buffer) error { return findings.WriteNDJSON(b, all) },
		"findings.csv":         func(b *bytes.Buffer) error { return findings.WriteCSV(b, all) },
		"findings.txt":         func(b *bytes.Buffer) error { return findings.WriteText(b, all) },
		"findings.ocsf.ndjson": func(b *bytes.Buffer) error { return findings.OCSF{Version: "1.0.0", Rule: describe}.Write(b, all) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
		if strings.Contains(name, "ocsf") {
			conforms(t, b.Bytes())
		}
	}
	list := collect(t, all)
	h, err := s.Get(t.Context(), list[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := h.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "history.txt", b.Bytes())
}

// TestOCSFOfEveryKind: every status, severity, result and disposition conforms.
func TestOCSFOfEveryKind(t *testing.T) {
	var list []findings.Finding
	for _, status := range []string{"new", "in_progress", "suppressed", "closed", "superseded", "withdrawn"} {
		for _, severity := range []string{"info", "low", "medium", "high", "critical"} {
			for _, disposition := range []string{"", "true", "false_positive", "accepted_risk"} {
				f := findings.Finding{Disposition: disposition}
				f.ID, f.Rule, f.Status, f.Severity, f.Result = "0a", "own.rule", status, severity, "no_evidence"
				list = append(list, f)
			}
		}
	}
	var b bytes.Buffer
	o := findings.OCSF{Rule: func(id string) findings.Rule { return findings.Rule{ID: id} }}
	if err := o.Write(&b, func(yield func(findings.Finding, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	conforms(t, b.Bytes())
	if strings.Contains(b.String(), "evidences") {
		t.Error("a finding that compares nothing has what it compares")
	}
}

// TestSeenAndExpected: what was seen stands beside what was expected, each by
// itself.
func TestSeenAndExpected(t *testing.T) {
	f := findings.Finding{Seen: "Anna Ősz (External)", Expected: "Anna Ősz"}
	f.ID, f.Rule, f.Status, f.Severity, f.Result = "0a", "name.external-label", "new", "medium", "fail"
	list := func(yield func(findings.Finding, error) bool) { yield(f, nil) }
	var ocsf, csv, one bytes.Buffer
	o := findings.OCSF{Rule: func(id string) findings.Rule { return findings.Rule{ID: id} }}
	if err := errors.Join(o.Write(&ocsf, list), findings.WriteCSV(&csv, list), f.WriteJSON(&one)); err != nil {
		t.Fatal(err)
	}
	conforms(t, ocsf.Bytes())
	for got, want := range map[string]string{
		ocsf.String(): `"evidences":[{"data":{"seen":"Anna Ősz (External)","expected":"Anna Ősz"}}]`,
		csv.String():  ",Anna Ősz (External),Anna Ősz,",
		one.String():  `"seen":"Anna Ősz (External)","expected":"Anna Ősz"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nhas no %s", got, want)
		}
	}
}

// conforms wants every line to be a Compliance Finding of OCSF.
func conforms(t *testing.T, lines []byte) {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "ocsf-"+findings.OCSFVersion+"-compliance_finding.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(lines) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	// The schema is no rubber stamp.
	if v, _ := jsonschema.UnmarshalJSON(strings.NewReader(`{"class_uid":2003,"category_uid":2}`)); s.Validate(v) == nil {
		t.Error("the schema takes anything")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update where that is meant):\n%s", path, got)
	}
}
