package documents

import _ "embed"

//go:embed asyncapi.yaml
var asyncAPI []byte

// AsyncAPI returns the description of the topics that Rollcall reads, in
// AsyncAPI 3.0 (YAML). Its references to other files are relative to this
// folder of the source.
func AsyncAPI() []byte { return asyncAPI }
