package normal

import (
	"bytes"

	"rollcall/ingest/jsondoc"
)

// Nested reads JSON that a message carries as the text of a string, as Azure
// Monitor does with DiagnosticOptions and exports of Application Insights with
// Properties. The zero value is ready for use.
type Nested struct {
	parser jsondoc.Parser
	buf    []byte
}

// Open returns the object that v is, or the one in the text that v is. It is
// absent if there is none. What it returns is valid until the next Open.
func (n *Nested) Open(v jsondoc.Value) jsondoc.Value {
	switch v.Kind() {
	case jsondoc.Object:
		return v
	case jsondoc.String:
		if inner := n.Parse(v); inner.Kind() == jsondoc.Object {
			return inner
		}
	}
	return jsondoc.Value{}
}

// Parse returns the one JSON document, of any kind, in the text of a string, or
// an absent value.
func (n *Nested) Parse(v jsondoc.Value) jsondoc.Value {
	n.buf = v.AppendText(n.buf[:0])
	if cap(n.buf) > 1<<20 {
		defer func() { n.buf = nil }() // the parser keeps what it needs
	}
	text := bytes.TrimSpace(n.buf)
	if len(text) == 0 {
		return jsondoc.Value{}
	}
	n.parser.Reset(text)
	inner, err := n.parser.Next()
	if err != nil || n.parser.Offset() != len(text) {
		return jsondoc.Value{}
	}
	return inner
}
