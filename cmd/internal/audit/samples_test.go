package audit_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/cmd/internal/audit"
)

// TestSamples audits the sample files as they lie there: only bare payloads,
// which have lost their envelope, are dead letters. The kinds of all events are
// recorded in testdata/samples.json (-update).
func TestSamples(t *testing.T) {
	needLibrary(t)
	out := filepath.Join(t.TempDir(), "out")
	var w wanted
	if _, err := audit.Run(t.Context(), w.config(t, t.TempDir(), out, samples)); err != nil {
		t.Fatal(err)
	}
	var summary struct {
		Events map[string]map[string]int `json:"events"`
		Files  []struct {
			Path        string `json:"path"`
			Events      int    `json:"events"`
			DeadLetters int    `json:"dead_letters"`
		} `json:"files"`
	}
	if err := json.Unmarshal(read(t, filepath.Join(out, "summary.json")), &summary); err != nil {
		t.Fatal(err)
	}
	if len(summary.Files) < 60 {
		t.Fatalf("only %d samples were read", len(summary.Files))
	}
	bare := []string{".spec-data-only.", ".docs-operation-header.", ".shared-fields"}
	for _, f := range summary.Files {
		payload := onlyProperties(read(t, filepath.FromSlash(f.Path)))
		for _, part := range bare {
			payload = payload || strings.Contains(path.Base(f.Path), part)
		}
		if !payload && (f.DeadLetters > 0 || f.Events == 0) {
			t.Errorf("%s gives %d events and %d dead letters", f.Path, f.Events, f.DeadLetters)
		}
	}
	have, err := json.MarshalIndent(summary.Events, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	have = append(have, '\n')
	const golden = "testdata/samples.json"
	if *update {
		if err := os.WriteFile(golden, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, golden); !bytes.Equal(have, want) {
		t.Errorf("the samples are read as other kinds:\n%s", firstDifference(have, want))
	}
}

// onlyProperties reports whether a file holds an object of properties alone.
func onlyProperties(data []byte) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(data, &members) == nil && len(members) == 1 && len(members["properties"]) > 0
}
