package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/ingest/jsondoc"
)

// A unit is one event without its envelope: what may come in any envelope of
// its kind without being another event.
type unit struct {
	kind   unitKind
	text   []byte // as it came
	fields fields
	around fields // of a page or notification: the members beside its list
}

type unitKind int

const (
	whole  unitKind = iota // has one form only
	grid                   // an event of Event Grid, or another CloudEvent
	row                    // a record of a log
	own                    // one of Rollcall's own events
	listed                 // an element of Graph's "value"
)

// fields are the members of an object, in their order.
type fields []field

type field struct {
	name string
	raw  json.RawMessage
}

func (f fields) get(name string) json.RawMessage {
	for _, x := range f {
		if strings.EqualFold(x.name, name) {
			return x.raw
		}
	}
	return nil
}

// text returns a member that is a text, or nothing.
func (f fields) text(name string) string {
	var s string
	if json.Unmarshal(f.get(name), &s) != nil {
		return ""
	}
	return s
}

func (f fields) without(names ...string) fields {
	return slices.DeleteFunc(slices.Clone(f), func(x field) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, x.name) })
	})
}

func (f fields) object() []byte {
	out := []byte{'{'}
	for i, x := range f {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quote(x.name)...), ':'), x.raw...)
	}
	return append(out, '}')
}

