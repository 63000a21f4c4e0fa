package metering

import (
	"strings"
	"testing"
)

// TestNotesTellRecordingsApart uses two ids that differ at their end alone, as
// those of one resource do.
func TestNotesTellRecordingsApart(t *testing.T) {
	begin := "aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29tL2FwaS92Mi9jcC9jb252LX"
	one, other := clip(begin+"VzMi0wMS1wcm9k"), clip(begin+"VzMi0wMi1wcm9k")
	if one == other || len([]rune(one)) > 40 || !strings.Contains(one, "…") {
		t.Errorf("the notes say %q and %q", one, other)
	}
	if got := clip("a; b\n"); got != "a  b " {
		t.Errorf("a short text became %q", got)
	}
}
