package audit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rollcall/cmd/internal/audit"
)

// event is a line that is read as one event.
func event(i int) string {
	return fmt.Sprintf(`{"id":"e%d","topic":"/subscriptions/s","subject":"call/x","eventType":"Microsoft.Communication.CallStarted","eventTime":"2026-03-02T09:00:00Z","data":{"correlationId":"c%d"}}`, i, i)
}

func zipped(t *testing.T, text []byte, times int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range times {
		if _, err := z.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHostileFiles audits files that were made to break a reader, one beside
// another: each ends as a dead letter with a reason, what lies beside it in the
// file and in the folder is read, and memory stays bounded.
func TestHostileFiles(t *testing.T) {
	needLibrary(t)
	const levels = 100_000
	events := 0
	line := func() string { events++; return event(events) + "\n" }
	between := func(text string) []byte { return []byte(line() + text + "\n" + line()) }
	neighbour := line()
	cut := zipped(t, []byte(line()+line()+strings.Repeat(" ", 1<<16)+"{\"a\":1}\n"), 1)
	files := map[string]struct {
		data    []byte
		reasons []string // a part of the reason of each dead letter, in order
	}{
		"64-mb.ndjson":           {between(`{"a":"` + strings.Repeat("x", 64<<20) + `"}`), []string{"is longer than 16777216"}},
		"endless-line.json":      {bytes.Repeat([]byte("x"), 40<<20), []string{"is longer than 16777216"}},
		"levels-of-lists.ndjson": {between(strings.Repeat("[", levels) + strings.Repeat("]", levels)), []string{"more than 128 arrays and objects"}},
		"levels-in-event.ndjson": {between(strings.Replace(event(0), `"c0"`, strings.Repeat(`{"a":`, levels)+"1"+strings.Repeat("}", levels), 1)), []string{"more than 128 arrays and objects"}},
		"bomb.ndjson.gz":         {zipped(t, make([]byte, 1<<20), 300), []string{"is longer than 16777216", "decompression bomb"}},
		"no.json.gz":             {[]byte("no gzip at all"), []string{"no gzip"}},
		"cut.ndjson.gz":          {cut[:len(cut)-20], []string{"can't be read"}},
		"utf8.ndjson":            {between("{\"a\":\"\xff\xfe\xc0\"}"), []string{"UTF-8"}},
		"nul.ndjson":             {between("{\"a\":\"\x00\"}\n\x00\x00\x00"), []string{"invalid JSON", "invalid JSON"}},
		"empty.json":             {nil, nil},
		"twice.ndjson":           {between(`{"category":"CallSummary","category":"Usage","time":"2026-03-02T09:00:00Z"}`), []string{"invalid JSON"}},
		"tiny.ndjson":            {between(strings.Repeat("{}", 500_000)), append(slices.Repeat([]string{"no known envelope"}, 999), "more than 1000 parts")},
		"numbers.ndjson":         {between(`[1e999999,` + strings.Repeat("9", 100_000) + `]`), []string{"not a JSON object", "not a JSON object"}},
		"dates.ndjson":           {[]byte(strings.Replace(line(), "2026-03-02", "12026-99-99", 1)), nil},
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.MkdirAll(filepath.Join(in, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for name, f := range files {
		if err := os.WriteFile(filepath.Join(in, name), f.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if len(f.reasons) > 0 {
			want[name] = f.reasons
		}
	}
	if err := os.WriteFile(filepath.Join(in, "deep", "neighbour.json"), []byte(neighbour), 0o600); err != nil {
		t.Fatal(err)
	}
	want["itself.json"] = []string{"can't be opened"}
	for link, to := range map[string]string{"deep/loop": "..", "deep/loop.json": "..", "itself.json": "itself.json"} {
		if err := os.Symlink(to, filepath.Join(in, link)); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	var w wanted
	totals, err := audit.Run(t.Context(), w.config(t, dir, out, in))
	if err != nil {
		t.Fatal(err)
	}
	if got := int(totals.Counts.AllEvents()); got != events {
		t.Errorf("%d events are read, want the %d that lie beside", got, events)
	}
	got := map[string][]string{}
	for l := range bytes.Lines(read(t, filepath.Join(out, "dead_letters.ndjson"))) {
		var letter struct {
			File, Reason, SHA256 string
			Line                 int
			Length               int64
			Raw                  []byte
		}
		if err := json.Unmarshal(l, &letter); err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(letter.File)
		got[name] = append(got[name], letter.Reason)
		if len(letter.Raw) > 16<<20 || len(letter.Raw) > 64<<10 && letter.Length > 16<<20 {
			t.Errorf("%s keeps %d bytes of %d", name, len(letter.Raw), letter.Length)
		}
		if name == "64-mb.ndjson" && (letter.Line != 2 || letter.Length != 64<<20+8 || len(letter.SHA256) != 64 || len(letter.Raw) != 64<<10) {
			t.Errorf("line %d of %s has length %d, digest %q, %d bytes", letter.Line, name, letter.Length, letter.SHA256, len(letter.Raw))
		}
	}
	for name, reasons := range want {
		fits := slices.EqualFunc(got[name], reasons, strings.Contains)
		if !fits {
			t.Errorf("the dead letters of %s have the reasons %.300q, want %.300q", name, got[name], reasons)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("there are other dead letters: %.500v", got)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("the heap grew to %d MB, with the test's own", m.HeapSys>>20)
	if m.HeapSys > 2<<30 {
		t.Errorf("the heap grew to %d MB", m.HeapSys>>20)
	}
}
