// Package cloudevent reads the attributes of an event in the two envelopes that
// Event Grid delivers, CloudEvents 1.0 and its own schema, which differ in
// names only: an event is the same in both, and has the same natural key.
//
// Sources: CloudEvents 1.0, section 3.1; Azure's event-schema and
// cloud-event-schema.
package cloudevent

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
)

// An Event is the attributes of one event.
type Event struct {
	ID      []byte
	Source  []byte // "topic" in Event Grid's schema
	Type    []byte // "eventType" there
	Subject []byte
	Time    jsondoc.Value // "eventTime" there
	Data    jsondoc.Value
}

// Read returns the attributes of v if it is an object in one of the two
// envelopes: it has a specversion, or an eventType and eventTime.
func Read(v jsondoc.Value) (e Event, ok bool) {
	switch {
	case v.Get("specversion").Exists():
		return Event{
			ID:      normal.ID(v.Get("id")),
			Source:  bytes.TrimSpace(v.Get("source").Bytes()),
			Type:    bytes.TrimSpace(v.Get("type").Bytes()),
			Subject: v.Get("subject").Bytes(),
			Time:    v.Get("time"),
			Data:    v.Get("data"),
		}, true
	case v.Get("eventType").Exists() && v.Get("eventTime").Exists():
		return Event{
			ID:      normal.ID(v.Get("id")),
			Source:  bytes.TrimSpace(v.Get("topic").Bytes()),
			Type:    bytes.TrimSpace(v.Get("eventType").Bytes()),
			Subject: v.Get("subject").Bytes(),
			Time:    v.Get("eventTime"),
			Data:    v.Get("data"),
		}, true
	}
	return Event{}, false
}

// Key makes the source and the id the natural key of the event, if it has an
// id. The source is compared in lower case, since Event Grid itself varies the
// case of a resource's id.
func (e *Event) Key(w *normal.Writer) {
	if len(e.ID) == 0 {
		return
	}
	w.Key("cloudevent")
	if normal.IsResource(e.Source) {
		w.Scratch = normal.AppendResource(w.Scratch[:0], e.Source)
		w.KeyPart(w.Scratch)
	} else {
		w.KeyLower(e.Source)
	}
	w.KeyID(e.ID)
}
