package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProblems compares every message with the golden files: what a user is
// told about a wrong configuration, all of it at once.
func TestProblems(t *testing.T) {
	golden, err := filepath.Abs("testdata/problems")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := filepath.Glob(filepath.Join(golden, "*.yaml"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s: %v", golden, err)
	}
	for _, path := range cases {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// A line "# ROLLCALL_…=…" is a variable of the case.
			var environ []string
			for line := range strings.Lines(string(text)) {
				if v, found := strings.CutPrefix(strings.TrimSpace(line), "# ROLLCALL_"); found {
					environ = append(environ, "ROLLCALL_"+v)
				}
			}
			write(t, "rollcall.yaml", string(text))
			_, err = Load("rollcall.yaml", environ)
			if err == nil {
				t.Fatal("nothing is found to be wrong")
			}
			got := err.Error() + "\n"
			want := filepath.Join(golden, name+".txt")
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err = os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(text) {
				t.Errorf("got\n%s\nwant\n%s", got, text)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	names := []string{"brokers", "topics", "group", "sasl"}
	for wrong, want := range map[string]string{
		"broker": "brokers", "brokerz": "brokers", "Topics": "topics", "tpoics": "topics", "sals": "", "zone": "",
	} {
		if got := nearest(wrong, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", wrong, got, want)
		}
	}
}
