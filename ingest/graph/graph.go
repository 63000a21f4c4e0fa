// Package graph reads what comes from Microsoft Graph: change notifications,
// call records, meeting call events, recordings and transcripts, chat messages
// and pages of the directory.
//
// Sources: the pages of these resources in Microsoft Graph's documentation,
// changenotifications-for-onlinemeeting and
// teams-changenotifications-callrecording-and-calltranscript.
package graph

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/meeting"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// A Decoder reads one item after another. It must not be used by two goroutines
// at once.
type Decoder struct {
	w      *normal.Writer
	nested normal.Nested
	raw    []byte // a raw id being built
}

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w: w} }

// An Item is an object that Kind or Items told.
type Item struct {
	Value jsondoc.Value
	Kind  string
	// Context is what is known from around it: a notification's resource, a
	// page's @odata.context.
	Context []byte
}

// Decode reads an item into ev, which must be empty. A notification that has
// its resource with it, in plain text, is that resource.
func (d *Decoder) Decode(item Item, ev *schema.Event) {
	if item.Kind == kindNotification {
		if inner, ok := d.plain(item.Value); ok {
			item = inner
		}
	}
	w, v := d.w, item.Value
	ev.Source, ev.Kind = schema.SourceGraph, item.Kind
	w.Begin("graph/")
	w.Bytes([]byte(item.Kind))
	ev.Time, ev.TimeReason = normal.Instant(written(v, item.Kind).Bytes())
	ev.First, ev.Last = ev.Time, ev.Time
	w.Instant(ev.Time)
	switch item.Kind {
	case kindCallRecord:
		d.record(v, ev)
	case kindSession:
		d.sessionOfPage(item, ev)
	case kindParticipant:
		d.participantOfPage(item, ev)
	case kindCallEvent:
		d.callEvent(item, ev)
	case kindRecording, kindTranscript:
		d.artifact(item, ev)
	case kindMessage:
		d.message(item, ev)
	case kindUser:
		d.user(v, ev)
	case kindNotification, kindLifecycle:
		d.notification(v, ev)
	default:
		d.opaque(v)
	}
	w.Finish(ev)
	spread(ev)
}

// written returns when an item was written or happened.
func written(v jsondoc.Value, kind string) jsondoc.Value {
	switch kind {
	case kindCallRecord:
		return v.Get("lastModifiedDateTime")
	case kindSession:
		return v.Get("startDateTime")
	case kindCallEvent:
		return v.Get("eventDateTime")
	case kindRecording, kindTranscript, kindMessage:
		return v.Get("createdDateTime")
	}
	return jsondoc.Value{}
}

// opaque makes the members of an object the content, but for annotations, which
// depend on how it was fetched.
func (d *Decoder) opaque(v jsondoc.Value) {
	w := d.w
	for name, value := range v.Members() {
		text := name.Bytes()
		if bytes.Contains(text, []byte("@odata.")) {
			continue
		}
		w.Scratch = value.AppendCanonical(w.Scratch[:0])
		w.Member(text, w.Scratch)
	}
}

// thread sets the thread of a meeting from the first text that holds one, and
// returns the organizer's object id where that text tells it.
func (d *Decoder) thread(ev *schema.Event, texts ...[]byte) (organizer string) {
	thread := ""
	for _, text := range texts {
		if len(text) == 0 {
			continue
		}
		if thread, organizer = meeting.Find(string(text)); thread != "" {
			break
		}
	}
	d.w.Text(&ev.Refs.ThreadID, "thread_id", []byte(thread))
	return organizer
}

// bounds sets what an event speaks of to an interval with a known start.
func bounds(ev *schema.Event, start, end jsondoc.Value) {
	from, _ := normal.Instant(start.Bytes())
	if from.IsZero() {
		return
	}
	ev.First, ev.Last = from, from
	if to, _ := normal.Instant(end.Bytes()); to.After(from) {
		ev.Last = to
	}
}
