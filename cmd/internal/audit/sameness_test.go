package audit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/inputs"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/decode"
)

// same are the files that any order, repetition, division and envelope of the
// same events leaves as they are, to the byte (design.md, section 3).
var same = []string{"coverage.csv", "findings.ndjson", "sessions.csv", "names.csv", "usage_lines.csv", "usage.csv"}

// TestAnyOrderRepetitionAndEnvelope audits the messages of all samples, of all
// cases and of a simulated day once as they are, and then shuffled, repeated,
// taken apart and put together anew, and spread over files: first in their own
// envelopes, then in others. The way of a receipt is all that may differ then.
func TestAnyOrderRepetitionAndEnvelope(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	day := simulate.DemoDay(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	for name, data := range map[string][]byte{"policy.yaml": simulate.Policy(day), "prices.yaml": simulate.PriceBook(day)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	messages := append(sampleMessages(t), caseMessages(t)...)
	written := len(messages)
	simulated, _ := simulate.Generate(day)
	for m := range simulated {
		messages = append(messages, slices.Clone(m.Value))
	}
	if written < 110 || len(messages) < 2000 {
		t.Fatalf("only %d messages of samples and cases, %d in all", written, len(messages))
	}
	w := wanted{AsOf: "2026-03-10T00:00:00Z"}
	run := func(name string, files map[string][][]byte) string {
		in, out := filepath.Join(dir, name, "in"), filepath.Join(dir, name, "out")
		for file, list := range files {
			writeMessages(t, filepath.Join(in, file), list)
		}
		if _, err := audit.Run(t.Context(), w.config(t, dir, out, in)); err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := run("first", map[string][][]byte{"all.ndjson": messages})
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		parts := messages
		if seed > 0 {
			parts = append(reenveloped(r, parts), reenveloped(r, someOf(r, parts))...)
		}
		files := map[string][][]byte{}
		for _, m := range parts {
			for range 1 + r.IntN(6)/4 { // every third message twice
				for _, part := range apart(r, m) {
					name := fmt.Sprintf("%d/part%d.jsonl", r.IntN(2), r.IntN(3))
					if r.IntN(4) == 0 {
						name += ".gz"
					}
					files[name] = append(files[name], part)
				}
			}
		}
		for _, list := range files {
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		second := run(fmt.Sprint("shuffled", seed), files)
		for _, file := range same {
			a, b := read(t, filepath.Join(first, file)), read(t, filepath.Join(second, file))
			if bytes.Count(a, []byte("\n")) < 20 {
				t.Errorf("%s has too few rows to show anything", file)
			}
			if seed > 0 {
				if file == "coverage.csv" && bytes.Equal(a, b) {
					t.Errorf("seed %d: no receipt came another way", seed)
				}
				a, b = withoutColumn(t, a, "receipt_via"), withoutColumn(t, b, "receipt_via")
			}
			if !bytes.Equal(a, b) {
				t.Errorf("seed %d: %s depends on order, repetition or envelope:\n%s", seed, file, firstDifference(b, a))
			}
		}
	}
}

// TestEnvelopesDoNotMatter finds the message of which another envelope makes
// other events.
func TestEnvelopesDoNotMatter(t *testing.T) {
	messages := append(sampleMessages(t), caseMessages(t)...)
	simulated, _ := simulate.Generate(simulate.DemoDay(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)))
	for m := range simulated {
		messages = append(messages, slices.Clone(m.Value))
	}
	d := decode.New(decode.Options{Drop: decode.DefaultDrop()})
	events := func(messages ...[]byte) []string {
		var out []string
		for _, m := range messages {
			for _, ev := range d.Decode(m).Events {
				out = append(out, fmt.Sprintln(ev.Source, ev.Kind, ev.ID, ev.Version, ev.Content, ev.Time, ev.Refs, ev.Resource))
			}
		}
		slices.Sort(out)
		return out
	}
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 7))
		for _, m := range messages {
			again := reenveloped(r, [][]byte{m})
			if was, is := events(m), events(again...); !slices.Equal(was, is) {
				t.Fatalf("seed %d: the events\n%s\nof %.2000s\nbecame\n%s\nas %.2000s", seed, was, m, is, again)
			}
		}
	}
}

// someOf are about a third of the messages.
func someOf(r *rand.Rand, messages [][]byte) [][]byte {
	var out [][]byte
	for _, m := range messages {
		if r.IntN(3) == 0 {
			out = append(out, m)
		}
	}
	return out
}

// withoutColumn leaves a column out of a CSV file that has it.
func withoutColumn(t *testing.T, data []byte, name string) []byte {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) == 0 || !slices.Contains(rows[0], name) {
		return data
	}
	at := slices.Index(rows[0], name)
	var out bytes.Buffer
	c := csv.NewWriter(&out)
	for _, cells := range rows {
		if err := c.Write(slices.Delete(cells, at, at+1)); err != nil {
			t.Fatal(err)
		}
	}
	c.Flush()
	return out.Bytes()
}

