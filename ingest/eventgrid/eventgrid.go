// Package eventgrid reads the events of Azure Communication Services that Event
// Grid delivers, in its own schema or as CloudEvents.
//
// The call events have three generations: of 2021, with the identifier's
// members beside the role; since December 2022, with them in
// communicationIdentifier; and since 2025, with callDurationInSeconds and
// userAgent for durationOfCall and endpointType. Sources:
// communication-services-voice-video-events of Azure's documentation and
// Microsoft.Communication in azure-rest-api-specs.
package eventgrid

import (
	"bytes"
	"strings"

	"rollcall/ingest/callid"
	"rollcall/ingest/cloudevent"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// A Decoder reads one event after another. It must not be used by two
// goroutines at once.
type Decoder struct {
	w      *normal.Writer
	nested normal.Nested
}

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w: w} }

// Decode reads an event into ev, which must be empty. An event of a type that
// it does not know gets the kind unknown.
func (d *Decoder) Decode(e cloudevent.Event, ev *schema.Event) {
	w := d.w
	ev.Source, ev.Kind = schema.SourceEventGrid, Kind(e.Type)
	ev.Time, ev.TimeReason = normal.Instant(e.Time.Bytes())
	ev.First, ev.Last = ev.Time, ev.Time
	w.Begin("event_grid/")
	if ev.Kind == schema.KindUnknown {
		w.Bytes(e.Type)
	} else {
		w.Bytes([]byte(ev.Kind))
	}
	w.Instant(ev.Time)
	w.Resource(&ev.Resource, e.Source)

	data := d.nested.Open(e.Data)
	switch ev.Kind {
	case "Microsoft.Communication.CallStarted":
		d.refs(data, ev)
		ev.Facts.CallBound = &schema.CallBound{DurationMs: normal.NoDuration}
	case "Microsoft.Communication.CallEnded":
		d.refs(data, ev)
		d.callEnded(data, ev)
	case "Microsoft.Communication.CallParticipantAdded", "Microsoft.Communication.CallParticipantRemoved":
		d.refs(data, ev)
		d.presence(data, ev)
	case "Microsoft.Communication.RecordingFileStatusUpdated":
		d.recordingFile(e, data, ev)
	case "Microsoft.Communication.IncomingCall":
		d.refs(data, ev)
		d.payload(e)
		d.incoming(data, ev)
	default:
		d.payload(e)
		d.chat(data, ev)
	}
	e.Key(w)
	w.Finish(ev)
}

// payload makes all that an event says its content.
func (d *Decoder) payload(e cloudevent.Event) {
	w := d.w
	w.Scratch = e.Data.AppendCanonical(w.Scratch[:0])
	w.Bytes(w.Scratch)
	w.Bytes(e.Subject)
}

// refs reads how the event names its call.
func (d *Decoder) refs(data jsondoc.Value, ev *schema.Event) {
	w := d.w
	w.ID(&ev.Refs.CorrelationID, "correlation_id", normal.ID(data.Get("correlationId")))
	w.Scratch = callid.Append(w.Scratch[:0], data.Get("serverCallId").Bytes())
	w.Text(&ev.Refs.ServerCallID, "server_call_id", w.Scratch)
}

func (d *Decoder) callEnded(data jsondoc.Value, ev *schema.Event) {
	length := data.GetAny("callDurationInSeconds", "durationOfCall")
	b := &schema.CallBound{Ended: true}
	b.DurationMs = d.w.Duration("duration", length.Bytes(), normal.Seconds)
	if b.DurationMs > 0 {
		if start := normal.Add(ev.Time, -b.DurationMs); !start.IsZero() {
			ev.First = start
		}
	}
	ev.Facts.CallBound = b
}

func (d *Decoder) presence(data jsondoc.Value, ev *schema.Event) {
	w := d.w
	p := &schema.Presence{Left: strings.HasSuffix(ev.Kind, "Removed")}
	user := data.Get("user")
	w.ID(&p.Participant.ParticipantID, "participant_id", normal.ID(data.Get("participantId")))
	w.Identifier(&p.Participant.RawID, "raw_id", user)
	// The name is kept as it is: rules judge placeholders and white space.
	w.Text(&p.DisplayName, "display_name", data.Get("displayName").Bytes())
	w.Text(&p.UserAgent, "user_agent", normal.Token(data.GetAny("userAgent", "endpointType")))
	w.Text(&p.Role, "role", normal.Token(user.Get("role")))
	ev.Facts.Presence = p
}

// recordingFile reads RecordingFileStatusUpdated. The recording's id and, in
// newer events, the call are in the subject only:
// /recording/call/{call}/serverCallId/{server call}/recordingId/{recording}.
func (d *Decoder) recordingFile(e cloudevent.Event, data jsondoc.Value, ev *schema.Event) {
	w := d.w
	subject := string(e.Subject)
	call := normal.Segment(subject, "call")
	if call == "" {
		call = string(normal.ID(data.Get("correlationId")))
	}
	w.ID(&ev.Refs.CorrelationID, "correlation_id", []byte(call))
	w.Scratch = callid.Append(w.Scratch[:0], []byte(normal.Segment(subject, "serverCallId")))
	w.Text(&ev.Refs.ServerCallID, "server_call_id", w.Scratch)

	r := &schema.RecordingSummary{}
	w.Text(&r.RecordingID, "recording_id", recordingID(e.Subject))
	r.Start = w.Time("start", data.Get("recordingStartTime").Bytes())
	r.LengthMs = w.Duration("length", data.Get("recordingDurationMs").Bytes(), normal.Milliseconds)
	r.Content = normal.RecordingContent(normal.Token(data.Get("recordingContentType")))
	w.Bytes([]byte(r.Content))
	r.Channel = normal.RecordingChannel(normal.Token(data.Get("recordingChannelType")))
	w.Bytes([]byte(r.Channel))
	w.Lower(&r.Format, "format", normal.Token(data.Get("recordingFormatType")))
	w.Text(&r.EndReason, "end_reason", normal.Token(data.Get("sessionEndReason")))
	r.Chunks = d.chunks(data.Get("recordingStorageInfo").Get("recordingChunks"))
	ev.Facts.Recording = r
	if !r.Start.IsZero() {
		ev.First, ev.Last = r.Start, r.Start
		if end := normal.Add(r.Start, max(r.LengthMs, 0)); !end.IsZero() {
			ev.Last = end
		}
	}
}

// maxChunks is how many files of a recording are read: one has four hours.
const maxChunks = 10_000

// chunks returns the document ids of a recording's files, by which their
// metadata names them.
func (d *Decoder) chunks(list jsondoc.Value) []string {
	var out []string
	for chunk := range list.Elements() {
		id := normal.ID(chunk.Get("documentId"))
		if len(id) == 0 || len(out) == maxChunks {
			continue
		}
		if out == nil {
			out = make([]string, 0, min(list.Len(), maxChunks)) // the texts are set later, in place
		}
		out = append(out, "")
		d.w.Text(&out[len(out)-1], "chunk", id)
	}
	return out
}

// recordingID returns all that follows "recordingId/" in a subject: the id is
// base64, which may hold a slash.
func recordingID(subject []byte) []byte {
	const name = "recordingid/"
	i := bytes.LastIndex(normal.Fold(subject), []byte(name))
	if i < 0 {
		return nil
	}
	id := bytes.TrimSpace(subject[i+len(name):])
	if len(id) > 0 && id[0] == '{' {
		return nil // a template of documentation
	}
	return id
}
