package documents

import (
	_ "embed"
	"strings"
)

//go:embed dictionary.md
var dictionary string

// A Field is a row of the data dictionary: a column of a table or file, or a
// field of an event.
type Field struct {
	Name    string
	Type    string // empty for columns of files
	Meaning string
}

// A DataDictionary is what dictionary.md says, by the names of tables, files and
// events. Views have the table that their columns are of.
type DataDictionary struct {
	Tables, Files, Events map[string][]Field
	Views                 map[string]string
}

// Dictionary reads dictionary.md.
func Dictionary() DataDictionary {
	d := DataDictionary{Tables: map[string][]Field{}, Files: map[string][]Field{}, Events: map[string][]Field{}, Views: map[string]string{}}
	parts := map[string]map[string][]Field{"Tables": d.Tables, "Files": d.Files, "Own events": d.Events}
	var part, name string
	for line := range strings.Lines(dictionary) {
		line = strings.TrimSpace(line)
		if title, is := strings.CutPrefix(line, "## "); is {
			part, name = title, ""
		}
		if title, is := strings.CutPrefix(line, "### "); is {
			name = strings.Trim(title, "`")
			parts[part][name] = nil
		}
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		for i := range cells[:len(cells)-1] {
			cells[i] = strings.Trim(cells[i], "`")
		}
		switch {
		case part == "Views":
			d.Views[cells[0]] = cells[1]
		case len(cells) == 2:
			parts[part][name] = append(parts[part][name], Field{Name: cells[0], Meaning: cells[1]})
		default:
			parts[part][name] = append(parts[part][name], Field{Name: cells[0], Type: cells[1], Meaning: cells[2]})
		}
	}
	return d
}
