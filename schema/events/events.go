// Package events holds the JSON Schemas (draft 2020-12) of Rollcall's own
// events, which apps send as CloudEvents 1.0. A schema says what an app should
// send; ingest reads more than that, since what an app did send is evidence,
// with its mistakes.
package events

import (
	"embed"
	"strings"
)

//go:embed *.schema.json
var files embed.FS

const suffix = ".schema.json"

// Kinds returns the types of the events that have a schema, sorted.
func Kinds() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil // the folder is part of the binary
	}
	kinds := make([]string, 0, len(entries))
	for _, entry := range entries {
		kinds = append(kinds, strings.TrimSuffix(entry.Name(), suffix))
	}
	return kinds
}

// Schema returns the JSON Schema of an event of this type, such as
// "rollcall.notice.shown".
func Schema(kind string) (schema []byte, ok bool) {
	schema, err := files.ReadFile(kind + suffix)
	return schema, err == nil
}
