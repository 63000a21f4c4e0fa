package outputs_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/outputs"
	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/schema/documents"
)

// drawn are the files for people, which have no columns.
var drawn = []string{"compliance.html", "compliance.xlsx", "usage.xlsx"}

// TestDictionaryOfFiles holds the dictionary against the files that are written.
func TestDictionaryOfFiles(t *testing.T) {
	conn, _ := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	dir := filepath.Join(t.TempDir(), "out")
	problem := export.FileProblem("in.json", 3, "not JSON", 1, strings.Repeat("0", 64), []byte("x"))
	_, err := outputs.Write(t.Context(), outputs.Report{
		Dir: dir, AsOf: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC), Version: "test", Inputs: []outputs.InputFile{},
		Problems: []export.DeadLetter{problem}, Store: export.Store{Conn: conn},
	})
	if err != nil {
		t.Fatal(err)
	}
	said := documents.Dictionary().Files
	written, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name := range said {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("the dictionary has %s, which is not written", name)
		}
	}
	for _, entry := range written {
		name := entry.Name()
		columns, is := said[name]
		if !is {
			if !slices.Contains(drawn, name) {
				t.Errorf("the dictionary lacks %s", name)
			}
			continue
		}
		var names []string
		for _, c := range columns {
			names = append(names, c.Name)
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(name) {
		case ".csv":
			header, err := csv.NewReader(bytes.NewReader(data)).Read()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(names, header) {
				t.Errorf("%s: the dictionary has %q, the file %q", name, names, header)
			}
		case ".json":
			checkMembers(t, name, names, data, true)
		case ".ndjson":
			if name == "calls.ndjson" {
				continue // call.schema.json tells it
			}
			lines := bufio.NewReader(bytes.NewReader(data))
			for {
				line, err := lines.ReadBytes('\n')
				if err == io.EOF {
					break
				}
				// Where a message lay is a file and line, or Kafka's coordinates.
				checkMembers(t, name, names, line, name == "findings.ndjson")
			}
		}
	}
}

// checkMembers compares the members of an object with the names that the
// dictionary has; all of them must be there where whole is true.
func checkMembers(t *testing.T, file string, said []string, object []byte, whole bool) {
	t.Helper()
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(object, &members); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for name := range members {
		if !slices.Contains(said, name) {
			t.Errorf("%s: the dictionary lacks %s", file, name)
		}
	}
	if whole && len(members) != len(said) {
		t.Errorf("%s: the dictionary has %q, the file %q", file, said, slices.Sorted(maps.Keys(members)))
	}
}
