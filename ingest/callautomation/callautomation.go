// Package callautomation reads the callbacks of Call Automation, CloudEvents
// that an app passes on. They say what a server knows of one call connection:
// who is in the call, when recording and transcription go on and off, what was
// played and answered, and what became of what the app asked for.
//
// Source: communicationservicescallautomation.json in azure-rest-api-specs,
// version 2025-05-15. A pre-GA body has data.type and resultInfo besides, and
// its source ends with the event's name.
package callautomation

import (
	"slices"

	"rollcall/ingest/callid"
	"rollcall/ingest/cloudevent"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// A Decoder reads one callback after another. It must not be used by two
// goroutines at once.
type Decoder struct {
	w      *normal.Writer
	nested normal.Nested
}

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w: w} }

// Decode reads a callback into ev, which must be empty. One of a type that it
// does not know gets the kind unknown.
func (d *Decoder) Decode(e cloudevent.Event, ev *schema.Event) {
	w := d.w
	ev.Source, ev.Kind = schema.SourceCallAutomation, Kind(e.Type)
	ev.Time, ev.TimeReason = normal.Instant(e.Time.Bytes())
	ev.First, ev.Last = ev.Time, ev.Time
	w.Begin("call_automation/")
	if ev.Kind == schema.KindUnknown {
		w.Bytes(e.Type)
	} else {
		w.Bytes([]byte(ev.Kind))
	}
	w.Instant(ev.Time)

	data := d.nested.Open(e.Data)
	d.refs(e, data, ev)
	switch ev.Kind {
	case communication + "CallConnected":
		ev.Facts.CallBound = &schema.CallBound{Connection: true, DurationMs: normal.NoDuration}
	case communication + "CallDisconnected":
		ev.Facts.CallBound = &schema.CallBound{Ended: true, Connection: true, DurationMs: normal.NoDuration}
	case communication + "RecordingStateChanged":
		d.recordingState(e, data, ev)
	case communication + "TranscriptionStarted", communication + "TranscriptionResumed",
		communication + "TranscriptionUpdated", communication + "TranscriptionStopped",
		communication + "TranscriptionFailed":
		d.transcription(data, ev)
	case communication + "ParticipantsUpdated":
		d.roster(data, ev)
	default:
		w.Scratch = e.Data.AppendCanonical(w.Scratch[:0])
		w.Bytes(w.Scratch)
		d.outcome(data, ev)
	}
	e.Key(w)
	w.Finish(ev)
}

// refs reads how the callback names its call. What data lacks is in the source:
// calling/callConnections/{id}, calling/recordings/{server call}/recordingId/….
func (d *Decoder) refs(e cloudevent.Event, data jsondoc.Value, ev *schema.Event) {
	w, refs := d.w, &ev.Refs
	w.ID(&refs.CorrelationID, "correlation_id", normal.ID(data.Get("correlationId")))
	connection := normal.ID(data.Get("callConnectionId"))
	if len(connection) == 0 {
		connection = []byte(normal.Segment(string(e.Source), "callConnections"))
	}
	w.ID(&refs.CallConnectionID, "call_connection_id", connection)
	server := normal.ID(data.Get("serverCallId"))
	if len(server) == 0 {
		server = []byte(normal.Segment(string(e.Source), "recordings"))
	}
	w.Scratch = callid.Append(w.Scratch[:0], server)
	w.Text(&refs.ServerCallID, "server_call_id", w.Scratch)
}

// recordingState reads RecordingStateChanged. A state that is neither active
// nor inactive is no fact.
func (d *Decoder) recordingState(e cloudevent.Event, data jsondoc.Value, ev *schema.Event) {
	w := d.w
	r := &schema.RecordingState{}
	state := normal.Token(data.Get("state"))
	switch {
	case normal.Is(state, "active"):
		r.Active = true
	case !normal.Is(state, "inactive"):
		w.Unread("state", "neither active nor inactive")
		w.Bytes(state)
		return
	}
	w.Bool(r.Active)
	id := normal.ID(data.Get("recordingId"))
	if len(id) == 0 {
		id = []byte(normal.Segment(string(e.Source), "recordingId"))
	}
	w.Text(&r.RecordingID, "recording_id", id)
	r.Start = w.Time("start", data.Get("startDateTime").Bytes())
	w.Lower(&r.RecordKind, "record_kind", normal.Token(data.GetAny("recordingKind", "kind")))
	ev.Facts.RecordingFlip = r
	if !r.Start.IsZero() && (ev.First.IsZero() || r.Start.Before(ev.First)) {
		ev.First = r.Start
		if ev.Last.IsZero() {
			ev.Last = r.Start
		}
	}
}

// transcription reads the events of a transcription. An update that says
// transcriptionResumed switches it on again, any other one changes nothing.
func (d *Decoder) transcription(data jsondoc.Value, ev *schema.Event) {
	change := "none"
	switch ev.Kind {
	case communication + "TranscriptionStarted", communication + "TranscriptionResumed":
		change = "on"
	case communication + "TranscriptionStopped", communication + "TranscriptionFailed":
		change = "off"
	default:
		status := data.GetAny("transcriptionUpdate", "transcriptionUpdateResult").Get("transcriptionStatus")
		if normal.Is(normal.Token(status), "transcriptionresumed") {
			change = "on"
		}
	}
	d.w.Bytes([]byte(change))
	ev.Facts.Transcription = &schema.TranscriptionState{Change: change}
}

// maxRoster is how many participants a roster may name: the largest Teams
// events have 20,000.
const maxRoster = 100_000

// roster reads ParticipantsUpdated: all who are in the call.
func (d *Decoder) roster(data jsondoc.Value, ev *schema.Event) {
	w := d.w
	participants := data.Get("participants")
	if participants.Kind() != jsondoc.Array {
		w.Unread("participants", "not a list") // an unknown roster is not an empty one
		return
	}
	r := &schema.Roster{Sequence: -1}
	if sequence, ok := data.Get("sequenceNumber").Int(); ok {
		r.Sequence = sequence
	}
	w.Int(r.Sequence)
	unknown := 0
	ids := make([]string, 0, min(participants.Len(), maxRoster))
	for p := range participants.Elements() {
		if len(ids) == maxRoster {
			w.Unread("participants", "more than 100,000")
			break
		}
		if id := w.IdentifierText(p); id != "" {
			ids = append(ids, id)
		} else {
			unknown++
		}
	}
	if unknown > 0 {
		w.Unread("participants", "some have no id")
	}
	slices.Sort(ids)
	r.RawIDs = slices.Compact(ids)
	for _, id := range r.RawIDs {
		w.Bytes([]byte(id))
	}
	ev.Facts.Roster = r
}
