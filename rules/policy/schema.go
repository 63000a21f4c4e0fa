package policy

import _ "embed" // for the schema's text

//go:embed policy.schema.json
var schemaText string

// Schema returns the JSON Schema (draft 2020-12) of the policy file, for
// editors and other tools. Parse needs none: it says more of a mistake.
func Schema() []byte { return []byte(schemaText) }
