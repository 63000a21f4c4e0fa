package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/outputs"
	"rollcall/reports/export"
	"rollcall/schema/chdb"
)

var update = flag.Bool("update", false, "write the golden files anew")

// frozen are the files that a case keeps: all that is text, and depends on
// nothing but the inputs and the contract.
var frozen = []string{
	"coverage.csv", "findings.ndjson", "sessions.csv", "usage_lines.csv", "usage.csv",
	"dead_letters.ndjson", "evidence.ndjson", "summary.json",
}

// A wanted is a case's case.yaml: what follows from its inputs by the contract,
// worked out by hand. Each row names the columns that matter; the number and
// the order of rows are checked too. A file that is absent is not checked here.
type wanted struct {
	About    string                         `yaml:"about"`
	AsOf     string                         `yaml:"as_of"`         // an argument; empty: the default
	Key      string                         `yaml:"pseudonym_key"` // set: --pseudonyms
	Rows     map[string][]map[string]string `yaml:"rows"`          // by file
	Summary  map[string]any                 `yaml:"summary"`       // a part of summary.json
	Minutes  *minutes                       `yaml:"minutes"`       // the table that closes the run
	LookAtIt bool                           `yaml:"look"`          // exit code 3
	Absent   []string                       `yaml:"absent"`        // text that no output may hold
}

type minutes struct {
	Consumed, Billed, Covered, Unmapped int64 // milliseconds
}

func needLibrary(t *testing.T) {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func caseDirs(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("testdata/*/case.yaml")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs
}

func readCase(t *testing.T, dir string) wanted {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "case.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var w wanted
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.DisallowUnknownField()).Decode(&w); err != nil {
		t.Fatalf("%s: %v", dir, yaml.FormatError(err, false, true))
	}
	return w
}

// config is the audit of a case into out.
func (w wanted) config(t *testing.T, dir, out string, paths ...string) audit.Config {
	t.Helper()
	cfg := audit.Config{
		Paths: paths, Out: out, Version: "test",
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for file, to := range map[string]*string{"policy.yaml": &cfg.PolicyFile, "prices.yaml": &cfg.TariffFile} {
		if p := filepath.Join(dir, file); exists(p) {
			*to = p
		}
	}
	if w.AsOf != "" {
		at, err := time.Parse(time.RFC3339, w.AsOf)
		if err != nil {
			t.Fatal(err)
		}
		cfg.AsOf = at.UTC()
	}
	if w.Key != "" {
		cfg.Pseudonyms = export.NewPseudonyms([]byte(w.Key))
	}
	return cfg
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestCases runs the audit over small inputs in the shapes that the platform
// sends and compares with what the contract says, first by hand, then to the
// byte.
func TestCases(t *testing.T) {
	needLibrary(t)
	for _, dir := range caseDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			w := readCase(t, dir)
			out := filepath.Join(t.TempDir(), "out")
			totals, err := audit.Run(t.Context(), w.config(t, dir, out, filepath.Join(dir, "in")))
			if err != nil {
				t.Fatal(err)
			}
			w.check(t, out, totals)
			compareGolden(t, dir, out)
		})
	}
}

func (w wanted) check(t *testing.T, out string, totals outputs.Totals) {
	t.Helper()
	for file, want := range w.Rows {
		got := table(t, filepath.Join(out, file))
		if len(got) != len(want) {
			t.Errorf("%s: %d rows, want %d:\n%s", file, len(got), len(want), read(t, filepath.Join(out, file)))
			continue
		}
		for i := range want {
			for column, value := range want[i] {
				have, ok := got[i][column]
				if !ok {
					t.Errorf("%s row %d: there is no %q", file, i+1, column)
				} else if have != value {
					t.Errorf("%s row %d: %s is %q, want %q", file, i+1, column, have, value)
				}
			}
		}
	}
	var summary map[string]any
	if err := json.Unmarshal(read(t, filepath.Join(out, "summary.json")), &summary); err != nil {
		t.Fatal(err)
	}
	for key, value := range w.Summary {
		if checks, ok := value.(map[string]any); ok && key == "checks" {
			// The rules that the case is about.
			for rule, population := range checks {
				have, _ := summary[key].(map[string]any)
				if have, want := asJSON(t, have[rule]), asJSON(t, population); have != want {
					t.Errorf("summary.json: %s judged %s, want %s", rule, have, want)
				}
			}
			continue
		}
		if have, want := asJSON(t, summary[key]), asJSON(t, value); have != want {
			t.Errorf("summary.json: %s is %s, want %s", key, have, want)
		}
	}
	if m := w.Minutes; m != nil {
		have := minutes{totals.Minutes.Consumed, totals.Minutes.Billed, totals.Minutes.Covered, totals.Minutes.Unmapped}
		if have != *m {
			t.Errorf("minutes in milliseconds: %+v, want %+v", have, *m)
		}
	}
	if look := totals.Counts.Failing > 0 || totals.Counts.DeadLetters > 0; look != w.LookAtIt {
		t.Errorf("something to look at: %v, want %v", look, w.LookAtIt)
	}
	for _, text := range w.Absent {
		for _, file := range frozen {
			if bytes.Contains(read(t, filepath.Join(out, file)), []byte(text)) {
				t.Errorf("%s holds %q", file, text)
			}
		}
	}
}

// table reads a CSV or NDJSON file as rows of text; what is no text in JSON is
// its JSON.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	data := read(t, path)
	var rows []map[string]string
	if strings.HasSuffix(path, ".csv") {
		all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, cells := range all[1:] {
			row := map[string]string{}
			for i, name := range all[0] {
				row[name] = cells[i]
			}
			rows = append(rows, row)
		}
		return rows
	}
	for l := range bytes.Lines(data) {
		var fields map[string]any
		if err := json.Unmarshal(l, &fields); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		row := map[string]string{}
		for k, v := range fields {
			if text, ok := v.(string); ok {
				row[k] = text
			} else {
				row[k] = asJSON(t, v)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func compareGolden(t *testing.T, dir, out string) {
	t.Helper()
	golden := filepath.Join(dir, "golden")
	if *update {
		if err := os.MkdirAll(golden, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range frozen {
		have := read(t, filepath.Join(out, file))
		if *update {
			if err := os.WriteFile(filepath.Join(golden, file), have, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want := read(t, filepath.Join(golden, file)); !bytes.Equal(have, want) {
			t.Errorf("%s differs from its golden file:\n%s", file, firstDifference(have, want))
		}
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(have, want []byte) string {
	a, b := slices.Collect(bytes.Lines(have)), slices.Collect(bytes.Lines(want))
	for i := range max(len(a), len(b)) {
		var x, y []byte
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if !bytes.Equal(x, y) {
			return fmt.Sprintf("line %d\nhave %s\nwant %s", i+1, x, y)
		}
	}
	return "no difference"
}
