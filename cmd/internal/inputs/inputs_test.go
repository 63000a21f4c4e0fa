package inputs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func read(t *testing.T, max int, files map[string]string) (messages, problems []string, list []File) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if strings.HasSuffix(name, ".gz") {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write([]byte(text))
			z.Close()
			text = b.String()
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := Read([]string{dir}, max, Sink{
		Message: func(m Message) error {
			sum := sha256.Sum256(m.Value)
			if m.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("%s:%d: digest is not that of the value", m.File, m.Line)
			}
			messages = append(messages, fmt.Sprintf("%s:%d:%s", filepath.Base(m.File), m.Line, m.Value))
			return nil
		},
		Problem: func(p Problem) {
			problems = append(problems, fmt.Sprintf("%s:%d:%d:%s", filepath.Base(p.File), p.Line, p.Length, p.Reason))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return messages, problems, list
}

func TestRead(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", 100) + `"}`
	cases := map[string]struct {
		name, text string
		messages   []string
		problems   []string
	}{
		"one document over several lines": {"a.json", "{\n \"a\": 1\n}\n", []string{"a.json:1:{\n \"a\": 1\n}"}, nil},
		"one a line":                      {"a.json", "{\"a\":1}\r\n\n{\"b\":2}", []string{`a.json:1:{"a":1}`, `a.json:3:{"b":2}`}, nil},
		"a broken first line keeps its neighbours": {"a.json", "{\"a\":\n{\"b\":2}\n{\"c\":3}\n",
			[]string{`a.json:1:{"a":`, `a.json:2:{"b":2}`, `a.json:3:{"c":3}`}, nil},
		"an array with an object a line": {"a.json", "[\n{\"a\":1}\n]\n", []string{"a.json:1:[\n{\"a\":1}\n]"}, nil},
		"ndjson is lines, valid or not":  {"a.ndjson", "{\n}\n", []string{"a.ndjson:1:{", "a.ndjson:2:}"}, nil},
		"jsonl in gzip":                  {"a.jsonl.gz", "{}\n[]\n", []string{"a.jsonl.gz:1:{}", "a.jsonl.gz:2:[]"}, nil},
		"a line that is too long":        {"a.jsonl", "{}\n" + long + "\n[]\n", []string{"a.jsonl:1:{}", "a.jsonl:3:[]"}, []string{"a.jsonl:2:108:message of 108 bytes is longer than 64"}},
		"a file that is too long":        {"a.json", "{\n" + strings.Repeat("  \"a\":\n", 20) + "}", nil, []string{"a.json:1:143:message of 143 bytes is longer than 64"}},
		"lines beyond the limit in sum":  {"a.json", "x\n" + strings.Repeat("{\"k\":123456}\n", 8), append([]string{"a.json:1:x"}, numbered("a.json", 2, 8, `{"k":123456}`)...), nil},
		"other files are not read":       {"a.txt", "{}", nil, nil},
		"a byte order mark and blanks":   {"a.json", "\n\xef\xbb\xbf{}\n", []string{"a.json:2:\xef\xbb\xbf{}"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			messages, problems, _ := read(t, 64, map[string]string{c.name: c.text, "z.json": "{}"})
			messages, last := messages[:len(messages)-1], messages[len(messages)-1]
			if last != "z.json:1:{}" {
				t.Errorf("the next file is not read: %s", last)
			}
			if len(messages)+len(c.messages) > 0 && !reflect.DeepEqual(messages, c.messages) {
				t.Errorf("messages %q, want %q", messages, c.messages)
			}
			if len(problems)+len(c.problems) > 0 && !reflect.DeepEqual(problems, c.problems) {
				t.Errorf("problems %q, want %q", problems, c.problems)
			}
		})
	}
}

func numbered(file string, from, n int, text string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%s:%d:%s", file, from+i, text))
	}
	return out
}

func TestDamagedGzipKeepsWhatCameBefore(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for i := range 5000 {
		fmt.Fprintf(z, "{\"n\":%d,\"s\":\"%x\"}\n", i, sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
	}
	z.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, "cut.jsonl.gz")
	if err := os.WriteFile(path, b.Bytes()[:b.Len()/2], 0o600); err != nil {
		t.Fatal(err)
	}
	messages, problems := 0, []Problem{}
	files, err := Read([]string{path}, DefaultMaxMessage, Sink{
		Message: func(Message) error { messages++; return nil },
		Problem: func(p Problem) { problems = append(problems, p) },
	})
	if err != nil || messages < 100 || len(problems) != 1 || !strings.Contains(problems[0].Reason, "can't be read") {
		t.Fatalf("messages %d, problems %+v, error %v", messages, problems, err)
	}
	sum := sha256.Sum256(b.Bytes()[:b.Len()/2])
	if files[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Error("the digest is not that of the file")
	}
}

func TestGzipBombEnds(t *testing.T) {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	zeros := make([]byte, 1<<20)
	for range 300 {
		z.Write(zeros)
	}
	z.Close()
	dir := t.TempDir()
	for name, data := range map[string][]byte{"bomb.json.gz": b.Bytes(), "neighbour.json": []byte("{}")} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	messages, problems := 0, []Problem{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read([]string{dir}, DefaultMaxMessage, Sink{
		Message: func(Message) error { messages++; return nil },
		Problem: func(p Problem) { problems = append(problems, p) },
	})
	runtime.ReadMemStats(&after)
	if err != nil || messages != 1 || len(problems) != 2 {
		t.Fatalf("%d messages, problems %d, error %v; want the neighbour and two problems", messages, len(problems), err)
	}
	// How long it is and its digest are not known: the end was not read.
	if p := problems[0]; p.Length <= bombBytes || p.Length > 2*bombBytes || p.SHA256 != "" || len(p.Raw) != keptOfBad {
		t.Errorf("of the bomb are told %d bytes, the digest %q and %d of its bytes", p.Length, p.SHA256, len(p.Raw))
	}
	if !strings.Contains(problems[1].Reason, "decompression bomb") {
		t.Errorf("the reason is %q", problems[1].Reason)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 8*DefaultMaxMessage {
		t.Errorf("it took %d MB of memory", spent>>20)
	}
}

func TestMissingPathIsNamed(t *testing.T) {
	_, err := Read([]string{filepath.Join(t.TempDir(), "nowhere.json")}, 64, Sink{})
	if err == nil || !strings.Contains(err.Error(), "nowhere.json") {
		t.Fatalf("error %v", err)
	}
}

func TestFolderOfTheReportsIsNotRead(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "in.json"), filepath.Join(out, "summary.json")} {
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sink := Sink{Message: func(Message) error { return nil }, Problem: func(Problem) {}, Skip: out}
	files, err := Read([]string{dir}, DefaultMaxMessage, sink)
	if err != nil || len(files) != 1 || filepath.Base(files[0].Path) != "in.json" {
		t.Errorf("read %v, %v; want in.json alone", files, err)
	}
	if _, err := Read([]string{out}, DefaultMaxMessage, sink); err == nil || !strings.Contains(err.Error(), "folder for the reports") {
		t.Errorf("reading the folder of the reports: %v", err)
	}
}
