package azuremonitor

import (
	"bytes"
	"net/url"
	"strconv"
	"time"

	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// succeeded reports whether a row's result is a success: its HTTP status is,
// or, where it has none, its result type.
func (d *Decoder) succeeded() bool {
	status := d.signature()
	if len(status) == 3 && status[0]-'0' <= 9 {
		return status[0] == '2'
	}
	result := normal.Token(d.column("resultType"))
	return normal.Is(result, "succeeded") || normal.Is(result, "success")
}

// signature returns the ResultSignature, an HTTP status in most rows: as a whole
// number, however it is written, where it is one.
func (d *Decoder) signature() []byte {
	v := d.column("resultSignature")
	if n, ok := v.Int(); ok {
		d.number = strconv.AppendInt(d.number[:0], n, 10)
		return d.number
	}
	return normal.Token(v)
}

// recordingOperation reads a request about a recording.
func (d *Decoder) recordingOperation(ev *schema.Event) {
	w, f := d.w, &d.f
	o := &schema.RecordingOperation{}
	name, address := normal.Token(f.at(operationName)), f.at(uri).Bytes()
	o.Change = recordingChange(name, address)
	w.Bytes([]byte(o.Change))
	w.Text(&o.Name, "name", name)
	w.Text(&o.RecordingID, "recording_id", recordingOfURI(address))
	o.Succeeded = d.succeeded()
	w.Text(&o.Signature, "signature", d.signature())
	ev.Facts.RecordingOperation = o
}

// recordingChange tells what an operation such as ResumeCallRecording does; one
// without a telling name by the last part of its URI, such as ":resume".
func recordingChange(name, address []byte) string {
	folded := normal.Fold(name)
	for _, change := range [...]string{schema.RecordingStart, schema.RecordingPause, schema.RecordingResume, schema.RecordingStop} {
		if bytes.HasPrefix(folded, []byte(change)) && bytes.Contains(folded, []byte("recording")) {
			return change
		}
	}
	path, _, _ := bytes.Cut(bytes.TrimSpace(address), []byte("?"))
	path = normal.Fold(path)
	switch {
	case bytes.HasSuffix(path, []byte(":pause")):
		return schema.RecordingPause
	case bytes.HasSuffix(path, []byte(":resume")):
		return schema.RecordingResume
	}
	return ""
}

// recordingOfURI returns the recording that a request such as
// https://…/calling/recordings/{id}:resume?api-version=… is about. Real rows
// have blanks in the URI, and the id may be percent-encoded.
func recordingOfURI(address []byte) []byte {
	const part = "/recordings/"
	i := bytes.Index(normal.Fold(address), []byte(part))
	if i < 0 {
		return nil
	}
	id := address[i+len(part):]
	if end := bytes.IndexAny(id, ":/?#"); end >= 0 {
		id = id[:end]
	}
	if bytes.IndexByte(id, '%') >= 0 {
		if plain, err := url.PathUnescape(string(id)); err == nil {
			id = []byte(plain)
		}
	}
	id = bytes.TrimSpace(id)
	if rawid.Placeholder(id) || len(id) > normal.MaxText {
		return nil
	}
	return id
}

// operation reads what the operational logs have in common, and what is
// peculiar to each.
func (d *Decoder) operation(ev *schema.Event) {
	w, f := d.w, &d.f
	o := &schema.Operation{}
	w.Text(&o.Name, "name", normal.Token(f.at(operationName)))
	w.Text(&o.Sub, "sub", normal.Token(d.column("subOperationName")))
	w.Text(&o.Type, "type", normal.Token(d.column("operationType")))
	w.ID(&o.ID, "id", normal.ID(d.column("operationId")))
	w.Lower(&o.Result, "result", normal.Token(d.column("resultType")))
	w.Text(&o.Signature, "signature", d.signature())
	o.DurationMs = w.Duration("duration", d.column("durationMs").Bytes(), normal.Milliseconds)
	ev.Facts.Operation = o
	switch ev.Kind {
	case kindCallMedia:
		o.Code, _ = d.column("resultCode").Int()
		o.SubCode, _ = d.column("resultSubcode").Int()
		o.InLoop, _ = f.at(playInLoop).Bool()
		o.ToParticipant, _ = f.at(playToParticipant).Bool()
		o.Interrupted, _ = d.column("playInterrupted").Bool()
	case kindChat:
		d.chat(o, ev)
		w.RawID(&o.By.RawID, "user_id", d.column("userId").Bytes(), rawid.GUIDUnknown)
	case kindRooms:
		w.ID(&o.RoomID, "room_id", normal.ID(f.at(roomID)))
		o.DialOut, _ = d.column("pstnDialOutEnabled").Bool()
	}
}

// chat reads what a request about a chat has besides. One that sent a message
// is of its chat, as the message is; others tell nothing of it.
func (d *Decoder) chat(o *schema.Operation, ev *schema.Event) {
	w, f := d.w, &d.f
	thread, id := normal.ID(f.at(chatThreadID)), normal.ID(f.at(chatMessageID))
	w.Text(&o.ThreadID, "thread_id", thread)
	w.Text(&o.MessageID, "message_id", id)
	sending := schema.Operation{ThreadID: string(thread), Name: string(normal.Token(f.at(operationName))),
		Result: string(normal.Fold(normal.Token(d.column("resultType")))), Signature: string(d.signature())}
	if sending.SendsMessage() {
		w.Text(&ev.Refs.ChatID, "chat_id", thread)
		normal.Sent(ev, id, time.Time{})
	}
}

// clientDelay is how long after it happened a client's operation may be logged
// for its own clock to be believed.
const clientDelay = 24 * time.Hour

// clientOperation reads what a client's log has besides.
func (d *Decoder) clientOperation(ev *schema.Event) {
	w, f, o := d.w, &d.f, ev.Facts.Operation
	w.ID(&o.By.ParticipantID, "participant_id", normal.ID(f.at(participantID)))
	w.ID(&o.By.EndpointID, "endpoint_id", normal.ID(f.at(endpointID)))
	w.Text(&o.By.SDKVersion, "sdk_version", normal.Token(f.at(sdkVersion)))
	w.Text(&o.UserAgent, "user_agent", normal.Token(d.column("userAgent")))
	o.ClientTime = w.Time("client_time", f.at(callClientTimeStamp).Bytes())
	if t := o.ClientTime; !t.IsZero() && !ev.Time.IsZero() && t.Sub(ev.Time).Abs() <= clientDelay {
		ev.First, ev.Last = t, t
	}
	if payload := d.diagnostics.Open(f.at(operationPayload)); payload.Exists() {
		w.Scratch = payload.AppendCanonical(w.Scratch[:0])
		w.Text(&o.Payload, "payload", w.Scratch)
	} else if text := normal.Token(f.at(operationPayload)); len(text) > 0 {
		w.Unread("payload", "no JSON object")
	}
}