func quote(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func fieldsOf(v jsondoc.Value) fields {
	var f fields
	for name, value := range v.Members() {
		f = append(f, field{name.Text(), bytes.Clone(value.Raw())})
	}
	return f
}

// units takes a message apart. One that is not JSON throughout stays whole: how
// much of it is read depends on where it stands.
func units(message []byte) []unit {
	as := []unit{{kind: whole, text: message}}
	var p jsondoc.Parser
	p.Reset(message)
	var out []unit
	for {
		v, err := p.Next()
		if errors.Is(err, io.EOF) && len(out) > 0 {
			return out
		}
		if err != nil {
			return as
		}
		if v.Kind() != jsondoc.Array {
			out = append(out, unitsOf(v)...)
			continue
		}
		if v.Len() == 0 {
			return as
		}
		for e := range v.Elements() {
			out = append(out, unitsOf(e)...)
		}
	}
}

func unitsOf(v jsondoc.Value) []unit {
	f := fieldsOf(v)
	list := v.Get("records")
	if list.Kind() == jsondoc.Array {
		var out []unit
		for record := range list.Elements() {
			out = append(out, unit{row, bytes.Clone(record.Raw()), fieldsOf(record), nil})
		}
		return out
	}
	if list = v.Get("value"); list.Kind() == jsondoc.Array && list.Len() > 0 {
		var out []unit
		for item := range list.Elements() {
			out = append(out, unit{listed, bytes.Clone(item.Raw()), nil, f.without("value")})
		}
		return out
	}
	u := unit{whole, bytes.Clone(v.Raw()), f, nil}
	switch {
	case v.Get("specversion").Exists() && strings.HasPrefix(f.text("type"), "rollcall."):
		u.kind = own
	case v.Get("specversion").Exists(), v.Get("eventType").Exists() && v.Get("eventTime").Exists():
		u.kind = grid
	case v.Get("category").Exists() && v.Get("time").Exists() && v.Get("properties").Kind() == jsondoc.Object:
		u.kind = row
	}
	return []unit{u}
}

// A stationer puts events into envelopes, several into one as chance has it.
type stationer struct {
	r    *rand.Rand
	open []envelope
	out  [][]byte
}

// An envelope is what is before and behind a list of events.
type envelope struct {
	head, tail string
	items      [][]byte
}

const recordsHead, recordsTail = `{"records":[`, `]}`

// put adds an event to the open envelope of its form, or opens one.
func (s *stationer) put(head, tail string, item []byte) {
	i := slices.IndexFunc(s.open, func(e envelope) bool { return e.head == head && e.tail == tail })
	if i < 0 {
		i = len(s.open)
		s.open = append(s.open, envelope{head: head, tail: tail})
	}
	e := &s.open[i]
	if e.items = append(e.items, item); s.r.IntN(4) == 0 {
		s.post(slices.Concat([]byte(e.head), bytes.Join(e.items, []byte(",")), []byte(e.tail)))
		s.open = slices.Delete(s.open, i, i+1)
	}
}

// post sends a message, or puts it behind the one before.
func (s *stationer) post(message []byte) {
	n := len(s.out)
	if n > 0 && s.r.IntN(6) == 0 && json.Valid(message) && json.Valid(s.out[n-1]) {
		s.out[n-1] = slices.Concat(s.out[n-1], []byte([]string{"", " ", "\t"}[s.r.IntN(3)]), message)
		return
	}
	s.out = append(s.out, message)
}

// reenveloped gives the events of messages other envelopes, one or several to a
// message. What can't be told apart safely stays as it is.
func reenveloped(r *rand.Rand, messages [][]byte) [][]byte {
	s := stationer{r: r}
	for _, message := range messages {
		for _, u := range units(message) {
			switch u.kind {
			case row:
				switch form := r.IntN(3); {
				case form == 0 || !u.standsAlone():
					s.put(recordsHead, recordsTail, u.text)
				case form == 1:
					s.post(u.text) // a line of a blob
				default:
					s.post(u.flat(r))
				}
			case grid:
				s.put("[", "]", u.otherSchema(r))
			case own:
				head, tail, text := u.carried(r)
				s.put(head, tail, text)
			case listed:
				head := append(slices.Clone(u.around), field{"value", []byte("[")}).object()
				s.put(string(head[:len(head)-1]), "]}", u.text)
			default:
				s.post(u.text)
			}
		}
	}
	for _, e := range s.open {
		s.post(slices.Concat([]byte(e.head), bytes.Join(e.items, []byte(",")), []byte(e.tail)))
	}
	return s.out
}

// standsAlone reports whether a record is known for one without its envelope.
func (u unit) standsAlone() bool {
	return len(u.fields.get("category")) > 0 && len(u.fields.get("time")) > 0
}

// flat makes a record that stands alone a row of Log Analytics, where it is one
// of a resource log.
func (u unit) flat(r *rand.Rand) []byte {
	f := u.fields
	inner := f.get("properties")
	var p jsondoc.Parser
	p.Reset(inner)
	v, err := p.Next()
	if err != nil || v.Kind() != jsondoc.Object || f.text("Name") != "" {
		return slices.Concat([]byte(recordsHead), u.text, []byte(recordsTail))
	}
	columns := fieldsOf(v).without("TimeGenerated")
	for _, x := range f.without("properties", "time", "resourceId") {
		if columns.get(x.name) == nil {
			columns = append(columns, field{capital(r, x.name), x.raw})
		}
	}
	columns = append(columns, field{"TimeGenerated", f.get("time")}, field{"SourceSystem", []byte(`"Azure"`)})
	if resource := f.text("resourceId"); resource != "" {
		columns = append(columns, field{"_ResourceId", quote(strings.ToLower(resource))})
	}
	return columns.object()
}

func capital(r *rand.Rand, name string) string {
	if r.IntN(2) == 0 || name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// gridNames are the attributes of Event Grid's schema and of CloudEvents.
var gridNames = [][2]string{{"topic", "source"}, {"eventType", "type"}, {"eventTime", "time"}}

// otherSchema gives an event the other one of Event Grid's two schemas. Callbacks
// and events of strangers have one only.
func (u unit) otherSchema(r *rand.Rand) []byte {
	f, from, to := u.fields, 0, 1
	if f.get("specversion") != nil {
		from, to = 1, 0
	}
	source := f.text(gridNames[0][from])
	if r.IntN(2) == 0 || !strings.HasPrefix(strings.ToLower(source), "/subscriptions/") || f.get("id") == nil || f.get("data") == nil {
		return u.text
	}
	out := f.without("specversion", "datacontenttype", "dataVersion", "metadataVersion")
	for i := range out {
		for _, names := range gridNames {
			if out[i].name == names[from] {
				out[i].name = names[to]
			}
		}
	}
	if to == 1 {
		return append(out, field{"specversion", []byte(`"1.0"`)}).object()
	}
	return append(out, field{"dataVersion", []byte(`"1.0"`)}, field{"metadataVersion", []byte(`"1"`)}).object()
}

// carried gives one of Rollcall's own events another carrier: a record or an
// ingestion body of Application Insights, or a log record of OpenTelemetry. It
// returns what goes around a list of them, too.
func (u unit) carried(r *rand.Rand) (head, tail string, text []byte) {
	f := u.fields
	var p jsondoc.Parser
	p.Reset(f.get("data"))
	data, err := p.Next()
	at, timeErr := time.Parse(time.RFC3339Nano, f.text("time"))
	if err != nil || data.Kind() != jsondoc.Object || timeErr != nil || at.Year() < 1971 || f.text("id") == "" {
		return "[", "]", u.text
	}
	properties := fields{{"id", f.get("id")}}
	for name, value := range data.Members() {
		if value.Kind() == jsondoc.Null {
			continue
		}
		raw := value.Raw()
		if value.Kind() != jsondoc.String {
			raw = quote(string(raw))
		}
		properties = append(properties, field{name.Text(), bytes.Clone(raw)})
	}
	name, written := f.get("type"), f.get("time")
	switch r.IntN(4) {
	case 0:
		return "[", "]", u.text
	case 1:
		return recordsHead, recordsTail, fields{{"time", written}, {"Type", []byte(`"AppEvents"`)}, {"Name", name}, {"Properties", properties.object()}}.object()
	case 2:
		base := fields{{"ver", []byte("2")}, {"name", name}, {"properties", properties.object()}}
		return "[", "]", fields{{"time", written}, {"iKey", []byte(`"k"`)}, {"data", fields{{"baseType", []byte(`"EventData"`)}, {"baseData", base.object()}}.object()}}.object()
	}
	attributes := []string{}
	for _, x := range properties {
		attributes = append(attributes, fmt.Sprintf(`{"key":%s,"value":{"stringValue":%s}}`, quote(x.name), x.raw))
	}
	return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[`, `]}]}]}`, []byte(`{"timeUnixNano":"` + strconv.FormatInt(at.UnixNano(), 10) +
		`","eventName":` + string(name) + `,"attributes":[` + strings.Join(attributes, ",") + `]}`)
}
