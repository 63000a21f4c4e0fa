package soak

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/demo"
	"rollcall/cmd/internal/simulate"
	"rollcall/schema/chdb"
)

// needLibrary skips a test where the embedded ClickHouse is missing.
func needLibrary(t *testing.T) {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// TestDemoFilesAgree runs the demo through Kafka, ingest and ClickHouse and
// holds the files that it leaves against the truth.
func TestDemoFilesAgree(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	_, err := demo.Run(context.Background(), demo.Config{Date: day, Out: dir, Version: "test",
		Logger: slog.New(slog.DiscardHandler), Progress: func(string, ...any) {}})
	if err != nil {
		t.Fatal(err)
	}
	messages, truth := simulate.Generate(simulate.DemoDay(day))
	for range messages { // completes the truth
	}
	r, err := CompareFiles(dir, truth)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) > 0 {
		t.Errorf("%d differences\n%s", len(r.Differences), strings.Join(r.Differences[:min(20, len(r.Differences))], "\n"))
	}
	if r.Obligations < 200 || r.Sessions < 200 || r.UsageMs < 1e8 {
		t.Errorf("compared %d obligations, %d sessions, %d ms of usage: hardly anything", r.Obligations, r.Sessions, r.UsageMs)
	}
}

// sameInAnyOrder are the files that any order and repetition of the same
// messages leaves as they are, to the byte (design.md, section 3).
var sameInAnyOrder = []string{"coverage.csv", "sessions.csv", "names.csv", "findings.ndjson", "usage_lines.csv", "usage.csv"}

// TestOrderChangesNothing audits the same messages in several orders, files and
// copies.
func TestOrderChangesNothing(t *testing.T) {
	needLibrary(t)
	opt := simulate.SoakRun(77, day, 14)
	seq, truth := simulate.Generate(opt)
	messages := slices.Collect(seq)
	values := make([][]byte, len(messages))
	for i := range messages {
		values[i] = messages[i].Value
	}
	random := rand.New(rand.NewPCG(1, 2))
	shuffled := func() [][]byte {
		s := slices.Clone(values)
		random.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
		return s
	}
	reversed := slices.Clone(values)
	slices.Reverse(reversed)
	half := len(values) / 2
	var first map[string][]byte
	for _, c := range []struct {
		name  string
		files map[string][][]byte
	}{
		{"as they came", map[string][][]byte{"all.ndjson": values}},
		{"shuffled", map[string][][]byte{"all.ndjson": shuffled()}},
		{"two files, the later half first", map[string][][]byte{"a.jsonl": values[half:], "b.ndjson": values[:half]}},
		{"backwards, and all of them again", map[string][][]byte{"1/a.ndjson": reversed, "2/b.ndjson.gz": shuffled()}},
		{"dealt to many files", deal(shuffled(), 17)},
	} {
		got := auditFiles(t, opt, c.files)
		if first == nil {
			first = got
			continue
		}
		for _, name := range sameInAnyOrder {
			if !bytes.Equal(got[name], first[name]) {
				t.Errorf("%s: %s differs: %s", c.name, name, firstDifference(got[name], first[name]))
			}
		}
	}
	if n := bytes.Count(first["coverage.csv"], []byte("\n")) - 1; n != len(truth.Obligations) {
		t.Errorf("%d obligations, the truth %d", n, len(truth.Obligations))
	}
}

// deal gives each file its share of messages, in turns.
func deal(values [][]byte, files int) map[string][][]byte {
	out := map[string][][]byte{}
	for i, v := range values {
		name := fmt.Sprintf("part-%02d.ndjson", i%files)
		out[name] = append(out[name], v)
	}
	return out
}

// auditFiles audits messages in files, one a line, and returns what was written.
func auditFiles(t *testing.T, opt simulate.Options, files map[string][][]byte) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	cfg := audit.Config{Paths: []string{filepath.Join(dir, "in")}, Out: filepath.Join(dir, "out"), Version: "test",
		PolicyFile: filepath.Join(dir, "policy.yaml"), TariffFile: filepath.Join(dir, "prices.yaml"), Logger: slog.New(slog.DiscardHandler)}
	write(t, cfg.PolicyFile, simulate.Policy(opt))
	write(t, cfg.TariffFile, simulate.PriceBook(opt))
	for name, values := range files {
		var b bytes.Buffer
		for _, v := range values {
			b.Write(bytes.TrimRight(v, "\n"))
			b.WriteByte('\n')
		}
		data := b.Bytes()
		if strings.HasSuffix(name, ".gz") {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			w.Write(data)
			w.Close()
			data = z.Bytes()
		}
		write(t, filepath.Join(dir, "in", name), data)
	}
	if _, err := audit.Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range sameInAnyOrder {
		data, err := os.ReadFile(filepath.Join(cfg.Out, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = data
	}
	return out
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// firstDifference shows the first lines that differ.
func firstDifference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("line %d\n%.600s\n%.600s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}