// sampleMessages are the sample files, one message a line.
func sampleMessages(t *testing.T) [][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(samples, "*", "*.json"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	var out [][]byte
	for _, file := range files {
		var line bytes.Buffer
		if err := json.Compact(&line, bytes.TrimPrefix(read(t, file), []byte("\xef\xbb\xbf"))); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, line.Bytes())
	}
	return out
}

// samples are real messages and those of the platform's documentation.
const samples = "../../../testdata/samples"

// caseMessages are the messages of all cases, one a line. Cases that share
// their events with another are left out.
func caseMessages(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	for _, dir := range caseDirs(t) {
		if strings.HasSuffix(dir, "under-pseudonyms") || strings.HasSuffix(dir, "version-dated-after-now") {
			continue
		}
		_, err := inputs.Read([]string{filepath.Join(dir, "in")}, inputs.DefaultMaxMessage, inputs.Sink{
			Message: func(m inputs.Message) error {
				var line bytes.Buffer
				if json.Compact(&line, m.Value) != nil {
					line.Reset()
					line.Write(bytes.ReplaceAll(m.Value, []byte("\n"), []byte(" ")))
				}
				out = append(out, line.Bytes())
				return nil
			},
			Problem: func(inputs.Problem) {},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// apart takes a message of several records apart, as often as not.
func apart(r *rand.Rand, message []byte) [][]byte {
	var envelope struct {
		Records []json.RawMessage `json:"records"`
	}
	if r.IntN(2) == 0 || json.Unmarshal(message, &envelope) != nil || len(envelope.Records) < 2 {
		return [][]byte{message}
	}
	var out [][]byte
	for _, record := range envelope.Records {
		out = append(out, slices.Concat([]byte(`{"records":[`), record, []byte(`]}`)))
	}
	return out
}

func writeMessages(t *testing.T, path string, list [][]byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer
	var w io.Writer = &data
	var zip *gzip.Writer
	if strings.HasSuffix(path, ".gz") {
		zip = gzip.NewWriter(&data)
		w = zip
	}
	for _, m := range list {
		if _, err := fmt.Fprintf(w, "%s\n", m); err != nil {
			t.Fatal(err)
		}
	}
	if zip != nil {
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSameBytes: two runs over the same inputs leave the same bytes in every
// file, the workbook among them.
func TestSameBytes(t *testing.T) {
	needLibrary(t)
	var w wanted
	dir := "testdata/teams-meeting-ten-ten"
	outs := []string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")}
	for _, out := range outs {
		if _, err := audit.Run(t.Context(), w.config(t, dir, out, filepath.Join(dir, "in"))); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(outs[0])
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if !bytes.Equal(read(t, filepath.Join(outs[0], f.Name())), read(t, filepath.Join(outs[1], f.Name()))) {
			t.Errorf("%s differs between two runs", f.Name())
		}
	}
}

// TestTooLongMessage: a message over 16 MiB is a dead letter with its length,
// its digest and its first 64 KiB; its neighbours are read.
func TestTooLongMessage(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	before, after := `{"category":"CallSummary","time":"2026-03-02T10:00:00Z","properties":{}}`, `{"category":"Other","time":"2026-03-02T10:00:00Z","properties":{}}`
	long := `{"records":[{"category":"CallSummary","pad":"` + strings.Repeat("x", 17<<20) + `"}]}`
	if err := os.WriteFile(filepath.Join(dir, "in.ndjson"), []byte(before+"\n"+long+"\n"+after+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var w wanted
	out := filepath.Join(dir, "out")
	totals, err := audit.Run(t.Context(), w.config(t, dir, out, filepath.Join(dir, "in.ndjson")))
	if err != nil {
		t.Fatal(err)
	}
	if totals.Counts.Messages != 2 || totals.Counts.AllEvents() != 2 {
		t.Errorf("%d messages and %d events beside the long one, want 2 and 2", totals.Counts.Messages, totals.Counts.AllEvents())
	}
	var letters []struct {
		File, Reason, SHA256 string
		Line                 int
		Length               int64
		Raw                  []byte
	}
	for l := range bytes.Lines(read(t, filepath.Join(out, "dead_letters.ndjson"))) {
		letters = append(letters, struct {
			File, Reason, SHA256 string
			Line                 int
			Length               int64
			Raw                  []byte
		}{})
		if err := json.Unmarshal(l, &letters[len(letters)-1]); err != nil {
			t.Fatal(err)
		}
	}
	if len(letters) != 1 {
		t.Fatalf("%d dead letters, want 1", len(letters))
	}
	if l := letters[0]; l.Line != 2 || l.Length != int64(len(long)) || len(l.Raw) != 64<<10 || len(l.SHA256) != 64 {
		t.Errorf("the dead letter has line %d, length %d, %d bytes, digest %q", l.Line, l.Length, len(l.Raw), l.SHA256)
	}
}
