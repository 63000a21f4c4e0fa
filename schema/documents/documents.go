// Package documents holds the JSON Schemas (draft 2020-12) of the documents that
// Rollcall writes for programs to read: "call", a line of calls.ndjson. It holds
// the data dictionary, too, dictionary.md.
package documents

import "embed"

//go:embed *.schema.json
var files embed.FS

// Schema returns the JSON Schema of a document, such as "call".
func Schema(name string) (schema []byte, ok bool) {
	schema, err := files.ReadFile(name + ".schema.json")
	return schema, err == nil
}
