// Package ownevent reads Rollcall's own events: an app's word of what it showed
// to its user. They come as CloudEvents, or with the same attributes as custom
// events of Application Insights, all of them texts there, and as logs of
// OpenTelemetry. schema/events has their JSON Schemas.
//
// An event counts once by its id alone, however it was carried; one without id
// by its content.
package ownevent

import (
	"bytes"
	"time"

	"rollcall/ingest/callid"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// Prefix begins the type of every own event.
const Prefix = "rollcall."

// The kinds of own events.
const (
	SessionJoined      = "rollcall.session.joined"
	SessionLeft        = "rollcall.session.left"
	CaptureSignalled   = "rollcall.capture.signalled"
	NoticeShown        = "rollcall.notice.shown"
	NoticeAcknowledged = "rollcall.notice.acknowledged"
	ConsentAnswered    = "rollcall.consent.answered"
	NameShown          = "rollcall.name.shown"
	AppListing         = "rollcall.app.listing"
)

var kinds = []string{
	SessionJoined, SessionLeft, CaptureSignalled, NoticeShown, NoticeAcknowledged,
	ConsentAnswered, NameShown, AppListing,
}

// Owns reports whether a type is one of Rollcall's own.
func Owns(eventType []byte) bool {
	return len(eventType) > len(Prefix) && normal.Is(eventType[:len(Prefix)], Prefix)
}

// Kind returns the kind of an own event's type, or schema.KindUnknown.
func Kind(eventType []byte) string {
	for _, kind := range kinds {
		if normal.Is(eventType, kind) {
			return kind
		}
	}
	return schema.KindUnknown
}

// Carried is an own event as one of its carriers brings it.
type Carried struct {
	Via  schema.Via
	Type []byte
	ID   []byte
	// Time is as the carrier writes it; At where it counts instead.
	Time jsondoc.Value
	At   time.Time
	// Data holds the attributes; Numbers, which may be absent, those that the
	// carrier keeps apart because they are numbers.
	Data    jsondoc.Value
	Numbers jsondoc.Value
}

// A Decoder reads one event after another. It must not be used by two
// goroutines at once.
type Decoder struct {
	w      *normal.Writer
	nested normal.Nested
	list   normal.Nested
}

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w: w} }

// Decode reads an event into ev, which must be empty.
func (d *Decoder) Decode(c Carried, ev *schema.Event) {
	w := d.w
	ev.Source, ev.Kind = schema.SourceRollcall, Kind(c.Type)
	ev.Via = []schema.Via{c.Via}
	w.Begin("rollcall/")
	if ev.Kind == schema.KindUnknown {
		w.Lower(new(string), "type", c.Type)
	} else {
		w.Bytes([]byte(ev.Kind))
	}
	data := d.nested.Open(c.Data)
	clock := d.time(c, data, ev)
	switch ev.Kind {
	case schema.KindUnknown:
		w.Scratch = data.AppendCanonical(w.Scratch[:0])
		w.Bytes(w.Scratch)
	case AppListing:
		ev.Facts.Listing = d.listing(data)
	default:
		d.refs(data, ev)
		d.facts(data, clock, ev)
	}
	id := c.ID
	if len(id) == 0 {
		id = normal.ID(data.Get("id"))
	}
	if len(id) > 0 {
		w.Key("rollcall")
		w.KeyID(id)
	}
	w.Finish(ev)
	if p := ev.Facts.Presence; p != nil {
		p.Participant = *ev.Facts.Participant
	}
}

// time reads when the event happened: on the client, corrected by what its
// clock is ahead of the server's.
func (d *Decoder) time(c Carried, data jsondoc.Value, ev *schema.Event) (clock string) {
	w := d.w
	stated := c.Time
	if c.Via != schema.ViaCloudEvent {
		// The attribute counts before the time that the carrier adds.
		if t, _ := normal.Instant(data.Get("time").Bytes()); !t.IsZero() {
			stated = data.Get("time")
		}
	}
	ev.Time, ev.TimeReason = normal.Instant(stated.Bytes())
	if !stated.Exists() && !c.At.IsZero() {
		ev.Time, ev.TimeReason = c.At, ""
	}
	clock = schema.ClockSent
	offset := data.Get("clockOffsetMs")
	if len(normal.Token(offset)) == 0 {
		offset = c.Numbers.Get("clockOffsetMs")
	}
	if text := normal.Token(offset); len(text) > 0 {
		ahead, ok := normal.Offset(text)
		switch {
		case !ok:
			w.Unread("clockOffsetMs", "not a number of milliseconds")
		case !ev.Time.IsZero():
			ev.Time, ev.TimeReason = normal.FromMillis(ev.Time.UnixMilli() - ahead)
			clock = schema.ClockOffset
		}
	}
	ev.First, ev.Last = ev.Time, ev.Time
	w.Instant(ev.Time)
	return clock
}

