package spreadsheet

import (
	"strings"
	"testing"
)

func TestTextThatACellCannotHoldSaysSo(t *testing.T) {
	got := (&Book{whole: "usage_lines.csv"}).Bounded(strings.Repeat("ü", 20_000))
	if len(got) > maxCellText || !strings.HasSuffix(got, "usage_lines.csv has it whole)") || strings.ContainsRune(got, '\uFFFD') {
		t.Errorf("%d bytes, ends in %q", len(got), got[len(got)-50:])
	}
}
