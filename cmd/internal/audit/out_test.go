package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/cmd/internal/audit"
)

// TestOutIsTriedFirst: a folder that can't be written ends the audit before
// anything is started or read.
func TestOutIsTriedFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := audit.Run(t.Context(), audit.Config{Paths: []string{"testdata"}, Out: file, Progress: func(string, ...any) {
		t.Error("the audit began")
	}})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names %s", err, file)
	}
}
