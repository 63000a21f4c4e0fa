package metering

import (
	"strings"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

// stream meters what was streamed, transcribed or captioned. A length that a
// usage row states counts; else the time between the changes does.
func (m *meterer) stream(c schema.CallStream) {
	meter, note := streamMeter(c)
	u := schema.UsageLine{CallID: m.call.ID, Meter: meter, ParticipantID: c.ParticipantID, Evidence: c.Events, Resource: resourceID(c.Resource, m.call.Resource)}
	u.App, u.Tenant = m.recordingOwner(u.Resource)
	if s := m.sessionOf(c.ParticipantID); s != nil {
		u.SessionID, u.RawID = s.ID, s.RawID
		u.App, u.Tenant = m.owner(*s)
	}
	about := streamNames[c.Kind] + " " + clip(strings.TrimSpace(c.Key))
	if streamNames[c.Kind] == "" {
		about = clip(strings.TrimSpace(c.Key))
	}
	spans, isOpen := m.spans(c.Parts)
	length := c.LengthMs
	if length < 0 {
		length = total(spans)
	}
	key := c.Kind + " " + c.Key + " " + c.ParticipantID
	switch {
	case len(spans) == 0 && c.LengthMs < 0:
		u.Meter, u.Unit = tariff.Unmapped, tariff.UnitMinute
		m.add(u, key, []share{{m.someDay(), 0}}, "", streamNames[c.Kind]+" whose length is not known", about)
	case length == 0 && meter != tariff.Unmapped:
		// Nothing was streamed.
	case len(spans) == 0:
		day := m.someDay().UnixMilli()
		m.add(u, key, m.amount([]span{{day, day + 1}}, length, meter), "", note, about, "when it was is not known")
	default:
		m.add(u, key, m.amount(spans, length, meter), "", note, about, isOpen)
	}
}

// streamNames are the words for kinds of streams in notes.
var streamNames = map[string]string{
	schema.StreamingAudioMixed: "audio stream", schema.StreamingAudioUnmixed: "audio stream", schema.StreamingAudio: "audio stream",
	schema.StreamingTranscription: "transcription", schema.StreamCaptions: "captions",
}

// streamMeter finds the meter of a stream, and what is to be said of it: for
// the bucket, the cause.
func streamMeter(c schema.CallStream) (meter, note string) {
	switch c.Kind {
	case schema.StreamingAudioMixed:
		return tariff.StreamingMixed, ""
	case schema.StreamingAudioUnmixed:
		return tariff.StreamingUnmixed, ""
	case schema.StreamingTranscription:
		return tariff.Transcription, ""
	case schema.StreamCaptions:
		return tariff.ClosedCaptions, ""
	case schema.StreamingAudio:
		return tariff.Unmapped, "streamed audio: whether it was mixed is not stated"
	}
	return tariff.Unmapped, `streaming of unknown modality "` + clip(c.Kind) + `"`
}

// sessionOf is the session of a participant id, nil where none has it.
func (m *meterer) sessionOf(participant string) *schema.Session {
	if participant == "" {
		return nil
	}
	for i := range m.call.Sessions {
		if m.call.Sessions[i].ParticipantID == participant {
			return &m.call.Sessions[i]
		}
	}
	return nil
}