// refs reads how the app names the call, and whom the event is about.
func (d *Decoder) refs(data jsondoc.Value, ev *schema.Event) {
	w, refs := d.w, &ev.Refs
	w.ID(&refs.CorrelationID, "correlation_id", normal.ID(data.GetAny("callId", "correlationId")))
	w.Scratch = callid.Append(w.Scratch[:0], data.Get("serverCallId").Bytes())
	w.Text(&refs.ServerCallID, "server_call_id", w.Scratch)
	w.ID(&refs.CallConnectionID, "call_connection_id", normal.ID(data.Get("callConnectionId")))
	w.Text(&refs.ThreadID, "thread_id", normal.ID(data.Get("threadId")))

	p := &schema.Participant{}
	w.ID(&p.ParticipantID, "participant_id", normal.ID(data.Get("participantId")))
	w.RawID(&p.RawID, "raw_id", data.Get("rawId").Bytes(), rawid.GUIDUnknown)
	w.ID(&p.EndpointID, "endpoint_id", normal.ID(data.Get("endpointId")))
	w.Text(&p.AppID, "app_id", normal.ID(data.Get("appId")))
	w.Text(&p.SDKVersion, "sdk_version", normal.Token(data.Get("sdkVersion")))
	ev.Facts.Participant = p
}

func (d *Decoder) facts(data jsondoc.Value, clock string, ev *schema.Event) {
	w := d.w
	switch ev.Kind {
	case SessionJoined, SessionLeft:
		p := &schema.Presence{Left: ev.Kind == SessionLeft}
		w.Text(&p.DisplayName, "display_name", data.Get("displayName").Bytes())
		ev.Facts.Presence = p
	case CaptureSignalled:
		ev.Facts.Signal = d.signal(data)
	case NoticeShown, NoticeAcknowledged:
		n := &schema.Notice{Acknowledged: ev.Kind == NoticeAcknowledged, Clock: clock}
		w.Text(&n.NoticeID, "notice_id", normal.ID(data.Get("noticeId")))
		n.Captures = d.captures(data)
		w.Lower(&n.State, "state", normal.Token(data.Get("state")))
		w.Lower(&n.Surface, "surface", normal.Token(data.Get("surface")))
		w.Text(&n.Text, "text", data.Get("text").Bytes())
		w.Text(&n.Locale, "locale", normal.Token(data.Get("locale")))
		w.Bytes([]byte(clock))
		ev.Facts.Notice = n
	case ConsentAnswered:
		ev.Facts.Consent = d.consent(data)
	case NameShown:
		n := &schema.NameSeen{}
		w.RawID(&n.RawID, "subject", data.Get("subject").Bytes(), rawid.GUIDUnknown)
		w.Text(&n.DisplayName, "display_name", data.Get("displayName").Bytes())
		w.Text(&n.Label, "label", data.Get("label").Bytes())
		w.Lower(&n.Surface, "surface", normal.Token(data.Get("surface")))
		ev.Facts.Name = n
	}
}

// signal reads what the platform told a client. Without one known capture, and
// without saying whether it is on, it states nothing.
func (d *Decoder) signal(data jsondoc.Value) *schema.Signal {
	w := d.w
	captures := d.captures(data)
	active, known := data.Get("active").Bool()
	if !known {
		w.Unread("active", "neither true nor false")
	}
	if len(captures) > 1 {
		w.Unread("capture", "a signal is of one capture")
	}
	required, _ := data.Get("consentRequired").Bool()
	w.Bool(required)
	if !known || len(captures) != 1 {
		return nil
	}
	w.Bool(active)
	return &schema.Signal{Capture: captures[0], Active: active, ConsentRequired: required}
}

func (d *Decoder) consent(data jsondoc.Value) *schema.Consent {
	w := d.w
	c := &schema.Consent{Captures: d.captures(data)}
	switch answer := normal.Token(data.Get("answer")); {
	case normal.Is(answer, "granted"):
		c.Answer = "granted"
	case normal.Is(answer, "declined"):
		c.Answer = "declined"
	default:
		w.Unread("answer", "neither granted nor declined")
		return nil
	}
	w.Bytes([]byte(c.Answer))
	return c
}

// The lists of captures that there can be. They are shared and never written.
var (
	capturesNone          = []string{}
	capturesRecording     = []string{schema.Recording}
	capturesTranscription = []string{schema.Transcription}
	capturesBoth          = []string{schema.Recording, schema.Transcription}
)

// captures reads one capture or several: a text, a list, or in a text a list in
// JSON or set off by commas. An unknown one is left out and noted.
func (d *Decoder) captures(data jsondoc.Value) []string {
	const recording, transcription = 1, 2
	w, v := d.w, data.GetAny("capture", "captures")
	found, unknown := 0, false
	take := func(text []byte) {
		switch text = bytes.TrimSpace(text); {
		case normal.Is(text, schema.Recording):
			found |= recording
		case normal.Is(text, schema.Transcription):
			found |= transcription
		case len(text) > 0:
			unknown = true
		}
	}
	list := v
	if text := bytes.TrimSpace(v.Bytes()); len(text) > 0 && text[0] == '[' {
		list = d.list.Parse(v)
	}
	switch list.Kind() {
	case jsondoc.Array:
		for e := range list.Elements() {
			take(e.Bytes())
			unknown = unknown || e.Kind() != jsondoc.String
		}
	case jsondoc.String:
		for part := range bytes.FieldsFuncSeq(list.Bytes(), func(r rune) bool { return r == ',' || r == ';' }) {
			take(part)
		}
	default:
		unknown = unknown || v.Exists() && v.Kind() != jsondoc.Null
	}
	switch {
	case unknown:
		w.Unread("capture", "a capture that is not known")
	case found == 0:
		w.Unread("capture", "no capture is named")
	}
	w.Int(int64(found))
	switch found {
	case recording:
		return capturesRecording
	case transcription:
		return capturesTranscription
	case recording | transcription:
		return capturesBoth
	}
	return capturesNone
}
