// Package graph recognises what comes from Microsoft Graph: change
// notifications, call records, meeting call events, recordings and transcripts,
// chat messages and pages of the directory. They are kept with their kind, time
// and natural key; none of them becomes facts yet.
//
// Sources: the pages of these resources in Microsoft Graph's documentation.
package graph

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// The kinds.
const (
	kindNotification = "changeNotification"
	kindLifecycle    = "lifecycleNotification"
	kindCallRecord   = "callRecord"
	kindCallEvent    = "callEvent"
	kindRecording    = "callRecording"
	kindTranscript   = "callTranscript"
	kindMessage      = "chatMessage"
	kindUser         = "user"
)

// Items returns the array of items of a notification or a page of the
// directory, and the kind of each; absent if v is neither.
func Items(v jsondoc.Value) (items jsondoc.Value, kind string) {
	items = v.Get("value")
	if items.Kind() != jsondoc.Array {
		return jsondoc.Value{}, ""
	}
	if context := v.Get("@odata.context"); context.Exists() {
		return items, kindOfContext(context.Bytes())
	}
	for item := range items.Elements() {
		if Kind(item) == kindNotification || Kind(item) == kindLifecycle {
			return items, kindNotification
		}
	}
	return jsondoc.Value{}, ""
}

// Kind returns the kind of an object, schema.KindUnknown for what is Graph's
// but no kind that is known, or nothing.
func Kind(v jsondoc.Value) string {
	switch {
	case v.Get("subscriptionId").Exists() && v.Get("lifecycleEvent").Exists():
		return kindLifecycle
	case v.Get("subscriptionId").Exists() && v.Get("changeType").Exists():
		return kindNotification
	}
	if t := v.Get("@odata.type"); t.Exists() {
		return kindOfType(t.Bytes())
	}
	if c := v.Get("@odata.context"); c.Exists() {
		return kindOfContext(c.Bytes())
	}
	switch {
	case v.Get("messageType").Exists() && v.GetAny("eventDetail", "chatId", "channelIdentity").Exists():
		return kindMessage
	case v.Get("meetingId").Exists() && v.Get("recordingContentUrl").Exists():
		return kindRecording
	case v.Get("meetingId").Exists() && v.Get("transcriptContentUrl").Exists():
		return kindTranscript
	}
	return ""
}

// kindOfType reads an @odata.type such as "#microsoft.graph.callRecords.callRecord".
func kindOfType(text []byte) string {
	name := text[bytes.LastIndexByte(text, '.')+1:]
	for _, kind := range []string{kindCallRecord, kindCallEvent, kindRecording, kindTranscript, kindMessage, kindUser} {
		if bytes.EqualFold(name, []byte(kind)) {
			return kind
		}
	}
	return schema.KindUnknown
}

// kindOfContext reads an @odata.context, a URL whose fragment names a set.
func kindOfContext(url []byte) string {
	fragment := normal.Fold(url[bytes.IndexByte(url, '#')+1:])
	switch {
	case bytes.Contains(fragment, []byte("callrecords")):
		return kindCallRecord
	case bytes.Contains(fragment, []byte("messages")):
		return kindMessage
	case bytes.HasPrefix(fragment, []byte("users")) && !bytes.Contains(fragment, []byte("/")):
		return kindUser
	case bytes.Contains(fragment, []byte("recordings")):
		return kindRecording
	case bytes.Contains(fragment, []byte("transcripts")):
		return kindTranscript
	}
	return schema.KindUnknown
}

// A Decoder reads one item after another. It must not be used by two goroutines
// at once.
type Decoder struct{ w *normal.Writer }

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w} }

// Decode reads an item of a kind that Kind or Items told into ev, which must be
// empty.
func (d *Decoder) Decode(v jsondoc.Value, kind string, ev *schema.Event) {
	w := d.w
	if kind == kindUser && v.Get("@odata.type").Exists() {
		kind = kindOfType(v.Get("@odata.type").Bytes())
	}
	ev.Source, ev.Kind = schema.SourceGraph, kind
	w.Begin("graph/")
	w.Bytes([]byte(kind))
	w.Scratch = v.AppendCanonical(w.Scratch[:0])
	w.Bytes(w.Scratch)

	written := jsondoc.Value{}
	switch kind {
	case kindCallRecord:
		written = v.Get("lastModifiedDateTime")
	case kindCallEvent:
		written = v.Get("eventDateTime")
	case kindRecording, kindTranscript, kindMessage:
		written = v.Get("createdDateTime")
	}
	ev.Time, ev.TimeReason = normal.Instant(written.Bytes())
	ev.First, ev.Last = ev.Time, ev.Time
	if start, _ := normal.Instant(v.Get("startDateTime").Bytes()); kind == kindCallRecord && !start.IsZero() {
		ev.First, ev.Last = start, start
		if end, _ := normal.Instant(v.Get("endDateTime").Bytes()); end.After(start) {
			ev.Last = end
		}
	}
	d.key(v, kind, ev)
	w.Finish(ev)
}

// key sets the natural key: id and version, where a resource has both.
func (d *Decoder) key(v jsondoc.Value, kind string, ev *schema.Event) {
	w, id := d.w, normal.ID(v.Get("id"))
	if len(id) == 0 {
		return
	}
	switch kind {
	case kindCallRecord:
		ev.Version, _ = v.Get("version").Int()
		w.Key("graph/callRecord")
	case kindRecording, kindTranscript:
		w.Key("graph/" + kind)
		w.KeyID(normal.ID(v.Get("meetingId")))
	case kindMessage:
		ev.Version, _ = v.Get("etag").Int()
		w.Key("graph/chatMessage")
		w.KeyID(normal.ID(v.Get("chatId")))
		w.KeyID(normal.ID(v.Get("channelIdentity").Get("channelId")))
	default:
		return
	}
	w.KeyID(id)
}
