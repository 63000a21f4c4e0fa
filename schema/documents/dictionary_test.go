package documents_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"rollcall/schema/chdb"
	"rollcall/schema/documents"
	"rollcall/schema/events"
	"rollcall/schema/tables"
)

// TestDictionaryOfTables holds the dictionary against the tables as they are
// after all migrations.
func TestDictionaryOfTables(t *testing.T) {
	server, err := chdb.Open(chdb.Config{})
	if errors.Is(err, chdb.ErrNoLibrary) && os.Getenv("CI") != "true" {
		t.Skip("libchdb is missing: run 'make libchdb'")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	conn, err := tables.Open(t.Context(), server.DSN(), tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), `SELECT t.name, t.engine = 'View', c.name, c.type FROM system.tables AS t
LEFT JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
WHERE t.database = currentDatabase() ORDER BY t.name, c.position`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stored, seen := map[string][]documents.Field{}, map[string][]string{}
	for rows.Next() {
		var table string
		var view bool
		var f documents.Field
		if err := rows.Scan(&table, &view, &f.Name, &f.Type); err != nil {
			t.Fatal(err)
		}
		if view {
			seen[table] = append(seen[table], f.Name)
		} else {
			stored[table] = append(stored[table], f)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	said := documents.Dictionary().Tables
	for _, name := range union(said, stored) {
		compare(t, name, fields(said[name]), fields(stored[name]))
	}
	views := documents.Dictionary().Views
	for _, name := range union(views, seen) {
		if views[name] == "" || seen[name] == nil {
			t.Errorf("view %s: the dictionary has it: %v, the database: %v", name, views[name] != "", seen[name] != nil)
		}
		for _, column := range seen[name] {
			if column != "" && !slices.ContainsFunc(said[views[name]], func(f documents.Field) bool { return f.Name == column }) {
				t.Errorf("view %s: column %s is none of %s", name, column, views[name])
			}
		}
	}
}

// TestDictionaryOfEvents holds the dictionary against the JSON Schemas of
// Rollcall's own events.
func TestDictionaryOfEvents(t *testing.T) {
	said := documents.Dictionary().Events
	if len(said) != len(events.Kinds()) {
		t.Errorf("the dictionary has %d events, there are %d", len(said), len(events.Kinds()))
	}
	for _, kind := range events.Kinds() {
		text, _ := events.Schema(kind)
		var s struct {
			Properties struct {
				Data struct {
					Properties map[string]any
					Required   []string
				}
			}
		}
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		var names, required []string
		for _, f := range said[kind] {
			names = append(names, f.Name)
			if strings.HasSuffix(f.Type, ", required") {
				required = append(required, f.Name)
			}
		}
		slices.Sort(names)
		data := s.Properties.Data
		compare(t, kind, names, slices.Sorted(maps.Keys(data.Properties)))
		compare(t, kind+", required", slices.Sorted(slices.Values(required)), slices.Sorted(slices.Values(data.Required)))
	}
}

// TestDictionarySaysSomething wants words for every field.
func TestDictionarySaysSomething(t *testing.T) {
	d := documents.Dictionary()
	for _, part := range []map[string][]documents.Field{d.Tables, d.Files, d.Events} {
		if len(part) == 0 {
			t.Error("a part of the dictionary is empty")
		}
		for name, fields := range part {
			for _, f := range fields {
				if f.Name == "" || f.Meaning == "" {
					t.Errorf("%s: %+v says nothing", name, f)
				}
			}
		}
	}
}

func union[A, B any](a map[string]A, b map[string]B) []string {
	names := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
	slices.Sort(names)
	return slices.Compact(names)
}

func fields(list []documents.Field) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.Name+" "+f.Type)
	}
	return out
}

func compare(t *testing.T, what string, said, is []string) {
	t.Helper()
	if !slices.Equal(said, is) {
		t.Errorf("%s: dictionary.md has\n%s\nbut there is\n%s", what, strings.Join(said, "\n"), strings.Join(is, "\n"))
	}
}
