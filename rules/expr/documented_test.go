package expr

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestDocumented: rules/POLICY.md names every field that expressions see.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../POLICY.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			rows[strings.Trim(cells[1], " `")] = cells[2]
		}
	}
	for row, of := range map[string]reflect.Type{
		"call": reflect.TypeFor[Call](), "an episode": reflect.TypeFor[Episode](), "session": reflect.TypeFor[Session](),
		"a receipt": reflect.TypeFor[Receipt](), "a signal": reflect.TypeFor[Signal](), "a consent": reflect.TypeFor[Consent](),
		"obligation": reflect.TypeFor[Obligation](),
	} {
		for i := range of.NumField() {
			if name := of.Field(i).Tag.Get("cel"); !strings.Contains(rows[row], "`"+name+"`") {
				t.Errorf("the row %q does not name %s", row, name)
			}
		}
	}
}
