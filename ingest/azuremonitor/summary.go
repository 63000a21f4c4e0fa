package azuremonitor

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// summary reads a CallSummary or CallSummaryUpdates record. Its key is that of
// the participant, so that an update replaces what came before: a plain record
// has version 0, an update its CallUpdatesVersion and at least 1.
func (d *Decoder) summary(ev *schema.Event) {
	w, f := d.w, &d.f
	s := &schema.CallSummary{}
	participant, endpoint := normal.ID(f.at(participantID)), normal.ID(f.at(endpointID))
	kind := normal.Token(f.at(participantType))

	w.ID(&s.Participant.ParticipantID, "participant_id", participant)
	w.RawID(&s.Participant.RawID, "raw_id", f.at(identifier).Bytes(), guidKind(f.at(identifier), kind))
	w.ID(&s.Participant.EndpointID, "endpoint_id", endpoint)
	w.Text(&s.Participant.SDKVersion, "sdk_version", normal.Token(f.at(sdkVersion)))
	w.Lower(&s.EndpointType, "endpoint_type", normal.Token(f.at(endpointType)))
	w.Text(&s.ParticipantType, "participant_type", kind)
	w.ID(&s.TenantID, "tenant_id", normal.ID(f.at(participantTenantID)))
	w.Text(&s.OSVersion, "os_version", normal.Token(f.at(osVersion)))
	w.Text(&s.PSTNCallType, "pstn_call_type", normal.Token(f.at(pstnParticipantCallType)))
	w.Text(&s.EndReason, "end_reason", normal.Token(f.at(participantEndReason)))
	w.Text(&s.TeamsPhoneExtens, "tpe", normal.Token(f.at(teamsPhoneExtensibility)))
	w.Text(&s.CallType, "call_type", callTypeOf(normal.Token(f.at(callType))))
	s.CallStart = w.Time("call_start", f.at(callStartTime).Bytes())
	s.CallDurationMs = w.Duration("call_duration", f.at(callDuration).Bytes(), normal.Seconds)
	s.Start = w.Time("start", f.at(participantStartTime).Bytes())
	s.DurationMs = w.Duration("duration", f.at(participantDuration).Bytes(), normal.Seconds)
	d.options(s)

	if ev.Kind == kindUpdates {
		version, ok := f.at(callUpdatesVersion).Int()
		if !ok && len(normal.Token(f.at(callUpdatesVersion))) > 0 {
			w.Unread("version", "not a whole number")
		}
		ev.Version = max(version, 1)
	}
	span(ev, s.CallStart, s.CallDurationMs)
	span(ev, s.Start, s.DurationMs)
	if len(participant) == 0 && len(endpoint) == 0 && len(normal.ID(f.at(identifier))) == 0 && s.Start.IsZero() {
		w.Unread("participant", "neither named nor timed")
	} else {
		ev.Facts.Summary = s
	}

	switch correlation := normal.ID(f.at(correlationID)); {
	case len(correlation) == 0: // nothing says which call: the content is the key
	case len(participant) > 0:
		w.Key("call_summary/participant")
		w.KeyID(correlation)
		w.KeyID(participant)
	case len(endpoint) > 0:
		w.Key("call_summary/endpoint")
		w.KeyID(correlation)
		w.KeyID(endpoint)
		w.KeyTime(s.Start)
	}
}

// An app is what DiagnosticOptions says of it.
type app struct {
	raw           []byte // of the value that was read
	there         bool
	name, version []byte
}

// options reads DiagnosticOptions: an object, or its text, in which an app
// names itself when it creates the calling client. Since records of one app
// follow each other, the last value is remembered.
func (d *Decoder) options(s *schema.CallSummary) {
	w, v := d.w, d.f.at(diagnosticOptions)
	if !v.Exists() {
		return
	}
	if !bytes.Equal(v.Raw(), d.app.raw) {
		d.app.read(&d.diagnostics, v)
	}
	if !d.app.there {
		return
	}
	s.HasDiagnostics = true
	w.Bool(true)
	w.Text(&s.AppName, "app_name", d.app.name)
	w.Text(&s.AppVersion, "app_version", d.app.version)
}

func (a *app) read(nested *normal.Nested, v jsondoc.Value) {
	o := nested.Open(v)
	a.raw = a.raw[:0]
	if raw := v.Raw(); len(raw) <= 4096 { // a huge one is not worth its memory
		a.raw = append(a.raw, raw...)
	}
	// Nothing, "null", and an object without members say nothing.
	a.there = o.Len() > 0 || !o.Exists() && len(normal.Token(v)) > 0
	a.name = append(a.name[:0], normal.Token(o.Get("appName"))...)
	a.version = append(a.version[:0], normal.Token(o.Get("appVersion"))...)
}

// callTypeOf gives the two call types the spelling of the documentation.
func callTypeOf(text []byte) []byte {
	switch {
	case normal.Is(text, "group"):
		return group
	case normal.Is(text, "p2p"):
		return p2p
	}
	return text
}

var (
	group = []byte("Group")
	p2p   = []byte("P2P")
)

// guidKind tells what an identifier stands for that is a bare GUID, by the
// participant type: the records of Teams users and voice apps have their object
// id without a prefix.
func guidKind(identifier jsondoc.Value, participantType []byte) rawid.Kind {
	if !rawid.IsGUID(bytes.TrimSpace(identifier.Bytes())) {
		return rawid.GUIDUnknown
	}
	folded := normal.Fold(participantType)
	switch {
	case bytes.Contains(folded, []byte("voice app")):
		return rawid.GUIDTeamsApp
	case string(folded) == "teams", bytes.Contains(folded, []byte("microsoft 365 user")),
		bytes.Contains(folded, []byte("teams user")):
		return rawid.GUIDTeamsUser
	}
	return rawid.GUIDUnknown
}

// recording reads a CallRecordingSummary record. Its key is the recording.
func (d *Decoder) recording(ev *schema.Event) {
	w, f := d.w, &d.f
	r := &schema.RecordingSummary{}
	id := normal.ID(f.at(recordingID))
	w.Text(&r.RecordingID, "recording_id", id)
	r.Start = w.Time("start", f.at(recordingStartTime).Bytes())
	r.LengthMs = w.Duration("length", f.at(recordingLength).Bytes(), normal.Seconds)
	r.Content = normal.RecordingContent(normal.Token(f.at(contentType)))
	w.Bytes([]byte(r.Content))
	r.Channel = normal.RecordingChannel(normal.Token(f.at(channelType)))
	w.Bytes([]byte(r.Channel))
	w.Lower(&r.Format, "format", normal.Token(f.at(formatType)))
	w.Text(&r.EndReason, "end_reason", normal.Token(f.at(recordingEndReason)))
	span(ev, r.Start, r.LengthMs)
	ev.Facts.Recording = r
	if len(id) > 0 {
		w.Key("recording_summary")
		w.KeyPart(id)
	}
}
