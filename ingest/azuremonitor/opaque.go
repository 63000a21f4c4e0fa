package azuremonitor

import (
	"bytes"
	"slices"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// opaque normalises rows whose fields become no facts, for their content.
type opaque struct {
	names   []byte // one behind the other, in lower case
	members []member
	value   []byte
	before  []byte // value of the member before
	nested  normal.Nested
}

// utcFolded is utcSuffix in lower case.
const utcFolded = " [utc]"

type member struct {
	start, end int // in names
	value      jsondoc.Value
}

// opaque makes all properties of a row its content, wherever they stand, in
// any case and however numbers and times are written.
func (d *Decoder) opaque(ev *schema.Event) {
	w, o := d.w, &d.members
	w.Instant(ev.Time)
	o.names, o.members = o.names[:0], o.members[:0]
	o.collect(d.row)
	if p := d.f.at(properties); p.Exists() {
		if d.inner.Exists() {
			o.collect(d.inner)
		} else {
			w.Bytes(p.AppendCanonical(nil))
		}
	}
	slices.SortStableFunc(o.members, func(a, b member) int {
		return bytes.Compare(o.names[a.start:a.end], o.names[b.start:b.end])
	})
	var last []byte
	for _, m := range o.members {
		name := o.names[m.start:m.end]
		repeats := bytes.Equal(name, last) // a record may say it beside and within its properties
		last = name
		o.before = append(o.before[:0], o.value...)
		o.value = o.appendNormal(o.value[:0], m.value)
		if len(o.value) > 0 && !(repeats && bytes.Equal(o.value, o.before)) {
			w.Member(name, o.value)
		}
	}
	clear(o.members)
}

// collect adds the members of an object, but for those that the envelope adds:
// an exported row need not have them.
func (o *opaque) collect(object jsondoc.Value) {
	for name, value := range object.Members() {
		start := len(o.names)
		o.names = append(o.names, name.Bytes()...)
		folded := o.names[start:]
		rawid.Lower(folded)
		folded = bytes.TrimSuffix(folded, []byte(utcFolded))
		if enveloping(folded) {
			o.names = o.names[:start]
			continue
		}
		o.members = append(o.members, member{start, start + len(folded), value})
	}
}

func enveloping(name []byte) bool {
	switch string(name) {
	case "time", "timegenerated", "resourceid", "category", "type", "properties",
		"tenantid", "sourcesystem", "mg", "managementgroupname":
		return true
	}
	return len(name) == 0 || name[0] == '_'
}

// appendNormal appends the normal form of a value; nothing for null, "null" and
// the empty text. Texts that are numbers, booleans, times or JSON are as these.
func (o *opaque) appendNormal(dst []byte, v jsondoc.Value) []byte {
	if v.Kind() == jsondoc.Null {
		return dst
	}
	if v.Kind() != jsondoc.String {
		return v.AppendCanonical(dst)
	}
	text := bytes.TrimSpace(v.Bytes())
	switch {
	case len(text) == 0 || normal.Is(text, "null"):
		return dst
	case normal.Is(text, "true") || normal.Is(text, "false"):
		return append(dst, bytes.ToLower(text)...)
	}
	if c := text[0]; c-'0' <= 9 || c == '-' || c == '{' || c == '[' {
		if inner := o.nested.Parse(v); inner.Exists() {
			return inner.AppendCanonical(dst)
		}
		if t, problem := normal.Instant(text); problem == "" {
			return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z")
		}
	}
	return append(dst, text...)
}
