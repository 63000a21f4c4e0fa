// Package otlp reads logs of OpenTelemetry in the JSON encoding of its protocol.
// Its attributes are lists of keys and typed values; a log record that carries
// one of Rollcall's own events is given as the plain object that the app meant.
//
// Source: opentelemetry-proto, logs/v1/logs.proto and common/v1/common.proto,
// and the OTLP specification's section "JSON Protobuf Encoding".
package otlp

import (
	"bytes"
	"iter"
	"strconv"
	"time"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
)

// Kind returns what an object exports, "resourceLogs", "resourceSpans" or
// "resourceMetrics", or nothing.
func Kind(v jsondoc.Value) string {
	for _, kind := range [...]string{"resourceLogs", "resourceSpans", "resourceMetrics"} {
		if v.Get(kind).Kind() == jsondoc.Array {
			return kind
		}
	}
	return ""
}

// Records yields the log records of an export, in their order.
func Records(v jsondoc.Value) iter.Seq[jsondoc.Value] {
	return func(yield func(jsondoc.Value) bool) {
		for resource := range v.Get("resourceLogs").Elements() {
			for scope := range resource.GetAny("scopeLogs", "instrumentationLibraryLogs").Elements() {
				for record := range scope.GetAny("logRecords", "logs").Elements() {
					if !yield(record) {
						return
					}
				}
			}
		}
	}
}

// A Record is one log record.
type Record struct {
	// Name is that of the event: eventName, the attribute event.name, else the
	// body where that is a text.
	Name []byte
	// Time is when it happened, else when it was observed; zero if neither can
	// be read.
	Time time.Time
	// Data has the attributes as members, and those of a list of keys and values
	// in the attribute "data" or in the body. Of several of one name the first
	// counts. It is valid until the next Read.
	Data jsondoc.Value
}

// A Decoder reads one record after another. The zero value is ready for use. It
// must not be used by two goroutines at once.
type Decoder struct {
	buf    []byte
	parser jsondoc.Parser
}

// Name returns the name of the event that a record is, so that Read is called
// for those that matter only.
func Name(v jsondoc.Value) []byte {
	if name := bytes.TrimSpace(v.Get("eventName").Bytes()); len(name) > 0 {
		return name
	}
	for one := range v.Get("attributes").Elements() {
		if one.Get("key").Is("event.name") {
			return bytes.TrimSpace(one.Get("value").Get("stringValue").Bytes())
		}
	}
	return bytes.TrimSpace(v.Get("body").Get("stringValue").Bytes())
}

// Read reads a record.
func (d *Decoder) Read(v jsondoc.Value) Record {
	r := Record{Name: Name(v), Time: Time(v)}
	d.buf = append(d.buf[:0], '{')
	seen := names{}
	attributes := v.Get("attributes")
	d.members(attributes, &seen)
	for one := range attributes.Elements() {
		if one.Get("key").Is("data") {
			d.members(one.Get("value").Get("kvlistValue").Get("values"), &seen)
		}
	}
	d.members(v.Get("body").Get("kvlistValue").Get("values"), &seen)
	d.buf = append(d.buf, '}')
	d.parser.Reset(d.buf)
	r.Data, _ = d.parser.Next() // it is made of checked parts; too deep, it is absent
	if cap(d.buf) > 1<<20 {
		d.buf = nil // the parser keeps what it needs
	}
	return r
}

// Time returns timeUnixNano, else observedTimeUnixNano, cut to the
// millisecond; zero if neither can be read. Both are texts or numbers, and 0 where
// not known.
func Time(v jsondoc.Value) time.Time {
	for _, name := range [...]string{"timeUnixNano", "observedTimeUnixNano"} {
		if ns, ok := v.Get(name).Int(); ok && ns > 0 {
			t, _ := normal.FromMillis(ns / 1_000_000)
			return t
		}
	}
	return time.Time{}
}

// names remembers the names of one object: a few in a list, many in a map.
type names struct {
	few  [][]byte
	many map[string]bool
}

// add reports whether a name is new.
func (n *names) add(name []byte) bool {
	const few = 32
	if n.many == nil {
		for _, old := range n.few {
			if bytes.Equal(old, name) {
				return false
			}
		}
		if n.few = append(n.few, name); len(n.few) > few {
			n.many = make(map[string]bool, 2*few)
			for _, old := range n.few {
				n.many[string(old)] = true
			}
		}
		return true
	}
	if n.many[string(name)] {
		return false
	}
	n.many[string(name)] = true
	return true
}

// members appends a list of keys and values as members of an object.
func (d *Decoder) members(list jsondoc.Value, seen *names) {
	for one := range list.Elements() {
		key := one.Get("key")
		if key.Kind() != jsondoc.String || !seen.add(key.Bytes()) {
			continue
		}
		if d.buf[len(d.buf)-1] != '{' {
			d.buf = append(d.buf, ',')
		}
		d.buf = append(append(d.buf, key.Raw()...), ':')
		d.value(one.Get("value"))
	}
}

// value appends a typed value. It calls itself at most as deep as a document
// may be.
func (d *Decoder) value(v jsondoc.Value) {
	for name, one := range v.Members() {
		switch name.Text() {
		case "stringValue", "boolValue", "doubleValue", "bytesValue":
			d.buf = append(d.buf, scalar(one)...)
		case "intValue":
			// A text, as 64 bits are too many for JavaScript.
			if n, ok := one.Int(); ok {
				d.buf = strconv.AppendInt(d.buf, n, 10)
			} else {
				d.buf = append(d.buf, scalar(one)...)
			}
		case "arrayValue":
			d.buf = append(d.buf, '[')
			for e := range one.Get("values").Elements() {
				if d.buf[len(d.buf)-1] != '[' {
					d.buf = append(d.buf, ',')
				}
				d.value(e)
			}
			d.buf = append(d.buf, ']')
		case "kvlistValue":
			d.buf = append(d.buf, '{')
			d.members(one.Get("values"), &names{})
			d.buf = append(d.buf, '}')
		default:
			continue
		}
		return
	}
	d.buf = append(d.buf, "null"...)
}

// scalar returns a value that is no list or object as it is written.
func scalar(v jsondoc.Value) []byte {
	if k := v.Kind(); k == jsondoc.Array || k == jsondoc.Object || k == jsondoc.Absent {
		return []byte("null")
	}
	return v.Raw()
}
