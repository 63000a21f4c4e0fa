package azuremonitor

import (
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// usage reads a Usage record. Its key is the record's id.
func (d *Decoder) usage(ev *schema.Event) {
	w, f := d.w, &d.f
	u := &schema.UsageRecord{}
	id := normal.ID(f.at(recordID))
	w.ID(&u.RecordID, "record_id", id)
	w.ID(&u.CallID, "call_id", normal.ID(f.at(correlationID)))
	w.Lower(&u.Type, "type", normal.Token(f.at(usageType)))
	w.Lower(&u.Unit, "unit", normal.Token(d.column("unitType")))
	w.Decimal(&u.Quantity, "quantity", d.column("quantity").Bytes())
	u.Start = w.Time("start", f.at(startTime).Bytes())
	u.End = w.Time("end", d.column("endTime").Bytes())
	w.ID(&u.ParticipantID, "participant_id", normal.ID(f.at(participantID)))
	w.RawID(&u.UserA, "user_a", d.column("userIdA").Bytes(), rawid.GUIDUnknown)
	w.RawID(&u.UserB, "user_b", d.column("userIdB").Bytes(), rawid.GUIDUnknown)
	ev.Facts.Usage = u
	if !u.Start.IsZero() {
		ev.First, ev.Last = u.Start, u.Start
		if u.End.After(u.Start) {
			ev.Last = u.End
		}
	}
	if len(id) > 0 {
		w.Key("usage")
		w.KeyID(id)
	}
}

// streaming reads a row of streaming usage. Its key is the session, the
// participant, the start and the modality. A transcription's row says besides
// that it was on.
func (d *Decoder) streaming(ev *schema.Event) {
	w, f := d.w, &d.f
	s := &schema.StreamingUsage{}
	id, participant, modality := normal.ID(f.at(streamingSessionID)), normal.ID(f.at(participantID)), normal.Token(f.at(streamingModality))
	w.ID(&s.SessionID, "session_id", id)
	w.Lower(&s.Modality, "modality", modality)
	w.ID(&s.ParticipantID, "participant_id", participant)
	s.Start = w.Time("start", f.at(streamingStartTime).Bytes())
	s.DurationMs = w.Duration("duration", d.column("streamingDurationInMs").Bytes(), normal.Milliseconds)
	ev.Facts.Streaming = s
	if normal.Is(modality, schema.StreamingTranscription) && !s.Start.IsZero() {
		c := &schema.CaptureSpan{Capture: schema.Transcription, Start: s.Start, DurationMs: s.DurationMs}
		w.ID(&c.Key, "key", id)
		ev.Facts.Span = c
	}
	interval(ev, s.Start, s.DurationMs)
	if len(id) > 0 {
		w.Key("streaming_usage")
		w.KeyID(id)
		w.KeyID(participant)
		w.KeyTime(s.Start)
		w.KeyLower(modality)
	}
}

// captions reads a CallClosedCaptionsSummary. Its key is the session and the
// start.
func (d *Decoder) captions(ev *schema.Event) {
	w, f := d.w, &d.f
	c := &schema.Captions{}
	id := normal.ID(f.at(speechSessionID))
	w.ID(&c.SessionID, "session_id", id)
	w.Lower(&c.Language, "language", normal.Token(f.at(spokenLanguage)))
	c.Start = w.Time("start", f.at(startTime).Bytes())
	c.DurationMs = w.Duration("duration", d.column("duration").Bytes(), normal.Seconds)
	w.Text(&c.EndReason, "end_reason", normal.Token(d.column("endReason")))
	c.Succeeded = d.succeeded()
	w.Bool(c.Succeeded)
	ev.Facts.Captions = c
	interval(ev, c.Start, c.DurationMs)
	if len(id) > 0 {
		w.Key("captions")
		w.KeyID(id)
		w.KeyTime(c.Start)
	}
}

// media reads a row of CallDiagnostics.
func (d *Decoder) media(ev *schema.Event) {
	w, f := d.w, &d.f
	m := &schema.MediaStream{}
	w.ID(&m.Participant.ParticipantID, "participant_id", normal.ID(f.at(participantID)))
	w.RawID(&m.Participant.RawID, "raw_id", f.at(identifier).Bytes(), rawid.GUIDUnknown)
	w.ID(&m.Participant.EndpointID, "endpoint_id", normal.ID(f.at(endpointID)))
	w.Lower(&m.EndpointType, "endpoint_type", normal.Token(f.at(endpointType)))
	w.Lower(&m.MediaType, "media_type", normal.Token(f.at(mediaType)))
	w.Text(&m.StreamID, "stream_id", normal.ID(f.at(streamID)))
	w.Lower(&m.Direction, "direction", normal.Token(d.column("streamDirection")))
	ev.Facts.Media = m
}

// surveyed lists the areas of a survey.
var surveyed = []struct{ area, column string }{
	{"overall", "overallRatingScore"},
	{"audio", "audioRatingScore"},
	{"video", "videoRatingScore"},
	{"screenshare", "screenshareRatingScore"},
}

// survey reads a row of CallSurvey. Its correlation id is the participant's.
func (d *Decoder) survey(ev *schema.Event) {
	w, f := d.w, &d.f
	s := &schema.Survey{}
	w.ID(&s.SurveyID, "survey_id", normal.ID(f.at(surveyID)))
	participant := normal.ID(f.at(participantID))
	if len(participant) == 0 {
		participant = normal.ID(f.at(correlationID))
	}
	w.ID(&s.ParticipantID, "participant_id", participant)
	for _, area := range surveyed {
		if v := d.column(area.column); v.Exists() {
			if s.Scores == nil {
				s.Scores = make([]schema.SurveyScore, 0, len(surveyed)) // their texts are set later, in place
			}
			s.Scores = append(s.Scores, schema.SurveyScore{Area: area.area})
			w.Decimal(&s.Scores[len(s.Scores)-1].Score, area.area, v.Bytes())
		}
	}
	ev.Facts.Survey = s
}
