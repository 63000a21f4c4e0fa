package graph

import (
	"bytes"
	"time"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// message reads a chat message: one of the system about a call, or one that
// somebody wrote. Its key is the chat and the id; its version the etag, which
// rises when the message changes.
func (d *Decoder) message(item Item, ev *schema.Event) {
	w, v := d.w, item.Value
	id, chat := normal.ID(v.Get("id")), normal.ID(v.Get("chatId"))
	channel := normal.ID(v.Get("channelIdentity").Get("channelId"))
	if len(id) == 0 {
		id = messageOf(item.Context)
	}
	version, ok := v.Get("etag").Int()
	if !ok {
		if t, _ := normal.Instant(v.Get("lastModifiedDateTime").Bytes()); !t.IsZero() {
			version = t.UnixMilli()
		}
	}
	ev.Version = version
	detail := v.Get("eventDetail")
	kind := normal.Fold(detail.Get("@odata.type").Bytes())
	// Two spellings are seen: #microsoft.graph.… and #Microsoft.Teams.GraphSvc.….
	kind = kind[bytes.LastIndexByte(kind, '.')+1:]
	switch string(kind) {
	case "callrecordingeventmessagedetail":
		d.captureMessage(schema.Recording, chat, id, v, ev)
	case "calltranscripteventmessagedetail":
		d.captureMessage(schema.Transcription, chat, id, v, ev)
	case "callstartedeventmessagedetail", "callendedeventmessagedetail":
		d.callRefs(chat, detail, ev)
		d.bound(string(kind) == "callendedeventmessagedetail", detail, ev)
	default:
		if messageType := normal.Token(v.Get("messageType")); normal.Is(messageType, "message") {
			d.written(chat, channel, id, v, ev)
		} else {
			d.opaque(v)
		}
	}
	if len(id) > 0 {
		w.Key("graph/chatMessage")
		w.KeyID(chat)
		w.KeyID(channel)
		w.KeyID(id)
	}
}

// messageOf returns the message that a notification's resource names:
// chats('{chat}')/messages('{id}').
func messageOf(resource []byte) []byte {
	const part = "/messages('"
	i := bytes.LastIndex(normal.Fold(resource), []byte(part))
	if i < 0 {
		return nil
	}
	id, _, _ := bytes.Cut(resource[i+len(part):], []byte("'"))
	return bytes.TrimSpace(id)
}

// callRefs reads how a system message names its call. A channel, unlike a
// meeting's chat, may have several calls at once and names none.
func (d *Decoder) callRefs(chat []byte, detail jsondoc.Value, ev *schema.Event) {
	d.w.Text(&ev.Refs.ThreadID, "thread_id", chat)
	d.w.ID(&ev.Refs.GraphCallID, "graph_call_id", normal.ID(detail.Get("callId")))
}

// captureMessage reads a message about a recording or a transcription.
//
// A recording's message is written when it begins (status initial) and when it
// is over (chunkFinished, success), or written once and changed. One that
// states a duration, and was last changed less than that after it was written,
// can't have been written at the beginning: the recording ended then, and began
// its duration earlier.
func (d *Decoder) captureMessage(capture string, chat, id []byte, v jsondoc.Value, ev *schema.Event) {
	w, detail := d.w, v.Get("eventDetail")
	d.callRefs(chat, detail, ev)
	m := &schema.CaptureMessage{Capture: capture, Created: ev.Time, DurationMs: normal.NoDuration}
	w.Bytes([]byte(capture))
	w.Text(&m.MessageID, "message_id", id)
	m.Modified = w.Time("modified", v.Get("lastModifiedDateTime").Bytes())
	w.Text(&m.Initiator, "initiator", d.person(detail.Get("initiator")).raw)
	w.Text(&m.Organizer, "organizer", d.person(detail.Get("meetingOrganizer")).raw)
	if capture == schema.Recording {
		w.Lower(&m.Status, "status", normal.Token(detail.Get("callRecordingStatus")))
		m.DurationMs = w.ISODuration("duration", detail.Get("callRecordingDuration").Bytes())
		w.Text(&m.URL, "url", normal.ID(detail.Get("callRecordingUrl")))
	}
	ev.Facts.CaptureMessage = m
	if ev.Time.IsZero() || normal.Is(normal.Token(detail.Get("callRecordingStatus")), "failure") {
		return
	}
	s := &schema.CaptureSpan{Capture: capture, Start: ev.Time, DurationMs: m.DurationMs}
	if length := time.Duration(m.DurationMs) * time.Millisecond; m.DurationMs > 0 && m.Modified.Sub(m.Created) < length {
		if start := normal.Add(m.Created, -m.DurationMs); !start.IsZero() {
			s.Start = start
		}
	}
	w.ID(&s.Key, "key", normal.ID(detail.Get("callId")))
	ev.Facts.Span = s
	ev.First, ev.Last = s.Start, s.Start
	if end := normal.Add(s.Start, max(s.DurationMs, 0)); !end.IsZero() {
		ev.Last = end
	}
}

// bound reads that a call began or ended. A screen that is shared is no call.
func (d *Decoder) bound(ended bool, detail jsondoc.Value, ev *schema.Event) {
	w, b := d.w, &schema.CallBound{Ended: ended, DurationMs: normal.NoDuration}
	w.Bool(ended)
	kind := normal.Token(detail.Get("callEventType"))
	w.Bytes(normal.Fold(kind))
	if ended {
		b.DurationMs = w.ISODuration("duration", detail.Get("callDuration").Bytes())
		b.Names = d.called(detail.Get("callParticipants"))
	}
	if normal.Is(kind, "screenshare") {
		return
	}
	if start := normal.Add(ev.Time, -max(b.DurationMs, 0)); !start.IsZero() {
		ev.First = start
	}
	ev.Facts.CallBound = b
}

// called reads who took part in a call that ended.
func (d *Decoder) called(list jsondoc.Value) []schema.NameSeen {
	n := list.Len()
	if list.Kind() != jsondoc.Array || n == 0 {
		return nil
	}
	out := make([]schema.NameSeen, 0, min(n, maxParticipants))
	for v := range list.Elements() {
		p := d.person(v.Get("participant"))
		if len(p.raw) == 0 || len(out) == cap(out) {
			continue
		}
		out = append(out, schema.NameSeen{})
		d.w.Text(&out[len(out)-1].RawID, "raw_id", p.raw)
		d.w.Text(&out[len(out)-1].DisplayName, "display_name", p.name)
	}
	return out
}

// written reads a message of a person.
func (d *Decoder) written(chat, channel, id []byte, v jsondoc.Value, ev *schema.Event) {
	w, m := d.w, &schema.ChatMessage{Change: schema.ChatSent, Composed: ev.Time, Version: ev.Version}
	w.Text(&ev.Refs.ChatID, "chat_id", chat)
	normal.Sent(ev, id, m.Composed)
	if len(chat) == 0 {
		chat = channel // whose posts are of no chat
	}
	w.Text(&m.ThreadID, "thread_id", chat)
	w.Text(&m.MessageID, "message_id", id)
	p := d.person(v.Get("from"))
	w.Text(&m.SenderID, "sender_id", p.raw)
	w.Text(&m.SenderName, "sender_name", p.name)
	w.Lower(&m.Type, "type", normal.Token(v.Get("body").Get("contentType")))
	if edited := w.Time("edited", v.Get("lastEditedDateTime").Bytes()); !edited.IsZero() {
		m.Change, m.Changed = schema.ChatEdited, edited
	}
	if deleted := w.Time("deleted", v.Get("deletedDateTime").Bytes()); !deleted.IsZero() {
		m.Change, m.Changed = schema.ChatDeleted, deleted
	}
	ev.Facts.Message = m
}
